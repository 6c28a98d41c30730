"""What a comparison decides: whether a policy is better or worse than the baseline, and whether that matters.

A difference does not matter if its whole interval lies within the practical margin; that is not adjusted, because it
moves nobody to act unless it holds of all candidates.  Else it counts if it is more than luck (Student's t on paired
differences against 0, Holm 1979 across candidates and metrics that decide).  Everything else is open.

So what lies about on the margin is taken for what it is, better or worse, until the nights say that it is too small to
matter.  Were the mean held against the margin, every night could turn the verdict, and no number of them would settle
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.experiment.comparison import ENOUGH, LEVEL, varies
from sim.measures.outcomes import BETTER

Verdict = Literal["better", "worse", "same", "open"]
USUAL_MARGIN = 0.02  # of the baseline's mean, where the scenario names none (assumed)
FRONT = ("conversion_rate", "annoyance_mean", "stockout_minutes")  # what a policy brings, and what it costs


@dataclass(frozen=True)
class Difference:
    """A paired difference of nights: its mean, half of its t interval, and how many nights stand behind it."""

    mean: float
    half: float
    nights: int

    @property
    def p(self) -> float:
        """Two-sided chance of a mean so far from 0 if there were no difference."""
        return p_value(self.mean, self.half, self.nights)


def p_value(mean: float, half: float, nights: int, level: float = LEVEL) -> float:
    """Of Student's t test that what has this mean, ± half its interval at `level`, has expectation 0.

    What is the same every night has no spread to judge by: it is decided from ENOUGH nights on, by a sign test.
    """
    if nights < 2:
        return 1.0
    if not varies(mean, half):
        return float(2.0 * 0.5**nights) if mean and nights >= ENOUGH else 1.0
    error = half / float(stats.t.ppf(0.5 + level / 2.0, nights - 1))
    return float(2.0 * stats.t.sf(abs(mean) / error, nights - 1))


def holm(p: Sequence[float]) -> NDArray[np.float64]:
    """P-values adjusted for being several: each may be held against the same level (Holm 1979).

    The chance of any false claim among all is then no larger than the level, however they hang together.
    """
    order = np.argsort(p, kind="stable")
    ranked = np.asarray(p, float)[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(ranked), 1.0)
    return adjusted


def margin(told: float | str | None, base: float | None) -> float:
    """A margin in the metric's unit; `told` is a number of that unit or a share of the baseline's mean, as "2%"."""
    if isinstance(told, float | int):
        return float(told)
    share = USUAL_MARGIN if told is None else float(told.rstrip("% ")) / 100.0
    return abs(share * (base or 0.0))


def verdict(metric: str, apart: Difference, adjusted: float, margin: float) -> Verdict:
    """One difference's verdict; `adjusted` is its p-value among all that are judged."""
    if apart.nights > 1 and abs(apart.mean) + apart.half <= margin and (apart.half > 0.0 or apart.nights >= ENOUGH):
        return "same"
    if adjusted < 1.0 - LEVEL:
        gains = (apart.mean > 0.0) == (BETTER[metric] == "more")
        return "better" if gains else "worse"
    return "open"


def verdicts(
    differences: Mapping[str, Mapping[str, Difference]], base: Mapping[str, float | None], margins: Mapping[str, Any]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Of each candidate and metric that decides: `verdict`, `p` (adjusted) and `margin`.

    `differences` are by candidate and metric; `base` holds the baseline's means, `margins` what the scenario says.
    """
    cells = [(candidate, metric) for candidate, row in differences.items() for metric in row]
    adjusted = holm([differences[candidate][metric].p for candidate, metric in cells])
    out: dict[str, dict[str, dict[str, Any]]] = {candidate: {} for candidate in differences}
    for (candidate, metric), p in zip(cells, adjusted.tolist(), strict=True):
        within = margin(margins.get(metric), base[metric])
        said = verdict(metric, differences[candidate][metric], p, within)
        out[candidate][metric] = {"verdict": said, "p": p, "margin": within}
    return out


def nights_needed(apart: Difference, margin: float) -> int | None:
    """About how many nights would decide what is open; None where no number would.

    As many as make the interval narrower than the distance of the mean from 0, or from the margin within which it would
    not matter, whichever takes fewer.
    """
    size = abs(apart.mean)
    distance = max(size, margin - size)
    if not distance > 0.0 or not apart.half > 0.0:
        return None
    return int(np.ceil(apart.nights * (apart.half / distance) ** 2))
