"""A comparison of policies as pictures: conversion against annoyance, and the funnel from push to paid order.

Both are drawn from the comparison as its JSON says it.  Their titles need the table of nights as well: they name a
first among policies only where the differences to all others, paired by replication, exclude 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.experiment.comparison import decided, half_interval, half_width
from sim.report.decimals import decimals
from sim.report.style import (
    FAINT,
    INK,
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

Comparison = Mapping[str, Any]  # the JSON of `compare`, schema_version 1
Metric = Mapping[str, Any]  # mean, low, high; the latter two None where there is one night

CONVERSION, MARGIN, DRY = "conversion_rate", "net_margin", "stockout_minutes"
ANNOYANCE = "annoyance_p95"  # finer than annoyed_share: it also tells apart policies that annoy nobody beyond tolerance
STEPS = {
    "exposures": "pushes\non screen",
    "clicks": "clicks",
    "views": "product\npages",
    "reservations": "in cart or\none-click",
    "orders": "orders\npaid",
}
NAME_SIZE, NAME_WIDTH = 7.5, 2.75  # points; in: forty letters of usual width
LARGEST = 900.0  # points²: a disc a centimetre across


# --- what may be claimed ----------------------------------------------------------------------------------------------


class First(NamedTuple):
    """The policy with the highest mean of a metric, and those that the nights do not tell apart from it."""

    policy: str
    mean: float
    level: tuple[str, ...]


def first(nights: pd.DataFrame, metric: str) -> First:
    """Who has most of a metric, by the comparison's t intervals of differences paired by replication.

    `nights` has one row a policy and replication (`sim.experiment.runs.table`); one replication tells nothing apart.
    """
    order = list(dict.fromkeys(nights["policy"]))
    values = nights.pivot(index="replication", columns="policy", values=metric)[order]
    best = str(values.mean().idxmax())
    ahead = values.drop(columns=best).rsub(values[best], axis=0)
    n, halves = len(ahead), half_width(ahead.to_numpy().T)
    equal = tuple(
        str(policy)
        for policy, mean, half in zip(ahead, ahead.mean(), halves, strict=True)
        if not decided(mean, half, n)
    )
    return First(best, float(values[best].mean()), equal)


class Claim(NamedTuple):
    """What a title says about a metric: "X converts most (2.2% of viewers)"."""

    metric: str
    most: str
    none: str
    said: Callable[[float], str]


def _finding(claims: Sequence[Claim], comparison: Comparison, nights: pd.DataFrame) -> str:
    policies, n = list(comparison["policies"]), comparison["replications"]
    if n == 1 and len(policies) > 1:
        return "One night, so there are no intervals: what is the policy and what is luck cannot be told."
    said = [_claimed(claim, first(nights, claim.metric), len(policies), n) for claim in claims]
    within = f"Mean of {n} nights and its {comparison['level']:.0%} interval" if n > 1 else "One night, so no intervals"
    return f"{'. '.join([*said, within])}."


def _claimed(claim: Claim, found: First, policies: int, n: int) -> str:
    if not found.mean > 0.0:
        return claim.none
    if policies == 1:
        return f"{shorten(found.policy, 40)}: {claim.said(found.mean)}"
    if not found.level:
        return f"{shorten(found.policy, 40)} {claim.most} ({claim.said(found.mean)})"
    level = [found.policy, *found.level]
    which = "policy" if len(level) == policies else f"of {_listed(level)}"
    return f"Which {which} {claim.most} cannot be told from {n} nights"


def _listed(names: Sequence[str]) -> str:
    shown = [shorten(name, 40) for name in names]
    if len(shown) > 4:
        shown = [*shown[:3], f"{len(shown) - 3} others"]
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


# --- conversion against annoyance -------------------------------------------------------------------------------------


class Mark(NamedTuple):
    """One policy's place in the trade-off."""

    x: Metric  # annoyance [average tolerances]
    y: Metric  # conversion [%]
    margin: Metric  # [currency]
    dry: Metric  # time without stock [SKU-minutes]


def draw_tradeoff(file: Path, comparison: Comparison, nights: pd.DataFrame, *, currency: str) -> Path:
    """Conversion against annoyance (95th percentile over viewers), one mark a policy; stock-outs as a disc.

    The list below gives the numbers as well, for marks that lie on one another, and the net margin, because who gives
    everything away converts well.  `nights` is as for `first`.
    """
    marks = {name: _mark(metrics) for name, metrics in comparison["policies"].items()}
    with styled():
        listed = 0.45 + 0.19 * len(marks)  # in
        height = 4.6 + listed
        figure = Figure(figsize=(WIDTH, height))
        above = title(figure, _finding(_tradeoff_claims(currency), comparison, nights))
        bottom = (listed + 0.55) / height
        axes = figure.add_axes((0.09, bottom, 0.68, 1.0 - (0.1 + above) / height - bottom))
        unit = _disc_unit(max(m.dry["mean"] for m in marks.values()))
        look = looks(marks)
        for name, mark in sorted(marks.items(), key=lambda named: -named[1].dry["mean"]):
            _draw_mark(axes, mark, look[name], unit)
        _frame(axes, marks)
        _disc_key(figure, axes, unit)
        _list(figure.add_axes((0.0, 0.0, 1.0, listed / height)), marks, look, currency)
        return save(figure, file)


