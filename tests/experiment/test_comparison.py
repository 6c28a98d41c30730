"""Means, paired differences and their intervals, against scipy and against what they must be."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.experiment import comparison
from sim.experiment.comparison import bca, compare, decided, half_width


def table(**policies: list[float]) -> pd.DataFrame:
    rows = [(name, r, x, 2.0) for name, values in policies.items() for r, x in enumerate(values)]
    return pd.DataFrame(rows, columns=["policy", "replication", "orders", "mutes"])


def compared(**policies: list[float]):
    return compare(table(**policies), scenario="s", seed=3, baseline="a")


def test_means_have_t_intervals():
    x = [3.0, 5.0, 4.0, 9.0]
    got = compared(a=x)["policies"]["a"]["orders"]
    low, high = stats.t.interval(0.95, 3, np.mean(x), stats.sem(x))
    assert [got["mean"], got["low"], got["high"]] == pytest.approx([5.25, low, high])


def test_twins_have_t_intervals_over_nights_under_each_policy_but_the_baseline():
    nights, twins = table(a=[0.0] * 4, b=[0.0] * 4, c=[0.0] * 4), table(b=[3.0, 5.0, 4.0, 9.0], c=[1.0] * 4)
    got = compare(nights, twins, scenario="s", seed=3, baseline="a")["twins"]
    low, high = stats.t.interval(0.95, 3, 5.25, stats.sem([3.0, 5.0, 4.0, 9.0]))
    assert list(got) == ["b", "c"]
    assert [got["b"]["orders"][k] for k in ("mean", "low", "high")] == pytest.approx([5.25, low, high])
    assert got["c"]["orders"] == {"mean": 1.0, "low": 1.0, "high": 1.0, "nights": 4}
    assert compared(a=[1.0, 2.0], b=[1.0, 2.0])["twins"] == {}


def test_differences_are_paired_by_replication_whatever_the_order_of_rows():
    noise = np.array([10.0, 200.0, 35.0, 4.0, 90.0])
    step = np.array([1.0, 1.1, 0.9, 1.2, 0.8])
    rows = table(a=list(noise), b=list(noise + step)).sample(frac=1, random_state=1)
    got = compare(rows, scenario="s", seed=3, baseline="a")["differences"]
    low, high = stats.t.interval(0.95, 4, 1.0, stats.sem(step))
    assert list(got) == ["b"]
    assert [got["b"]["orders"][k] for k in ("mean", "low", "high")] == pytest.approx([1.0, low, high])
    assert got["b"]["orders"]["variance_reduction"] > 1000
    assert low < got["b"]["orders"]["bca_low"] < 1.0 < got["b"]["orders"]["bca_high"] < high


def test_the_bootstrap_interval_leans_where_the_data_leans():
    skewed = compared(a=[0.0] * 20, b=[0.0] * 17 + [1.0, 5.0, 30.0])["differences"]["b"]["orders"]
    assert skewed["bca_high"] - skewed["mean"] > skewed["mean"] - skewed["bca_low"]
    assert skewed["bca_low"] >= 0.0 > skewed["low"]


def test_the_bootstrap_takes_as_much_memory_as_it_is_given_and_none_where_nights_are_many(monkeypatch):
    skewed = np.random.default_rng(4).standard_exponential((3, 40))
    whole = bca(skewed)
    monkeypatch.setattr(comparison, "AT_A_TIME", 100 * skewed.size)
    assert bca(skewed) == pytest.approx(whole, rel=1e-12)
    many = np.random.default_rng(4).standard_exponential((2, comparison.MANY))
    mean, half = many.mean(axis=1), half_width(many)
    assert bca(many) == pytest.approx(np.stack([mean - half, mean + half], axis=1))


def test_the_same_twice_is_the_same():
    given = {"a": [1.0, 2.0, 4.0, 8.0], "b": [2.0, 2.0, 5.0, 9.0]}
    assert compared(**given) == compared(**given)


def test_what_does_not_vary_has_the_t_interval_and_no_nan():
    got = compared(a=[1.0, 2.0, 4.0], b=[2.0, 3.0, 5.0])
    difference = got["differences"]["b"]["orders"]
    assert [difference[k] for k in ("mean", "low", "high", "bca_low", "bca_high")] == [1.0] * 5
    assert difference["variance_reduction"] is None
    json.dumps(got, allow_nan=False)


def test_one_replication_has_no_interval_and_says_so():
    got = compared(a=[1.0], b=[4.0])
    assert got["policies"]["b"]["orders"] == {"mean": 4.0, "low": None, "high": None, "nights": 1}
    assert got["differences"]["b"]["orders"]["mean"] == 3.0
    assert {v for k, v in got["differences"]["b"]["orders"].items() if k not in ("mean", "nights")} == {None}
    assert "no intervals" in got["note"]
    json.dumps(got, allow_nan=False)


def test_nights_without_anything_to_take_a_share_of_count_in_no_mean_and_no_pair():
    none = float("nan")
    got = compared(a=[none, 2.0, 4.0, none, 3.0], b=[1.0, 3.0, 4.0, none, 5.0], c=[none] * 5)
    a, b, c = (got["policies"][policy]["orders"] for policy in "abc")
    assert (a["mean"], a["nights"]) == (3.0, 3)
    assert (b["mean"], b["nights"]) == (3.25, 4)
    assert c == {"mean": None, "low": None, "high": None, "nights": 0}
    apart = got["differences"]["b"]["orders"]
    assert (apart["mean"], apart["nights"]) == (1.0, 3)
    same = compared(a=[2.0, 4.0, 3.0], b=[3.0, 4.0, 5.0])["differences"]["b"]["orders"]
    assert apart == same
    assert got["differences"]["c"]["orders"]["mean"] is None
    json.dumps(got, allow_nan=False)


def test_without_a_baseline_there_are_no_differences():
    got = compare(table(a=[1.0, 2.0], b=[1.0, 3.0]), scenario="s", seed=3, baseline=None)
    assert got["differences"] == {}
    assert got["baseline"] is None


def test_what_is_the_same_every_night_is_decided_from_six_nights_on():
    assert not decided(0.3, 1e-17, 2)
    assert not decided(0.3, 0.0, 5)
    assert decided(-0.3, 0.0, 6)
    assert decided(-0.3, 0.2, 2)
    assert not decided(0.0, 0.0, 50)
