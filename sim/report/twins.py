"""What twins say of each policy, as a table and in words: which orders are its own, and whom it drove away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sim.experiment.comparison import half_interval
from sim.report.decimals import decimals


class Line(NamedTuple):
    """A row: its label, in which unit, and what of a policy's twins adds up to it."""

    label: str
    unit: str
    measures: tuple[str, ...]


LINES = (
    Line("orders, both ends", "", ("incremental_orders", "orders_anyway")),
    Line("  incremental", "", ("incremental_orders",)),
    Line("  would have come anyway", "", ("orders_anyway",)),
    Line("    for less than the twin", "", ("anyway_at_discount",)),
    Line("    discount given away", "currency", ("discount_given_away",)),
    Line("orders lost", "", ("orders_lost",)),
    Line("net revenue gained", "currency", ("incremental_revenue",)),
    Line("net revenue lost", "currency", ("revenue_lost",)),
    Line("viewers driven away", "", ("viewers_driven_away",)),
    Line("viewers kept", "", ("viewers_kept",)),
    Line("visits to matches lost", "", ("visits_lost",)),
    Line("visits gained", "", ("visits_gained",)),
)


def heading(comparison: Mapping[str, Any]) -> str:
    """Who is held against whom."""
    return f"Twins: every viewer beside the same viewer under {comparison['baseline']}"


def labels(comparison: Mapping[str, Any], currency: str) -> list[str]:
    """Of the rows, with units."""
    return [f"{line.label} [{currency}]" if line.unit else line.label for line in _lines(comparison)]


def columns(comparison: Mapping[str, Any], within: str) -> Mapping[str, Sequence[str]]:
    """What stands in each policy's column; `within` is how ± is written."""
    rows = [_row(comparison, line, within) for line in _lines(comparison)]
    return {policy: [row[policy] for row in rows] for policy in comparison["twins"]}


def sentences(comparison: Mapping[str, Any], currency: str, within: str) -> Iterator[str]:
    """One a policy: how many of its orders were incremental, and what was given away for the others."""
    for policy, means in comparison["twins"].items():
        total = sum(means[name]["mean"] for name in ("incremental_orders", "orders_anyway"))
        stream = comparison["policies"][policy]["orders"]["mean"]
        cheaper, discount = means["anyway_at_discount"], means["discount_given_away"]
        given = (
            f"{_figure(cheaper)} of them at a higher price: {_figure(discount)} {currency} of discount given away"
            if cheaper["mean"]
            else "none of them at a higher price"
        )
        yield (
            f"Of {policy}'s {_rounded(total)} orders ({_rounded(stream)} on the stream, the rest at the store) "
            f"{_figure(means['incremental_orders'], within)} were incremental; {_figure(means['orders_anyway'])} would "
            f"have come anyway, {given}. {_figure(means['orders_lost'])} that would have come did not."
        )


def _rounded(x: float) -> str:
    return f"{x:,.{decimals([x], [])}f}"


def _figure(value: Mapping[str, float | None], within: str = "") -> str:
    """A mean with as many decimals as the table gives it; with half its interval if `within` says how ± is written."""
    mean, half = float(value["mean"] or 0.0), half_interval(value)
    digits = decimals([mean], [(mean, half)])
    return f"{mean:,.{digits}f} {within}{half:,.{digits}f}" if within and half else f"{mean:,.{digits}f}"


def _lines(comparison: Mapping[str, Any]) -> Iterator[Line]:
    """Those that say something: no policy of one match changes who comes to it."""
    for line in LINES:
        if not line.measures[0].startswith("visits") or any(
            means[name]["mean"] for means in comparison["twins"].values() for name in line.measures
        ):
            yield line


def _row(comparison: Mapping[str, Any], line: Line, within: str) -> dict[str, str]:
    found = {policy: [means[name] for name in line.measures] for policy, means in comparison["twins"].items()}
    mean = {policy: sum(value["mean"] for value in values) for policy, values in found.items()}
    if len(line.measures) > 1:  # a sum of means has no interval of its own
        return {policy: f"{x:,.{decimals(list(mean.values()), [])}f}" for policy, x in mean.items()}
    half = {policy: half_interval(value) for policy, (value,) in found.items()}
    digits = decimals(list(mean.values()), [(mean[p], half[p]) for p in mean])
    return {
        policy: f"{x:,.{digits}f} {within}{half[policy]:,.{digits}f}" if half[policy] else f"{x:,.{digits}f}"
        for policy, x in mean.items()
    }
