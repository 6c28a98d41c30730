"""Everyone, at every key moment, on the loudest surface: what a platform does that counts impressions.

The article's warning ("information overload", "forced interruptions at peaks") made flesh; use it as the upper end of
pressure, not as advice.
"""

from __future__ import annotations

from sim.policy import Offer, Push, View

KEY = {"goal", "own_goal", "penalty_award", "penalty_miss", "red", "second_yellow"}


class Blast:
    """A pop-up and a side panel for all, product after product; each `lasts` so many seconds."""

    def __init__(self, lasts: float = 300.0) -> None:
        self.lasts = lasts
        self.turn = 0
        self.period = ""

    def decide(self, view: View) -> list[Push]:
        """Pushes at goals, penalties and red cards, and when a period or a break begins."""
        key = any(e.kind in KEY for e in view.news) or view.period != self.period
        self.period = view.period
        goods = view.everything() if key else []
        if not goods:
            return []
        self.turn += 1
        offer = Offer(goods[self.turn % len(goods)].key)
        return [Push(surface, offer, expires=view.time + self.lasts) for surface in ("pop_up", "side_panel")]
