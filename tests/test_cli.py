"""The command line, as its users meet it: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sim.measures.outcomes import NAMES
from sim.schemas import KINDS, schema_text
from sim.stop import SIGNALS
from tests.command_line import GENERATED, SCENARIO, files

ROOT = Path(__file__).parents[1]

# --- run and compare --------------------------------------------------------------------------------------------------


def test_compare_writes_what_was_asked_for(here, matchday):
    code, out, err = matchday("compare", "night.yaml", "-o", "c.json", "-o", "c.md", "-o", "c.csv")
    assert code == 0
    assert all("nights played" in line for line in err.splitlines())
    said = json.loads((here / "c.json").read_text())
    assert said["schema_version"] == 1
    assert (said["scenario"], said["seed"], said["replications"]) == ("Test night", 4, 2)
    assert said["baseline"] == "no_push"
    assert list(said["policies"]) == ["no_push", "blast", "lull_only"]
    assert list(said["differences"]) == ["blast", "lull_only"]
    for metrics in (*said["policies"].values(), *said["differences"].values()):
        assert set(metrics) == set(NAMES)
        assert all(m["low"] <= m["mean"] <= m["high"] for m in metrics.values() if m["nights"] == 2)
        assert {name for name, m in metrics.items() if m["nights"] < 2} <= {"click_through_rate", "team_success"}
    folder = Path(out.splitlines()[-1])
    assert folder.parent == Path("results/night")
    assert json.loads((folder / "comparison.json").read_text()) == said
    assert (here / "c.md").read_text() == (folder / "summary.md").read_text()
    assert len((here / "c.csv").read_text().splitlines()) == 1 + 3 * len(NAMES)
    assert max(map(len, out.splitlines())) <= 80


def test_most_nights_of_a_fixed_number_is_refused(here, matchday):
    code, out, err = matchday("compare", "night.yaml", "--most", 50)
    assert (code, out) == (2, "")
    assert "nothing says when fewer are enough" in err


@pytest.mark.parametrize("command", ["run", "compare"])
def test_the_table_shows_only_the_metrics_asked_for_each_once(here, matchday, command):
    metrics = [x for m in ("orders", "mutes", "orders") for x in ("--metric", m)]
    code, out, _ = matchday(command, "night.yaml", "-n", 2, "-p", "no_push", "-p", "blast", *metrics)
    assert code == 0
    assert out.count("orders") == 1
    assert "mutes" in out
    assert "watch_minutes" not in out
    assert ("difference from no_push" in out.replace("\n", " ")) == (command == "compare")


def test_metrics_asked_for_limit_tables_and_not_json(here, matchday):
    files = [x for name in ("c.json", "c.md", "c.csv") for x in ("-o", name)]
    assert matchday("run", "night.yaml", "-p", "no_push", "--metric", "orders", *files)[0] == 0
    assert set(json.loads((here / "c.json").read_text())["policies"]["no_push"]) == set(NAMES)
    assert [line.split(",")[1] for line in (here / "c.csv").read_text().splitlines()] == ["metric", "orders"]
    assert [line.split()[1] for line in (here / "c.md").read_text().splitlines() if line.startswith("| ")] == [
        "metric", "orders"
    ]  # fmt: skip


def test_a_very_narrow_terminal_gets_lines_that_can_be_read(here, matchday, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    out = matchday("compare", "night.yaml", "-n", 1, "-p", "no_push", "-p", "blast", "--metric", "orders")[1]
    assert any(line.split() == ["no_push", "blast"] for line in out.splitlines())
    assert 20 < max(map(len, out.splitlines()[:-1])) <= 60


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
        assert {f.name for f in (folder / "ledger").glob("*.parquet")} == {"blast-0.parquet", "blast-1.parquet"}
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


TABLE = "period,seconds,type,side\n1H,1390.123,goal,home\n1H,2780.9,period_end,\n2H,2920,period_end,\n"
MATCHES = {
    "generated": GENERATED,
    "timeline": "  source: timeline\n  file: ../match.yaml\n",
    "csv": """  source: csv
  file: ../match.csv
  home: {name: Reds, expected_goals: 1.8}
  away: {name: "1e3", expected_goals: 1.4}
  score: {full_time: [1, 0]}
