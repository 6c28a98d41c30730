"""What is kept of every night, rows or no rows: counts by minute, from which outcomes and series are made.

The last of the `minutes` takes what happens after the broadcast, however long that is: carts paid or given up.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.compiled import compiled, inlined
from sim.engine.board import Window
from sim.engine.ledger import ROW, Kind
from sim.engine.terms import Terms
from sim.policy.push import MOST_PUSHES
from sim.records import joined, picked
from sim.world.match import DAY, SIDES
from sim.world.night import Night
from sim.world.redlines import LINES
from sim.world.surfaces import SURFACES

KINDS = max(Kind) + 1
PAYMENT, LEAVE, PUSH = int(Kind.PAYMENT), int(Kind.LEAVE), int(Kind.PUSH)
LAYERS = ("exposed", "noticed", "clicked")


class Tally(NamedTuple):
    """What was counted in one window instead of being written down row by row."""

    chats: NDArray[np.int64]  # (3 sides, segments)
    named: NDArray[np.int64]  # (items,) messages that name each
    shown: NDArray[np.int64]  # (3 layers, 3 sides, segments, surfaces, items)
    met: NDArray[np.int64]  # (3 layers, SLOTS): the same by slot of the offer
    crossed: NDArray[np.int64]  # (2 + lines, SLOTS): shown across red lines, kept back by them, and both by line
    events: int  # things viewers did or met


class Counts(NamedTuple):
    """Arrays that rows are counted into.  A group is a side and a segment: side x segments + segment."""

    kinds: NDArray[np.int64]  # (minutes, KINDS, I + 1): rows; last column: no item
    revenue: NDArray[np.int64]  # (minutes, I): paid [minor units]
    presence: NDArray[np.int64]  # (minutes, 3): change in viewers on the stream
    present: NDArray[np.int64]  # (3,): viewers on the stream now: home, away, neutral
    pushed_away: NDArray[np.int64]  # (minutes,): leaves before the final whistle that annoyance made
    lost: NDArray[np.bool_]  # (N,): who was pushed away before the final whistle and has not come back
    watching: NDArray[np.bool_]  # (N,): who is on the stream, and later who was when the final whistle blew
    bought: NDArray[np.bool_]  # (N,): who has paid an order
    group: NDArray[np.uint16]  # (N,): each viewer's
    by_group: NDArray[np.int64]  # (KINDS, groups): rows
    spent: NDArray[np.int64]  # (groups,): paid [minor units]
    by_push: NDArray[np.int64]  # (pushes there may be, 2): orders paid, and what was paid [minor units]


class Books:
    """Running counts of one night, minute by minute from `opens`."""

    def __init__(self, night: Night) -> None:
        match, self._keys, self.segments = night.stage.match, night.catalogue.keys, _segments(night)
        self.opens, self.closes = float(match.opens), float(match.closes)
        self.whistle = float(match.full_time)
        self.minutes = int(np.ceil((self.closes - self.opens) / 60.0)) + 1
        windows = int(np.ceil((self.closes - self.opens) / night.scenario.timing.window)) + 1
        windows += int(np.ceil((night.until - self.closes) / DAY)) + 1  # a day after is one, too
        self.counts = _blank(night, self.minutes, windows * MOST_PUSHES)
        self.chats = np.zeros((self.minutes, 3, len(self.segments)), np.int64)
        self.named = np.zeros((self.minutes, len(self._keys)), np.int64)  # messages that name each item
        self.met = np.zeros((len(LAYERS), windows * MOST_PUSHES), np.int64)  # exposed, noticed, clicked, by push
        # By push: shown across red lines, kept back by them, and both by line.
        self.crossed = np.zeros((2 + len(LINES), windows * MOST_PUSHES), np.int64)
        self.audience = np.zeros(windows * MOST_PUSHES, np.int64)  # viewers each push was for
        self.shelf = np.zeros((self.minutes, night.catalogue.shelves), np.int64)  # free units at the end of each minute
        # Running sums, because every window asks for them.
        self.events = self.clicks = self.orders = 0  # so far: things viewers did or met, pushes clicked, orders paid
        self.rare: list[NDArray[np.void]] = []  # rows about pushes and stock, which are kept anyway
        self.paid: list[NDArray[np.void]] = []  # and those of payments
        self.after: list[NDArray[np.void]] = []  # all rows of the days after
        self.terms: dict[int, Terms] = {}  # by push
        self.enforced = 0  # bits of the red lines that nothing may cross
        self.claims: dict[int, float] = {}  # what was exaggerated, by push
        self._table: pd.DataFrame | None = None  # of what was shown, once it has been asked for
        self._shown: list[NDArray[np.int64]] = []  # (7, n) minute, layer, side, segment, surface, item, count

    def add_rows(self, rows: NDArray[np.void]) -> None:
        """Counts the next rows, in any order that is one of time for each viewer."""
        if len(rows):
            self.orders += _count(rows, self.opens, self.closes, self.whistle, self.counts)
            rare = rows["kind"] >= PUSH
            if rare.any():
                self.rare.append(picked(rows, rare))
            paid = rows["kind"] == PAYMENT
            if paid.any():
                self.paid.append(picked(rows, paid))

    def open(self, terms: Terms, audience: int) -> None:
        """Notes the terms of a push, and how many viewers it is for."""
        self.terms[terms.push] = terms
        self.claims[terms.push] = terms.claim
        self.audience[terms.push] = audience

    def add_tally(self, tally: Tally, window: Window) -> None:
        """Counts a window."""
        minute, board = self.minute(window.start), window.board
        self.events += tally.events
        self.chats[minute] += tally.chats
        self.named[minute] += tally.named
        if tally.crossed.any():
            self.crossed[:, board.running["push"][board.live]] += tally.crossed[:, board.live]
        if tally.met.any():
            self.clicks += int(tally.met[LAYERS.index("clicked")].sum())
            self.met[:, board.running["push"][board.live]] += tally.met[:, board.live]
            self._table = None
            where = np.nonzero(tally.shown)
            self._shown.append(np.stack([np.full(len(where[0]), minute), *where, tally.shown[where]]))

    def add_level(self, free: NDArray[np.int64], end: float) -> None:
        """Notes the free units by SKU at the `end` of a window."""
        self.shelf[self.minute(np.nextafter(end, -np.inf)) :] = free.reshape(self.shelf.shape[1], -1).sum(axis=1)

    def shown(self) -> pd.DataFrame:
        """Pushes by minute, layer (exposed, noticed, clicked), side, segment, surface and item: `n` of each."""
        if self._table is None:
            self._table = self._told()
        return self._table

    def _told(self) -> pd.DataFrame:
        columns = ["minute", "layer", "side", "segment", "surface", "item"]
        if not self._shown:
            return pd.DataFrame(columns=[*columns, "n"])
        total = pd.DataFrame(np.concatenate(self._shown, axis=1).T, columns=[*columns, "n"])
        total = total.groupby(columns)["n"].sum().reset_index()
        total["layer"] = np.array(LAYERS)[total["layer"]]
        total["side"] = np.array(SIDES)[total["side"]]
        total["segment"] = np.array(self.segments)[total["segment"]]
        total["surface"] = np.array(SURFACES)[total["surface"]]
        total["item"] = np.array(self._keys)[total["item"]]
        return total

    def minute(self, time: float) -> int:
        """The minute that a time [s] is counted in."""
        return int(_minute(time, self.opens, self.closes, self.minutes))

    def total(self, kind: Kind) -> int:
        """Rows of a kind in the whole night."""
        return int(self.counts.kinds[:, kind].sum())

    def add_after(self, rows: NDArray[np.void]) -> None:
        """Keeps rows of the days after, and counts what came of the store's messages."""
        if len(rows):
            self.after.append(rows)
            self.orders += int((rows["kind"] == PAYMENT).sum())
            said = rows[(rows["kind"] == PAYMENT) & (rows["push"] >= 0)]
            np.add.at(self.counts.by_push, said["push"], np.stack([np.ones(len(said)), said["price"]], 1).astype(int))

    def days(self) -> NDArray[np.void]:
        """Rows of the days after, day by day."""
        return joined(np.zeros(0, ROW), *self.after)

    def payments(self) -> NDArray[np.void]:
        """Rows of what was paid tonight, window by window."""
        return joined(np.zeros(0, ROW), *self.paid)

    def rare_rows(self, *kinds: Kind) -> NDArray[np.void]:
        """Rows about pushes, sell-outs, returns to stock, reorders and deliveries, in order: those of some kinds."""
        rows = joined(np.zeros(0, ROW), *self.rare)
        return picked(rows, np.isin(rows["kind"], kinds))


