"""docs/experiments.md and docs/python.md: their commands and their script, run with fewer viewers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/experiments.md").read_text(encoding="utf-8")
PYTHON = (ROOT / "docs/python.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\.venv/bin/python run_sim\.py (.*)$", PAGE, re.MULTILINE)


def test_every_command_of_the_page_runs(tmp_path, matchday, monkeypatch, undrawn):
    monkeypatch.chdir(tmp_path)
    for module in ("schedule", "choosing", "gate"):
        monkeypatch.setattr(f"sim.experiment.{module}.PILOT", 4)
    assert matchday("init", ".")[0] == 0
    derby = Path("derby.yaml")
    quick = "days_after: 0\ntiming: {window: 60}\n"
    derby.write_text(quick + derby.read_text().replace("viewers: 5000", "viewers: 60"))
    assert len(COMMANDS) == 7
    out = ""
    for command in COMMANDS:
        before = out.splitlines()[-1:]
        words = command.replace("results/derby/RUN", *before).split() if "RUN" in command else command.split()
        code, out, err = matchday(*("8" if word in ("30", "40", "60") else word for word in words))
        assert code == 0, f"{command}: {err}"


def test_the_checks_of_the_page_are_those_of_the_starter():
    checks = re.search(r"  gate:\n((?:    - .*\n)+)", PAGE)[1]
    assert checks in (ROOT / "sim/starter/derby.yaml").read_text(encoding="utf-8")


def test_the_script_of_the_page_draws_its_figure(tmp_path):
    script = re.search(r"```python\n(.*?)```", PYTHON, re.DOTALL)[1]
    assert "NIGHTS, VIEWERS = 40, 5000" in script
    few = script.replace("NIGHTS, VIEWERS = 40, 5000", "NIGHTS, VIEWERS = 2, 60")
    few = few.replace(", jobs=2", "").replace('"scenarios/', f'"{ROOT}/scenarios/')
    (tmp_path / "figure.py").write_text(few)
    done = subprocess.run([sys.executable, "figure.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "no_push" in done.stdout
    assert (tmp_path / "flash-discount.svg").read_text().count("LineCollection") == 2  # intervals in both panels


@pytest.mark.parametrize("page", [PAGE, PYTHON])
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page):
        assert (ROOT / "docs" / target).exists(), target
