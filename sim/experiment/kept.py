"""A run that has been kept: read again, played again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from sim.errors import MatchdayError
from sim.experiment.provenance import MANIFEST, SCENARIO, file_sha256
from sim.experiment.request import Request, made_plan
from sim.experiment.runs import Plan, Stopping
from sim.policy.find import find_all
from sim.world.night import load_world


class Source(BaseModel):
    """A policy of a run."""

    spec: str
    source_sha256: str
    bracket: bool = False


class Manifest(BaseModel):
    """What it takes to play a run again, and to tell whether it gave the same."""

    policies: dict[str, Source] = Field(min_length=1)
    baseline: str | None = None
    seed: int
    replications: int  # that were played
    most: int | None = None  # nights, where their number was not fixed
    precision: dict[str, float] = {}
    choose: tuple[str, float] | None = None
    viewers: int
    world_sha256: str = ""
    versions: dict[str, str] = {}
    files: dict[str, str]  # hashes

    @property
    def names(self) -> str:
        """Its policies, for people."""
        return ", ".join(self.policies)


def read_manifest(folder: Path) -> Manifest:
    """What a results folder says of itself; raises MatchdayError where it is none."""
    file = folder / MANIFEST
    if not file.is_file():
        raise MatchdayError(f"{folder} is no results folder: it holds no {MANIFEST}{_latest_below(folder)}")
    try:
        return Manifest.model_validate_json(file.read_bytes())
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


def damaged(folder: Path, kept: Manifest) -> list[str]:
    """Files of a run that are no longer what they were, or gone."""
    return [name for name, sha256 in kept.files.items() if _sha256(folder / name) != sha256]


def _sha256(file: Path) -> str:
    try:
        return file_sha256(file)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise MatchdayError(f"{file} cannot be read: {error.strerror}") from error


def plan_again(folder: Path, policy: str | None) -> Plan:
    """The plan of a kept run with one of its policies.

    Raises MatchdayError when its files or the policy are no longer what they were.
    """
    kept = read_manifest(folder)
    chosen = one_policy(folder, kept, policy)
    return _planned(folder, kept, {chosen: kept.policies[chosen]}, Stopping(), kept.replications)


def whole_plan_again(folder: Path, kept: Manifest) -> Plan:
    """The plan of a kept run, with its own rule for when to stop; raises MatchdayError as `plan_again`."""
    stopping = Stopping(kept.precision, kept.choose)
    return _planned(folder, kept, kept.policies, stopping, kept.most or kept.replications)


def one_policy(folder: Path, kept: Manifest, policy: str | None) -> str:
    """The policy that is asked for, or the only one there is; raises MatchdayError where that cannot be told."""
    if policy is None and len(kept.policies) > 1:
        raise MatchdayError(f"{folder} holds several policies: say which with -p, one of {kept.names}")
    chosen = policy or next(iter(kept.policies))
    if chosen not in kept.policies:
        raise MatchdayError(f"{folder} holds no policy '{chosen}' — there is: {kept.names}")
    return chosen


def _planned(
    folder: Path, kept: Manifest, policies: Mapping[str, Source], stopping: Stopping, replications: int
) -> Plan:
    for name in damaged(folder, kept):
        if name == SCENARIO or Path(name).match("match*.yaml"):
            _same(folder / name, "", kept.files[name])
    world = load_world(folder / SCENARIO)  # policies that it names need not be there any more
    request = Request(folder / SCENARIO, seed=kept.seed, viewers=kept.viewers)
    found = find_all(source.spec for source in policies.values())
    plan = made_plan(world, found, request, stopping, replications)
    for policy, source in zip(plan.policies, policies.values(), strict=True):
        _same(f"policy {source.spec}", policy.source_sha256, source.source_sha256)
    return plan


def _same(what: Any, now: str, then: str) -> None:
    if now != then:
        raise MatchdayError(f"{what} has changed since this run: its nights cannot be played again")
