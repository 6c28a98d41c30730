"""A comparison as a table: metrics down, policies across; for a terminal, for Markdown, for a spreadsheet.

Under each policy's mean stands its paired difference from the baseline, ± half the width of the 95% interval, marked
where the interval excludes 0.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from sim.experiment.comparison import decided, half_interval, varies
from sim.experiment.remarks import remarks
from sim.measures.outcomes import BY_NAME, MONEY, Metric
from sim.report import twins
from sim.report.advice import advice
from sim.report.decimals import decimals

NAME = 14  # letters of a policy's name in a line, if names must be folded and numbers need no more
GAP = 1  # between columns
MARK = 2  # columns of a mark: a blank behind it keeps it from the next policy's sign
SHOWN = (
    "orders", "conversion_rate", "click_through_rate", "net_revenue", "net_margin", "return_rate", "promise_kept",
    "watch_minutes", "annoyance_mean", "annoyed_share", "mutes", "lost_viewers", "stockout_minutes",
    "sold_out_at_checkout", "red_line_violations", "trust_mean", "retention",
)  # fmt: skip
ALL = tuple(BY_NAME)
SAID = 3  # policies whose twins are told in words, too; of more the table is easier to read
LEAST = 60  # columns below which a table is no longer read but deciphered
# A word of a name goes up to a capital or to one of these, behind which a line may end; 0.3 is one word.
_END = r"(?:[_(,= -]|\.(?!\d))"
WORD = re.compile(rf"[A-Z]+(?![a-z]){_END}*|[A-Z]?(?:[^A-Z_(,= .-]|\.(?=\d))+{_END}*|{_END}+")
Comparison = Mapping[str, Any]


class Signs(NamedTuple):
    """How marks, and "plus or minus", are written."""

    better: str
    worse: str
    other: str
    within: str


UNICODE = Signs("✓", "✗", "≠", "±")
ASCII = Signs("*", "!", "~", "+/-")  # "+" and "-" would stand beside signed numbers
SAME = "="
NOTHING = "n/a"  # a share or mean of nothing
STYLES = {"better": "green", "worse": "red", "other": "cyan", "": "dim"}


class Cell(NamedTuple):
    """One policy's value of one metric, and how it differs from the baseline's."""

    mean: str
    difference: str = ""  # "" for the baseline
    half: str = ""  # of the difference's interval; "" where every night has the same difference, or there is one
    mark: str = ""  # "better", "worse", "other"

    def below(self, signs: Signs) -> str:
        """What stands below the mean."""
        return f"{self.difference} {signs.within}{self.half}" if self.half else self.difference

    def sign(self, signs: Signs) -> str:
        """The mark as it is written."""
        return getattr(signs, self.mark) if self.mark else ""


def terminal(comparison: Comparison, currency: str, metrics: Sequence[str] = ()) -> RenderableType:
    """Tables as wide as the console they are printed on, in signs its encoding has, the baseline in each.

    Unless metrics are named it is of the usual ones, led by what decides, and of twins.
    """
    goal = [comparison["decision"]["goal"]] if "decision" in comparison else []
    return _Blocks(comparison, currency, tuple(metrics or dict.fromkeys((*goal, *SHOWN))), whole=not metrics)


def markdown(comparison: Comparison, currency: str, metrics: Sequence[str] = ALL) -> str:
    """A report of a few lines and one table."""
    policies = list(map(literal, comparison["policies"]))
    rows = [row_of(comparison, BY_NAME[name]) for name in metrics]
    lines = [f"# {literal(comparison['scenario'])}", ""]
    lines += [f"**{literal(said)}.**\n" for said in advice(comparison, currency, UNICODE.within)]
    lines += [literal(legend(comparison, metrics, rows, UNICODE)), ""]
    lines += ["| metric | " + " | ".join(policies) + " |", "|---" + "|---:" * len(policies) + "|"]
    for name, row in zip(metrics, rows, strict=True):
        cells = row.values()
        below = (f"<br>{cell.below(UNICODE)} {cell.sign(UNICODE)}".rstrip() for cell in cells)
        numbers = (cell.mean + text.removesuffix("<br>") for cell, text in zip(cells, below, strict=True))
        lines.append(f"| {_label(BY_NAME[name], currency)} | " + " | ".join(numbers) + " |")
    lines += _twins_in_markdown(comparison, currency) if comparison["twins"] and metrics == ALL else []
    lines += [f"\n{literal(remark)}." for remark in remarks(comparison)]
    return "\n".join(lines) + "\n"


def _twins_in_markdown(comparison: Comparison, currency: str) -> Iterator[str]:
    columns = twins.columns(comparison, UNICODE.within)
    yield f"\n## {literal(twins.heading(comparison))}\n"
    yield "| of twins | " + " | ".join(map(literal, columns)) + " |"
    yield "|---" + "|---:" * len(columns) + "|"
    for label, *cells in zip(twins.labels(comparison, currency), *columns.values(), strict=True):
        yield "| " + " | ".join([literal(label), *cells]) + " |"
    for sentence in twins.sentences(comparison, currency, UNICODE.within):
        yield f"\n{literal(sentence)}"


def literal(text: str) -> str:
    """Text on one line that Markdown shows as it is; "_" and "~" within words mean nothing to it."""
    return re.sub(r"[\\`*\[\]<>|$&]|(?<!\w)[_~]|[_~](?!\w)", r"\\\g<0>", " ".join(text.split()))


def spreadsheet(comparison: Comparison, currency: str, metrics: Sequence[str] = ALL) -> str:
    """CSV, one line a policy and metric, in the units of `sim.measures.outcomes`; empty where there is no interval."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    numbers = ("mean", "low", "high")
    writer.writerow(["policy", "metric", "unit", *numbers, *(f"difference_{x}" for x in numbers)])
    for policy, values in comparison["policies"].items():
        apart = comparison["differences"].get(policy, {})
        for name in metrics:
            value = values[name]
            difference = [apart[name][x] for x in numbers] if apart else [""] * 3
            unit = currency if BY_NAME[name].unit == MONEY else BY_NAME[name].unit
            writer.writerow([policy, name, unit, *(value[x] for x in numbers), *difference])
    return out.getvalue()


