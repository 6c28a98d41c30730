"""The three figures of a comparison, as SVG files: the night, conversion against annoyance, and the funnel.

They are drawn from plain data: the comparison as its JSON says it, the by-minute table of one night a policy
(`sim.measures.series`), and the match for the time axis.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.report.style import (
    COLOURS, DASHES, FAINT, INK, MARKERS, SHADE, SIDE_COLOURS, SIDE_DASHES, WIDTH, Look, fill, looks, none_here, save,
    shorten, styled, title,
)  # fmt: skip
from sim.world.match import PLAYING, SIDES, Match

Comparison = Mapping[str, Any]  # the JSON of `compare`, schema_version 1
Metric = Mapping[str, float | None]  # mean, low, high

ANNOYANCE = "annoyance_p95"  # finer than annoyed_share: it also tells apart policies that annoy nobody beyond tolerance
STEPS = {
    "exposures": "pushes on screen",
    "clicks": "clicks",
    "views": "product pages",
    "reservations": "in cart or\none-click",
    "orders": "orders paid",
}
LINES = 7  # products with a line of their own; the others are drawn together


def draw_all(
    folder: Path,
    comparison: Comparison,
    series: Mapping[str, pd.DataFrame],
    match: Match,
    pushes: Mapping[str, pd.DataFrame] | None = None,
) -> list[Path]:
    """Draws every figure into `folder` and gives their files.

    `series` holds one night's by-minute table a policy, `pushes` its push moments (`time` in s, `surface`).
    """
    told = pushes or {}
    files = [
        draw_night(folder / name, policy, series[policy], match, told.get(policy))
        for name, policy in _file_names(series).items()
    ]
    return [
        *files,
        draw_tradeoff(folder / "conversion-annoyance.svg", comparison),
        draw_funnel(folder / "funnel.svg", comparison),
    ]


def _file_names(policies: Mapping[str, Any]) -> dict[str, str]:
    """`night-peak_flash.svg` and the like; policies given by path become names that any file system holds."""
    names: dict[str, str] = {}
    for policy in policies:
        stem = "night-" + (re.sub(r"[^A-Za-z0-9_-]+", "-", policy).strip("-")[:60] or "policy")
        again = sum(n == f"{stem}.svg" or n.startswith(f"{stem}~") for n in names)
        names[f"{stem}~{again + 1}.svg" if again else f"{stem}.svg"] = policy
    return names


# --- the night --------------------------------------------------------------------------------------------------------


def draw_night(
    file: Path, policy: str, series: pd.DataFrame, match: Match, pushes: pd.DataFrame | None = None
) -> Path:
    """Beliefs, arousal by side, pushes, sales and stock by minute, one above the other on the clock of the match."""
    with styled():
        figure = Figure(figsize=(WIDTH, 9.0))
        axes = figure.subplots(
            6, 1, sharex=True, gridspec_kw={"height_ratios": [0.28, 1, 1, 1, 1, 1.25], "hspace": 0.16}
        )
        figure.subplots_adjust(left=0.09, right=0.80, top=0.935, bottom=0.055)
        title(figure, _night_finding(policy, series, match))
        strip, panels = axes[0], axes[1:]
        at = match.opens / 60.0 + np.arange(len(series))  # start of each minute, from kick-off
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
    text = f"{match.home.name} {home}–{away} {match.away.name} under {shorten(policy, 40)}: {_count(pushes, 'push', 'pushes')}, "
    text += f"{_count(orders, 'paid order')}"
    return f"{text}, {_after_goals(series, match):.0%} of them within ten minutes of a goal." if orders else f"{text}."


def _after_goals(series: pd.DataFrame, match: Match) -> float:
    """Share of paid orders in the minute of a goal or the nine after it."""
    first = {int((e.at - match.opens) // 60) for e in match.events if e.scores}
    near = [any(minute - 10 < goal <= minute for goal in first) for minute in range(len(series))]
    return float(series["orders"].to_numpy()[near].sum() / series["orders"].sum())


def _count(n: int, one: str, many: str | None = None) -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _beliefs(axes: Axes, at: NDArray[np.float64], series: pd.DataFrame, match: Match) -> None:
    shares = [100.0 * series[name].to_numpy() for name in ("p_home", "p_draw", "p_away")]
    colours = [SIDE_COLOURS["home"], "#d9d9d9", SIDE_COLOURS["away"]]
    names = [shorten(match.home.name, 20), "draw", shorten(match.away.name, 20)]
    axes.stackplot(at, *shares, colors=colours, labels=names, alpha=0.85, linewidth=0)
    axes.set(ylim=(0, 100), ylabel="chance to win\n[%]")
    _beside(axes, "who will win", reverse=True)


def _arousal(axes: Axes, at: NDArray[np.float64], series: pd.DataFrame, match: Match) -> None:
    for side, name in zip(SIDES, (match.home.name, match.away.name, "neutral"), strict=True):
        axes.plot(at, series[f"arousal_{side}"], color=SIDE_COLOURS[side], dashes=(), label=shorten(name, 20))
        axes.lines[-1].set_linestyle(SIDE_DASHES[side])
    axes.set(ylim=(0, 1), ylabel="arousal\n[0 to 1]")
    _beside(axes, "viewers for")


def _exposures(axes: Axes, at: NDArray[np.float64], series: pd.DataFrame, pushes: pd.DataFrame | None) -> None:
    _bars(axes, at, series["exposures"], COLOURS[6], "nothing was pushed")
    axes.set_ylabel("pushes on screen\n[a minute]")
    if pushes is None or pushes.empty:
        return
    axes.margins(y=0.3)
    for row, (surface, told) in enumerate(pushes.groupby("surface", sort=True)):
        level = np.full(len(told), 0.96 - 0.09 * row)
        axes.plot(
            told["time"] / 60.0, level, MARKERS[row], transform=axes.get_xaxis_transform(), ms=3.5, clip_on=False,
            color=COLOURS[row], label=str(surface).replace("_", " "),
        )  # fmt: skip
    _beside(axes, "pushed on")


def _sales(axes: Axes, at: NDArray[np.float64], series: pd.DataFrame) -> None:
    _bars(axes, at, series["orders"], COLOURS[2], "nothing was sold")
    axes.set_ylabel("orders paid\n[a minute]")


def _bars(axes: Axes, at: NDArray[np.float64], counts: pd.Series[Any], colour: str, empty: str) -> None:
    if not counts.sum():
        none_here(axes, empty)
        return
    axes.stairs(counts.to_numpy(), np.append(at, at[-1] + 1.0), fill=True, color=colour)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))


def _stock(axes: Axes, at: NDArray[np.float64], series: pd.DataFrame) -> None:
    for k, (name, units) in enumerate(_shelves(series).items()):
        colour, dash = COLOURS[k % len(COLOURS)], DASHES[k % len(DASHES)]
        axes.step(at, units, where="post", color=colour, linestyle=dash, label=shorten(name, 22))
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_ylabel("free stock\n[units]")
    _beside(axes, "product")


def _shelves(series: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
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


# --- its time axis ----------------------------------------------------------------------------------------------------


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
    for period in match.periods:
        first, last = PLAYING.get(period.name, (0, 0))
        for minute in range(first, last + 1, 15):
            if period.name != "P" and (minute > first or minute == 0):
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
            axes.axvline(event.at / 60.0, color=SIDE_COLOURS[side], linestyle=SIDE_DASHES[side], linewidth=0.8, zorder=1.5)


def _score_strip(strip: Axes, match: Match) -> None:
    strip.axis("off")
    strip.set_ylim(0, 4)
    last = [-math.inf] * 4  # where the last label of each line ends
    for event in (e for e in match.events if e.scores):
        at = event.at / 60.0
        line = next((k for k, end in enumerate(last) if at >= end), 0)
        last[line] = at + (match.closes - match.opens) / 60.0 / 22.0
        home, away = match.score_at(event.at)
        strip.text(at, line, f"{home}–{away}", color=SIDE_COLOURS[SIDES[event.side]], ha="center", fontsize=7.5)
    for period in match.periods:
        if not period.playing:
            _name_break(strip, period.name, (period.start + period.end) / 120.0)


def _name_break(strip: Axes, name: str, at: float) -> None:
    names = {"pre": "before", "HT": "HT", "ET_break": "", "ET_HT": "", "PK_break": "pens", "post": "after"}
    strip.text(at, 0, names[name], color=FAINT, ha="center", fontsize=7.0)


# --- conversion against annoyance -------------------------------------------------------------------------------------


class Mark(NamedTuple):
    """One policy's place in the trade-off."""

    x: Metric  # annoyance
    y: Metric  # conversion [%]
    dry: float  # stock-out minutes


