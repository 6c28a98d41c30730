"""Which nights are played next, given those that are done: a fixed number, or as many as it takes.

A schedule is a function of what is done alone, so a run that was stopped goes on as if it had not been.  Nights come in
whole replications: all policies of one before the next, the control's first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.experiment.comparison import half_width
from sim.experiment.runs import Done, Job, Plan, values_of
from sim.experiment.selection import KimNelson

PILOT = 30  # nights before anything is judged: a variance of fewer is little more than luck
BATCH = 10  # nights that are added at a time
Schedule = Callable[[Sequence[Done]], list[Job]]


def schedule_of(plan: Plan) -> Schedule:
    """The one that the plan's rule for stopping asks for."""
    if plan.stopping.choose is not None:
        return until_chosen(plan, *plan.stopping.choose)
    if plan.stopping.precision:
        return until_precise(plan, plan.stopping.precision)
    return lambda done: plan.jobs[len(done) :]


def until_precise(plan: Plan, wanted: Mapping[str, float]) -> Schedule:
    """Batches until every policy's difference from the control is known to within `wanted`, or the plan's number.

    `wanted` holds half widths of 95% intervals by metric, in the metric's own unit; without a control it is the means
    that are known.  The width hangs on how much nights vary, not on what they say, so the interval keeps its coverage
    (Chow & Robbins 1965; docs/experiments.md has what was measured).
    """

    def more(done: Sequence[Done]) -> list[Job]:
        played = len(done) // len(plan.policies)
        if played and not too_wide(done, plan.control, wanted):
            return []
        return _whole(plan, played, _next(played, plan.replications))

    return more


def too_wide(done: Sequence[Done], control: str | None, wanted: Mapping[str, float]) -> dict[str, float]:
    """Half widths by metric, of those that are wider than wanted; each the widest of all policies'."""
    wide: dict[str, float] = {}
    for metric, most in wanted.items():
        values = values_of(done, metric)
        base = values.pop(control) if control else 0.0
        halves = [_half(x - base) for x in values.values()]
        if halves and max(halves) > most:
            wide[metric] = max(halves)
    return wide


def _half(x: NDArray[np.float64]) -> float:
    known = x[~np.isnan(x)]
    return float(half_width(known[np.newaxis])[0]) if len(known) > 1 else 0.0


def until_chosen(plan: Plan, metric: str, indifference: float) -> Schedule:
    """Replications of the policies still in play, until Kim and Nelson's procedure is left with one.

    The control, which the others are compared with, is played to the end, and so are policies that see what is latent
    not at all beyond the pilot: they are no choice.
    """

    def more(done: Sequence[Done]) -> list[Job]:
        if not done:
            return _whole(plan, 0, min(PILOT, plan.replications))
        chosen = choice(plan, done, metric, indifference)
        played = max(night.replication for night in done) + 1
        if len(chosen.left) == 1 or played >= plan.replications:
            return []
        numbers = [i for i, p in enumerate(plan.policies) if p.name in chosen.left or p.name == plan.control]
        return [(r, number) for r in range(played, _next(played, plan.replications)) for number in numbers]

    return more


def choice(plan: Plan, done: Sequence[Done], metric: str, indifference: float) -> KimNelson:
    """How far the procedure is."""
    brackets = {policy.name for policy in plan.policies if policy.bracket}
    played = {name: x for name, x in values_of(done, metric).items() if name not in brackets}
    counts = Counter(night.policy for night in done)
    values = {name: x[: counts[name]].tolist() for name, x in played.items()}
    return KimNelson.of(values, metric, indifference, pilot=min(PILOT, plan.replications))


def _next(played: int, most: int) -> int:
    return min(PILOT if played < PILOT else played + BATCH, most)


def _whole(plan: Plan, start: int, end: int) -> list[Job]:
    return [(r, number) for r in range(start, end) for number in range(len(plan.policies))]
