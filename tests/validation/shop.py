"""Played nights against what is known of shops, of notifications and of what they cost.

No source says how viewers of a match react to a push.  What is asked here comes from shops and interruptions in
general; the sizes behind it are assumptions, as `list assumptions` says.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.engine.ledger import Flag, Kind
from sim.engine.play import Played
from sim.measures.parts import items, pushes
from sim.policy import Policy
from sim.world.match import AWAY, HOME
from sim.world.stage import Stage
from tests.validation.check import Check
from tests.validation.evenings import COLD, PLENTY, InTurn, Once, counted, half_time, nights, world

TITLE = "Shop and pushes of played nights"
TAOBAO = "Taobao UserBehavior 2017, 100 million events: 2.25%, 6.16% and 3.22% of page views"
GRUEN = "Gruen, Corsten & Bharadwaj 2002 and a single-store experiment"
TASKS = "Bailey & Konstan 2006: 31 to 106% more annoyance within a task than between tasks"


def checks() -> list[Check]:
    """Checks on generated league matches."""
    return [*_pages(), *_prices(), *_empty_shelf(), *_losers(), *_pushes(), *_interruptions(), *_mutes()]


def _pages() -> Iterator[Check]:
    """What looks at product pages come to, where neither push nor emotion has a part in it."""
    cold = nights(world(audience={"segments": COLD}))
    pages = counted(cold, Kind.VIEW) / 100.0
    yield Check(
        "V2.1",
        "pages that end in a paid order, viewers left cold, no pushes [%]",
        counted(cold, Kind.PAYMENT) / pages,
        1.5,
        3,
        TAOBAO,
    )
    yield Check("V2.1", "pages that end in a cart [%]", counted(cold, Kind.CART) / pages, 5, 8, TAOBAO)
    yield Check("V2.1", "pages saved for later [%]", counted(cold, Kind.SAVE) / pages, 2, 4.5, TAOBAO)
    rows = pd.concat([night.ledger.frame() for night in nights(world(), keep=True)])
    bought = rows[(rows["kind"] == Kind.PAYMENT) & (rows["flag"] & int(Flag.ONE_CLICK | Flag.STORE) == 0)]
    share = 100.0 * len(bought) / (rows["kind"] == Kind.CART).sum()
    yield Check(
        "V2.2",
        "carts that are paid [%]",
        share,
        25,
        40,
        "cart abandonment 55 to 83%, mean 70% (Baymard, as others quote it)",
    )


def _prices() -> Iterator[Check]:
    """Units of a ball sold at four fifths and at six fifths of the price people expect."""
    sold = [
        sum(items(night).set_index("item")["orders"]["ball"] for night in nights(world(ball={"price": price})))
        for price in (24.0, 36.0)
    ]
    elasticity = math.log(sold[1] / sold[0]) / math.log(36.0 / 24.0)
    yield Check(
        "V2.10",
        "arc elasticity of units sold, price 20% below to 20% above",
        elasticity,
        -3,
        -1,
        "Bijmolt et al. 2005: mean -2.62; sportswear not found",
    )


def _empty_shelf() -> Iterator[Check]:
    """What people do first when their size is shown as sold out, with others on the shelf."""
    out = nights(world(shirts={"sizes": {"S": PLENTY, "M": 0, "L": PLENTY}}))
    missed = counted(out, Kind.MISS) / 100.0
    other, wait = counted(out, Kind.OTHER_SIZE) / missed, counted(out, Kind.WAIT) / missed
    yield Check("V4.2", "a size is missing: another size [%]", other, 30, 50, GRUEN)
    yield Check("V4.2", "a size is missing: waits [%]", wait, 9, 22, GRUEN)
    yield Check("V4.2", "a size is missing: goes without [%]", 100.0 - other - wait, 30, 60, GRUEN)


def _losers() -> Iterator[Check]:
    """Orders of those who have lost, in the ten minutes after full time, over those of who has won, a viewer there."""
    rate: dict[bool, list[float]] = {True: [], False: []}
    for night in nights(world(), keep=True):
        match = night.night.stage.match
        if match.score[0] == match.score[1]:
            continue
        winner = HOME if match.score[0] > match.score[1] else AWAY
        rows, side = night.ledger.frame(), night.crowd.known["side"]
        after = rows[(rows["kind"] == Kind.PAYMENT) & rows["time"].between(match.full_time, match.full_time + 600.0)]
        minute = int((match.full_time - match.opens) // 60)
        present = night.books.counts.presence.cumsum(axis=0)[minute]
        for team in (HOME, AWAY):
            rate[team == winner].append((side[after["viewer"]] == team).sum() / present[team])
    ratio = sum(rate[False]) / sum(rate[True])
    source = "Fanatics, as others quote it: fans of champions buy, those of losers do not"
    yield Check("V2.9", "orders after full time, fans of losers over fans of winners", ratio, 0, 0.7, source)


def _pushes() -> Iterator[Check]:
    """A pop-up at half-time to viewers left cold: as near to a notification on a telephone as a stream comes."""
    told = pd.concat([pushes(night) for night in nights(world(audience={"segments": COLD}), _at_half_time)])
    seen = told["exposures"].sum() / 100.0
    benchmarks = "click rates of notifications, 2024 (secondary)"
    yield Check("V2.3", "pop-ups at half-time clicked [%]", told["clicks"].sum() / seen, 1.7, 4.6, benchmarks)
    source = f"{benchmarks} x Taobao's pages, wide of it"
    yield Check("V2.3", "pop-ups at half-time that end in an order [%]", told["orders"].sum() / seen, 0.02, 0.2, source)


def _interruptions() -> Iterator[Check]:
    """The annoyance of a first push, in play when suspense is in its highest tenth over that at half-time."""
    tense, calm = (_annoyance(nights(world(), when, keep=True)) for when in (_in_suspense, _at_half_time))
    yield Check("V3.1", "annoyance of a push at high suspense over half-time", tense / calm, 1.31, 2.06, TASKS)


def _in_suspense(stage: Stage) -> Policy:
    suspense = np.where(stage.emotion.in_play, stage.beliefs.suspense, 0.0)
    high = np.flatnonzero(suspense >= np.quantile(suspense[stage.emotion.in_play], 0.9))
    return Once(stage.match.opens + float(high[len(high) // 2]))


def _at_half_time(stage: Stage) -> Policy:
    return Once(half_time(stage))


def _annoyance(played: list[Played]) -> float:
    rows = pd.concat([night.ledger.frame() for night in played])
    return float(rows.loc[rows["kind"] == Kind.NOTICE, "value"].mean())


def _mutes() -> Iterator[Check]:
    """How those who switch pushes off grow with what is pushed: every twenty minutes, every ten, every five."""
    minutes = (20.0, 10.0, 5.0)
    volume = [_pushed_and_muted(every) for every in minutes]
    (slope, _) = np.polyfit(*np.log(np.array(volume)).T, 1)
    source = "LinkedIn 2015: complaints ~ volume^1.36 to 1.51"
    yield Check("V3.3", "slope of ln(mutes) on ln(pushes a night)", float(slope), 1.1, 1.6, source)


def _pushed_and_muted(every: float) -> tuple[float, float]:
    played = nights(world(), lambda _: InTurn(every))
    return counted(played, Kind.PUSH) / len(played), counted(played, Kind.MUTE) / len(played)
