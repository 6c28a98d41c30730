"""Who speaks between the match and the shop."""

from __future__ import annotations

from sim.evidence import NONE, number
from sim.world.forms import Form


class Host(Form):
    """The stream's host, whom host mentions and content are heard from."""

    # fmt: off
    expertise: float = number(0.6, "share", 0.2, 1, "assumed", NONE,
        "How well the host knows the goods: what the host says is trusted, and informs, the more", ge=0, le=1)
    enthusiasm: float = number(0.43, "share", 0.1, 0.9, "secondary",
        "Du & Huang 2025 (abstract): sales peak at intensity 0.43; that this host is at the peak is assumed",
        "How warmly the host speaks of goods: too little sells less, and too much, too", ge=0, le=1)
    truthfulness: float = number(1.0, "share", 0.5, 1, "assumed", NONE,
        "What the host leaves true: the rest is exaggeration, in every host mention", ge=0, le=1)
    # fmt: on
