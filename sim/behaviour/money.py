"""What an order costs: reductions that meet, credit, deposits.  Amounts are whole minor units."""

from __future__ import annotations

import math

from numba.extending import register_jitable

ROUNDING = 1e-9  # before whole units are taken: a share of an amount is no binary fraction


@register_jitable
def taken_off(offer: int, tier: int, coupon: int, most: int, stacks: bool) -> int:
    """What reductions take off a list price together: their sum or the largest, and no more than `most`.

    `offer` holds even above `most`: a set's own price, or an offer that the shop's rule has let through.
    """
    together = offer + tier + coupon if stacks else max(offer, tier, coupon)
    return max(offer, min(together, most))


@register_jitable
def coupon_counts(offer: int, tier: int, coupon: int, most: int, stacks: bool) -> bool:
    """Whether the coupon is part of the price, and so used up by it."""
    return taken_off(offer, tier, coupon, most, stacks) > taken_off(offer, tier, 0, most, stacks)


@register_jitable
def paid_now(price: int, due: float) -> int:
    """What is paid at once: all, or of a pre-sale the deposit."""
    return price if due == 1.0 else max(1, math.floor(price * due + 0.5))


@register_jitable
def credit_earned(paid: int, rebate: float) -> int:
    """Credit that comes back for a payment [minor units]."""
    return math.floor(paid * rebate + ROUNDING)
