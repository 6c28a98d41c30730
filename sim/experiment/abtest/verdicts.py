"""What tests of a design would report, beside the true effect: that of all viewers under the treatment against all
under the control, on the same nights.

All effects are of the treatment on a night's total.  A test is made of blocks, each with an estimate:

viewer                a night: viewers x (mean of the treatment's viewers - mean of the control's)
cluster, switchback   two nights that mirror one another: total of the treatment's cells or blocks - the control's
match                 two nights: that under the treatment - that under the control

and reports their mean, with Student's interval over blocks, or of one night over viewers (Welch).  The true effect of a
test is that of its own nights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.experiment.abtest.designs import CONTROL, TREATMENT, DesignName
from sim.experiment.abtest.worlds import NAMES, Told, WorldName
from sim.experiment.comparison import LEVEL, decided, half_width

Values = NDArray[np.float64]
POWER = 0.8
DEALS = 50  # times that nights are dealt anew into tests; one deal's tests have no night in common
DEALT = 20221218
ROUNDING = 9  # decimals behind which a difference is none


@dataclass(frozen=True, eq=False)
class Blocks:
    """The smallest pieces of a test, of `nights` each."""

    nights: int
    estimates: Values  # (blocks, measures)
    truths: Values  # (blocks, measures)
    halves: Values | None = None  # (blocks, measures) half the interval of one alone, if one alone has any

    def dealt(self, rng: np.random.Generator) -> Blocks:
        """The same in another order."""
        order = rng.permutation(len(self.estimates))
        halves = None if self.halves is None else self.halves[order]
        return Blocks(self.nights, self.estimates[order], self.truths[order], halves)


class Nights:
    """All worlds of all replications."""

    def __init__(self, told: Sequence[Told]) -> None:
        self._told: dict[WorldName, list[Told]] = {}
        for each in told:
            self._told.setdefault(each.world, []).append(each)
        self.control = self._totals("control")[:, CONTROL]  # (replications, measures)
        self.treatment = self._totals("treatment")[:, TREATMENT]
        self.truths = self.treatment - self.control
        self.sold_out = {name: float(np.mean([t.sold_out for t in told])) for name, told in self._told.items()}

    def __len__(self) -> int:
        return len(self.truths)

    def _totals(self, world: WorldName) -> Values:
        return np.stack([told.totals for told in self._told[world]])

    def blocks(self, design: DesignName) -> Blocks:
        """The nights of a design, in order; whole pairs of them where they go in pairs."""
        if design == "viewer":
            return self._by_viewer()
        if design == "match":
            return self.whole(np.arange(len(self)))
        by_night = np.diff(self._totals(design), axis=1)[:, 0]
        return Blocks(2, _paired(by_night).sum(axis=1), _paired(self.truths).mean(axis=1))

    def whole(self, order: NDArray[np.intp]) -> Blocks:
        """Whole nights in that order, by turns under the control and under the treatment."""
        pairs = _paired(order)
        estimates = self.treatment[pairs[:, 1]] - self.control[pairs[:, 0]]
        return Blocks(2, estimates, self.truths[pairs].mean(axis=1))

    def _by_viewer(self) -> Blocks:
        n = np.stack([told.viewers for told in self._told["viewer"]])[:, :, np.newaxis]
        totals, squares = self._totals("viewer"), np.stack([told.squares for told in self._told["viewer"]])
        means = totals / n
        spread = np.maximum(squares / n - means**2, 0.0) / (n - 1.0)  # squared standard errors
        error = spread.sum(axis=1)
        # Welch's degrees of freedom; where nothing varies there is no interval.
        df = np.where(error > 0.0, error**2 / np.maximum((spread**2 / (n - 1.0)).sum(axis=1), 1e-300), 1.0)
        viewers = n.sum(axis=1)
        halves = viewers * stats.t.ppf(0.5 + LEVEL / 2.0, df) * np.sqrt(error)
        return Blocks(1, viewers * np.diff(means, axis=1)[:, 0], self.truths, halves)


def _paired(x: NDArray[Any]) -> NDArray[Any]:
    """(pairs, 2, …) of rows; a last one without another is left out."""
    whole = len(x) // 2 * 2
    return x[:whole].reshape(-1, 2, *x.shape[1:])


@dataclass(frozen=True, eq=False)
class Reports:
    """What tests report, each with its interval and with what is true of its nights; (tests, measures) each."""

    estimates: Values
    halves: Values
    truths: Values

    @classmethod
    def of(cls, blocks: Blocks, size: int) -> Reports:
        """As many tests of `size` blocks as there are blocks for."""
        whole = len(blocks.estimates) // size * size
        estimates, truths = (x[:whole].reshape(-1, size, len(NAMES)) for x in (blocks.estimates, blocks.truths))
        if size == 1:
            assert blocks.halves is not None
            return cls(blocks.estimates, blocks.halves, blocks.truths)
        halves = np.stack([half_width(test.T) for test in estimates])
        return cls(estimates.mean(axis=1), halves, truths.mean(axis=1))

    @property
    def covered(self) -> Values:
        """Share of tests whose interval holds the truth, by measure."""
        return np.asarray(np.mean(np.abs(self.estimates - self.truths) <= self.halves + 1e-9, axis=0))

    @property
    def detected(self) -> Values:
        """Share of tests whose interval excludes 0."""
        return np.asarray(np.mean(np.abs(self.estimates) > self.halves + 1e-9, axis=0))


def dealt(nights: Nights, design: DesignName, size: int) -> Iterator[Reports]:
    """Tests of `size` nights, dealt again and again where a test has several."""
    blocks, rng = nights.blocks(design), np.random.default_rng(DEALT)
    if blocks.nights == size == 1:
        yield Reports.of(blocks, 1)
        return
    for _ in range(DEALS):
        anew = nights.whole(rng.permutation(len(nights))) if design == "match" else blocks.dealt(rng)
        yield Reports.of(anew, size // blocks.nights)


def verdicts(nights: Nights, sizes: Mapping[DesignName, int]) -> dict[str, Any]:
    """All that is said of the nights, as JSON: `sizes` is how many nights a test of each design has.

    A measure that a design cannot tell is null.  `overstatement` (mean estimate / true effect, with the interval of a
    ratio of means, Cochran 1977, Sampling Techniques, 6.3) and `nights_needed` (for a power of POWER at 1 - LEVEL,
    two-sided) are null where the true effect is not told from 0.
    """
    true = _intervals(nights.truths)
    return {
        "control": dict(zip(NAMES, nights.control.mean(axis=0).tolist(), strict=True)),
        "true": {
            name: {**interval, "nights_needed": _needed(nights.truths[:, i], interval, 1, least=2)}
            for i, (name, interval) in enumerate(true.items())
        },
        "sold_out": {world: nights.sold_out[world] for world in ("control", "treatment")},
        "designs": {design: _design(nights, design, size, true) for design, size in sizes.items()},
    }


def _design(nights: Nights, design: DesignName, size: int, true: Mapping[str, Any]) -> dict[str, Any]:
    blocks = nights.blocks(design)
    deals = list(dealt(nights, design, size))
    covered, detected = (np.mean([getattr(d, what) for d in deals], axis=0) for what in ("covered", "detected"))
    fair = _fair(nights, blocks) if design == "match" else blocks
    bias = _intervals(np.round(fair.estimates - fair.truths, ROUNDING))
    least = 2 if blocks.halves is None else 1
    measures = {
        name: None
        if np.isnan(blocks.estimates[:, i]).any()
        else {
            "estimate": float(fair.estimates[:, i].mean()),
            "bias": bias[name],
            "overstatement": _ratio(fair.estimates[:, i], fair.truths[:, i], true[name], len(nights)),
            "coverage": float(covered[i]),
            "detected": float(detected[i]),
            "nights_needed": _needed(blocks.estimates[:, i], true[name], blocks.nights, least=least),
        }
        for i, name in enumerate(NAMES)
    }
    return {"nights": size, "tests": len(deals[0].estimates), "deals": len(deals), "measures": measures}


def _fair(nights: Nights, blocks: Blocks) -> Blocks:
    """Whole nights with each pair played out both ways: the mean over all assignments there are."""
    swapped = nights.whole(_paired(np.arange(len(nights)))[:, ::-1].ravel())
    return Blocks(2, (blocks.estimates + swapped.estimates) / 2.0, blocks.truths)


def _intervals(x: Values) -> dict[str, dict[str, float]]:
    """Means over rows with Student's interval, by measure."""
    means, halves = x.mean(axis=0), half_width(x.T)
    return {
        name: {"mean": float(mean), "low": float(mean - half), "high": float(mean + half)}
        for name, mean, half in zip(NAMES, means, halves, strict=True)
    }


