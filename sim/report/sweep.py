"""A sweep told: points down, metrics across, and where the goal is best; for a terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from sim.experiment.comparison import decided, half_interval
from sim.measures.outcomes import BY_NAME, MONEY
from sim.policy.parameters import written
from sim.report.decimals import decimals
from sim.report.outputs import Writers, as_json
from sim.report.table import ASCII, GAP, NOTHING, SAME, STYLES, UNICODE, Signs, folded, literal, mark_of, unit_of

Result = Mapping[str, Any]  # of a sweep, as its JSON says it
NAME = 12  # letters of a metric's name in a line, if numbers need no more
MARK = 1
AROUND = MARK + 2 * GAP  # columns beside a metric's numbers
EXTENSIONS = (".json", ".md", ".csv", ".parquet")


class Cell(NamedTuple):
    """A metric at a point: its mean, and its difference from the point compared with."""

    mean: str
    difference: str = ""
    mark: str = ""


def short(result: Result) -> list[str]:
    """What is varied by the last word of its path, or by all of it where two have the same."""
    paths = [v["path"] for v in result["varied"]]
    last = [path.rpartition(".")[2] for path in paths]
    return [path if last.count(name) > 1 else name for path, name in zip(paths, last, strict=True)]


def place(result: Result, policy: str, k: int) -> str:
    """`discount=0.2, board_lag=60`, as far as it touches a policy."""
    return ", ".join(_values(result, policy, k))


def _values(result: Result, policy: str, k: int) -> list[str]:
    names, point = short(result), result["points"][k]
    return [f"{names[i]}={written(point[i])}" for i in result["policies"][policy]["touched"]] or ["everywhere"]


def cells(result: Result, policy: str, metric: str, signs: Signs) -> list[Cell]:
    """One a point that is shown, all with the same decimals."""
    of, scale = result["policies"][policy], 100.0 if BY_NAME[metric].unit == "share" else 1.0
    values = [of["means"][k][metric] for k in of["shown"]]
    apart = [of["differences"][k] and of["differences"][k][metric] for k in of["shown"]]
    means = [scale * v["mean"] for v in values if v["nights"]]
    if not means:
        return [Cell(NOTHING)] * len(values)
    told = [(scale * d["mean"], scale * half_interval(d)) for d in apart if d and d["nights"]]
    places = decimals(means, told or [(means[0], scale * half_interval(values[0]))])
    return [
        Cell(_within(scale, v, places, signs, "") if v["nights"] else NOTHING, *_apart(metric, scale, d, places, signs))
        for v, d in zip(values, apart, strict=True)
    ]


def _within(scale: float, value: Mapping[str, Any], places: int, signs: Signs, sign: str) -> str:
    mean, half = scale * float(value["mean"]), scale * half_interval(value)
    told: str = f"{mean:{sign}z,.{places}f}" + (f" {signs.within}{half:,.{places}f}" if half else "")
    return told


def _apart(metric: str, scale: float, d: Any, places: int, signs: Signs) -> tuple[str, str]:
    if not d or not d["nights"]:
        return "", ""
    mean, half = d["mean"], half_interval(d)
    if round(scale * mean, places) == round(scale * half, places) == 0.0:
        return SAME, ""
    mark = mark_of(mean, BY_NAME[metric]) if decided(mean, half, d["nights"]) and d["nights"] > 1 else ""
    return _within(scale, d, places, signs, "+"), mark


# --- sentences --------------------------------------------------------------------------------------------------------


def sentences(result: Result, currency: str, within: str) -> list[str]:
    """One a policy that anything varied touches: where the goal is best, and whether that is more than luck."""
    return [
        "(sees what no platform sees) " * of["bracket"] + _best(result, name, currency, within)
        for name, of in result["policies"].items()
        if of["touched"]
    ]


def _best(result: Result, policy: str, currency: str, within: str) -> str:
    goal, of = result["goal"], result["policies"][policy]
    found = of["best"]
    if found is None:
        return f"{policy}: no night has a value of {goal}"
    top = of["shown"][found["point"]]
    value = of["means"][top][goal]
    at = f"{policy}: {goal} is best at {place(result, policy, top)}"
    said = amount(goal, value["mean"], half_interval(value), currency, within)
    if result["replications"] == 1:
        return f"{at} ({said}): one night, which says nothing of luck"
    return f"{at} ({said}){_lead(result, policy, currency, within)}; {_told_apart(result, policy)}"


def _lead(result: Result, policy: str, currency: str, within: str) -> str:
    own, of = result["compared_with"], result["policies"][policy]
    found = of["best"]
    if of["shown"][found["point"]] == own:
        return ", " + ("as it is now" if _is_now(result, of["touched"]) else "the point nearest what is there now")
    lead = found["lead"]
    said = amount(result["goal"], lead["mean"], lead["half"], currency, within, sign="+")
    return f", {said} beside {place(result, policy, own)}{'' if found['leads'] else ', which may be luck'}"


def _is_now(result: Result, touched: Sequence[int]) -> bool:
    point = result["points"][result["compared_with"]]
    return all(result["varied"][i]["own"] == point[i] for i in touched)


def _told_apart(result: Result, policy: str) -> str:
    of = result["policies"][policy]
    level = [place(result, policy, of["shown"][k]) for k in of["best"]["level"]]
    if level:
        return f"{result['replications']} nights do not tell it from {' or '.join(f'({k})' for k in level)} beside it"
    if not of["best"]["neighbours"]:
        return "it has no neighbours"
    end = ", and lies at an end of what was varied: the best may be beyond" * _at_end(result, of)
    return f"it is told from all its neighbours{end}"


def _at_end(result: Result, of: Mapping[str, Any]) -> bool:
    """Whether anything that is varied over numbers has its smallest or largest value there."""
    top = of["shown"][of["best"]["point"]]
    columns = [[point[i] for point in result["points"]] for i in of["touched"]]
    numeric = [c for c in columns if len(set(c)) > 1 and all(isinstance(x, int | float) for x in c)]
    return any(c[top] in (min(c), max(c)) for c in numeric)


def amount(metric: str, mean: float, half: float, currency: str, within: str, sign: str = "") -> str:
    """`+123 ±45 EUR`; points of a share."""
    unit = "%" if BY_NAME[metric].unit == "share" and not sign else difference_unit(metric, currency)
    return f"{number(metric, mean, half, within, sign)} {unit}".rstrip()


def number(metric: str, mean: float, half: float, within: str, sign: str = "") -> str:
    """`+123 ±45`, in percent or points of a share."""
    scale = 100.0 if BY_NAME[metric].unit == "share" else 1.0
    places = decimals([scale * mean], [(scale * mean, scale * half)])
    spread = f" {within}{scale * half:,.{places}f}" if half else ""
    return f"{scale * mean:{sign}z,.{places}f}{spread}"


def difference_unit(metric: str, currency: str) -> str:
    """The unit of a metric's differences as it is said behind a number."""
    unit = BY_NAME[metric].unit
    return {"share": "points", MONEY: currency, "average tolerances": ""}.get(unit, unit)


