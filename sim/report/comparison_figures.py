"""A comparison of policies as pictures: conversion against annoyance, and the funnel from push to paid order.

Both are drawn from the comparison as its JSON says it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.report.style import FAINT, INK, WIDTH, Look, looks, save, shorten, styled, thousands, title

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


class Mark(NamedTuple):
    """One policy's place in the trade-off."""

    x: Metric  # annoyance
    y: Metric  # conversion [%]
    dry: float  # stock-out minutes


def draw_tradeoff(file: Path, comparison: Comparison) -> Path:
    """Conversion against annoyance (95th percentile over viewers), one mark a policy; stock-outs as a disc."""
    marks = {name: _mark(metrics) for name, metrics in comparison["policies"].items()}
    with styled():
        height = max(4.2, 2.6 + 0.22 * len(marks))
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.subplots()
        above = title(figure, _tradeoff_finding(marks, comparison))
        figure.subplots_adjust(left=0.09, right=0.66, top=1.0 - (0.1 + above) / height, bottom=0.5 / height)
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
    text = f"{shorten(sells, 32)} converts most ({_mean(marks[sells].y):.2g}% of viewers buy)"
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
    """Both axes from 0, with room for the discs (a little of it before 0, for policies that annoy nobody)."""
    reach = [
        max((max(_mean(getattr(m, k)), getattr(m, k).get("high") or 0.0) for m in marks.values()), default=0.0)
        for k in "xy"
    ]
    axes.set_xlim(-0.05 * (reach[0] or 1.0), 1.14 * reach[0] or 1.0)
    axes.set_ylim(0, 1.16 * reach[1] or 1.0)
    axes.set_xlabel("annoyance: 95th percentile of viewers' highest annoyance [1 = an average viewer's tolerance]")
    axes.xaxis.label.set_horizontalalignment("left")
    axes.xaxis.set_label_coords(0.0, -0.09)
    axes.set_ylabel("conversion: viewers who bought [% of those who came]")


def _keys(figure: Figure, axes: Axes, look: Mapping[str, Look], unit: float) -> None:
    """Who is who, and how large a disc is how much."""
    names = [
        Line2D([], [], color=k.colour, marker=k.marker, ms=4.5, linestyle="-", linewidth=1.1, label=shorten(name, 34))
        for name, k in look.items()
    ]
    place: dict[str, Any] = {"borderaxespad": 0.0, "alignment": "left", "title_fontsize": 7.5}
    figure.legend(
        handles=names,
        loc="upper left",
        bbox_to_anchor=(1.03, 1.0),
        bbox_transform=axes.transAxes,
        title="policy",
        **place,
    )
    if unit:
        figure.legend(
            handles=[_disc(minutes, unit) for minutes in _nice(1400.0 / unit)], loc="lower left",
            bbox_to_anchor=(1.03, 0.0), bbox_transform=axes.transAxes, title="disc's area: SKU-minutes sold out",
            labelspacing=2.6, handletextpad=1.8, borderpad=1.4, **place,
        )  # fmt: skip


def _disc(minutes: float, unit: float) -> Line2D:
    across = math.sqrt(minutes * unit)
    return Line2D([], [], linestyle="", marker="o", ms=across, color=FAINT, alpha=0.4, mew=0, label=thousands(minutes))


def _nice(most: float) -> list[float]:
    """Two round numbers up to `most`."""
    power = 10.0 ** math.floor(math.log10(most))
    top = max(k for k in (1, 2, 5) if k * power <= most) * power
    return [top / 5.0, top]


# --- the funnel -------------------------------------------------------------------------------------------------------


def draw_funnel(file: Path, comparison: Comparison) -> Path:
    """How many pushes become orders: a panel a step, each with its own axis from 0, a bar a policy.

    Linear axes, because bars have no honest length on a logarithmic one; the numbers say what is left.
    """
    policies = comparison["policies"]
    steps = {s: name for s, name in STEPS.items() if all(s in metrics for metrics in policies.values())}
    with styled():
        figure = Figure(figsize=(WIDTH, 1.65 + 0.3 * len(policies)))
        height = figure.get_figheight()
        above = title(figure, _funnel_finding(policies, comparison))
        row = figure.subplots(1, len(steps), sharey=True, squeeze=False)[0]
        figure.subplots_adjust(
            left=0.22, right=0.97, top=1.0 - (0.42 + above) / height, bottom=0.5 / height, wspace=0.16
        )
        for axes, (step, name) in zip(row, steps.items(), strict=True):
            _draw_step(axes, policies, step, name)
        row[0].set_yticks(range(len(policies)), [shorten(name, 24) for name in policies])
        row[0].set_ylim(len(policies) - 0.4, -0.6)
        figure.text(
            0.595,
            0.06 / height,
            "a night; product pages are also opened on viewers' own visits",
            ha="center",
            color=INK,
        )
        return save(figure, file)


def _draw_step(axes: Axes, policies: Mapping[str, Mapping[str, Metric]], step: str, name: str) -> None:
    look = looks(policies)
    most = max([_mean(metrics[step]) for metrics in policies.values()]) or 1.0
    for row, (policy, metrics) in enumerate(policies.items()):
        mean = _mean(metrics[step])
        axes.barh(row, mean, height=0.5, color=look[policy].colour, alpha=0.85)
        axes.errorbar([mean], [row], xerr=_spread(metrics[step]), color=INK, elinewidth=0.9, capsize=1.8)
        axes.text(1.7 * most, row, _short(mean), ha="right", va="center", fontsize=7.0)
    axes.set_xlim(0, 1.7 * most)
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
