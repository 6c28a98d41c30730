"""Input that cannot be used: each fault told with its place, exit code 2, nothing written."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.command_line import GENERATED, SCENARIO, files

ROOT = Path(__file__).parents[1]

# --- bad input --------------------------------------------------------------------------------------------------------

TIMELINE = (ROOT / "scenarios/matches/wc2018-denmark-france.yaml").read_text()
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
GOALLESS = TIMELINE.replace("full_time: [0, 0]", "full_time: [1, 0]")
UNQUOTED = TIMELINE.replace('clock: "15:48.4"', "clock: 12:30")


@pytest.mark.parametrize(("text", "said"), [(GOALLESS, "goal"), (UNQUOTED, 'write "12:30"')])
def test_a_bad_timeline_is_located_in_its_own_file(here, matchday, text, said):
    (here / "match.yaml").write_text(text)
    (here / "bad.yaml").write_text(SCENARIO.replace(GENERATED, "  source: timeline\n  file: match.yaml\n"))
    for command in (("compare", "bad.yaml"), ("validate", "match.yaml"), ("validate", "bad.yaml")):
        code, out, err = matchday(*command)
        assert code == 2
        assert "match.yaml:" in out + err
        assert said in out + err
    assert not (here / "results").exists()


USAGE = {
    "missing scenario": (["run", "nowhere.yaml", "-p", "blast"], "no such file"),
    "unknown policy": (["run", "night.yaml", "-p", "blsat"], "did you mean 'blast'"),
    "unknown baseline": (["compare", "night.yaml", "--baseline", "no_pus"], "did you mean 'no_push'"),
    "unknown metric": (["compare", "night.yaml", "--metric", "oders"], "did you mean 'orders'"),
    "unknown extension": (["compare", "night.yaml", "-o", "x.jsn"], "did you mean '.json'"),
    "no folder for output": (["compare", "night.yaml", "-o", "no/x.json"], "no folder no"),
    "no policy": (["run", "night.yaml"], "say which policy"),
    "no viewers": (["compare", "night.yaml", "--viewers", "0"], "--viewers"),
    "no nights": (["compare", "night.yaml", "-n", "0"], "-n"),
    "negative seed": (["compare", "night.yaml", "--seed", "-1"], "--seed"),
    "unknown engine": (["run", "night.yaml", "-p", "blast", "--engine", "steam"], "--engine"),
    "bad assignment": (["compare", "night.yaml", "--set", "audience.viewrs=3"], "did you mean 'viewers'"),
    "unknown metric of a run": (["run", "night.yaml", "-p", "blast", "--metric", "oders"], "did you mean 'orders'"),
    "metric of twins": (["compare", "night.yaml", "--metric", "incremental_orders"], "below the table of `compare`"),
    "results in the way": (["compare", "night.yaml", "--results", "night.yaml"], "night.yaml is a file, not a folder"),
    "no name for results": (["run", "night.yaml", "-p", "blast", "--results", ""], "name a folder"),
    "runs in a file": (["list", "runs", "--results", "night.yaml"], "night.yaml is a file, not a folder"),
    "runs in no folder": (["list", "runs", "--results", "nowhere"], "there are no runs yet: no folder nowhere"),
    "unknown viewer": (["explain", "night.yaml", "-p", "blast", "--viewer", "60"], "from 0 to 59"),
    "no run": (["explain", ".", "--viewer", "1"], "no results folder"),
    "no scenario to explain": (["explain", "nowhere.yaml", "--viewer", "1"], "there is no such file"),
    "nothing to check": (["validate", "empty"], "no *.yaml"),
    "unknown list": (["list", "everything"], "everything"),
    "assumptions of a bad scenario": (
        ["list", "assumptions", "--scenario", "no.yaml"],
        "no.yaml: there is no such file",
    ),
    "a scenario's policies": (["list", "policies", "--scenario", "night.yaml"], "only assumptions"),
    "a page of timelines": (["schema", "timeline", "--page"], "pages are of scenarios and policies"),
    "unknown command": (["rum"], "rum"),
}


@pytest.mark.parametrize(("arguments", "said"), USAGE.values(), ids=USAGE)
def test_bad_usage_exits_2_and_writes_nothing(here, matchday, arguments, said):
    (here / "empty").mkdir()
    before = files(here)
    code, out, err = matchday(*arguments)
    assert code == 2
    assert said in " ".join(err.replace("│", " ").split())
    assert out == ""
    assert files(here) == before


def test_a_policy_that_says_nonsense_is_told_with_the_clock(here, matchday):
    (here / "mine.py").write_text("class Mine:\n    def decide(self, view):\n        return [1]\n")
    code, _, err = matchday("run", "night.yaml", "-p", "mine.py:Mine")
    assert code == 2
    assert "policy 'Mine' at -" in err
    assert "gave int" in err
    assert not (here / "results").exists()


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_audience_too_large_for_memory_is_told(here, matchday, monkeypatch, jobs):
    huge = lambda *_: np.empty(2**55)  # noqa: E731
    monkeypatch.setattr("sim.world.night.gather" if jobs == 1 else "sim.experiment.session.playing", huge)
    code, out, err = matchday("run", "night.yaml", "-p", "blast", "--viewers", 40_000_000, "-j", jobs)
    assert (code, out) == (2, "")
    assert err == f"40,000,000 viewers do not fit in memory: try fewer{'' if jobs == 1 else ', or a smaller -j'}\n"
    assert not (here / "results").exists()


# --- a corpus of bad input --------------------------------------------------------------------------------------------

PLAYS = SCENARIO.replace(GENERATED, "  source: timeline\n  file: match.yaml\n")
BALL = "{name: Ball, category: equipment, price: 30, cost: 12, stock: 4}"
TRAP = "from pathlib import Path\nPath('ran').touch()\n\nclass Mine:\n    def decide(self, view):\n        return []\n"
HALF = '{name: 1H, lasts: "47:00"}'
# What is written into bad.yaml and match.yaml, where the fault must be said to be, and part of what must be said.
CORPUS = {
    "unknown key": (SCENARIO.replace("stock: 4", "stok: 4"), "", "bad.yaml:12:66: ", "did you mean 'stock'?"),
    "wrong type": (SCENARIO.replace("price: 30", "price: free"), "", "bad.yaml:12:52: ", "number, got text 'free'"),
    "negative stock": (SCENARIO.replace("M: 3", "M: -3"), "", "bad.yaml:11:92: ", "must be at least 0, got -3"),
    "a clock for a number": (SCENARIO.replace("window: 60", "window: 12:30"), "", "bad.yaml:13:18: ", "or 750 if"),
    "a clock without quotes": (PLAYS, TIMELINE.replace('"14:22.2"', "12:30"), "match.yaml:20:25: ", 'write "12:30"'),
    "duplicate key": (SCENARIO.replace("cost: 30", "price: 70"), "", "bad.yaml:11:71: ", "already on line 11"),
    "alias": (SCENARIO.replace("cost: 12", "cost: *p"), "", "bad.yaml:12:62: ", "aliases ('*…') are not allowed"),
    "merge key": (SCENARIO.replace("{window: 60}", "{<<: {window: 60}}"), "", "bad.yaml:13:10: ", "unquoted '<<'"),
    "alias bomb": (BOMB, "", "bad.yaml:1:4: ", "anchors ('&…') are not allowed"),
    "python tag": (SCENARIO.replace("60}", "!!python/name:os.system 60}"), "", "bad.yaml:13:18: ", "tags ('!…')"),
    "no such timeline": (PLAYS, "", "bad.yaml:5:9: ", "match.file: there is no file match.yaml"),
    "a name too long": (PLAYS.replace("match.yaml", "m" * 300), "", "bad.yaml:5:9: ", "there is no file mmm"),
    "goals do not add up": (PLAYS, GOALLESS, "match.yaml:11:14: ", "says 1-0, but the goals in 1H, 2H give 0-0"),
    "two teams of one name": (
        SCENARIO.replace("Blues", "reds "), "", "bad.yaml:6:16: ", "both teams are called 'Reds': give each a name"),
    "a timeline of one team": (
        PLAYS, TIMELINE.replace("name: France,", "name: Denmark,"), "match.yaml:8:14: ", "both teams are called"),
    "a blank name": (SCENARIO.replace("Red shirt", "' '"), "", "bad.yaml:11:19: ", "only blanks"),
    "a name that moves the cursor": (
        SCENARIO.replace("name: Reds", 'name: "R\\x1b[2J"'), "", "bad.yaml:5:16: ", "holds '\\x1b'"),
    "a name that turns text round": (
        SCENARIO.replace("name: Reds", 'name: "a\\u202eb"'), "", "bad.yaml:5:16: ", "holds '\\u202e'"),
    "a size without a name": (SCENARIO.replace("{M: 3", "{'': 3"), "", "bad.yaml:11:89: ", "must not be empty"),
    "too many products": (
        SCENARIO.replace("  products:", "  products:" + "".join(f"\n    p{i}: {BALL}" for i in range(63))),
        "", "bad.yaml:11:5: ", "takes at most 64, has 65"),
    "yen with a decimal": (
        SCENARIO.replace("shop:", "shop:\n  currency: JPY").replace("price: 80", "price: 80.5"),
        "", "bad.yaml:12:67: ", "finer than JPY with 0 decimals: 80.5"),
    "endless half": (PLAYS, TIMELINE.replace(HALF, HALF.replace("47:00", "948:26")), "match.yaml:15:23: ", "948:26"),
    "a match that is not indented": (
        SCENARIO.replace(GENERATED, GENERATED.replace("  ", "")),
        "", "bad.yaml:4:1: ", "unknown key 'source'"),
    "a scenario as a timeline": (PLAYS, SCENARIO, "match.yaml:2:1: ", "this is a scenario, not a timeline"),
    "something else": ("services: {web: {}}\n", "", "bad.yaml:1:1: ", "neither a scenario"),
    "a folder as a timeline": (PLAYS.replace("match.yaml", "."), "", "bad.yaml:5:9: ", ". is a folder"),
    "UTF-16": (SCENARIO.strip().encode("utf-16"), "", "bad.yaml:1:4: ", "save the file as UTF-8"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "", "bad.yaml:3:1: ", "no text at all"),
    "empty": ("", "", "bad.yaml: ", "nothing here"),
    "unknown policy": (SCENARIO.replace("[blast", "[blsat"), "", "bad.yaml:14:51: ", "did you mean 'blast'"),
    "unknown baseline": (SCENARIO.replace("[blast", "[], baseline: no_psh} #"), "", "bad.yaml:14:64: ", "'no_push'"),
    "unknown class": (SCENARIO.replace("blast", "mine.py:Mien"), "", "bad.yaml:14:51: ", "did you mean 'Mine'?"),
    "no policy file": (SCENARIO.replace("blast", "my.py:Mine"), "", "bad.yaml:14:51: ", "cannot read my.py, seen from"),
    "no policy's syntax": (SCENARIO.replace("blast", "half.py"), "", "bad.yaml:14:51: ", "half.py: "),
}  # fmt: skip


@pytest.mark.parametrize(("bad", "match", "place", "said"), CORPUS.values(), ids=CORPUS)
def test_bad_input_is_located_by_every_command_and_nothing_is_written(here, matchday, bad, match, place, said):
    (here / "bad.yaml").write_bytes(bad if isinstance(bad, bytes) else bad.encode())
    (here / "mine.py").write_text(TRAP)
    (here / "half.py").write_text("class Mine\n")
    if match:
        (here / "match.yaml").write_text(match)
    before = files(here)
    for command in (("validate", "bad.yaml"), ("run", "bad.yaml", "-p", "no_push"), ("compare", "bad.yaml")):
        code, out, err = matchday(*command)
        told = (out + err).splitlines()
        assert code == 2
        assert told[0].startswith(place)
        assert said in told[0]
    assert files(here) == before


def test_a_timeline_is_not_played_by_itself(here, matchday):
    (here / "match.yaml").write_text(TIMELINE)
    for command in (("run", "match.yaml", "-p", "blast"), ("compare", "match.yaml")):
        code, _, err = matchday(*command)
        assert code == 2
        assert err.startswith("match.yaml:3:1: this is a timeline of a match")
        assert "name it under match.file of a scenario" in err


TABLE = "period,clock,type,side\n1H,46:00,period_end,\n2H,94:00,period_end,\n"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("own.csv", TABLE, "own.csv:1:1: a table of events is checked"),
        ("own.csv", "'a': 'b'c\n", "own.csv:1:9: a table of events"),
        ("cup.json", '{"name": "Cup", "matches": []}', "its keys are name, matches"),
        ("cup.json", " " * 2**21, "cup.json: a match in JSON"),
    ],
)
def test_data_of_a_match_is_checked_through_a_scenario(here, matchday, name, text, said):
    (here / name).write_text(text)
    for command in (("validate", name), ("run", name, "-p", "blast")):
        code, out, err = matchday(*command)
        assert code == 2
        assert said in out + err
        assert "checked through a scenario that names it" in out + err


def test_a_name_alone_makes_no_data(here, matchday):
    assert "a scenario that names it" not in matchday("validate", "nowhere.csv")[1]
    (here / "night.json").write_text((here / "night.yaml").read_text())
    assert matchday("validate", "night.json")[0] == 0


ASSIGNED = {
    "shop.currency=EURO": "must match the pattern ^[A-Z]{3}$, got text 'EURO'; right is, for instance, 'EUR'",
    "shop.products.bal.price=9": "there is no 'bal' to change — did you mean 'ball'?",
    "shop.products.ball.prise=9": "unknown key 'prise' — did you mean 'price'?",
    "assumptions.cart_pade=0.5": "did you mean 'cart_paid'? (`schema` shows all",
    "experiment.baseline=blsat": "did you mean 'blast'?",
    "match.source=timeline": "match: missing: needs 'file'",
    "timing.window=12:30": "750 if a number is meant",
}


@pytest.mark.parametrize(("assignment", "said"), ASSIGNED.items())
def test_a_bad_assignment_is_told_with_itself(here, matchday, assignment, said):
    code, _, err = matchday("compare", "night.yaml", "--set", assignment)
    assert code == 2
    assert said in err
    assert f"--set {assignment}: " in err or "needs 'file'" in said
    assert not (here / "results").exists()


def test_validate_does_not_run_the_policies_that_a_scenario_names(here, matchday):
    (here / "mine.py").write_text(TRAP)
    (here / "own.yaml").write_text(SCENARIO.replace("[blast", "[mine.py:Mine"))
    assert matchday("validate", "own.yaml")[0] == 0
    assert not (here / "ran").exists()
    assert matchday("compare", "own.yaml", "-n", 1)[0] == 0
    assert (here / "ran").exists()


# --- warnings ---------------------------------------------------------------------------------------------------------

DOUBTED = SCENARIO.replace("cost: 12", "cost: 31")
DOUBT = "shop.products.ball.cost: costs 31, more than its price of 30"


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_a_warning_is_told_in_every_form_and_is_no_fault(here, matchday, form):
    (here / "doubted.yaml").write_text(DOUBTED)
    code, out, _ = matchday("validate", "doubted.yaml", "night.yaml", "--format", form)
    assert code == 0
    if form == "text":
        told = [f"doubted.yaml:12:62: warning: {DOUBT}", "2 files checked: no problems, 1 warning"]
        assert out.splitlines() == told
    elif form == "json":
        told = json.loads(out)
        assert told["passed"] is True
        assert [(p["severity"], p["line"]) for p in told["problems"]] == [("warning", 12)]
    elif form == "github":
        assert out == f"::warning file=doubted.yaml,line=12,col=62::{DOUBT}\n"
    else:
        run = json.loads(out)["runs"][0]
        assert [(r["level"], r["ruleId"]) for r in run["results"]] == [("warning", "doubt")]
        assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {"input", "doubt"}


def test_warnings_stop_neither_run_nor_compare(here, matchday):
    (here / "doubted.yaml").write_text(DOUBTED)
    assert matchday("run", "doubted.yaml", "-p", "blast")[0] == 0


# --- folders ----------------------------------------------------------------------------------------------------------


def test_a_folder_of_all_kinds_is_told_file_by_file(here, matchday):
    written = {
        "a/bad.yaml": PLAYS,
        "a/match.yaml": GOALLESS,
        "b.yml": SCENARIO.replace("viewers: 60", "viewrs: 60"),
        "compose.yaml": "services: {web: {}}\n",
        "both.yaml": "match: {}\nscore: {}\n",
        "mine.txt": "not YAML",
        ".hidden/x.yaml": "services: {}\n",
        "results/night/1/manifest.json": "{}",
        "results/night/1/scenario.source.yaml": PLAYS,
    }
    for name, text in written.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text)
    code, out, _ = matchday("validate", ".")
    assert code == 2
    assert [line.partition(":")[0] for line in out.splitlines()] == [
        "a/match.yaml",
        "b.yml",
        "b.yml",
        "both.yaml",
        "compose.yaml",
        "6 files checked",
    ]
    assert "(read for a/bad.yaml)" in out
    assert "neither a scenario" in out
    assert "'match' belongs in a scenario, and 'score' belongs in a timeline" in out
