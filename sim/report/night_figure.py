"""One night as five panels on one time axis: beliefs, arousal by side, pushes, sales and stock, minute by minute.

A night has at most some 250 minutes, so no series is thinned.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.report.style import (
    COLOURS,
    DASHES,
    FAINT,
    MARKERS,
    SHADE,
    SIDE_COLOURS,
    SIDE_DASHES,
    WIDTH,
    none_here,
    save,
    shorten,
    styled,
    thousands,
    title,
)
from sim.world.match import PLAYING, SIDES, Match

Minutes = NDArray[np.floating[Any]]
STRETCHES = {"pre": "before", "HT": "HT", "E1": "ET", "P": "pens", "post": "after"}  # what the strip above names
LINES = 7  # products with a line of their own; the others are drawn together


def draw_night(file: Path, policy: str, series: pd.DataFrame, match: Match, pushes: pd.DataFrame | None = None) -> Path:
    """Beliefs, arousal by side, pushes, sales and stock by minute, one above the other on the clock of the match."""
    with styled():
        figure = Figure(figsize=(WIDTH, 9.0))
        axes = figure.subplots(
            6, 1, sharex=True, gridspec_kw={"height_ratios": [0.36, 1, 1, 1, 1, 1.25], "hspace": 0.16}
        )
        above = title(figure, _night_finding(policy, series, match))
        strip, panels = axes[0], axes[1:]
        figure.subplots_adjust(left=0.115, right=0.79, top=1.0 - above / 9.0, bottom=0.055)
        at = match.opens / 60.0 + np.arange(len(series), dtype=np.float64)  # start of each minute, from kick-off
        _beliefs(panels[0], at, series, match)
        _arousal(panels[1], at, series, match)
        _exposures(panels[2], at, series, pushes)
        _sales(panels[3], at, series)
        _stock(panels[4], at, series)
        _time_axis(strip, panels, match)
        figure.align_ylabels(panels)
        return save(figure, file)


def _night_finding(policy: str, series: pd.DataFrame, match: Match) -> str:
    home, away = match.score
    orders, pushes = int(series["orders"].sum()), int(series["pushes"].sum())
    kicks = " ({}–{} on penalties)".format(*match.shootout) if any(match.shootout) else ""
    text = f"{match.home.name} {home}–{away} {match.away.name}{kicks} under {shorten(policy, 40)}: "
    text += f"{_count(pushes, 'push', 'pushes')}, {_count(orders, 'paid order')}"
    return f"{text}, {_after_goals(series, match):.0%} of them within ten minutes of a goal." if orders else f"{text}."


def _after_goals(series: pd.DataFrame, match: Match) -> float:
    """Share of paid orders in the minute of a goal or the nine after it."""
    first = {int((e.at - match.opens) // 60) for e in match.events if e.scores}
    near = [any(minute - 10 < goal <= minute for goal in first) for minute in range(len(series))]
    return float(series["orders"].to_numpy()[near].sum() / series["orders"].sum())


def _count(n: int, one: str, many: str | None = None) -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _beliefs(axes: Axes, at: Minutes, series: pd.DataFrame, match: Match) -> None:
    drawn = {
        shorten(match.home.name, 20): (series["p_home"], SIDE_COLOURS["home"]),
        "draw": (series["p_draw"], "#d9d9d9"),
        shorten(match.away.name, 20) + " ": (series["p_away"], SIDE_COLOURS["away"]),
    }
    if not series["p_draw"].any():
        del drawn["draw"]  # a knockout has none
    shares, colours = zip(*drawn.values(), strict=True)
    axes.stackplot(at, *(100.0 * p for p in shares), colors=colours, labels=list(drawn), alpha=0.85, linewidth=0)
    axes.set(ylim=(0, 100), ylabel="chance to win\n[%]")
    _beside(axes, "who will win", reverse=True)


def _arousal(axes: Axes, at: Minutes, series: pd.DataFrame, match: Match) -> None:
    for side, name in zip(SIDES, (match.home.name, match.away.name, "neutral"), strict=True):
        axes.plot(at, series[f"arousal_{side}"], color=SIDE_COLOURS[side], dashes=(), label=shorten(name, 20))
        axes.lines[-1].set_linestyle(SIDE_DASHES[side])
    axes.set(ylim=(0, 1), ylabel="arousal\n[0 to 1]")
    _beside(axes, "viewers for")


def _exposures(axes: Axes, at: Minutes, series: pd.DataFrame, pushes: pd.DataFrame | None) -> None:
    _bars(axes, at, series["exposures"], COLOURS[6], "nothing was pushed")
    axes.set_ylabel("pushes on screen\n[a minute]")
    if pushes is None or pushes.empty:
        return
    axes.set_ylim(0, 1.4 * axes.get_ylim()[1])
    for row, (surface, told) in enumerate(pushes.groupby("surface", sort=True)):
        level = np.full(len(told), 0.96 - 0.09 * row)
        axes.plot(
            told["time"] / 60.0, level, MARKERS[row], transform=axes.get_xaxis_transform(), ms=3.5, clip_on=False,
            color=COLOURS[row], label=str(surface).replace("_", " "),
        )  # fmt: skip
    _beside(axes, "pushed on")


def _sales(axes: Axes, at: Minutes, series: pd.DataFrame) -> None:
    _bars(axes, at, series["orders"], COLOURS[2], "nothing was sold")
    axes.set_ylabel("orders paid\n[a minute]")


def _bars(axes: Axes, at: Minutes, counts: pd.Series[Any], colour: str, empty: str) -> None:
    if not counts.sum():
        none_here(axes, empty)
        return
    axes.stairs(counts.to_numpy(), np.append(at, at[-1] + 1.0), fill=True, color=colour)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(thousands)


def _stock(axes: Axes, at: Minutes, series: pd.DataFrame) -> None:
    for k, (name, units) in enumerate(_shelves(series).items()):
        colour, dash = COLOURS[k % len(COLOURS)], DASHES[k % len(DASHES)]
        axes.step(at, units, where="post", color=colour, linestyle=dash, label=shorten(name, 22))
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(thousands)
    axes.set_ylabel("free stock\n[units]")
    _beside(axes, "product")


def _shelves(series: pd.DataFrame) -> dict[str, Minutes]:
    """Units left by product; where there are many, those that moved most, and the rest as one."""
    units = {str(c).removeprefix("stock_"): series[c].to_numpy(float) for c in series if str(c).startswith("stock_")}
    moved = sorted(units, key=lambda name: -float(np.abs(np.diff(units[name])).sum()))
    if len(moved) <= LINES + 1:
        return units
    rest = moved[LINES:]
    shown = {name: units[name] for name in units if name not in rest}
    return shown | {f"{len(rest)} others together": np.sum([units[name] for name in rest], axis=0)}


def _beside(axes: Axes, heading: str, reverse: bool = False) -> None:
    axes.legend(
        loc="upper left", bbox_to_anchor=(1.01, 1.04), borderaxespad=0.0, title=heading, title_fontsize=7.5,
        alignment="left", handlelength=2.2, labelspacing=0.35, reverse=reverse,
    )  # fmt: skip


# --- the time axis ----------------------------------------------------------------------------------------------------


def _time_axis(strip: Axes, panels: Sequence[Axes], match: Match) -> None:
    """Football minutes below, breaks shaded, goals as lines with the score above."""
    panels[0].set_xlim(match.opens / 60.0, match.closes / 60.0)
    for axes in panels:
        _shade_breaks(axes, match)
        _mark_goals(axes, match)
        axes.tick_params(axis="x", length=2)
    ticks = _minute_ticks(match)
    panels[-1].set_xticks(list(ticks), list(ticks.values()))
    panels[-1].set_xlabel("match minute (breaks shaded; stoppage time runs on)")
    _score_strip(strip, match)


def _minute_ticks(match: Match) -> dict[float, str]:
    ticks = {}
    for period in (p for p in match.periods if p.playing and p.name != "P"):
        first, last = PLAYING[period.name]
        for minute in range(first, last + 1, 15):
            if minute > first or minute == 0:
                ticks[period.start / 60.0 + minute - first] = f"{minute}'"
    return ticks


def _shade_breaks(axes: Axes, match: Match) -> None:
    for period in match.periods:
        if not period.playing:
            axes.axvspan(period.start / 60.0, period.end / 60.0, color=SHADE, zorder=0, linewidth=0)


def _mark_goals(axes: Axes, match: Match) -> None:
    for event in match.events:
        if event.scores:
            side = SIDES[event.side]
            axes.axvline(
                event.at / 60.0, color=SIDE_COLOURS[side], linestyle=SIDE_DASHES[side], linewidth=0.8, zorder=1.5
            )


def _score_strip(strip: Axes, match: Match) -> None:
    strip.axis("off")
    strip.set_ylim(0, 4)
    last = [-math.inf] * 3  # where the last label of each line ends
    for event in (e for e in match.events if e.scores):
        at = event.at / 60.0
        line = next((k for k, end in enumerate(last) if at >= end), 0)
        last[line] = at + (match.closes - match.opens) / 60.0 / 20.0
        home, away = match.score_at(event.at)
        strip.text(at, line + 1, f"{home}–{away}", color=SIDE_COLOURS[SIDES[event.side]], ha="center", fontsize=7.5)
    for period in match.periods:
        middle = (period.start + period.end) / 120.0
        strip.text(middle, 0.1, STRETCHES.get(period.name, ""), color=FAINT, ha="center", fontsize=7.0)
