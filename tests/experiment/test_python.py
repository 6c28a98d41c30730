"""What Python is given is what the command line writes, in tidy frames; what is wrong is said in the same words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sim
from sim.errors import InputError, MatchdayError

POLICIES = ["no_push", "peak_flash"]
GATED = "experiment: {gate: [{metric: annoyance_mean, vs: no_push, require: <= 500%}], "


def flags(*policies: str) -> list[str]:
    return [word for policy in policies for word in ("-p", policy)]


def test_a_comparison_is_that_of_the_command_line(here, matchday):
    matchday("compare", "night.yaml", *flags(*POLICIES), "-n", 3, "-o", "c.json", "--set", "shop.board_lag=30")
    night = sim.load("night.yaml").but(**{"shop.board_lag": 30})
    found = sim.compare(night, POLICIES, n=3)
    told = json.loads(Path("c.json").read_text())
    assert found.told == told
    means = found.means.set_index(["policy", "metric"])
    assert means.loc[("peak_flash", "orders"), "mean"] == told["policies"]["peak_flash"]["orders"]["mean"]
    assert list(found.nights) == ["policy", "replication", "metric", "value", "unit"]
    assert found.nights.set_index("metric").loc["net_value", "unit"].unique().tolist() == ["EUR"]


def test_a_sweep_is_that_of_the_command_line(here, matchday):
    vary = "peak_flash.discount=0.1,0.3"
    matchday("sweep", "night.yaml", "-p", "peak_flash", "--vary", vary, "-n", 2, "-o", "s.json")
    found = sim.sweep("night.yaml", ["peak_flash"], {"peak_flash.discount": [0.1, 0.3]}, n=2)
    assert found.told == json.loads(Path("s.json").read_text())
    assert "peak_flash.discount" in found.nights
    assert found.nights.groupby("point")["peak_flash.discount"].unique().explode().tolist() == [0.1, 0.3]
    assert found.advice.startswith("peak_flash: ")


def test_a_tuning_is_that_of_the_command_line(here, matchday):
    vary, few = {"shop.products.ball.cost": "2..12"}, ("--trials", 3, "-n", 2, "--check-nights", 2)
    words = "--vary", "shop.products.ball.cost=2..12", "--objective", "net_revenue", *few
    matchday("tune", "night.yaml", "-p", "peak_flash", *words, "-o", "t.json")
    found = sim.tune("night.yaml", "peak_flash", vary, ["net_revenue"], trials=3, n=2, check_nights=2)
    assert json.loads(json.dumps(found.told)) == json.loads(Path("t.json").read_text())
    assert set(found.nights["nights"]) == {"tuning", "check"}
    assert len(found.best) == len(found.told["best"])


def test_a_gate_is_that_of_the_command_line(here, matchday, monkeypatch):
    monkeypatch.setattr("sim.experiment.gate.PILOT", 4)
    night = Path("night.yaml")
    night.write_text(night.read_text().replace("experiment: {", GATED))
    matchday("gate", "night.yaml", "-p", "peak_flash", "--most", 30, "-o", "g.json")
    found = sim.gate("night.yaml", ["peak_flash"], most=30)
    told = json.loads(Path("g.json").read_text())
    assert (found.passed, found.told) == (told["passed"], told)
    assert found.checks["verdict"].tolist() == [check["verdict"] for check in told["checks"]]


def test_an_ab_test_is_that_of_the_command_line(here, matchday):
    matchday("abtest", "night.yaml", *flags(*POLICIES), "-n", 4, "--design", "viewer", "-o", "a.json")
    found = sim.abtest("night.yaml", *POLICIES, designs=["viewer"], n=4)
    assert found.told == json.loads(Path("a.json").read_text())
    every = sim.abtest("night.yaml", *POLICIES, n=4).designs.set_index(["design", "measure"])
    assert every.loc[("viewer", "annoyance"), "nights"] == 1
    assert every.loc[("switchback", "annoyance")].drop(["stock", "nights"]).isna().all()  # cannot be told by time
    assert set(found.designs["design"]) == {"viewer"}
    assert set(found.truth["measure"]) == set(found.designs["measure"])


def test_sensitivity_is_that_of_the_command_line(here, matchday):
    little = "--worlds", 10, "--trajectories", 2, "--sobol", 0, "-n", 1, "--vary", "assumptions.click_*"
    matchday("sensitivity", "night.yaml", *flags(*POLICIES), *little, "-o", "s.json")
    found = sim.sensitivity(
        "night.yaml", POLICIES, worlds=10, trajectories=2, sobol=0, n=1, patterns=["assumptions.click_*"]
    )
    assert json.loads(json.dumps(found.told)) == json.loads(Path("s.json").read_text())
    assert set(found.worlds["policy"]) == set(POLICIES)


def test_a_table_that_is_not_there_is_told(here):
    found = sim.run("night.yaml", "no_push")
    assert len(found.part("pushes").columns)
    with pytest.raises(MatchdayError, match="no table 'push' — did you mean 'pushes'"):
        found.part("push")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda: sim.load("nothing.yaml"), "nothing.yaml"),
        (lambda: sim.load("night.yaml", {"shop.bord_lag": 60}), "did you mean 'board_lag'"),
        (lambda: sim.compare("night.yaml", ["peak_flsh"], n=2), "did you mean 'peak_flash'"),
        (lambda: sim.compare("night.yaml", POLICIES, precision={"ordrs": 1.0}), "did you mean 'orders'"),
        (lambda: sim.compare("night.yaml", POLICIES, precision={"orders": 0.0}), "above 0"),
        (lambda: sim.compare("night.yaml", POLICIES, precision={"orders": "few"}), "orders=few: expected a number"),
        (lambda: sim.compare("night.yaml", POLICIES, choose=("ordrs", 1.0)), "did you mean 'orders'"),
        (lambda: sim.compare("night.yaml", POLICIES, n=5, precision={"orders": 1.0}), "give one"),
        (lambda: sim.run("night.yaml", "no_psh"), "did you mean 'no_push'"),
        (lambda: sim.run("night.yaml", []), "say which policy plays"),
        (lambda: sim.run("night.yaml", ["no_push"], 0), "n"),
        (lambda: sim.gate("night.yaml", ["no_push"]), "no `experiment.gate`"),
        (lambda: sim.gate("night.yaml", ["no_push"], baseline="main"), "main"),
        (lambda: sim.sweep("night.yaml", ["peak_flash"], {"peak_flash.discont": [1, 2]}), "did you mean 'discount'"),
        (lambda: sim.sweep("night.yaml", ["peak_flash"], {}), "what is varied"),
        (lambda: sim.tune("night.yaml", "peak_flash", {"shop.board_lag": "1..9"}, ["ordrs"]), "did you mean 'orders'"),
        (lambda: sim.abtest("night.yaml", *POLICIES, designs=["veiwer"]), "did you mean 'viewer'"),
        (lambda: sim.sensitivity("night.yaml", POLICIES, "ordrs"), "did you mean 'orders'"),
        (lambda: sim.sensitivity("night.yaml", POLICIES, sobol=5), "power of two"),
        (lambda: sim.sensitivity("night.yaml", ["no_push"]), "two policies"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_written(here, wrong, why):
    with pytest.raises((MatchdayError, InputError), match=why):
        wrong()
    assert not Path("results").exists()
