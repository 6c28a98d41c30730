"""What tests of the command line share: a scenario to play, and a look at what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

SCENARIO = """
name: Test night
match:
  source: generated
  home: {name: Reds, expected_goals: 1.8}
  away: {name: Blues, expected_goals: 1.4}
audience:
  viewers: 60
shop:
  products:
    shirt: {name: Red shirt, category: jersey, side: home, price: 80, cost: 30, sizes: {M: 3, L: 2}}
    ball: {name: Ball, category: equipment, price: 30, cost: 12, stock: 4}
timing: {window: 60}
experiment: {seed: 4, replications: 2, policies: [blast, lull_only]}
"""
GENERATED = SCENARIO[SCENARIO.index("  source") : SCENARIO.index("audience")]


def files(folder: Path) -> set[str]:
    """Everything below a folder."""
    return {f.relative_to(folder).as_posix() for f in folder.rglob("*")}


def draw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves figures out of results folders."""
    monkeypatch.setattr("sim.report.pages.draw_all", lambda folder, *_, **__: blank(folder / "blank.svg"))
    for name in ("draw_sweep", "draw_tuning"):
        monkeypatch.setattr(f"sim.report.pages.{name}", lambda file, *_: blank(file))


def blank(file):
    file.write_text("<svg/>")
