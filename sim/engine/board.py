"""The stream's board: what viewers see of shared state, as published at the start of the window they are in."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import behaviour as b
from sim.engine.teams import Teams, no_teams
from sim.parameters import Parameters
from sim.world.catalogue import Catalogue, ItemKind
from sim.world.shelved import shelved

ROUNDING = 1e-6  # s: an offer that ends with a window has ended, whatever sums of window widths are rounded to
SLOTS = 64  # offers that can run at the same time (one bit each in a viewer's word of eligibility)

RUNNING = np.dtype(
    [
        ("opens", "f8"),  # s
        ("expires", "f8"),  # s
        ("salience", "f8"),  # chance to be noticed with eyes off the game
        ("intrusiveness", "f8"),  # average tolerances
        ("said", "f8"),  # log odds that the words about it add
        ("push", "i4"),  # number of the push: window x MOST_PUSHES + position
        ("price", "i4"),  # minor units; of a coupon, what it makes of 10,000
        ("item", "i2"),
        ("surface", "i1"),
        ("team", "u1"),  # people in a team, 0: none
        ("everyone", "u1"),  # the whole audience; otherwise those whose bit is set
        ("gated", "u1"),  # not for everybody: a limited edition, or a coupon that one can have once
        ("exaggerates", "u1"),  # some of what is said of it is not true
    ],
    align=True,
)


class Board(NamedTuple):
    """Arrays that the viewers of one window read."""

    stock: NDArray[np.int64]  # (S x K,) free units as published
    scarce: NDArray[np.bool_]  # (I,) low-stock badge
    empty: NDArray[np.bool_]  # (I,) nothing of it is there to sell, in any size, whatever the board shows: the till's
    voices: NDArray[np.float64]  # (3,) what the chat of each side adds to the log odds of buying
    running: NDArray[np.void]  # (SLOTS,) RUNNING
    live: NDArray[np.int64]  # slots of the offers that run, in the order they were opened
    eligible: NDArray[np.uint64]  # (N,) bit j: in the audience of the offer in slot j; (0,) until somebody needs it
    teams: Teams  # as the till left them
    peak: bool  # play is at a peak, as far as the platform can tell


class Window(NamedTuple):
    """One window: its bounds [s], the board as published at its start, and the slots of the pushes new in it."""

    start: float
    end: float
    board: Board
    fresh: NDArray[np.int64]


class Publisher:
    """Keeps the board up to date: stock figures with their lag, chat heat, and the offers that run."""

    def __init__(
        self,
        catalogue: Catalogue,
        free: NDArray[np.int64],  # (S x K,) units as the night finds them
        viewers: int,
        lag: float,
        price_lag: float,
        parameters: Parameters,
    ) -> None:
        self.catalogue = catalogue
        self.parameters = parameters
        self.sets = [
            (item, np.array(catalogue.parts(item), np.int64)[:, 0], shelved(catalogue, item))
            for item in np.flatnonzero(catalogue.kind == ItemKind.BUNDLE).tolist()
        ]
        self.viewers = viewers
        self.lag = lag
        self.price_lag = price_lag
        self.history = deque([(-np.inf, free.copy())])  # since when there is how much; the first is shown
        self.board = Board(
            stock=free.copy(),
            scarce=np.zeros(len(catalogue.keys), np.bool_),
            empty=np.zeros(len(catalogue.keys), np.bool_),
            voices=np.zeros(3),
            running=np.zeros(SLOTS, RUNNING),
            live=np.zeros(0, np.int64),
            eligible=np.zeros(0, np.uint64),
            teams=no_teams(SLOTS),
            peak=False,
        )
        self._show(free)
        self._count(free)

    def publish(self, now: float, free: NDArray[np.int64], heat: NDArray[np.float64]) -> None:
        """The board of the window that starts at `now`.

        From the till's `free` stock (S x K,), as old as the lag says, and the `heat` of chat (3,): rate / usual.
        """
        if not np.array_equal(free, self.history[-1][1]):
            self.history.append((now, free.copy()))
            self._count(free)
        while len(self.history) > 1 and self.history[1][0] <= now - self.lag:
            self.history.popleft()
            self._show(self.history[0][1])
        self.board.voices[:] = [b.social_proof(float(h), self.parameters) for h in heat]
        live = self.board.live
        if len(live):
            over = self.board.running["expires"][live] + self.price_lag <= now + ROUNDING
            over &= self.board.teams.waiting[live] == 0  # who waits is refunded by the till first, in this window
            self.board = self.board._replace(live=live[~over])

    def _show(self, stock: NDArray[np.int64]) -> None:
        self.board.stock[:] = stock
        left = self._by_shelf(stock)
        scarce = (left > 0) & (left <= self.catalogue.scarce_at)
        self.board.scarce[: len(scarce)] = scarce
        for item, shelves, _ in self.sets:
            self.board.scarce[item] = scarce[shelves].any()

    def _count(self, free: NDArray[np.int64]) -> None:
        self.board.empty[: self.catalogue.shelves] = self._by_shelf(free) == 0
        for item, _, kit in self.sets:
            self.board.empty[item] = kit.left(free) == 0

    def _by_shelf(self, stock: NDArray[np.int64]) -> NDArray[np.int64]:
        """(S,) units over all sizes."""
        return np.asarray(stock.reshape(self.catalogue.shelves, -1).sum(axis=1))

    def tell_peak(self, peak: bool) -> None:
        """Says whether play is at a peak in the window that starts."""
        self.board = self.board._replace(peak=peak)

    @property
    def free_slots(self) -> list[int]:
        """Slots in which no offer runs."""
        return sorted(set(range(SLOTS)).difference(self.board.live.tolist()))

    def open(self, offer: NDArray[np.void], ids: NDArray[np.intp] | None) -> int:
        """Starts an offer (RUNNING) for viewers `ids` (None = everyone) and gives its slot, one of `free_slots`."""
        slot = self.free_slots[0]
        self.board.running[slot] = offer
        self.board.teams.waiting[slot] = self.board.teams.full[slot] = 0
        self.board = self.board._replace(live=np.append(self.board.live, slot))
        if ids is not None:
            self._mark(slot, ids)
        return slot

    def _mark(self, slot: int, ids: NDArray[np.intp]) -> None:
        if not len(self.board.eligible):
            self.board = self.board._replace(eligible=np.zeros(self.viewers, np.uint64))
        bit = np.uint64(1) << np.uint64(slot)
        self.board.eligible[:] &= ~bit
        self.board.eligible[ids] |= bit
