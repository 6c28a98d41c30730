"""What counts as a difference, what as none, and what is open; what a comparison says should be done."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.experiment.comparison import compare
from sim.experiment.decision import decision
from sim.experiment.front import front
from sim.experiment.runs import table
from sim.experiment.verdicts import Difference, holm, margin, nights_needed, p_value, verdict, verdicts
from sim.report.advice import advice
from tests.experiment.nights import nights


def test_holm_is_holms():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == pytest.approx([1.0, 1.0])
    assert holm([]) == pytest.approx([])


def test_a_p_value_is_that_of_students_test():
    x = np.random.default_rng(1).normal(0.4, 1.0, 25)
    half = stats.t.ppf(0.975, 24) * stats.sem(x)
    assert p_value(x.mean(), half, 25) == pytest.approx(stats.ttest_1samp(x, 0.0).pvalue)
    assert p_value(3.0, 0.0, 5) == 1.0
    assert p_value(3.0, 0.0, 6) == pytest.approx(2 * 0.5**6)
    assert p_value(0.0, 0.0, 60) == p_value(3.0, 1.0, 1) == 1.0


@pytest.mark.parametrize(
    ("metric", "mean", "half", "adjusted", "said"),
    [
        ("orders", 5.0, 1.0, 0.01, "better"),
        ("orders", -5.0, 1.0, 0.01, "worse"),
        ("annoyance_mean", 5.0, 1.0, 0.01, "worse"),
        ("annoyance_mean", -5.0, 1.0, 0.01, "better"),
        ("orders", 5.0, 1.0, 0.06, "open"),  # not when all claims are counted
        ("orders", 1.5, 1.0, 0.01, "better"),  # more than luck, and perhaps more than the margin
        ("orders", 1.5, 1.0, 0.06, "open"),
        ("orders", 0.9, 0.5, 0.01, "same"),  # more than luck, and does not matter
        ("orders", 0.1, 2.5, 0.9, "open"),
        ("orders", 0.0, 0.0, 1.0, "same"),
    ],
)
def test_a_difference_counts_if_it_is_more_than_luck_and_more_than_the_margin(metric, mean, half, adjusted, said):
    assert verdict(metric, Difference(mean, half, 30), adjusted, margin=2.0) == said


def test_margins_are_sizes_or_shares_of_the_baseline():
    assert [margin(x, -50.0) for x in (3.0, "10%", None)] == [3.0, 5.0, 1.0]
    assert margin("10%", None) == 0.0


def test_the_more_is_compared_the_more_a_difference_must_show():
    lone = {"a": {"orders": Difference(2.0, 1.9, 30)}}
    assert verdicts(lone, {"orders": 10.0}, {})["a"]["orders"]["verdict"] == "better"
    crowd = lone | {f"{i}": {"orders": Difference(0.3, 1.9, 30)} for i in range(9)}
    assert verdicts(crowd, {"orders": 10.0}, {})["a"]["orders"]["verdict"] == "open"


def test_as_many_nights_are_needed_as_make_the_interval_narrow_enough():
    assert nights_needed(Difference(5.0, 10.0, 30), margin=2.0) == 120
    assert nights_needed(Difference(1.0, 3.0, 30), margin=2.0) == 270
    assert nights_needed(Difference(0.5, 3.0, 30), margin=2.0) == 120
    assert nights_needed(Difference(2.0, 3.0, 30), margin=2.0) == 68  # however near the margin
    assert nights_needed(Difference(0.0, 3.0, 30), margin=0.0) is None


METRICS = ("net_value", "conversion_rate", "annoyance_mean", "stockout_minutes")


def decided(goal="net_value", margins=None, n=40, unfit=(), choice=None, **policies):
    """A comparison of policies that differ from `base` by so much in each of METRICS."""
    rng, rows = np.random.default_rng(7), None
    common = {metric: 100.0 + 10.0 * rng.standard_normal(n) for metric in METRICS}
    for metric in METRICS:
        values = {"base": common[metric]} | {
            name: common[metric] + by.get(metric, 0.0) + (0.5 * rng.standard_normal(n) if metric in by else 0.0)
            for name, by in policies.items()
        }
        part = table(nights(metric, values))
        rows = part if rows is None else rows.combine_first(part)
    compared = compare(rows, scenario="s", seed=1, baseline="base", brackets=["oracle"])
    compared |= {"choice": choice} if choice else {}
    fails = dict.fromkeys(unfit, "mutes <= 5")
    return compared | {"decision": decision(compared, rows, goal=goal, margins=margins or {}, unfit=fails)}


def said(compared):
    return " ".join(advice(compared, "EUR", "±"))


def test_the_best_of_those_that_are_better_is_taken_and_what_it_costs_is_told():
    found = decided(good={"net_value": 9.0, "annoyance_mean": 20.0}, best={"net_value": 15.0}, bad={"net_value": -9.0})
    assert found["decision"]["take"] == "best"
    assert found["decision"]["level"] == []
    assert said(found).startswith("Take best: net_value +14.9 ±0.2 EUR a night over base; conversion_rate unchanged")
    costly = decided(good={"net_value": 9.0, "annoyance_mean": 20.0})
    assert "annoyance_mean +19.9" in said(costly)
    assert "(worse)" in said(costly)


def test_those_that_cannot_be_told_from_the_best_are_named():
    found = decided(one={"net_value": 9.0}, other={"net_value": 9.02})
    assert {found["decision"]["take"], *found["decision"]["level"]} == {"one", "other"}
    assert "cannot be told from it" in said(found)


def test_nobody_better_keeps_the_baseline():
    found = decided(same={"net_value": 0.3}, worse={"net_value": -30.0})
    assert found["decision"]["take"] == "base"
    assert said(found).startswith("Keep base: no policy is better in net_value by more than 2% of base's")


def test_what_is_open_says_how_many_nights_would_tell():
    found = decided(close={"net_value": 0.08}, margins={"net_value": 0.2})
    assert found["decision"]["take"] is None
    assert "Not decided: whether close is better than base in net_value, or not by more than 0.2 EUR" in said(found)
    assert "(the best of the others, close: net_value +0." in said(found)
    needed = found["decision"]["nights_needed"]
    assert 40 < needed < 400
    assert f"about {needed:,} nights would tell" in said(found)


def test_what_lies_on_the_margin_is_taken_and_said_to_lie_there():
    """Whichever side of it the mean falls on."""
    mean = decided(close={"net_value": 1.9})["differences"]["close"]["net_value"]["mean"]
    for size in (mean - 0.001, mean + 0.001):
        found = decided(close={"net_value": 1.9}, margins={"net_value": size})
        assert found["decision"]["take"] == "close"
        assert f"over base (perhaps no more than the {size:,.3g} EUR that would not matter)" in said(found)
    assert "perhaps" not in said(decided(close={"net_value": 1.9}, margins={"net_value": 1.0}))


def test_a_policy_that_sees_what_is_latent_is_no_choice():
    found = decided(oracle={"net_value": 90.0}, mine={"net_value": 9.0})
    assert found["decision"]["take"] == "mine"
    assert "oracle" not in found["decision"]["verdicts"]
    assert "oracle" not in found["decision"]["front"]


def test_a_policy_that_fails_a_check_of_the_scenario_is_not_taken_and_that_is_said():
    policies = {"loud": {"net_value": 90.0}, "mine": {"net_value": 9.0}}
    found = decided(unfit=["loud"], **policies)
    assert found["decision"]["take"] == "mine"
    assert "Not to be taken: loud fails mutes <= 5" in said(found)
    assert decided(unfit=["loud", "mine"], **policies)["decision"]["take"] == "base"
    nobody = decided(unfit=["loud", "mine", "base"], **policies)
    assert nobody["decision"]["take"] is None
    assert "Nothing to take: base fails" in said(nobody)


CHOSEN = {"metric": "conversion_rate", "indifference": 0.01, "most": 300, "dropped": {}, "unfit": {}, "nights": 90}


def test_what_a_choice_has_left_is_taken_whatever_else_would_be_better():
    policies = {
        "rich": {"net_value": 90.0, "conversion_rate": 1.0},
        "many": {"net_value": -9.0, "conversion_rate": 9.0},
    }
    found = decided(choice=CHOSEN | {"left": ["many"], "unsure": []}, **policies)
    assert (found["decision"]["goal"], found["decision"]["take"]) == ("conversion_rate", "many")
    assert said(found).startswith(
        "Take many: the best in conversion_rate, with 95% confidence if the next is at least 1 p"
    )
    assert said(found).count("Take ") == 1
    assert "Beside base: conversion_rate +9" in said(found)
    both = decided(choice=CHOSEN | {"left": ["many", "rich"], "unsure": []}, **policies)
    assert both["decision"]["take"] is None
    assert "Not decided which is best in conversion_rate, many or rich" in said(both)


def test_sizes_of_shares_are_said_in_points():
    found = decided(close={"net_value": 0.1}) | {
        "precision": {"half_widths": {"conversion_rate": 0.002}, "most": 300, "not_reached": {"conversion_rate": 0.004}}
    }
    assert "conversion_rate ±0.2 points (it is ±0.4 points)" in said(found)
    margins = {"conversion_rate": 0.02}
    assert "more than 2 points" in said(decided("conversion_rate", margins, close={"conversion_rate": 0.019}))


def test_one_night_decides_nothing():
    found = decided(n=1, mine={"net_value": 9.0})
    assert found["decision"]["take"] is None
    assert "One night decides nothing" in said(found)


def test_the_front_is_of_those_that_nobody_beats_in_everything():
    rng = np.random.default_rng(3)
    night = rng.standard_normal(30)

    def policy(brings, costs):
        return np.stack([brings + night, costs + 0.1 * rng.standard_normal(30)])

    values = {"loud": policy(5.0, 4.0), "quiet": policy(2.0, 1.0), "worst": policy(1.0, 5.0), "luck": policy(1.99, 1.0)}
    values["luck"][1] = values["quiet"][1]
    values["luck"][0] = values["quiet"][0] - 0.01 - rng.standard_normal(30)  # behind by no more than luck
    found = front(values, ("conversion_rate", "annoyance_mean"))
    assert found["loud"] is found["quiet"] is found["luck"] is None
    assert found["worst"] in ("loud", "quiet")
