"""Rounds: every few minutes each viewer who is there gets an arm, by chances that are known and written down.

The same rounds gather logs, play what was learnt, and tell the truth about it: they differ only in the chances.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.learning.arms import ARMS, items_now, pushes_of
from sim.learning.features import Matrix, features
from sim.policy import Item, Push, View

EVERY = 240.0  # s between rounds
AT_ONCE = 1 << 15  # viewers: as many as near memory holds


class Moment(NamedTuple):
    """A round for some of a side's viewers: what is on offer, and what the platform knows of them."""

    who: NDArray[np.intp]  # (n,) viewers
    x: Matrix  # (n, F)
    side: int
    item: Item


Chances = Callable[[Moment], NDArray[np.floating]]  # (n, arms), each row adding up to 1


class Logged(NamedTuple):
    """What was drawn for them."""

    time: float  # s
    moment: Moment
    arm: NDArray[np.int8]  # (n,)
    chance: NDArray[np.float32]  # (n,) of the arm that was drawn


class Rounds:
    """A policy that draws arms from `chances`; `log` keeps every round."""

    def __init__(self, chances: Chances, *, log: bool = False) -> None:
        self.chances, self.keeps, self.log = chances, log, list[Logged]()
        self.turn, self.next_at = 0, float("-inf")

    def decide(self, view: View) -> list[Push]:
        """A round every few minutes, from the first window on."""
        if view.time < self.next_at:
            return []
        self.next_at, self.turn = view.time + EVERY, self.turn + 1
        v = view.viewers
        there, side = v.present & ~v.muted, v.side
        chosen = np.zeros(len(v), np.int8)
        for of, item in items_now(view, self.turn).items():
            who = np.flatnonzero(there & (side == of))
            for first in range(0, len(who), AT_ONCE):
                some = who[first : first + AT_ONCE]
                chosen[some] = self._round(view, some, of, item)
        return pushes_of(view, chosen, self.turn)

    def _round(self, view: View, who: NDArray[np.intp], side: int, item: Item) -> NDArray[np.int8]:
        """Arms of some of a side's viewers."""
        moment = Moment(who, features(view, view.viewers.take(who), item), side, item)
        chances = self.chances(moment)
        arm = _drawn(chances, view.random.random(len(who)))
        if self.keeps:
            self.log.append(Logged(view.time, moment, arm, chances[np.arange(len(who)), arm].astype(np.float32)))
        return arm


def _drawn(chances: NDArray[np.floating], u: NDArray[np.float64]) -> NDArray[np.int8]:
    """An arm a row by its chances; one number `u` a row decides."""
    edges = np.cumsum(chances, axis=1)
    arms = (u[:, None] * edges[:, -1:] >= edges).sum(axis=1)
    return np.asarray(np.minimum(arms, chances.shape[1] - 1), np.int8)


EXPLORING = np.array([0.5, 0.1, 0.1, 0.1, 0.1, 0.1])


def exploring(moment: Moment) -> NDArray[np.float64]:
    """Nothing for one half, and each other arm for a tenth, by lot."""
    return np.broadcast_to(EXPLORING, (len(moment.who), len(ARMS)))
