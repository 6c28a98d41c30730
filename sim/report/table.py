"""A comparison as a table: metrics down, policies across; for a terminal, for Markdown, for a spreadsheet.

Under each policy's mean stands its paired difference from the baseline, ± half the width of the 95% interval, marked
where the interval excludes 0.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from rich.cells import cell_len, chop_cells
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sim.measures.outcomes import METRICS, MONEY, Metric

WIDTH = 80  # columns of a terminal that nobody has widened
NAME = 14  # most letters of a policy's name in one line
GAP = 1  # between columns
SHOWN = (
    "orders", "conversion_rate", "click_through_rate", "gross_revenue", "margin", "watch_minutes", "annoyance_mean",
    "annoyance_p95", "annoyed_share", "mutes", "pushed_away", "stockout_minutes", "missed_units",
    "sold_out_at_checkout",
)  # fmt: skip
BY_NAME = {metric.name: metric for metric in METRICS}
STYLES = {"better": "green", "worse": "red", "other": "cyan", "": "dim"}
Verdict = Literal["better", "worse", "other", ""]
Comparison = Mapping[str, Any]


class Signs(NamedTuple):
    """How verdicts and half-widths are written."""

    better: str
    worse: str
    other: str
    about: str  # before half the width of an interval

    def of(self, verdict: Verdict) -> str:
        """The sign of a verdict, a blank for none."""
        return getattr(self, verdict) if verdict else " "


SIGNS = Signs("✓", "✗", "≠", "±")
ASCII = Signs("+", "-", "~", "+/-")


class Cell(NamedTuple):
    """One policy's value of one metric, and how it differs from the baseline's."""

    mean: str
    difference: str  # "" for the baseline
    verdict: Verdict


def terminal(
    comparison: Comparison, currency: str, metrics: Sequence[str] = SHOWN, width: int = WIDTH, signs: Signs = SIGNS
) -> RenderableType:
    """Tables at most `width` columns wide, the baseline in each."""
    rows = {name: _row(comparison, BY_NAME[name], signs) for name in metrics}
    labels = {name: _label(BY_NAME[name], currency) for name in metrics}
    blocks = [_block(columns, rows, labels, signs) for columns in _fitting(comparison, rows, labels, width)]
    return Group(*blocks, Text(legend(comparison, signs), style="dim"))


def signs_for(encoding: str) -> Signs:
    """What a stream of this encoding can show."""
    try:
        "".join(SIGNS).encode(encoding)
    except UnicodeEncodeError:
        return ASCII
    return SIGNS


def markdown(comparison: Comparison, currency: str, metrics: Sequence[str] = tuple(BY_NAME)) -> str:
    """A report of a few lines and one table."""
    policies = list(comparison["policies"])
    lines = [f"# {comparison['scenario']}", "", legend(comparison), ""]
    lines += ["| metric | " + " | ".join(policies) + " |", "|---" * (len(policies) + 1) + "|"]
    for name in metrics:
        row = _row(comparison, BY_NAME[name], SIGNS)
        told = [(c.mean, f"{c.difference} {SIGNS.of(c.verdict)}".strip()) for c in row.values()]
        cells = ["<br>".join(filter(None, lines)) for lines in told]
        lines.append(f"| {_label(BY_NAME[name], currency)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def spreadsheet(comparison: Comparison) -> str:
    """CSV, one line a policy and metric, in the units of `sim.measures.outcomes`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    numbers = ("mean", "low", "high")
    writer.writerow(["policy", "metric", "unit", *numbers, *(f"difference_{x}" for x in numbers)])
    for policy, metrics in comparison["policies"].items():
        apart = comparison["differences"].get(policy, {})
        for name, value in metrics.items():
            difference = [apart[name][x] for x in numbers] if apart else [""] * 3
            writer.writerow([policy, name, BY_NAME[name].unit, *(value[x] for x in numbers), *difference])
    return out.getvalue()


def legend(comparison: Comparison, signs: Signs = SIGNS) -> str:
    """What the numbers are."""
    n, seed = comparison["replications"], comparison["seed"]
    nights = f"{n} nights a policy" if n > 1 else "One night a policy, so there are no intervals"
    text = f"Seed {seed}. {nights}{'' if n == 1 else '; means'}."
    if comparison["differences"] and n > 1:
        text += f" Below them: difference from {comparison['baseline']}, paired by night, {signs.about} half its 95%"
        text += (
            f" interval; where that excludes 0: {signs.better} better, {signs.worse} worse, {signs.other} different."
        )
        text += " Each interval stands for itself: of twenty differences that are none, about one is marked by chance."
    elif comparison["differences"]:
        text += f" Below: difference from {comparison['baseline']}."
    return text


