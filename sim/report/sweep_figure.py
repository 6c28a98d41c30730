"""A sweep as a picture: the goal against what is varied, with intervals, or as a map where two things are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.experiment.comparison import half_interval
from sim.measures.outcomes import BY_NAME
from sim.policy.parameters import written
from sim.report.style import FAINT, INK, WIDTH, fitted, key, looks, save, styled, thousands, title
from sim.report.sweep import Result, sentences, short
from sim.report.table import unit_of

HEIGHT = 2.9  # in: of a panel
ACROSS = 2  # panels side by side


def draw_sweep(file: Path, result: Result, currency: str) -> Path:
    """Draws the goal by point: a map a policy for a grid of two, else a panel for each that is varied."""
    varying = [name for name, of in result["policies"].items() if len(of["touched"]) == 2]
    maps = result["gridded"] and len(result["varied"]) == 2 and varying
    panels: Sequence[Any] = varying if maps else result["varied"]
    columns = min(ACROSS, len(panels))
    rows = -(-len(panels) // columns)
    with styled():
        figure = Figure(figsize=(WIDTH, rows * HEIGHT + 0.6))
        said = ". ".join(sentences(result, currency, "±")) or f"Nothing that is varied touches {result['goal']}"
        above = title(figure, f"{said}.")
        figure.set_figheight(rows * HEIGHT + above + 0.3)
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes, k in zip(grid.flat, range(rows * columns), strict=True):
            if k >= len(panels):
                axes.set_visible(False)
            elif maps:
                _map(axes, result, panels[k], currency)
            else:
                _against(axes, result, k, currency)
        figure.tight_layout(rect=(0, 0, 1, 1 - above / figure.get_figheight()))
        return save(figure, file)


def _goal(result: Result, currency: str) -> tuple[str, float]:
    """Its label, and what its values are multiplied by."""
    metric = BY_NAME[result["goal"]]
    unit = unit_of(metric, currency)
    return f"{metric.name} [{unit}]" if unit else metric.name, 100.0 if metric.unit == "share" else 1.0


def positions(values: Sequence[Any]) -> tuple[list[float], list[str] | None]:
    """Where values stand on an axis: at themselves, or, what is no number, side by side under their names."""
    if all(isinstance(x, int | float) and not isinstance(x, bool) for x in values):
        return [float(x) for x in values], None
    names = list(dict.fromkeys(map(written, values)))
    return [float(names.index(written(x))) for x in values], names


def _against(axes: Axes, result: Result, k: int, currency: str) -> None:
    """The goal of every policy against one that is varied; lines join the points where nothing else is."""
    label, scale = _goal(result, currency)
    at, names = positions([point[k] for point in result["points"]])
    alone = len(result["varied"]) == 1
    styles, entries = looks(result["policies"]), []
    for name, of in result["policies"].items():
        look = styles[name]
        told = [(x, row[result["goal"]]) for x, row in zip(at, of["means"], strict=True)]
        told = sorted((pair for pair in told if pair[1]["nights"]), key=lambda pair: pair[0])
        x, y = [place for place, _ in told], [scale * value["mean"] for _, value in told]
        drawn = axes.errorbar(
            x, y, yerr=[scale * half_interval(value) for _, value in told], color=look.colour, marker=look.marker,
            linestyle=look.dash if alone else "none", markersize=3.5, elinewidth=0.8, capsize=2,
        )  # fmt: skip
        entries.append((drawn.lines[0], fitted(name, 3.0, 7.5)))
    own = result["varied"][k]["own"]
    if names is None and isinstance(own, int | float):
        axes.axvline(own, color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)), zorder=0)
        axes.text(own, 1.0, " now", transform=axes.get_xaxis_transform(), color=FAINT, fontsize=7, va="top")
    if names is not None:
        axes.set_xticks(range(len(names)), [fitted(name, 1.2, 7.5) for name in names])
    elif _is_log(at):
        axes.set_xscale("log")
    axes.set_xlabel(fitted(result["varied"][k]["path"], 3.2, 8.0))
    axes.set_ylabel(label)
    axes.yaxis.set_major_formatter(FuncFormatter(thousands))
    if k == 0:
        key(axes, entries, loc="best")


def _is_log(at: Sequence[float]) -> bool:
    """Whether values are spread so that an even axis would crowd them at one end."""
    inner = sorted(set(at))
    return len(inner) > 2 and inner[0] > 0.0 and inner[-1] / inner[0] >= 30.0 and inner[1] - inner[0] < 0.2 * (
        inner[-1] - inner[0]
    ) / (len(inner) - 1)  # fmt: skip


def _map(axes: Axes, result: Result, policy: str, currency: str) -> None:
    """The goal over a grid of two, a number in every cell."""
    label, scale = _goal(result, currency)
    across, up = (list(dict.fromkeys(point[i] for point in result["points"])) for i in (0, 1))
    across, up = _sorted(across), _sorted(up)
    z = np.full((len(up), len(across)), np.nan)
    for point, row in zip(result["points"], result["policies"][policy]["means"], strict=True):
        value: Mapping[str, Any] = row[result["goal"]]
        z[up.index(point[1]), across.index(point[0])] = scale * value["mean"] if value["nights"] else np.nan
    shown = axes.imshow(z, origin="lower", aspect="auto", cmap="cividis")
    middle = (np.nanmin(z) + np.nanmax(z)) / 2.0
    for (i, j), x in np.ndenumerate(z):
        if z.size <= 100 and not np.isnan(x):
            colour = "white" if x <= middle else INK
            axes.text(j, i, thousands(float(x)), ha="center", va="center", fontsize=6.5, color=colour)
    names = short(result)
    axes.set_xticks(range(len(across)), list(map(written, across)))
    axes.set_yticks(range(len(up)), list(map(written, up)))
    axes.set_xlabel(fitted(names[0], 3.0, 8.0))
    axes.set_ylabel(fitted(names[1], 2.5, 8.0))
    axes.set_title(fitted(policy, 3.0, 8.0), loc="left")
    for spine in axes.spines.values():
        spine.set_visible(False)
    bar = axes.figure.colorbar(shown, ax=axes, format=FuncFormatter(thousands))
    bar.set_label(label)
    bar.outline.set_visible(False)


def _sorted(values: list[Any]) -> list[Any]:
    numeric = all(isinstance(x, int | float) and not isinstance(x, bool) for x in values)
    return sorted(values) if numeric else values
