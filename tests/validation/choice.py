"""Missing sizes, empty shelves, prices above and below what is expected, and things seen cheaper afterwards."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from policies.no_push import NoPush
from sim.engine.ledger import Kind
from sim.engine.play import Played
from sim.measures.parts import items
from sim.policy import Offer, Policy, Push, View
from sim.world.night import World
from tests.validation import evenings
from tests.validation.check import Check
from tests.validation.evenings import KEEN, PLENTY, nights, rows, seasons, world

TITLE = "Choice, prices, empty shelves"
LOGIT = "nested logit, by its definition"
ANDERSON = "Anderson, Fitzsimons & Simester 2006: sign"
HANDS = "before full shelves they hold a shirt, and look at nothing else until it is paid"
LOSSES = "Hardie, Johnson & Fader 1993; Neumann & Böckenholt 2014"
STEEP = "loss aversion is 2 by its own source, just under the upper end; how much is chance was not measured"
REGRET = "Anderson & Simester 2010: sign"
CROWD = {"segments": {"all": {"browse": {"median": 25.0}}}}  # who empty shelves
SOLD_OUT = {"sizes": dict.fromkeys("SML", 30), "replenishment": {"reorder_at": 29, "quantity": 100_000, "lead": 1440}}
CUT_AT, CUT = 5_400.0, 0.4  # s after kick-off; share


def checks() -> list[Check]:
    """Checks on league matches, and on pairs of them a week apart."""
    return [*sizes(), *steps(), *emptied(), *cheaper_afterwards()]


# --- sizes ------------------------------------------------------------------------------------------------------------


def sizes() -> Iterator[Check]:
    """Who wants M, which is sold out, with and without L beside S: what becomes of those who would have taken L."""
    both, only_s = (_answers(large) for large in (PLENTY, 0))
    odds = [found["wait"] / found["walk"] for found in (both, only_s)]
    error = math.sqrt(sum(1.0 / found[kind] for found in (both, only_s) for kind in ("wait", "walk")))
    claim = f"waiting for each who goes without, L missing over L there (±{2 * error:.2f} by chance)"
    yield Check("V4.1", claim, odds[1] / odds[0], 1.0 - 2.0 * error, 1.0 + 2.0 * error, LOGIT)
    claim = "of those who would have taken L, part that takes S, over what is proportional to all choices"
    yield Check("V4.1", claim, _diverted(both, only_s), 1.0, math.inf, LOGIT)
    plain = [_answers(large, size_similarity=1.0) for large in (PLENTY, 0)]
    error = 2.0 * math.sqrt(sum(1.0 / found["S"] + 1.0 / (found["all"] - found["S"]) for found in plain))
    error *= (plain[0]["all"] - plain[0]["L"]) / plain[0]["L"]  # the part is a small difference, over who took L
    claim = f"the same with sizes no more alike than anything else, a plain logit (±{error:.2f} by chance)"
    yield Check("V4.1", claim, _diverted(*plain), 1.0 - error, 1.0 + error, "multinomial logit, by its definition")


def _diverted(both: dict[str, float], only_s: dict[str, float]) -> float:
    """Part of L's takers that takes S once L is gone, over S's share of all other choices."""
    took, rest = both["L"] / both["all"], both["S"] / both["all"]
    return (only_s["S"] / only_s["all"] - rest) / took / (rest / (1.0 - took))


def _answers(large: int, **assumptions: float) -> dict[str, float]:
    """What those did who wanted M: how many took each other size, wait, walk; `all` of them."""
    sizes = {"S": PLENTY, "M": 0, "L": large}
    made = world(shirts={"sizes": sizes}, audience={"segments": KEEN}, assumptions=assumptions)
    played = nights(made, keep=True)
    labels = played[0].night.catalogue.labels
    told = rows(played, Kind.MISS, Kind.OTHER_SIZE, Kind.WAIT, Kind.WALK)
    told = told.sort_values(["night", "viewer", "time"], kind="stable")
    answers = told.shift(-1)[(told["kind"] == Kind.MISS) & (told["size"] == labels.index("M"))]
    took = answers[answers["kind"] == Kind.OTHER_SIZE]["size"].value_counts()
    found = {label: float(took.get(labels.index(label), 0)) for label in ("S", "L")}
    found |= {kind.name.lower(): float((answers["kind"] == kind).sum()) for kind in (Kind.WAIT, Kind.WALK)}
    return {**found, "all": sum(found.values())}


# --- prices -----------------------------------------------------------------------------------------------------------


def steps() -> Iterator[Check]:
    """Units of a ball sold for a fifth more and for a fifth less than people expect, in logarithms."""
    less, same, more = (
        sum(
            items(night).set_index("item")["orders"]["ball"]
            for night in nights(world(ball={"price": price}, audience={"segments": KEEN}))
        )
        for price in (24.0, 30.0, 36.0)
    )
    up, down = math.log(same / more) / math.log(36.0 / 30.0), math.log(less / same) / math.log(30.0 / 24.0)
    yield Check("V4.5", "elasticity of a price raised by a fifth over that of one cut by it", up / down, 1.2, 2.1,
        LOSSES, STEEP)  # fmt: skip


# --- then and later ---------------------------------------------------------------------------------------------------


def emptied() -> Iterator[Check]:
    """Who was refused at the till, against the same people before full shelves."""
    full, few = (_two_matches({"board_lag": 600}, NoPush, shirts) for shirts in ({}, SOLD_OUT))
    balls = np.zeros(2)
    later = np.zeros(2)
    for whole, emptied in zip(full, few, strict=True):
        first = rows([emptied[0]], Kind.REFUSAL).groupby("viewer")["time"].min()
        for i, season in enumerate((whole, emptied)):
            paid = rows([season[0]], Kind.PAYMENT)
            since = paid["time"] > paid["viewer"].map(first)  # NaN, and so no, of whom was not refused
            balls[i] += (since & (paid["item"] == 0)).sum()
            later[i] += rows([season[1]], Kind.PAYMENT)["viewer"].isin(first.index).sum()
    yield Check("V4.4", "orders of other things, later that night, over those of the same people before full shelves",
        balls[1] / balls[0], 0.0, 1.0, ANDERSON, HANDS)  # fmt: skip
    yield Check("V4.4", "their orders at the next match, the same", later[1] / later[0], 0.0, 1.0, ANDERSON)


class Cut(Policy):
    """The ball in a pop-up when the match is nearly over, at its price or cut."""

    def __init__(self, discount: float) -> None:
        self.discount, self.done = discount, False

    def decide(self, view: View) -> list[Push]:
        if self.done or view.time < CUT_AT:
            return []
        self.done = True
        return [Push("pop_up", Offer("ball", self.discount), view.time + 600.0)]


def cheaper_afterwards() -> Iterator[Check]:
    """A price cut shown to all late in the match, against the same push without one: orders from then on."""
    plain, cut = (_two_matches({}, lambda d=d: Cut(d)) for d in (0.0, CUT))  # type: ignore[misc]
    later = {True: np.zeros(2), False: np.zeros(2)}
    for pair in zip(plain, cut, strict=True):
        bought = _buyers(pair[0][0]) & _buyers(pair[1][0])
        for i, season in enumerate(pair):
            again = rows([season[1]], Kind.PAYMENT)["viewer"]
            again = pd.concat([again, _at_store(season)])
            for recent in (True, False):
                later[recent][i] += (again.isin(list(bought)) == recent).sum()
    ratio = {recent: counts[1] / counts[0] for recent, counts in later.items()}
    yield Check("V4.6", "later orders of who had just bought it for more, over those without the cut", ratio[True],
        0.0, 1.0, REGRET)  # fmt: skip
    yield Check("V4.6", "the same, over that of everybody else", ratio[True] / ratio[False], 0.0, 1.0, REGRET)


def _buyers(night: Played) -> set[int]:
    """Who bought the ball before the push."""
    paid = rows([night], Kind.PAYMENT)
    return set(paid.loc[(paid["item"] == 0) & (paid["time"] < CUT_AT), "viewer"].tolist())


def _at_store(season: list[Played]) -> pd.Series:
    days = [pd.Series(night.books.days()["viewer"][night.books.days()["kind"] == Kind.PAYMENT]) for night in season]
    return pd.concat(days)


def _two_matches(shop: dict[str, Any], policy: Any, shirts: dict[str, Any] | None = None) -> list[list[Played]]:
    made: World = world(shirts=shirts or {}, audience=CROWD, shop=shop, match_days=(0.0, 7.0), days_after=28)
    return seasons(made, policy, max(1, evenings.NIGHTS // 2), keep=True)
