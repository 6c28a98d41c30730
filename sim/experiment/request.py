"""From what a user asks for to a plan that can be played; everything is checked before anything is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from sim.engine.play import EngineName
from sim.errors import InputError, MatchdayError
from sim.experiment.lint import rule_problems_of
from sim.experiment.load import load
from sim.experiment.provenance import MANIFEST, MATCH, SCENARIO, file_sha256
from sim.experiment.runs import Plan
from sim.policy.find import FoundPolicy, available, find, find_all, lacking
from sim.world.night import World, load_world


@dataclass(frozen=True)
class Request:
    """What the command line says; None leaves it to the scenario."""

    scenario: Path
    policies: tuple[str, ...] = ()
    assignments: tuple[str, ...] = ()
    seed: int | None = None
    replications: int | None = None
    viewers: int | None = None
    engine: EngineName = "compiled"


def plan_run(request: Request) -> Plan:
    """The policies that are named, one replication unless told otherwise.  Raises MatchdayError for bad input."""
    world = load(request.scenario, request.assignments)
    return _plan(world, find_all(request.policies), request, replications=request.replications or 1)


def plan_comparison(request: Request, baseline: str | None) -> tuple[Plan, str]:
    """The policies to compare, the baseline first, and its name.

    Policies not named are the scenario's, or else all samples but those that see what is latent.  Raises MatchdayError
    for bad input.
    """
    world = load(request.scenario, request.assignments)
    told = world.scenario.experiment
    specs = request.policies or told.policies or _samples()
    found, name = _led_by(baseline or told.baseline, specs)
    return _plan(world, found, request, replications=request.replications or told.replications), name


def _samples() -> tuple[str, ...]:
    """All that lie ready, but those that bracket the others."""
    return tuple(sample.name for sample in available() if "oracle" not in sample.name)


def _led_by(baseline: str, specs: Sequence[str]) -> tuple[tuple[FoundPolicy, ...], str]:
    found = find_all(specs)
    first = _among(found, baseline)
    if first is None:
        found = find_all([baseline, *specs])
        first = found[0]
    return (first, *(p for p in found if p is not first)), first.name


def _among(found: Sequence[FoundPolicy], baseline: str) -> FoundPolicy | None:
    """The baseline, if it is there: as it was asked for, or under another of its names.

    A class of the user's that is called like a sample is not that sample.
    """
    told = next((p for p in found if p.spec == baseline), None)
    if told or lacking(baseline):
        return told or next((p for p in found if p.name == baseline), None)
    origin = find(baseline).origin
    return next((p for p in found if p.origin == origin), None)


def _plan(world: World, policies: tuple[FoundPolicy, ...], request: Request, *, replications: int) -> Plan:
    told = world.scenario
    faults = [p for policy in policies for p in rule_problems_of(policy.spec, world) if p.severity == "error"]
    if faults:
        raise InputError(faults)
    seed = told.experiment.seed if request.seed is None else request.seed
    return Plan(world, policies, seed, replications, request.viewers or told.audience.viewers, request.engine)


# --- a run that has been kept -----------------------------------------------------------------------------------------


class _Source(BaseModel):
    spec: str
    source_sha256: str


class _Manifest(BaseModel):
    """What it takes to play a run again."""

    policies: dict[str, _Source] = Field(min_length=1)
    seed: int
    replications: int
    viewers: int
    files: dict[str, str]  # hashes


def plan_again(folder: Path, policy: str | None) -> Plan:
    """The plan of a kept run with one of its policies.

    Raises MatchdayError when its files or the policy are no longer what they were.
    """
    kept = _manifest(folder)
    names = list(kept.policies)
    if policy is None and len(names) > 1:
        raise MatchdayError(f"{folder} holds several policies: say which with -p, one of {', '.join(names)}")
    chosen = policy or names[0]
    if chosen not in names:
        raise MatchdayError(f"{folder} holds no policy '{chosen}' — there is: {', '.join(names)}")
    for file in (folder / name for name in (SCENARIO, MATCH) if name in kept.files):
        _same(file, file_sha256(file) if file.is_file() else "", kept.files[file.name])
    source = kept.policies[chosen]
    request = Request(folder / SCENARIO, seed=kept.seed, viewers=kept.viewers)
    world = load_world(folder / SCENARIO)  # its other policies need not be there any more
    plan = _plan(world, find_all([source.spec]), request, replications=kept.replications)
    _same(f"policy {source.spec}", plan.policies[0].source_sha256, source.source_sha256)
    return plan


def _manifest(folder: Path) -> _Manifest:
    file = folder / MANIFEST
    if not file.is_file():
        raise MatchdayError(f"{folder} is no results folder: it holds no {MANIFEST}{_latest_below(folder)}")
    try:
        return _Manifest.model_validate_json(file.read_bytes())
    except OSError as error:
        raise MatchdayError(f"{file} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise MatchdayError(f"{file} is no manifest of a run: {where + ': ' if where else ''}{fault['msg']}") from error


def _latest_below(folder: Path) -> str:
    """Their names begin with the time."""
    runs = [f.parent for depth in ("", "*/") for f in folder.glob(f"{depth}[!.]*/{MANIFEST}")]
    return f" — the latest run below it is {max(runs, key=lambda run: run.name)}" if runs else ""


def _same(what: object, now: str, then: str) -> None:
    if now != then:
        raise MatchdayError(f"{what} has changed since this run: its nights cannot be played again")
