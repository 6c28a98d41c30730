"""The page that documents every measure: its unit, how it is made, and from which rows of the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from sim.measures.outcomes import METRICS
from sim.measures.twins import TWINS

HEAD = """\
# Every measure

Made by `run_sim.py list metrics --page`. Of a season, counts and amounts are those of all its matches together,
and who comes to three matches is three viewers. Orders, payments, pages and reservations are those on the stream, rows
without the bit 16 of `flag`, unless the store or both ends are named; measures of money given back, parcels and
returns are of both. A share or mean of nothing, as the return rate of a night without parcels, is missing: it counts
in no mean and no pair. Rows are those of the ledger; [results/README.md](../results/README.md) tells each kind. Amounts
are in the scenario's currency.

| measure | unit | better | how it is made | rows |
|---|---|---|---|---|
"""
TWIN_HEAD = """
## Of twins

Every viewer beside the same viewer under the baseline, whom this table calls the twin; orders are those of both ends.

| measure | unit | how it is made |
|---|---|---|
"""


def measures_page() -> str:
    """Markdown."""
    return HEAD + "".join(_outcomes()) + TWIN_HEAD + "".join(_twins())


def _outcomes() -> Iterator[str]:
    for m in METRICS:
        rows = ", ".join(kind.name.lower() for kind in m.rows) or "none: the people's state when all is over"
        yield f"| `{m.name}` | {m.unit} | {m.better or ''} | {m.formula} | {rows} |\n"


def _twins() -> Iterator[str]:
    for m in TWINS:
        yield f"| `{m.name}` | {m.unit} | {m.formula} |\n"
