"""The shop's books kept again from the rows of a ledger alone: what is free, reserved and sold after each of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.engine.ledger import Flag, Kind
from sim.engine.play import Played

ITSELF = (
    Kind.DELIVERY,
    Kind.STORE_SALE,
    Kind.RESTOCK,
    Kind.TEAM_FAILED,
)  # before viewers of the same moment are served


def rows(played: Played, *kinds: Kind) -> pd.DataFrame:
    """Rows of some kinds, in canonical order."""
    frame = played.ledger.frame()
    return frame[frame["kind"].isin(kinds)]


def flagged(frame: pd.DataFrame, flag: Flag) -> pd.Series:
    """Which rows bear a flag."""
    return frame["flag"] & int(flag) > 0


def in_turn(played: Played) -> pd.DataFrame:
    """All rows in the order in which they came about: by itself, by viewers, by what they asked."""
    frame = played.ledger.frame()
    failed = frame["kind"].eq(Kind.TEAM_REFUND) & played.night.scenario.shop.group_buy.holds_stock
    follows = flagged(frame, Flag.TEAM) & frame["kind"].isin([Kind.PAYMENT, Kind.TEAM_REFUND])
    first = failed | frame["kind"].isin(ITSELF)
    rank = np.select([first, follows, frame["kind"] == Kind.CREDIT], [0, 2, 3], 1)
    return frame.assign(rank=rank).sort_values(["time", "rank"], kind="stable")


class Shelf:
    """Units by SKU: free, reserved, sold to viewers, sold to others."""

    def __init__(self, played: Played) -> None:
        self.catalogue = played.night.catalogue
        self.holds = played.night.scenario.shop.group_buy.holds_stock
        none = np.zeros_like(self.catalogue.stock)
        self.free, self.reserved = self.catalogue.stock.copy(), none.copy()
        self.sold, self.elsewhere = none.copy(), none.copy()

    def parts(self, row: Any) -> list[tuple[int, int]]:
        """(SKU, units) of what a row is about."""
        return [(self.catalogue.sku(shelf, row.size), units) for shelf, units in self.catalogue.parts(row.item)]

    def there(self, row: Any) -> bool:
        """Whether all of it is free."""
        return all(self.free[sku] >= units for sku, units in self.parts(row))

    def settle(self, row: Any) -> None:
        """Moves the units that a row says were moved."""
        if row.kind == Kind.DELIVERY:
            self.free[self.sku(row)] += int(row.value)
        elif row.kind == Kind.RESTOCK:
            self.free[self.sku(row)] += 1
        elif row.kind == Kind.STORE_SALE:
            self._move(((self.sku(row), 1),), self.free, self.elsewhere)
        elif row.kind in (Kind.CART, Kind.ORDER) or (row.kind == Kind.TEAM and self.holds):
            self._move(self.parts(row), self.free, self.reserved)
        elif row.kind == Kind.LAPSE or (row.kind == Kind.TEAM_REFUND and self.holds):
            self._move(self.parts(row), self.reserved, self.free)
        elif row.kind in (Kind.PAYMENT, Kind.EXCHANGE):
            at_once = row.flag & Flag.STORE or (row.flag & Flag.TEAM and not self.holds) or row.kind == Kind.EXCHANGE
            self._move(self.parts(row), self.free if at_once else self.reserved, self.sold)

    def sku(self, row: Any) -> int:
        """The SKU of a row about one."""
        return int(row.item) * self.catalogue.sizes + int(row.size)

    @staticmethod
    def _move(parts: Any, source: np.ndarray, target: np.ndarray) -> None:
        for sku, units in parts:
            source[sku] -= units
            assert source[sku] >= 0
            target[sku] += units
