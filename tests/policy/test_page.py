"""docs/policies.md as its readers use it: every file written down, every command run, every list held to the code."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from sim.engine.board import SLOTS
from sim.engine.play import play
from sim.experiment.load import load
from sim.policy import Item, Offer, Pushed, Running, Said, View, Viewers
from sim.policy.check import PolicyError
from sim.policy.find import available, find
from sim.policy.push import MOST_PUSHES
from sim.policy.rules.form import Limits, Pick, Show, When, Who
from sim.world.match import EventKind, MatchEvent, PeriodName
from sim.world.redlines import LINES
from sim.world.scenario import Timing
from sim.world.surfaces import Surfaces

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w.-]+)`:\n\n```\w+\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"^\.venv/bin/python run_sim\.py (.*)$", PAGE, re.MULTILINE)
HELPERS = {"goods_of", "everything", "mask"}


def table(first: str, after: str = "") -> list[list[str]]:
    """The rows of the table below `after` whose first column is headed `first`."""
    found = re.search(rf"^\| {re.escape(first)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE[PAGE.index(after) :], re.MULTILINE)
    assert found
    return [[cell.strip("` ") for cell in row.strip("|").split("|")] for row in found[1].splitlines()]


def named(first: str, after: str = "") -> list[str]:
    return [row[0] for row in table(first, after)]


def public(kind: type) -> list[str]:
    """What a class shows: fields, then properties and methods."""
    told = [f.name for f in fields(kind)] if hasattr(kind, "__dataclass_fields__") else []
    return [name for name in dict.fromkeys([*told, *vars(kind)]) if not name.startswith("_")]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(folder, matchday, undrawn, command):
    code, out, said = matchday(*shlex.split(command))
    assert code == 0, out + said
    assert "note:" not in said


def test_the_page_shows_files_and_commands():
    assert set(FILES) == {"night.yaml", "goal.py", "considerate.py", "derby-rules.yaml"}
    assert len(COMMANDS) == PAGE.count("run_sim.py") == 8
    assert PAGE.count("```") == 2 * (len(FILES) + 6)


def test_the_lists_are_those_of_the_code():
    told = {name for row in table("field", "`View`") for name in re.findall(r"\w+", row[0])}
    assert told == set(public(View)) - HELPERS
    assert all(f"`{helper}(" in PAGE for helper in HELPERS)
    assert named("period") == list(get_args(PeriodName))
    assert named("field", "An event has") == public(MatchEvent)
    kinds = PAGE[PAGE.index("The kinds are") : PAGE.index("## The shop")]
    assert re.findall(r"`(\w+)`", kinds) == list(get_args(EventKind))
    assert sorted(named("field", "`Item`\n")) == sorted(public(Item))
    assert named("field of an offer") == public(Running)
    assert named("field of a push") == public(Pushed)
    assert all(f"`{name}`" in table("field of a push")[0][-1] + "`" for name in Said._fields[1:-1])
    assert named("term of an `Offer`") == public(Offer)
    assert set(named("column")) == set(public(Viewers)) - {"close", "interest", "interests", "categories", "take"}
    assert 'view.viewers.interest("jersey")' in PAGE


def test_the_library_is_all_told():
    samples = {sample.name for sample in available()}
    assert set(named("policy", "## The library")) == samples
    compared = PAGE[PAGE.index("-m benchmarks.library") :]
    assert all(compared.count(f"| {name} |") == 4 for name in samples)
    assert compared.count("anti_oracle < every policy < oracle: holds.") == 4


def test_red_lines_and_rules_are_those_of_the_code():
    assert named("line") == list(LINES)
    section = PAGE[PAGE.index("- **when**") : PAGE.index("## Brackets")]
    for form in (When, Who, Show, Pick, Limits):
        assert all(f"`{name}`" in section for name in form.model_fields), form


def test_surfaces_and_limits_are_those_of_the_code():
    yes = {True: "yes", False: "no"}
    for name, *told in table("surface"):
        s = getattr(Surfaces(), name)
        marks = [yes[x] for x in (s.forced, s.standing, s.spoken, s.in_shop, s.at_store)]
        assert told == [f"{s.salience:g}", f"{s.intrusiveness:g}", *marks]
    assert named("surface") == list(Surfaces.model_fields)
    limits = {row[0]: row[1] for row in table("limit")}
    assert limits["pushes in a window"] == str(MOST_PUSHES)
    assert limits["pushes that run at the same time"] == str(SLOTS)
    assert f"windows of {Timing().window:g} s" in PAGE


@pytest.mark.parametrize("row", table("`decide` gives"), ids=lambda row: row[0])
def test_what_stops_a_run_is_told_as_the_page_says(folder, row):
    given, reason = row
    text = f"from sim.policy import Offer, Push\n\n\nclass Mine:\n    def decide(self, view):\n        return {given}\n"
    (folder / "mine.py").write_text(text)
    with pytest.raises(PolicyError) as stopped:
        play(load(Path("night.yaml")).night(1, 0, 20), find("mine.py:Mine").make(), "Mine")
    assert str(stopped.value).endswith(f"): {reason}")
    if "64" not in reason:
        assert str(stopped.value).startswith("policy 'Mine' at -30:00 (-1800 s): ")


def saying(folder, terms):
    """The policy of the page's `goal.py`, with other terms and every quarter of an hour."""
    text = FILES["goal.py"].replace('Offer("scarf"), expires=view.time + 300', f"{terms}, expires=view.time + 300")
    assert terms in text
    text = text.replace("if not any(event.scores for event in view.news)", "if view.time % 900")
    (folder / "goal.py").write_text(text)
    play(load(Path("night.yaml")).night(1, 0, 20), find("goal.py").make(), "goal")


LIMITS = {  # the terms, what the page allows, and what is beyond
    "least discount": ('Offer("scarf", {})', ["0"], ["-0.01"]),
    "most discount": ('Offer("scarf", {})', ["0.9"], ["0.91"]),
    "people in a team": ('Offer("scarf", 0.1, team={})', ["2", "50"], ["1", "51"]),
    "claim": ('Offer("scarf", claim={})', ["0", "1"], ["-0.1", "1.1"]),
    "prominence": ('Offer("scarf"), prominence={}', ["0.25", "4"], ["0.2", "4.1"]),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_the_limits_are_allowed_and_nothing_beyond(folder, limit):
    terms, allowed, beyond = LIMITS[limit]
    assert {row[0]: row[1] for row in table("limit")}[limit] == " to ".join(allowed)
    for value in allowed:
        saying(folder, terms.format(value))
    for value in beyond:
        with pytest.raises(PolicyError):
            saying(folder, terms.format(value))


def test_the_note_about_chance_is_worded_as_the_page_says(folder):
    (folder / "mine.py").write_text("import random\n\nclass Mine:\n    def decide(self, view):\n        return []\n")
    (doubt,) = find("mine.py:Mine").doubts
    assert f"`policy 'Mine' {doubt}`" in " ".join(PAGE.split())


def test_the_readme_leads_here():
    assert "(docs/policies.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
