"""The templates' pages: every command on them runs (smaller), and every template has a page."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("daily", "holiday", "special", "season", "abtest")
COMMANDS = [
    (folder, command)
    for folder in FOLDERS
    for command in re.findall(
        r"^\.venv/bin/python run_sim\.py (.*)$",
        (ROOT / "scenarios" / folder / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
]


@pytest.mark.parametrize(("folder", "command"), COMMANDS)
def test_every_command_on_a_template_s_page_runs(tmp_path, monkeypatch, matchday, undrawn, folder, command):
    monkeypatch.chdir(ROOT)
    words = [*shlex.split(command), "-j", "1", "--viewers", "60"]
    words += ["-n", "4"] if words[0] == "abtest" else ["-n", "1", "--results", tmp_path]
    assert words[1].startswith(f"scenarios/{folder}/")
    code, _, told = matchday(*words)
    assert code == 0, told


def test_every_template_has_a_page():
    assert {file.parent.name for file in (ROOT / "scenarios").glob("*/README.md")} == set(FOLDERS)
    assert {folder for folder, _ in COMMANDS} == set(FOLDERS)