def legend(
    comparison: Comparison,
    metrics: Sequence[str],
    rows: Sequence[Mapping[str, Cell]],
    signs: Signs,
    differences: str = "Below: difference",
) -> str:
    """What the numbers are, and how far the marks can be trusted."""
    n, seed, baseline = comparison["replications"], comparison["seed"], comparison["baseline"]
    text = f"Seed {seed}, means of {n} nights."
    if n == 1:
        text = (
            f"Seed {seed}, one night a policy: there are no intervals, so nothing is marked; differences may be luck."
        )
    if not comparison["differences"]:
        return text
    text += f" {differences} from {baseline} (percentage points for %)"
    if n > 1:
        text += f", paired by night, {signs.within} half its 95% interval; where that excludes 0: "
        text += f"{signs.better} better, {signs.worse} worse, {signs.other} different"
    return f"{text}.{_constant(rows, n)}{_of_nothing(comparison, metrics)}{TRUST if n > 1 else ''}"


TRUST = (
    " Where nothing differs, chance still marks about 1 in 20. Intervals speak of the luck of the draw, not of the"
    " model's assumptions, most of them without a source (`list assumptions`)."
)


def _of_nothing(comparison: Comparison, metrics: Sequence[str]) -> str:
    """What is said of shares and means that not every night has."""
    n, dropped = comparison["replications"], comparison.get("choice", {}).get("dropped")
    fewest = {
        name: min(
            values[name]["nights"] for part in ("policies", "differences") for values in comparison[part].values()
        )
        for name in metrics
    }
    few = [f"{name} {nights} of {n}" for name, nights in fewest.items() if 0 < nights < n and not dropped]
    if dropped:
        told = ", ".join(f"{name} {nights}" for name, nights in dropped.items())
        return f" Dropped policies have fewer nights, of which their means and differences are: {told}."
    told = f" {NOTHING}: no night has anything to take it of." * (0 in fewest.values())
    return told + f" Not every night has these, of all policies at least: {', '.join(few)}." * bool(few)


def _constant(rows: Sequence[Mapping[str, Cell]], n: int) -> str:
    """What is said of differences without an interval, where there are such."""
    cells = [cell for row in rows for cell in row.values() if cell.difference]
    same = any(cell.difference == SAME for cell in cells)
    steady = n > 1 and any(cell.difference != SAME and not cell.half for cell in cells)
    return f" {SAME} no difference." * same + " No interval: the same every night." * steady


