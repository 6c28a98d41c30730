"""What the shop and its host have decided, as both engines read it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import DAY, host_manner, promise_pull
from sim.world.night import Night


class Rules(NamedTuple):
    """What the shop and its host have decided."""

    stacks: bool  # reductions add up
    holds_stock: bool  # a unit is kept for who joins a team
    price_lag: float  # s
    rebate: float  # share of a payment
    early: float  # s from kick-off until which who comes is an early supporter
    expertise: float  # the host's
    manner: float  # log odds that the host's way of speaking adds
    promise: float  # log odds that the promised delivery adds


def rules_of(night: Night) -> Rules:
    """What the scenario says of them."""
    shop, host = night.scenario.shop, night.scenario.host
    return Rules(
        stacks=night.catalogue.stacks,
        holds_stock=shop.group_buy.holds_stock,
        price_lag=float(shop.price_lag),
        rebate=float(shop.rebate.share),
        early=night.scenario.loyalty.early * 60.0,
        expertise=float(host.expertise),
        manner=host_manner(host.enthusiasm, host.expertise, night.scenario.assumptions),
        promise=promise_pull(night.scenario.fulfilment.promise, night.scenario.assumptions),
    )


def coupons_until(night: Night) -> NDArray[np.float64]:
    """(matches so far, coupons) until when what was taken at each match can be used [s]."""
    tonight = night.stage.match.full_time + DAY * night.catalogue.coupon_days
    return np.vstack([night.carried.coupons_until, tonight]) if night.carried else tonight[None]


def tier_discounts(night: Night) -> NDArray[np.float64]:
    """(tiers + 1,) what each tier has off, none for who is no member."""
    return np.array([0.0, *(tier.discount for tier in night.scenario.loyalty.tiers.values())])