def _tradeoff_claims(currency: str) -> Sequence[Claim]:
    return (
        Claim(CONVERSION, "converts most", "Nobody buys", lambda x: f"{100.0 * x:.3g}% of viewers buy"),
        Claim(MARGIN, "earns most", "No policy earns money", lambda x: f"net margin {thousands(x)} {currency}"),
        Claim(
            ANNOYANCE,
            "annoys most",
            "At most one viewer in twenty is annoyed",
            lambda x: f"95th percentile {x:.3g}",
        ),
    )


def _mark(metrics: Mapping[str, Metric]) -> Mark:
    conversion = {k: v if v is None else 100.0 * v for k, v in metrics[CONVERSION].items()}
    return Mark(metrics[ANNOYANCE], conversion, metrics[MARGIN], metrics[DRY])


def _disc_unit(most: float) -> float:
    """Points² a stock-out minute."""
    return LARGEST / most if most > 0 else 0.0


def _draw_mark(axes: Axes, mark: Mark, look: Look, unit: float) -> None:
    """A hollow mark, so that the one below shows through."""
    x, y = mark.x["mean"], mark.y["mean"]
    axes.scatter(
        [x], [y], s=mark.dry["mean"] * unit, color=look.colour, alpha=0.16, linewidth=0, zorder=2, clip_on=False
    )
    _interval(axes, x, y, mark.x, look.colour, along="x")
    _interval(axes, x, y, mark.y, look.colour, along="y")
    axes.plot([x], [y], clip_on=False, zorder=4, **_hollow(look))


def _hollow(look: Look) -> dict[str, Any]:
    return {"color": look.colour, "marker": look.marker, "mfc": "none", "mew": 1.3, "ms": 7.5, "linestyle": ""}


def _interval(axes: Axes, x: float, y: float, metric: Metric, colour: str, along: str) -> None:
    """An error bar; none where all nights are alike or there is one."""
    half = half_interval(metric)
    if half > 0.0:
        axes.errorbar(
            [x], [y], xerr=half if along == "x" else None, yerr=half if along == "y" else None, color=colour,
            fmt="none", capsize=2.2, elinewidth=1.0, zorder=3,
        )  # fmt: skip


def _frame(axes: Axes, marks: Mapping[str, Mark]) -> None:
    """Both axes from 0, with room for the discs (a little of it before 0, for policies that annoy nobody)."""
    right, top = (_reach(getattr(m, k) for m in marks.values()) for k in "xy")
    axes.set_xlim(-0.06 * right, 1.12 * right)
    axes.set_ylim(0, 1.12 * top)
    axes.set_xlabel("annoyance: 95th percentile of viewers' highest annoyance [1 = an average viewer's tolerance]")
    axes.set_ylabel("conversion: viewers who bought\n[% of those who came]")


def _reach(metrics: Iterable[Metric]) -> float:
    """What an axis from 0 has to hold; 1 if there is nothing."""
    return max(metric["mean"] + half_interval(metric) for metric in metrics) or 1.0


def _disc_key(figure: Figure, axes: Axes, unit: float) -> None:
    """How large a disc is how much."""
    if not unit:
        axes.text(1.03, 0.98, "no disc: nothing\nwas sold out", transform=axes.transAxes, va="top", color=FAINT)
        return
    discs = [(_disc(minutes, unit), thousands(minutes)) for minutes in _nice(LARGEST / unit)]
    key(
        figure, discs, loc="upper left", bbox_to_anchor=(1.03, 1.0), bbox_transform=axes.transAxes, borderaxespad=0.0,
        title="area of the disc:\nsold out\n[SKU-minutes]", title_fontsize=7.5, alignment="left", labelspacing=2.2,
        handletextpad=1.4, borderpad=0.2,
    )  # fmt: skip


def _disc(minutes: float, unit: float) -> Line2D:
    return Line2D([], [], linestyle="", marker="o", ms=math.sqrt(minutes * unit), color=FAINT, alpha=0.4, mew=0)


def _nice(most: float) -> list[float]:
    """Two round numbers up to `most`."""
    power = 10.0 ** math.floor(math.log10(most))
    top = max(k for k in (1, 2, 5) if k * power <= most) * power
    return [top / 5.0, top]


