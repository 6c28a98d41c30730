"""Rates that rise with the match clock, and the moments they make."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.parameters import Parameters
from sim.world.match import PLAYING, Period

Uniform = Callable[[], float]  # draws from [0, 1)


@dataclass(frozen=True)
class Ramp:
    """A rate in events a second that rises linearly with the match clock; in extra time it is constant.

    After Dixon & Robinson 1998 (The Statistician 47:523-538), without their dependence on the score.
    """

    at_kick_off: float
    rise: float  # added by 90 minutes
    in_extra_time: float

    def rate(self, period: Period, t: float) -> float:
        """Events a second at broadcast time `t` in a period of play."""
        if period.name not in ("1H", "2H"):
            return self.in_extra_time
        clock = PLAYING[period.name][0] * 60 + t - period.start
        return self.at_kick_off + self.rise * clock / 5400

    def ceiling(self, period: Period) -> float:
        """The highest rate of a period."""
        return max(self.rate(period, period.start), self.rate(period, period.end))


def ramp(total: float, ratio: float, parameters: Parameters, extra_time: float = 1.0) -> Ramp:
    """The ramp that makes `total` events in a regular match of mean length, stoppage included.

    Its rate at 90 minutes is `ratio` times that at kick-off; in extra time it is `extra_time` times its mean.
    """
    first, second = 45 + parameters.first_half_stoppage, 45 + parameters.second_half_stoppage
    mean_clock = (first * first / 2 + second * (45 + second / 2)) / (first + second)
    mean = total / (first + second) / 60
    start = mean / (1 + (ratio - 1) * mean_clock / 90)
    return Ramp(start, start * (ratio - 1), extra_time * mean)


def arrivals(uniform: Uniform, period: Period, rate: Callable[[float], float], ceiling: float) -> Iterator[float]:
    """Times in a period of a Poisson process of `rate`(t) ≤ `ceiling` a second, by thinning (Lewis & Shedler 1979)."""
    t = period.start
    while (t := t + waiting(uniform, ceiling)) < period.end:
        if uniform() * ceiling < rate(t):
            yield t


def waiting(uniform: Uniform, rate: float) -> float:
    """Seconds until something that happens `rate` times a second (exponential); endless for a rate of 0."""
    return -math.log(1 - uniform()) / rate if rate else math.inf


def weibull(uniform: Uniform, scale: float, shape: float) -> float:
    """A Weibull variable, by its inverse distribution function."""
    return scale * float((-math.log(1 - uniform())) ** (1 / shape))
