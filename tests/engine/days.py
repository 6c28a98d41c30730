"""Days after a match on their own: a shop that is nothing but its till, and orders made up by hand."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.engine.board import Publisher, Window
from sim.engine.books import Tally
from sim.engine.compiled.days import CompiledDays
from sim.engine.compiled.notes import blank_notes
from sim.engine.compiled.scene import People, Scene, scene_of
from sim.engine.compiled.till import settle, shop_room
from sim.engine.days import Reactions, pass_days
from sim.engine.ledger import ROW, Kind, in_order
from sim.engine.parcels import Parcels
from sim.engine.redlines import limits_of
from sim.engine.reference.after import ReferenceDays
from sim.engine.reference.engine import ReferenceEngine
from sim.engine.stock import Stock, open_till
from sim.engine.warehouse import Warehouse
from sim.world.night import Night
from sim.world.redlines import RedLines

NO_LINES = limits_of([RedLines(mode="off")])


def people_of(night: Night) -> tuple[People, Scene]:
    """A night's crowd and scene as the loops take them."""
    crowd = night.crowd
    people = People(crowd.known, crowd.viewers, crowd.tastes, crowd.signals, crowd.viewers["own_at"].copy())
    return people, scene_of(night, NO_LINES)


def reactions(night: Night, engine: str) -> Reactions:
    """What the crowd of a night does afterwards."""
    if engine == "reference":
        return ReferenceDays(ReferenceEngine(night, NO_LINES, simpy.Environment(), keep=False))
    people, scene = people_of(night)
    shape = 1 + int(night.crowd.viewers["segment"].max()), len(scene.places), len(scene.goods)
    return CompiledDays(people, scene, blank_notes(False, 1 << 14, *shape))


class TillOnly:
    """A shop that is nothing but its till: no stream, no offers.  It insists that a day's rows are of that day."""

    def __init__(self, night: Night) -> None:
        self.catalogue, (self.people, self.scene) = night.catalogue, people_of(night)
        self.stock: Stock = open_till(night)
        self.publisher = Publisher(
            night.catalogue, self.stock.free, len(night.crowd), 0.0, 0.0, night.scenario.assumptions
        )
        self.rows: list[NDArray[np.void]] = []

    def open(self, day: int, start: float, end: float) -> Window:
        self.day = start
        self.publisher.publish(start, self.stock.free, np.zeros(3))
        return Window(start, end, self.publisher.board, np.zeros(0, np.int64))

    def count(self, tally: Tally, window: Window) -> None:
        pass

    def settle(
        self, end: float, rows: NDArray[np.void], entries: NDArray[np.void]
    ) -> tuple[NDArray[np.void], NDArray[np.void]]:
        for times in (rows["time"], entries["time"]):
            assert ((times >= self.day) & (times < end)).all()
        shop = shop_room(len(rows), entries, 0, 6, self.scene.sizes)
        entries = entries[np.argsort(entries["time"], kind="stable")]
        n = settle(
            rows, entries, self.catalogue.quantity, end, self.people, self.scene, self.publisher.board, self.stock, shop
        )
        return rows, shop[:n]

    def tell(self, rows: NDArray[np.void]) -> None:
        self.rows.append(rows.copy())


class Days(NamedTuple):
    """Days that have passed."""

    rows: NDArray[np.void]  # (n,) ROW
    parcels: Parcels
    stock: Stock
    warehouse: Warehouse


def orders(night: Night, viewers: Any, items: Any, sizes: Any, **more: Any) -> NDArray[np.void]:
    """PAYMENT rows at full price, as broadcast ends."""
    viewers = np.asarray(viewers)
    rows = np.zeros(len(viewers), ROW)
    rows["time"], rows["kind"] = night.stage.match.closes, Kind.PAYMENT
    rows["viewer"], rows["item"], rows["push"] = viewers, items, -1
    rows["size"] = np.where(night.catalogue.sized[rows["item"]], sizes, 0)
    rows["price"] = np.floor(night.catalogue.own_price * night.catalogue.due + 0.5)[rows["item"]]
    for name, values in more.items():
        rows[name] = values
    return in_order(rows)


def passed(
    night: Night, paid: NDArray[np.void], days: float, engine: str = "compiled", claims: dict[int, float] | None = None,
    scale: float = 1.0,
) -> Days:  # fmt: skip
    """Days after a night in which nothing happened but the orders `paid`."""
    closes = night.stage.match.closes
    env = simpy.Environment(initial_time=closes)
    parcels, shop = Parcels(night), TillOnly(night)
    parcels.of(paid, claims or {})
    warehouse = Warehouse(env, parcels, scale)
    people = reactions(night, engine)
    until = closes + days * 86400.0
    env.run(until=env.process(pass_days(env, closes, closes, until, people, shop, warehouse, claims or {})))
    return Days(np.concatenate(shop.rows), parcels, shop.stock, warehouse)