def draw_tradeoff(file: Path, comparison: Comparison) -> Path:
    """Conversion against annoyance (95th percentile over viewers), one mark a policy; stock-outs are the disc's area."""
    marks = {name: _mark(metrics) for name, metrics in comparison["policies"].items()}
    with styled():
        figure = Figure(figsize=(WIDTH, max(4.2, 2.2 + 0.24 * len(marks))))
        axes = figure.subplots()
        figure.subplots_adjust(left=0.09, right=0.66, top=1 - 0.52 / figure.get_figheight(), bottom=0.5 / figure.get_figheight())
        title(figure, _tradeoff_finding(marks, comparison))
        unit = _disc_unit(max((m.dry for m in marks.values()), default=0.0))
        look = looks(marks)
        for name, mark in marks.items():
            _draw_mark(axes, mark, look[name], unit)
        _frame(axes, marks)
        _keys(figure, axes, look, unit)
        return save(figure, file)


def _mark(metrics: Mapping[str, Metric]) -> Mark:
    conversion = {k: None if v is None else 100.0 * v for k, v in metrics["conversion_rate"].items()}
    return Mark(metrics[ANNOYANCE], conversion, _mean(metrics["stockout_minutes"]))


def _mean(metric: Metric) -> float:
    mean = metric["mean"]
    return float(mean) if mean is not None and math.isfinite(mean) else 0.0


