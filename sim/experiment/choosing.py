"""Choosing the best of several policies: which of them are still in play, and how far that is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sim.errors import MatchdayError
from sim.experiment.gate import adjusted, constraints, failed, verdict, words
from sim.experiment.runs import Done, Job, Plan, values_of
from sim.experiment.schedule import PILOT, Schedule, next_stop, whole
from sim.experiment.selection import KimNelson


@dataclass(frozen=True)
class Choice:
    """How far it is."""

    left: tuple[str, ...]  # who can still be the best, best first
    dropped: Mapping[str, int]  # who cannot, and after how many nights that was clear
    unfit: Mapping[str, str]  # who fails a check of the scenario's gate, and which


def until_chosen(plan: Plan, metric: str, indifference: float) -> Schedule:
    """Replications of the policies still in play, until Kim and Nelson's procedure is left with one.

    The control, which the others are compared with, is played to the end.  Policies that see what is latent, or that
    fail a check of the scenario's gate in the pilot, are no choice.
    """

    def more(done: Sequence[Done]) -> list[Job]:
        if not done:
            return whole(plan, 0, next_stop(0, plan.replications))
        left = choice(plan, done, metric, indifference).left
        played = max(night.replication for night in done) + 1
        if len(left) < 2 or played >= plan.replications:
            return []
        numbers = [i for i, p in enumerate(plan.policies) if p.name in left or p.name == plan.control]
        return [(r, number) for r in range(played, next_stop(played, plan.replications)) for number in numbers]

    return more


def choice(plan: Plan, done: Sequence[Done], metric: str, indifference: float) -> Choice:
    """How far the procedure is with the nights that are done."""
    pilot = min(PILOT, plan.replications)
    unfit = failed(constraints(plan), [night for night in done if night.replication < pilot])
    no_choice = {policy.name for policy in plan.policies if policy.bracket} | unfit.keys()
    counts = Counter(night.policy for night in done)
    values = {name: x[: counts[name]].tolist() for name, x in values_of(done, metric).items() if name not in no_choice}
    if not values:
        return Choice((), {}, unfit)
    if any(math.isnan(x) for row in values.values() for x in row):
        raise MatchdayError(f"--choose {metric}: some nights have no {metric}: choose by a measure that each night has")
    found = KimNelson.of(values, metric, indifference, pilot)
    return Choice(found.left, found.dropped, unfit)


def told(plan: Plan, done: Sequence[Done], metric: str, indifference: float) -> dict[str, Any]:
    """What came of it, for the JSON; `unsure` are checks that the nights do not decide for the policy that is left."""
    found, gate = choice(plan, done, metric, indifference), constraints(plan)
    evidence = gate.evidence(partial(values_of, done))
    said = [(each, verdict(each, p)) for each, p in zip(evidence, adjusted(evidence), strict=True)]
    return {
        "metric": metric,
        "indifference": indifference,
        "most": plan.replications,
        "left": list(found.left),
        "dropped": dict(found.dropped),
        "unfit": dict(found.unfit),
        "unsure": [words(each.check) for each, one in said if each.policy in found.left[:1] and one != "pass"],
        "nights": len(done),
    }
