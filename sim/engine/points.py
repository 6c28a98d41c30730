"""Points of members: earned with what they pay and watch, taken back with refunds; enough of them make a tier."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import behaviour as b
from sim.behaviour.money import ROUNDING
from sim.engine.ledger import ROW, Kind
from sim.records import joined, picked
from sim.world.audience import MOST_POINTS, tier_of
from sim.world.catalogue import ItemKind
from sim.world.night import Night

EARNING = {Kind.PAYMENT: 1, Kind.BALANCE: 1, Kind.REFUND: -1}


class Points:
    """The shop's account of points."""

    def __init__(self, night: Night) -> None:
        loyalty = night.scenario.loyalty
        self.known, self.points = night.crowd.known, night.crowd.viewers["points"]
        self.per_minor = loyalty.points_per_unit / 10**night.scenario.shop.decimals
        self.per_second = loyalty.points_per_hour / 3600.0
        catalogue = night.catalogue  # what is sold ahead is paid in two parts, and refunded as one
        self.deposits = np.array([b.paid_now(*whole) for whole in zip(catalogue.own_price, catalogue.due, strict=True)])
        self.deposits[catalogue.kind != ItemKind.PRESALE] = 0
        self.steps = [tier.points for tier in loyalty.tiers.values()]

    def of_money(self, rows: NDArray[np.void], at: float) -> NDArray[np.void]:
        """Counts payments and refunds among ledger rows; gives rows about points and tiers, at the time `at`."""
        earned = np.zeros(len(self.known), np.int64)
        for kind, sign in EARNING.items():
            these = picked(rows, rows["kind"] == kind)
            deposit = self.deposits[these["item"]] if kind is Kind.REFUND else 0
            np.add.at(earned, these["viewer"], sign * (self._of(deposit) + self._of(these["price"] - deposit)))
        return self._award(earned, at)

    def _of(self, amount: Any) -> NDArray[np.int64]:
        """Points of amounts [minor units], whole ones."""
        return np.asarray(np.floor(amount * self.per_minor + ROUNDING), np.int64)

    def of_time(self, watched: NDArray[np.float64], at: float) -> NDArray[np.void]:
        """Counts time on the stream [s]."""
        return self._award(np.floor(watched * self.per_second).astype(np.int64), at)

    def _award(self, earned: NDArray[np.int64], at: float) -> NDArray[np.void]:
        known = self.known
        who = np.flatnonzero((earned != 0) & (known["tier"] > 0))
        before = self.points[who].astype(np.int64)
        self.points[who] = now = np.clip(before + earned[who], 0, int(MOST_POINTS))
        known["points"][who] = np.where(known["consent"][who] == 1, now, -1)
        changes = _rows(Kind.POINTS, who, now - before, at)
        tier = tier_of(now, np.ones(len(who), bool), self.steps)
        moved = tier != known["tier"][who]
        known["tier"][who] = tier
        return joined(picked(changes, changes["value"] != 0), _rows(Kind.TIER, who[moved], tier[moved], at))


def _rows(kind: Kind, viewers: NDArray[np.intp], values: NDArray[np.int64], at: float) -> NDArray[np.void]:
    rows = np.zeros(len(viewers), ROW)
    for name in ("push", "item", "size", "surface"):
        rows[name] = -1
    rows["time"], rows["kind"], rows["viewer"], rows["value"] = at, kind, viewers, values
    return rows
