"""A flash discount for the scoring side right after its goal: sell at the moment of joy.

From the article: "when the match enters a key phase, emotion and the impulse to buy rise; recommendations and
limited-time offers that are relevant at that moment lift willingness to buy".  Use it where stock can take a burst.
"""

from __future__ import annotations

from sim.policy import Offer, Push, View

DISCOUNT = 0.15
LASTS = 360.0  # s


class PeakFlash:
    """15% off the goods of the side that scored, in a pop-up and a side panel, for its own fans only."""

    def decide(self, view: View) -> list[Push]:
        """Pushes once for each side that has just scored, while it has goods to sell."""
        scored = {e.side for e in view.news if e.scores}
        return [push for side in sorted(scored) for push in self._flash(view, side)]

    def _flash(self, view: View, side: int) -> list[Push]:
        goods = view.goods_of(side)
        if not goods:
            return []
        best = max(goods, key=lambda product: product.stock)
        offer = Offer(best.key, discount=DISCOUNT)
        fans = view.mask(side=side)
        return [Push(s, offer, expires=view.time + LASTS, audience=fans) for s in ("pop_up", "side_panel")]
