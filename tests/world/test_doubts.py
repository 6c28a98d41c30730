"""What a scenario may say but probably does not mean."""

from __future__ import annotations

from typing import Any

import pytest

from sim.world.doubts import doubts
from tests.worlds import TIERS, shop, whole_shop, world

REPLENISHED = {"reorder_at": 1, "quantity": 3, "lead": 5.0}


def doubts_of(product: str = "ball", shop_changes: dict[str, Any] | None = None, **changes: Any) -> list[str]:
    goods = shop(stock=6)
    goods["products"][product] |= changes
    found = doubts(world(shop={**goods, **(shop_changes or {})}).scenario)
    return [f"{'.'.join(map(str, where))}: {message}" for where, message in found]


def test_an_ordinary_shop_raises_no_doubt():
    assert doubts_of() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cost": 30.5}, "ball.cost: costs 30.5, more than its price of 30"),
        ({"reference_price": 3000.0}, "ball.reference_price: viewers are used to paying 3000, and its price is 30"),
        ({"reference_price": 2.99}, "ball.reference_price: viewers are used to paying 2.99"),
        ({"category": "jersy"}, "ball.category: only this product is of category 'jersy': is 'jersey' meant?"),
        (
            {"replenishment": REPLENISHED | {"reorder_at": 6}},
            "ball.replenishment.reorder_at: more is ordered at 6, which",
        ),
        ({"stock": 0}, "ball.stock: none on the shelf and no replenishment"),
        ({"stock": None, "sizes": {"S": 0, "M": 0}}, "ball.sizes: none on the shelf and no replenishment"),
    ],
)
def test_what_is_probably_a_slip_is_doubted_at_its_place(changes, said):
    (found,) = doubts_of(**changes)
    assert found.startswith(f"shop.products.{said}")


@pytest.mark.parametrize(
    "changes",
    [
        {"cost": 30.0},
        {"reference_price": 300.0},
        {"reference_price": 3.0},
        {"category": "jacket"},
        {"stock": 0, "replenishment": REPLENISHED},
        {"stock": None, "sizes": {"S": 0, "M": 1}},
    ],
)
def test_what_may_well_be_meant_is_not_doubted(changes):
    assert doubts_of(**changes) == []


def test_sizes_that_nobody_wears_are_doubted_where_there_are_any():
    shares = {"S": 0.5, "M": 0.5, "L": 0.0, "XL": 0.0}
    said = doubts_of("red-shirt", {"size_shares": shares}, sizes={"M": 5, "L": 5, "XL": 0})
    assert said == [
        "shop.products.red-shirt.sizes.L: nobody wears L: its share in shop.size_shares is 0",
        "shop.products.blue-shirt.sizes.L: nobody wears L: its share in shop.size_shares is 0",
    ]


def test_of_two_categories_alike_the_later_is_doubted():
    goods = {k: {**p, "category": c} for (k, p), c in zip(
        shop(6)["products"].items(), ("scarves", "scarf-sets", "scarfsets"), strict=True)}  # fmt: skip
    found = doubts(world(shop={"products": goods}).scenario)
    assert [where[2] for where, _ in found] == ["ball"]


def test_numbered_categories_are_meant():
    goods = {k: {**p, "category": c} for (k, p), c in zip(
        shop(6)["products"].items(), ("shirts-2029", "shirts-2030", "shirts-2030"), strict=True)}  # fmt: skip
    assert list(doubts(world(shop={"products": goods}).scenario)) == []


OFFERS = {
    "a pre-sale dearer than the thing": (
        {"presales": {"ahead": {"price": 80.01}}}, "presales.ahead.price: dearer ahead than the product itself"),
    "a pre-sale of none": ({"presales": {"ahead": {"quota": 0}}}, "presales.ahead.quota: nobody can ever order it"),
    "a set that saves nothing": ({"bundles": {"set": {"price": 140.0}}}, "bundles.set.price: saves nothing: its parts"),
    "a coupon from more than anything costs": (
        {"coupons": {"tenth": {"above": 120.5}}}, "coupons.tenth.above: counts from 120.5, and the dearest that it is"),
    "a zone that shows nothing": (
        {"products": {key: {"exposure": 0} for key in ("red-shirt", "blue-shirt", "ball")}},
        "products: an exposure of 0 each"),
    "demand that leaves nothing": (
        {"products": {"ball": {"store_demand": 12.0}}}, "products.ball.store_demand: others at the store buy some 6"),
    "an edition for members of whom there are none": (
        {"products": {"blue-shirt": {"access": {"tier": "gold"}}}}, "products.blue-shirt.access: nobody may buy it"),
}  # fmt: skip


