"""results/README.md against a run: every file and column it names, and its code."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd

from sim.engine.ledger import Kind
from sim.experiment.folder import Command
from sim.experiment.runs import Plan
from sim.experiment.session import conduct
from sim.policy.find import find_all
from sim.report import pages
from tests.worlds import world

PAGE = (Path(__file__).parents[1] / "results" / "README.md").read_text(encoding="utf-8")


def first_column(head: str) -> list[str]:
    """Names in the first column of the table with that head."""
    rows = PAGE.split(f"| {head}", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_the_page_tells_what_a_run_leaves(tmp_path, capsys):
    plan = Plan(replace(world(), source="name: test"), find_all(["no_push", "blast"]), 5, 2, 60)
    run = conduct(plan, Command(("compare",), (), "no_push", tmp_path), ledger=True, show=pages).folder
    patterns = [re.sub(r"<\w+>", "*", name) for name in first_column("file |")]
    told = {file for pattern in patterns for file in run.glob(pattern)}
    assert told == {file for file in run.rglob("*") if file.is_file()}
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code, {"run": run})
    assert "pop_up" in capsys.readouterr().out
    rows = pd.read_parquet(run / "ledger" / "blast-0.parquet")
    assert list(rows) == [name for name in first_column("column |") if name in rows]
    assert set(rows) == set(first_column("column |"))


def test_the_page_tells_every_kind_of_row():
    assert set(first_column("`kind` | what happened |")) == {kind.name.lower() for kind in Kind} - {"ask"}
