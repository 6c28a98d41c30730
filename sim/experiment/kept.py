"""A run that has been kept, to be played again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sim.errors import MatchdayError
from sim.experiment.manifest import Manifest, Source, damaged, one_policy, read_manifest
from sim.experiment.provenance import SCENARIO
from sim.experiment.request import Request, made_plan
from sim.experiment.runs import Plan, Stopping
from sim.policy.find import find_all
from sim.world.night import load_world


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


def _same(what: object, now: str, then: str) -> None:
    if now != then:
        raise MatchdayError(f"{what} has changed since this run: its nights cannot be played again")
