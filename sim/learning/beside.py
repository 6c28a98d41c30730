"""What logs say of a policy that was not played, beside what it brings when it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.learning.arms import ARMS
from sim.learning.features import NAMES
from sim.learning.logs import logged_night
from sim.learning.model import Model
from sim.learning.offpolicy import Estimate, doubly_robust, ips, over_nights, snips
from sim.learning.rounds import Chances, Moment
from sim.learning.scored import prices
from sim.policy.items import Item, cards_of
from sim.world.catalogue import stock_up
from sim.world.night import World
from sim.world.scenario import Scenario

REWARDS = ("click", "order")


class Beside(NamedTuple):
    """What logs say of a policy, and what it really brings: clicks or orders a viewer and round."""

    policy: str
    reward: str
    estimates: Mapping[str, Estimate]  # by method
    truth: Estimate
    nights: int  # on which the truth was played


class Nights(NamedTuple):
    """Nights that are played for the truth."""

    world: World
    seed: int
    first: int  # replication
    n: int
    viewers: int


def beside(name: str, chances: Chances, logs: pd.DataFrame, model: Model, nights: Nights) -> Iterator[Beside]:
    """Estimates from `logs`, of nights the model has not seen, and the truth from other `nights`, for each reward.

    `chances` is what the policy would do, and `logs` are as `logged_night` makes them.  Orders are those of viewers who
    have consented.
    """
    wanted = _chances_in(logs, chances, nights.world.scenario)
    played = pd.concat(
        [logged_night(nights.world, chances, nights.seed, nights.first + k, nights.viewers) for k in range(nights.n)],
        ignore_index=True,
    )
    for reward in REWARDS:
        known, real = logs[reward].notna().to_numpy(), played[played[reward].notna()]
        told = estimates(
            logs[known], wanted[known], _expected(logs[known], model, reward, nights.world.scenario), reward
        )
        truth = over_nights(real[reward].to_numpy(float), real["night"].to_numpy(np.int64))
        yield Beside(name, reward, told, truth, nights.n)


def estimates(
    logs: pd.DataFrame, wanted: NDArray[np.float64], expected: NDArray[np.float64], reward: str
) -> dict[str, Estimate]:
    """By method, from logged rounds; `wanted` and `expected` (n, arms) as `doubly_robust` takes them."""
    arm, came = logs["arm"].to_numpy(np.intp), logs[reward].to_numpy(float)
    chance, night = logs["chance"].to_numpy(float), logs["night"].to_numpy(np.int64)
    drawn = wanted[np.arange(len(arm)), arm]
    told = {
        "IPS": ips(came, chance, drawn),
        "SNIPS": snips(came, chance, drawn, night),
        "DR": doubly_robust(came, chance, wanted, arm, expected),
    }
    return {method: over_nights(values, night) for method, values in told.items()}


def _chances_in(logs: pd.DataFrame, chances: Chances, scenario: Scenario) -> NDArray[np.float64]:
    """(n, arms) what a policy would have done in each logged round."""
    out, x = np.zeros((len(logs), len(ARMS))), logs[list(NAMES)].to_numpy(np.float32)
    for rows, side, item in _occasions(logs, scenario):
        out[rows] = chances(Moment(rows, x[rows], side, item))
    return out


def _expected(logs: pd.DataFrame, model: Model, reward: str, scenario: Scenario) -> NDArray[np.float64]:
    """(n, arms) the reward that a model expects of each arm in each logged round."""
    out, x = np.zeros((len(logs), len(ARMS))), logs[list(NAMES)].to_numpy(float)
    for rows, _, item in _occasions(logs, scenario):
        for arm, chance in model.chances(reward, x[rows], prices(item)).items():
            out[rows, arm] = chance
    return out


def _occasions(logs: pd.DataFrame, scenario: Scenario) -> Iterator[tuple[NDArray[np.intp], int, Item]]:
    """Rows of the rounds in which a side was offered an item."""
    catalogue = stock_up(scenario.shop, scenario.loyalty, 1.0, scenario.assumptions)
    cards = cards_of(catalogue, 10**scenario.shop.decimals)
    item, side = logs["item"].to_numpy(str), logs["side"].to_numpy(np.int64)
    for key, of in sorted(set(zip(item.tolist(), side.tolist(), strict=True))):
        on_offer = Item(**cards[key].facts, stock=1, sizes={}, mentions=0.0, surge=1.0)
        yield np.flatnonzero((item == key) & (side == of)), of, on_offer
