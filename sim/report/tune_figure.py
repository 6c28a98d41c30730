"""A tuning as a picture: the first objective of every trial against what is varied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.measures.outcomes import BY_NAME
from sim.report.style import COLOURS, FAINT, INK, WIDTH, fitted, key, save, styled, thousands, title
from sim.report.sweep_figure import ACROSS, HEIGHT, positions
from sim.report.table import unit_of
from sim.report.tune import Result, headline, sentences


def draw_tuning(file: Path, result: Result, currency: str) -> Path:
    """A panel for each that is varied, a dot a trial; what is not within the requirements is hollow."""
    panels = len(result["varied"])
    columns = min(ACROSS, panels)
    rows = -(-panels // columns)
    with styled():
        figure = Figure(figsize=(WIDTH, rows * HEIGHT + 0.6))
        said = " ".join(f"{text}." for text in (*sentences(result, currency, "±")[:2], headline(result)))
        above = title(figure, said)
        figure.set_figheight(rows * HEIGHT + above + 0.3)
        grid = list(figure.subplots(rows, columns, squeeze=False).flat)
        for k, axes in enumerate(grid):
            if k < panels:
                _panel(axes, result, k, currency)
            axes.set_visible(k < panels)
        figure.tight_layout(rect=(0, 0, 1, 1 - above / figure.get_figheight()))
        return save(figure, file)


def _panel(axes: Axes, result: Result, k: int, currency: str) -> None:
    metric = BY_NAME[result["objectives"][0]["metric"]]
    scale, unit = 100.0 if metric.unit == "share" else 1.0, unit_of(metric, currency)
    tried: list[dict[str, Any]] = [t for t in result["tried"] if t["objectives"] is not None]
    at, names = positions([t["point"][k] for t in tried])
    entries = []
    for allowed, face, words in ((True, COLOURS[0], "within the requirements"), (False, "none", "not within them")):
        shown = [(x, scale * t["objectives"][0]) for x, t in zip(at, tried, strict=True) if t["allowed"] == allowed]
        if shown:
            x, y = zip(*shown, strict=True)
            dots = axes.scatter(x, y, s=16, facecolors=face, edgecolors=COLOURS[0], linewidths=0.8)
            entries.append((dots, words))
    best = [found["point"] for found in result["best"]]
    for place, t in zip(at, tried, strict=True):
        if t["point"] in best:
            axes.scatter([place], [scale * t["objectives"][0]], s=70, facecolors="none", edgecolors=INK, linewidths=1.0)
    if result["as_it_is"]["objectives"]:
        axes.axhline(scale * result["as_it_is"]["objectives"][0], color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)))
        axes.text(1.0, scale * result["as_it_is"]["objectives"][0], "as it is", color=FAINT, fontsize=7, ha="right",
                  va="bottom", transform=axes.get_yaxis_transform())  # fmt: skip
    if names is not None:
        axes.set_xticks(range(len(names)), [fitted(name, 1.2, 7.5) for name in names])
    axes.set_xlabel(fitted(result["varied"][k]["path"], 3.2, 8.0))
    axes.set_ylabel(f"{metric.name} [{unit}]" if unit else metric.name)
    axes.yaxis.set_major_formatter(FuncFormatter(thousands))
    if k == 0 and len(entries) > 1:
        key(axes, entries, loc="best")
