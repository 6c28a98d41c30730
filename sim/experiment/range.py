"""All numbers between two, and the scale on which they are cut."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Range:
    """All numbers from one to another, both included."""

    low: float
    high: float
    log: bool  # equal shares of the way are equal ratios, not equal steps
    whole: bool  # whole numbers only

    def at(self, u: Array) -> Array:
        """Numbers at shares 0 <= `u` <= 1 of the way; whole ones have the same length of it each."""
        if self.whole:
            return np.minimum(np.floor(self._between(u, self.high + 1.0)), self.high)
        return np.clip(self._between(u, self.high), self.low, self.high)  # for the last digit

    def _between(self, u: Array, high: float) -> Array:
        return self.low * (high / self.low) ** u if self.log else self.low + u * (high - self.low)

    def straight(self, values: Array) -> Array:
        """Numbers on the scale whose steps are those of the way."""
        return np.log(values) if self.log else values

    def back(self, straight: float) -> float:
        """A number from that scale."""
        return math.exp(straight) if self.log else straight

    def rounded(self, x: float) -> int | float:
        """A number in the range that can be written down: to about a thousandth of the range."""
        if self.whole:
            return round(x)
        near = float(f"{x:.3g}") if self.log else round(x, 2 - math.floor(math.log10(self.high - self.low)))
        return min(max(near, self.low), self.high)
