"""The days after a match, viewer by viewer in plain Python."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import behaviour as b
from sim import draws
from sim.engine.board import Window
from sim.engine.books import Tally
from sim.engine.ledger import ROW, Flag, Kind, in_order
from sim.engine.parcels import Parcels, ParcelState
from sim.engine.reference.messages import read
from sim.engine.reference.till import Row
from sim.engine.reference.viewer import Viewer
from sim.world.audience import CUSTOMER, LOST

if TYPE_CHECKING:
    from sim.engine.reference.engine import ReferenceEngine


class Customer:
    """One person in the days after a match."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer, self.number, self.p = viewer, viewer.number, viewer.p
        self.night, self.known, self.record, self.draw = viewer.engine.night, viewer.known, viewer.record, viewer.draw

    def state(self, name: str) -> float:
        """A number of the record."""
        return float(self.record[name])

    # --- parcels

    def ease(self) -> float:
        """Factor on the rate of visits to the store."""
        tier = int(self.known["tier"])
        discount = float(self.viewer.engine.tier_share[tier])
        return b.visit_ease(self.state("trust"), self.state("satisfaction"), tier > 0, discount, self.p)

    def luck(self, parcel: np.void, block: int) -> tuple[float, float, float, float]:
        """Four uniforms of a parcel's, which it was born with: it may have been ordered at a match before."""
        index = 2 * int(parcel["number"]) + block
        return draws.draw(self.night.seed, int(parcel["chapter"]), self.number, draws.PARCEL, index)

    def open(self, parcel: np.void, end: float, return_days: float) -> Row:
        """A parcel is at the door."""
        t, claim, before = float(parcel["arrives"]), float(parcel["claim"]), self.ease()
        late = b.days_late(t, float(parcel["promised"]), self.p)
        pleasure = b.pleasure_of_parcel(late, claim, self.p)
        self.record["trust"] = b.trust_after_parcel(self.state("trust"), late, claim, self.p)
        self.record["satisfaction"] = b.satisfied(self.state("satisfaction"), pleasure)
        if self.state("store_at") < math.inf:
            moved = b.moved_visit(t, self.state("store_at"), before, self.ease())
            self.record["store_at"] = max(end, moved)  # the visits of this day are over
        parcel["state"] = ParcelState.ARRIVED
        flag = int(parcel["flags"]) | (Flag.LATE if late > 0.0 else 0)
        price, days = int(parcel["price"]), (t - float(parcel["ordered"])) / b.DAY
        self.try_on(parcel, end, return_days)
        return self.row_of(parcel, t, Kind.ARRIVAL, price, flag, days)

    def try_on(self, parcel: np.void, end: float, return_days: float) -> None:
        """Whether what was in it is kept, or why it goes back, when, and what is wanted instead."""
        catalogue, item, size = self.night.catalogue, int(parcel["item"]), int(parcel["size"])
        own = int(self.record["own_size"])
        informed = bool(int(parcel["flags"]) & Flag.INFORMED)
        _, _, u_fate, u_size = self.luck(parcel, 0)
        fit = b.unfit(bool(catalogue.sized[item]), abs(size - own), informed, self.p)
        discount = max(0.0, 1.0 - int(parcel["price"]) / int(catalogue.price[item]))
        hasty = b.haste(int(parcel["push"]) >= 0, float(parcel["urge"]), discount, self.p)
        reason = b.parcel_fate(u_fate, fit, b.untrue(float(parcel["claim"]), informed, self.p), hasty, self.p)
        parcel["reason"] = reason
        if reason != b.KEPT:
            delay = b.return_delay(self.luck(parcel, 1)[0], return_days)
            parcel["posts"] = max(end, float(parcel["arrives"]) + delay)
        if reason == b.FIT:
            parcel["instead"] = b.size_instead(u_size, size, own, catalogue.sizes, self.p)

    def pay_balance(self, parcel: np.void) -> Row:
        """The rest of a pre-sale is due."""
        u, price, t = self.luck(parcel, 1)[3], int(parcel["price"]), parcel["due"]
        if not b.pays_balance(u, self.state("trust"), self.p):
            parcel["state"] = ParcelState.FORFEITED
            return self.row_of(parcel, float(t), Kind.FORFEIT, 0, int(parcel["flags"]), 0.0)
        rest = int(self.night.catalogue.own_price[parcel["item"]]) - price
        parcel["state"], parcel["price"] = ParcelState.QUEUED, price + rest
        return self.row_of(parcel, float(t), Kind.BALANCE, rest, int(parcel["flags"]), 0.0)

    def row_of(self, parcel: np.void, t: float, kind: Kind, price: int, flag: int, value: float) -> Row:
        """A row about a parcel."""
        push, item, size = int(parcel["push"]), int(parcel["item"]), int(parcel["size"])
        return t, value, self.number, push, price, item, int(kind), int(flag), size, -1

    # --- visits to the store

    def plan_visit(self, t: float) -> None:
        """When the next visit to the store comes after `t`."""
        self.record["store_at"] = math.inf
        if self.record["customer"] == CUSTOMER:
            curves = self.night.stage.curves
            u, u_joy, _, _ = self.draw(draws.STORE, int(self.record["visits"]))
            joy = b.own_mood(self.state("gain"), float(curves.seconds[-1]["mood"][self.known["side"]]))
            after = b.next_visit(t - curves.closes, u, u_joy, self.state("rate"), self.ease(), joy, self.p)
            self.record["store_at"] = curves.closes + after

    def plan_first_visit(self, t: float, since: float) -> None:
        """The same of one that nothing was planned for; who would have come before `since` does so then."""
        self.plan_visit(t)
        self.record["store_at"] = max(since, self.state("store_at"))

    def live(self, window: Window, since: float) -> None:
        """A day: visits, and messages that have not expired, each in a part of the day of its own.

        Who has become a customer the day before comes from now on.
        """
        if self.state("store_at") == math.inf:
            self.plan_first_visit(window.start, since)
        waiting = [slot for slot in (int(s) for s in window.fresh) if self.viewer.is_for(slot)]
        part = (window.end - window.start) / max(1, len(waiting))
        for nth, slot in enumerate(waiting):
            if not self.known["muted"] and self.viewer.is_for(slot):
                luck = self.draw(draws.STORE_PUSH, self.viewer.push_in(slot))
                t = max(since, window.start + (nth + luck[0]) * part)
                if t < window.board.running[slot]["expires"]:
                    self.come_until(t)
                    read(self, t, slot, luck)
        self.come_until(window.end)

    def come_until(self, end: float) -> None:
        """Visits to the store before `end`."""
        while (t := self.state("store_at")) < end:
            self.viewer.tell(t, Kind.STORE_VISIT)
            _, _, u_item, u_last = self.draw(draws.STORE, int(self.record["visits"]))
            item = self.viewer.favourite(u_item, ahead=False)
            if item >= 0:
                self.want(t, item, -1, False)
            self.record["visits"] += 1
            if u_last < self.state("drop"):
                self.record["customer"] = LOST
            self.plan_visit(t)

    def want(self, t: float, item: int, push: int, advised: bool) -> None:
        """Something in one's own size: asks the till for it if the store shows it."""
        catalogue, viewer, flag = self.night.catalogue, self.viewer, Flag.STORE
        size = int(self.record["own_size"]) if catalogue.sized[item] else 0
        if advised or int(self.record["informed"]) >> int(catalogue.category[item]) & 1:
            flag |= Flag.INFORMED
        if catalogue.tier_off[self.known["tier"], item] > 0:
            flag |= Flag.MEMBER
        stock = viewer.engine.window.board.stock
        if not all(stock[catalogue.sku(shelf, size)] >= units for shelf, units in catalogue.parts(item)):
            price = int(catalogue.own_price[item])
            self.viewer.tell(t, Kind.MISS, push=push, item=item, size=size, price=price, flag=int(flag))
            return
        if viewer.errand is None:
            viewer.wallet.look_at_store(item, t)
            viewer.errand, price = "asked", viewer.wallet.price
            flag |= Flag.COUPON if viewer.wallet.coupon >= 0 else Flag(0)
        else:
            price = viewer.wallet.plain_store_price(item, t)
        self.viewer.tell(t, Kind.ASK, push=push, item=item, size=size, price=price, flag=int(flag))

    # --- from match to match

    def rest(self, days: float, usual: float) -> None:
        """Lets `days` pass; `usual` trust."""
        record, p = self.record, self.p
        record["fatigue"] = b.fatigue_after(self.state("fatigue"), self.state("burden"), days, p)
        record["burden"] = 0.0
        record["tolerance"] = b.tired_tolerance(self.state("patience"), self.state("fatigue"), p)
        record["noticed"] = b.noticed_after(int(record["noticed"]), days, p)
        record["trust"] = b.trust_at_rest(self.state("trust"), usual, days, p)
        record["satisfaction"] = b.satisfaction_at_rest(self.state("satisfaction"), days, p)

    def comes_again(self, loyal: float) -> bool:
        """Whether this viewer comes to the next match."""
        u = self.draw(draws.AGAIN, 0)[0]
        states = (self.state(name) for name in ("trust", "satisfaction", "fatigue"))
        return b.comes_again(u, loyal, *states, self.p)


