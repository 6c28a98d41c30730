"""What is kept of every night, rows or no rows: counts by minute, from which outcomes and series are made."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.ledger import Kind
from sim.world.match import SIDES
from sim.world.night import Night
from sim.world.surfaces import SurfaceIndex

KINDS = max(Kind) + 1
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
        self.opens, self.closes = match.opens, match.closes
        self.minutes = int(np.ceil((match.closes - match.opens) / 60.0))
        self.side = night.crowd.known["side"]
        self.kinds = np.zeros((self.minutes, KINDS, products + 1), np.int64)  # last column: no product
        self.revenue = np.zeros((self.minutes, products), np.int64)  # paid [minor units]
        self.chats = np.zeros((self.minutes, 3), np.int64)
        self.presence = np.zeros((self.minutes, 3), np.int64)  # change in viewers on the stream
        self.present = np.zeros(3, np.int64)  # on the stream now
        self.pushed_away = np.zeros(self.minutes, np.int64)
        self.seconds = 0.0  # end of stays less their start, those still open counted from 0
        self.events = self.clicks = self.orders = 0
        self.rare: list[NDArray[np.void]] = []  # rows about pushes and stock, which are kept anyway
        self._shown: list[NDArray[np.int64]] = []  # (7, n) minute, layer, side, segment, surface, product, count
        self._segments = tuple(night.scenario.audience.segments)
        self._keys = night.catalogue.keys

    def add_rows(self, rows: NDArray[np.void]) -> None:
        """Counts the next rows."""
        if not len(rows):
            return
        minute = self._minute(rows["time"])
        np.add.at(self.kinds, (minute, rows["kind"], rows["product"]), 1)
        self._add_presence(rows, minute)
        paid = rows["kind"] == Kind.PAYMENT
        if paid.any():
            np.add.at(self.revenue, (minute[paid], rows["product"][paid]), rows["price"][paid])
            self.orders += int(paid.sum())
        rare = rows["kind"] >= Kind.PUSH
        if rare.any():
            self.rare.append(rows[rare])

    def _add_presence(self, rows: NDArray[np.void], minute: NDArray[np.int64]) -> None:
        moves = rows["kind"] <= Kind.LEAVE  # JOIN, RETURN, LEAVE
        if not moves.any():
            return
        some = rows[moves]
        leaving = some["kind"] == Kind.LEAVE
        change = np.where(leaving, -1, 1)
        side = self.side[some["viewer"]]
        np.add.at(self.presence, (minute[moves], side), change)
        self.present += np.bincount(side, change, 3).astype(np.int64)
        np.add.at(self.pushed_away, minute[moves], leaving & (some["flag"] == 1))
        self.seconds -= float(np.sum(change * some["time"]))

    def add_tally(self, tally: Tally, start: float) -> None:
        """Counts a window that started at `start`."""
        minute = int(self._minute(np.array([start]))[0])
        self.events += tally.events
        self.chats[minute] += tally.chats.sum(axis=1)
        self.clicks += int(tally.shown[2].sum())
        where = np.nonzero(tally.shown)
        if len(where[0]):
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

    def total(self, kind: Kind) -> int:
        """Rows of a kind in the whole night."""
        return int(self.kinds[:, kind].sum())

    def rare_rows(self) -> NDArray[np.void] | None:
        """Pushes, sell-outs, returns to stock, reorders and deliveries, in order; None if there were none."""
        return np.concatenate(self.rare) if self.rare else None

    def _minute(self, times: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.minimum((times - self.opens) // 60.0, self.minutes - 1).astype(np.int64)
