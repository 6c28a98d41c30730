"""Reservations, scarce shelves and teams of played nights against what is known of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.engine.ledger import Kind
from sim.engine.play import Played
from sim.policy import Offer, Policy
from sim.world.stage import Stage
from tests.engine.shelf import Shelf, in_turn
from tests.validation import evenings
from tests.validation.check import Check
from tests.validation.evenings import KEEN, Once, counted, half_time, nights, rows, seasons, world

TITLE = "Reservations, scarcity, teams"
FEW = {"sizes": dict.fromkeys("SML", 30)}  # units
TEAM, LASTS = 5, 1200.0  # people; s
TIME_OUT = "exactly the time-out, by design of the shop"
SCARCE = "Guclu Ozer 2019; Cachon, Gallino & Olivares 2019: signs"
LUO = "Luo et al. 2014; Hu, Man & Winer 2019: signs"


def checks() -> list[Check]:
    """Checks on league matches."""
    return [*_time_out(), *_badge(), *_refused(), *_teams()]


def _time_out() -> Iterator[Check]:
    """Units that are reserved and not paid, and the books kept again from the rows, event by event."""
    played = nights(world(shirts=FEW, audience={"segments": KEEN, "viewers": 2000}), keep=True, n=2)
    window = played[0].night.scenario.assumptions.payment_window
    found = rows(played, Kind.CART, Kind.ORDER, Kind.LAPSE)
    found["held"] = found["time"] - found.groupby(["night", "viewer"])["time"].shift()
    held = found.loc[found["kind"] == Kind.LAPSE, "held"]
    claim = f"most that {len(held):,} reservations lapse off the payment window [s]"
    yield Check("V2.4", claim, float((held - window).abs().max()), 0, 1e-6, TIME_OUT)
    events, broken = zip(*map(_kept_again, played), strict=True)
    claim = f"events of {sum(events):,} after which units are missing or too many"
    yield Check("V2.4", claim, sum(broken), 0, 0, "conservation of units")


def _kept_again(night: Played) -> tuple[int, int]:
    """Events of the shop, and those after which a SKU's units are not those it had, or below zero."""
    shelf, broken = Shelf(night), 0
    had = shelf.catalogue.stock.copy()
    events = in_turn(night)
    for row in events.itertuples():
        shelf.settle(row)
        if row.kind in (Kind.DELIVERY, Kind.RESTOCK):
            had[shelf.sku(row)] += int(row.value) if row.kind == Kind.DELIVERY else 1
        total = shelf.free + shelf.reserved + shelf.sold + shelf.elsewhere
        broken += bool((total != had).any() or (shelf.free < 0).any() or (shelf.reserved < 0).any())
    return len(events), broken


def _badge() -> Iterator[Check]:
    """Orders by page while a shelf shows that little is left, with the effect of that and without."""
    few = {"sizes": dict.fromkeys("SML", 100)}
    rate = []
    for effect in ({}, {"scarcity_effect": 0.0}):
        played = nights(world(shirts=few, audience={"segments": KEEN}, assumptions=effect), keep=True)
        rate.append(_bought_when_scarce(played, few["sizes"]["M"]))
    yield Check("V2.12", "orders by page beside a low-stock badge, over those without it", rate[0] / rate[1], 1, 2,
        SCARCE)  # fmt: skip


def _bought_when_scarce(played: list[Played], stock: int) -> float:
    """Units reserved by page opened, of shirts, from when a tenth of a size is left until none is."""
    told = rows(played, Kind.VIEW, Kind.CART, Kind.ORDER)
    told = told[told["item"] > 0]
    taken = told["kind"].ne(Kind.VIEW).groupby([told["night"], told["item"]]).cumsum()
    late = told[(taken > 0.9 * 3 * stock) & (taken < 3 * stock)]
    return float(late["kind"].ne(Kind.VIEW).sum() / late["kind"].eq(Kind.VIEW).sum())


def _refused() -> Iterator[Check]:
    """Who was refused at the till twice, against the same people with full shelves: orders a week later and after."""
    people = {"segments": {"all": {"browse": {"median": 25.0}}}}
    full, few = (
        seasons(
            world(shirts=shirts, audience=people, shop={"board_lag": 600}, match_days=(0.0, 7.0)), evenings.NoPush,
            evenings.NIGHTS // 2, keep=True,
        )
        for shirts in ({}, {**FEW, "replenishment": {"reorder_at": 29, "quantity": 100_000, "lead": 1440}})
    )  # fmt: skip
    often, later = _exposed(few, least=2), {}
    for name, played in (("full", full), ("few", few)):
        later[name] = sum(len(_orders(s[1], who)) for s, who in zip(played, often, strict=True))
    claim = f"orders at the next match by {sum(map(len, often)):,} refused twice, over those with full shelves"
    yield Check("V2.12", claim, later["few"] / later["full"], 0, 1, SCARCE)


def _exposed(played: list[list[Played]], least: int) -> list[pd.Index]:
    """Viewers who were refused at the till of the first match so often, season by season."""
    refused = [rows([season[0]], Kind.REFUSAL)["viewer"].value_counts() for season in played]
    return [times.index[times >= least] for times in refused]


def _orders(night: Played, who: pd.Index) -> pd.DataFrame:
    paid = rows([night], Kind.PAYMENT)
    return paid[paid["viewer"].isin(who)]


def _teams() -> Iterator[Check]:
    """A fifth off for teams of five, at half-time, before ever larger audiences."""
    success, before, after = [], np.zeros(2), np.zeros(2)
    for viewers in (500, 2000, 8000):
        n = evenings.NIGHTS * 8000 // viewers // 2
        played = nights(world(audience={"viewers": viewers}), _team, keep=True, n=n)
        joined = counted(played, Kind.TEAM)
        success.append(1.0 - counted(played, Kind.TEAM_REFUND) / joined)
        for night in played:
            early, late = _joins_by_page(night)
            before, after = before + early, after + late
    steps = np.diff(success)
    claim = "least step of who joined a full team, from 500 to 2,000 to 8,000 viewers ({:.0%}, {:.0%}, {:.0%})"
    yield Check("V2.13", claim.format(*success), float(steps.min()), 0.01, 1, LUO)
    ratio = (after[0] / after[1]) / (before[0] / before[1])
    yield Check("V2.13", "joins by page once a team has been full, over those before", ratio, 1.0, 10, LUO)


def _team(stage: Stage) -> Policy:
    return Once(half_time(stage), Offer("ball", 0.2, team=TEAM), "side_panel", LASTS)


def _joins_by_page(night: Played) -> tuple[np.ndarray, np.ndarray]:
    """(joins, pages of the ball opened) while the offer runs, before and after the first full team."""
    told = rows([night], Kind.VIEW, Kind.TEAM, Kind.TEAM_FULL)
    (opened,) = rows([night], Kind.PUSH)["time"]
    told = told[(told["item"] == 0) & told["time"].between(opened, opened + LASTS)]
    full = told.loc[told["kind"] == Kind.TEAM_FULL, "time"].min()  # NaN: never, and all is before
    before, after = told[~(told["time"] > full)], told[told["time"] > full]
    return tuple(
        np.array([(part["kind"] == k).sum() for k in (Kind.TEAM, Kind.VIEW)], float) for part in (before, after)
    )
