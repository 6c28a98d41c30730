"""The control: the shop is there for those who look, and nobody is ever interrupted."""

from __future__ import annotations

from sim.policy import Push, View


class NoPush:
    """Says nothing."""

    def decide(self, view: View) -> list[Push]:
        """Never a push."""
        return []