def _segments(night: Night) -> tuple[str, ...]:
    return tuple(night.scenario.audience.segments)


def _blank(night: Night, minutes: int, pushes: int) -> Counts:
    items, segments, viewers = len(night.catalogue.keys), len(_segments(night)), len(night.crowd)
    side, segment = night.crowd.known["side"], night.crowd.viewers["segment"]

    def zeros(*shape: int) -> NDArray[np.int64]:
        return np.zeros(shape, np.int64)

    return Counts(
        zeros(minutes, KINDS, items + 1),
        zeros(minutes, items),
        zeros(minutes, 3),
        zeros(3),
        zeros(minutes),
        np.zeros(viewers, np.bool_),
        np.zeros(viewers, np.bool_),
        np.zeros(viewers, np.bool_),
        side.astype(np.uint16) * segments + segment,
        zeros(KINDS, 3 * segments),
        zeros(3 * segments),
        zeros(pushes, 2),
    )


@inlined
def _minute(time: float, opens: float, closes: float, minutes: int) -> int:
    return int((time - opens) // 60.0) if time < closes else minutes - 1


@compiled
def _count(rows: Any, opens: float, closes: float, whistle: float, counts: Any) -> int:
    """Adds rows to the counts; gives how many orders were paid in them.

    Who is pushed away after the final whistle goes a little sooner than everybody else, and does not count.
    """
    orders = 0
    for r in range(rows.shape[0]):
        row = rows[r]
        minute = _minute(row.time, opens, closes, counts.kinds.shape[0])
        counts.kinds[minute, row.kind, row.item] += 1
        if row.kind >= PUSH:
            continue
        group = counts.group[row.viewer]
        counts.by_group[row.kind, group] += 1
        if row.kind == PAYMENT:
            orders += 1
            counts.revenue[minute, row.item] += row.price
            counts.spent[group] += row.price
            counts.bought[row.viewer] = True
            if row.push >= 0:
                counts.by_push[row.push, 0] += 1
                counts.by_push[row.push, 1] += row.price
        elif row.kind <= LEAVE:  # JOIN, RETURN, LEAVE
            side = group // (counts.by_group.shape[1] // 3)
            pushed = row.kind == LEAVE and row.flag == 1 and row.time < whistle
            change = -1 if row.kind == LEAVE else 1
            counts.presence[minute, side] += change
            counts.present[side] += change
            counts.pushed_away[minute] += pushed
            counts.lost[row.viewer] = pushed
            if row.time < whistle:
                counts.watching[row.viewer] = row.kind != LEAVE
    return orders
