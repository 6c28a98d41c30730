"""From what a user asks for to a plan that can be played; everything is checked before anything is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.engine.play import EngineName
from sim.errors import MatchdayError
from sim.experiment.load import load
from sim.experiment.provenance import text_sha256
from sim.experiment.runs import Plan
from sim.policy.find import FoundPolicy, available, find_all
from sim.world.night import World


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

    Policies not named are the scenario's, or else all samples.  Raises MatchdayError for bad input.
    """
    world = load(request.scenario, request.assignments)
    told = world.scenario.experiment
    specs = request.policies or told.policies or tuple(sample.name for sample in available())
    found, name = _led_by(baseline or told.baseline, specs)
    return _plan(world, found, request, replications=request.replications or told.replications), name


def _led_by(baseline: str, specs: Sequence[str]) -> tuple[tuple[FoundPolicy, ...], str]:
    found = find_all(specs)
    if not any(baseline in (p.name, p.spec) for p in found):
        found = find_all([baseline, *specs])
    first = next(p for p in found if baseline in (p.name, p.spec))
    return (first, *(p for p in found if p is not first)), first.name


def _plan(world: World, policies: tuple[FoundPolicy, ...], request: Request, *, replications: int) -> Plan:
    told = world.scenario
    seed = told.experiment.seed if request.seed is None else request.seed
    return Plan(world, policies, seed, replications, request.viewers or told.audience.viewers, request.engine)


# --- a run that has been kept -----------------------------------------------------------------------------------------


def plan_again(folder: Path, policy: str | None) -> Plan:
    """The plan of a kept run with one of its policies.

    Raises MatchdayError when its scenario or policy is no longer what it was.
    """
    manifest = _manifest(folder)
    names = list(manifest["policies"])
    if policy is None and len(names) > 1:
        raise MatchdayError(f"{folder} holds several policies: say which with -p, one of {', '.join(names)}")
    chosen = policy or names[0]
    if chosen not in names:
        raise MatchdayError(f"{folder} holds no policy '{chosen}' — there is: {', '.join(names)}")
    told = manifest["scenario"]
    plan = plan_run(
        Request(
            scenario=Path(told["file"]),
            policies=(manifest["policies"][chosen]["spec"],),
            assignments=tuple(told["set"]),
            seed=manifest["seed"],
            viewers=manifest["viewers"],
        )
    )
    _same("scenario", told["file"], text_sha256(plan.world.source), told["sha256"])
    _same("policy", chosen, plan.policies[0].source_sha256, manifest["policies"][chosen]["source_sha256"])
    return plan


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MatchdayError(f"{folder} is no results folder: its manifest.json cannot be read ({error})") from error
    return manifest


def _same(what: str, name: str, now: str, then: str) -> None:
    if now != then:
        raise MatchdayError(f"the {what} {name} has changed since this run: its nights cannot be played again")
