"""What tests of the command line share: a scenario to play, and a look at what is written."""

from __future__ import annotations

from pathlib import Path

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
