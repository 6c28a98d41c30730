"""The compiled engine in the days after a match."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.board import Window
from sim.engine.books import Tally
from sim.engine.compiled.after import Diary, decide_again, live_day, pay_balances, rest, unpack
from sim.engine.compiled.notes import MAX_ROWS, Notes, wipe
from sim.engine.compiled.scene import NEVER, People, Scene
from sim.engine.compiled.visits import plan_visits
from sim.engine.ledger import ROW, in_order
from sim.engine.parcels import Parcels
from sim.errors import MatchdayError
from sim.records import copied, joined
from sim.world.audience import CUSTOMER

ROOM = 1 << 14  # rows written before they are taken


class CompiledDays:
    """What viewers do in the days after a match; rows are in canonical order."""

    def __init__(self, people: People, scene: Scene, notes: Notes) -> None:
        self.people, self.scene, self.notes = people, scene, notes
        self.visits_due = np.full(len(people.viewers), NEVER)  # `store_at` side by side: the days look at it all
        self.diary = Diary(np.zeros(ROOM + MAX_ROWS, ROW), np.zeros(3, np.int64))

    def plan(self, start: float, since: float) -> None:
        """When each customer next comes to the store after `start`; nothing of the days happens before `since`."""
        self.since = since
        self.visits_due[:] = self.people.viewers["store_at"] = NEVER  # anew after every match: Poisson processes may
        self._plan_customers(start)

    def _plan_customers(self, t: float) -> None:
        """When customers who do not know it yet come next after `t`: all of them at first, then who has become one."""
        who = np.flatnonzero((self.people.viewers["customer"] == CUSTOMER) & (self.visits_due == NEVER))
        plan_visits(who, t, self.since, self.people, self.scene, self.visits_due)

    def live(self, window: Window) -> tuple[NDArray[np.void], Tally]:
        """Rows of a day, and what was only counted."""
        notes, first, pages = self.notes, 0, []
        wipe(notes)
        self._plan_customers(window.start)
        while first < len(self.visits_due):
            first = live_day(first, window, self.since, self.people, self.scene, self.visits_due, notes)
            pages.append(page(notes.rows, notes.filled))
        counted = Tally(
            notes.chats.copy(), notes.named.copy(), notes.shown.copy(), notes.met.copy(), notes.crossed.copy(),
            int(notes.filled[1]),
        )  # fmt: skip
        return in_order(joined(*pages)), counted

    def unpack(self, parcels: Parcels, places: NDArray[np.intp], end: float) -> NDArray[np.void]:
        """Rows of the parcels that arrive, in their order."""
        diary, days = self._room(places), float(parcels.fulfilment.return_days)
        unpack(parcels.rows, places, end, days, self.people, self.scene, self.visits_due, diary)
        return diary.rows

    def pay_balances(self, parcels: Parcels, places: NDArray[np.intp]) -> NDArray[np.void]:
        """Rows of the rests of pre-sales that are due, in their order."""
        diary = self._room(places)
        pay_balances(parcels.rows, places, self.people, self.scene, diary)
        return diary.rows

    def rest(self, days: float, usual: NDArray[np.float64]) -> None:
        """Lets `days` pass until the next match; `usual` (segments,) trust."""
        rest(days, usual, self.people, self.scene)

    def decide_again(self, t: float, coming: NDArray[np.bool_], loyal: NDArray[np.float64]) -> NDArray[np.void]:
        """Who comes to the next match, into `coming` (N,), and rows of those who change; `loyal` are log odds."""
        first, pages = 0, []
        while first < len(coming):
            first = decide_again(first, t, coming, loyal, self.people, self.scene, self.diary)
            pages.append(page(self.diary.rows, self.diary.filled))
        return joined(*pages)

    def _room(self, places: NDArray[np.intp]) -> Diary:
        return Diary(np.zeros(len(places), ROW), np.zeros(3, np.int64))


def page(rows: NDArray[np.void], filled: NDArray[np.int64]) -> NDArray[np.void]:
    """Takes the rows that are filled."""
    if filled[2]:
        raise MatchdayError("a customer came to the store hundreds of times a day: check visit_shape, visit_scale")
    taken = copied(rows[: filled[0]])
    filled[0] = 0
    return taken
