"""All viewers as processes on the night's own calendar."""

from __future__ import annotations

import math

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.engine.board import SLOTS, Window
from sim.engine.books import Tally
from sim.engine.ledger import ROW, Kind
from sim.engine.redlines import Limits
from sim.engine.reference.after import ReferenceDays
from sim.engine.reference.till import Member, Row, Till
from sim.engine.reference.viewer import Viewer
from sim.engine.rules import coupons_until, rules_of, tier_discounts
from sim.engine.stock import Stock, open_till
from sim.world.night import Night
from sim.world.redlines import LINES

COUNTED = (Kind.CHAT, Kind.EXPOSURE, Kind.HELD, Kind.NOTICE)  # rows only on request


class ReferenceEngine:
    """All viewers as processes on the night's own calendar."""

    def __init__(self, night: Night, limits: Limits, env: simpy.Environment, keep: bool) -> None:
        self.limits = limits
        self.night, self.env, self.keep = night, env, keep
        self.p, self.curves, self.catalogue = night.scenario.assumptions, night.stage.curves, night.catalogue
        self.surfaces, self.rules = night.scenario.surfaces.by_index(), rules_of(night)
        self.coupons_until, self.tier_share = coupons_until(night), tier_discounts(night)
        self.teams: list[list[Member]] = [[] for _ in range(SLOTS)]  # who waits, by slot of the offer
        self.crowd = night.crowd
        self.stock: Stock = open_till(night)
        self.window: Window
        self.rows: list[Row] = []
        self.events = 0
        segments = len(night.scenario.audience.segments)
        self.chats = np.zeros((3, segments), np.int64)
        self.shown = np.zeros((3, 3, segments, len(self.surfaces), len(self.catalogue.keys)), np.int64)
        self.met = np.zeros((3, SLOTS), np.int64)
        self.crossed = np.zeros((2 + len(LINES), SLOTS), np.int64)
        self.named = np.zeros(len(self.catalogue.keys), np.int64)
        self.viewers = [Viewer(i, self) for i in range(len(night.crowd))]

    def live(self, window: Window) -> None:
        """Opens the window: from here on viewers read its board, and its new pushes are on their way to them."""
        self.window = window
        for viewer in self.viewers:
            viewer.await_pushes(window)

    @property
    def busy(self) -> bool:
        """Whether any viewer has an errand in hand, or will do anything else."""
        return any(viewer.errand for viewer in self.viewers)

    def settle(self, window: Window, entries: NDArray[np.void]) -> tuple[NDArray[np.void], NDArray[np.void], Tally]:
        """Settles the window that has just been lived."""
        self.rows.sort(key=lambda row: (row[0], row[2]))
        till = Till(self, window.end, entries)
        rows = [till.take(row) for row in self.rows]
        till.happen(math.inf)
        _, tally = self.taken()
        return np.array(rows, ROW), np.array(till.shelf.shop, ROW), tally

    def taken(self) -> tuple[NDArray[np.void], Tally]:
        """What was written down and counted since it was last taken."""
        rows = np.array(self.rows, ROW)
        counts = self.chats, self.named, self.shown, self.met, self.crossed
        tally = Tally(*map(np.copy, counts), events=self.events)  # type: ignore[misc, arg-type]
        self.rows, self.events = [], 0
        for count in counts:
            count[:] = 0
        return rows, tally

    def settle_store(
        self, rows: NDArray[np.void], window: Window, entries: NDArray[np.void]
    ) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """Settles what was asked at the store in a day."""
        self.window = window
        till = Till(self, window.end, entries)
        settled = [till.take(row.item()) for row in rows]
        till.happen(math.inf)
        return np.array(settled, ROW), np.array(till.shelf.shop, ROW)

    def reactions(self) -> ReferenceDays:
        """What the viewers do in the days after."""
        return ReferenceDays(self)

    def tell(
        self, t: float, viewer: int, kind: Kind, push: int = -1, item: int = -1, size: int = -1,
        surface: int = -1, price: int = 0, flag: int = 0, value: float = 0.0,
    ) -> None:  # fmt: skip
        """Writes down something a viewer did or met."""
        self.events += 1
        if self.keep or kind not in COUNTED:
            self.rows.append((t, value, viewer, push, price, item, int(kind), flag, size, surface))
