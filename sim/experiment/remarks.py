"""What has to be said beside a comparison, because its numbers alone would mislead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.experiment.comparison import decided

PART = 0.1  # of the orders a policy gains or loses, from which deliveries are told (assumed)


def remarks(comparison: Mapping[str, Any]) -> list[str]:
    """A sentence each; none for most comparisons."""
    baseline, n = comparison["baseline"], comparison["replications"]
    return [
        _restocked(policy, baseline, apart["delivered"]["mean"], apart["orders"]["mean"])
        for policy, apart in comparison["differences"].items()
        if _differ(apart["delivered"], n) and abs(apart["delivered"]["mean"]) > PART * abs(apart["orders"]["mean"])
    ]


def _differ(difference: Mapping[str, float], n: int) -> bool:
    return n > 1 and decided(difference["mean"], (difference["high"] - difference["low"]) / 2.0, n)


def _restocked(policy: str, baseline: str, delivered: float, orders: float) -> str:
    return (
        f"{policy}: {orders:+,.1f} orders a night against {baseline}, but also {delivered:+,.1f} units that "
        "replenishment brought; what was sold of these is the shop's reordering as much as the push's doing"
    )
