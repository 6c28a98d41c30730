"""A policy of your own: what it sees and what it may say stands in docs/policies.md."""

from __future__ import annotations

from sim.policy import HOME, Offer, Push, View

REST = 600.0  # s between two pushes
LASTS = 360.0  # s


class Mine:
    """Something in home colours for home fans, while play rests, at most every ten minutes."""

    def __init__(self) -> None:
        self.rested_at = float("-inf")
        self.turn = 0

    def decide(self, view: View) -> list[Push]:
        """Called at the start of every window; [] pushes nothing."""
        goods = view.goods_of(HOME)
        if view.in_play or view.peak or view.time < self.rested_at or not goods:
            return []
        self.rested_at, self.turn = view.time + REST, self.turn + 1
        item = goods[self.turn % len(goods)]
        fans = view.mask(side=HOME, present=True, muted=False) & (view.viewers.shown < 4)
        return [Push("side_panel", Offer(item.key), view.time + LASTS, fans, because="a lull")]
