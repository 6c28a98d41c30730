"""What is kept of every night, rows or no rows: counts by minute, from which outcomes and series are made.

The last of the `minutes` takes what happens after the broadcast, however long that is: carts paid or given up.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.compiled import compiled, inlined
from sim.engine.ledger import Kind
from sim.world.match import SIDES
from sim.world.night import Night
from sim.world.surfaces import SurfaceIndex

KINDS = max(Kind) + 1
PAYMENT, LEAVE = int(Kind.PAYMENT), int(Kind.LEAVE)
LAYERS = ("exposed", "noticed", "clicked")


class Tally(NamedTuple):
    """What was counted in one window instead of being written down row by row."""

    chats: NDArray[np.int64]  # (3 sides, segments)
    shown: NDArray[np.int64]  # (3 layers, 3 sides, segments, surfaces, products)
    events: int  # things viewers did or met


class Books:
    """Running counts of one night, minute by minute from `opens`."""

    def __init__(self, night: Night) -> None:
        match, products = night.stage.match, len(night.catalogue.keys)
        self.opens, self.closes = float(match.opens), float(match.closes)
        self.minutes = int(np.ceil((self.closes - self.opens) / 60.0)) + 1
        self.side = night.crowd.known["side"].copy()
        self.kinds = np.zeros((self.minutes, KINDS, products + 1), np.int64)  # last column: no product
        self.revenue = np.zeros((self.minutes, products), np.int64)  # paid [minor units]
        self.chats = np.zeros((self.minutes, 3), np.int64)
        self.presence = np.zeros((self.minutes, 3), np.int64)  # change in viewers on the stream
        self.pushed_away = np.zeros(self.minutes, np.int64)
        # Running sums, because every window asks for them.
        self.present = np.zeros(3, np.int64)  # viewers on the stream now: home, away, neutral
        self.events = self.clicks = self.orders = 0  # so far: things viewers did or met, pushes clicked, orders paid
        self.rare: list[NDArray[np.void]] = []  # rows about pushes and stock, which are kept anyway
        self._shown: list[NDArray[np.int64]] = []  # (7, n) minute, layer, side, segment, surface, product, count
        self._segments = tuple(night.scenario.audience.segments)
        self._keys = night.catalogue.keys

    def add_rows(self, rows: NDArray[np.void]) -> None:
        """Counts the next rows, in any order."""
        if len(rows):
            self.orders += _count(
                rows, self.opens, self.closes, self.side, self.kinds, self.revenue, self.presence, self.present,
                self.pushed_away,
            )  # fmt: skip
            rare = rows["kind"] >= Kind.PUSH
            if rare.any():
                self.rare.append(rows[rare])

    def add_tally(self, tally: Tally, start: float) -> None:
        """Counts a window that started at `start`."""
        minute = self.minute(start)
        self.events += tally.events
        self.chats[minute] += tally.chats.sum(axis=1)
        self.clicks += int(tally.shown[2].sum())
        if tally.shown[0].any():
            where = np.nonzero(tally.shown)
            self._shown.append(np.stack([np.full(len(where[0]), minute), *where, tally.shown[where]]))

    def shown(self) -> pd.DataFrame:
        """Pushes by minute, layer (exposed, noticed, clicked), side, segment, surface and product: `n` of each."""
        columns = ["minute", "layer", "side", "segment", "surface", "product"]
        if not self._shown:
            return pd.DataFrame(columns=[*columns, "n"])
        total = pd.DataFrame(np.concatenate(self._shown, axis=1).T, columns=[*columns, "n"])
        total = total.groupby(columns)["n"].sum().reset_index()
        total["layer"] = np.array(LAYERS)[total["layer"]]
        total["side"] = np.array(SIDES)[total["side"]]
        total["segment"] = np.array(self._segments)[total["segment"]]
        total["surface"] = np.array([s.name.lower() for s in SurfaceIndex])[total["surface"]]
        total["product"] = np.array(self._keys)[total["product"]]
        return total

    def minute(self, time: float) -> int:
        """The minute that a time [s] is counted in."""
        return int(_minute(time, self.opens, self.closes, self.minutes))

    def total(self, kind: Kind) -> int:
        """Rows of a kind in the whole night."""
        return int(self.kinds[:, kind].sum())

    def rare_rows(self) -> NDArray[np.void] | None:
        """Pushes, sell-outs, returns to stock, reorders and deliveries, in order; None if there were none."""
        return np.concatenate(self.rare) if self.rare else None


@inlined
def _minute(time: float, opens: float, closes: float, minutes: int) -> int:
    return int((time - opens) // 60.0) if time < closes else minutes - 1


@compiled
def _count(
    rows: Any, opens: float, closes: float, side: Any, kinds: Any, revenue: Any, presence: Any, present: Any,
    pushed_away: Any,
) -> int:  # fmt: skip
    """Adds rows to the counts by minute; gives how many orders were paid in them."""
    orders = 0
    for r in range(rows.shape[0]):
        row = rows[r]
        minute = _minute(row.time, opens, closes, kinds.shape[0])
        kinds[minute, row.kind, row.product] += 1
        if row.kind == PAYMENT:
            revenue[minute, row.product] += row.price
            orders += 1
        elif row.kind <= LEAVE:  # JOIN, RETURN, LEAVE
            change = -1 if row.kind == LEAVE else 1
            presence[minute, side[row.viewer]] += change
            present[side[row.viewer]] += change
            pushed_away[minute] += row.kind == LEAVE and row.flag == 1
    return orders