def _spread(metric: Metric) -> list[list[float]]:
    """Error bars of an interval; none where one replication gives no interval."""
    low, high = metric.get("low"), metric.get("high")
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return [[0.0], [0.0]]
    return [[max(0.0, _mean(metric) - low)], [max(0.0, high - _mean(metric))]]


def _tradeoff_finding(marks: Mapping[str, Mark], comparison: Comparison) -> str:
    sells = max(marks, key=lambda name: _mean(marks[name].y))
    calm = min(marks, key=lambda name: _mean(marks[name].x))
    harsh = max(marks, key=lambda name: _mean(marks[name].x))
    text = f"{shorten(sells, 32)} converts most ({_mean(marks[sells].y):.2g}% of viewers pay)"
    if _mean(marks[harsh].x) > _mean(marks[calm].x):
        text += f"; {shorten(harsh, 32)} annoys most ({_mean(marks[harsh].x):.2g}), {shorten(calm, 32)} least"
    return f"{text}. {_nights(comparison)}"


def _nights(comparison: Comparison) -> str:
    n = comparison.get("replications", 1)
    return f"Mean of {n} nights and its 95% interval." if n > 1 else "One night, so there are no intervals."


def _disc_unit(most: float) -> float:
    """Points² a stock-out minute, so that the largest disc is a centimetre and a half across."""
    return 1400.0 / most if most > 0 else 0.0


def _draw_mark(axes: Axes, mark: Mark, look: Look, unit: float) -> None:
    x, y = _mean(mark.x), _mean(mark.y)
    axes.scatter([x], [y], s=mark.dry * unit, color=look.colour, alpha=0.22, linewidth=0, zorder=2)
    axes.errorbar(
        [x], [y], xerr=_spread(mark.x), yerr=_spread(mark.y), color=look.colour, marker=look.marker, ms=4.5,
        capsize=2.5, elinewidth=1.1, zorder=3,
    )  # fmt: skip


def _frame(axes: Axes, marks: Mapping[str, Mark]) -> None:
    """Both axes from 0, with room for the discs."""
    reach = [max((max(_mean(getattr(m, k)), getattr(m, k).get("high") or 0.0) for m in marks.values()), default=0.0) for k in "xy"]
    axes.set_xlim(0, 1.14 * reach[0] or 1.0)
    axes.set_ylim(0, 1.16 * reach[1] or 1.0)
    axes.set_xlabel("annoyance: 95th percentile over viewers of their worst moment [1 = what an average viewer bears]")
    axes.xaxis.label.set_horizontalalignment("left")
    axes.xaxis.set_label_coords(0.0, -0.09)
    axes.set_ylabel("conversion [% of viewers who came]")