def told_apart(interval: Mapping[str, float], nights: int) -> bool:
    """Whether a mean with its interval is more than luck."""
    return decided(interval["mean"], interval["high"] - interval["mean"], nights)


def _ratio(estimates: Values, truths: Values, true: Mapping[str, float], nights: int) -> dict[str, float] | None:
    if not told_apart(true, nights):
        return None
    ratio = float(estimates.mean() / truths.mean())
    half = float(half_width((estimates - ratio * truths)[np.newaxis])[0] / abs(truths.mean()))
    return {"mean": ratio, "low": ratio - half, "high": ratio + half}


def _needed(values: Values, true: Mapping[str, float], nights: int, *, least: int) -> int | None:
    """Nights for a test of such values, of `nights` each, to find the true effect; by Student's t, for they are few."""
    if true["low"] <= 0.0 <= true["high"]:
        return None
    spread = values.var(ddof=1) / true["mean"] ** 2
    n = max(least, int(np.ceil(_quantiles(np.inf) ** 2 * spread)))
    while n > 1 and n < _quantiles(n - 1.0) ** 2 * spread:
        n += 1
    return nights * n


def _quantiles(df: float) -> float:
    return float(stats.t.ppf(0.5 + LEVEL / 2.0, df) + stats.t.ppf(POWER, df))
