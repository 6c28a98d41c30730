"""Policies that no other policy beats in everything: the Pareto front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.experiment.comparison import decided, half_width
from sim.measures.outcomes import BETTER


def front(values: Mapping[str, NDArray[np.float64]], metrics: Sequence[str]) -> dict[str, str | None]:
    """By policy: None if it is on the front, else a policy that is as good in every metric and surely better in one.

    `values` holds (metrics, replications) of each policy, paired by replication.  "As good" goes by means, "surely" by
    the 95% interval of the paired difference, so luck alone throws nobody out.
    """
    sign = np.array([1.0 if BETTER[metric] == "more" else -1.0 for metric in metrics])
    good = {name: x * sign[:, np.newaxis] for name, x in values.items()}
    return {name: next((other for other in good if _beats(good[other], good[name])), None) for name in good}


def _beats(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    ahead = one - other
    ahead = ahead[:, ~np.isnan(ahead).any(axis=0)]
    if not ahead.shape[1]:
        return False
    means, halves = ahead.mean(axis=1), half_width(ahead)
    surely = any(m > 0.0 and decided(m, h, ahead.shape[1]) for m, h in zip(means, halves, strict=True))
    return bool((means >= 0.0).all()) and surely
