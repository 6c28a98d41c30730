"""One settlement at the store's till."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.ledger import Kind

if TYPE_CHECKING:
    from sim.engine.reference.engine import ReferenceEngine

Row = tuple[float, float, int, int, int, int, int, int, int, int]


class Till:
    """One settlement: requests, payments and deliveries in order of time."""

    def __init__(self, engine: ReferenceEngine, end: float, deliveries: list[tuple[float, int]]) -> None:
        self.engine, self.stock, self.end, self.deliveries = engine, engine.stock, end, deliveries
        self.shop: list[Row] = []

    def take(self, row: Row) -> Row:
        """Settles one viewer's row; an ASK becomes CART, ORDER or REFUSAL."""
        t, value, viewer, push, price, product, kind, flag, size, surface = row
        self.receive(t)
        sku = self.engine.catalogue.sku(product, size)
        if kind == Kind.PAYMENT:
            self.stock.reserved[sku] -= 1
            self.stock.sold[sku] += 1
        elif kind == Kind.LAPSE:
            self.stock.reserved[sku] -= 1
            self.put(sku, 1, t)
        elif kind == Kind.ASK:
            granted = self.stock.free[sku] > 0
            if granted:
                self.reserve(sku, t)
            self.engine.viewers[viewer].hear(granted, t, self.end)
            kind = (Kind.ORDER if flag else Kind.CART) if granted else Kind.REFUSAL
        return t, value, viewer, push, price, product, int(kind), flag, size, surface

    def receive(self, until: float) -> None:
        """Shelves what was delivered up to `until`."""
        catalogue = self.engine.catalogue
        while self.deliveries and self.deliveries[0][0] <= until:
            t, product = self.deliveries.pop(0)
            for size in range(catalogue.sizes):
                sku = catalogue.sku(product, size)
                units = int(catalogue.quantity[sku])
                if units:
                    self.stock.delivered[sku] += units
                    self.tell(t, Kind.DELIVERY, sku, float(units))
                    self.put(sku, units, t)

    def reserve(self, sku: int, t: float) -> None:
        """Takes one unit from the shelf."""
        self.stock.free[sku] -= 1
        self.stock.reserved[sku] += 1
        if self.stock.free[sku] == 0:
            self.tell(t, Kind.SOLD_OUT, sku)

    def put(self, sku: int, units: int, t: float) -> None:
        """Puts units on the shelf."""
        self.stock.free[sku] += units
        if self.stock.free[sku] == units:
            self.tell(t, Kind.BACK, sku)

    def tell(self, t: float, kind: Kind, sku: int, value: float = 0.0) -> None:
        """A row of the shop's own."""
        product, size = divmod(sku, self.engine.catalogue.sizes)
        self.shop.append((t, value, -1, -1, 0, product, int(kind), 0, size, -1))
