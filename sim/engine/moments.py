"""When a viewer next has a moment of their own accord: candidate times of a Poisson process at a bounded rate.

Thinning (Lewis & Shedler 1979): candidates come at a rate that no true hazard exceeds, and each is then accepted with
the true hazard at its instant.  The bound is constant over blocks of a minute and a sum of four parts, each a number of
the viewer's times a curve of the match, so that its integral is known at every block's edge and the next candidate is
found by bisection.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numba.extending import register_jitable

from sim.world.stage import BLOCK, Curves


class Pace(NamedTuple):
    """A viewer's part of the bound; rates per second."""

    steady: float  # times 1
    leave: float  # times the most of `leave`
    browse: float  # times the most of `browse` on the viewer's side
    chat: float  # times the most of `arousal` there


@register_jitable
def rate(pace: Pace, side: int, block: int, curves: Curves) -> float:
    """Candidates per second in a block."""
    most = curves.most[block]
    own = pace.leave * most["leave"] + pace.browse * most["browse"][side]
    return float(pace.steady + own + pace.chat * most["arousal"][side])


@register_jitable
def total(pace: Pace, side: int, edge: int, curves: Curves) -> float:
    """Candidates expected from the start of the night to the start of block `edge`."""
    sums = curves.sums[edge]
    own = pace.leave * sums["leave"] + pace.browse * sums["browse"][side]
    return float(pace.steady * (edge * BLOCK) + own + pace.chat * sums["arousal"][side])


@register_jitable
def next_moment(t: float, u: float, pace: Pace, side: int, curves: Curves) -> float:
    """Time of the first candidate after `t`, inf if there is none before the broadcast ends; `u` is a uniform draw."""
    left = -math.log(u)
    block = int(t - curves.opens) // BLOCK
    here = rate(pace, side, block, curves)
    until = curves.opens + (block + 1) * BLOCK - t
    if left < here * until:
        return _on_air(t + left / here, curves)
    low, high = block + 1, curves.most.shape[0]
    target = left - here * until + total(pace, side, low, curves)
    if low >= high or target >= total(pace, side, high, curves):
        return math.inf
    while high - low > 1:
        middle = (low + high) // 2
        if total(pace, side, middle, curves) <= target:
            low = middle
        else:
            high = middle
    spare = target - total(pace, side, low, curves)
    return _on_air(curves.opens + low * BLOCK + spare / rate(pace, side, low, curves), curves)


@register_jitable
def _on_air(t: float, curves: Curves) -> float:
    return t if t < curves.closes else math.inf  # the last block may go on after the broadcast
