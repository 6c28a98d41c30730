"""Which promotions make sense together: what is wrong with a shop's sets, pre-sales and coupons, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sim.errors import did_you_mean
from sim.world.rules import Fault

if TYPE_CHECKING:
    from sim.world.promotions import Bundle
    from sim.world.shop import Product, Shop

GROUPS = ("products", "presales", "bundles", "coupons", "content")


def faults(shop: Shop) -> Iterator[Fault]:
    """Where in the shop, and what makes no sense there."""
    yield from _keys(shop)
    for key, presale in shop.presales.items():
        if presale.product not in shop.products:
            yield ("presales", key, "product"), _unknown(presale.product, shop)
        elif shop.products[presale.product].replenishment:
            words = f"'{presale.product}' is replenished: who can have it within hours does not order it ahead"
            yield ("presales", key, "product"), words
    for key, bundle in shop.bundles.items():
        yield from _bundle(key, bundle, shop)
    categories = {product.category for product in shop.products.values()}
    for key, coupon in shop.coupons.items():
        for category in coupon.categories:
            if category not in categories:
                yield ("coupons", key, "categories"), _no_such("category", category, categories)
        if coupon.share is not None and coupon.share > shop.stacking.most_off:
            words = f"takes off {coupon.share:.0%}, and all reductions together may take {shop.stacking.most_off:.0%}"
            yield ("coupons", key, "share"), words
    for key, content in shop.content.items():
        if content.category not in categories:
            yield ("content", key, "category"), _no_such("category", content.category, categories)


def _keys(shop: Shop) -> Iterator[Fault]:
    """One key, one thing: policies name all of them by their keys."""
    times = Counter(key for group in GROUPS for key in getattr(shop, group))
    for group in GROUPS:
        for key in getattr(shop, group):
            if times[key] > 1 and group != "products":
                yield (group, key), f"'{key}' is the key of something else, too: policies could not tell them apart"


def _bundle(key: str, bundle: Bundle, shop: Shop) -> Iterator[Fault]:
    at = ("bundles", key)
    unknown = [product for product in bundle.items if product not in shop.products]
    for product in unknown:
        words = "a pre-sale cannot be part of a set: it would hold the rest back" if product in shop.presales else ""
        yield (*at, "items", product), words or _unknown(product, shop)
    if unknown:
        return
    goods = {product: shop.products[product] for product in bundle.items}
    if sum(bundle.items.values()) < 2:
        yield (*at, "items"), "a set needs at least two units"
    whole = sum(goods[product].price * units for product, units in bundle.items.items())
    if bundle.price > whole + 1e-9:
        yield (*at, "price"), f"more than its parts cost one by one, {whole:g}"
    elif bundle.price < whole * (1.0 - shop.stacking.most_off) - 1e-9:
        less, most = 1.0 - bundle.price / whole, shop.stacking.most_off
        words = f"{less:.0%} below its parts, and reductions may take {most:.0%} (shop.stacking.most_off)"
        yield (*at, "price"), words
    for product, good in goods.items():
        if good.access:
            words = f"'{product}' is not for everyone, and the set would sell it to all"
            yield (*at, "items", product), words
    if not _common_sizes(list(goods.values())):
        yield (*at, "items"), "no size is carried by all of its garments: nobody could wear it"


def _common_sizes(goods: list[Product]) -> bool:
    sized = [set(good.sizes) for good in goods if good.sizes is not None]
    return not sized or bool(set.intersection(*sized))


def _unknown(product: str, shop: Shop) -> str:
    return _no_such("product", product, shop.products)


def _no_such(what: str, key: str, known: Iterable[str]) -> str:
    return f"there is no {what} '{key}' in this shop{did_you_mean(key, list(known))}"
