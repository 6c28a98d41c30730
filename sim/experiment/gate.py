"""A gate: is a policy good enough by the checks of its scenario?

A check is about a mean, or about the mean of differences paired by night from a policy or a stored baseline.  It passes
when the whole confidence interval lies within the requirement, fails when it lies wholly outside, and is inconclusive
else.  A requirement of the form "<= 5%" on something that should be small is a non-inferiority margin.

The confidence holds for all checks together: p-values are adjusted for their number (Holm 1979), and for the looks that
are taken while nights are added (Bonferroni), so stopping early costs no honesty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from sim.experiment.baselines import Baseline
from sim.experiment.comparison import ENOUGH, bca, by_policy, varies
from sim.experiment.runs import Done, Job, Plan, table
from sim.experiment.schedule import PILOT, Schedule
from sim.experiment.verdicts import holm
from sim.world.experiment import STORED, Check

Values = NDArray[np.float64]
Verdict = Literal["pass", "fail", "inconclusive"]
RANK: tuple[Verdict, ...] = ("pass", "inconclusive", "fail")


@dataclass(frozen=True)
class Bound:
    """What a requirement says: on which side of which size."""

    upper: bool  # it must be below
    within: bool  # the size itself is allowed
    size: float
    share: bool  # of the mean of what it is compared with

    @classmethod
    def of(cls, require: str) -> Bound:
        """What `<= 5%` says, as `sim.world.experiment` has checked it."""
        found = re.fullmatch(r"(<=|<|>=|>) ?([-+]?[\d.]+) ?(%?)", require)
        assert found
        share = found[3] == "%"
        return cls(found[1][0] == "<", "=" in found[1], float(found[2]) / (100.0 if share else 1.0), share)


@dataclass(frozen=True, eq=False)
class Evidence:
    """One check of one policy, night by night: how far each night is beyond the bound."""

    policy: str
    check: Check
    place: int  # of the check in the scenario
    values: Values  # (nights,) of the measure, or of its difference
    beyond: Values  # (nights,) values - bound; a share is taken of each night's own, so its luck is counted

    @property
    def bound(self) -> float:
        """In the unit of the measure."""
        return float((self.values - self.beyond).mean()) if len(self.values) else float("nan")

    @property
    def p(self) -> float:
        """Two-sided chance of being so far from the bound if the truth were on it."""
        n = len(self.beyond)
        if n < 2:
            return 1.0
        mean, spread = float(self.beyond.mean()), float(self.beyond.std(ddof=1))
        if not varies(mean or 1.0, spread):
            return float(2.0 * 0.5**n) if n >= ENOUGH else 1.0  # the same every night: a sign test
        return float(2.0 * stats.t.sf(abs(mean) / (spread / np.sqrt(n)), n - 1))

    @property
    def fits(self) -> bool:
        """Whether the mean is on the right side."""
        bound, mean = Bound.of(self.check.require), float(self.beyond.mean())
        return bound.within if mean == 0.0 else (mean < 0.0) == bound.upper


@dataclass(frozen=True)
class Gate:
    """Which policies are held to which checks, and beside what."""

    checks: tuple[Check, ...]
    candidates: tuple[str, ...]  # names of policies in the plan
    beside: Mapping[str, str]  # names of the policies that checks compare with, as the checks call them
    stored: Baseline | None = None

    def evidence(self, nights: pd.DataFrame) -> list[Evidence]:
        """What the nights (`sim.experiment.runs.table`) say on every check of every candidate."""
        metrics, values = by_policy(nights)
        found = []
        for policy in self.candidates:
            for place, check in enumerate(self.checks):
                row = metrics.index(check.metric)
                own, bound = values[policy][row], Bound.of(check.require)
                other = self._other(check, values, row)
                base = other * np.sign(np.nansum(other)) if bound.share else np.ones(len(own))
                apart = own - other
                known = ~np.isnan(apart)
                found.append(Evidence(policy, check, place, apart[known], (apart - bound.size * base)[known]))
        return found

    def _other(self, check: Check, values: Mapping[str, Values], row: int) -> Values:
        """(nights,) of what a policy is compared with; 0 where it is the measure itself that counts."""
        n = next(iter(values.values())).shape[1]
        if check.vs is None:
            return np.zeros(n)
        if check.vs == STORED:
            assert self.stored is not None
            return self.stored.values(check.metric)[:n]
        other: Values = values[self.beside[check.vs]][row]
        return other


def judged(found: Sequence[Evidence], looks: int = 1) -> list[dict[str, Any]]:
    """The verdict on each, for the JSON: `looks` are how often the nights may be judged while they are added."""
    adjusted = holm([each.p for each in found]) * looks
    return [_judged(each, min(float(p), 1.0), looks * len(found)) for each, p in zip(found, adjusted, strict=True)]


def _judged(each: Evidence, adjusted: float, most: int) -> dict[str, Any]:
    check, n = each.check, len(each.values)
    decided = adjusted < 1.0 - check.confidence
    verdict: Verdict = "inconclusive" if not decided else "pass" if each.fits else "fail"
    factor = adjusted / each.p if each.p > 0.0 and adjusted < 1.0 else most
    half = _half(each.beyond, (1.0 - check.confidence) / max(factor, 1.0))
    mean = float(each.values.mean()) if n else None
    low, high = (None, None) if mean is None or half is None else (mean - half, mean + half)
    skewed = bca(each.values[np.newaxis])[0].tolist() if n > 1 else [None, None]
    return {
        "policy": each.policy,
        "place": each.place,
        "metric": check.metric,
        "vs": check.vs,
        "require": check.require,
        "severity": check.severity,
        "confidence": check.confidence,
        "verdict": verdict,
        "mean": mean,
        "low": low,
        "high": high,
        "bca_low": skewed[0],
        "bca_high": skewed[1],
        "bound": each.bound if n else None,
        "p": adjusted,
        "nights": n,
        "nights_needed": _needed(each, half) if verdict == "inconclusive" else None,
    }


def _half(beyond: Values, alpha: float) -> float | None:
    n = len(beyond)
    if n < 2:
        return None
    return float(stats.t.ppf(1.0 - alpha / 2.0, n - 1) * beyond.std(ddof=1) / np.sqrt(n))


def _needed(each: Evidence, half: float | None) -> int | None:
    """About how many nights would decide it."""
    distance = abs(float(each.beyond.mean())) if len(each.beyond) else 0.0
    if not half or not distance:
        return None
    return int(np.ceil(len(each.beyond) * (half / distance) ** 2)) + 1


def verdict_of(checks: Sequence[Mapping[str, Any]]) -> Verdict:
    """Of all checks that count: warnings are only told."""
    return max((c["verdict"] for c in checks if c["severity"] == "error"), key=RANK.index, default="pass")


# --- how many nights --------------------------------------------------------------------------------------------------


def looks(most: int) -> list[int]:
    """After how many nights the checks are judged: the pilot, then twice as many each time, and at the end.

    Few looks cost little: each is charged for all of them.
    """
    found = []
    n = PILOT
    while n < most:
        found.append(n)
        n *= 2
    return [*found, most]


def until_decided(plan: Plan, gate: Gate) -> Schedule:
    """Nights until every check that counts has passed or failed, or the plan's number."""
    stops = looks(plan.replications)

    def more(done: Sequence[Done]) -> list[Job]:
        played = len(done) // len(plan.policies)
        if played:
            told = judged(gate.evidence(table(done)), len(stops))
            if all(c["verdict"] != "inconclusive" for c in told if c["severity"] == "error"):
                return []
        nxt = next((n for n in stops if n > played), played)
        return [(r, number) for r in range(played, nxt) for number in range(len(plan.policies))]

    return more
