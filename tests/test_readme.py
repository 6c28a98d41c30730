"""The README's scenario, policy and commands, run as they stand there (with fewer nights and viewers)."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\.venv/bin/python run_sim\.py (.*)$", README, re.MULTILINE)


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "derby.yaml").write_text(block("yaml"), encoding="utf-8")
    (tmp_path / "mine.py").write_text(block("python"), encoding="utf-8")
    return tmp_path


def test_the_readme_shows_commands():
    assert len(COMMANDS) == 3


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_runs(folder, command):
    words = shlex.split(command)
    if words[0] == "compare":
        words += ["-n", "2", "--viewers", "300"]
    done = subprocess.run(
        [sys.executable, ROOT / "run_sim.py", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    if words[0] == "compare":
        results = folder / done.stdout.strip().splitlines()[-1]
        compared = json.loads((results / "comparison.json").read_text(encoding="utf-8"))
        assert len(compared["policies"]) == 2


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
