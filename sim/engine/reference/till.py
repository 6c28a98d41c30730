"""One settlement at the store's till."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.ledger import Flag, Kind

if TYPE_CHECKING:
    from sim.engine.reference.engine import ReferenceEngine

Row = tuple[float, float, int, int, int, int, int, int, int, int]


@dataclass
class Member:
    """Who waits for a team to be full."""

    viewer: int
    size: int
    value: float
    flag: int


@dataclass
class Shelf:
    """Units of every SKU, moved item by item; says when a SKU runs out and when it is back."""

    engine: ReferenceEngine
    shop: list[Row] = field(default_factory=list)

    def there(self, item: int, size: int) -> bool:
        """Whether all that an item is made of is free."""
        return all(self.engine.stock.free[sku] >= units for sku, units in self._parts(item, size))

    def reserve(self, item: int, size: int, t: float) -> None:
        """Takes an item from the shelf."""
        stock = self.engine.stock
        for sku, units in self._parts(item, size):
            stock.free[sku] -= units
            stock.reserved[sku] += units
            if stock.free[sku] == 0:
                self.tell(t, Kind.SOLD_OUT, *self._place(sku))

    def release(self, item: int, size: int, t: float) -> None:
        """Puts it back."""
        for sku, units in self._parts(item, size):
            self.engine.stock.reserved[sku] -= units
            self.put(sku, units, t)

    def sell(self, item: int, size: int) -> None:
        """What was reserved is paid."""
        for sku, units in self._parts(item, size):
            self.engine.stock.reserved[sku] -= units
            self.engine.stock.sold[sku] += units

    def put(self, sku: int, units: int, t: float) -> None:
        """Puts units on the shelf."""
        stock = self.engine.stock
        stock.free[sku] += units
        if stock.free[sku] == units:
            self.tell(t, Kind.BACK, *self._place(sku))

    def tell(self, t: float, kind: Kind, item: int, size: int, value: float = 0.0) -> None:
        """A row of the shop's own."""
        self.shop.append((t, value, -1, -1, 0, item, int(kind), 0, size, -1))

    def _parts(self, item: int, size: int) -> list[tuple[int, int]]:
        catalogue = self.engine.catalogue
        return [(catalogue.sku(shelf, size), units) for shelf, units in catalogue.parts(item)]

    def _place(self, sku: int) -> tuple[int, int]:
        return divmod(sku, self.engine.catalogue.sizes)