def legend(result: Result, signs: Signs) -> str:
    """What the numbers are."""
    n = result["replications"]
    nights = f"means of {n} nights {signs.within} half their 95% intervals" if n > 1 else "one night"
    point = result["points"][result["compared_with"]]
    beside = ", ".join(f"{name}={written(x)}" for name, x in zip(short(result), point, strict=True))
    now = ", ".join("?" if v["own"] is None else written(v["own"]) for v in result["varied"])
    text = (
        f"Seed {result['seed']}, {nights}. Below: difference from {beside}, the point nearest what is there now "
        f"({now}), paired by night"
    )
    if n > 1:
        text += f"; where its interval excludes 0: {signs.better} better, {signs.worse} worse, {signs.other} different"
        text += ", by chance about 1 in 20 where nothing differs"
    return f"{text}. The best of several means is flattered by its luck: `tune` checks on other nights."


# --- tables -----------------------------------------------------------------------------------------------------------


def terminal(result: Result, currency: str) -> RenderableType:
    """Tables as wide as the console they are printed on, in signs its encoding has."""
    return _Tables(result, currency)


@dataclass(frozen=True)
class _Tables:
    result: Result
    currency: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        signs = ASCII if options.ascii_only else UNICODE
        for policy in self.result["policies"]:
            for widths in _fitting(self.result, policy, signs, options.max_width):
                yield _table(self.result, policy, widths, self.currency, signs)
                yield ""
        for said in sentences(self.result, self.currency, signs.within):
            yield Text(f"{said}.", style="bold")
        yield Text(legend(self.result, signs), style="dim")


