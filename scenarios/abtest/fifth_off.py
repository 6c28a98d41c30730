"""A fifth off the shirt beside the picture, again and again: where stock is endless orders rise by about half."""

from __future__ import annotations

from sim.policy import Offer, Push, View

EVERY, LASTS = 480.0, 420.0  # s


class FifthOff:
    """To everybody, from when the broadcast opens until it closes."""

    def __init__(self) -> None:
        self.due = float("-inf")

    def decide(self, view: View) -> list[Push]:
        """Says it again when it is due."""
        if view.time < self.due:
            return []
        self.due = view.time + EVERY
        return [Push("side_panel", Offer("shirt", discount=0.2), expires=view.time + LASTS)]
