"""The shop's shelf as arrays: products by number, and one stock-keeping unit (SKU) per product and size."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters
from sim.world.match import SIDES
from sim.world.scenario import Product, Shop


class Catalogue(NamedTuple):
    """`P` products with `K` size slots each; SKU number = product x K + size.  One-size goods use slot 0.

    Money is in minor units of the currency.
    """

    keys: tuple[str, ...]  # product keys, as the scenario names them
    labels: tuple[str, ...]  # size labels in rising order
    categories: tuple[str, ...]
    category: NDArray[np.int64]  # (P,) index into categories
    side: NDArray[np.int64]  # (P,) HOME, AWAY or NEUTRAL
    price: NDArray[np.int64]  # (P,) list price [minor units]
    reference: NDArray[np.int64]  # (P,) reference price [minor units]
    cost: NDArray[np.int64]  # (P,) cost of a unit [minor units]
    sized: NDArray[np.bool_]  # (P,) whether the product comes in sizes
    carried: NDArray[np.bool_]  # (P x K,) whether the shop ever sells this SKU
    stock: NDArray[np.int64]  # (P x K,) units on the shelf at the start
    scarce_at: NDArray[np.int64]  # (P,) units of a product, over all sizes, at which the low-stock badge shows
    reorder_at: NDArray[np.int64]  # (P,) units of a product at which more is ordered, -1 = never
    quantity: NDArray[np.int64]  # (P x K,) units that arrive with one order
    lead: NDArray[np.float64]  # (P,) time from order to shelf [s]

    @property
    def sizes(self) -> int:
        """Size slots per product."""
        return len(self.labels)

    def sku(self, product: int, size: int) -> int:
        """Number of the SKU of a product in a size slot."""
        return product * self.sizes + size

    def label(self, sku: int) -> str:
        """`home-jersey/M`, or just the product's key where it has one size."""
        product, size = divmod(sku, self.sizes)
        return f"{self.keys[product]}/{self.labels[size]}" if self.sized[product] else self.keys[product]


def stock_up(shop: Shop, scale: float, parameters: Parameters) -> Catalogue:
    """The catalogue of `shop`, all quantities times `scale` (`--viewers` makes audience and stock smaller together)."""
    goods = list(shop.products.values())
    labels = tuple(shop.size_shares)
    categories = tuple(sorted({p.category for p in goods}))
    minor = 10**shop.decimals
    stock = np.array([_spread(_units(p, labels), scale) for p in goods])
    total = stock.sum(axis=1)
    return Catalogue(
        keys=tuple(shop.products),
        labels=labels,
        categories=categories,
        category=np.array([categories.index(p.category) for p in goods]),
        side=np.array([SIDES.index(p.side) for p in goods]),
        price=np.array([round(p.price * minor) for p in goods]),
        reference=np.array([round((p.reference_price or p.price) * minor) for p in goods]),
        cost=np.array([round(p.cost * minor) for p in goods]),
        sized=np.array([p.sizes is not None for p in goods]),
        carried=np.array([_carried(p, labels) for p in goods]).ravel(),
        stock=stock.ravel(),
        scarce_at=np.floor(parameters.scarcity_share * total).astype(np.int64),
        reorder_at=np.array([_reorder_at(p, scale) for p in goods]),
        quantity=np.array([_reordered(p, labels, scale) for p in goods]).ravel(),
        lead=np.array([p.replenishment.lead * 60.0 if p.replenishment else 0.0 for p in goods]),
    )


def _units(product: Product, labels: tuple[str, ...]) -> list[int]:
    if product.sizes is None:
        return [product.stock or 0] + [0] * (len(labels) - 1)
    return [product.sizes.get(label, 0) for label in labels]


def _carried(product: Product, labels: tuple[str, ...]) -> list[bool]:
    if product.sizes is None:
        return [size == 0 for size in range(len(labels))]
    return [label in product.sizes for label in labels]


def _reorder_at(product: Product, scale: float) -> int:
    return round(product.replenishment.reorder_at * scale) if product.replenishment else -1


def _reordered(product: Product, labels: tuple[str, ...], scale: float) -> NDArray[np.int64]:
    if product.replenishment is None:
        return np.zeros(len(labels), np.int64)
    units = np.array(_units(product, labels), float)
    weights = units if units.sum() else np.array(_carried(product, labels), float)
    return _spread(max(1.0, product.replenishment.quantity * scale) * weights / weights.sum(), 1.0)


def _spread(units: list[int] | NDArray[np.float64], scale: float) -> NDArray[np.int64]:
    """Whole units near `units` x `scale` that add up to the rounded total (largest remainders)."""
    exact = np.asarray(units, float) * scale
    whole = np.floor(exact + 1e-9).astype(np.int64)
    missing = round(float(exact.sum())) - int(whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:missing]] += 1
    return whole
