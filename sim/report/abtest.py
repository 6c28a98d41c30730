"""What tests of each design would report, as a table, in words, as Markdown and for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from sim.experiment.abtest.verdicts import told_apart
from sim.experiment.abtest.worlds import MEASURES, Measure
from sim.experiment.folder import write_whole
from sim.measures.outcomes import MONEY
from sim.report.abtest_figure import draw_overstatement
from sim.report.decimals import decimals
from sim.report.outputs import as_json, writing

Result = Mapping[str, Any]  # the JSON of `abtest`, schema_version 1
Shelf = Mapping[str, Any]  # one of its shelves
LED = MEASURES[0]  # what conclusions are about
COLUMNS = 80
HEAD = ("test by", "nights", "reports", "bias", "× true", "covers", "finds", "needs")
WIDTHS = (-11, 7, 9, 17, 7, 7, 6, 6)  # below 0: to the left
LEGEND = (
    "reports: mean estimate of the treatment's effect on a night's total; bias: its difference from the true effect, ± "
    "half the 95% interval; × true: mean estimate / true effect; covers: tests whose 95% interval holds the true "
    "effect; finds: tests whose interval excludes 0; needs: nights for 80% power at 5% to find the true effect; n/a: "
    "cannot be told."
)


def lines(result: Result) -> Iterator[str]:
    """For a terminal of COLUMNS; of a series of shelves only the first measure."""
    series = len(result["shelves"]) > 1
    yield heading(result)
    for shelf in result["shelves"]:
        yield ""
        yield fill(about(shelf), COLUMNS)
        for measure in MEASURES[:1] if series else MEASURES:
            title, rows = _table(shelf, measure, result)
            yield from ("", title, _row(HEAD), *map(_row, rows))
        yield ""
        yield fill(conclusion(shelf, result), COLUMNS)
    yield ""
    yield fill(LEGEND, COLUMNS)


def heading(result: Result) -> str:
    """What was played."""
    n, viewers, seed = result["replications"], result["viewers"], result["seed"]
    return (
        f"{result['scenario']}: {result['treatment']} against {result['control']}\n"
        f"{n} nights of {viewers:,} viewers, seed {seed}"
    )


def about(shelf: Shelf) -> str:
    """What was on the shelf, and how often something ran out."""
    multiple = f"stock {shelf['stock']:g} × base demand, " if shelf["stock"] is not None else ""
    out = shelf["sold_out"]
    return (
        f"{multiple}{shelf['units']:,} units; nights in which something sells out: "
        f"{out['control']:.0%} under the control, {out['treatment']:.0%} under the treatment"
    )


def _table(shelf: Shelf, measure: Measure, result: Result) -> tuple[str, list[tuple[str, ...]]]:
    """What is true of a measure, and a row a design."""
    true, base, unit = shelf["true"][measure.name], shelf["control"][measure.name], _unit(measure, result)
    digits = _digits(shelf, measure.name)
    named = measure.name if unit in measure.name else f"{measure.name} [{unit}]"
    rows = [
        (design, str(told["nights"]), *_cells(told["measures"][measure.name], digits))
        for design, told in shelf["designs"].items()
    ]
    title = f"{named}: {base:,.{digits}f} under the control; true effect {_within(true, digits)}"
    return title, [*rows, ("paired here", *[""] * 6, _count(true["nights_needed"]))]


def _unit(measure: Measure, result: Result) -> str:
    return str(result["currency"]) if measure.unit == MONEY else measure.unit


def _digits(shelf: Shelf, name: str) -> int:
    biases = [m[name]["bias"] for m in (told["measures"] for told in shelf["designs"].values()) if m[name]]
    return decimals(
        [shelf["control"][name]], [(x["mean"], x["high"] - x["mean"]) for x in (*biases, shelf["true"][name])]
    )


def _cells(said: Mapping[str, Any] | None, digits: int) -> tuple[str, ...]:
    if said is None:
        return ("n/a",) * 6
    ratio = f"{said['overstatement']['mean']:.2f}" if said["overstatement"] else "n/a"
    return (
        f"{said['estimate']:+z,.{digits}f}",
        _within(said["bias"], digits),
        ratio,
        f"{said['coverage']:.0%}",
        f"{said['detected']:.0%}",
        _count(said["nights_needed"]),
    )


def _within(interval: Mapping[str, float], digits: int) -> str:
    return f"{interval['mean']:+z,.{digits}f} ±{interval['high'] - interval['mean']:,.{digits}f}"


def _count(nights: int | None) -> str:
    return "n/a" if nights is None else f"{nights:,}"


def _row(cells: Sequence[str]) -> str:
    padded = (c.ljust(-w) if w < 0 else c.rjust(w) for c, w in zip(cells, WIDTHS, strict=True))
    return f"  {' '.join(padded)}".rstrip()


# --- what to conclude -------------------------------------------------------------------------------------------------


def conclusion(shelf: Shelf, result: Result) -> str:
    """In few sentences, of the first measure: what the designs that are biased would report, and which are not."""
    said = {design: told["measures"][LED.name] for design, told in shelf["designs"].items()}
    n, true = result["replications"], shelf["true"][LED.name]
    wrong = {design: each for design, each in said.items() if told_apart(each["bias"], n)}
    fair = [f"by {design} ({_at_most(shelf, each, n)})" for design, each in said.items() if design not in wrong]
    words = []
    if not told_apart(true, n):
        within = _within(true, _digits(shelf, LED.name))
        words.append(f"No true effect on {LED.name} can be told from {n} nights ({within}).")
    if wrong:
        words.append(f"On average a test {_listed(_wrong(shelf, wrong, n))}{_why(shelf)}.")
    if fair:
        words.append(f"A test {_listed(fair)} shows no bias that {n} nights could tell.")
    return " ".join(words)


def _at_most(shelf: Shelf, said: Mapping[str, Any], n: int) -> str:
    """How far off it may be for all that is known."""
    most = max(abs(said["bias"][end]) for end in ("low", "high"))
    true = shelf["true"][LED.name]
    if told_apart(true, n):
        return f"within {most / abs(true['mean']):.0%} of the true effect"
    return f"within {most:,.{_digits(shelf, LED.name)}f}"


def _wrong(shelf: Shelf, said: Mapping[str, Any], n: int) -> list[str]:
    """What each of these designs would report."""
    first = next(iter(said))
    if told_apart(shelf["true"][LED.name], n):
        times = {design: f"{each['overstatement']['mean']:.2f} times" for design, each in said.items()}
        others = [f"by {design} {words}" for design, words in times.items() if design != first]
        return [f"by {first} would report {times[first]} the true effect on {LED.name}", *others]
    digits = _digits(shelf, LED.name)
    found = {d: f"{x['estimate']:+,.{digits}f} ({x['detected']:.0%} of tests find it)" for d, x in said.items()}
    return [f"by {first} would report {found.pop(first)}", *(f"by {design} {words}" for design, words in found.items())]


def _why(shelf: Shelf) -> str:
    """Where the shelf may be why."""
    runs_out = shelf["sold_out"]["treatment"] > 0.5
    return ": both arms sell from one shelf, and it runs out" if runs_out else ""


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


# --- files ------------------------------------------------------------------------------------------------------------


def markdown(result: Result) -> str:
    """Every shelf and measure, with what to conclude."""
    out = [f"# {heading(result).replace(chr(10), '; ')}"]
    for shelf in result["shelves"]:
        out += [f"## {about(shelf)}", conclusion(shelf, result)]
        for measure in MEASURES:
            title, rows = _table(shelf, measure, result)
            table = [HEAD, ["---", *["---:"] * (len(HEAD) - 1)], *rows]
            out += [f"**{title}**", "\n".join(f"| {' | '.join(row)} |" for row in table)]
    return "\n\n".join([*out, LEGEND]) + "\n"


def spreadsheet(result: Result) -> str:
    """A row a shelf, design and measure, with numbers as they are."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    intervals = [f"{what}{end}" for what in ("true", "bias", "overstatement") for end in ("", "_low", "_high")]
    plain = ["estimate", "coverage", "detected", "nights_needed"]
    writer.writerow(["stock", "units", "design", "nights", "measure", "unit", "control", *intervals, *plain])
    for shelf in result["shelves"]:
        for design, told in shelf["designs"].items():
            for measure in MEASURES:
                said = told["measures"][measure.name] or {}
                three = (shelf["true"][measure.name], said.get("bias"), said.get("overstatement"))
                writer.writerow(
                    [
                        shelf["stock"], shelf["units"], design, told["nights"], measure.name, _unit(measure, result),
                        shelf["control"][measure.name],
                        *(x[end] if x else None for x in three for end in ("mean", "low", "high")),
                        *(said.get(name) for name in plain),
                    ]
                )  # fmt: skip
    return out.getvalue()


FORMATS: Mapping[str, Callable[[Result], str]] = {".json": as_json, ".md": markdown, ".csv": spreadsheet}
SVG = ".svg"  # the figure of a series of stocks


def write(file: Path, result: Result) -> None:
    """In the form that its extension asks for; raises MatchdayError where that fails."""
    with writing(file):
        if file.suffix == SVG:
            draw_overstatement(file, result)
        else:
            write_whole(file, FORMATS[file.suffix](result))
