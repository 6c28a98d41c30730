"""The days after a match against what is known of repeat purchases and of returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from sim import behaviour as b
from sim.behaviour import WEEK
from sim.engine.ledger import ROW, Flag, Kind
from sim.engine.play import Played
from sim.world.match import AWAY, HOME
from sim.world.night import Night
from tests.engine.days import Days, orders, passed
from tests.validation.check import Check
from tests.validation.evenings import nights, rows
from tests.validation.evenings import world as league
from tests.worlds import shop, world

TITLE = "Days after a match"
CUSTOMERS, PARCELS, WEEKS = 20_000, 20_000, 39
CDNOW = "Fader, Hardie & Lee 2005: BG/NBD, parameters as the scenario has them"
INDUSTRY = "industry figures, as others quote them"
LIVE = "live commerce against ordinary online shops (press)"
LEAGUE = "a league match, as the model has no titles; what customers buy anyway counts too"
PHONES = "telephones are not modelled, so there is nothing to measure"
FANATICS = "Fanatics 2019, as others quote it: over half of a title's merchandise within 72 h"


def checks() -> list[Check]:
    """Checks on `CUSTOMERS` customers over twice `WEEKS` weeks, and on lots of `PARCELS` parcels."""
    return [*_repeat_purchases(), *_returns(), *_spike(), *title_units()]


def crowd(viewers: int, segment: dict[str, Any], **assumptions: float) -> Night:
    """People who are all customers, a shop that never runs out, a warehouse that is never behind."""
    plenty = {"parcels_per_hour": 10_000, "inspected_per_hour": 10_000}
    everyone = {"all": {"share": 1.0, "customers": 1.0, **segment}}
    return world(
        audience={"viewers": viewers, "segments": everyone}, shop=shop(10**6), fulfilment=plenty,
        assumptions=assumptions,
    ).night(11, 0)  # fmt: skip


def visits_of(done: Days) -> NDArray[np.void]:
    return done.rows[done.rows["kind"] == Kind.STORE_VISIT]


def _repeat_purchases() -> Iterator[Check]:
    """Customers whom neither joy nor parcels move: half of the time, refitted, tells the other half."""
    still = {"after_joy": 0.0, "visit_trust": 0.0, "visit_satisfaction": 0.0}
    night = crowd(CUSTOMERS, {}, **still)
    visits = visits_of(passed(night, np.zeros(0, ROW), 14.0 * WEEKS))
    weeks = (visits["time"] - night.stage.match.closes) / WEEK
    first = weeks < WEEKS
    times = np.bincount(visits["viewer"][first], minlength=CUSTOMERS).astype(float)
    last = np.zeros(CUSTOMERS)
    np.maximum.at(last, visits["viewer"][first], weeks[first])
    found, p = _fit(times, last), night.scenario.assumptions
    true = (p.visit_shape, p.visit_scale, p.drop_a, p.drop_b)
    for name, value, given in zip(("r", "alpha", "a", "b"), found, true, strict=True):
        claim = f"{name} of BG/NBD, refitted to {WEEKS} weeks of visits to the store"
        yield Check("V5.3", claim, float(value), 0.85 * given, 1.15 * given, CDNOW)
    told = CUSTOMERS * (_expected(found, 2.0 * WEEKS) - _expected(found, WEEKS))
    claim = f"visits of the next {WEEKS} weeks, over what that fit tells"
    yield Check("V5.3", claim, float((~first).sum() / told), 0.95, 1.05, CDNOW)


def _fit(times: NDArray[np.float64], last: NDArray[np.float64]) -> NDArray[np.float64]:
    """(r, alpha, a, b) of greatest likelihood, from how often customers came and when last [weeks]."""

    def loss(logs: NDArray[np.float64]) -> float:
        r, alpha, a, beta = np.exp(logs)
        common = gammaln(r + times) - gammaln(r) + r * np.log(alpha)
        alive = betaln(a, beta + times) - betaln(a, beta) - (r + times) * np.log(alpha + WEEKS)
        came = np.maximum(times, 1.0)
        gone = betaln(a + 1.0, beta + came - 1.0) - betaln(a, beta) - (r + times) * np.log(alpha + last)
        return -float(np.sum(common + np.logaddexp(alive, np.where(times > 0, gone, -np.inf))))

    return np.exp(minimize(loss, np.zeros(4), method="L-BFGS-B").x)


def _expected(found: NDArray[np.float64], weeks: float) -> float:
    """Visits of a customer in so many weeks (Fader, Hardie & Lee 2005, equation 9)."""
    r, alpha, a, beta = found
    left = (alpha / (alpha + weeks)) ** r * hyp2f1(r, beta, a + beta - 1.0, weeks / (alpha + weeks))
    return float((a + beta - 1.0) / (a - 1.0) * (1.0 - left))


def _returns() -> Iterator[Check]:
    """Shirts in the buyer's own size, by the common urge of half-time and of a peak, and a ball."""
    planned, fit = _sent_back(0, push=-1, value=0.2)
    live, live_fit = _sent_back(0, push=1, value=0.8)
    yield Check("V2.11", "clothes sent back, planned [%]", planned, 20, 35, INDUSTRY)
    yield Check("V2.11", "clothes sent back, after a push at high emotion [%]", live, 30, 50, LIVE)
    yield Check("V2.11", "of these sent back for their fit, planned [%]", fit, 35, 70, INDUSTRY)
    yield Check("V2.11", "of these sent back for their fit, after a push [%]", live_fit, 35, 70, INDUSTRY)
    ball, _ = _sent_back(2, push=-1, value=0.2)
    yield Check("V2.11", "other goods sent back, planned [%]", ball, 10, 15, LIVE)
    informed, _ = _sent_back(0, push=1, value=0.8, flag=int(Flag.INFORMED))
    yield Check("V2.11", "clothes sent back by the informed over those by others", informed / live, 0, 1, "sign only")