def _labels(result: Result, policy: str) -> list[str]:
    """What stands before a point's row, a line each that is varied."""
    return ["\n".join(_values(result, policy, k)) for k in result["policies"][policy]["shown"]]


def _fitting(result: Result, policy: str, signs: Signs, room: int) -> Iterator[dict[str, int]]:
    """Metrics that stand side by side, and their widths."""
    first = max(len(line) for label in [policy, *_labels(result, policy)] for line in label.split("\n")) + GAP
    group: dict[str, int] = {}
    for metric in result["metrics"]:
        texts = [t for cell in cells(result, policy, metric, signs) for t in (cell.mean, cell.difference)]
        width = max(*map(len, texts), min(len(metric), NAME))
        if group and first + sum(group.values()) + width + AROUND * (len(group) + 1) > room:
            yield group
            group = {}
        group[metric] = width
    yield group


def _table(result: Result, policy: str, widths: Mapping[str, int], currency: str, signs: Signs) -> Table:
    table = Table(box=None, padding=(0, GAP, 0, 0), header_style="bold", pad_edge=False)
    rows = {metric: cells(result, policy, metric, signs) for metric in widths}
    heads = {metric: _head(metric, width, unit_of(BY_NAME[metric], currency)) for metric, width in widths.items()}
    above = max(map(len, heads.values()))
    table.add_column(Text("\n" * (above - 1) + policy), overflow="fold")
    for head in heads.values():
        table.add_column(Text("\n" * (above - len(head)) + "\n".join(head)), justify="right", no_wrap=True)
        table.add_column(width=MARK, no_wrap=True)
    for k, label in enumerate(_labels(result, policy)):
        told = []
        for metric in widths:
            cell = rows[metric][k]
            sign = getattr(signs, cell.mark) if cell.mark else ""
            told += [Text(f"{cell.mean}\n").append(cell.difference, STYLES[cell.mark]), Text(f"\n{sign}")]
        table.add_row(Text(label), *told)
    return table


def _head(metric: str, width: int, unit: str) -> list[str]:
    return [*folded(metric, width), *([unit] if len(unit) <= width else [])]


def markdown(result: Result, currency: str) -> str:
    """A report of a few lines and a table a policy."""
    lines = [f"# {literal(result['scenario'])}: a sweep", ""]
    lines += [f"**{literal(said)}.**\n" for said in sentences(result, currency, UNICODE.within)]
    lines += [literal(legend(result, UNICODE))]
    for policy in result["policies"]:
        lines += _in_markdown(result, policy, currency)
    return "\n".join(lines) + "\n"


def _in_markdown(result: Result, policy: str, currency: str) -> Iterator[str]:
    units = {metric: unit_of(BY_NAME[metric], currency) for metric in result["metrics"]}
    heads = [f"{metric} [{unit}]" if unit else metric for metric, unit in units.items()]
    yield f"\n## {literal(policy)}\n"
    yield "| point | " + " | ".join(heads) + " |"
    yield "|---" + "|---:" * len(heads) + "|"
    rows = [cells(result, policy, metric, UNICODE) for metric in result["metrics"]]
    for label, *row in zip(_labels(result, policy), *rows, strict=True):
        signs = (getattr(UNICODE, cell.mark) if cell.mark else "" for cell in row)
        below = (f"<br>{cell.difference} {sign}".rstrip() for cell, sign in zip(row, signs, strict=True))
        numbers = (cell.mean + text.removesuffix("<br>") for cell, text in zip(row, below, strict=True))
        yield f"| {literal(', '.join(label.split(chr(10))))} | " + " | ".join(numbers) + " |"


def writers(result: Result, nights: pd.DataFrame, text: str) -> Writers:
    """By extension; `nights` are the rows behind the result, `text` is it in Markdown."""
    return {
        ".json": lambda: as_json(result),
        ".md": lambda: text,
        ".csv": lambda: nights.to_csv(index=False, lineterminator="\n"),
        ".parquet": lambda: nights.to_parquet(None, compression="zstd", index=False),
    }
