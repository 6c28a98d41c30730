"""A sensitivity analysis as a picture: what moves the lead, and who wins where, by the two most telling assumptions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.experiment.plausible import Uncertain
from sim.experiment.range import Array
from sim.experiment.sensitivity import Sensitivity
from sim.experiment.winners import NOBODY
from sim.report.style import (
    COLOURS,
    FAINT,
    INK,
    SHADE,
    WIDTH,
    Look,
    fitted,
    inches,
    key,
    looks,
    save,
    shorten,
    styled,
    thousands,
    title,
)

LABEL = 7.0  # points
LEFT = 3.0  # in: at most, of the names of assumptions
MAP = 2.7  # in: height of the map of winners
WHOLE = 1.2  # share of variance at which the axis ends, whatever an interval says


def draw_sensitivity(file: Path, found: Sensitivity) -> Path:
    """Bars of the kept assumptions' effects on the lead, and below them the plausible worlds on a map of two."""
    values, halves, what = _effects(found)
    order = np.argsort(-values, kind="stable")
    with styled():
        bars = 0.19 * len(found.kept) + 0.1
        figure = Figure((WIDTH, bars + MAP + 1.75))
        height = figure.get_figheight()
        top = title(figure, _sentence(found)) + 0.1
        names = [fitted(found.kept[i], LEFT, LABEL) for i in order]
        left = (max((inches(name, LABEL) for name in names), default=0.0) + 0.25) / WIDTH
        upper = figure.add_axes((left, 1.0 - (top + bars) / height, 0.97 - left, bars / height))
        _bars(upper, names, values[order], halves[order])
        upper.set_xlabel(what, color=INK)
        if found.indices:
            upper.set_xlim(0.0, min(upper.get_xlim()[1], WHOLE))
        lower = figure.add_axes((0.09, 0.45 / height, 0.62, MAP / height))
        _map(lower, found)
        return save(figure, file)


def _sentence(found: Sensitivity) -> str:
    told = [
        f"{shorten(name, 40)} {share.share:.0%}"
        for name, share in found.shares.items()
        if name != NOBODY or share.worlds
    ]
    return (
        f"Best in {found.metric.name}, of {len(found.winners)} plausible worlds: {', '.join(told)}. Bars: what moves "
        f"the lead of {shorten(found.ahead, 40)} over {shorten(found.behind, 40)}. A mark is a world."
    )


def _effects(found: Sensitivity) -> tuple[Array, Array, str]:
    """Total indices of the kept assumptions with half their intervals, or mu_star where there are none."""
    if close := found.indices:
        return close.total, close.total_half, "share of the lead's variance, alone and with others (ST)"
    at = [found.space.paths.index(path) for path in found.kept]
    return found.effects.mu_star[at], found.effects.half[at], "mean change of the lead over the whole range (mu*)"


def _bars(axes: Axes, names: list[str], values: Array, halves: Array) -> None:
    places = np.arange(len(names))[::-1]
    axes.barh(places, values, height=0.62, color=COLOURS[4], xerr=halves, error_kw={"ecolor": FAINT, "lw": 0.9})
    axes.set_yticks(places, names, fontsize=LABEL)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left=0.0)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=SHADE, lw=0.7)


def _map(axes: Axes, found: Sensitivity) -> None:
    """The plausible worlds by two assumptions, each marked by its winner; lines where the rule asks."""
    first, second = _telling(found)
    worlds = [v for v, lived in zip(found.plausible.values, found.lived, strict=True) if lived]
    x, y = (np.array([world[r.path] for world in worlds]) for r in (first, second))
    told = np.array(found.winners)
    look = {**looks(found.contenders), NOBODY: Look(FAINT, "-", ".")}
    shown = [name for name in look if name in found.winners]
    for name in shown:
        of = told == name
        axes.plot(x[of], y[of], look[name].marker, color=look[name].colour, ms=5.0, mec="white", mew=0.4, ls="none")
    for varied, line in ((first, axes.axvline), (second, axes.axhline)):
        for threshold in _thresholds(found, varied):
            line(threshold, color=INK, lw=0.8, ls=(0, (4, 2)))
    for varied, scale, label, axis in (
        (first, axes.set_xscale, axes.set_xlabel, axes.xaxis),
        (second, axes.set_yscale, axes.set_ylabel, axes.yaxis),
    ):
        if varied.over.log:
            scale("log")
            axis.set_major_formatter(thousands)
            axis.set_minor_formatter("")
        label(fitted(f"{varied.path} [{varied.assumption.unit}]", 0.6 * WIDTH if axis is axes.xaxis else MAP, 7.5))
    marks = [Line2D([], [], color=look[n].colour, marker=look[n].marker, ls="none", ms=5) for n in shown]
    entries = [(mark, f"{shorten(n, 24)}: {found.shares[n].worlds}") for mark, n in zip(marks, shown, strict=True)]
    if found.rule.helps:
        entries.append((Line2D([], [], color=INK, lw=0.8, ls=(0, (4, 2))), "the rule's thresholds"))
    key(axes, entries, loc="upper left", bbox_to_anchor=(1.02, 1.0), borderaxespad=0.0)


def _telling(found: Sensitivity) -> tuple[Uncertain, Uncertain]:
    """The two assumptions the rule asks for first, else those that move the lead the most."""
    asked = [found.kept[i] for i in found.rule.inputs if found.rule.helps]
    order = list(dict.fromkeys([*asked, *found.kept, *found.space.paths]))
    first, second, *_ = [*order, *order]  # where only one is varied, it is both
    return found.range(first), found.range(second)


def _thresholds(found: Sensitivity, varied: Uncertain) -> set[float]:
    return {
        varied.over.back(c.threshold)
        for leaf in found.rule.leaves
        for c in leaf.conditions
        if found.rule.helps and found.kept[c.input] == varied.path
    }
