"""How much tests overstate, against what is on the shelf, as an SVG file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.style import COLOURS, FAINT, INK, MARKERS, WIDTH, key, save, styled, title

MEASURE = "orders"
HEIGHT = 3.1  # in
TIMES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)  # ticks
SPREAD = 0.03  # in stocks: marks of several designs at one stock stand side by side


def draw_overstatement(file: Path, result: Mapping[str, Any]) -> Path:
    """Two panels against stock: what tests report beside the true effect, and their ratio where an effect is told.

    `result` is the JSON of `abtest`, with a series of stocks.  Bars are 95% intervals of means.
    """
    with styled():
        figure = Figure(figsize=(WIDTH, HEIGHT))
        top = title(figure, _caption(result))
        effects, ratios = figure.subplots(1, 2)
        figure.subplots_adjust(left=0.08, right=0.985, bottom=0.26, top=1.0 - (top + 0.1) / HEIGHT, wspace=0.2)
        entries = [_true(effects, result["shelves"])]
        for number, design in enumerate(result["shelves"][0]["designs"]):
            entries.append((_design(effects, ratios, result["shelves"], design, number), f"test by {design}"))
        ratios.axhline(1.0, color=INK, linewidth=1.0)
        effects.axhline(0.0, color=FAINT, linewidth=0.6)
        effects.set_ylabel(f"effect on {MEASURE} a night")
        ratios.set_ylabel("mean report / true effect")
        for axes in (effects, ratios):
            axes.set_xlabel("stock / base demand")
            axes.set_xticks([shelf["stock"] for shelf in result["shelves"]])
        ratios.set_xlim(effects.get_xlim())
        _by_times(ratios)
        key(figure, entries, loc="lower center", ncols=len(entries))
        return save(figure, file)


def _by_times(ratios: Axes) -> None:
    """A scale on which twice as much is as far as half, if all intervals can be drawn on it."""
    if ratios.dataLim.ymin > 0.0:
        low, high = ratios.dataLim.intervaly
        ratios.set_yscale("log")
        ratios.set_ylim(min(0.8, low / 1.1), max(2.2, high * 1.1))
        ratios.set_yticks([x for x in TIMES if low / 1.2 <= x <= high * 1.1], minor=False)
        ratios.yaxis.set_major_formatter("{x:g}")
        ratios.minorticks_off()


def _caption(result: Mapping[str, Any]) -> str:
    return (
        f"{result['scenario']}: what tests of {result['treatment']} against {result['control']} report, and what is "
        f"true. Base demand: {MEASURE} under {result['control']} where stock is endless. Means of "
        f"{result['replications']} nights and their 95% intervals."
    )


def _true(axes: Axes, shelves: Sequence[Mapping[str, Any]]) -> tuple[Artist, str]:
    stocks = [shelf["stock"] for shelf in shelves]
    (line,) = axes.plot(stocks, [shelf["true"][MEASURE]["mean"] for shelf in shelves], color=INK)
    return line, "true effect"


def _design(effects: Axes, ratios: Axes, shelves: Sequence[Mapping[str, Any]], design: str, number: int) -> Artist:
    """Marks of a design in both panels; the interval of what is reported is that of its bias, paired by night."""
    said = {shelf["stock"]: shelf["designs"][design]["measures"][MEASURE] for shelf in shelves}
    reports = {x: (m["estimate"], m["bias"]["high"] - m["bias"]["mean"]) for x, m in said.items()}
    ratio = {x: m["overstatement"] for x, m in said.items() if m["overstatement"]}
    times = {x: (r["mean"], r["high"] - r["mean"]) for x, r in ratio.items()}
    for axes, marks in ((ratios, times), (effects, reports)):
        drawn = axes.errorbar(
            [x + SPREAD * (number - 1.5) for x in marks],
            [mean for mean, _ in marks.values()],
            [half for _, half in marks.values()],
            color=COLOURS[number],
            marker=MARKERS[number],
            markersize=4.0,
            linestyle="",
            linewidth=0.9,
        )
    return drawn.lines[0]
