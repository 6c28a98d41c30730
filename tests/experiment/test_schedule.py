"""How many nights are played: as many as it takes, and no more than is allowed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.errors import MatchdayError
from sim.experiment.choosing import told
from sim.experiment.comparison import half_width
from sim.experiment.runs import Plan, Stopping, values_of
from sim.experiment.session import schedule_of
from sim.policy.find import find_all
from tests.experiment.nights import nights
from tests.worlds import world

PLAN = Plan(world(), find_all(("no_push", "blast", "lull_only")), 1, 100, 60, control="no_push")
NAMES = tuple(policy.name for policy in PLAN.policies)


def run(plan, values, metric="orders"):
    """What a schedule plays of values that are there, batch by batch."""
    schedule, batches, done = schedule_of(plan), [], []
    every = {name: nights(metric, {name: x}) for name, x in values.items()}
    while jobs := schedule(done):
        done += [every[plan.policies[p].name][r] for r, p in jobs]
        batches.append(jobs)
    return batches, done


def values(rng, n=100, **apart):
    night = 5.0 * rng.standard_normal(n)
    return {name: night + apart.get(name, 0.0) + rng.standard_normal(n) for name in NAMES}


def test_a_fixed_number_is_played_at_once_and_what_is_done_is_not_played_again():
    plan = replace(PLAN, replications=2)
    assert schedule_of(plan)([]) == plan.jobs
    assert schedule_of(plan)(nights("orders", {name: [1.0] for name in NAMES})) == plan.jobs[3:]


def test_nights_are_added_until_every_difference_is_as_narrow_as_asked():
    given = values(np.random.default_rng(1))
    plan = replace(PLAN, stopping=Stopping({"orders": 0.35}))
    batches, done = run(plan, given)
    n = len(done) // 3
    assert [len(batch) // 3 for batch in batches] == [30] + [10] * (len(batches) - 1)
    assert 40 <= n < 100

    def widest(k):
        base, *others = values_of(done[: 3 * k], "orders").values()
        return max(half_width(np.stack([x - base for x in others])))

    assert widest(n) <= 0.35 < widest(n - 10)


def test_no_more_nights_than_are_allowed_are_played():
    batches, done = run(
        replace(PLAN, replications=45, stopping=Stopping({"orders": 1e-9})), values(np.random.default_rng(2))
    )
    assert len(done) == 3 * 45
    assert len(batches[-1]) == 3 * 5


def test_a_stopped_run_goes_on_as_if_it_had_not_been_stopped():
    plan = replace(PLAN, stopping=Stopping({"orders": 0.35}))
    batches, done = run(plan, values(np.random.default_rng(1)))
    assert schedule_of(plan)(done[:90]) == batches[1]
    assert schedule_of(plan)(done) == []


def test_policies_that_cannot_be_the_best_are_played_no_more_and_the_baseline_always():
    given = values(np.random.default_rng(3), no_push=-9.0, blast=0.3, lull_only=0.0)
    batches, done = run(replace(PLAN, stopping=Stopping(choose=("orders", 0.3))), given)
    assert len(batches[0]) == 3 * 30
    assert {PLAN.policies[p].name for batch in batches[1:] for _, p in batch} == set(NAMES)
    count = {name: sum(night.policy == name for night in done) for name in NAMES}
    assert count["no_push"] == max(count.values())
    lost = replace(PLAN, stopping=Stopping(choose=("orders", 0.3)))
    batches, done = run(lost, values(np.random.default_rng(3), no_push=-9.0, blast=-9.0, lull_only=0.0))
    assert len(done) == 90


def coverage(trials, skewed):
    """Share of runs whose interval of a difference that is 0 holds it, at the end of the sequential rule."""
    rng, held = np.random.default_rng(11), 0
    plan = replace(PLAN, policies=PLAN.policies[:2], replications=300, stopping=Stopping({"orders": 0.5}))
    for _ in range(trials):
        noise = rng.standard_exponential((2, 300)) * 1.2 if skewed else rng.standard_normal((2, 300)) * 1.2
        _, done = run(plan, dict(zip(NAMES, noise, strict=False)))
        base, other = values_of(done, "orders").values()
        held += abs((other - base).mean()) <= half_width((other - base)[np.newaxis])[0]
    return held / trials


@pytest.mark.parametrize("skewed", [False, True])
def test_stopping_by_width_keeps_the_coverage(skewed):
    """A/A: 95%, within three standard errors of 150 trials; docs/experiments.md has 1,000 with real nights."""
    assert coverage(150, skewed) >= 0.95 - 3 * (0.95 * 0.05 / 150) ** 0.5


def test_a_policy_that_fails_a_check_of_the_gate_is_no_choice():
    check = {"metric": "orders", "vs": "no_push", "require": "<= 5"}
    checked = replace(PLAN, world=world(experiment={"gate": [check]}), stopping=Stopping(choose=("orders", 0.3)))
    given = values(np.random.default_rng(3), no_push=-1.0, blast=9.0, lull_only=1.0)
    _, done = run(checked, given)
    found = told(checked, done, "orders", 0.3)
    assert found["left"] == ["lull_only"]
    assert found["unfit"] == {"blast": "orders vs no_push <= 5"}
    assert found["unsure"] == []
    assert told(replace(checked, world=PLAN.world), done, "orders", 0.3)["left"] == ["blast"]
    nobody = replace(checked, world=world(experiment={"gate": [{**check, "vs": None, "require": "<= -50"}]}))
    assert told(nobody, done, "orders", 0.3)["left"] == []


def test_a_measure_that_no_night_has_is_never_as_precise_as_asked():
    given = values(np.random.default_rng(3))
    given["blast"][:] = np.nan
    with pytest.raises(MatchdayError, match="30 nights have no orders to take a difference of"):
        run(replace(PLAN, stopping=Stopping({"orders": 0.3})), given)


def test_a_measure_that_some_nights_lack_is_no_ground_for_a_choice():
    given = values(np.random.default_rng(3))
    given["blast"][4] = np.nan
    with pytest.raises(MatchdayError, match="some nights have no orders"):
        run(replace(PLAN, stopping=Stopping(choose=("orders", 0.3))), given)
