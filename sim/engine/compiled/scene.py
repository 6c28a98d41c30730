"""What the loops are given: the viewers' records, and what stays the same all night."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.world.night import Night
from sim.world.stage import Curves

NEVER = np.inf
NONE, PAGE, ASKED, PAYING, LAPSING, REFUSED, WAITING = 0, 1, 2, 3, 4, 5, 6  # the errand a viewer has in hand


class People(NamedTuple):
    """The viewers' records, and when each next has something to do."""

    known: NDArray[np.void]  # (N,) KNOWN
    viewers: NDArray[np.void]  # (N,) VIEWER
    tastes: NDArray[np.int8]  # (N, categories)
    due: NDArray[np.float64]  # (N,) s: the earlier of own_at and errand_at


GOOD = np.dtype(
    [
        ("price", "i8"),  # list price [minor units]
        ("reference", "i8"),  # reference price [minor units]
        ("category", "i8"),
        ("side", "i8"),  # HOME, AWAY or NEUTRAL
        ("sized", "u1"),
    ],
    align=True,
)


PLACE = np.dtype(
    [
        ("salience", "f8"),
        ("intrusiveness", "f8"),
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
    replication: int
    curves: Curves
    goods: NDArray[np.void]  # (P,) GOOD: what of the catalogue viewers look at
    sizes: int  # size slots a product
    places: NDArray[np.void]  # (surfaces,) PLACE
    numbers: NDArray[np.void]  # (1,) the model's numbers as a record, which is passed by address


def scene_of(night: Night) -> Scene:
    """A night as compiled loops take it."""
    c, surfaces = night.catalogue, night.scenario.surfaces.by_index()
    goods, places = np.zeros(len(c.keys), GOOD), np.zeros(len(surfaces), PLACE)
    for name in GOOD.names or ():
        goods[name] = getattr(c, name)
    for name in PLACE.names or ():
        places[name] = [getattr(s, name) for s in surfaces]
    return Scene(night.seed, night.replication, night.stage.curves, goods, c.sizes, places, night.numbers)
