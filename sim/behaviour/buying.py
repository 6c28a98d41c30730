"""From a page to an order, and what to do when the shelf is empty."""

from __future__ import annotations

import math
from typing import Any

from numba.extending import register_jitable

from sim.behaviour.scale import MOST

NOTHING, SAVE, CART, BUY = 0, 1, 2, 3  # what a look at a product page ends in
WALK, WAIT, OTHER_SIZE = 0, 1, 2  # what a missing size ends in


@register_jitable
def page_time(u: float, p: Any) -> float:
    """Seconds on a product page until its visitor decides: a minimum plus an exponential."""
    return p.page_minimum - p.page_seconds * math.log(u)


@register_jitable
def pull_to_buy(
    interest: float, price: float, feeling: float, scarce: bool, annoyance: float, tolerance: float, p: Any
) -> float:
    """Log odds, against the neutral visitor, of wanting the product on the page."""
    x = p.interest * (interest - 0.5) + price + feeling - p.buy_annoyance * annoyance / tolerance
    return x + p.scarcity_effect if scarce else x


@register_jitable
def promise_pull(days: float, p: Any) -> float:
    """Log odds of buying, against the usual, from a delivery promised within `days` (Fisher, Gallino & Xu 2019)."""
    return p.promise_effect * (p.promise_usual - days)


@register_jitable
def decide(u: float, pull: float, p: Any) -> int:
    """What a look at a page ends in: NOTHING, SAVE, CART or BUY, by a multinomial logit against NOTHING.

    Neutral weights from the Taobao log (UserBehavior 2017); `u` below the first share buys, so a stronger pull moves
    the same person up the same scale.
    """
    pull = max(-MOST, min(MOST, pull))
    buy = math.exp(p.buy_base + pull)
    cart = math.exp(p.cart_base + pull)
    save = math.exp(p.save_base + p.save_effect * pull)
    x = u * (1.0 + save + cart + buy)
    if x < buy:
        return BUY
    if x < buy + cart:
        return CART
    return SAVE if x < buy + cart + save else NOTHING


@register_jitable
def payment_share(one_click: bool, p: Any) -> float:
    """Share of reservations that are paid."""
    return p.order_paid if one_click else p.cart_paid


@register_jitable
def payment_time(u: float, window: float, p: Any) -> float:
    """Seconds to payment for somebody who pays: exponential with mean payment_delay x window, cut at the window."""
    scale = p.payment_delay * window
    return -scale * math.log(1.0 - u * (1.0 - math.exp(-window / scale)))


@register_jitable
def size_weight(distance: int, p: Any) -> float:
    """e^(V / mu) of a size `distance` steps from one's own: the leaf of the nested logit."""
    return math.exp(-p.size_misfit * distance / p.size_similarity)


@register_jitable
def missing_size(u: float, inclusive: float, p: Any) -> int:
    """A wanted size is missing: OTHER_SIZE, WAIT or WALK, by nested logit.

    `inclusive` is the sum of `size_weight` over the sizes that are there (availability mask); the nest's value is
    size_value + mu ln(inclusive), walking away is 0 (Gruen, Corsten & Bharadwaj 2002 for the shares).
    """
    other = math.exp(p.size_value) * math.pow(inclusive, p.size_similarity) if inclusive > 0.0 else 0.0
    wait = math.exp(p.wait_value)
    x = u * (1.0 + wait + other)
    if x < other:
        return OTHER_SIZE
    return WAIT if x < other + wait else WALK


@register_jitable
def trust_after_refusal(trust: float, p: Any) -> float:
    """Trust after "sold out at checkout": each takes a share (Anderson, Fitzsimons & Simester 2006: direction only)."""
    return trust * (1.0 - p.trust_lost)
