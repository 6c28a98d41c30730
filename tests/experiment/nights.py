"""Nights that were never played: outcomes as a test wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.experiment.runs import Done


def nights(metric: str, values: Mapping[str, Sequence[float]]) -> list[Done]:
    """Replication by replication, as `playing` gives them; of policies that have no more values none."""
    most = max(map(len, values.values()))
    return [
        Done(
            policy=policy,
            replication=r,
            outcomes={metric: float(x[r])},
            parts={},
            series=None,
            twins=None,
            ledger_sha256=None,
            seconds=None,
            stored=False,
        )
        for r in range(most)
        for policy, x in values.items()
        if r < len(x)
    ]
