"""docs/inputs.md as its readers use it: every file written down, every command and every `match` run."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from sim.experiment.load import load
from sim.world.match import HOME, Match

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "inputs.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w.]+)`:\n\n```\w+\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL))
MATCHES = re.findall(r"```yaml\n(match:.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^\.venv/bin/python run_sim\.py (.*)$", PAGE, re.MULTILINE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def of(folder: Path, match: str) -> Match | None:
    """The match of the page's scenario with another `match`."""
    file = folder / "changed.yaml"
    file.write_text(re.sub(r"^match: .*\n", lambda _: match, FILES["night.yaml"], flags=re.MULTILINE), encoding="utf-8")
    (match,) = load(file).fixed
    return match


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(folder, command):
    done = subprocess.run(
        [sys.executable, ROOT / "run_sim.py", *shlex.split(command)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_match_is_read_and_is_what_the_page_says(folder):
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(snippet, {})
    assert [e["matchId"] for e in json.loads((folder / "events_7.json").read_text())] == [7, 7, 7]
    told, cup, wyscout, one_match, generated = (of(folder, match) for match in MATCHES)
    assert generated is None
    assert told is not None
    assert cup is not None
    assert (cup.score, cup.shootout, cup.knockout) == ((2, 2), (3, 4), True)
    assert wyscout is not None
    assert (wyscout.score, wyscout.home.name) == ((1, 0), "Reds")
    assert one_match == wyscout


def test_timeline_and_table_tell_the_same_match(folder):
    told, written = (of(folder, match) for match in ("match: {source: timeline, file: derby.yaml}\n", MATCHES[0]))
    assert told is not None
    assert written is not None
    assert told.score == written.score == (1, 1)
    goals = [[(m.clock(e.at), e.kind, e.side, e.from_spot) for e in m.events if e.scores] for m in (told, written)]
    assert goals[0] == goals[1]
    assert goals[0][0] == ("23:10", "goal", HOME, True)


SUPPOSED = re.findall(r"```yaml\n(assumptions:.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("match", MATCHES[:3], ids=["csv", "openfootball", "wyscout"])
def test_what_no_file_says_is_what_the_scenario_supposes(folder, match):
    usual, supposed = of(folder, match), of(folder, match + SUPPOSED[0])
    assert usual is not None
    assert supposed is not None
    assert (usual.opens, supposed.opens) == (-1800, -600)
    assert [lengths(m)["HT"] for m in (usual, supposed)] == [900, 1200]
    assert {**lengths(supposed), "pre": 1800, "HT": 900} == lengths(usual)
    assert [waits(m) for m in (usual, supposed)] in ([[75], [90]], [[], []])


def test_what_a_timeline_says_is_not_supposed_otherwise(folder):
    told = of(folder, "match: {source: timeline, file: derby.yaml}\n" + SUPPOSED[0])
    assert told is not None
    assert (told.opens, lengths(told)["HT"], waits(told)) == (-600, 16 * 60, [90])


@pytest.mark.parametrize(("known", "awards"), [(300, 1), (200, 2)])
def test_how_old_an_award_may_be_is_the_scenarios(folder, known, awards):
    award = '  - {period: 1H, clock: "19:00", type: penalty_award, side: home}\n'
    (folder / "derby.yaml").write_text(FILES["derby.yaml"] + award, encoding="utf-8")
    told = of(folder, f"match: {{source: timeline, file: derby.yaml}}\nassumptions: {{penalty_known: {known}}}\n")
    assert told is not None
    assert [e.kind for e in told.events].count("penalty_award") == awards


def test_a_world_cup_takes_its_stoppage_and_kicks_from_the_scenario(folder):
    changed = "assumptions: {first_half_stoppage: 3, shootout_interval: 60, home_expected_goals: 1.65}\n"
    cup = of(folder, MATCHES[1] + changed)
    assert cup is not None
    assert lengths(cup)["1H"] == 48 * 60
    kicks = [e.at for e in cup.events if e.kind.startswith("shootout")]
    assert {b - a for a, b in pairwise(kicks)} == {60}
    assert cup.home.expected_goals == cup.away.expected_goals == pytest.approx(1.45)


def lengths(match: Match) -> dict[str, float]:
    return {p.name: p.end - p.start for p in match.periods}


def waits(match: Match) -> list[float]:
    """From each penalty's award to its kick."""
    kicks = [e.at for e in match.events if e.from_spot]
    return [kick - e.at for kick, e in zip(kicks, (e for e in match.events if e.kind == "penalty_award"), strict=True)]


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!https:)([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
