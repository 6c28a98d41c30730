"""An evening and its days as they were played, for those who keep its books again from the ledger's rows alone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from copy import deepcopy
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sim.engine.ledger import Flag, Kind
from sim.engine.play import play
from sim.policy import Push, View
from sim.world.night import World
from tests.engine.shelf import Shelf, in_turn
from tests.worlds import Scripted

ASKING = (Kind.CART, Kind.ORDER, Kind.TEAM)  # what the till has let through


class Watching(Scripted):
    """Notes how many units of every shelf the board shows, at the start of every third window and of every day."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.windows: list[float] = []
        self.seen: list[tuple[float, list[int]]] = []
        self.days: list[tuple[float, list[int]]] = []

    def decide(self, view: View) -> list[Push]:
        self.windows.append(view.time)
        if len(self.windows) % 3 == 1:
            self.seen.append((view.time, stock_of(view)))
        return list(super().decide(view))

    def follow_up(self, view: View) -> list[Push]:
        self.days.append((view.time, stock_of(view)))
        return []


def stock_of(view: View) -> list[int]:
    """Units by shelf that a policy sees."""
    return [item.stock for item in (*view.products.values(), *view.presales.values())]


class Evening:
    """A world in which a script was played, `before` it the people as they came."""

    def __init__(self, world: World, script: Scripted, seed: int) -> None:
        night = world.night(seed, 0)
        self.before = deepcopy(night.crowd)
        self.policy = Watching(script.script)
        self.played = play(night, self.policy, "scripted", keep=True)
        self.scenario, self.catalogue = world.scenario, night.catalogue
        self.crowd, self.stock = self.played.crowd, self.played.stock

    @cached_property
    def rows(self) -> pd.DataFrame:
        """All rows, in the order in which they came about."""
        return in_turn(self.played)

    def of(self, *kinds: Kind) -> pd.DataFrame:
        """Rows of some kinds."""
        return self.rows[self.rows["kind"].isin(kinds)]

    def by_viewer(self, *kinds: Kind) -> Iterator[tuple[int, list[Any]]]:
        """Each viewer's rows, of some kinds or all."""
        mine: dict[int, list[Any]] = {}
        for row in (self.of(*kinds) if kinds else self.rows).itertuples():
            mine.setdefault(row.viewer, []).append(row)
        mine.pop(-1, None)
        yield from sorted(mine.items())


def units_are_conserved_at_every_settlement(e: Evening) -> None:
    """Nothing is sold that is not there, nothing is lost, and the board shows what the till had as its lag says."""
    shelf, stock, lag = Shelf(e.played), e.stock, e.scenario.shop.board_lag
    by_shelf = {-np.inf: shelf.free.reshape(-1, 4).sum(axis=1).tolist()}
    windows = e.policy.windows
    due = iter([*windows, *(at for at, _ in e.policy.days), np.inf])
    settles = next(due)
    for row in e.rows.itertuples():
        while row.time >= settles:
            by_shelf[settles] = shelf.free.reshape(-1, 4).sum(axis=1).tolist()
            settles = next(due)
        if row.kind in (*ASKING, Kind.PAYMENT, Kind.EXCHANGE) and (row.kind != Kind.TEAM or shelf.holds):
            reserved = row.kind == Kind.PAYMENT and not row.flag & (Flag.STORE | Flag.TEAM)
            assert reserved or shelf.there(row) or (row.kind == Kind.PAYMENT and shelf.holds)
        elif row.kind == Kind.REFUSAL:
            assert not shelf.there(row)
        shelf.settle(row)
    for at in (settles, *due):  # after the last row nothing moves any more
        by_shelf[at] = shelf.free.reshape(-1, 4).sum(axis=1).tolist()
    for told, kept in ((stock.free, shelf.free), (stock.sold, shelf.sold), (stock.elsewhere, shelf.elsewhere)):
        assert (told == kept).all()
    assert not stock.reserved.any()  # the till stays open until all is paid or given up
    assert (stock.initial + stock.delivered + stock.restocked == stock.free + stock.sold + stock.elsewhere).all()
    for at, seen in e.policy.seen:
        assert seen == by_shelf[windows[max(bisect_right(windows, at - lag) - 1, 0)]]
    for at, seen in e.policy.days:
        assert seen == by_shelf[at]  # the store knows its own shelf