class Till:
    """One settlement: requests, payments and what happens by itself, in order of time."""

    def __init__(self, engine: ReferenceEngine, end: float, entries: NDArray[np.void]) -> None:
        self.engine, self.stock, self.end, self.entries = engine, engine.stock, end, list(entries)
        self.shelf = Shelf(engine)
        self.board = engine.window.board

    def take(self, row: Row) -> Row:
        """Settles one viewer's row; an ASK becomes its answer."""
        t, value, viewer, push, price, item, kind, flag, size, surface = row
        self.happen(t)
        if kind == Kind.PAYMENT:
            self.shelf.sell(item, size)
        elif kind == Kind.LAPSE:
            self.shelf.release(item, size, t)
        elif kind == Kind.REFUND:
            self.undo_credit(row)
        elif kind == Kind.ASK and flag & Flag.STORE:
            kind = self.answer_store(row)
        elif kind == Kind.ASK:
            person = self.engine.viewers[viewer]
            kind = self.answer(row)
            if kind == Kind.MISMATCH:
                value = float(price)
            price = person.wallet.price  # the till's, which may have learnt of an offer since
            person.hear(Kind(kind), t, self.end)
        return t, value, viewer, push, price, item, int(kind), flag, size, surface

    def answer(self, row: Row) -> Kind:
        """What the till says to one request."""
        t, value, viewer, push, price, item, _, flag, size, _ = row
        person, rules = self.engine.viewers[viewer], self.engine.rules
        if flag & Flag.TEAM:
            if rules.holds_stock and not self.shelf.there(item, size):
                return Kind.REFUSAL
            if rules.holds_stock:
                self.shelf.reserve(item, size, t)
            person.record["team"] = push
            self.join(person.slot, Member(viewer, size, value, flag), t)
            return Kind.TEAM
        if rules.price_lag > 0.0:
            person.wallet.seen = price
            person.wallet.look_at_till(t)
            if person.wallet.price > price:
                return Kind.MISMATCH
        if not self.shelf.there(item, size):
            return Kind.REFUSAL
        self.shelf.reserve(item, size, t)
        return Kind.ORDER if flag & Flag.ONE_CLICK else Kind.CART

    def answer_store(self, row: Row) -> Kind:
        """At the store's end what is there is sold at once; a size that cannot be exchanged is sent back for good."""
        t, _, viewer, push, price, item, _, flag, size, _ = row
        person, exchanged = self.engine.viewers[viewer], bool(flag & Flag.EXCHANGED)
        in_hand = not exchanged and person.errand == "asked" and (person.item, person.wallet.price) == (item, price)
        if in_hand:
            person.drop()
        if not self.shelf.there(item, size):
            return Kind.RETURN_POSTED if exchanged else Kind.REFUSAL
        self.shelf.reserve(item, size, t)
        self.shelf.sell(item, size)
        if exchanged:
            return Kind.EXCHANGE
        change = person.bought(item, price, price, person.wallet.spends if in_hand else 0)
        if in_hand:
            person.wallet.use_coupon()
        if change:
            self.shelf.shop.append((t, float(change), viewer, push, 0, item, int(Kind.CREDIT), 0, size, -1))
        return Kind.PAYMENT

    def undo_credit(self, row: Row) -> None:
        """What an order changed in credit is undone with it; what is spent already is owed until more is earned."""
        t, value, viewer, push, _, item, _, _, size, _ = row
        if value:
            self.engine.viewers[viewer].record["credit"] -= int(value)
            self.shelf.shop.append((t, -value, viewer, push, 0, item, int(Kind.CREDIT), 0, size, -1))

    # --- teams

    def join(self, slot: int, member: Member, t: float) -> None:
        """One more in the team; the last one makes it an order for all."""
        team, offer = self.engine.teams[slot], self.board.running[slot]
        team.append(member)
        self.board.teams.waiting[slot] = len(team)
        if len(team) < offer["team"]:
            return
        self.shelf.tell(t, Kind.TEAM_FULL, int(offer["item"]), -1, float(len(team)))
        for each in team:
            self.order_of(slot, each, t)
        team.clear()
        self.board.teams.waiting[slot] = 0
        self.board.teams.full[slot] += 1

    def order_of(self, slot: int, member: Member, t: float) -> None:
        """Sold if kept, or still there."""
        offer = self.board.running[slot]
        item, price = int(offer["item"]), int(offer["price"])
        if not self.engine.rules.holds_stock:
            if not self.shelf.there(item, member.size):
                self.refund(slot, member, t)
                return
            self.shelf.reserve(item, member.size, t)
        self.shelf.sell(item, member.size)
        self.tell_of(slot, member, t, Kind.PAYMENT, price, member.value)
        change = self.engine.viewers[member.viewer].bought(item, price, price, 0)
        if change:
            self.tell_of(slot, member, t, Kind.CREDIT, 0, float(change))

    def refund(self, slot: int, member: Member, t: float) -> None:
        """Money back."""
        self.engine.viewers[member.viewer].team_failed()
        price = int(self.board.running[slot]["price"])
        self.tell_of(slot, member, t, Kind.TEAM_REFUND, price, member.value)

    def fail(self, slot: int, t: float) -> None:
        """The deadline: who waits gets the money back."""
        team, item = self.engine.teams[slot], int(self.board.running[slot]["item"])
        if team:
            self.shelf.tell(t, Kind.TEAM_FAILED, item, -1, float(len(team)))
        for member in team:
            self.refund(slot, member, t)
            if self.engine.rules.holds_stock:
                self.shelf.release(item, member.size, t)
        team.clear()
        self.board.teams.waiting[slot] = 0

    def tell_of(self, slot: int, member: Member, t: float, kind: Kind, price: int, value: float) -> None:
        """A row about a member of a team."""
        offer = self.board.running[slot]
        push, item = int(offer["push"]), int(offer["item"])
        row = (t, value, member.viewer, push, price, item, int(kind), member.flag, member.size, -1)
        self.shelf.shop.append(row)

    # --- what happens by itself

    def happen(self, until: float) -> None:
        """Deliveries, others' purchases, deadlines of teams and returned units, up to `until`."""
        while self.entries and self.entries[0]["time"] <= until:
            entry = self.entries.pop(0)
            t, item, size = float(entry["time"]), int(entry["item"]), int(entry["size"])
            sku = item * self.engine.catalogue.sizes + size
            if entry["kind"] == Kind.DELIVERY:
                self.receive(item, t)
            elif entry["kind"] == Kind.TEAM_FAILED:
                self.fail(int(entry["slot"]), t)
            elif entry["kind"] == Kind.RESTOCK:
                self.stock.restocked[sku] += 1
                self.shelf.tell(t, Kind.RESTOCK, item, size)
                self.shelf.put(sku, 1, t)
            elif entry["kind"] == Kind.WRITE_OFF:
                self.stock.written_off[sku] += 1
                self.shelf.tell(t, Kind.WRITE_OFF, item, size)
            elif self.stock.free[sku] > 0:
                self.stock.free[sku] -= 1
                self.stock.elsewhere[sku] += 1
                self.shelf.tell(t, Kind.STORE_SALE, item, size)
                if self.stock.free[sku] == 0:
                    self.shelf.tell(t, Kind.SOLD_OUT, item, size)

    def receive(self, item: int, t: float) -> None:
        """Shelves a delivery."""
        catalogue = self.engine.catalogue
        for size in range(catalogue.sizes):
            sku = item * catalogue.sizes + size
            units = int(catalogue.quantity[sku])
            if units:
                self.stock.delivered[sku] += units
                self.shelf.tell(t, Kind.DELIVERY, item, size, float(units))
                self.shelf.put(sku, units, t)