# --- numbers ----------------------------------------------------------------------------------------------------------


def row_of(comparison: Comparison, metric: Metric) -> dict[str, Cell]:
    """A metric's cells by policy, with the same decimals, so that baseline and difference are seen to add up."""
    scale = 100.0 if metric.unit == "share" else 1.0
    told = {policy: values[metric.name] for policy, values in comparison["policies"].items()}
    means = {policy: scale * value["mean"] for policy, value in told.items() if value["nights"]}
    differences = {policy: values[metric.name] for policy, values in comparison["differences"].items()}
    enough = min(2, comparison["replications"])  # one pair of many nights has no interval, and says little
    differences = {policy: value for policy, value in differences.items() if value["nights"] >= enough}
    apart = {policy: (scale * d["mean"], scale * half_interval(d)) for policy, d in differences.items()}
    digits = decimals(list(means.values()), list(apart.values()))
    found = {p: _difference(*value, metric, digits, differences[p]["nights"]) for p, value in apart.items()}
    return {
        policy: Cell(f"{means[policy]:,.{digits}f}" if policy in means else NOTHING, *found.get(policy, ()))
        for policy in told
    }


def _difference(mean: float, half: float, metric: Metric, digits: int, n: int) -> tuple[str, ...]:
    """A cell's difference, half interval and mark; no interval from one night."""
    if round(mean, digits) == round(half, digits) == 0.0:
        return (SAME,)
    if n == 1:
        return (f"{mean:+z,.{digits}f}",)
    within = f"{half:,.{digits}f}" if varies(mean, half) else ""
    return f"{mean:+z,.{digits}f}", within, mark_of(mean, metric) if decided(mean, half, n) else ""


def mark_of(mean: float, metric: Metric) -> str:
    """What a difference that is more than luck is: "better", "worse" or "other"."""
    if metric.better is None:
        return "other"
    return "better" if (mean > 0.0) == (metric.better == "more") else "worse"


def _label(metric: Metric, currency: str) -> str:
    unit = unit_of(metric, currency)
    return f"{metric.name} [{unit}]" if unit else metric.name


def unit_of(metric: Metric, currency: str) -> str:
    """The metric's unit, "" where its name says it."""
    unit = {"share": "%", MONEY: currency, "minutes": "a viewer"}.get(metric.unit, metric.unit)
    return "" if unit in metric.name else unit


# --- columns ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Blocks:
    """Tables one below the other, none wider than the console."""

    comparison: Comparison
    currency: str
    metrics: Sequence[str]
    whole: bool  # all that is told unless something is asked for

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        signs = ASCII if options.ascii_only else UNICODE
        metrics = [BY_NAME[name] for name in self.metrics]
        labels = _labels(metrics, self.currency, below=bool(self.comparison["differences"]))
        room = options.max_width - max(cell_len(line) for label in labels for line in label)
        rows = [row_of(self.comparison, metric) for metric in metrics]
        for group in _groups(self.comparison, rows, signs, room):
            yield _table(group, labels, signs)
            yield ""
        yield Text(legend(self.comparison, self.metrics, rows, signs), style="dim")
        if self.whole:
            more = len(BY_NAME) - len(self.metrics)
            yield Text(f"{more} more metrics with --metric; `list metrics` explains all.\n", style="dim")
            yield from _of_twins(self.comparison, self.currency, signs, options.max_width)
        for remark in remarks(self.comparison):
            yield Text(f"{remark}.")
        for said in advice(self.comparison, self.currency, signs.within):  # last, where the eye is
            yield Text(f"{said}.", style="bold")


def _of_twins(comparison: Comparison, currency: str, signs: Signs, width: int) -> Iterator[RenderableType]:
    if not comparison["twins"]:
        return
    labels, columns = twins.labels(comparison, currency), twins.columns(comparison, signs.within)
    wide = max(map(len, labels))
    cells = {policy: max(map(len, [*texts, policy[:NAME]])) + GAP for policy, texts in columns.items()}
    yield Text(twins.heading(comparison), style="bold")
    for group in _side_by_side(cells, width - wide):
        table = Table(box=None, padding=(0, GAP, 0, 0), header_style="bold", pad_edge=False)
        table.add_column(no_wrap=True)
        for policy in group:
            table.add_column(Text(policy), justify="right", vertical="bottom", overflow="fold")
        for i, label in enumerate(labels):
            table.add_row(Text(label), *(columns[policy][i] for policy in group))
        yield table
        yield ""
    if len(columns) <= SAID:
        for sentence in twins.sentences(comparison, currency, signs.within):
            yield Text(sentence)
        yield ""


