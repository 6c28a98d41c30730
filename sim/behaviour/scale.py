"""The scale that choices are on: log odds."""

from __future__ import annotations

import math

from numba.extending import register_jitable

MOST = 50.0  # log odds beyond which nothing is more certain; keeps exponentials finite


@register_jitable
def logistic(x: float) -> float:
    """1 / (1 + e^-x), the probability whose log odds are `x`."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    odds = math.exp(x)
    return odds / (1.0 + odds)