def _keys(figure: Figure, axes: Axes, look: Mapping[str, Look], unit: float) -> None:
    """Who is who, and how large a disc is how much."""
    names = [
        Line2D([], [], color=k.colour, marker=k.marker, ms=4.5, linestyle="-", linewidth=1.1, label=shorten(name, 34))
        for name, k in look.items()
    ]
    place: dict[str, Any] = {"borderaxespad": 0.0, "alignment": "left", "title_fontsize": 7.5}
    figure.legend(
        handles=names, loc="upper left", bbox_to_anchor=(1.03, 1.0), bbox_transform=axes.transAxes, title="policy", **place
    )
    if unit:
        figure.legend(
            handles=[_disc(minutes, unit) for minutes in _nice(1400.0 / unit)], loc="lower left",
            bbox_to_anchor=(1.03, 0.0), bbox_transform=axes.transAxes, title="disc's area: SKU-minutes sold out",
            labelspacing=1.5, handletextpad=1.6, borderpad=1.0, **place,
        )  # fmt: skip


def _disc(minutes: float, unit: float) -> Line2D:
    across = math.sqrt(minutes * unit)
    return Line2D([], [], linestyle="", marker="o", ms=across, color=FAINT, alpha=0.4, mew=0, label=f"{minutes:,.3g}")


def _nice(most: float) -> list[float]:
    """Two round numbers up to `most`."""
    power = 10.0 ** math.floor(math.log10(most))
    top = max(k for k in (1, 2, 5) if k * power <= most) * power
    return [top / 5.0, top]


# --- the funnel -------------------------------------------------------------------------------------------------------


def draw_funnel(file: Path, comparison: Comparison) -> Path:
    """How many pushes become orders: a panel a step, each with its own axis from 0, a bar a policy.

    Linear axes, because bars have no honest length on a logarithmic one; from step to step the numbers say what is left.
    """
    policies = comparison["policies"]
    steps = {s: name for s, name in STEPS.items() if all(s in metrics for metrics in policies.values())}
    with styled():
        figure = Figure(figsize=(WIDTH, 1.55 + 0.3 * len(policies)))
        height = figure.get_figheight()
        row = figure.subplots(1, len(steps), sharey=True, squeeze=False)[0]
        figure.subplots_adjust(left=0.22, right=0.97, top=1 - 0.88 / height, bottom=0.5 / height, wspace=0.16)
        title(figure, _funnel_finding(policies, comparison), left=0.02)
        for axes, (step, name) in zip(row, steps.items(), strict=True):
            _draw_step(axes, policies, step, name)
        row[0].set_yticks(range(len(policies)), [shorten(name, 24) for name in policies])
        row[0].set_ylim(len(policies) - 0.4, -0.6)
        figure.text(0.595, 0.06 / height, "a night; product pages are also opened on viewers' own visits", ha="center", color=INK)
        return save(figure, file)


def _draw_step(axes: Axes, policies: Mapping[str, Mapping[str, Metric]], step: str, name: str) -> None:
    look = looks(policies)
    most = max([_mean(metrics[step]) for metrics in policies.values()]) or 1.0
    for row, (policy, metrics) in enumerate(policies.items()):
        mean = _mean(metrics[step])
        axes.barh(row, mean, height=0.5, color=look[policy].colour, alpha=0.85)
        axes.errorbar([mean], [row], xerr=_spread(metrics[step]), color=INK, elinewidth=0.9, capsize=1.8)
        axes.text(1.5 * most, row, _short(mean), ha="right", va="center", fontsize=7.0)
    axes.set_xlim(0, 1.5 * most)
    axes.set_title(name, loc="left")
    axes.xaxis.set_major_locator(MaxNLocator(2))
    axes.xaxis.set_major_formatter(lambda x, _: _short(x))
    axes.tick_params(axis="y", length=0)


def _short(x: float) -> str:
    """1234567 as 1.2M: as many letters as a narrow panel holds."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(x) >= size:
            return f"{x / size:.3g}{letter}"
    return f"{x:.3g}"


def _funnel_finding(policies: Mapping[str, Mapping[str, Metric]], comparison: Comparison) -> str:
    best = max(policies, key=lambda name: _mean(policies[name]["orders"]))
    text = f"{shorten(best, 32)} ends in most paid orders ({_short(_mean(policies[best]['orders']))} a night)"
    loud = max(policies, key=lambda name: _mean(policies[name].get("exposures", {"mean": 0.0})))
    shown = _mean(policies[loud].get("exposures", {"mean": 0.0}))
    if shown:
        text += f"; {shorten(loud, 32)} puts most pushes on screens ({_short(shown)})"
    return f"{text}. {_nights(comparison)}"
