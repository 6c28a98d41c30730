"""The compiled engine: shards of viewers walked by compiled loops, on as many threads as given."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from sim.engine.board import Window
from sim.engine.books import Tally
from sim.engine.compiled.days import CompiledDays
from sim.engine.compiled.notes import BATCH, MAX_ROWS, Notes, blank_notes, wipe
from sim.engine.compiled.scene import NEVER, People, scene_of
from sim.engine.compiled.till import business, settle, shop_room
from sim.engine.compiled.walk import walk
from sim.engine.ledger import in_order
from sim.engine.redlines import Limits
from sim.engine.stock import Stock, open_till
from sim.errors import MatchdayError
from sim.records import copied, joined, picked
from sim.world.night import Night

ROOM = 1 << 14  # rows a shard writes before they are taken from it


class CompiledEngine:
    """Lives windows with `sim.engine.compiled.walk`; what it does not depend on the number of `threads`."""

    def __init__(self, night: Night, limits: Limits, threads: int, keep: bool) -> None:
        crowd, catalogue = night.crowd, night.catalogue
        self.crowd, self.keep = crowd, keep
        self.stock: Stock = open_till(night)
        self.quantity = catalogue.quantity
        self.people = People(crowd.known, crowd.viewers, crowd.tastes, crowd.signals, crowd.viewers["own_at"].copy())
        self.most_parts = int(np.diff(catalogue.first_part).max())
        self.scene = scene_of(night, limits)
        self.rows: list[NDArray[np.void]] = []
        edges = np.linspace(0, len(crowd), threads + 1).astype(int)
        self.shards = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
        shape = (len(night.scenario.audience.segments), len(self.scene.places), len(catalogue.keys))
        self.notes = [blank_notes(keep, ROOM + BATCH * MAX_ROWS, *shape) for _ in self.shards]
        self.pool = ThreadPoolExecutor(max(1, threads - 1))  # starts no thread before it has a job

    def live(self, window: Window) -> None:
        """Walks every shard; the rows wait for `settle`."""
        for notes in self.notes:
            wipe(notes)
        own, *others = zip(self.shards, self.notes, strict=True)
        elsewhere = [self.pool.submit(self._walk, *job, window) for job in others]
        parts = [self._walk(*own, window), *(part.result() for part in elsewhere)]
        self.rows = [rows for part in parts for rows in part]
        if any(notes.filled[2] for notes in self.notes):
            raise MatchdayError(
                f"a viewer did more than {MAX_ROWS} things within one window: shorten timing.window, or let fewer "
                "offers run at the same time"
            )

    @property
    def busy(self) -> bool:
        """Whether any viewer has an errand in hand, or will do anything else."""
        return bool(self.people.due.min() < NEVER)

    def settle(self, window: Window, entries: NDArray[np.void]) -> tuple[NDArray[np.void], NDArray[np.void], Tally]:
        """Settles the window at the till."""
        rows = joined(*self.rows) if len(self.rows) > 1 else self.rows[0]
        if self.keep:
            rows = in_order(rows)
        at_till = business(rows["kind"])
        if not len(at_till) and not len(entries):
            return rows, rows[:0], self._tally()
        asked = in_order(picked(rows, at_till))
        shop = self._settled(asked, entries, window)
        rows[at_till] = asked
        return rows, shop, self._tally()

    def settle_store(
        self, rows: NDArray[np.void], window: Window, entries: NDArray[np.void]
    ) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """Settles what was asked at the store in a day."""
        return rows, self._settled(rows, entries, window)

    def reactions(self) -> CompiledDays:
        """What the viewers do in the days after."""
        return CompiledDays(self.people, self.scene, self.notes[0])

    def _settled(self, asked: NDArray[np.void], entries: NDArray[np.void], window: Window) -> NDArray[np.void]:
        """Answers what was asked, in place; gives the shop's rows."""
        board, sizes = window.board, self.scene.sizes
        shop = shop_room(len(asked), entries, int(board.teams.waiting.sum()), self.most_parts, sizes)
        n = settle(asked, entries, self.quantity, window.end, self.people, self.scene, board, self.stock, shop)
        return shop[:n]

    def _walk(self, shard: tuple[int, int], notes: Notes, window: Window) -> list[NDArray[np.void]]:
        first, last = shard
        full = []
        while (first := walk(first, last, self.people, self.scene, window, notes)) < last:
            full.append(copied(notes.rows[: notes.filled[0]]))
            notes.filled[0] = 0
        return [*full, notes.rows[: notes.filled[0]]]  # good until the next window

    def _tally(self) -> Tally:
        """What all shards have counted; good until the next window."""
        first, *others = self.notes
        for notes in others:
            first.chats[:] += notes.chats
            first.shown[:] += notes.shown
            first.met[:] += notes.met
            first.crossed[:] += notes.crossed
            first.named[:] += notes.named
            first.filled[1] += notes.filled[1]
        return Tally(first.chats, first.named, first.shown, first.met, first.crossed, int(first.filled[1]))
