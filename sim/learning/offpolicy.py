"""What logs of one policy say of another: inverse propensity scores, plain, self-normalised, and doubly robust.

Each takes rewards as logged, the chances with which arms were drawn, and the chances that the other policy would give
them (Horvitz & Thompson 1952; Swaminathan & Joachims 2015; Dudik, Langford & Li 2011).  They speak of viewers as the
*logging* policy has left them: a policy that tires viewers less is told too low.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Column = NDArray[np.float64]


class Estimate(NamedTuple):
    """A mean reward a viewer and round, over nights, with its 95% interval."""

    mean: float
    half_width: float


def ips(reward: Column, chance: Column, wanted: Column) -> Column:
    """(n,) rewards times how much more often the other policy would have drawn what was drawn."""
    return reward * wanted / chance


def snips(reward: Column, chance: Column, wanted: Column, night: NDArray[np.int64]) -> Column:
    """(n,) the same over the mean of the weights in each night, which takes away the chance in how often an arm came.

    Nights in which the other policy would have drawn nothing that was drawn say 0.
    """
    weight = wanted / chance
    numbers = np.unique(night, return_inverse=True)[1]
    mean = np.bincount(numbers, weight) / np.bincount(numbers)
    return np.divide(reward * weight, mean[numbers], out=np.zeros(len(reward)), where=weight > 0)


def doubly_robust(
    reward: Column, chance: Column, wanted: NDArray[np.float64], arm: NDArray[np.intp], expected: NDArray[np.float64]
) -> Column:
    """(n,) what a model expects of the other policy, corrected by what the model got wrong where arms were drawn.

    `wanted` and `expected` (n, arms): the other policy's chances, and the rewards a model expects.
    """
    rows = np.arange(len(arm))
    model = (wanted * expected).sum(axis=1)
    return np.asarray(model + wanted[rows, arm] / chance * (reward - expected[rows, arm]))


def over_nights(values: Column, night: NDArray[np.int64]) -> Estimate:
    """Mean of the nights' means, and half its t interval: rounds of one night are not independent, nights are."""
    means = np.array([values[night == n].mean() for n in np.unique(night)])
    if len(means) < 2:
        return Estimate(float(means.mean()), float("nan"))
    return Estimate(float(means.mean()), float(stats.sem(means) * stats.t.ppf(0.975, len(means) - 1)))
