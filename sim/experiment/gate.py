"""A gate: is a policy good enough by the checks of its scenario?

A check is about a mean, or about the mean of differences paired by night from a policy or a stored baseline.  It passes
when the whole confidence interval lies within the requirement, fails when it lies wholly outside, and is inconclusive
else.  A requirement of the form "<= 5%" on something that should be small is a non-inferiority margin.

The confidence holds for all checks that count together, and for all that are only told: p-values are adjusted for
their number (Holm 1979), and for the looks that are taken while nights are added (Bonferroni), so stopping early costs
no honesty.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.experiment.baselines import Baseline
from sim.experiment.comparison import ENOUGH, bca, varies
from sim.experiment.runs import Done, Job, Plan, values_of
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
    def counts(self) -> bool:
        """Whether it can stop the gate."""
        return self.check.severity == "error"

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

    def evidence(self, values_of: Callable[[str], Mapping[str, Values]]) -> list[Evidence]:
        """What nights say on every check of every candidate; `values_of` gives a metric's, by policy."""
        found = []
        for policy in self.candidates:
            for place, check in enumerate(self.checks):
                if check.vs and self.beside.get(check.vs) == policy:
                    continue  # nobody is held to itself
                values = values_of(check.metric)
                own, bound = values[policy], Bound.of(check.require)
                other = self._other(check, values)
                base = other * np.sign(np.nansum(other)) if bound.share else np.ones(len(own))
                apart = own - other
                known = ~np.isnan(apart)
                found.append(Evidence(policy, check, place, apart[known], (apart - bound.size * base)[known]))
        return found

    def _other(self, check: Check, values: Mapping[str, Values]) -> Values:
        """(nights,) of what a policy is compared with; 0 where it is the measure itself that counts."""
        n = len(next(iter(values.values())))
        if check.vs is None:
            return np.zeros(n)
        if check.vs == STORED:
            assert self.stored is not None
            return self.stored.values(check.metric)[:n]
        return values[self.beside[check.vs]]


def adjusted(found: Sequence[Evidence], looks: int = 1) -> list[float]:
    """P-values of each for all that count together, or for all that are only told: a warning costs no check its power.

    `looks` are how often nights may be judged while they are added.
    """
    p = np.ones(len(found))
    for family in (True, False):
        among = np.array([each.counts is family for each in found], bool)
        p[among] = holm([each.p for each in found if each.counts is family])
    return [min(float(each) * looks, 1.0) for each in p]


def verdict(each: Evidence, p: float) -> Verdict:
    """Of one check, by its adjusted p-value."""
    if p >= 1.0 - each.check.confidence:
        return "inconclusive"
    return "pass" if each.fits else "fail"


def judged(found: Sequence[Evidence], looks: int = 1) -> list[dict[str, Any]]:
    """The verdict on each and what stands behind it, for the JSON."""
    among = Counter(each.counts for each in found)
    return [_told(each, p, looks * among[each.counts]) for each, p in zip(found, adjusted(found, looks), strict=True)]


def _told(each: Evidence, adjusted: float, most: int) -> dict[str, Any]:
    """`low` and `high` are at the level at which the check was decided: the whole interval is within or it is not."""
    check, n, said = each.check, len(each.values), verdict(each, adjusted)
    factor = adjusted / each.p if each.p > 0.0 and adjusted < 1.0 else most
    half = _half(each.beyond, (1.0 - check.confidence) / max(factor, 1.0))
    mean = float(each.values.mean()) if n else None
    low, high = (None, None) if mean is None or half is None else (mean - half, mean + half)
    skewed = bca(each.values[np.newaxis])[0].tolist() if n > 1 else [None, None]
    return {
        "policy": each.policy,
        "check": words(check),
        "place": each.place,
        "metric": check.metric,
        "vs": check.vs,
        "require": check.require,
        "severity": check.severity,
        "confidence": check.confidence,
        "verdict": said,
        "mean": mean,
        "low": low,
        "high": high,
        "bca_low": skewed[0],
        "bca_high": skewed[1],
        "bound": each.bound if n else None,
        "p": adjusted,
        "nights": n,
        "nights_needed": _needed(each, half) if said == "inconclusive" else None,
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


def constraints(plan: Plan) -> Gate:
    """The scenario's checks that count and need nothing but the plan's own policies, for all of these."""
    told = plan.world.scenario.experiment.gate
    names = {policy.spec: policy.name for policy in plan.policies}
    checks = tuple(c for c in told if c.severity == "error" and (c.vs is None or c.vs in names))
    return Gate(checks, tuple(names.values()), names)


def failed(gate: Gate, nights: Sequence[Done]) -> dict[str, str]:
    """By policy that fails a check: the first that it fails."""
    found = gate.evidence(partial(values_of, nights))
    lost: dict[str, str] = {}
    for each, p in zip(found, adjusted(found), strict=True):
        if verdict(each, p) == "fail":
            lost.setdefault(each.policy, words(each.check))
    return lost


def words(check: Check) -> str:
    """`annoyance_mean vs no_push <= 5%`."""
    beside = f" vs {check.vs}" if check.vs else ""
    return f"{check.metric}{beside} {check.require}"


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
            found = gate.evidence(partial(values_of, done))
            said = [verdict(*one) for one in zip(found, adjusted(found, len(stops)), strict=True)]
            if all(one != "inconclusive" for one, each in zip(said, found, strict=True) if each.counts):
                return []
        nxt = next((n for n in stops if n > played), played)
        return [(r, number) for r in range(played, nxt) for number in range(len(plan.policies))]

    return more