# --- numbers ----------------------------------------------------------------------------------------------------------


def _row(comparison: Comparison, metric: Metric, signs: Signs) -> dict[str, Cell]:
    scale = 100.0 if metric.unit == "share" else 1.0
    means = {policy: scale * values[metric.name]["mean"] for policy, values in comparison["policies"].items()}
    digits = _digits(max(map(abs, means.values()), default=0.0))
    apart = comparison["differences"]
    return {
        policy: Cell(f"{mean:,.{digits}f}", *_difference(apart.get(policy, {}).get(metric.name), metric, scale, signs))
        for policy, mean in means.items()
    }


def _digits(largest: float) -> int:
    """Decimals that show about three figures."""
    return 0 if largest == 0.0 else min(4, max(0, 2 - math.floor(math.log10(largest))))


def _difference(value: Mapping[str, float] | None, metric: Metric, scale: float, signs: Signs) -> tuple[str, Verdict]:
    if value is None:
        return "", ""
    mean, half = scale * value["mean"], scale * (value["high"] - value["low"]) / 2.0
    if mean == 0.0 and half == 0.0:
        return "=", ""
    digits = min(3, max(0, 1 - math.floor(math.log10(half or abs(mean)))))
    text = f"{mean:+,.{digits}f}"
    return (f"{text} {signs.about}{_width_of(half, digits)}", _verdict(value, metric)) if half else (text, "")


def _width_of(half: float, digits: int) -> str:
    smallest = 10.0**-digits
    return f"{half:,.{digits}f}" if half >= smallest / 2.0 else f"<{smallest:g}"


def _verdict(value: Mapping[str, float], metric: Metric) -> Verdict:
    if value["low"] <= 0.0 <= value["high"]:
        return ""
    if metric.better is None:
        return "other"
    return "better" if (value["mean"] > 0.0) == (metric.better == "more") else "worse"


def _label(metric: Metric, currency: str) -> str:
    """The metric's name, with its unit where the name does not say it."""
    unit = {"share": " %", MONEY: f" {currency}"}.get(metric.unit, "")
    return metric.name + unit


# --- columns ----------------------------------------------------------------------------------------------------------


def _fitting(
    comparison: Comparison, rows: Mapping[str, Mapping[str, Cell]], labels: Mapping[str, str], width: int
) -> Iterator[list[str]]:
    """Policies in groups that fit side by side, the baseline first in each."""
    policies = list(comparison["policies"])
    first = [comparison["baseline"]] if comparison["baseline"] else []
    wide = {p: max(*map(cell_len, folded(p)), *(_width(row[p]) for row in rows.values())) + GAP for p in policies}
    room = width - max(map(len, labels.values())) - GAP - sum(wide[p] for p in first)
    group: list[str] = []
    for policy in (p for p in policies if p not in first):
        if group and sum(wide[p] for p in group) + wide[policy] > room:
            yield first + group
            group = []
        group.append(policy)
    yield first + group


def _width(cell: Cell) -> int:
    return max(len(cell.mean), len(cell.difference)) + 2  # a blank and the mark


def _block(
    policies: Sequence[str], rows: Mapping[str, Mapping[str, Cell]], labels: Mapping[str, str], signs: Signs
) -> RenderableType:
    table = Table(box=None, padding=(0, GAP, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("")
    for policy in policies:
        table.add_column(Text("\n".join(folded(policy))), justify="right", no_wrap=True)
    for name, row in rows.items():
        table.add_row(labels[name], *(f"{row[p].mean}  " for p in policies))
        if any(row[p].difference for p in policies):
            table.add_row("", *(_styled(row[p], signs) for p in policies))
    return Group(table, "")


def _styled(cell: Cell, signs: Signs) -> Text:
    return Text(f"{cell.difference} {signs.of(cell.verdict)}", style=STYLES[cell.verdict])


def folded(name: str) -> list[str]:
    """A policy's name in lines of at most `NAME` columns, broken between its words where that can be."""
    lines = [""]
    for word in re.findall(r"[A-Z]?[^A-Z_\-]*[_\-]*", name):
        for part in chop_cells(word, NAME):
            if cell_len(lines[-1] + part) > NAME:
                lines.append("")
            lines[-1] += part
    return lines
