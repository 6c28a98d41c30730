"""What is varied is understood or refused before anything is played; every point plays the same nights, each once."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import MatchdayError
from sim.experiment import runs
from sim.experiment.design import space_of
from sim.experiment.range import Range
from sim.experiment.request import Request
from sim.experiment.sweep import best
from sim.experiment.vary import Varied, distance, grid, nearest, neighbours, samples
from sim.report.sweep_figure import draw_sweep
from sim.stop import Stopped
from tests.test_readme import ROOT

CAP = """
class Cap:
    def __init__(self, cap=4, share=0.2, word="a"):
        pass
    def decide(self, view):
        return []
"""
PAGE = (ROOT / "docs" / "tuning.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\.venv/bin/python run_sim\.py (.*)$", PAGE, re.MULTILINE)
QUICK = {"sweep": "-n 1 --viewers 60", "tune": "-n 2 --viewers 60 --trials 2 --check-nights 2"}
SWEEP = "sweep", "night.yaml", "-p", "peak_flash", "-p", "no_push", "-n", 2


@pytest.fixture
def here(here):
    (here / "cap.py").write_text(CAP)
    return here


def varied(*told: str, policies: tuple[str, ...] = ("peak_flash", "cap.py:Cap")) -> tuple[Varied, ...]:
    return space_of(Request(Path("night.yaml"), policies), told).varied


def points(folder: Path) -> pd.DataFrame:
    (run,) = folder.glob("night/*-sweep-*")
    return pd.read_parquet(run / "points.parquet")


@pytest.mark.parametrize(
    ("told", "over"),
    [
        ("shop.board_lag=15,60,240", (15, 60, 240)),
        ("shop.board_lag=0..60/3", (0.0, 30.0, 60.0)),
        ("peak_flash.discount=0.05..0.4/8", (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4)),
        ("peak_flash.lasts=log:60..3600/3", (60.0, 464.8, 3600.0)),
        ("cap.py:Cap.cap=1..9/4", (1, 4, 6, 9)),
        ("Cap.cap=1..9", Range(1.0, 9.0, log=False, whole=True)),
        ("Cap.share=0..1", Range(0.0, 1.0, log=False, whole=False)),
        ("Cap.word=a,b", ("a", "b")),
    ],
)
def test_what_is_varied_is_understood(here, told, over):
    assert varied(told)[0].over == over


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("peak_flash.discount=0,0,0.1", "0 is there twice"),
        ("peakflash.discount=0.1,0.2", "neither a policy .* did you mean 'peak_flash'"),
        ("peak_flash.discont=0.1,0.2", "did you mean 'discount'"),
        ("shop.bord_lag=1,2", r"--vary shop.bord_lag=1: .*did you mean 'board_lag'"),
        ("shop.board_lag=5,-3", r"--vary shop.board_lag=-3: .*at least 0"),
        ("peak_flash.discount=0.4..0.1/3", "smaller number to the larger"),
        ("peak_flash.discount=0.1..x", "expected a list"),
        ("peak_flash.lasts=log:0..10/3", "begins above 0"),
        ("shop.board_lag=1..9/1", "from 2 to 1000"),
        ("shop.board_lag=1,,2", "missing beside a comma"),
        ("shop.board_lag=1,1.0", "there twice"),
        ("Cap.cap=1.5,2", "a whole number"),
        ("experiment.seed=1,2", "no night depends on it"),
        ("shop.board_lag", "expected PATH=SPEC"),
    ],
)
def test_what_cannot_be_varied_is_told_before_anything_is_played(here, told, why):
    with pytest.raises(MatchdayError, match=why):
        varied(told)


def test_what_may_be_of_two_is_refused(here):
    (here / "shop.py").write_text(CAP.replace("Cap", "shop"))
    with pytest.raises(MatchdayError, match=r"may be of policy 'shop.py:shop' and the scenario"):
        varied("shop.cap=1,2", policies=("shop.py:shop",))
    with pytest.raises(MatchdayError, match=r"may be of policy 'cap.py' and policy 'cap.py"):
        varied("cap.cap=1,2", policies=("cap.py", "cap.py(cap=3)"))
    assert varied("shop.py:shop.cap=1,2", policies=("shop.py:shop",))[0].name == "cap"
    with pytest.raises(MatchdayError, match="varied twice"):
        varied("Cap.cap=1,2", "cap.py:Cap.cap=3,4")


def test_a_grid_needs_numbers_and_samples_do_not(here):
    two = varied("peak_flash.discount=0.1,0.3", "shop.board_lag=0..60")
    with pytest.raises(MatchdayError, match=r"at how many values\? 0..60/8"):
        grid(two)
    lags = [float(lag) for _, lag in samples(two, 10, seed=1)]
    assert sorted(int(lag // 6) for lag in lags) == list(range(10))  # every tenth of the range is met once
    assert samples(two, 10, seed=1) == samples(two, 10, seed=1) != samples(two, 10, seed=2)
    assert {discount for discount, _ in samples(two, 10, seed=1)} == {0.1, 0.3}
    assert grid(varied("Cap.cap=1,2", "Cap.word=a,b")) == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]


def test_neighbours_are_a_step_away(here):
    both = varied("peak_flash.discount=0.1,0.2,0.4", "Cap.word=a,b")
    at = grid(both)
    assert [at[k] for k in neighbours(both, at, at.index((0.1, "a")), gridded=True)] == [(0.1, "b"), (0.2, "a")]
    assert at[nearest(both, at, (0.15, "b"))] == (0.1, "b")
    assert distance(both, (0.1, "a"), (0.4, "b")) == pytest.approx(2**0.5)


def test_the_best_is_told_from_neighbours_only_by_more_than_luck():
    luck = np.random.default_rng(3).normal(size=(3, 30))
    found = best(np.array([[0.0], [5.0], [5.1]]) + luck, "net_value", 0, [[1], [0, 2], [1]])
    assert found["leads"]
    assert (found["point"], found["level"]) in ((1, [2]), (2, [1]))
    assert best(np.array([[0.0], [5.0], [2.0]]) + luck, "mutes", 1, [[1], [0, 2], [1]])["point"] == 0
    assert best(np.ones((3, 30)), "net_value", 2, [[1], [0, 2], [1]])["point"] == 2  # nothing to change for


def test_points_are_what_compare_gives_and_no_night_is_played_twice(here, matchday, monkeypatch):
    played = []
    play_one = runs.play_one
    monkeypatch.setattr(runs, "play_one", lambda *job: played.append(job[1:3]) or play_one(*job))
    told = "--vary", "peak_flash.discount=0.1,0.3", "--vary", "shop.board_lag=15,600"
    code, out, err = matchday(*SWEEP, *told)
    assert code == 0, err
    assert all(len(line) <= 80 for line in out.splitlines()[:-1])
    assert "net_value is best at" in out
    rows = points(here / "results")
    assert len(rows) == 4 * 2 * 2
    assert len(played) == (4 + 2) * 2  # no_push is the same whatever the discount
    compared = "compare", "night.yaml", "-p", "peak_flash(discount=0.3)", "-p", "no_push", "-n", 2, "-o", "c.json"
    assert matchday(*compared, "--set", "shop.board_lag=600")[0] == 0
    assert len(played) == 12
    means = json.loads((here / "c.json").read_text())["policies"]
    there = (rows["peak_flash.discount"] == 0.3) & (rows["shop.board_lag"] == 600)
    at = rows[there].groupby("policy").mean()
    assert at.loc["peak_flash", "net_value"] == pytest.approx(means["peak_flash(discount=0.3)"]["net_value"]["mean"])
    assert at.loc["no_push", "watch_minutes"] == pytest.approx(means["no_push"]["watch_minutes"]["mean"])


def test_a_sweep_that_is_stopped_goes_on_and_processes_change_nothing(here, matchday, monkeypatch):
    told = *SWEEP[:4], "-n", 2, "--vary", "peak_flash.discount=0.1..0.3/2", "--vary", "shop.board_lag=15,60"
    play_one, played = runs.play_one, []

    def stopped(plan, r, p, threads=1):
        if len(played) == 5:
            raise Stopped(15)
        played.append((plan.policies[p].name, r))
        return play_one(plan, r, p)

    with monkeypatch.context() as stopping:
        stopping.setattr(runs, "play_one", stopped)
        code, out, err = matchday(*told)
    assert (code, out) == (143, "")
    assert "5 finished nights kept: the same command goes on from there" in err
    assert [r for _, r in played] == [0, 0, 0, 0, 1]  # all points of a night before the next night
    monkeypatch.setattr(runs, "play_one", lambda *job: played.append(job) or play_one(*job))
    assert matchday(*told, "-o", "one.parquet", "-o", "one.csv")[0] == 0
    assert len(played) == 8
    assert matchday(*told, "-j", 2, "--no-resume", "--results", "two", "-o", "two.parquet")[0] == 0
    assert (here / "one.parquet").read_bytes() == (here / "two.parquet").read_bytes()
    assert len(pd.read_csv(here / "one.csv")) == 8
    (one,), (two,) = ((here / name).glob("night/*-sweep-*") for name in ("results", "two"))
    assert (one / "sweep.json").read_bytes() == (two / "sweep.json").read_bytes()
    code, _, err = matchday("reproduce", one)
    assert (code, "is no run but a sweep" in err) == (2, True)


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_a_figure_is_drawn_alike_each_time(tmp_path, dimensions):
    def value(mean: float) -> dict[str, dict[str, float]]:
        return {"net_value": {"mean": mean, "low": mean - 1.0, "high": mean + 1.0, "nights": 5}}

    at = [(x, y, w) for x in (1, 2, 3) for y in (10, 20) for w in "ab"]
    told = list(dict.fromkeys(point[:dimensions] for point in at))
    best_ = {
        "point": 1,
        "neighbours": [0],
        "level": [0],
        "lead": {"mean": 1.0, "half": 2.0, "nights": 5},
        "leads": False,
    }
    result = {
        "scenario": "x", "seed": 1, "replications": 5, "level": 0.95, "goal": "net_value", "metrics": ["net_value"],
        "gridded": True, "compared_with": 0, "points": told,
        "varied": [{"path": f"a.{n}", "own": 2, "values": []} for n in "xyz"[:dimensions]],
        "policies": {"<p>": {"bracket": False, "touched": list(range(dimensions)), "shown": list(range(len(told))),
                             "best": best_, "means": [value(float(k)) for k in range(len(told))],
                             "differences": [None, *(value(float(k)) for k in range(1, len(told)))]}},
    }  # fmt: skip
    one, two = (draw_sweep(tmp_path / f"{name}.svg", result, "EUR").read_bytes() for name in ("one", "two"))
    assert one == two
    assert b"net_value [EUR]" in one


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_runs(here, matchday, monkeypatch, command):
    monkeypatch.chdir(ROOT)
    words = shlex.split(command)
    code, out, err = matchday(*words, *shlex.split(QUICK[words[0]]), "--results", here / "results")
    assert code == 0, out + err


def test_the_page_shows_commands_of_both():
    assert [command.split()[0] for command in COMMANDS] == ["sweep", "tune"]
    assert PAGE.count("run_sim.py") == 2