def _sent_back(item: int, **order: Any) -> tuple[float, float]:
    """Parcels that go back, and those of them that do so for their fit [%]."""
    night = crowd(PARCELS, {"customers": 0.0})
    sizes = night.crowd.viewers["own_size"]
    opened = passed(night, orders(night, np.arange(PARCELS), item, sizes, **order), 14.0).parcels.rows[:PARCELS]
    back = opened["reason"] != b.KEPT
    return 100.0 * back.mean(), 100.0 * (opened["reason"][back] == b.FIT).mean()


def title_units() -> Iterator[Check]:
    """Units that fans of who has won buy in the 14 days from full time, on the stream and at the store."""
    everyone = {"segments": {"all": {"customers": 1.0}}}
    hours = np.concatenate([_bought(night) for night in nights(league(audience=everyone, days_after=15), keep=True)])
    by_hour = np.histogram(hours, np.arange(14 * 24 + 1.0))[0]
    claim = f"of the {len(hours):,} units winners' fans buy in 14 days, within 72 h [%]"
    yield Check("V2.8", claim, 100.0 * by_hour[:72].sum() / by_hour.sum(), 50, 100, FANATICS, LEAGUE)
    claim = "their units in the first hour, over those of the highest later hour"
    yield Check("V2.8", claim, by_hour[0] / by_hour[1:].max(), 1, np.inf, FANATICS)
    yield Check("V2.8", "share of units bought by telephone [%]", np.nan, 75, 100, FANATICS, PHONES)


def _bought(night: Played) -> NDArray[np.float64]:
    """Hours from full time to each unit bought by fans of who has won, within 14 days."""
    match, side = night.night.stage.match, night.crowd.known["side"]
    home, away = match.score
    paid = rows([night], Kind.PAYMENT)
    won = side[paid["viewer"]] == (HOME if home > away else AWAY)
    hours = (paid["time"][won & (home != away)] - match.full_time).to_numpy() / 3600.0
    return np.asarray(hours[(hours >= 0.0) & (hours < 14 * 24)])


def _spike() -> Iterator[Check]:
    """What a match brings to the store in two weeks, beyond what comes anyway: fans of who has won, and of who lost."""
    extra = {}
    for joy in (True, False):
        night = crowd(CUSTOMERS * 2, {}, **({} if joy else {"after_joy": 0.0}))
        score, visits = night.stage.match.score, visits_of(passed(night, np.zeros(0, ROW), 14.0))
        side, hours = night.crowd.known["side"][visits["viewer"]], (visits["time"] - night.stage.match.closes) / 3600.0
        won, lost = side == int(score[1] > score[0]), side == int(score[1] < score[0])
        extra[joy] = np.array([(won & (hours < 72.0)).sum(), won.sum(), lost.sum()], float)
    more = extra[True] - extra[False]
    yield Check("V2.8", "of the winners' extra visits in 14 days, within 72 h [%]", 100 * more[0] / more[1], 50, 100,
        FANATICS)  # fmt: skip
    yield Check("V2.9", "losers' visits over those without a match", extra[True][2] / extra[False][2], 0.9, 1.0,
        "Fanatics, as others quote it: fans of champions buy, those of losers do not")  # fmt: skip
