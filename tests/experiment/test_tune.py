"""A search finds what is planted and keeps to its constraints; what it finds is checked on other nights."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from sim.experiment import runs
from sim.experiment.range import Range
from sim.experiment.search import BATCH, Response, Trial, best, search
from sim.experiment.tune import required
from sim.experiment.vary import Point, Varied
from sim.report.tune import pasted

SHARE = Varied("p.share", "p", "share", Range(0.0, 1.0, log=False, whole=False), own=0.9)
SIZE = Varied("p.size", "p", "size", Range(1.0, 64.0, log=True, whole=True), own=None)
WORD = Varied("p.word", "p", "word", ("loud", "quiet"), own="loud")
COST = "shop.products.ball.cost"  # the less the better, whatever happens
TUNE = "tune", "night.yaml", "-p", "peak_flash", "--vary", f"{COST}=2..12", "--trials", 3, "-n", 2


def planted(points: list[Point]) -> list[Response]:
    """Best at 0.3 and "quiet"; no more than 0.25 is allowed."""
    return [Response((1.0 - (x - 0.3) ** 2 - 0.5 * (word == "loud"),), (x - 0.25,)) for x, word in points]


def free(points: list[Point]) -> list[Response]:
    return [Response(response.objectives) for response in planted(points)]


def test_a_planted_optimum_is_found():
    trials = search((SHARE, WORD), ["more"], free, trials=60, seed=1)
    (found,) = best(trials, ["more"], 5)
    assert found.point[1] == "quiet"
    assert float(found.point[0]) == pytest.approx(0.3, abs=0.05)
    assert trials[0].point == (0.9, "loud")  # as it is, first


def test_constraints_hold_of_what_is_found():
    (found,) = best(search((SHARE, WORD), ["more"], planted, trials=60, seed=1), ["more"], 5)
    assert found.response.allowed
    assert float(found.point[0]) == pytest.approx(0.25, abs=0.05)
    never = [Trial((x, "loud"), Response((1.0,), (0.1,))) for x in (0.1, 0.2)]
    assert best(never, ["more"], 5) == []


def test_batches_do_not_depend_on_who_plays():
    sizes: list[int] = []

    def respond(points: list[Point]) -> list[Response]:
        sizes.append(len(points))
        return [Response((float(size),)) for (size,) in points]

    trials = search((SIZE,), ["less"], respond, trials=2 * BATCH + 3, seed=5)
    assert sizes == [BATCH, BATCH, 3]
    assert all(isinstance(trial.point[0], int) and 1 <= trial.point[0] <= 64 for trial in trials)
    assert trials == search((SIZE,), ["less"], respond, trials=2 * BATCH + 3, seed=5)


def test_of_two_objectives_those_are_best_that_no_other_beats():
    gave = {"a": (3.0, 3.0), "b": (2.0, 1.0), "c": (1.0, 2.0), "d": (0.0, 0.0), "e": None}
    trials = [Trial((name,), Response(values)) for name, values in gave.items()]
    assert [t.point[0] for t in best(trials, ["more", "less"], 5)] == ["a", "b", "d"]
    assert [t.point[0] for t in best(trials, ["more", "less"], 2)] == ["a", "d"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--require", "annoyed_shar <= 0.1"], "did you mean 'annoyed_share'"),
        (["--require", "annoyed_share <= 5%"], "a share of what"),
        (["--require", "annoyed_share"], "expected METRIC <= SIZE"),
        (["--require", "annoyed_share <= many"], "expected <=, <, >= or > and a number"),
        (["--objective", "clicks"], "has no better end"),
        (["-p", "blast"], "one policy is tuned at a time"),
    ],
)
def test_what_cannot_be_tuned_is_told(here, matchday, words, why):
    code, out, err = matchday(*TUNE, *words)
    assert (code, out, why in err) == (2, "", True), err
    assert not (here / "results").exists()


def test_settings_are_written_as_a_shell_takes_them():
    found = {"spec": "peak_flash(discount=0.22)", "set": ["shop.board_lag=15"]}
    assert pasted(found) == "-p 'peak_flash(discount=0.22)' --set shop.board_lag=15"


def test_a_bracket_is_not_tuned(here, matchday):
    code, _, err = matchday("tune", "night.yaml", "-p", "oracle", "--vary", "oracle.most=2..9")
    assert (code, "it may be swept" in err) == (2, True)


def test_requirements_may_compare():
    check = required("mutes vs peak_flash(discount=0.3) <= 5%")
    assert (check.metric, check.vs, check.require) == ("mutes", "peak_flash(discount=0.3)", "<= 5%")


def test_what_a_requirement_compares_with_lives_in_the_same_world(here, matchday):
    """Nobody is worse than itself, whatever a viewer is worth."""
    words = "--vary", "experiment.viewer_worth=0.5..10", "--trials", 4, "-n", 2, "--check-nights", 2
    told = *words, "--require", "net_value vs no_push >= -1%", "-o", "t.json"
    assert matchday("tune", "night.yaml", "-p", "no_push", *told)[0] == 0
    tried = json.loads((here / "t.json").read_text())["tried"]
    assert {trial["allowed"] for trial in tried} == {True}


def test_what_has_no_value_meets_no_requirement(here, matchday):
    words = "--vary", "experiment.viewer_worth=0.5..10", "--trials", 2, "-n", 2, "--check-nights", 2
    wanted = "--require", "click_through_rate >= 0", "-o", "t.json"
    assert matchday("tune", "night.yaml", "-p", "no_push", *words, *wanted)[0] == 0
    assert json.loads((here / "t.json").read_text())["allowed"] == 0


def test_what_is_found_is_checked_on_other_nights_and_nothing_is_played_twice(here, matchday, monkeypatch):
    play_one, played = runs.play_one, []
    told = *TUNE, "--check-nights", 3, "--require", "mutes vs no_push <= 1000"
    with monkeypatch.context() as counting:
        counting.setattr(runs, "play_one", lambda *job: played.append(job[1]) or play_one(*job))
        code, out, err = matchday(*told, "-o", "one.json", "-o", "one.parquet", "-o", "one.md")
        assert code == 0, err
        first = len(played)
        assert matchday(*told)[0] == 0
        assert len(played) == first
    rows = pd.read_parquet(here / "one.parquet")
    assert set(rows.loc[rows["nights"] == "tuning", "replication"]) == {0, 1}
    assert set(rows.loc[rows["nights"] == "check", "replication"]) == {2, 3, 4}
    (found,) = json.loads((here / "one.json").read_text())["best"]
    gain = found["objectives"]["net_value"]
    own, best_ = (rows[(rows["point"] == k) & (rows["nights"] == "check")] for k in (-1, rows.iloc[-1]["point"]))
    lead = best_["net_value"].to_numpy() - own["net_value"].to_numpy()
    assert gain["checked"]["mean"] == pytest.approx(lead.mean())
    assert gain["optimism"] == pytest.approx(gain["tuned"]["mean"] - gain["checked"]["mean"])
    assert found["point"] == [best_[COST].iloc[0]] == [rows[COST].min()]
    assert f"-p peak_flash --set {found['set'][0]}" in out
    assert all(len(line) <= 80 for line in out.splitlines()[:-1])
