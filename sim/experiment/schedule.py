"""Which nights are played next, given those that are done, where their number is not fixed.

A schedule is a function of what is done alone, so a run that was stopped goes on as if it had not been.  Nights come in
whole replications: all policies of one before the next, the control's first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.errors import MatchdayError
from sim.experiment.comparison import half_width
from sim.experiment.runs import Done, Job, Plan, values_of

PILOT = 30  # nights before anything is judged: a variance of fewer is little more than luck
BATCH = 10  # nights that are added at a time
Schedule = Callable[[Sequence[Done]], list[Job]]


def until_precise(plan: Plan, wanted: Mapping[str, float]) -> Schedule:
    """Batches until every policy's difference from the control is known to within `wanted`, or the plan's number.

    `wanted` holds half widths of 95% intervals by metric, in the metric's own unit; without a control it is the means
    that are known.  The width hangs on how much nights vary, not on what they say, so the interval keeps its coverage
    (Chow & Robbins 1965; docs/experiments.md has what was measured).  Playing on raises MatchdayError where nights have
    no value of a metric.
    """

    def more(done: Sequence[Done]) -> list[Job]:
        played = len(done) // len(plan.policies)
        if played and not too_wide(done, plan.control, wanted):
            return []
        return whole(plan, played, next_stop(played, plan.replications))

    return more


def too_wide(done: Sequence[Done], control: str | None, wanted: Mapping[str, float]) -> dict[str, float]:
    """Half widths by metric, of those that are wider than wanted; each the widest of all policies'."""
    wide: dict[str, float] = {}
    for metric, most in wanted.items():
        values = values_of(done, metric)
        base = values.pop(control) if control else 0.0
        halves = [_half(metric, x - base) for x in values.values()]
        if halves and max(halves) > most:
            wide[metric] = max(halves)
    return wide


def _half(metric: str, x: NDArray[np.float64]) -> float:
    known = x[~np.isnan(x)]
    if len(x) > 1 and len(known) < 2:
        raise MatchdayError(
            f"--precision {metric}: {len(x)} nights have no {metric} to take a difference of: ask for another measure"
        )
    return float(half_width(known[np.newaxis])[0])


def next_stop(played: int, most: int) -> int:
    """After how many nights is looked again: the pilot, then a batch more each time."""
    return min(PILOT if played < PILOT else played + BATCH, most)


def whole(plan: Plan, start: int, end: int) -> list[Job]:
    """All policies' nights of some replications."""
    return [(r, number) for r in range(start, end) for number in range(len(plan.policies))]
