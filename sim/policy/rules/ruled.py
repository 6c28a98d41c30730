"""The policy that a rule file makes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from sim.errors import MatchdayError, did_you_mean
from sim.policy.push import EVERYONE, Offer, Push
from sim.policy.rules.choose import Mask, awaited, choose, goods_for
from sim.policy.rules.form import Rule, RuleFile, When, Who
from sim.policy.rules.meter import Meter, rested
from sim.policy.score import scores
from sim.policy.view import View
from sim.world.match import AWAY, HOME, SIDES

RANGES = ("tier", "minutes_watched", "clicks", "chats", "shown", "minutes_since_shown")  # columns of viewers
BY_CONSENT = ("orders", "history")  # and those that tell nothing of who has not consented


class Ruled:
    """A policy that follows rules.  Their order is their right of way where a window is full."""

    def __init__(self, file: RuleFile) -> None:
        self.red_lines = file.red_lines
        self.all = Meter(file.limits)
        self.rules = [_Follower(key, rule, self.all) for key, rule in file.rules.items()]
        self.period = ""

    def decide(self, view: View) -> list[Push]:
        """What the rules for the stream say now."""
        began, self.period = view.period != self.period, view.period
        return self._said(view, began)

    def follow_up(self, view: View) -> list[Push]:
        """What those for the days after say."""
        return self._said(view, began=False)

    def _said(self, view: View, began: bool) -> list[Push]:
        pushes: list[Push] = []
        for rule in self.rules:
            pushes += rule.follow(view, began, view.room - len(pushes))
        return pushes


class _Follower:
    """One rule, and what it has done so far."""

    def __init__(self, key: str, rule: Rule, all_rules: Meter) -> None:
        self.key, self.rule = key, rule
        self.meters = (all_rules, Meter(rule.limits, key))
        self.floor = max([m.limits.stock_floor or 0 for m in self.meters])
        self.last, self.turn = -np.inf, 0

    def follow(self, view: View, began: bool, room: int) -> list[Push]:
        """The rule's pushes, `room` at most, if its moment is now."""
        if not (holds(self.rule.when, view, began) and self._rested(view)):
            return []
        due = (push for side in _acting(self.rule.when, view) for push in self._pushes(view, side))
        said = list(islice(due, room))
        if said:
            self.last, self.turn = view.time, self.turn + 1
            for meter in self.meters:
                meter.times += 1
        return said

    def _rested(self, view: View) -> bool:
        every = self.rule.when.every
        return (every is None or rested(view.time - self.last, every)) and all(m.is_open(view) for m in self.meters)

    def _pushes(self, view: View, acting: int | None) -> Iterator[Push]:
        show, goods = self.rule.show, self._goods(view)
        if not goods:
            return
        try:
            audience = among(self.rule.who, view, acting, self.meters)
        except MatchdayError as error:
            raise MatchdayError(f"rule '{self.key}': {error}") from error
        if audience is not None and not audience.any():
            return
        picked = (
            choose(show.pick, goods, view, acting, self.turn, audience) if show.pick else [(show.item or "", audience)]
        )
        for key, who in picked:
            if who is not None and not who.any():
                continue
            for meter in self.meters:
                meter.count(view, who)
            offer = Offer(key, show.discount, show.team, show.joint, show.claim)
            to = EVERYONE if who is None else who
            yield Push(show.surface, offer, view.time + show.lasts * 60.0, to, show.prominence, because=self.key)

    def _goods(self, view: View) -> list[Any]:
        """What may be shown now; an item that the scenario does not have is refused when it is said."""
        key = self.rule.show.item
        if key is None:
            return goods_for(self.rule, view, self.floor)
        if key not in view.items:
            return [key]
        there = view.items[key].stock >= max(self.floor, 1)
        return [key] if there and key in awaited(self.rule.when, view, [key]) else []


def holds(when: When, view: View, began: bool) -> bool:
    """Whether a rule's moment is now, but for how long it rests; `began`: a part of the broadcast has just begun."""
    if (when.days is None) != (view.day == 0):
        return False
    if when.days is not None:
        return view.day in when.days and _stocked(when, view)
    return (
        (when.begins is None or (began and view.period in when.begins))
        and (when.periods is None or view.period in when.periods)
        and (when.play is None or view.in_play == when.play)
        and (when.peak is None or view.peak == when.peak)
        and (when.into is None or bool(when.into.holds(view.into)))
        and (when.minute is None or (view.minute is not None and bool(when.minute.holds(view.minute))))
        and (when.events is None or bool(_acting(when, view)))
        and (when.score is None or when.score.holds(*view.score))
        and _hot(when, view)
        and _stocked(when, view)
    )


def _acting(when: When, view: View) -> list[int] | list[None]:
    """The sides whose events have just happened; None where the rule waits for none."""
    return when.acting((e.kind, e.side) for e in view.news) if when.events else [None]


def _hot(when: When, view: View) -> bool:
    if when.heat is None:
        return True
    heat = max(view.heat) if when.heat.side == "any" else view.heat[SIDES.index(when.heat.side)]
    return bool(when.heat.holds(heat))


def _stocked(when: When, view: View) -> bool:
    stock = when.stock
    return stock is None or (stock.item in view.items and bool(stock.holds(view.items[stock.item].stock)))


def among(who: Who, view: View, acting: int | None, meters: tuple[Meter, ...]) -> Mask:
    """(N,) the viewers that a rule is for; None: everybody."""
    conditions = [*_wanted(who, view, acting), *(m for m in (meter.among(view) for meter in meters) if m is not None)]
    return np.logical_and.reduce(conditions) if conditions else None


def _wanted(who: Who, view: View, acting: int | None) -> Iterator[NDArray[np.bool_]]:
    v = view.viewers
    if who.sides is not None:
        meant = {"acting": acting, "other": None if acting is None else HOME + AWAY - acting}
        numbers = [meant[side] if side in meant else SIDES.index(side) for side in who.sides]
        yield np.isin(v.side, [n for n in numbers if n is not None])
    for name in ("consent", "early"):
        if getattr(who, name) is not None:
            yield getattr(v, name) == getattr(who, name)
    for name in RANGES:
        if (wanted := getattr(who, name)) is not None:
            yield wanted.holds(getattr(v, name))
    for name in BY_CONSENT:
        if (wanted := getattr(who, name)) is not None:
            yield wanted.holds(getattr(v, name)) & v.consent
    if who.interest is not None:
        if who.interest.category not in v.categories:
            known = did_you_mean(who.interest.category, v.categories)
            raise MatchdayError(f"there is no category '{who.interest.category}' to be interested in{known}")
        yield v.interest(who.interest.category) >= who.interest.at_least
    if who.score is not None:
        yield who.score.holds(scores(view))
    if who.share is not None:
        lots = lot(len(v), who.share.draw)
        yield (lots >= who.share.at_least) & (lots < who.share.below)


def lot(viewers: int, draw: str) -> NDArray[np.float64]:
    """(N,) in [0, 1): each viewer's lot in a draw of that name, the same every night and in every audience."""
    return np.random.Generator(np.random.Philox(key=crc32(draw.encode()))).random(viewers)
