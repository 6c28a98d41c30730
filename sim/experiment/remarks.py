"""What has to be said beside a comparison, because its numbers alone would mislead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.experiment.comparison import decided, half_interval

PART = 0.1  # of the orders a policy gains or loses, from which deliveries are told (assumed)


def remarks(comparison: Mapping[str, Any]) -> list[str]:
    """A sentence each; none for most comparisons."""
    return [*_of_brackets(comparison), *_of_red_lines(comparison), *_of_replenishment(comparison)]


def _of_brackets(comparison: Mapping[str, Any]) -> Iterator[str]:
    if names := comparison["brackets"]:
        see, bracket, are = ("see", "they bracket", "are") if names[1:] else ("sees", "it brackets", "is")
        yield f"{' and '.join(names)} {see} what no platform sees: {bracket} what others could do, and {are} no advice"


def _of_red_lines(comparison: Mapping[str, Any]) -> Iterator[str]:
    kept = {name: values["red_line_blocks"]["mean"] for name, values in comparison["policies"].items()}
    if told := ", ".join(f"{name} {mean:,.1f}" for name, mean in kept.items() if mean > 0):
        yield f"Pushes that enforced red lines kept from viewers, a night: {told} (red_lines.parquet says why)"


def _of_replenishment(comparison: Mapping[str, Any]) -> Iterator[str]:
    n = comparison["replications"]
    restocked = {name: d for name, d in comparison["differences"].items() if n > 1 and _restocked(d, n)}
    if not restocked:
        return
    told = ", ".join(
        f"{name} {d['delivered']['mean']:+,.1f} units for {d['orders']['mean']:+,.1f} orders"
        for name, d in restocked.items()
    )
    yield (
        f"Replenishment brought more or less than under {comparison['baseline']}: {told} a night. What was sold of "
        "these units is the shop's reordering as much as the pushes' doing"
    )


def _restocked(apart: Mapping[str, Mapping[str, float]], n: int) -> bool:
    delivered, orders = apart["delivered"], apart["orders"]
    return decided(delivered["mean"], half_interval(delivered), n) and abs(delivered["mean"]) > PART * abs(
        orders["mean"]
    )
