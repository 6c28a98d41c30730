"""What was said about an item in one push, and the offer that follows from it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import behaviour as b
from sim.engine.board import RUNNING
from sim.parameters import Parameters
from sim.policy.check import Order
from sim.world.catalogue import Catalogue, ItemKind
from sim.world.surfaces import Surface

COUPON_SCALE = 10_000  # a coupon's worth is told as what it makes of this


class Terms(NamedTuple):
    """One push of the night."""

    push: int
    item: int
    order: Order
    price: int  # minor units
    now: float  # s
    expires: float  # s
    claim: float  # how much is exaggerated


def running(terms: Terms, surface: Surface, catalogue: Catalogue, p: Parameters) -> NDArray[np.void]:
    """The offer (RUNNING) that a push opens."""
    offer, item = np.zeros(1, RUNNING), terms.item
    kind, prominence = catalogue.kind[item], terms.order.prominence
    content = kind == ItemKind.CONTENT
    offer["opens"], offer["expires"], offer["push"] = terms.now, terms.expires, terms.push
    offer["salience"] = 1.0 - (1.0 - surface.salience) ** prominence
    offer["intrusiveness"] = surface.intrusiveness * prominence * (p.content_gentle if content else 1.0)
    offer["said"] = 0.0 if content else b.said_pull(terms.claim, terms.order.offer.joint, p)
    offer["price"] = _coupon_worth(catalogue, item) if kind == ItemKind.COUPON else terms.price
    offer["item"], offer["surface"], offer["team"] = item, terms.order.surface, terms.order.offer.team
    offer["everyone"] = terms.order.ids is None
    offer["gated"] = kind == ItemKind.COUPON or catalogue.tier[item] > 0
    offer["exaggerates"] = terms.claim > 0.0
    return np.asarray(offer[0])


def _coupon_worth(catalogue: Catalogue, item: int) -> int:
    """What a coupon makes of 10,000, on average over what it is for."""
    off = catalogue.coupon_off[catalogue.coupon[item]]
    meant = off > 0
    share = float(np.mean(off[meant] / catalogue.price[meant])) if meant.any() else 0.0
    return max(1, round(COUPON_SCALE * (1.0 - share)))
