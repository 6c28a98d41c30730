"""Teams that buy together, by the slot of their offer: who waits for the team to be full."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.world.promotions import MOST_TEAM


class Teams(NamedTuple):
    """The open team of every running team offer, and how many have been full."""

    waiting: NDArray[np.int64]  # (slots,) members of the open team
    full: NDArray[np.int64]  # (slots,) teams that were complete
    viewer: NDArray[np.int64]  # (slots, MOST_TEAM) members, in the order in which they joined
    size: NDArray[np.int64]  # (slots, MOST_TEAM) the size slots they want
    value: NDArray[np.float64]  # (slots, MOST_TEAM) what emotion added to their log odds
    flag: NDArray[np.int64]  # (slots, MOST_TEAM) of their rows


def no_teams(slots: int) -> Teams:
    """Nobody waits."""
    none, seats = np.zeros(slots, np.int64), np.zeros((slots, MOST_TEAM), np.int64)
    return Teams(none.copy(), none, seats.copy(), seats.copy(), np.zeros(seats.shape), seats)
