"""Numbers of the days after a match."""

# fmt: off
from __future__ import annotations

from pydantic import BaseModel

from sim.evidence import NONE, number

CDNOW = "Fader, Hardie & Lee 2005, CDNOW: as the BTYD and lifetimes packages give it"


class Repeat(BaseModel):
    """How often customers come to the store, and when they stop: BG/NBD."""

    visit_shape: float = number(0.243, "shape of a gamma", 0.1, 1, "published", CDNOW,
        "Customers' rates of buying: r", gt=0, le=10)
    visit_scale: float = number(4.414, "weeks", 1, 15, "published", CDNOW,
        "Customers' rates of buying: alpha", gt=0, le=100)
    drop_a: float = number(0.793, "shape of a beta", 0.3, 2, "published", CDNOW,
        "Chance that a purchase is the last: a", gt=0, le=20)
    drop_b: float = number(2.426, "shape of a beta", 1, 6, "published", CDNOW,
        "Chance that a purchase is the last: b", gt=0, le=20)
