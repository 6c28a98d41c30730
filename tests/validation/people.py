"""People over time: what pushing twice as much does at first and in the end, and what a membership is worth."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from policies.no_push import NoPush
from sim.engine.ledger import Kind
from sim.engine.play import Played
from sim.engine.season import play_season
from sim.policy import Offer, Policy, Push, View
from tests.validation import evenings
from tests.validation.check import Check
from tests.validation.evenings import nights, rows, seasons, world

TITLE = "People over time"
MATCH_DAYS = tuple(7.0 * week for week in range(10))
FEW, LAST = 8, 3  # pop-ups a match; matches that count as the end of the season
PLAY = 6_000.0  # s over which they are spread, from kick-off
APART = 900.0  # s between two pushes
SMARTNEWS = "SmartNews 2022 and Facebook 2022: more pushes gain at first and lose in the end"
PANDORA = "Goli et al. 2025 (abstract): 3 times a month's, over 21 months"
KRONROD = "Kronrod & Huber 2019 (abstract): annoyance decays fast, memory slowly; a hundredth is our reading"
TIRED = "the tired miss whole matches, where a first match costs them minutes; the source's short run is a month"
MEMBERS = "Iyengar, Park & Yu 2022 (abstract): a third of the uplift is economic"


def checks() -> list[Check]:
    """Checks on seasons of ten matches, and on members of several kinds."""
    return [*twice_as_many(), *half_lives(), *members()]


class Evenly(Policy):
    """So many pop-ups, evenly over the match, of the goods in turn, to everyone."""

    def __init__(self, pushes: int) -> None:
        self.pushes, self.said = pushes, 0

    def decide(self, view: View) -> list[Push]:
        goods = view.everything()
        if view.period == "pre" or self.said >= self.pushes or view.time < self.said * PLAY / self.pushes or not goods:
            return []
        self.said += 1
        return [Push("pop_up", Offer(goods[self.said % len(goods)].key), view.time + 300.0)]


def twice_as_many() -> Iterator[Check]:
    """Eight pop-ups a match and sixteen, over ten matches a week apart; hours beside a season without any."""
    made = world(audience={"viewers": evenings.VIEWERS // 2}, match_days=MATCH_DAYS)
    orders, hours = {}, {}
    for pushes in (0, FEW, 2 * FEW):
        played = seasons(made, lambda n=pushes: Evenly(n), evenings.NIGHTS // 2)  # type: ignore[misc]
        orders[pushes], hours[pushes] = (_by_match(played, of) for of in (_orders, _hours))
    twice = orders[2 * FEW] / orders[FEW]
    yield Check("V3.4", "orders at the first match, twice the pushes over once", twice[0], 1.0, math.inf, SMARTNEWS)
    claim = f"orders at the last {LAST} of ten matches, the same"
    yield Check("V3.4", claim, twice[-LAST:].mean(), 0.0, 1.0, SMARTNEWS)
    lost = 1.0 - hours[FEW] / hours[0]
    claim = f"hours of watching lost at the last {LAST} matches over those lost at the first"
    yield Check("V3.4", claim, lost[-LAST:].mean() / lost[0], 2.0, 4.0, PANDORA, TIRED)


def _by_match(played: list[list[Played]], of: Callable[[Played], float]) -> NDArray[np.float64]:
    return np.sum([[of(match) for match in season] for season in played], axis=0)


def _orders(night: Played) -> float:
    return float(night.books.total(Kind.PAYMENT) + (night.books.days()["kind"] == Kind.PAYMENT).sum())


def _hours(night: Played) -> float:
    return float(night.closing.watched.sum()) / 3600.0


def half_lives() -> Iterator[Check]:
    """How fast a push is forgiven, and how fast the weariness that it leaves goes, as played."""
    claim = "half-life of annoyance, from a later push's, over that of fatigue, from a match a week or two later"
    yield Check("V3.7", claim, _forgiven() / _rested(), 0.0, 0.01, KRONROD)


class At(Policy):
    """A pop-up with the ball at each of these moments [s]."""

    def __init__(self, *moments: float) -> None:
        self.moments = list(moments)

    def decide(self, view: View) -> list[Push]:
        if not self.moments or view.time < self.moments[0]:
            return []
        self.moments.pop(0)
        return [Push("pop_up", Offer("ball"), view.time + 60.0)]


def _forgiven() -> float:
    """Seconds in which annoyance halves: what the first of two pushes still adds to the second's."""
    made, n = world(), max(1, evenings.NIGHTS // 4)
    alone = _notices(nights(made, lambda _: At(1200.0 + APART), True, n))
    both = _notices(nights(made, lambda _: At(1200.0, 1200.0 + APART), True, n))
    second = both["time"] > 1200.0 + APART - 1.0
    first, last = (both[part].set_index(["night", "viewer"])["value"] for part in (~second, second))
    left = (last - alone.set_index(["night", "viewer"])["value"]).dropna()
    left = left[left.index.isin(first.index)]  # who met both
    return float(APART * math.log(2.0) / math.log(first.loc[left.index].sum() / left.sum()))


def _notices(played: list[Played]) -> pd.DataFrame:
    return rows(played, Kind.NOTICE).sort_values(["night", "viewer", "time"])


def _rested() -> float:
    """Seconds in which fatigue halves: after the same match with a week to the next one, and with two."""
    drawn = (world(match_days=(0.0, day)) for day in (7.0, 14.0))
    first = (next(play_season(made, lambda: Evenly(FEW), "p", evenings.SEED, 0)) for made in drawn)
    left = [night.crowd.viewers["fatigue"].sum(dtype=float) for night in first]  # the second match would change it
    return float(7.0 * 86_400.0 * math.log(2.0) / math.log(left[0] / left[1]))


def members() -> Iterator[Check]:
    """Orders of everybody as no member, as member without a discount, and as member with a twentieth off."""
    none, plain, full = (_bought(members, off) for members, off in ((0.0, 0.0), (1.0, 0.0), (1.0, 0.05)))
    share = (plain - none) / (full - none)
    yield Check("V5.4", "uplift of members that stays without their discount [share]", share, 0.55, 0.75, MEMBERS)


def _bought(members: float, discount: float) -> float:
    everyone: dict[str, Any] = {"members": members, "customers": 1.0}
    made = world(
        audience={"segments": {"all": everyone}},
        loyalty={"tiers": {"member": {"name": "Member", "points": 0, "discount": discount}}},
        days_after=56,
    )
    return sum(_orders(night) for season in seasons(made, NoPush, evenings.NIGHTS) for night in season)
