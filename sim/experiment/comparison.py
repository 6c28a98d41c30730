"""Policies compared: means, and differences against a baseline paired by replication, with 95% intervals.

Under common random numbers replication r of every policy is the same night, so differences are taken night by night.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
LEVEL = 0.95
RESAMPLES = 4999
AT_A_TIME = 10_000_000  # numbers that are resampled together: 80 MB
MANY = 2000  # nights from which resampling says what Student's t says, and takes long
BOOTSTRAP_SEED = 20221218
ENOUGH = 6  # nights of one and the same difference that are more than luck: a sign test's 2 · 0.5^6 < 1 - LEVEL


def compare(
    table: pd.DataFrame,
    twins: pd.DataFrame | None = None,
    *,
    scenario: str,
    seed: int,
    baseline: str | None,
    brackets: Sequence[str] = (),
) -> dict[str, Any]:
    """The comparison as its JSON says it.

    `table` has one row a policy and replication (`sim.experiment.runs.table`), `twins` one of each but the baseline
    (`sim.experiment.runs.twins_table`).  Without a baseline there are no differences, and nobody has a twin.  With one
    replication there are no intervals: low and high are None, and a note says so.  A share or mean of nothing is NaN in
    the table and counts in none of them: `nights` says how many stand behind each.  `brackets` are the policies that
    see what no platform sees.
    """
    metrics, values = by_policy(table)
    n = len(next(iter(values.values()))[0])
    others = [name for name in values if name != baseline] if baseline else []
    result: dict[str, Any] = {
        "schema_version": 1,
        "scenario": scenario,
        "seed": seed,
        "replications": n,
        "baseline": baseline,
        "brackets": list(brackets),
        "level": LEVEL,
        "policies": {name: dict(zip(metrics, _means(x), strict=True)) for name, x in values.items()},
        "differences": {
            name: dict(zip(metrics, _differences(values[name], values[str(baseline)]), strict=True)) for name in others
        },
        "twins": {} if twins is None else _of_twins(twins),
    }
    return result if n > 1 else {**result, "note": "one replication: no intervals, low and high are null"}


def by_policy(table: pd.DataFrame) -> tuple[list[str], dict[str, Array]]:
    """Names of the columns, and their values (columns, replications) under each policy.

    NaN where a policy has not played a replication that others have.
    """
    names = [str(c) for c in table if c not in ("policy", "replication")]
    every = np.unique(table["replication"])
    values: dict[str, Array] = {
        str(policy): rows.set_index("replication")[names].reindex(every).to_numpy(float).T
        for policy, rows in table.groupby("policy", sort=False)
    }
    return names, values


def _of_twins(twins: pd.DataFrame) -> dict[str, dict[str, dict[str, float | None]]]:
    """Means by policy; a row is a pair of nights already, so their intervals are those of paired differences."""
    names, values = by_policy(twins)
    return {policy: dict(zip(names, _means(x), strict=True)) for policy, x in values.items()}


def decided(mean: float, half: float, replications: int) -> bool:
    """Whether a paired difference, ± half its interval, is more than luck.

    One that is the same every night has an interval without width, which is luck where nights are few: two nights with
    five mutes more do not prove five.  It counts from ENOUGH nights on.
    """
    return abs(mean) > half and (varies(mean, half) or replications >= ENOUGH)


def varies(mean: float, half: float) -> bool:
    """Whether a difference is another one from night to night, by more than rounding."""
    return half > 1e-9 * abs(mean)


def half_interval(value: Mapping[str, Any]) -> float:
    """Half the t interval of a mean or difference as the JSON says it; 0 where there is none."""
    return 0.0 if value["high"] is None else float(value["high"] - value["mean"])


def _means(x: Array) -> list[dict[str, float | None]]:
    """Mean and t interval of each row of `x` (metrics, replications), and of how many nights: those that have a value.

    None where none has one, and for the limits where only one has.
    """
    return [_mean(row[~np.isnan(row)]) for row in x]


def _mean(row: Array) -> dict[str, float | None]:
    if not len(row):
        return {"mean": None, "low": None, "high": None, "nights": 0}
    mean, half = row.mean(), half_width(row[np.newaxis])[0]
    limits = (mean - half, mean + half) if len(row) > 1 else (None, None)
    return {"mean": float(mean), "low": _limit(limits[0]), "high": _limit(limits[1]), "nights": len(row)}


def _limit(at: float | None) -> float | None:
    return None if at is None or np.isnan(at) else float(at)


def half_width(x: Array) -> Array:
    """Half of Student's t interval of the mean of each row of `x` (rows, replications); 0 for one replication."""
    n = x.shape[1]
    if n == 1:
        return np.zeros(len(x))
    t = float(stats.t.ppf(0.5 + LEVEL / 2.0, n - 1))
    return np.where(np.ptp(x, axis=1) == 0.0, 0.0, t * x.std(axis=1, ddof=1) / np.sqrt(n))


def _differences(x: Array, base: Array) -> list[dict[str, float | None]]:
    """As `_means`, of x - base; beside it the BCa interval and what pairing saved.

    Of nights in which both have a value: of a pair with one there is no difference.
    """
    d = x - base
    whole = ~np.isnan(d).any(axis=1)
    limits = np.full((len(d), 2), np.nan)
    limits[whole] = bca(d[whole])
    for i in np.flatnonzero(~whole):
        limits[i] = bca(d[i : i + 1, ~np.isnan(d[i])])[0]
    return [
        {**row, "bca_low": _limit(low), "bca_high": _limit(high), "variance_reduction": _variance_reduction(*pair)}
        for row, (low, high), pair in zip(_means(d), limits, zip(x, base, strict=True), strict=True)
    ]


def bca(d: Array) -> Array:
    """BCa bootstrap intervals (metrics, 2) of the means of rows; the t interval where there is nothing to resample.

    Of MANY nights and more it is the t interval, too.  NaN where there are fewer than two nights.
    """
    if d.shape[1] < 2:
        return np.full((len(d), 2), np.nan)
    mean, half = d.mean(axis=1), half_width(d)
    intervals = np.stack([mean - half, mean + half], axis=1)
    varied = np.flatnonzero(np.ptp(d, axis=1) > 0.0)
    if len(varied) and d.shape[1] < MANY:
        rng = np.random.default_rng(BOOTSTRAP_SEED)
        found = stats.bootstrap(
            (d[varied],),
            np.mean,
            axis=1,
            n_resamples=RESAMPLES,
            batch=max(1, AT_A_TIME // d[varied].size),
            confidence_level=LEVEL,
            method="BCa",
            rng=rng,
        ).confidence_interval
        limits = np.stack([found.low, found.high], axis=1)
        good = np.isfinite(limits).all(axis=1)
        intervals[varied[good]] = limits[good]
    return intervals


def _variance_reduction(x: Array, base: Array) -> float | None:
    """Variance of the difference had the nights been drawn apart, over that of the paired one; None if that is 0."""
    both = ~np.isnan(x - base)
    x, base = x[both], base[both]
    if len(x) < 2:
        return None
    apart, paired = x.var(ddof=1) + base.var(ddof=1), (x - base).var(ddof=1)
    return float(apart / paired) if paired > 0.0 else None
