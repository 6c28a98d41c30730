"""Learn during the night what works with whom: a contextual bandit with Thompson sampling.

From the article: "data monitoring and optimisation, with continuous A/B tests".  Viewers are put into cells by what
they do; in every round each cell gets the way to show an item that looks best in a draw from what is believed of it, so
what is uncertain is tried and what disappoints is dropped.  Use it for a first night with a new audience; by the next
night it has forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.policy import AWAY, HOME, NEUTRAL, Item, Offer, Push, View
from sim.world.surfaces import SurfaceName

CLICKS = (2.0, 60.0)  # belief before the match: clicks, and showings without one
ORDERS = (1.0, 30.0)  # orders, and clicks without one


class Way(NamedTuple):
    """A way to show an item, and what showing it once costs in annoyance [currency] (assumed)."""

    name: str
    surface: SurfaceName
    discount: float
    cost: float


WAYS = (
    Way("entry", "floating_entry", 0.0, 0.005),
    Way("panel", "side_panel", 0.0, 0.01),
    Way("panel-10", "side_panel", 0.1, 0.01),
    Way("host", "host_mention", 0.0, 0.013),
)
Counts = Mapping[str, NDArray[np.float64]]  # shown, clicked, ordered, by cell and way


class Bandit:
    """Cells of side and engagement; a way for each, drawn anew from what its pushes have brought so far.

    A round comes after a `rest` [s] at the earliest and `lasts` so many seconds.  A viewer is shown `most` pushes, at
    least so many minutes `apart`.
    """

    def __init__(self, rest: float = 240.0, lasts: float = 240.0, most: int = 8, apart: float = 8.0) -> None:
        self.rest, self.lasts = rest, lasts
        self.most, self.apart = most, apart
        self.turn = 0
        self.rested_at = float("-inf")

    def decide(self, view: View) -> list[Push]:
        """A round after each rest while play rests or is calm."""
        if view.peak or view.time < self.rested_at:
            return []
        self.rested_at, self.turn = view.time + self.rest, self.turn + 1
        v, so_far = view.viewers, _so_far(view)
        fresh = v.present & ~v.muted & (v.shown < self.most) & (v.minutes_since_shown >= self.apart)
        engaged, side = (v.clicks > 0) | (v.chats > 1), v.side
        said = []
        for name, of in (("home", HOME), ("away", AWAY), ("neutral", NEUTRAL)):
            for keen in (True, False):
                cell = f"{name}-{'engaged' if keen else 'quiet'}"
                who = fresh & (side == of) & (engaged == keen)
                if item := self._item(view, of) if who.any() else None:
                    said += self._round(view, cell, item, who, so_far)
        return said

    def _item(self, view: View, side: int) -> Item | None:
        goods = [x for x in view.everything() if x.side in (side, NEUTRAL) and not x.limited]
        return goods[self.turn % len(goods)] if goods else None

    def _round(self, view: View, cell: str, item: Item, who: NDArray[np.bool_], so_far: Counts) -> list[Push]:
        drawn = {way: _drawn(view, f"{cell}: {way.name}", way, item, so_far) for way in WAYS}
        best = max(drawn, key=lambda way: drawn[way])
        if drawn[best] <= 0.0:
            return []
        offer, because = Offer(item.key, _off(best, item)), f"{cell}: {best.name}"
        return [Push(best.surface, offer, view.time + self.lasts, who, because=because)]


def _so_far(view: View) -> Counts:
    """Showings, clicks and orders by cell and way."""
    counts: dict[str, NDArray[np.float64]] = {}
    for push in view.pushes:
        row = counts.setdefault(push.said.because, np.zeros(3))
        row += (push.shown, push.clicks, push.orders)
    return counts


def _drawn(view: View, key: str, way: Way, item: Item, so_far: Counts) -> float:
    """What one showing is worth, in a draw from what is believed of its clicks and orders [currency]."""
    shown, clicked, ordered = so_far.get(key, np.zeros(3)).tolist()
    click = view.random.beta(CLICKS[0] + clicked, CLICKS[1] + max(shown - clicked, 0.0))
    order = view.random.beta(ORDERS[0] + ordered, ORDERS[1] + max(clicked - ordered, 0.0))
    margin = item.price * (1.0 - _off(way, item)) - item.cost
    return float(click * order * margin - way.cost)


def _off(way: Way, item: Item) -> float:
    """What a way takes off an item: nothing where all reductions together may not take so much."""
    return way.discount if item.most_off >= way.discount else 0.0