""",
}


@pytest.mark.parametrize("match", MATCHES.values(), ids=MATCHES)
def test_a_results_folder_can_be_played_again_by_itself(here, matchday, match):
    folder = here / "scenarios"
    folder.mkdir()
    for file, text in {
        here / "match.yaml": (ROOT / "scenarios/matches/wc2018-final-france-croatia.yaml").read_text(),
        here / "match.csv": TABLE,
        folder / "night.yaml": SCENARIO.replace(GENERATED, match),
    }.items():
        file.write_text(text)
    how = ("-p", "blast", "--seed", 3, "--viewers", 90, "--ledger")
    first = Path(matchday("run", "scenarios/night.yaml", *how, "--set", "shop.board_lag=60")[1].splitlines()[-1])
    for file in ("match.yaml", "match.csv", "scenarios/night.yaml"):
        (here / file).unlink()
    code, out, _ = matchday("run", first / "scenario.resolved.yaml", *how)
    assert code == 0
    one, two = (json.loads((run / "manifest.json").read_text()) for run in (first, Path(out.splitlines()[-1])))
    assert one["ledger_sha256"] == two["ledger_sha256"]
    assert ("match.yaml" in one["files"]) == (match != GENERATED)


# --- being stopped ----------------------------------------------------------------------------------------------------

KILLER = """
import os, signal
class Mine:
    def decide(self, view):
        try:
            os.kill(os.getpid(), signal.{signal})
        except {caught}:
            pass
        return []
