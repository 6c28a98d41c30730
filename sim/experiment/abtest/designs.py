"""Designs of an A/B test: which viewers, or which minutes of a night, belong to which of the two arms.

viewer      every viewer is assigned by a coin of their own
cluster     viewers of one side and segment, who read the same chat, are assigned together
switchback  the arms take turns, block by block, by coin (Bojinov, Simchi-Levi & Zhao, arXiv 2009.00148)
match       whole nights are assigned: nothing is split

Coins are keyed by seed and replication alone, so arms do not depend on what the policies do.  Nights of cluster and
switchback go in pairs that mirror one another: what is in one arm in the first is in the other in the second.  So
every cell and every block is once in each arm, and a difference between arms is none between cells or blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from sim.world.match import DAY
from sim.world.night import Night, World

DesignName = Literal["viewer", "match", "switchback", "cluster"]
DESIGNS: tuple[DesignName, ...] = get_args(DesignName)
SplitName = Literal["viewer", "switchback", "cluster"]
SPLIT: tuple[SplitName, ...] = get_args(SplitName)  # both arms live in one night
CONTROL, TREATMENT = 0, 1
VIEWERS, CELLS, TURNS = 1, 2, 3  # what coins are for: each design has its own

Arms = NDArray[np.int64]  # CONTROL or TREATMENT
Ids = NDArray[np.intp]


class Split(Protocol):
    """One match of a night, divided between the arms."""

    def reached(self, arm: int, ids: Ids | None, time: float) -> Ids | None:
        """Whom of these viewers (None: of all) an arm reaches with what it says at `time` [s]; None: all of them."""

    def until(self, time: float) -> float:
        """Until when what is said at `time` may run [s]."""


@dataclass(frozen=True, eq=False)
class People:
    """Every viewer belongs to an arm, for all matches and the days after."""

    arms: Arms  # (N,)

    def reached(self, arm: int, ids: Ids | None, time: float) -> Ids:
        """Its own of them."""
        return np.flatnonzero(self.arms == arm) if ids is None else ids[self.arms[ids] == arm]

    def until(self, time: float) -> float:
        """As long as the push says."""
        return np.inf


@dataclass(frozen=True, eq=False)
class Turns:
    """The arms take turns: in blocks while the broadcast runs, and day by day afterwards."""

    arms: Arms  # (blocks + days,) whose turn it is
    opens: float  # s from kick-off
    closes: float
    block: float  # s

    def reached(self, arm: int, ids: Ids | None, time: float) -> Ids | None:
        """All of them if it is its turn, else nobody."""
        return ids if self.at(time) == arm else np.zeros(0, np.intp)

    def at(self, time: float | NDArray[np.float64]) -> Arms:
        """Whose turn it is at each time [s]."""
        return self.arms[self._turn(time)]

    def until(self, time: float) -> float:
        """Offers end with the turn, so that in each only one arm's run."""
        turn, blocks = int(self._turn(time)), self._blocks
        if turn < blocks:
            return min(self.opens + (turn + 1) * self.block, self.closes)
        return self.closes + (turn + 1 - blocks) * DAY

    @property
    def _blocks(self) -> int:
        return blocks_in(self.opens, self.closes, self.block)

    def _turn(self, time: float | NDArray[np.float64]) -> Arms:
        block = (np.asarray(time) - self.opens) // self.block
        day = self._blocks + (np.asarray(time) - self.closes) // DAY
        turn = np.where(np.asarray(time) < self.closes, np.minimum(block, self._blocks - 1), day)
        return np.clip(turn, 0, len(self.arms) - 1).astype(np.int64)


def blocks_in(opens: float, closes: float, block: float) -> int:
    """Blocks of a broadcast; the last may be shorter."""
    return int(np.ceil((closes - opens) / block))


def split(design: SplitName, world: World, seed: int, replication: int, viewers: int, block: float) -> list[Split]:
    """How `design` divides a replication between the arms, match by match; `block` [s] is for switchbacks."""
    if design == "switchback":
        return [_turns(world, seed, replication, fixture, block) for fixture in range(len(world.fixed))]
    night = world.night(seed, replication, viewers)
    arms = _by_viewer(night) if design == "viewer" else _by_cell(night)
    return [People(arms)] * len(world.fixed)


def _by_viewer(night: Night) -> Arms:
    return _coins(VIEWERS, night.seed, night.replication).integers(2, size=len(night.crowd))


def _by_cell(night: Night) -> Arms:
    segments = len(night.scenario.audience.segments)
    cell = night.crowd.known["side"].astype(np.int64) * segments + night.crowd.viewers["segment"]
    return np.asarray(_mirrored(CELLS, night.seed, night.replication, 0, 3 * segments)[cell])


def _turns(world: World, seed: int, replication: int, fixture: int, block: float) -> Turns:
    match, told = world.match(seed, replication, fixture), world.scenario
    blocks = blocks_in(match.opens, match.closes, block)
    days = int(np.ceil(max(told.days_after, *_gaps(told.days)))) + 1
    # Mirrored nights may be of unequal length: the coins of the days come first, so that they mirror, too.
    coins = _mirrored(TURNS, seed, replication, fixture, days + blocks)
    return Turns(np.concatenate([coins[days:], coins[:days]]), match.opens, match.closes, block)


def _gaps(days: tuple[float, ...]) -> list[float]:
    """Days from each match of a season to the next; 0 where there is one match."""
    return [0.0, *np.diff(days).tolist()]


def _mirrored(purpose: int, seed: int, replication: int, fixture: int, size: int) -> Arms:
    pair, second = divmod(replication, 2)
    return _coins(purpose, seed, pair, fixture).integers(2, size=size) ^ second


def _coins(*key: int) -> np.random.Generator:
    return np.random.default_rng(key)
