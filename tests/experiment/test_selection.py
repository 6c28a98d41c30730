"""Kim and Nelson's procedure against what it promises, on values that are made up."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiment.selection import KimNelson


def drawn(rng, means, nights, noise=1.0, common=3.0):
    night = common * rng.standard_normal(nights)  # the same for all policies, as common random numbers make it
    return {name: mean + night + noise * rng.standard_normal(nights) for name, mean in means.items()}


def used(found, nights):
    return sum(found.dropped.values()) + max(found.dropped.values(), default=nights)


def test_the_best_is_picked_at_the_promised_rate():
    """Three are the indifference behind: the hardest case.  400 trials: 0.95 less three standard errors is 0.917."""
    rng, right, spent = np.random.default_rng(1), 0, []
    for _ in range(400):
        values = drawn(rng, {"a": 0.0, "b": 0.5, "c": 0.0, "d": 0.0}, 400)
        found = KimNelson.of(values, "orders", 0.5, pilot=30)
        assert len(found.left) == 1
        right += found.left == ("b",)
        spent.append(used(found, 400))
    assert right / 400 > 0.917
    apart = drawn(rng, {"a": 0.0, "b": 0.5, "c": 0.0, "d": 0.0}, 4000)
    shuffled = {name: rng.permutation(x) for name, x in apart.items()}  # independent nights
    assert np.mean(spent) < 0.5 * used(KimNelson.of(shuffled, "orders", 0.5, pilot=30), 4000)


def test_of_what_is_better_with_less_the_least_is_picked():
    values = drawn(np.random.default_rng(2), {"a": 4.0, "b": 2.0, "c": 3.0}, 200)
    found = KimNelson.of(values, "annoyance_mean", 0.5, pilot=30)
    assert found.left == ("b",)
    assert set(found.dropped) == {"a", "c"}
    assert all(30 <= n <= 200 for n in found.dropped.values())


def test_nobody_is_dropped_before_it_is_time():
    values = drawn(np.random.default_rng(3), {"a": 0.0, "b": 0.01}, 40, noise=5.0)
    found = KimNelson.of(values, "orders", 0.5, pilot=30)
    assert set(found.left) == {"a", "b"}
    assert found.dropped == {}


def test_policies_that_are_the_same_leave_one():
    same = np.random.default_rng(4).standard_normal(50)
    assert KimNelson.of({"a": same, "b": same}, "orders", 0.5, pilot=30).left == ("a",)


def test_what_was_played_of_a_policy_that_is_dropped_ends_there():
    values = drawn(np.random.default_rng(5), {"a": 0.0, "b": 9.0, "c": 8.9}, 60)
    short = {**values, "a": values["a"][:30]}
    assert KimNelson.of(short, "orders", 0.5, pilot=30).dropped["a"] == 30
    assert KimNelson.of(short, "orders", 0.5, pilot=30) == KimNelson.of(values, "orders", 0.5, pilot=30)


def test_a_night_without_a_value_is_refused():
    with pytest.raises(ValueError, match="no value in some nights"):
        KimNelson.of({"a": [1.0, float("nan")] * 20, "b": [1.0] * 40}, "return_rate", 0.1, pilot=30)
