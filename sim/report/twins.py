"""What twins say of each policy, as a table: which orders are its own, and whom it drove away."""

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
    Line("    at full price", "", ("anyway_at_discount",)),
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
