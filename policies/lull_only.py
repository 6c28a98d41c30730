"""Only in stoppages and breaks, and quietly: never between a fan and the ball.

From the article: "in the intervals viewers lean towards ...", "at peaks avoid interfering with the picture".  Use it
where the relationship with the viewer is worth more than tonight's basket.
"""

from __future__ import annotations

from sim.policy import Offer, Push, View
from sim.policy.view import AWAY, HOME

BREAKS = {"HT", "ET_break", "ET_HT", "PK_break", "post"}


class LullOnly:
    """A side panel with goods of the viewer's own side, now and then, only while nothing is on.

    It `lasts` so many seconds; between two there is a `rest` [s], of half that length in breaks.
    """

    def __init__(self, rest: float = 900.0, lasts: float = 420.0) -> None:
        self.rest, self.lasts = rest, lasts
        self.turn = 0
        self.last = float("-inf")

    def decide(self, view: View) -> list[Push]:
        """Pushes in stoppages and breaks, once after each rest."""
        lull = not view.in_play and view.period not in ("pre", "P")
        rested = view.time - self.last >= (self.rest / 2 if view.period in BREAKS else self.rest)
        if not (lull and rested):
            return []
        self.last = view.time
        self.turn += 1
        return [push for side in (HOME, AWAY) for push in self._panel(view, side)]

    def _panel(self, view: View, side: int) -> list[Push]:
        goods = view.goods_of(side)
        if not goods:
            return []
        offer = Offer(goods[self.turn % len(goods)].key)
        return [Push("side_panel", offer, expires=view.time + self.lasts, audience=view.mask(side=side))]
