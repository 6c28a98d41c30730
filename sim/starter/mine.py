"""A policy of your own: what it sees and what it may say stands in docs/policies.md."""

from __future__ import annotations

from sim.policy import HOME, Offer, Push, View


class Mine:
    """Something in home colours for home fans, while play rests: it `lasts` so many seconds, after a `rest` of so many.

    Both are parameters: `-p 'mine.py:Mine(rest=300)'`.
    """

    def __init__(self, rest: float = 600.0, lasts: float = 360.0) -> None:
        self.rest, self.lasts = rest, lasts
        self.rested_at = float("-inf")
        self.turn = 0

    def decide(self, view: View) -> list[Push]:
        """Called at the start of every window; [] pushes nothing."""
        goods = view.goods_of(HOME)
        if view.in_play or view.peak or view.time < self.rested_at or not goods:
            return []
        self.rested_at, self.turn = view.time + self.rest, self.turn + 1
        item = goods[self.turn % len(goods)]
        fans = view.mask(side=HOME, present=True, muted=False) & (view.viewers.shown < 4)
        return [Push("side_panel", Offer(item.key), view.time + self.lasts, fans, because="a lull")]
