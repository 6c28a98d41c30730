"""The three figures of a comparison, as SVG files: the night, conversion against annoyance, and the funnel.

They are drawn from plain data: the comparison as its JSON says it, the table of nights it was made from, the by-minute
table of one night a policy (`sim.measures.series`), and the match for the time axis.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from sim.report.comparison_figures import Comparison, draw_funnel, draw_tradeoff
from sim.report.night_figure import draw_night
from sim.world.match import Match

__all__ = ["draw_all", "draw_funnel", "draw_night", "draw_tradeoff"]


def draw_all(
    folder: Path,
    comparison: Comparison,
    nights: pd.DataFrame,
    series: Mapping[str, pd.DataFrame],
    match: Match,
    pushes: Mapping[str, pd.DataFrame] | None = None,
    *,
    currency: str,
    replication: int = 0,
) -> list[Path]:
    """Draws every figure into `folder` and gives their files.

    `nights` has one row a policy and replication (`sim.experiment.runs.table`).  `series` holds the by-minute table of
    one `replication` a policy, `pushes` its push moments (`time` in s, `surface`); `currency` is the scenario's.
    """
    told = pushes or {}
    files = [
        draw_night(folder / name, policy, comparison, series[policy], match, told.get(policy), replication=replication)
        for name, policy in _file_names(series).items()
    ]
    return [
        *files,
        draw_tradeoff(folder / "conversion-annoyance.svg", comparison, nights, currency=currency),
        draw_funnel(folder / "funnel.svg", comparison, nights),
    ]


def _file_names(policies: Mapping[str, Any]) -> dict[str, str]:
    """`night-peak_flash.svg` and the like; policies given by path become names that any file system holds."""
    names: dict[str, str] = {}
    for policy in policies:
        stem = "night-" + (re.sub(r"[^A-Za-z0-9_-]+", "-", policy).strip("-")[:60] or "policy")
        again = sum(n == f"{stem}.svg" or n.startswith(f"{stem}~") for n in names)
        names[f"{stem}~{again + 1}.svg" if again else f"{stem}.svg"] = policy
    return names
