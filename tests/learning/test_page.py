"""docs/learning.md as its readers use it: every snippet run, every figure that a command made."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "learning.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda text: text.split("\n")[-2][:40])
def test_every_snippet_runs(snippet, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {"__name__": "page"}
    exec(snippet, names)
    out = capsys.readouterr().out
    if "earned" in names:
        assert names["earned"] > 0
    if "trained" in names:
        assert out.count("Estimate(") == 8
    if "Quiet" in names:
        assert names["Quiet"]().price_of_annoyance == 0.9


def test_what_is_measured_is_there():
    assert "python -m benchmarks.learning" in PAGE
    for template in ("the final", "the league night", "the holiday", "the season"):
        table = PAGE[PAGE.index(f"### On {template}") :]
        rows = re.findall(r"^\| (\w+) \| (\w+) \|", table.split("### On", 2)[1], re.MULTILINE)
        learnt = ("ml_scored", "ml_scored_quiet", "bandit")
        assert {(a, b) for a in learnt for b in ("context_aware", "blast")} <= set(rows)
