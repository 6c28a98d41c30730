"""What may be meant in a scenario, but is more likely a slip."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import pairwise

from sim.world.rules import Fault
from sim.world.scenario import Scenario
from sim.world.shop import Product, Shop

FAR = 10.0  # times the price
ALIKE = 0.85  # of two categories' names: jersey and jersy are .91 alike, shirt and short .80


def doubts(scenario: Scenario) -> Iterator[Fault]:
    """Where in the scenario, and what looks wrong there."""
    yield from _prices(scenario.shop)
    yield from _categories(scenario.shop)
    yield from _stock(scenario.shop)
    yield from _offers(scenario.shop)
    yield from _others(scenario.shop, scenario.assumptions.pre_match)
    yield from _access(scenario)
    yield from _tiers(scenario)
    yield from _too_late(scenario)


def _prices(shop: Shop) -> Iterator[Fault]:
    for key, product in shop.products.items():
        price, reference = product.price, product.reference_price
        if product.cost > price:
            yield ("shop", "products", key, "cost"), f"costs {product.cost:g}, more than its price of {price:g}"
        if reference and not price / FAR <= reference <= price * FAR:
            words = (
                f"viewers are used to paying {reference:g}, and its price is {price:g}: is a decimal point misplaced?"
            )
            yield ("shop", "products", key, "reference_price"), words


def _categories(shop: Shop) -> Iterator[Fault]:
    used = Counter(product.category for product in shop.products.values())
    seen: set[str] = set()
    for key, product in shop.products.items():
        others = seen | {category for category, times in used.items() if times > 1}
        near = _near(product.category, others) if used[product.category] == 1 else []
        if near:
            words = f"only this product is of category '{product.category}': is '{near[0]}' meant?"
            yield ("shop", "products", key, "category"), words
        seen.add(product.category)


def _near(category: str, others: set[str]) -> list[str]:
    """Of other categories the one that may be meant; who numbers categories means each."""
    meant = {other for other in others if _unnumbered(other) != _unnumbered(category)}
    return get_close_matches(category, meant, n=1, cutoff=ALIKE)


def _unnumbered(category: str) -> str:
    return re.sub(r"[0-9]", "", category)


def _stock(shop: Shop) -> Iterator[Fault]:
    for key, product in shop.products.items():
        field = "stock" if product.sizes is None else "sizes"
        if not product.stock and not any((product.sizes or {}).values()) and product.replenishment is None:
            yield ("shop", "products", key, field), "none on the shelf and no replenishment: nobody can ever buy it"
        whole = product.stock or sum((product.sizes or {}).values())
        if product.replenishment and product.replenishment.reorder_at >= whole > 0:
            words = f"more is ordered at {product.replenishment.reorder_at}, which is all there is at first: {whole}"
            yield ("shop", "products", key, "replenishment", "reorder_at"), words
        for size, units in (product.sizes or {}).items():
            if units and not shop.size_shares[size]:
                words = f"nobody wears {size}: its share in shop.size_shares is 0"
                yield ("shop", "products", key, "sizes", size), words


def _offers(shop: Shop) -> Iterator[Fault]:
    """Pre-sales, sets and coupons that nobody can want or use."""
    for key, presale in shop.presales.items():
        price = shop.products[presale.product].price
        if presale.price and presale.price > price:
            yield ("shop", "presales", key, "price"), f"dearer ahead than the product itself, which costs {price:g}"
        if not presale.quota:
            yield ("shop", "presales", key, "quota"), "nobody can ever order it ahead"
    for key, bundle in shop.bundles.items():
        whole = sum(shop.products[product].price * units for product, units in bundle.items.items())
        if bundle.price > whole - 1e-9:
            yield ("shop", "bundles", key, "price"), f"saves nothing: its parts cost {whole:g} one by one"
    goods = [(product.price, product.category) for product in shop.products.values()]
    goods += [(b.price, max((shop.products[p] for p in b.items), key=_price).category) for b in shop.bundles.values()]
    for key, coupon in shop.coupons.items():
        dearest = max(price for price, category in goods if not coupon.categories or category in coupon.categories)
        if coupon.above > dearest:
            words = f"counts from {coupon.above:g}, and the dearest that it is for costs {dearest:g}"
            yield ("shop", "coupons", key, "above"), words
    if not any(product.exposure for product in shop.products.values()):
        yield ("shop", "products"), "an exposure of 0 each: visitors of the shopping zone are shown nothing"


def _price(product: Product) -> float:
    return product.price


def _others(shop: Shop, minutes: float) -> Iterator[Fault]:
    """Shelves that others at the store empty before kick-off, which is `minutes` after the broadcast opens."""
    for key, product in shop.products.items():
        whole, wanted = product.stock or sum((product.sizes or {}).values()), product.store_demand * minutes / 60.0
        if 0 < whole <= wanted and product.replenishment is None:
            words = f"others at the store buy some {wanted:g} before kick-off, and there are {whole}"
            yield ("shop", "products", key, "store_demand"), words


def _access(scenario: Scenario) -> Iterator[Fault]:
    """Limited editions that nobody may buy."""
    members = any(segment.share and segment.members for segment in scenario.audience.segments.values())
    early = scenario.loyalty.early > -scenario.assumptions.pre_match
    for key, product in scenario.shop.products.items():
        access = product.access
        if access and not (access.tier and members) and not (access.early and early):
            lacking = ["no segment has members"] * bool(access.tier)
            lacking += ["the broadcast opens after loyalty.early"] * access.early
            yield ("shop", "products", key, "access"), f"nobody may buy it: {', and '.join(lacking)}"


def _tiers(scenario: Scenario) -> Iterator[Fault]:
    """Tiers that are worth less than the one before them."""
    tiers = list(scenario.loyalty.tiers.items())
    for (_, lower), (key, tier) in pairwise(tiers):
        if tier.discount < lower.discount:
            words = f"{tier.discount:.0%} off, less than the {lower.discount:.0%} of the tier before it"
            yield ("loyalty", "tiers", key, "discount"), words


def _too_late(scenario: Scenario) -> Iterator[Fault]:
    """What would happen in the days after, but later than they are followed."""
    days, sent = scenario.days_after, scenario.fulfilment
    if not days:
        return
    way = max(carrier.median for carrier in sent.carriers.values() if carrier.share)
    back = way + sent.return_days
    if back > days:
        words = f"what is sent back is sent some {back:g} days after the order, and {days:g} are followed: most is lost"
        yield ("fulfilment", "return_days"), words
    for key, presale in scenario.shop.presales.items():
        if presale.balance >= days:
            words = f"the rest is due {presale.balance:g} days after the order, and {days:g} are followed: none is paid"
            yield ("shop", "presales", key, "balance"), words
        elif presale.ships + way > days:
            words = f"goes out {presale.ships:g} days after the order, and {days:g} are followed: most never arrives"
            yield ("shop", "presales", key, "ships"), words
