"""The shirt for less in a team that must be full in time, which half an audience fills more slowly than a whole one."""

from __future__ import annotations

from sim.policy import Offer, Push, View

TEAM, LASTS = 20, 2700.0  # people, s


class Teams:
    """One team offer after the other, to everybody, from when the broadcast opens until it closes."""

    def __init__(self) -> None:
        self.due = float("-inf")

    def decide(self, view: View) -> list[Push]:
        """Says the next when the one before is over."""
        if view.time < self.due:
            return []
        self.due = view.time + LASTS
        return [Push("pop_up", Offer("shirt", discount=0.4, team=TEAM), expires=self.due)]
