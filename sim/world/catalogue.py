"""All that a push can carry, as arrays: products, goods sold ahead, sets, coupons and content, by number.

The first of them, products and pre-sales, have shelves: one stock-keeping unit (SKU) per shelf and size.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters
from sim.world.loyalty import Loyalty
from sim.world.match import NEUTRAL, SIDES
from sim.world.promotions import Coupon
from sim.world.shop import Product, Shop

NOBODY = 255  # tier that nobody has


class ItemKind(IntEnum):
    """What an item is."""

    PRODUCT = 0
    PRESALE = 1
    BUNDLE = 2
    COUPON = 3
    CONTENT = 4


class Catalogue(NamedTuple):
    """`I` items, the first `S` of them with a shelf of `K` size slots; SKU number = shelf x K + size.

    One-size goods use slot 0.  Money is in minor units of the currency.
    """

    keys: tuple[str, ...]  # item keys, as the scenario names them
    names: tuple[str, ...]
    labels: tuple[str, ...]  # size labels in rising order
    categories: tuple[str, ...]
    kind: NDArray[np.int64]  # (I,) ItemKind
    category: NDArray[np.int64]  # (I,) index into categories, -1: none
    side: NDArray[np.int64]  # (I,) HOME, AWAY or NEUTRAL
    price: NDArray[np.int64]  # (I,) list price, 0 of what is not sold; of a set, that of its parts together
    own_price: NDArray[np.int64]  # (I,) what it costs without any offer: less than `price` only for sets
    reference: NDArray[np.int64]  # (I,) reference price
    due: NDArray[np.float64]  # (I,) share of the price that is paid at once: less than 1 only for pre-sales
    cost: NDArray[np.int64]  # (I,) what one costs the shop
    sized: NDArray[np.bool_]  # (I,) whether a size is chosen
    exposure: NDArray[np.float64]  # (I,) weight in the shopping zone, 0 of what is not sold there
    tier: NDArray[np.uint8]  # (I,) least tier that may buy it, 0 = everyone, NOBODY = early supporters alone
    early: NDArray[np.bool_]  # (I,) whether early supporters may buy it whatever their tier
    funds: NDArray[np.float64]  # (I,) share of a joint discount that its brand pays, -1: no brand
    first_part: NDArray[np.int64]  # (I + 1,) where an item's parts begin; SKUs of shelf items are their own
    part: NDArray[np.int64]  # (parts,) shelf
    units: NDArray[np.int64]  # (parts,) units of it
    coupon: NDArray[np.int64]  # (I,) number of the coupon, -1: none
    coupon_off: NDArray[np.int64]  # (coupons, I) what each takes off each item, 0: not for it
    coupon_days: NDArray[np.float64]  # (coupons,) how long after the match it can be used
    tier_off: NDArray[np.int64]  # (tiers + 1, I) what each tier takes off each item
    most_off: NDArray[np.int64]  # (I,) what all reductions together may take off `price`
    stacks: bool  # reductions add up; otherwise the largest counts
    length: NDArray[np.float64]  # (I,) of content [s]
    presale_balance: NDArray[np.float64]  # (S,) days until the rest is due, 0 of products
    presale_ships: NDArray[np.float64]  # (S,) days until it goes out, 0 of products
    carried: NDArray[np.bool_]  # (S x K,) whether the shop ever sells this SKU
    stock: NDArray[np.int64]  # (S x K,) units on the shelf at the start
    scarce_at: NDArray[np.int64]  # (S,) units of a product, over all sizes, at which the low-stock badge shows
    reorder_at: NDArray[np.int64]  # (S,) units of a product at which more is ordered, -1 = never
    quantity: NDArray[np.int64]  # (S x K,) units that arrive with one order
    lead: NDArray[np.float64]  # (S,) time from order to shelf [s]
    store_demand: NDArray[np.float64]  # (S,) units an hour that others buy at the store

    @property
    def sizes(self) -> int:
        """Size slots per shelf."""
        return len(self.labels)

    @property
    def shelves(self) -> int:
        """Items with a shelf of their own."""
        return len(self.lead)

    @property
    def cost_at_once(self) -> NDArray[np.int64]:
        """(I,) what a payment costs the shop at once: nothing where it is only a deposit."""
        return np.where(self.due == 1.0, self.cost, 0)

    def sku(self, shelf: int, size: int) -> int:
        """Number of the SKU of a shelf in a size slot; one-size goods have one slot."""
        return shelf * self.sizes + (size if self.sized[shelf] else 0)

    def parts(self, item: int) -> list[tuple[int, int]]:
        """(shelf, units) of what an item is made of."""
        here = slice(self.first_part[item], self.first_part[item + 1])
        return list(zip(self.part[here].tolist(), self.units[here].tolist(), strict=True))

    def label(self, sku: int) -> str:
        """`home-jersey/M`, or just the key where there is one size."""
        shelf, size = divmod(sku, self.sizes)
        return f"{self.keys[shelf]}/{self.labels[size]}" if self.sized[shelf] else self.keys[shelf]


class _Item(NamedTuple):
    """A row of the catalogue."""

    key: str
    name: str
    kind: ItemKind
    category: str | None = None
    side: str = "neutral"
    price: float = 0.0
    own_price: float = 0.0
    reference: float = 0.0
    due: float = 1.0
    cost: float = 0.0
    sized: bool = False
    exposure: float = 0.0
    tier: int = 0
    early: bool = False
    funds: float = -1.0
    parts: tuple[tuple[int, int], ...] = ()
    length: float = 0.0


def stock_up(shop: Shop, loyalty: Loyalty, scale: float, parameters: Parameters) -> Catalogue:
    """The catalogue of `shop`, all quantities times `scale` (`--viewers` makes audience and stock smaller together)."""
    items = list(_items(shop, list(loyalty.tiers)))
    goods, labels, minor = list(shop.products.values()), tuple(shop.size_shares), 10**shop.decimals
    categories = tuple(sorted({p.category for p in goods}))
    ahead = list(shop.presales.values())
    stock = np.array(
        [_spread(_units(p, labels), scale) for p in goods]
        + [_spread([p.quota] + [0] * (len(labels) - 1), scale) for p in ahead]
    )
    price = _money([item.price for item in items], minor)
    shelves, none = len(stock), [0] * len(ahead)
    one_size = [[size == 0 for size in range(len(labels))]] * len(ahead)
    return Catalogue(
        keys=tuple(item.key for item in items),
        names=tuple(item.name for item in items),
        labels=labels,
        categories=categories,
        kind=np.array([item.kind for item in items], np.int64),
        category=np.array([categories.index(item.category) if item.category else -1 for item in items]),
        side=np.array([SIDES.index(item.side) for item in items]),
        price=price,
        own_price=_money([item.own_price for item in items], minor),
        reference=_money([item.reference for item in items], minor),
        due=np.array([item.due for item in items]),
        cost=_money([item.cost for item in items], minor),
        sized=np.array([item.sized for item in items]),
        exposure=np.array([item.exposure for item in items]),
        tier=np.array([item.tier for item in items], np.uint8),
        early=np.array([item.early for item in items]),
        funds=np.array([item.funds for item in items]),
        first_part=np.cumsum([0] + [len(item.parts) for item in items]),
        part=np.array([shelf for item in items for shelf, _ in item.parts], np.int64),
        units=np.array([units for item in items for _, units in item.parts], np.int64),
        coupon=_coupon_numbers(items),
        coupon_off=np.array([_coupon_off(c, items, price, minor) for c in shop.coupons.values()], np.int64).reshape(
            -1, len(items)
        ),
        coupon_days=np.array([c.days for c in shop.coupons.values()], float),
        tier_off=np.array(
            [_sold(items) * _share_off(d, price) for d in (0.0, *(t.discount for t in loyalty.tiers.values()))]
        ),
        most_off=np.floor(shop.stacking.most_off * price + 1e-9).astype(np.int64),
        stacks=shop.stacking.rule == "sum",
        length=np.array([item.length for item in items]),
        presale_balance=np.array([0.0] * len(goods) + [p.balance for p in ahead]),
        presale_ships=np.array([0.0] * len(goods) + [p.ships for p in ahead]),
        carried=np.array([_carried(p, labels) for p in goods] + one_size).ravel(),
        stock=stock.ravel(),
        scarce_at=np.floor(parameters.scarcity_share * stock.sum(axis=1)).astype(np.int64),
        reorder_at=np.array([_reorder_at(p, scale) for p in goods] + [-1 for _ in ahead]),
        quantity=np.array(
            [_reordered(p, labels, scale) for p in goods] + [np.zeros(len(labels), np.int64) for _ in ahead]
        ).ravel(),
        lead=np.array([p.replenishment.lead * 60.0 if p.replenishment else 0.0 for p in goods] + none, float),
        store_demand=np.array([p.store_demand * scale for p in goods] + none, float)[:shelves],
    )


def _items(shop: Shop, tiers: list[str]) -> list[_Item]:
    numbers = {key: number for number, key in enumerate(shop.products)}
    items = [_product(key, product, numbers[key], tiers) for key, product in shop.products.items()]
    for key, presale in shop.presales.items():
        made = items[numbers[presale.product]]
        price = presale.price or made.price
        items.append(
            made._replace(
                key=key, name=presale.name, kind=ItemKind.PRESALE, price=price, own_price=price, sized=False,
                due=presale.deposit, parts=((len(items), 1),),
            )
        )  # fmt: skip
    for key, bundle in shop.bundles.items():
        parts = tuple((numbers[product], units) for product, units in bundle.items.items())
        items.append(_bundle(key, bundle.name, bundle.price, parts, items))
    items += [_Item(key, coupon.name, ItemKind.COUPON) for key, coupon in shop.coupons.items()]
    items += [
        _Item(key, content.name, ItemKind.CONTENT, content.category, length=content.minutes * 60.0)
        for key, content in shop.content.items()
    ]
    return items


def _product(key: str, product: Product, shelf: int, tiers: list[str]) -> _Item:
    access = product.access
    tier = 0 if access is None else NOBODY if access.tier is None else tiers.index(access.tier) + 1
    return _Item(
        key, product.name, ItemKind.PRODUCT, product.category, product.side, product.price, product.price,
        product.reference_price or product.price, 1.0, product.cost, product.sizes is not None, product.exposure,
        tier, access is not None and access.early, product.brand.funds if product.brand else -1.0, ((shelf, 1),),
    )  # fmt: skip


def _bundle(key: str, name: str, price: float, parts: tuple[tuple[int, int], ...], items: list[_Item]) -> _Item:
    """A set is of the kind of its dearest part, and in its side's colours if all that have any share them."""
    goods = [(items[shelf], units) for shelf, units in parts]
    dearest = max((good for good, _ in goods), key=lambda good: good.price)
    sides = {good.side for good, _ in goods} - {SIDES[NEUTRAL]}
    return _Item(
        key, name, ItemKind.BUNDLE, dearest.category, sides.pop() if len(sides) == 1 else SIDES[NEUTRAL],
        sum(good.price * units for good, units in goods), price,
        sum(good.reference * units for good, units in goods), 1.0, sum(good.cost * units for good, units in goods),
        any(good.sized for good, _ in goods), max(good.exposure for good, _ in goods), parts=parts,
    )  # fmt: skip


def _money(amounts: list[float], minor: int) -> NDArray[np.int64]:
    return np.array([round(amount * minor) for amount in amounts], np.int64)


def _share_off(share: float, price: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(np.rint(share * price), np.int64)


def _coupon_numbers(items: list[_Item]) -> NDArray[np.int64]:
    is_coupon = np.array([item.kind == ItemKind.COUPON for item in items])
    return np.where(is_coupon, np.cumsum(is_coupon) - 1, -1)


def _coupon_off(coupon: Coupon, items: list[_Item], price: NDArray[np.int64], minor: int) -> NDArray[np.int64]:
    """What a coupon takes off each item; pre-sales and what is not sold take none."""
    off = _share_off(coupon.share, price) if coupon.share else np.full(len(items), round((coupon.amount or 0) * minor))
    meant = np.array([not coupon.categories or item.category in coupon.categories for item in items])
    return np.where(_sold(items) & meant & (price >= round(coupon.above * minor)), off, 0)


def _sold(items: list[_Item]) -> NDArray[np.bool_]:
    """What takes reductions: goods that are there, and sets of them."""
    return np.array([item.kind in (ItemKind.PRODUCT, ItemKind.BUNDLE) for item in items])


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
