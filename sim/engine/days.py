"""The days after a match, on the same calendar as the night: visits to the store, parcels, returns.

A day is a window: what people ask for in it the till settles at its end, and only then does the warehouse hear of it.
Packers and inspectors work through the day as processes of their own.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray
from scipy.special import logit

from sim.behaviour import DAY
from sim.engine.board import Window
from sim.engine.books import Tally
from sim.engine.ledger import ROW, Flag, Kind, in_order
from sim.engine.parcels import Parcels, ParcelState
from sim.engine.warehouse import Warehouse
from sim.records import joined, picked
from sim.world.scenario import Segment


class Reactions(Protocol):
    """What viewers do in these days: `CompiledDays` or `ReferenceDays`."""

    def plan(self, start: float, since: float) -> None:
        """When each customer next comes to the store after `start`; nothing of the days happens before `since`."""
        ...

    def live(self, window: Window) -> tuple[NDArray[np.void], Tally]:
        """Rows of a day, and what was only counted: visits to the store and its messages, each person's in order.

        An ASK where the board shows what is wanted.
        """
        ...

    def unpack(self, parcels: Parcels, places: NDArray[np.intp], end: float) -> NDArray[np.void]:
        """Rows of the parcels that arrive, in their order; nothing of them is posted back before `end`."""
        ...

    def pay_balances(self, parcels: Parcels, places: NDArray[np.intp]) -> NDArray[np.void]:
        """Rows of the rests of pre-sales that are due, in their order."""
        ...

    def rest(self, days: float, usual: NDArray[np.float64]) -> None:
        """Lets `days` pass until the next match; `usual` (segments,) trust."""
        ...

    def decide_again(self, t: float, coming: NDArray[np.bool_], loyal: NDArray[np.float64]) -> NDArray[np.void]:
        """Who comes to the next match, into `coming` (N,), and rows of those who change; `loyal` are log odds."""
        ...


class Shop(Protocol):
    """The board and the till, as the night has left them."""

    def open(self, day: int, start: float, end: float) -> Window:
        """The board of the day that begins, and the messages sent on it; the first may begin later than at `start`."""
        ...

    def count(self, tally: Tally, window: Window) -> None:
        """Takes what was only counted on a day."""
        ...

    def settle(
        self, end: float, rows: NDArray[np.void], entries: NDArray[np.void]
    ) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """Settles viewers' rows (in order) and what happened by itself (ENTRY); gives answers and the shop's rows."""
        ...

    def tell(self, rows: NDArray[np.void]) -> None:
        """Writes down rows."""
        ...


def pass_days(
    env: simpy.Environment,
    since: float,
    closes: float,
    until: float,
    reactions: Reactions,
    shop: Shop,
    warehouse: Warehouse,
    claims: Mapping[int, float],
) -> Generator[Any, Any, None]:
    """The days from now `until` then, as a process; the orders of the night are with the warehouse already.

    Days are counted, and what people do in them is drawn, from when the broadcast `closes`; nothing happens before the
    last cart of the night is paid or given up, at a time that depends on the policy.  Without any days what has come
    while the match was on is told all the same.  `since`: until when the ways of parcels have been written down.
    `claims` by number of the push: what was exaggerated in it.
    """
    begun = env.now
    if until <= begun:
        _end_day(since, begun, begun, np.zeros(0, ROW), reactions, shop, warehouse, claims)
        return
    reactions.plan(closes, begun)
    day = 1 + int((begun - closes) // DAY)
    start = closes + (day - 1) * DAY
    while start < until:
        end = min(closes + day * DAY, until)
        window = shop.open(day, start, end)
        yield env.timeout(end - env.now)
        asked, tally = reactions.live(window)
        shop.count(tally, window)
        _end_day(since, end, begun, asked, reactions, shop, warehouse, claims)
        start, since, day = end, end, day + 1


def _end_day(
    since: float,
    end: float,
    begun: float,
    asked: NDArray[np.void],
    reactions: Reactions,
    shop: Shop,
    warehouse: Warehouse,
    claims: Mapping[int, float],
) -> None:
    """What people did in a day, the till's answers to it, and new work for the warehouse."""
    parcels = warehouse.parcels
    posted, back = parcels.post(since, end)
    due = parcels.between("due", since, end, ParcelState.AWAITING_BALANCE)
    paid = reactions.pay_balances(parcels, due)
    opened = reactions.unpack(parcels, parcels.between("arrives", since, end, ParcelState.PACKED), end)
    rows = in_order(joined(asked, posted, paid, opened, parcels.refunds(since, end)))
    asks = np.flatnonzero((rows["kind"] == Kind.ASK) & (rows["flag"] & Flag.EXCHANGED != 0))
    asked_for = back[parcels.rows["instead"][back] >= 0]
    answers, shops = shop.settle(end, rows, parcels.shelved(since, end, begun))
    answers[asks] = parcels.sent_back_instead(answers[asks], asked_for)
    for part in (answers, shops, warehouse.packed(since, end)):
        shop.tell(part)
    fresh = parcels.exchange(answers[asks], asked_for)
    orders = parcels.of(joined(answers, picked(shops, shops["kind"] == Kind.CREDIT)), claims)
    warehouse.packers.take(np.concatenate([queued(parcels, due), fresh, queued(parcels, orders)]))
    warehouse.inspectors.take(back)


def queued(parcels: Parcels, places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Those that wait for the packers."""
    return np.asarray(places[parcels.rows["state"][places] == ParcelState.QUEUED])


def usual_trust(segments: Iterable[Segment]) -> NDArray[np.float64]:
    """(segments,) what trust comes back to."""
    return np.array([s.trust for s in segments])


def loyalty(segments: Iterable[Segment]) -> NDArray[np.float64]:
    """(segments,) log odds of coming to the next match, all else as usual."""
    return np.asarray(logit([s.loyal for s in segments]))
