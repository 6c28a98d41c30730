"""One night as five panels on one time axis: beliefs, arousal by side, pushes, sales and stock, minute by minute.

A night has at most some 250 minutes, so no series is thinned.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.report.comparison_figures import Comparison
from sim.report.style import (
    COLOURS,
    DASHES,
    FAINT,
    INK,
    MARKERS,
    SHADE,
    SIDE_COLOURS,
    SIDE_DASHES,
    WIDTH,
    fitted,
    key,
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
AWAY_AREA = "#f0a868"  # paler than the side's colour, which is as dark as the other's where there is no colour
MARGIN = 1.1  # in: what names beside a panel may take
LINES = 8  # of stock; of more products those that matter are drawn


def draw_night(
    file: Path,
    policy: str,
    comparison: Comparison,
    series: pd.DataFrame,
    match: Match,
    pushes: pd.DataFrame | None = None,
    *,
    replication: int = 0,
) -> Path:
    """Beliefs, arousal by side, pushes, sales and stock by minute, one above the other on the clock of the match.

    `series` is the `replication` of those that `comparison` sums up; what was paid after the broadcast is told in
    words, and the store's messages of the days after are left out.
    """
    during = series[series["clock"] != "after"]
    later = int(series["orders"].sum() - during["orders"].sum())
    with styled():
        figure = Figure(figsize=(WIDTH, 9.0))
        axes = figure.subplots(
            6, 1, sharex=True, gridspec_kw={"height_ratios": [0.45, 1, 1, 1, 1, 1.25], "hspace": 0.16}
        )
        above = title(figure, _night_finding(policy, comparison, series, match, replication))
        strip, panels = axes[0], axes[1:]
        figure.subplots_adjust(left=0.115, right=0.79, top=1.0 - above / 9.0, bottom=0.055)
        edges = match.opens / 60.0 + np.arange(len(during) + 1, dtype=np.float64)  # of minutes, from kick-off
        _beliefs(panels[0], edges, during, match)
        _arousal(panels[1], edges, during, match)
        _exposures(panels[2], edges, during, None if pushes is None else pushes[pushes["time"] < match.closes])
        _sales(panels[3], edges, during, later)
        _stock(panels[4], edges, during)
        _time_axis(strip, panels, match)
        figure.align_ylabels(panels)
        return save(figure, file)


def _night_finding(policy: str, comparison: Comparison, series: pd.DataFrame, match: Match, replication: int) -> str:
    home, away = match.score
    during = series[series["clock"] != "after"]
    orders, pushes, n = int(series["orders"].sum()), int(during["pushes"].sum()), comparison["replications"]
    kicks = " ({}–{} on penalties)".format(*match.shootout) if any(match.shootout) else ""
    teams = f"{shorten(match.home.name, 30)} {home}–{away} {shorten(match.away.name, 30)}{kicks}"
    text = f"{teams} under {shorten(policy, 40)}, night {replication + 1} of {n} (replication {replication}): "
    text += f"{_count(pushes, 'push', 'pushes')}, {_count(orders, 'order')}"
    if n > 1:
        text += f" (mean of all {n}: {comparison['policies'][policy]['first_match_orders']['mean']:,.1f})"
    return f"{text}."


def _count(n: int, one: str, many: str | None = None) -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _beliefs(axes: Axes, edges: Minutes, series: pd.DataFrame, match: Match) -> None:
    drawn = [
        (match.home.name, series["p_home"], SIDE_COLOURS["home"]),
        ("draw", series["p_draw"], "#eeeeee"),
        (match.away.name, series["p_away"], AWAY_AREA),
    ]
    if not series["p_draw"].any():
        del drawn[1]  # a knockout has none
    names, shares, colours = zip(*drawn, strict=True)
    held = [100.0 * _held(p) for p in shares]
    areas = axes.stackplot(edges, *held, colors=colours, linewidth=0, step="post")
    axes.set(ylim=(0, 100), ylabel="chance to win\n[%]")
    _beside(axes, "who will win", list(zip(areas, names, strict=True))[::-1])


def _held(values: pd.Series[Any] | Minutes) -> Minutes:
    """One value a minute as one an edge, for steps that last to the end of the last minute."""
    return np.append(values, np.asarray(values)[-1:]).astype(float)


def _arousal(axes: Axes, edges: Minutes, series: pd.DataFrame, match: Match) -> None:
    entries = []
    for side, name in zip(SIDES, (match.home.name, match.away.name, "neutral"), strict=True):
        means = series[f"arousal_{side}"]
        (line,) = axes.plot(edges[:-1] + 0.5, means, color=SIDE_COLOURS[side], linestyle=SIDE_DASHES[side])
        entries.append((line, name))
    axes.set(ylim=(0, 1), ylabel="arousal\n[0 to 1]")
    _beside(axes, "viewers for", entries)


def _exposures(axes: Axes, edges: Minutes, series: pd.DataFrame, pushes: pd.DataFrame | None) -> None:
    _bars(axes, edges, series["exposures"], COLOURS[6], "nothing was pushed")
    axes.set_ylabel("pushes on screen\n[a minute]")
    if pushes is None or pushes.empty:
        return
    surfaces = list(pushes.groupby("surface", sort=True))
    axes.set_ylim(0, axes.get_ylim()[1] / (0.94 - 0.08 * len(surfaces)))  # room for a row of marks a surface
    entries = []
    for row, (surface, told) in enumerate(surfaces):
        level = np.full(len(told), 0.96 - 0.08 * row)
        (line,) = axes.plot(
            told["time"] / 60.0, level, MARKERS[row], transform=axes.get_xaxis_transform(), ms=3.5, clip_on=False,
            color=INK,
        )  # fmt: skip
        entries.append((line, str(surface).replace("_", " ")))
    _beside(axes, "pushed on", entries)


def _sales(axes: Axes, edges: Minutes, series: pd.DataFrame, later: int) -> None:
    _bars(axes, edges, series["orders"], COLOURS[2], "nothing was sold" if not later else "nothing was paid yet")
    axes.set_ylabel("orders paid\n[a minute]")
    if later:
        told = f"+{_count(later, 'order')} paid\nafter the broadcast"
        axes.text(1.01, 0.98, told, transform=axes.transAxes, va="top", fontsize=7.5)


def _bars(axes: Axes, edges: Minutes, counts: pd.Series[Any], colour: str, empty: str) -> None:
    if not counts.sum():
        none_here(axes, empty)
        return
    axes.stairs(counts.to_numpy(), edges, fill=True, color=colour)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(thousands)


def _stock(axes: Axes, edges: Minutes, series: pd.DataFrame) -> None:
    entries: list[tuple[Artist, str]] = []
    units = {str(c).removeprefix("stock_"): series[c].to_numpy(float) for c in series if str(c).startswith("stock_")}
    shown = _that_matter(units)
    for k, name in enumerate(shown):
        colour, dash = COLOURS[k % len(COLOURS)], DASHES[k % len(DASHES)]
        (line,) = axes.step(edges, _held(units[name]), where="post", color=colour, linestyle=dash)
        entries.append((line, name))
    if len(shown) < len(units):
        entries.append((Line2D([], [], linestyle=""), f"and {_count(len(units) - len(shown), 'other')}"))
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(thousands)
    axes.set_ylabel("free stock\n[units]")
    _beside(axes, "product", entries)


def _that_matter(units: Mapping[str, Minutes]) -> list[str]:
    """Of many products half are those that sold most, half the next that ran out; all in the order of the shop."""
    sold = {name: -float(np.minimum(np.diff(left), 0.0).sum()) for name, left in units.items()}
    most = sorted(units, key=lambda name: -sold[name])
    first, others = most[: LINES // 2], most[LINES // 2 :]
    shown = [*first, *sorted(others, key=lambda name: bool(units[name].min()))][:LINES]
    return [name for name in units if name in shown]


def _beside(axes: Axes, heading: str, entries: Sequence[tuple[Artist, str]]) -> None:
    key(
        axes, [(artist, fitted(name, MARGIN, 7.5)) for artist, name in entries], loc="upper left",
        bbox_to_anchor=(1.01, 1.04), borderaxespad=0.0, title=heading, title_fontsize=7.5, alignment="left",
        handlelength=2.2, labelspacing=0.35,
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
    strip.set_ylim(0, 5)
    last = [-math.inf] * 4  # where the last label of each line ends
    for event in (e for e in match.events if e.scores):
        at = event.at / 60.0
        line = next((k for k, end in enumerate(last) if at >= end), 0)
        last[line] = at + (match.closes - match.opens) / 60.0 / 20.0
        home, away = match.score_at(event.at)
        strip.text(at, line + 1, f"{home}–{away}", color=SIDE_COLOURS[SIDES[event.side]], ha="center", fontsize=7.5)
    for period in match.periods:
        middle = (period.start + period.end) / 120.0
        strip.text(middle, 0.1, STRETCHES.get(period.name, ""), color=FAINT, ha="center", fontsize=7.0)
