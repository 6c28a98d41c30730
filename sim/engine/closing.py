"""How an evening ended: what measures of the night are made of, before the days after change it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.stock import Stock
from sim.world.audience import Crowd


class Closing(NamedTuple):
    """The people and the shelves when the last cart of the night was paid or given up."""

    came: NDArray[np.bool_]  # (N,) who was on the stream at any time
    watched: NDArray[np.float64]  # (N,) time on it [s]
    tolerance: NDArray[np.float32]  # (N,)
    stock: Stock


def close(crowd: Crowd, stock: Stock, closes: float) -> Closing:
    """A copy of how things stand; stays that are still open end with the broadcast, at `closes` [s]."""
    known, viewers = crowd.known, crowd.viewers
    return Closing(
        came=viewers["arrivals"] > 0,
        watched=known["watched"] + np.where(known["present"] == 1, closes - known["joined_at"], 0.0),
        tolerance=viewers["tolerance"].copy(),
        stock=Stock(*(units.copy() for units in stock)),
    )