def _side_by_side(widths: Mapping[str, int], room: int) -> Iterator[list[str]]:
    group: list[str] = []
    for policy, width in widths.items():
        if group and sum(widths[p] for p in group) + width > room:
            yield group
            group = []
        group.append(policy)
    yield group


class _Column(NamedTuple):
    """What stands below a policy's name, and how wide that is."""

    name: str  # in lines
    cells: Sequence[Cell]
    width: int  # with gaps and marks

    @property
    def compared(self) -> bool:
        return any(cell.difference for cell in self.cells)


def _labels(metrics: Sequence[Metric], currency: str, *, below: bool) -> list[tuple[str, str]]:
    """What stands before means and before differences: a metric's name, and its unit below it where there is room."""
    if below:
        return [(metric.name, unit_of(metric, currency)) for metric in metrics]
    return [(_label(metric, currency), "") for metric in metrics]


def _groups(
    comparison: Comparison, rows: Sequence[Mapping[str, Cell]], signs: Signs, room: int
) -> Sequence[Sequence[_Column]]:
    """Columns that fit side by side, the baseline first in each group; names are folded if that needs several."""
    groups: Sequence[Sequence[_Column]] = ()
    for letters in (max(map(cell_len, comparison["policies"])), NAME):
        columns = {p: _column(p, [row[p] for row in rows], signs, letters) for p in comparison["policies"]}
        first = [columns.pop(comparison["baseline"])] if comparison["baseline"] else []
        groups = list(_fitting(first, list(columns.values()), room))
        if len(groups) == 1:
            break
    return groups


def _column(policy: str, cells: Sequence[Cell], signs: Signs, letters: int) -> _Column:
    numbers = max(len(text) for cell in cells for text in (cell.mean, cell.below(signs)))
    width = max(numbers, min(cell_len(policy), letters))
    column = _Column("\n".join(line.rstrip() for line in folded(policy, width)), cells, GAP + width)
    return column._replace(width=column.width + GAP + MARK) if column.compared else column


def _fitting(first: Sequence[_Column], others: Sequence[_Column], room: int) -> Iterator[list[_Column]]:
    group = [*first]
    for column in others:
        if len(group) > len(first) and sum(c.width for c in (*group, column)) > room:
            yield group
            group = [*first]
        group.append(column)
    yield group


def folded(name: str, width: int) -> Iterator[str]:
    """Lines of at most `width`, broken between words if words are short enough."""
    line = ""
    for word in (piece for found in WORD.findall(name) for piece in chop_cells(found, width)):
        if cell_len(line + word) > width:
            yield line
            line = ""
        line += word
    yield line


def _table(columns: Sequence[_Column], labels: Sequence[tuple[str, str]], signs: Signs) -> Table:
    table = Table(box=None, padding=(0, GAP, 0, 0), header_style="bold", pad_edge=False)
    table.add_column(overflow="fold")
    for column in columns:
        table.add_column(Text(column.name), justify="right", vertical="bottom", overflow="fold")
        if column.compared:
            table.add_column(width=MARK, no_wrap=True)
    for i, (name, unit) in enumerate(labels):
        cells = [(column.cells[i], column.compared) for column in columns]
        table.add_row(Text(name), *(text for cell, compared in cells for text in _mean(cell, compared)))
        if any(compared for _, compared in cells):
            below = (text for cell, compared in cells for text in _below(cell, signs, compared))
            table.add_row(Text(unit, style="dim"), *below)
    return table


def _mean(cell: Cell, compared: bool) -> list[Text]:
    return [Text(cell.mean)] + [Text()] * compared


def _below(cell: Cell, signs: Signs, compared: bool) -> list[Text]:
    texts = [Text(text, style=STYLES[cell.mark]) for text in (cell.below(signs), cell.sign(signs))]
    return texts if compared else texts[:1]
