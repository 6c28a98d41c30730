"""Many policies at a glance: a line each, the best first, with what decides and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from sim.experiment.remarks import remarks
from sim.experiment.verdicts import FRONT
from sim.measures.outcomes import BETTER, BY_NAME
from sim.report.advice import advice
from sim.report.table import (
    ASCII,
    GAP,
    STYLES,
    UNICODE,
    Cell,
    Comparison,
    Signs,
    folded,
    legend,
    row_of,
    terminal,
    unit_of,
)

MANY = 6  # policies, beyond which tables side by side are no longer read
NARROW = 12  # columns of a policy's name at least
HEAD = 11  # columns of what stands above numbers


def overview(comparison: Comparison, currency: str, metrics: Sequence[str] = ()) -> RenderableType:
    """The whole comparison, or a ranking of many policies; `metrics` that are named stand side by side."""
    if metrics or len(comparison["policies"]) <= MANY:
        return terminal(comparison, currency, metrics)
    return _Ranking(comparison, currency)


@dataclass(frozen=True)
class _Ranking:
    """The table, and the sentences to act on."""

    comparison: Comparison
    currency: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        signs = ASCII if options.ascii_only else UNICODE
        goal = self.comparison.get("decision", {}).get("goal", "net_value")
        metrics = tuple(dict.fromkeys((goal, *FRONT)))
        rows = {name: row_of(self.comparison, BY_NAME[name]) for name in metrics}
        policies = self._order(goal)
        yield _table(policies, list(self._columns(rows, policies, signs)), options.max_width)
        yield ""
        yield Text(legend(self.comparison, metrics, list(rows.values()), signs, "Difference"), style="dim")
        yield Text("All metrics of all policies: summary.md in the folder below, or --metric NAME.\n", style="dim")
        for remark in remarks(self.comparison):
            yield Text(f"{remark}.")
        for said in advice(self.comparison, self.currency, signs.within):
            yield Text(f"{said}.", style="bold")

    def _order(self, goal: str) -> list[str]:
        """Policies, the best first; those without a value last."""
        told: Mapping[str, Mapping[str, Any]] = self.comparison["policies"]
        sign = -1.0 if BETTER[goal] == "more" else 1.0
        return sorted(told, key=lambda p: (not told[p][goal]["nights"], sign * (told[p][goal]["mean"] or 0.0)))

    def _columns(self, rows: Mapping[str, Mapping[str, Cell]], policies: list[str], signs: Signs) -> Iterator[_Column]:
        """The first metric's means, then its differences; of others means with the marks of theirs."""
        for i, (name, row) in enumerate(rows.items()):
            cells = [row[policy] for policy in policies]
            head = _head(name, unit_of(BY_NAME[name], self.currency))
            yield _Column(head, [_marked(cell.mean, cell, signs) if i else Text(cell.mean) for cell in cells])
            if i == 0 and self.comparison["differences"]:
                yield _Column(Text("difference"), [_marked(cell.below(signs), cell, signs) for cell in cells])


class _Column(NamedTuple):
    head: Text
    cells: Sequence[Text]

    @property
    def width(self) -> int:
        lines = [line for text in (self.head, *self.cells) for line in text.plain.split("\n")]
        return GAP + max(map(cell_len, lines))


def _head(name: str, unit: str) -> Text:
    return Text("\n".join([*folded(name, HEAD), *(folded(unit, HEAD) if unit else [])]))


def _marked(text: str, cell: Cell, signs: Signs) -> Text:
    """The mark stands before what it is of, so that numbers end below one another."""
    return Text(f"{cell.sign(signs)} {text}".strip(), style=STYLES[cell.mark] if cell.mark else "")


def _table(policies: Sequence[str], columns: Sequence[_Column], width: int) -> Table:
    """Names take what room the numbers leave, and are folded where that is not enough."""
    table = Table(box=None, padding=(0, GAP, 0, 0), header_style="bold", pad_edge=False)
    room = max(NARROW, min(max(map(cell_len, policies)), width - sum(column.width for column in columns) - GAP))
    table.add_column(width=room, vertical="bottom")
    for column in columns:
        table.add_column(column.head, justify="right", vertical="bottom", no_wrap=True)
    for i, policy in enumerate(policies):
        name = "\n".join(line.rstrip() for line in folded(policy, room))
        table.add_row(Text(name), *(column.cells[i] for column in columns))
    return table
