"""The command line, as its users meet it: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sim.cli import main
from sim.measures.outcomes import NAMES
from sim.world.schemas import KINDS, schema_text

ROOT = Path(__file__).parents[1]
SCENARIO = """
name: Test night
match:
  source: generated
  home: {name: Reds, expected_goals: 1.8}
  away: {name: Blues, expected_goals: 1.4}
audience:
  viewers: 60
shop:
  products:
    shirt: {name: Red shirt, category: jersey, side: home, price: 80, cost: 30, sizes: {M: 3, L: 2}}
    ball: {name: Ball, category: equipment, price: 30, cost: 12, stock: 4}
timing: {window: 60}
experiment: {seed: 4, replications: 2, policies: [blast, lull_only]}
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory with one scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "night.yaml").write_text(SCENARIO)
    return tmp_path


@pytest.fixture
def matchday(monkeypatch, capsys):
    """Runs a command line; gives its exit code, standard output and standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["matchday", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        return (stopped.value.code or 0, *capsys.readouterr())

    return call


def files(folder: Path) -> set[str]:
    return {f.relative_to(folder).as_posix() for f in folder.rglob("*")}


# --- run and compare --------------------------------------------------------------------------------------------------


def test_compare_writes_what_was_asked_for(here, matchday):
    code, out, err = matchday("compare", "night.yaml", "-o", "c.json", "-o", "c.md", "-o", "c.csv")
    assert (code, err) == (0, "")
    said = json.loads((here / "c.json").read_text())
    assert said["schema_version"] == 1
    assert (said["scenario"], said["seed"], said["replications"]) == ("Test night", 4, 2)
    assert said["baseline"] == "no_push"
    assert list(said["policies"]) == ["no_push", "blast", "lull_only"]
    assert list(said["differences"]) == ["blast", "lull_only"]
    for metrics in (*said["policies"].values(), *said["differences"].values()):
        assert set(metrics) == set(NAMES)
        assert all(m["low"] <= m["mean"] <= m["high"] for m in metrics.values())
    folder = Path(out.splitlines()[-1])
    assert folder.parent == Path("results/night")
    assert json.loads((folder / "comparison.json").read_text()) == said
    assert (here / "c.md").read_text() == (folder / "summary.md").read_text()
    assert len((here / "c.csv").read_text().splitlines()) == 1 + 3 * len(NAMES)
    assert max(map(len, out.splitlines())) <= 80


def test_the_table_shows_only_the_metrics_asked_for(here, matchday):
    _, out, _ = matchday("compare", "night.yaml", "-n", 2, "-p", "blast", "--metric", "orders", "--metric", "mutes")
    assert "orders" in out
    assert "mutes" in out
    assert "watch_minutes" not in out
    assert "difference from no_push" in out.replace("\n", " ")


def test_the_baseline_may_be_any_policy(here, matchday):
    _, out, _ = matchday("compare", "night.yaml", "-n", 1, "-p", "blast", "-p", "lull_only", "--baseline", "blast")
    comparison = json.loads((Path(out.splitlines()[-1]) / "comparison.json").read_text())
    assert comparison["baseline"] == "blast"
    assert list(comparison["differences"]) == ["lull_only"]
    assert list(comparison["policies"]) == ["blast", "lull_only"]


def test_run_keeps_the_ledger_and_its_hash_the_same_for_any_j_and_engine(here, matchday):
    hashes = set()
    for how in (["-j", 1], ["-j", 2], ["--engine", "reference"]):
        code, out, _ = matchday("run", "night.yaml", "-p", "blast", "-n", 2, "--seed", 9, "--ledger", *how)
        folder = Path(out.splitlines()[-1])
        manifest = json.loads((folder / "manifest.json").read_text())
        assert code == 0
        assert {f.name for f in (folder / "ledger").iterdir()} == {"blast-0.parquet", "blast-1.parquet"}
        hashes.add(json.dumps(manifest["ledger_sha256"]))
    assert len(hashes) == 1


def test_set_viewers_and_seed_reach_the_run(here, matchday):
    _, out, _ = matchday("run", "night.yaml", "-p", "no_push", "--viewers", 30, "--seed", 7, "--set", "name=Other")
    folder = Path(out.splitlines()[-1])
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["viewers"], manifest["seed"], manifest["scenario"]["set"]) == (30, 7, ["name=Other"])
    assert yaml.safe_load((folder / "scenario.resolved.yaml").read_text())["name"] == "Other"
    assert (folder / "scenario.source.yaml").read_text() == SCENARIO
    assert "ledger_sha256" not in manifest


# --- bad input --------------------------------------------------------------------------------------------------------

TIMELINE = (ROOT / "scenarios/matches/wc2018-denmark-france.yaml").read_text()
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
BAD = {
    "unknown key": (SCENARIO.replace("viewers: 60", "viewrs: 60"), ":8:3:", "did you mean 'viewers'"),
    "wrong type": (SCENARIO.replace("viewers: 60", "viewers: many"), ":8:12:", "whole number"),
    "negative stock": (SCENARIO.replace("stock: 4", "stock: -4"), "shop.products.ball.stock", "at least 0"),
    "duplicate key": (SCENARIO + "name: Again\n", "", "duplicate key 'name'"),
    "alias bomb": (BOMB, ":1:4:", "anchors"),
    "python tag": (SCENARIO.replace("60}", "!!python/object/apply:os.system [ls]}"), "", "tags"),
    "no such match": (SCENARIO.replace("generated", "timeline"), "match", "file"),
}


@pytest.mark.parametrize("text, place, said", BAD.values(), ids=BAD)  # noqa: PT006
def test_a_bad_scenario_is_located_and_nothing_is_written(here, matchday, text, place, said):
    (here / "bad.yaml").write_text(text)
    before = files(here)
    for command in (("run", "bad.yaml", "-p", "blast"), ("compare", "bad.yaml"), ("validate", "bad.yaml")):
        code, out, err = matchday(*command)
        told = out + err
        assert code == 2
        assert "bad.yaml" in told
        assert place in told
        assert said in told
        assert "Traceback" not in told
    assert files(here) == before


GOALLESS = TIMELINE.replace("full_time: [0, 0]", "full_time: [1, 0]")
UNQUOTED = TIMELINE.replace('clock: "15:48.4"', "clock: 12:30")


@pytest.mark.parametrize(("text", "said"), [(GOALLESS, "goal"), (UNQUOTED, 'write "12:30"')])
def test_a_bad_timeline_is_located_in_its_own_file(here, matchday, text, said):
    (here / "match.yaml").write_text(text)
    generated = SCENARIO[SCENARIO.index("  source") : SCENARIO.index("audience")]
    (here / "bad.yaml").write_text(SCENARIO.replace(generated, "  source: timeline\n  file: match.yaml\n"))
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
    "results in the way": (["compare", "night.yaml", "--results", "night.yaml"], "cannot write results"),
    "unknown viewer": (["explain", "night.yaml", "-p", "blast", "--viewer", "60"], "from 0 to 59"),
    "no run": (["explain", ".", "--viewer", "1"], "no results folder"),
    "nothing to check": (["validate", "empty"], "no *.yaml"),
    "unknown list": (["list", "everything"], "everything"),
    "assumptions of a bad scenario": (
        ["list", "assumptions", "--scenario", "no.yaml"],
        "no.yaml: there is no such file",
    ),
    "a scenario's policies": (["list", "policies", "--scenario", "night.yaml"], "only assumptions"),
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


def test_an_interrupt_exits_130_and_leaves_nothing(here, matchday):
    text = "class Mine:\n    def decide(self, view):\n        raise KeyboardInterrupt\n"
    (here / "mine.py").write_text(text)
    assert matchday("run", "night.yaml", "-p", "mine.py:Mine")[0] == 130
    assert not (here / "results").exists()


# --- the other commands -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_validate_in_every_form(here, matchday, form):
    (here / "bad.yaml").write_text(SCENARIO.replace("viewers: 60", "viewrs: 60"))
    code, out, _ = matchday("validate", "bad.yaml", "night.yaml", "--format", form)
    assert code == 2
    if form == "text":
        assert "bad.yaml:8:3: audience.viewrs: unknown key 'viewrs' — did you mean 'viewers'?" in out.splitlines()
        assert out.endswith("2 files checked: 2 problems\n")
    elif form == "json":
        said = json.loads(out)
        assert said["passed"] is False
        assert [said["problems"][0][k] for k in ("file", "line", "column")] == ["bad.yaml", 8, 3]
    elif form == "github":
        assert "\n::error file=bad.yaml,line=8,col=3::audience.viewrs: unknown key" in out
    else:
        region = json.loads(out)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
        assert region == {"startLine": 8, "startColumn": 3}


def test_all_that_comes_with_the_project_is_valid(matchday):
    code, out, _ = matchday("validate", ROOT / "scenarios", "--format", "json")
    assert code == 0
    assert json.loads(out)["passed"] is True


@pytest.mark.parametrize(
    ("what", "some"),
    [
        ("scenarios", "world-cup-final-2022.yaml"),
        ("policies", "peak_flash"),
        ("metrics", "stockout_minutes"),
        ("matches", "3–3 (4–2 on penalties)"),
    ],
)  # fmt: skip
def test_list_shows_what_there_is(here, matchday, what, some):
    code, out, _ = matchday("list", what)
    assert code == 0
    assert some in out


def test_list_assumptions_tells_every_number_and_sums_up(here, matchday):
    code, out, _ = matchday("list", "assumptions")
    lines = out.splitlines()
    assert code == 0
    assert max(map(len, lines)) <= 80
    at = next(i for i, line in enumerate(lines) if line.split()[:1] == ["click_base"])
    assert "-3.48 logit (-6 to -1)" in lines[at]
    assert lines[at + 1].strip() == "Log odds of clicking a noticed push, everything neutral"
    assert lines[at + 2].strip().startswith("secondary: Push click-through 1.7-4.6%")
    said = [
        sum(line.startswith(f"      {e}: ") for line in lines) for e in ("data", "published", "secondary", "assumed")
    ]
    summary = " ".join(out.split())
    for part in ("{0} from data", "{1} published", "{2} secondary", "{3} assumed"):
        assert part.format(*said) in summary
    assert f"{sum(said)} numbers" in summary
    assert "*" not in out


def test_list_assumptions_marks_what_a_scenario_changes(here, matchday):
    (here / "night.yaml").write_text(SCENARIO + "assumptions: {click_base: -3.0}\n")
    code, out, _ = matchday("list", "assumptions", "--scenario", "night.yaml")
    marked = [line for line in out.splitlines() if line.startswith("*")]
    assert code == 0
    assert [line.split()[1] for line in marked] == ["click_base"]
    assert "-3 logit (-6 to -1; default -3.48)" in marked[0]
    assert "The scenario changes 1" in " ".join(out.split())


def test_explain_tells_one_night_the_same_from_scenario_and_run(here, matchday):
    _, out, _ = matchday("run", "night.yaml", "-p", "blast", "--set", "audience.viewers=40")
    folder = Path(out.splitlines()[-1])
    assert folder.as_posix() in matchday("list", "runs")[1]
    code, told, _ = matchday("explain", folder, "--viewer", 17)
    again = matchday("explain", "night.yaml", "-p", "blast", "--viewer", 17, "--set", "audience.viewers=40")[1]
    assert code == 0
    assert told == again
    assert told.startswith("viewer 17 of 40: Test night\npolicy blast, seed 4, replication 0")
    for part in ("latent, seen by no policy: segment everyone", "kick-off", "joins the stream", "tolerance"):
        assert part in told
    (here / "night.yaml").write_text(SCENARIO + "# changed\n")
    code, _, err = matchday("explain", folder, "--viewer", 17)
    assert code == 2
    assert "has changed since this run" in err


@pytest.mark.parametrize("kind", KINDS)
def test_the_committed_schemas_are_fresh(matchday, kind):
    committed = (ROOT / "scenarios" / "schema" / f"{kind}.schema.json").read_text()
    assert committed == schema_text(kind), "run: python run_sim.py schema --write scenarios/schema"
    assert matchday("schema", kind)[1] == committed


def test_help_does_not_wait_for_heavy_modules():
    code = """
import sys
from sim.cli import main
sys.argv = ["matchday", "--help"]
try:
    main()
except SystemExit:
    print(sorted({"numba", "pandas", "matplotlib", "pydantic", "scipy", "numpy"} & set(sys.modules)))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.splitlines()[-1] == "[]"


def test_the_door_opens():
    said = subprocess.run(
        [sys.executable, "run_sim.py", "list", "policies"], capture_output=True, check=False, cwd=ROOT
    )
    assert said.returncode == 0
    assert b"no_push" in said.stdout
