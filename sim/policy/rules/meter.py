"""How much has been pushed already, held against limits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.policy.rules.form import Limits
from sim.policy.view import View

ROUNDING = 1e-6  # s


class Meter:
    """What one rule, or all of them together, have said until the next match."""

    def __init__(self, limits: Limits, because: str | None = None) -> None:
        self.limits, self.because = limits, because  # None: all pushes of the policy
        self.times = 0
        self.sent: NDArray[np.uint16] | None = None  # (N,) pushes to each viewer
        self.sent_at: NDArray[np.float64] | None = None  # (N,) when the last was [s]

    def is_open(self, view: View) -> bool:
        """Whether more may be pushed now."""
        most, budget = self.limits.per_match, self.limits.budget
        return (most is None or self.times < most) and (budget is None or self._given(view) < budget)

    def _given(self, view: View) -> float:
        own = (p for p in view.pushes if self.because is None or p.said.because == self.because)
        return sum(push.given for push in own)

    def among(self, view: View) -> NDArray[np.bool_] | None:
        """(N,) whom more may be pushed to; None: everybody.

        Only those who are there: who comes later would meet what stands then, whatever has been pushed meanwhile.
        """
        most, rest = self.limits.per_viewer, self.limits.cool_down
        if most is None and rest is None:
            return None
        fresh = there(view)
        if most is not None and self.sent is not None:
            fresh &= self.sent < most
        if rest is not None and self.sent_at is not None:
            fresh &= rested(view.time - self.sent_at, rest)
        return fresh

    def count(self, view: View, audience: NDArray[np.bool_] | None) -> None:
        """Takes a push to an audience, None being everybody; it reaches those who are there and have not muted."""
        if self.limits.per_viewer is None and self.limits.cool_down is None:
            return
        if self.sent is None or self.sent_at is None:
            self.sent = np.zeros(len(view.viewers), np.uint16)
            self.sent_at = np.full(len(view.viewers), -np.inf)
        reached = there(view) if audience is None else there(view) & audience
        self.sent[reached] += 1
        self.sent_at[reached] = view.time


def there(view: View) -> NDArray[np.bool_]:
    """(N,) who can be reached now: who is on the stream; after the match all, so that a message to them aims at nobody.

    Those who have muted get none then, whoever it is for.
    """
    return ~view.viewers.muted & view.viewers.present if view.day == 0 else np.ones(len(view.viewers), bool)


def rested(since: Any, minutes: float) -> Any:
    """Whether so many minutes have passed `since` [s], whatever sums of windows are rounded to."""
    return since >= minutes * 60.0 - ROUNDING
