"""A flash discount for the scoring side right after its goal: sell at the moment of joy.

From the article: "when the match enters a key phase, emotion and the impulse to buy rise; recommendations and
limited-time offers that are relevant at that moment lift willingness to buy".  Use it where stock can take a burst.
"""

from __future__ import annotations

from sim.policy import Offer, Push, View


class PeakFlash:
    """A discount on goods of the side that scored, in a pop-up and a side panel, for its own fans only.

    `discount` is a share of the price, and it `lasts` so many seconds.
    """

    def __init__(self, discount: float = 0.15, lasts: float = 360.0) -> None:
        self.discount = discount
        self.lasts = lasts

    def decide(self, view: View) -> list[Push]:
        """Pushes once for each side that has just scored, while it has goods to sell."""
        scored = {e.side for e in view.news if e.scores}
        return [push for side in sorted(scored) for push in self._flash(view, side)]

    def _flash(self, view: View, side: int) -> list[Push]:
        goods = view.goods_of(side)
        if not goods:
            return []
        best = max(goods, key=lambda product: product.stock)
        offer = Offer(best.key, discount=self.discount)
        fans = view.mask(side=side)
        return [Push(s, offer, expires=view.time + self.lasts, audience=fans) for s in ("pop_up", "side_panel")]
