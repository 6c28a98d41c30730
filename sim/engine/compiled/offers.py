"""Which of the offers that run are for this viewer."""

from __future__ import annotations

import numpy as np

from sim.compiled import inlined


@inlined
def applies(i, slot, t, board):
    """Whether the offer in a slot runs at `t` and is for this viewer."""
    offer = board.running[slot]
    if t < offer.opens or t >= offer.expires:
        return False
    if offer.everyone == 1:
        return True
    return (board.eligible[i] >> np.uint64(slot)) & np.uint64(1) == np.uint64(1)


@inlined
def price_for(i, product, t, scene, board):
    """The lowest price this viewer can have at `t`."""
    price = scene.goods[product].price
    for slot in board.live:
        offer = board.running[slot]
        if offer.product == product and offer.price < price and applies(i, slot, t, board):
            price = offer.price
    return price
