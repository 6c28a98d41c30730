"""What the loops are given: the viewers' records, and what stays the same all night."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.redlines import LIMITS, Limits
from sim.engine.rules import Rules, coupons_until, rules_of, tier_discounts
from sim.world.night import Night
from sim.world.stage import Curves

NEVER = np.inf
NONE, PAGE, ASKED, PAYING, LAPSING, REFUSED, WAITING, DEARER, READING = range(9)  # the errand a viewer has in hand


class People(NamedTuple):
    """The viewers' records, and when each next has something to do."""

    known: NDArray[np.void]  # (N,) KNOWN
    viewers: NDArray[np.void]  # (N,) VIEWER
    tastes: NDArray[np.int8]  # (N, categories)
    signals: NDArray[np.uint8]  # (N, categories)
    due: NDArray[np.float64]  # (N,) s: the earlier of own_at and errand_at


GOOD = np.dtype(
    [
        ("price", "i8"),  # list price [minor units]
        ("own_price", "i8"),  # without any offer [minor units]
        ("reference", "i8"),  # reference price [minor units]
        ("most_off", "i8"),  # what all reductions together may take off [minor units]
        ("due", "f8"),  # share that is paid at once
        ("exposure", "f8"),  # weight in the shopping zone
        ("length", "f8"),  # of content [s]
        ("category", "i8"),  # -1: none
        ("side", "i8"),  # HOME, AWAY or NEUTRAL
        ("coupon", "i8"),  # number of the coupon, -1: none
        ("kind", "u1"),  # ItemKind
        ("sized", "u1"),
        ("tier", "u1"),  # least tier that may buy it
        ("early", "u1"),  # whether early supporters may, whatever their tier
    ],
    align=True,
)


PLACE = np.dtype(
    [
        ("forced", "?"),
        ("standing", "?"),
        ("spoken", "?"),
        ("in_shop", "?"),
    ],
    align=True,
)


class Scene(NamedTuple):
    """What stays the same all night."""

    seed: int
    chapter: int  # the replication and the match of the season, as draws are keyed by them
    curves: Curves
    goods: NDArray[np.void]  # (I,) GOOD
    first_part: NDArray[np.int64]  # (I + 1,)
    part: NDArray[np.int64]  # (parts,) shelf
    units: NDArray[np.int64]  # (parts,)
    shelf_sized: NDArray[np.bool_]  # (I,) whether an item comes in sizes; of shelves, whether the SKU depends on them
    coupon_off: NDArray[np.int64]  # (coupons, I) minor units
    coupon_until: NDArray[np.float64]  # (matches so far, coupons) s
    tier_off: NDArray[np.int64]  # (tiers + 1, I) minor units
    tier_share: NDArray[np.float64]  # (tiers + 1,)
    sizes: int  # size slots a shelf
    places: NDArray[np.void]  # (surfaces,) PLACE
    rules: Rules
    numbers: NDArray[np.void]  # (1,) the model's numbers as a record, which is passed by address
    limits: NDArray[np.void]  # (1,) LIMITS of the red lines


def scene_of(night: Night, limits: Limits) -> Scene:
    """A night as compiled loops take it, with the `limits` of the red lines."""
    c, surfaces = night.catalogue, night.scenario.surfaces.by_index()
    goods, places = np.zeros(len(c.keys), GOOD), np.zeros(len(surfaces), PLACE)
    for name in GOOD.names or ():
        goods[name] = getattr(c, name)
    for name in PLACE.names or ():
        places[name] = [getattr(s, name) for s in surfaces]
    return Scene(
        night.seed, night.chapter, night.stage.curves, goods, c.first_part, c.part, c.units, c.sized, c.coupon_off,
        coupons_until(night), c.tier_off, tier_discounts(night), c.sizes, places, rules_of(night), night.numbers,
        np.array([limits], LIMITS),
    )  # fmt: skip
