"""Everyone, at every key moment, on the loudest surface: what a platform does that counts impressions.

The article's warning ("information overload", "forced interruptions at peaks") made flesh; use it as the upper end of
pressure, not as advice.
"""

from __future__ import annotations

from sim.policy import Offer, Push, View

KEY = {"goal", "own_goal", "penalty_award", "penalty_miss", "red", "second_yellow"}
LASTS = 300.0  # s
EVERY = 600.0  # s without a key moment before it makes one of its own


class Blast:
    """A pop-up and a side panel for all, product after product."""

    def __init__(self) -> None:
        self.turn = 0
        self.last = float("-inf")
        self.period = ""

    def decide(self, view: View) -> list[Push]:
        """Pushes at goals, penalties and red cards, when a period begins, and when it has been quiet."""
        key = any(e.kind in KEY for e in view.news) or view.period != self.period
        self.period = view.period
        if not key and view.time - self.last < EVERY:
            return []
        goods = view.everything()
        if not goods:
            return []
        self.last = view.time
        self.turn += 1
        offer = Offer(goods[self.turn % len(goods)].key)
        return [Push(surface, offer, expires=view.time + LASTS) for surface in ("pop_up", "side_panel")]
