"""League evenings for checks: a ball for everybody and shirts for both sides, played as often as a check needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import pandas as pd

from policies.no_push import NoPush
from sim.engine.ledger import Kind
from sim.engine.play import Played, play
from sim.engine.season import play_season
from sim.policy import Offer, Policy, Push, View
from sim.world.night import World
from sim.world.scenario import Scenario
from sim.world.stage import Stage
from sim.world.surfaces import SurfaceName

NIGHTS, VIEWERS, SEED = 12, 8_000, 7
PLENTY = 10**6  # units
ON_STREAM: tuple[SurfaceName, ...] = ("floating_entry", "side_panel", "pop_up", "short_video", "host_mention")
COLD = {"all": {"emotional_gain": {"median": 0.01, "spread": 0.0}}}  # viewers whom the match leaves cold
KEEN = {"all": {"browse": {"median": 8.0}}}  # who often come to the shop by themselves
MATCH = {
    "source": "generated",
    "home": {"name": "A", "expected_goals": 1.4},
    "away": {"name": "B", "expected_goals": 1.4},
}


def world(
    *,
    ball: Mapping[str, Any] = {},
    shirts: Mapping[str, Any] = {},
    audience: Mapping[str, Any] = {},
    shop: Mapping[str, Any] = {},
    match_days: tuple[float, ...] = (),
    **scenario: Any,
) -> World:
    """One match and no days after it, or matches on `match_days`.

    The ball costs the 30 that people expect, unless `ball` says else.
    """
    shirt = {"category": "jersey", "price": 80.0, "cost": 30.0, "sizes": dict.fromkeys("SML", PLENTY), **shirts}
    balls = {"category": "equipment", "price": 30.0, "reference_price": 30.0, "cost": 10.0, "stock": PLENTY, **ball}
    products = {
        "ball": {"name": "ball", **balls},
        "home-shirt": {"name": "home", "side": "home", **shirt},
        "away-shirt": {"name": "away", "side": "away", **shirt},
    }
    fixtures = [{"day": day, "match": MATCH} for day in match_days]
    given = {
        "name": "validation",
        **({"fixtures": fixtures} if fixtures else {"match": MATCH, "days_after": 0}),
        "audience": {"viewers": VIEWERS, **audience},
        "shop": {"products": products, **shop},
        **scenario,
    }
    return World(Scenario.model_validate(given), (None,) * max(1, len(fixtures)), Path("validation.yaml"), "")


def nights(
    world: World, policy: Callable[[Stage], Policy] = lambda _: NoPush(), keep: bool = False, n: int | None = None
) -> list[Played]:
    """Nights under policies that may know how the match goes."""
    drawn = [world.night(SEED, r) for r in range(n or NIGHTS)]
    return [play(night, policy(night.stage), "p", keep=keep) for night in drawn]


def seasons(world: World, policy: Callable[[], Policy], n: int, keep: bool = False) -> list[list[Played]]:
    """`n` seasons, match by match."""
    return [list(play_season(world, policy, "p", SEED, r, keep=keep)) for r in range(n)]


def counted(played: list[Played], *kinds: Kind) -> int:
    return sum(night.books.total(kind) for night in played for kind in kinds)


def rows(played: list[Played], *kinds: Kind) -> pd.DataFrame:
    """Rows of these kinds, by `night`."""
    found = [night.ledger.frame().assign(night=i) for i, night in enumerate(played)]
    return pd.concat([frame[frame["kind"].isin(kinds)] for frame in found], ignore_index=True)


# --- policies ---------------------------------------------------------------------------------------------------------


class InTurn(Policy):
    """A plain offer to everyone every so many minutes, on the stream's surfaces in turn."""

    def __init__(self, minutes: float) -> None:
        self.every, self.next, self.surfaces = 60.0 * minutes, -math.inf, cycle(ON_STREAM)

    def decide(self, view: View) -> list[Push]:
        if view.time < self.next or view.period in ("pre", "post"):
            return []
        self.next = view.time + self.every
        goods = view.everything()
        return [Push(next(self.surfaces), Offer(goods[0].key), view.time + 60.0)] if goods else []


class Once(Policy):
    """One offer to everyone, at the first window from a moment on."""

    def __init__(
        self, at: float, offer: Offer | None = None, surface: SurfaceName = "pop_up", lasts: float = 60.0
    ) -> None:
        self.at, self.offer, self.surface, self.lasts = at, offer or Offer("ball"), surface, lasts

    def decide(self, view: View) -> list[Push]:
        if view.time < self.at:
            return []
        self.at = math.inf
        return [Push(self.surface, self.offer, view.time + self.lasts)]


def half_time(stage: Stage) -> float:
    """Five minutes into the break [s]."""
    return next(period.start for period in stage.match.periods if period.name == "HT") + 300.0
