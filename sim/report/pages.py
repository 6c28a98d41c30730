"""What people look at in a results folder: summaries and figures (`sim.experiment.show.Show`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sim.experiment.folder import write_whole
from sim.experiment.runs import Done, Plan, table
from sim.experiment.show import Told
from sim.report.figures import draw_all
from sim.report.gate import FILES, writers
from sim.report.sweep_figure import draw_sweep
from sim.report.table import markdown
from sim.report.tune_figure import draw_tuning


def run(folder: Path, plan: Plan, nights: Sequence[Done], comparison: Told) -> None:
    """`summary.md`, and the figures of the comparison and of one night a policy; raises OSError."""
    currency = plan.world.scenario.shop.currency
    write_whole(folder / "summary.md", markdown(comparison, currency))
    figures = folder / "figures"
    figures.mkdir()
    shown = {n.policy: n for n in nights if n.series is not None}
    series = {policy: night.series for policy, night in shown.items() if night.series is not None}
    pushes = {policy: _of_first_match(night.parts["pushes"]) for policy, night in shown.items()}
    match = plan.world.match(plan.seed, plan.typical)
    draw_all(figures, comparison, table(nights), series, match, pushes, currency=currency, replication=plan.typical)


def _of_first_match(part: pd.DataFrame) -> pd.DataFrame:
    """The match that the series tells."""
    return part[part["match"] == 1] if "match" in part else part


def gate(folder: Path, result: Told, currency: str) -> None:
    """The checks for a job's summary and for CI; raises OSError."""
    for name, extension in FILES.items():
        write_whole(folder / name, writers(result, currency)[extension]())


def sweep(folder: Path, result: Told, currency: str) -> None:
    """`sweep.svg`; raises OSError."""
    draw_sweep(folder / "sweep.svg", result, currency)


def tuning(folder: Path, result: Told, currency: str) -> None:
    """`tune.svg`; raises OSError."""
    draw_tuning(folder / "tune.svg", result, currency)
