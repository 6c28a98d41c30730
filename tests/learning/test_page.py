"""docs/learning.md as its readers use it: every snippet run, every figure that a command made."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sim.learning.card import CARD
from sim.policy.find import find

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "learning.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda text: text.split("\n")[-2][:40])
def test_every_snippet_runs(snippet, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {"__name__": "page"}
    few = {"viewers=2000": "viewers=2500", "nights=8": "nights=3", ">= 6": ">= 2", "n=4": "n=1"}
    for told, smaller in few.items():
        snippet = snippet.replace(told, smaller)
    exec(snippet, names)
    out = capsys.readouterr().out
    if "earned" in names:
        assert names["earned"] > 0
    if "trained" in names:
        assert out.count("Estimate(") == 8


def test_what_annoyance_costs_is_a_parameter():
    (spec,) = re.findall(r"-p '(ml_scored\(.*?\))'", PAGE)
    dear, usual = (find(name).make().price_of_annoyance for name in (spec, "ml_scored"))
    assert dear == pytest.approx(3 * usual)


def test_the_command_makes_the_files_of_the_table(matchday, tmp_path):
    (command,) = re.findall(r"run_sim\.py (train .*)", PAGE)
    few = command.replace("models/derby", str(tmp_path / "derby")).replace("12000", "2500").replace("-n 20", "-n 3")
    few = few.replace("--logs logs", f"--logs {tmp_path / 'logs'}").replace("scenarios/", f"{ROOT}/scenarios/")
    code, _, said = matchday(*few.split())
    assert code == 0, said
    told = PAGE[PAGE.index("| file in") : PAGE.index("The policy gives each viewer")]
    assert {file.name for file in (tmp_path / "derby").iterdir()} == set(
        re.findall(r"`(\w+\.(?:py|md|skops|json))`", told)
    )


def test_the_card_that_comes_with_the_sample_is_that_of_its_models_and_of_this_code():
    folder = ROOT / "policies" / "ml_scored"
    card, facts = (folder / "card.md").read_text(encoding="utf-8"), json.loads((folder / "model.json").read_text())
    assert all(line in card for line in CARD.splitlines() if "{" not in line)
    assert f"{facts['trained']['nights']} nights" in card
    for name, q in facts["quality"].items():
        assert f"| {name} | {q['rows']:,} | {q['events']:,} | {q['auc']:.3f} | {q['calibration_error']:.4%} |" in card


def test_what_is_measured_is_there():
    assert "python -m benchmarks.learning" in PAGE
    for template in ("the final", "the league night", "the holiday", "the season"):
        table = PAGE[PAGE.index(f"### On {template}") :]
        rows = re.findall(r"^\| (\w+) \| (\w+) \|", table.split("### On", 2)[1], re.MULTILINE)
        learnt = ("ml_scored", "ml_scored_quiet", "bandit")
        assert {(a, b) for a in learnt for b in ("context_aware", "blast")} <= set(rows)
