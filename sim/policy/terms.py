"""Which terms of a push make sense together, and why others do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.policy.push import Push
from sim.world.catalogue import ItemKind

if TYPE_CHECKING:
    from sim.policy.items import Item

AFTER = "after"  # the period of the days after a match
WHAT = {
    ItemKind.PRODUCT: "a product",
    ItemKind.PRESALE: "a pre-sale",
    ItemKind.BUNDLE: "a set",
    ItemKind.COUPON: "a coupon",
    ItemKind.CONTENT: "content",
}


def terms_problem(push: Push, item: Item, *, after: bool) -> str | None:
    """What makes no sense about a push whose parts are sound one by one, and why; None when nothing.

    `item` is what it offers, and `after` says whether the match is over.
    """
    return next(_problems(push, item, after), None)


def _problems(push: Push, item: Item, after: bool) -> Iterator[str]:
    yield from _place(push, after)
    offer, what = push.offer, f"'{item.key}' is {WHAT[item.kind]}"
    if item.kind not in (ItemKind.PRODUCT, ItemKind.BUNDLE):
        if offer.discount or offer.team or offer.joint:
            reason = {
                ItemKind.PRESALE: "its price is a deposit and the rest, and takes no other reduction",
                ItemKind.COUPON: "what it takes off stands in the scenario",
                ItemKind.CONTENT: "it sells nothing",
            }[item.kind]
            yield f"{what}: it takes no discount, no team and no joint promotion, because {reason}"
        if offer.claim and item.kind is ItemKind.CONTENT:
            yield f"{what}: it informs, and cannot exaggerate"
    if offer.team and not offer.discount:
        yield "a team needs a discount: nobody would wait for others to pay the same"
    if offer.discount and item.most_off < 1.0 and _off(push, item) > item.most_off + 1e-9:
        saved = (
            f", which is {1 - item.price / item.list_price:.0%} below its parts already"
            if item.price < item.list_price
            else ""
        )
        most = f"{item.most_off:.0%} off its list price (shop.stacking)"
        yield f"{offer.discount:.0%} off '{item.key}'{saved}: all reductions together may take {most}"
    yield from _at_store(push, item)
    yield from _joint(push, item)


def _place(push: Push, after: bool) -> Iterator[str]:
    if (push.surface == "store_push") != after:
        if after:
            yield f"{push.surface} is on the stream, which is over: after a match there is only store_push"
        else:
            yield "store_push is for the days after a match: say it from follow_up()"


def _at_store(push: Push, item: Item) -> Iterator[str]:
    if push.surface == "store_push" and push.offer.team:
        yield "a team forms on the stream: at the store's end nobody sees who waits"
    if push.surface == "store_push" and item.kind is ItemKind.PRESALE:
        yield f"'{item.key}' is a pre-sale: it is sold on the stream"


def _off(push: Push, item: Item) -> float:
    """Share of the list price that the offer takes off."""
    return 1.0 - (1.0 - push.offer.discount) * item.price / item.list_price


def _joint(push: Push, item: Item) -> Iterator[str]:
    if not push.offer.joint:
        return
    if not item.brand:
        yield f"'{item.key}' has no brand that joins in promotions: give it one in the scenario (brand: {{name: ...}})"
    elif push.surface != "host_mention":
        yield f"a joint promotion is spoken by the host: push it as host_mention, not as {push.surface}"
    elif push.offer.team:
        yield "a joint promotion and a team are two deals: the brand shares in a discount that everybody gets"
    elif not push.offer.discount:
        yield "a joint promotion shares a discount between host and brand: give one"
