"""Two policies on one night, as a platform plays an A/B test: both see all of it, each reaches its own part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.errors import MatchdayError
from sim.experiment.abtest.designs import CONTROL, TREATMENT, Ids, Split
from sim.policy.check import Order, ask
from sim.policy.find import FoundPolicy
from sim.policy.latent import sees_latent
from sim.policy.push import EVERYONE, Policy, Push
from sim.policy.view import View
from sim.world.redlines import RedLines
from sim.world.surfaces import SURFACES


class Mixed:
    """Both arms' policies are asked at every window, also out of turn: they remember what they have said, heard or not.

    What both say in the same words is one push to both, so its teams are one, and a test of a policy against itself is
    the night of that policy.  The limit of pushes a window holds for both together: the treatment is told of the room
    that the control has left.
    """

    def __init__(self, split: Split, arms: Sequence[FoundPolicy]) -> None:
        self.split, self.names = split, [arm.name for arm in arms]
        self.policies: list[Policy] = [arm.make() for arm in arms]
        self.red_lines = own_lines(self.policies[TREATMENT])  # the same of both: `check_lines`
        self.sees_what_is_latent = any(map(sees_latent, self.policies))

    def decide(self, view: View) -> list[Push]:
        """What either says, to its own part."""
        return self._said(view, "decide")

    def follow_up(self, view: View) -> list[Push]:
        """The same in the days after, of those that have something to say then."""
        return self._said(view, "follow_up")

    def _said(self, view: View, method: str) -> list[Push]:
        first = self._asked(CONTROL, view, method)
        second = self._asked(TREATMENT, replace(view, room=max(0, view.room - len(first))), method)
        return [_push(order) for order in _merged(first, second)]

    def _asked(self, arm: int, view: View, method: str) -> list[Order]:
        policy = self.policies[arm]
        if not hasattr(policy, method):
            return []
        # A view of its own: what one arm draws from `view.random` does not shift what the other draws.
        own = replace(view, _latent=view._latent if sees_latent(policy) else None)
        orders = (self._own(arm, order, view.time) for order in ask(policy, self.names[arm], own, method))
        return [order for order in orders if order.ids is None or len(order.ids)]

    def _own(self, arm: int, order: Order, now: float) -> Order:
        ids = self.split.reached(arm, order.ids, now)
        return replace(order, ids=ids, expires=min(order.expires, self.split.until(now)))


def _merged(first: list[Order], second: list[Order]) -> list[Order]:
    merged, open_ = list(first), list(range(len(first)))
    for order in second:
        same = next((i for i in open_ if _words(first[i]) == _words(order)), None)
        if same is None:
            merged.append(order)
        else:
            open_.remove(same)
            merged[same] = replace(order, ids=_both(first[same].ids, order.ids))
    return merged


def _words(order: Order) -> tuple[object, ...]:
    return order.surface, order.offer, order.expires, order.prominence


def _both(these: Ids | None, those: Ids | None) -> Ids | None:
    """Viewers of either; the arms have none in common."""
    return None if these is None or those is None else np.concatenate([these, those])


def _push(order: Order) -> Push:
    audience = EVERYONE if order.ids is None else order.ids
    return Push(SURFACES[order.surface], order.offer, order.expires, audience, order.prominence, order.because)


def own_lines(policy: Policy) -> RedLines | None:
    """The red lines that a policy brings with it."""
    lines = getattr(policy, "red_lines", None)
    return lines if isinstance(lines, RedLines) else None


def check_lines(arms: Sequence[FoundPolicy]) -> None:
    """Raises MatchdayError where the arms bring different red lines: a night has one set, which would hold for both."""
    lines = [own_lines(arm.make()) for arm in arms]
    if lines[CONTROL] != lines[TREATMENT]:
        whose = " and ".join(arm.name for arm, own in zip(arms, lines, strict=True) if own)
        raise MatchdayError(
            f"{whose}: red lines of a policy's own hold for all viewers of a night, and so would hold for both arms: "
            "take them out, give both arms the same, or test with --design match"
        )
