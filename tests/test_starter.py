"""`init`: a folder to begin with, in which everything works at once."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml


def test_what_init_writes_is_right_and_plays(tmp_path, matchday, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, said = matchday("init", "derby")
    assert code == 0
    assert [line for line in out.splitlines() if "schema" not in line] == [
        "derby/derby.yaml", "derby/rules.yaml", "derby/mine.py",
        "derby/.github/workflows/matchday.yaml", "derby/.pre-commit-config.yaml",
        "derby/.gitignore",
    ]  # fmt: skip
    commands = [line.split() for line in said.splitlines() if line.startswith("  ")]
    assert [command[0] for command in commands] == ["validate", "compare", "explain"]
    for command in commands:
        few = {"compare": ["--viewers", "300", "-n", "2"], "explain": ["--viewers", "300"]}.get(command[0], [])
        code, out, said = matchday(*command, *few)
        assert code == 0, said
        assert "warning" not in out
        if command[0] == "compare":
            told = out[out.index("what the rules of rules did, a night:") :].splitlines()
            assert [line.split()[0] for line in told[2:5]] == ["lesson", "scarf-after-a-goal", "shirts-for-the-curious"]
            assert told[1].split() == ["rule", "pushes", "shown", "held", "back", "clicks", "orders", "given", "away"]
    assert "schema/policy.schema.json" in Path("derby/rules.yaml").read_text()


def test_init_writes_over_nothing(tmp_path, matchday, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text("mine")
    code, _, said = matchday("init")
    assert code == 2
    assert "mine.py is there already: name a new folder" in said
    assert [file.name for file in tmp_path.iterdir()] == ["mine.py"]


WORKFLOW = yaml.safe_load(Path("sim/starter/workflow.yaml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load(Path("sim/starter/pre-commit.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]


@pytest.fixture
def begun(tmp_path, matchday, monkeypatch, undrawn):
    """What `init` writes, with fewer viewers, and a baseline blessed as the workflow says."""
    monkeypatch.chdir(tmp_path)
    assert matchday("init")[0] == 0
    derby = Path("derby.yaml")
    derby.write_text(derby.read_text().replace("viewers: 5000", "viewers: 200"))
    run = matchday("run", "derby.yaml", "-p", "rules.yaml", "-n", 8)[1].splitlines()[-1]
    assert matchday("bless", run, "--as", "main")[0] == 0


@pytest.mark.usefixtures("begun")
def test_the_workflow_and_the_hooks_gate_a_changed_policy(matchday):
    steps = [shlex.split(step["run"]) for step in WORKFLOW["jobs"]["gate"]["steps"] if "run" in step]
    gate, *others = [step[1:] for step in steps if step[:2] == ["matchday", "gate"]]
    for command in ([step[1:] for step in steps if step[0] == "matchday"], [h["entry"].split()[1:] for h in HOOKS]):
        for words in command:
            named = ["derby.yaml", "rules.yaml"] if words == ["validate"] else []
            code, out, err = matchday(*words, *named)
            assert code == 0, out + err
    assert not others
    assert "## Gate passed" in Path("gate.md").read_text()
    rules = Path("rules.yaml")
    loud = (
        rules.read_text()
        .replace("surface: floating_entry", "surface: pop_up")
        .replace("per_viewer: 5", "per_viewer: 9")
    )
    rules.write_text(loud)
    code, out, _ = matchday(*gate)
    assert code == 10
    assert "annoyance_mean vs baseline <= 5%25: fail" in out
