"""The Gymnasium environment: it keeps Gymnasium's contract, and lives the night that the engine plays."""

from __future__ import annotations

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from policies.no_push import NoPush
from sim.engine.play import play
from sim.learning.arms import ARMS
from sim.learning.environment import OBSERVED, MatchNight
from sim.policy.check import PolicyError
from tests.worlds import shop, world

PEOPLE = 120


def env() -> MatchNight:
    return MatchNight(world(shop=shop(300)), viewers=PEOPLE)


def lived(e: MatchNight, seed: int, action: int) -> tuple[list[np.ndarray], list[float], dict]:
    seen, info = e.reset(seed=seed)
    observations, rewards, over = [seen], [], False
    while not over:
        seen, reward, over, _, told = e.step(action)
        observations.append(seen)
        rewards.append(reward)
    return observations, rewards, info | told


def test_it_keeps_the_contract():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env(), skip_render_check=True)


def test_the_same_seed_is_the_same_night():
    one, two = (lived(env(), 3, 2) for _ in range(2))
    np.testing.assert_array_equal(one[0], two[0])
    assert one[1:] == two[1:]
    assert lived(env(), 4, 2)[2]["replication"] != one[2]["replication"]


def test_who_does_nothing_lives_the_night_without_pushes():
    e = env()
    _, rewards, told = lived(e, 3, 0)
    night = e.world.night(e.world.scenario.experiment.seed, told["replication"], PEOPLE)
    played = play(night, NoPush(), "no_push")
    paid = played.books.payments()
    assert told["orders"] == len(paid) > 0
    margin = paid["price"].sum() - night.catalogue.cost_at_once[paid["item"]].sum()
    assert sum(rewards) == pytest.approx(margin / 100.0)


def test_actions_do_something():
    quiet, loud = (lived(env(), 3, action) for action in (0, len(ARMS) - 1))
    shown = OBSERVED.index("shown")
    assert max(seen[shown] for seen in loud[0]) > 1 > max(seen[shown] for seen in quiet[0]) == 0


def test_a_step_before_the_first_night_or_after_its_end_is_an_error():
    e = env()
    with pytest.raises(gymnasium.error.ResetNeeded):
        e.step(0)
    lived(e, 3, 0)
    with pytest.raises(gymnasium.error.ResetNeeded):
        e.step(0)


@pytest.mark.parametrize("action", [-1, len(ARMS), 2.5, "pop_up"])
def test_an_action_that_is_none_is_an_error(action):
    e = env()
    e.reset(seed=1)
    with pytest.raises(ValueError, match="an action is a whole number from 0 to 5"):
        e.step(action)


def test_what_cannot_be_a_night_is_an_error():
    goals = {"home": {"name": "A", "expected_goals": 1}, "away": {"name": "B", "expected_goals": 1}}
    fixtures = [{"day": day, "match": {"source": "generated", **goals}} for day in (0, 7)]
    for wrong in ({"world": "night.yaml"}, {"world": world(match=None, fixtures=fixtures)}):
        with pytest.raises(ValueError, match="a scenario with one match"):
            MatchNight(**wrong)
    for wrong in ({"viewers": 0}, {"rest": -1.0}, {"muted_costs": float("nan")}):
        with pytest.raises(ValueError, match="needs viewers"):
            MatchNight(world(), **wrong)


def test_a_policy_error_is_told_as_such():
    """Offers that a till keeps alive fill all slots."""
    e = MatchNight(world(shop=shop(300, price_lag=3600.0)), viewers=PEOPLE, rest=0.0)
    with pytest.raises(PolicyError, match="more than 64 offers"):
        lived(e, 1, 1)
