"""The best of several policies, by Kim and Nelson's procedure, which drops one as soon as it cannot be the best.

Kim & Nelson 2001, "A fully sequential procedure for indifference-zone selection in simulation", ACM TOMACS 11:251-273.
With chance 1 - alpha the policy that is left has the largest expected value, if that is at least `indifference` above
the next; nights may differ in variance from policy to policy and are paired (common random numbers), which makes the
procedure quick.  It takes values for normal; means of nights with thousands of viewers are nearly so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, permutations

import numpy as np

from sim.measures.outcomes import BETTER

ALPHA = 0.05


@dataclass(frozen=True)
class KimNelson:
    """Where the procedure stands."""

    left: tuple[str, ...]  # who can still be the best, in the order of their means: best first
    dropped: Mapping[str, int]  # after how many nights each of the others was

    @classmethod
    def of(
        cls, values: Mapping[str, Sequence[float]], metric: str, indifference: float, pilot: int, alpha: float = ALPHA
    ) -> KimNelson:
        """Goes through the nights played so far, one by one, as if each had just been played.

        `values` holds the metric of each policy's nights, in their order, at least `pilot` of each that is not dropped;
        what was played of a policy after it was dropped counts no more.  Raises ValueError where the metric is missing
        in a night.
        """
        names = list(values)
        sign = 1.0 if BETTER[metric] == "more" else -1.0
        x = {name: sign * np.asarray(v, float) for name, v in values.items()}
        if any(np.isnan(v).any() for v in x.values()):
            raise ValueError(f"{metric} has no value in some nights")
        eta = 0.5 * ((2.0 * alpha / max(len(names) - 1, 1)) ** (-2.0 / (pilot - 1)) - 1.0)
        h2 = 2.0 * eta * (pilot - 1)
        spread = {(a, b): np.var(x[a][:pilot] - x[b][:pilot], ddof=1) for a, b in permutations(names, 2)}
        left, dropped = names, dict[str, int]()
        for r in count(pilot):
            if len(left) == 1 or r > min(len(x[name]) for name in left):
                break
            mean = {name: float(x[name][:r].mean()) for name in left}
            lead = {(a, b): _lead(float(spread[a, b]), r, h2, indifference) for a, b in permutations(left, 2)}
            beaten = {b for (a, b), needed in lead.items() if mean[a] - mean[b] > needed}
            if not any(lead.values()):
                beaten = set(left) - {max(left, key=mean.__getitem__)}  # also of those that are level
            dropped |= {name: r for name in left if name in beaten}
            left = [name for name in left if name not in beaten]
        return cls(tuple(sorted(left, key=lambda name: -float(x[name].mean()))), dropped)


def _lead(variance: float, r: int, h2: float, indifference: float) -> float:
    """How far ahead a policy must be after r nights for the other to be dropped: max(0, d / 2r (h² S² / d² - r))."""
    return max(0.0, indifference / (2.0 * r) * (h2 * variance / indifference**2 - r))
