"""Two policies that do the same to different halves of the audience: a difference between them is luck alone."""

from __future__ import annotations

import numpy as np

from sim.policy import Offer, Push, View


class Half:
    """A pop-up for one `half` of the viewers, 0 or 1, whenever something happens: their numbers mean nothing."""

    def __init__(self, half: int = 0) -> None:
        self.half, self.turn = half, 0

    def decide(self, view: View) -> list[Push]:
        """At every event, the next of the goods."""
        if not view.news or not (goods := view.everything()):
            return []
        self.turn += 1
        own = np.arange(len(view.viewers)) % 2 == self.half
        return [Push("pop_up", Offer(goods[self.turn % len(goods)].key, 0.1), view.time + 240.0, own)]
