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
    assert told["orders"] <= played.books.orders
    assert told["orders"] > 0
    assert sum(rewards) > 0


def test_actions_do_something():
    quiet, loud = (lived(env(), 3, action) for action in (0, len(ARMS) - 1))
    shown = OBSERVED.index("shown")
    assert max(seen[shown] for seen in loud[0]) > 1 > max(seen[shown] for seen in quiet[0]) == 0


def test_a_step_before_the_first_night_is_an_error():
    with pytest.raises(gymnasium.error.ResetNeeded):
        env().step(0)