def doubts_of_offers(changes: dict[str, dict[str, dict[str, Any]]], members: float = 0.0) -> list[str]:
    goods = whole_shop(6)
    for group, forms in changes.items():
        for key, change in forms.items():
            goods[group][key] |= change
    people = {"viewers": 10, "segments": {"all": {"members": members}}}
    found = doubts(world(shop=goods, loyalty=TIERS, audience=people).scenario)
    return [f"{'.'.join(map(str, where))}: {message}" for where, message in found]


def test_a_tier_worth_less_than_the_one_before_is_doubted():
    one, two = {"name": "One", "points": 0, "discount": 0.2}, {"name": "Two", "points": 9, "discount": 0.03}
    tiers = {"one": one, "two": two}
    (found,) = doubts(world(loyalty={"tiers": tiers}).scenario)
    assert found == (("loyalty", "tiers", "two", "discount"), "3% off, less than the 20% of the tier before it")


@pytest.mark.parametrize(("days", "said"), [(6.0, []), (5.9, [("shop", "presales", "ahead", "ships")])])
def test_a_pre_sale_that_goes_out_too_late_to_be_followed_is_doubted(days, said):
    goods = shop(6, presales={"ahead": {"name": "Ahead", "product": "ball", "quota": 6, "balance": 1, "ships": 4}})
    fast = {"carriers": {"post": {"name": "Post", "share": 1, "median": 2}}, "return_days": 1}
    found = doubts(world(shop=goods, fulfilment=fast, days_after=days).scenario)
    assert [where for where, _ in found] == said


def test_a_shop_with_everything_raises_no_doubt():
    assert doubts_of_offers({}) == []


@pytest.mark.parametrize(("changes", "said"), OFFERS.values(), ids=OFFERS)
def test_offers_that_nobody_can_want_or_have_are_doubted(changes, said):
    (found,) = doubts_of_offers(changes)
    assert found.startswith(f"shop.{said}")


@pytest.mark.parametrize(
    "changes",
    [
        {"presales": {"ahead": {"price": 80.0}}},
        {"bundles": {"set": {"price": 139.0}}},
        {"products": {"ball": {"store_demand": 11.0}}},
        {"products": {"ball": {"store_demand": 60.0, "replenishment": REPLENISHED}}},
        {"products": {"blue-shirt": {"access": {"early": True}}}},
        {"coupons": {"fiver": {"above": 100.0}}},  # the set costs as much
    ],
)
def test_offers_that_may_well_be_meant_are_not_doubted(changes):
    assert doubts_of_offers(changes) == []


@pytest.mark.parametrize(
    ("days", "late", "said"),
    [
        (
            3.0,
            {"return_days": 1.1},
            ["fulfilment.return_days: what is sent back is sent some 3.1 days", "balance"],
        ),
        (3.1, {"return_days": 1.1}, ["shop.presales.ahead.ships: goes out 4 days after the order, and 3.1"]),
        (0.0, {"return_days": 9.0}, []),
    ],
)
def test_what_comes_later_than_anybody_looks_is_doubted(days, late, said):
    found = doubts(world(shop=whole_shop(6), days_after=days, fulfilment=late).scenario)
    told = [f"{'.'.join(map(str, where))}: {message}" for where, message in found]
    assert len(told) == len(said)
    assert all(words in told[i] for i, words in enumerate(said))


def test_members_may_buy_what_is_for_their_tier():
    assert doubts_of_offers({"products": {"blue-shirt": {"access": {"tier": "gold"}}}}, members=0.1) == []


def test_a_coupon_that_is_for_nothing_so_dear_is_doubted():
    coupon = {"fiver": {"name": "Five off", "amount": 5.0, "above": 80.01, "categories": ["jersey"]}}
    (found,) = doubts_of(shop_changes={"coupons": coupon})
    assert found == "shop.coupons.fiver.above: counts from 80.01, and the dearest that it is for costs 80"


def test_nobody_is_early_who_must_come_before_the_broadcast_opens():
    goods = whole_shop(6)
    goods["products"]["blue-shirt"]["access"] = {"early": True}
    for early, doubted in ((-30.0, 1), (-29.0, 0)):
        assert len(list(doubts(world(shop=goods, loyalty={"early": early}).scenario))) == doubted
