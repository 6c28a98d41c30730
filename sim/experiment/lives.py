"""Worlds lived: what comes of every policy in each of them, from the store or played.

All worlds live the same nights.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from pydantic import ValidationError

from sim.engine.season import play_season
from sim.errors import InputError
from sim.experiment.executors import Executor, Work
from sim.experiment.plausible import Space
from sim.experiment.provenance import text_sha256
from sim.experiment.range import Array
from sim.experiment.record import array_of, bytes_of, unzipped, zipped
from sim.experiment.runs import Plan
from sim.experiment.store import Store, check_code, code_identity, world_identity
from sim.measures.outcomes import NAMES, outcomes
from sim.policy.find import Named, find_named, named
from sim.stop import check, keep
from sim.world.night import changed_to

Values = Mapping[str, float]  # what a world changes in the scenario, by path
Tell = Callable[[object], None]
FILE = "outcomes.npy"


@contextmanager
def living(plan: Plan, space: Space, executor: Executor, store: Store | None, tell: Tell) -> Iterator[Lives]:
    """Gives what lives worlds; `tell` is called after each night."""
    if store:
        store.sweep()
    with executor(_Parcel.of(plan, space).unpacked) as work:
        yield Lives(plan, work, store, tell)


class Lives:
    """Lives worlds, and counts those that the scenario's form refuses."""

    def __init__(self, plan: Plan, work: Work, store: Store | None, tell: Tell) -> None:
        self.plan, self.work, self.store, self.tell = plan, work, store, tell
        self.refused: Counter[str] = Counter()  # by what the form said
        self.kept = 0

    def outcomes(self, worlds: Sequence[Values]) -> Array:
        """Outcomes (worlds, policies, nights, metrics); NaN of a world that is refused."""
        plan = self.plan
        found = np.full((len(worlds), len(plan.policies), plan.replications, len(NAMES)), np.nan)
        keys = [self._key(values) for values in worlds]
        there = [self.store.get(key) if self.store and key else None for key in keys]
        made = self.work(values for values, told in zip(worlds, there, strict=True) if told is None)
        for w, (key, kept) in enumerate(zip(keys, there, strict=True)):
            lived = next(made) if kept is None else array_of(unzipped(kept)[FILE])
            if isinstance(lived, _Refusal):
                self.refused[lived.why] += 1
            else:
                found[w] = lived
                if key:
                    self._keep(key, lived, new=kept is None)
            for _ in range(found[w, ..., 0].size):
                self.tell(None)
            check()
        return found

    def _key(self, values: Values) -> str | None:
        """What a world is kept under; None where a policy takes in what its hash does not cover."""
        plan = self.plan
        if self.store is None or any(policy.doubts or policy.unhashed for policy in plan.policies):
            return None
        policies = [policy.identity for policy in plan.policies]
        numbers = plan.seed, plan.replications, plan.viewers
        told = ["worlds", self._world, sorted(values.items()), policies, numbers, code_identity()]
        return text_sha256(json.dumps(told))

    @cached_property
    def _world(self) -> str:
        return world_identity(self.plan.world)

    def _keep(self, key: str, lived: Array, *, new: bool) -> None:
        if self.store and new:
            self.store.put(key, zipped([(FILE, bytes_of(lived))]))
        self.kept += 1
        keep(f"{self.kept} finished world{'s' * (self.kept > 1)} kept: the same command goes on from there")


@dataclass(frozen=True)
class _Refusal:
    """Why a world is none."""

    why: str


@dataclass(frozen=True)
class _Parcel:
    """A plan as it travels: policies by what finds them, for their classes do not."""

    plan: Plan  # without policies
    space: Space
    policies: Named
    code: str  # what makes nights where the plan is

    @classmethod
    def of(cls, plan: Plan, space: Space) -> _Parcel:
        return cls(replace(plan, policies=()), space, named(plan.policies), code_identity())

    def unpacked(self) -> Callable[[Values], Array | _Refusal]:
        """What lives in a world under every policy; raises MatchdayError where a policy or this program is another."""
        check_code(self.code)
        return partial(_live, replace(self.plan, policies=find_named(self.policies)), self.space)


def _live(plan: Plan, space: Space, values: Values) -> Array | _Refusal:
    """All outcomes of one world (policies, nights, metrics)."""
    try:
        world = changed_to(plan.world, space.changed(values))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        return _Refusal(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}")
    except InputError as error:
        return _Refusal(str(error.problems[0]))
    changed = replace(plan, world=world)
    nights = [[_night(changed, p, r) for r in range(plan.replications)] for p in range(len(plan.policies))]
    return np.array(nights)


def _night(plan: Plan, number: int, replication: int) -> list[float]:
    """Outcomes of one policy's night, or season, in the order of `NAMES`."""
    policy = plan.policies[number]
    season = play_season(plan.world, policy.make, policy.name, plan.seed, replication, plan.viewers)
    told: Mapping[str, Any] = outcomes([played.let_go() if played.carried else played for played in season])
    return [told[name] for name in NAMES]
