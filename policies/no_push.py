"""The control: the shop is there for those who look, and nobody is ever interrupted.

The article puts experience first: "before one purchase is completed, do not forcibly disturb a viewer repeatedly"; this
takes it at its word.  Use it as the baseline: what others bring beyond it is what pushing brings.
"""

from __future__ import annotations

from sim.policy import Push, View


class NoPush:
    """Says nothing."""

    def decide(self, view: View) -> list[Push]:
        """Never a push."""
        return []