def _list(axes: Axes, marks: Mapping[str, Mark], look: Mapping[str, Look], currency: str) -> None:
    """Who is who, with the numbers; axes in inches, from the top left.  Names get what the numbers leave."""
    axes.axis("off")
    axes.set(xlim=(0.0, WIDTH), ylim=(0.45 + 0.19 * len(marks), 0.0))
    right = WIDTH - 0.15
    for head, metrics in (
        ("sold out\n[SKU-minutes]", [mark.dry for mark in marks.values()]),
        (f"net margin\n[{currency}]", [mark.margin for mark in marks.values()]),
        ("annoyance\n[tolerances]", [mark.x for mark in marks.values()]),
        ("conversion\n[%]", [mark.y for mark in marks.values()]),
    ):
        right -= _column(axes, right, head, _with_halves(metrics)) + 0.25
    axes.text(0.68, 0.28, "policy", va="bottom", fontsize=7.0, color=FAINT)
    for row, name in enumerate(marks):
        axes.plot([0.5], [_down(row)], **_hollow(look[name]))
        axes.text(0.68, _down(row), fitted(name, right - 0.68, NAME_SIZE), va="center", fontsize=NAME_SIZE)


def _down(row: int) -> float:
    return 0.40 + 0.19 * row


def _column(axes: Axes, right: float, head: str, texts: Sequence[str]) -> float:
    """Numbers below one another; gives the inches they take."""
    axes.text(right, 0.28, head, ha="right", va="bottom", fontsize=7.0, color=FAINT)
    for row, text in enumerate(texts):
        axes.text(right, _down(row), text, ha="right", va="center", fontsize=NAME_SIZE)
    return max(inches(text, NAME_SIZE) for text in (*head.splitlines(), *texts))


def _with_halves(metrics: Sequence[Metric]) -> list[str]:
    """`2.11 ± 0.40`: means and halves of their intervals, all with the same decimals."""
    numbers = [(metric["mean"], half_interval(metric)) for metric in metrics]
    places = decimals([mean for mean, _ in numbers], numbers)
    return [f"{mean:z,.{places}f}" + (f" ± {half:,.{places}f}" if half > 0.0 else "") for mean, half in numbers]


# --- the funnel -------------------------------------------------------------------------------------------------------

FUNNEL = (
    Claim("orders", "sells most", "Nothing is sold", lambda x: f"{_short(x)} orders a night"),
    Claim("exposures", "pushes most", "Nothing is pushed", lambda x: f"{_short(x)} pushes on screen"),
)
FUNNEL_NOTE = "counts in a night, of pushes with the days after; product pages are also opened on viewers' own visits"
NUMBER = 0.4  # in: the column of numbers in each panel


def draw_funnel(file: Path, comparison: Comparison, nights: pd.DataFrame) -> Path:
    """How many pushes become orders: a panel a step, each with its own axis from 0, a bar a policy.

    Linear axes, because bars have no honest length on a logarithmic one; the numbers say what is left.  `nights` is as
    for `first`.
    """
    policies = comparison["policies"]
    with styled():
        height = 1.75 + 0.28 * len(policies)
        figure = Figure(figsize=(WIDTH, height))
        above = title(figure, _finding(FUNNEL, comparison, nights))
        row = figure.subplots(1, len(STEPS), sharey=True, squeeze=False)[0]
        names = [fitted(name, NAME_WIDTH, NAME_SIZE) for name in policies]
        left = (0.2 + max(0.8, *(inches(name, NAME_SIZE) for name in names))) / WIDTH
        gap = 0.14
        figure.subplots_adjust(
            left=left, right=0.98, top=1.0 - (0.42 + above) / height, bottom=0.55 / height, wspace=gap
        )
        across = (0.98 - left) * WIDTH / (len(STEPS) + gap * (len(STEPS) - 1))
        for axes, (step, name) in zip(row, STEPS.items(), strict=True):
            _draw_step(axes, {policy: metrics[step] for policy, metrics in policies.items()}, name, across)
        row[0].set_yticks(range(len(policies)), names)
        row[0].set_ylim(len(policies) - 0.4, -0.6)
        figure.text(left, 0.06 / height, FUNNEL_NOTE, color=INK)
        return save(figure, file)


def _draw_step(axes: Axes, counts: Mapping[str, Metric], name: str, across: float) -> None:
    """Bars on an axis that ends before the numbers; `across` is the panel's width [in]."""
    look, reach = looks(counts), _reach(counts.values())
    edge = reach * across / (across - NUMBER)
    for row, (policy, count) in enumerate(counts.items()):
        axes.barh(row, count["mean"], height=0.5, color=look[policy].colour, alpha=0.85)
        _interval(axes, count["mean"], row, count, INK, along="x")
        axes.text(edge, row, _short(count["mean"]), ha="right", va="center", fontsize=7.0)
    axes.set_xlim(0, edge)
    axes.set_title(name, loc="left")
    axes.spines["bottom"].set_bounds(0, reach)
    axes.set_xticks([tick for tick in MaxNLocator(2, integer=True).tick_values(0, reach) if 0 <= tick <= reach])
    axes.xaxis.set_major_formatter(lambda x, _: _short(x))
    axes.tick_params(axis="y", length=0)


def _short(x: float) -> str:
    """1234567 as 1.23M: as many letters as a narrow panel holds."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(x) >= 0.9995 * size:
            return f"{x / size:.3g}{letter}"
    return f"{x:.3g}"
