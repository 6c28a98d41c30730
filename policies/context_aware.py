"""Score every viewer now, and let the score decide: who first, how deep the promotion, how visible the entry.

From the article: "score viewers in real time by time watched, heat of interaction and purchase history, and adjust
priority, depth of promotion and visibility of the entry".  Fatigue counts against: each push shown in vain lowers the
score, and nobody gets more than a few.  Use it as the default for a platform that knows its viewers a little.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.policy import AWAY, HOME, NEUTRAL, Item, Offer, Push, View
from sim.policy.score import scores

Served = list[tuple[Item, NDArray[np.bool_]]]


class ContextAware:
    """In lulls: a panel for the keen, a discounted panel for the warm, a quiet entry for the rest.

    A round comes after a `rest` [s] at the earliest and `lasts` so many seconds.  A viewer is shown `most` pushes, at
    least so many minutes `apart`.  Who scores `keen` or more is keen, and from `warm` on warm (scores are from 0 to 1);
    the warm get a `discount`, a share of the price.
    """

    def __init__(
        self,
        rest: float = 300.0,
        lasts: float = 300.0,
        most: int = 7,
        apart: float = 8.0,
        keen: float = 0.5,
        warm: float = 0.33,
        discount: float = 0.1,
    ) -> None:
        self.rest, self.lasts, self.most, self.apart = rest, lasts, most, apart
        self.keen, self.warm, self.discount = keen, warm, discount
        self.rested_at = float("-inf")

    def decide(self, view: View) -> list[Push]:
        """Pushes while play rests and no peak is near, to each side its own goods."""
        if view.in_play or view.peak or view.time < self.rested_at:
            return []
        self.rested_at = view.time + self.rest
        v, score = view.viewers, scores(view)
        fresh = v.present & ~v.muted & (v.shown < self.most) & (v.minutes_since_shown >= self.apart)
        side = v.side
        groups = [(of, fresh & (side == of)) for of in (HOME, AWAY, NEUTRAL)]
        return [push for of, fans in groups if fans.any() for push in self._of_side(view, of, fans, score)]

    def _of_side(self, view: View, side: int, fans: NDArray[np.bool_], score: NDArray[np.float64]) -> list[Push]:
        goods = [item for item in view.everything() if item.side in (side, NEUTRAL) and not item.limited]
        if not goods:
            return []
        keen = fans & (score >= self.keen)
        warm = fans & (score >= self.warm) & ~keen
        cool = fans & ~keen & ~warm
        own = max(goods, key=lambda item: (item.side == side, item.price - item.cost))
        depth = self.discount if own.most_off >= self.discount else 0.0
        until, pushes = view.time + self.lasts, []
        for item, who in self._by_taste(view, goods, own, keen):
            pushes.append(Push("side_panel", Offer(item.key), until, who, prominence=1.5, because="keen"))
        pushes.append(Push("side_panel", Offer(own.key, depth), until, warm, because="warm"))
        pushes.append(Push("floating_entry", Offer(own.key), until, cool, 0.7, because="cool"))
        return pushes

    def _by_taste(self, view: View, goods: list[Item], own: Item, who: NDArray[np.bool_]) -> Served:
        """The best of the two categories that most have turned to, for these; `own` for the rest."""
        best = {item.category: item for item in sorted(goods, key=lambda item: item.price - item.cost)}
        signs = np.stack([view.viewers.interest(category) for category in best])
        favourite = np.where(signs.max(axis=0) > 0, signs.argmax(axis=0), -1)
        fans = [(item, who & (favourite == number)) for number, item in enumerate(best.values())]
        served = sorted(fans, key=lambda pair: -np.count_nonzero(pair[1]))[:2]
        rest = who & ~np.logical_or.reduce([some for _, some in served])
        return [*served, (own, rest)]