class ReferenceDays:
    """What viewers do in the days after a match; rows are in canonical order."""

    def __init__(self, engine: ReferenceEngine) -> None:
        self.engine = engine
        self.customers = [Customer(viewer) for viewer in engine.viewers]

    def plan(self, start: float, since: float) -> None:
        """When each customer next comes to the store after `start`; nothing of the days happens before `since`."""
        self.since = since
        for customer in self.customers:
            customer.plan_first_visit(start, since)

    def live(self, window: Window) -> tuple[NDArray[np.void], Tally]:
        """Rows of a day, and what was only counted."""
        self.engine.window = window
        for customer in self.customers:
            customer.live(window, self.since)
        rows, tally = self.engine.taken()
        return in_order(rows), tally

    def unpack(self, parcels: Parcels, places: NDArray[np.intp], end: float) -> NDArray[np.void]:
        """Rows of the parcels that arrive, in their order."""
        days, opened = float(parcels.fulfilment.return_days), [parcels.rows[k] for k in places]
        return np.array([self.customers[parcel["viewer"]].open(parcel, end, days) for parcel in opened], ROW)

    def pay_balances(self, parcels: Parcels, places: NDArray[np.intp]) -> NDArray[np.void]:
        """Rows of the rests of pre-sales that are due, in their order."""
        due = [parcels.rows[k] for k in places]
        return np.array([self.customers[parcel["viewer"]].pay_balance(parcel) for parcel in due], ROW)

    def rest(self, days: float, usual: NDArray[np.float64]) -> None:
        """Lets `days` pass until the next match; `usual` (segments,) trust."""
        for customer in self.customers:
            customer.rest(days, float(usual[customer.record["segment"]]))

    def decide_again(self, t: float, coming: NDArray[np.bool_], loyal: NDArray[np.float64]) -> NDArray[np.void]:
        """Who comes to the next match, into `coming` (N,), and rows of those who change; `loyal` are log odds."""
        rows = []
        for i, customer in enumerate(self.customers):
            comes = customer.comes_again(float(loyal[customer.record["segment"]]))
            if comes != coming[i]:
                coming[i] = comes
                rows.append((t, 0.0, i, -1, 0, -1, int(Kind.COMEBACK), int(comes), -1, -1))
        return np.array(rows, ROW)