"""


@pytest.fixture
def heard():
    """Signals that a shell has these tests ignore (`nohup`, jobs in the background) are heard."""
    before = {n: signal.signal(n, signal.SIG_DFL) for n in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
@pytest.mark.parametrize("caught", ["Exception", "BaseException"], ids=["at once", "lost at first"])
def test_a_signal_stops_a_run_and_nothing_is_left(here, matchday, name, code, caught):
    (here / "mine.py").write_text(KILLER.format(signal=name, caught=caught))
    before = files(here), signal.getsignal(signal.Signals[name])
    assert matchday("run", "night.yaml", "-p", "mine.py:Mine") == (code, "", "stopped; nothing kept\n")
    assert (files(here) - {"results", "results/.nights"}, signal.getsignal(signal.Signals[name])) == before


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("during", ["compare", "fill", "close"])
def test_a_signal_between_nights_and_results_leaves_finished_nights(here, matchday, monkeypatch, during):
    with monkeypatch.context() as stopping:
        stopping.setattr(f"sim.experiment.session.{during}", lambda *_, **__: os.kill(os.getpid(), signal.SIGTERM))
        said = "stopped; 3 finished nights kept: the same command goes on from there\n"
        assert matchday("compare", "night.yaml", "-n", 1) == (143, "", said)
    assert [f.name for f in (here / "results").iterdir()] == [".nights"]
    monkeypatch.setattr("sim.experiment.runs.play_one", lambda *_: pytest.fail("played again"))
    assert matchday("compare", "night.yaml", "-n", 1)[0] == 0


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_signal_after_the_results_are_kept_says_where(here, matchday, monkeypatch):
    monkeypatch.setattr("sim.report.ranking.overview", lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    code, _, err = matchday("compare", "night.yaml", "-n", 1)
    (run,) = (here / "results/night").iterdir()
    assert (code, err) == (143, f"stopped; {run.relative_to(here)} kept\n")


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_signal_at_the_moment_in_which_results_get_their_name_says_where(here, matchday, monkeypatch):
    rename = os.replace

    def rename_and_stop(old, new):
        folder = Path(old).is_dir()
        rename(old, new)
        if folder:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(os, "replace", rename_and_stop)
    code, out, err = matchday("compare", "night.yaml", "-n", 1)
    (run,) = (here / "results/night").iterdir()
    assert (code, out, err) == (143, "", f"stopped; {run.relative_to(here)} kept\n")


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


def test_streams_that_lack_a_sign_get_the_nearest():
    said = subprocess.run(
        [sys.executable, "run_sim.py", "list", "matches"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    assert b"3-3 (4-2 on penalties)" in said.stdout


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
    (listed,) = (line for line in matchday("list", "runs")[1].splitlines() if line.startswith(folder.as_posix()))
    assert listed.endswith("seed 4, audience.viewers=40")
    code, told, _ = matchday("explain", folder, "--viewer", 17)
    again = matchday("explain", "night.yaml", "-p", "blast", "--viewer", 17, "--set", "audience.viewers=40")[1]
    assert code == 0
    assert told == again
    assert told.startswith("viewer 17 of 40: Test night\npolicy blast, seed 4, replication 0")
    for part in (
        "latent, seen by no policy: segment everyone",
        "kick-off",
        "joins the stream",
        "tolerance",
        "arousal below: 0 calm",
    ):
        assert part in told
    (here / "night.yaml").unlink()
    assert matchday("explain", folder, "--viewer", 17)[1] == told
    with (folder / "scenario.resolved.yaml").open("a") as file:
        file.write("# changed\n")
    code, _, err = matchday("explain", folder, "--viewer", 17)
    assert code == 2
    assert "scenario.resolved.yaml has changed since this run" in err


def test_explain_knows_the_nights_of_a_run_and_any_of_a_scenario(here, matchday):
    folder = matchday("run", "night.yaml", "-p", "blast", "-n", 2)[1].splitlines()[-1]
    assert matchday("explain", folder, "--viewer", 1, "--replication", 1)[0] == 0
    said = "there is no replication 2: those of this run go from 0 to 1\n"
    assert matchday("explain", folder, "--viewer", 1, "--replication", 2) == (2, "", said)
    assert matchday("explain", "night.yaml", "-p", "blast", "--viewer", 1, "--replication", 99)[0] == 0


def test_explain_needs_no_policy_but_the_one_that_played(here, matchday):
    (here / "gone.py").write_text("class A:\n    def decide(self, view):\n        return []\n")
    night = here / "night.yaml"
    night.write_text(night.read_text().replace("[blast, lull_only]", "[gone.py]"))
    folder = matchday("run", "night.yaml", "-p", "blast")[1].splitlines()[-1]
    (here / "gone.py").unlink()
    assert matchday("explain", folder, "--viewer", 1)[0] == 0


def test_explain_points_from_a_folder_of_runs_to_the_latest(here, matchday):
    for name in ("a/20300101T000000Z-2", "b/20290101T000000Z-1", "b/.20310101T000000Z-3"):
        (here / "results" / name).mkdir(parents=True)
        (here / "results" / name / "manifest.json").write_text("{}")
    for folder, latest in (("results", "a/20300101T000000Z-2"), ("results/b", "b/20290101T000000Z-1")):
        code, _, err = matchday("explain", folder, "--viewer", 1)
        told = (
            f"{folder} is no results folder: it holds no manifest.json — the latest run below it is results/{latest}\n"
        )
        assert (code, err) == (2, told)
    code, _, err = matchday("explain", "results/a/20300101T000000Z-2", "--viewer", 1)
    assert (code, err) == (
        2, "results/a/20300101T000000Z-2/manifest.json is no manifest of a run: scenario: Field required\n"
    )  # fmt: skip


def test_where_there_are_no_runs_yet_list_says_so(here, matchday):
    (here / "results").mkdir()
    assert matchday("list", "runs") == (0, "", "there are no runs yet\n")


@pytest.mark.parametrize("kind", KINDS)
def test_the_committed_schemas_are_fresh(matchday, kind):
    committed = (ROOT / "scenarios" / "schema" / f"{kind}.schema.json").read_text()
    assert committed == schema_text(kind), "run: python run_sim.py schema --write scenarios/schema"
    assert matchday("schema", kind)[1] == committed


def test_the_page_of_a_scenarios_fields_is_printed(matchday):
    assert matchday("schema", "--page") == (0, (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8"), "")


def test_a_dry_run_plays_nothing_and_says_what_is_there_and_whole(here, matchday):
    def foretold(*more: str) -> tuple[str, str]:
        code, out, err = matchday("compare", "night.yaml", "-p", "no_push", "-p", "blast", "--dry-run", *more)
        assert code == 0
        return out.splitlines()[-1], err

    before = files(here)
    assert foretold("-n", "3") == ("finished before: 0; to be played: 6", "")
    assert files(here) == before
    matchday("compare", "night.yaml", "-p", "no_push", "-p", "blast", "-n", "2")
    assert foretold("-n", "3") == ("finished before: 4; to be played: 2", "")
    night = next((here / "results" / ".nights").glob("*/*.zip"))
    night.write_bytes(night.read_bytes()[:-9])
    said, warned = foretold("-n", "3")
    assert said == "finished before: 3; to be played: 3"
    assert f"{night.name} is damaged" in warned
    assert foretold("-n", "3", "--no-resume") == ("finished before: 0; to be played: 6", "")


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


def test_a_worker_does_not_wait_for_modules_that_no_night_needs():
    code = 'import sim.experiment.runs, sys; print({"matplotlib", "scipy.signal", "scipy.stats"} & set(sys.modules))'
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout == "set()\n"


def test_the_door_opens():
    said = subprocess.run(
        [sys.executable, "run_sim.py", "list", "policies"], capture_output=True, check=False, cwd=ROOT
    )
    assert said.returncode == 0
    assert b"no_push" in said.stdout


def test_the_door_says_what_to_do_where_packages_are_missing():
    bare = [sys.executable, "-S", "-E", "run_sim.py", "--help"]  # no site-packages
    said = subprocess.run(bare, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("Matchday's packages are not installed for this Python")
    assert "make install" in said.stderr
    assert said.stderr.count("\n") == 1


# --- policies of several files ----------------------------------------------------------------------------------------


def test_helpers_of_the_same_name_stay_apart_in_every_process(here, matchday):
    text = "from helpers import push\n\nclass Mine:\n    def decide(self, view):\n        return push(view)\n"
    quiet = "def push(view):\n    return []\n"
    loud = "from sim.policy import *\n" + quiet.replace("[]", "[Push('pop_up', Offer('ball'), view.time + 1)]")
    for name, helpers in (("quiet", quiet), ("loud", loud)):
        (here / name).mkdir()
        (here / name / "mine.py").write_text(text)
        (here / name / "helpers.py").write_text(helpers)
    told = []
    for jobs in (1, 2):
        specs = ("-p", "quiet/mine.py:Mine", "-p", "loud/mine.py:Mine")
        code, out, _ = matchday("run", "night.yaml", *specs, "-n", 1, "-j", jobs, "-o", f"{jobs}.json")
        assert code == 0
        manifest = json.loads((Path(out.splitlines()[-1]) / "manifest.json").read_text())
        assert len({p["source_sha256"] for p in manifest["policies"].values()}) == 2
        pushes = json.loads((here / f"{jobs}.json").read_text())["policies"]
        told.append([pushes[name]["notices"]["mean"] > 0 for name in ("Mine", "Mine-2")])
    assert told == [[False, True]] * 2


def test_what_a_policy_raises_is_told_with_its_line_from_any_process(here, matchday):
    (here / "mine.py").write_text("class Mine:\n    def decide(self, view):\n        return 1 / 0\n")
    for jobs in (1, 2):
        code, _, err = matchday("run", "night.yaml", "-p", "mine.py:Mine", "-n", 2, "-j", jobs)
        assert code == 2
        assert "raised ZeroDivisionError: division by zero (mine.py:3)" in err
        assert not (here / "results").exists()
