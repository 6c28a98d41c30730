"""What shop and people owe each other in the days after, kept again from the ledger's rows alone, one after another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim import behaviour as b
from sim.engine.ledger import Kind
from sim.engine.play import Played
from sim.world.audience import tier_of
from sim.world.catalogue import ItemKind
from tests.engine.shelf import in_turn, rows
from tests.worlds import any_night, lived, scripts, worlds

MONEY = (Kind.PAYMENT, Kind.BALANCE, Kind.FORFEIT, Kind.REFUND, Kind.EXCHANGE, Kind.ARRIVAL, Kind.RETURN_POSTED)


@any_night(60)
@given(w=worlds(days=20.0), script=scripts, seed=st.integers(0, 10**6))
def test_all_that_is_owed_is_kept(w, script, seed):
    played, before = lived(w, script, seed), w.night(seed, 0).crowd.known
    for holds in (
        a_parcel_comes_once_goes_back_once_and_is_refunded_once,
        nobody_gets_back_more_than_was_paid_for_it,
        a_deposit_is_followed_by_the_rest_or_lost_on_the_day_that_was_said,
        credit_is_what_orders_have_changed_in_it_and_undone_with_them,
        points_are_what_was_paid_and_watched_and_never_below_zero,
        what_comes_back_is_put_on_the_shelf_or_written_off,
    ):
        holds(played, before)


def by_viewer(played: Played, *kinds: Kind) -> Iterator[list[Any]]:
    """Each viewer's rows of these kinds, in order."""
    frame = in_turn(played)
    for _, mine in frame[frame["kind"].isin(kinds)].groupby("viewer"):
        yield list(mine.itertuples())


def a_parcel_comes_once_goes_back_once_and_is_refunded_once(played: Played, _: NDArray[np.void]) -> None:
    ahead = played.night.catalogue.kind == ItemKind.PRESALE
    for mine in by_viewer(played, *MONEY):
        sent: Counter[int] = Counter()  # by item: what is due at the door, is there, is going back
        there: Counter[int] = Counter()
        back: Counter[int] = Counter()
        for row in mine:
            if row.kind in (Kind.PAYMENT, Kind.BALANCE):
                sent[row.item] += not (row.kind == Kind.PAYMENT and ahead[row.item])
            elif row.kind == Kind.ARRIVAL:
                sent[row.item] -= 1
                there[row.item] += 1
            elif row.kind in (Kind.RETURN_POSTED, Kind.EXCHANGE):
                there[row.item] -= 1
                back[row.item] += row.kind == Kind.RETURN_POSTED
                sent[row.item] += row.kind == Kind.EXCHANGE
            elif row.kind == Kind.REFUND:
                back[row.item] -= 1
            assert min((*sent.values(), *there.values(), *back.values())) >= 0


def nobody_gets_back_more_than_was_paid_for_it(played: Played, _: NDArray[np.void]) -> None:
    for mine in by_viewer(played, *MONEY):
        paid: dict[int, list[int]] = defaultdict(list)  # by item: what was paid for each, so far
        for row in mine:
            if row.kind == Kind.PAYMENT:
                paid[row.item].append(row.price)
            elif row.kind == Kind.BALANCE:
                deposit = paid[row.item].pop(0)
                assert deposit + row.price == played.night.catalogue.own_price[row.item]
                paid[row.item].append(deposit + row.price)
            elif row.kind == Kind.FORFEIT:
                paid[row.item].pop(0)
            elif row.kind == Kind.REFUND:
                paid[row.item].remove(row.price)  # raises where nothing of that price was paid


def a_deposit_is_followed_by_the_rest_or_lost_on_the_day_that_was_said(played: Played, _: NDArray[np.void]) -> None:
    catalogue = played.night.catalogue
    for mine in by_viewer(played, Kind.PAYMENT, Kind.BALANCE, Kind.FORFEIT):
        open_ = []
        for row in mine:
            if catalogue.kind[row.item] != ItemKind.PRESALE:
                continue
            if row.kind == Kind.PAYMENT:
                open_.append(row.time + catalogue.presale_balance[row.item] * b.DAY)
            else:
                due = open_.pop(0)
                assert abs(row.time - due) < 1e-3
        assert all(due >= played.night.until for due in open_)


def _places(table: Any) -> set[tuple[float, int, int]]:
    return set(zip(table["time"], table["item"], table["size"], strict=True))


def credit_is_what_orders_have_changed_in_it_and_undone_with_them(played: Played, _: NDArray[np.void]) -> None:
    """A refund takes back the credit its order brought, be it spent by then, and gives back what the order had used."""
    kept = np.zeros(len(played.crowd), np.int64)
    made: dict[tuple[int, int], list[int]] = defaultdict(list)  # by viewer and item: what orders changed
    moment: dict[tuple[int, int], tuple[float, Kind]] = {}  # when and how the last order was made or refunded
    for row in in_turn(played).itertuples():
        whose = row.viewer, row.item
        if row.kind in (Kind.REFUND, Kind.PAYMENT):
            moment[whose] = row.time, row.kind
        if row.kind == Kind.REFUND:
            made[whose].remove(int(row.value))
        elif row.kind == Kind.PAYMENT:
            made[whose].append(0)
        elif row.kind == Kind.CREDIT:
            kept[row.viewer] += int(row.value)
            assert moment[whose][0] == row.time
            if moment[whose][1] == Kind.PAYMENT:
                made[whose].remove(0)
                made[whose].append(int(row.value))
    left = np.zeros(len(played.crowd), np.int64)
    for (viewer, _), changes in made.items():
        left[viewer] += sum(changes)  # of orders that were not refunded
    assert (kept == played.crowd.viewers["credit"]).all()
    assert (kept == left).all()


def points_are_what_was_paid_and_watched_and_never_below_zero(played: Played, before: NDArray[np.void]) -> None:
    scenario, known, changes = played.night.scenario, played.crowd.known, rows(played, Kind.POINTS)
    loyalty = scenario.loyalty
    kept = before["points"].astype(np.int64)
    for row in changes.itertuples():
        assert known["tier"][row.viewer] > 0
        kept[row.viewer] += int(row.value)
        assert kept[row.viewer] >= 0
    assert (kept == known["points"]).all()
    steps = [tier.points for tier in loyalty.tiers.values()]
    assert (known["tier"] == tier_of(known["points"], before["tier"] > 0, steps)).all()
    minor, rate = 10**scenario.shop.decimals, loyalty.points_per_unit
    money = in_turn(played)
    for viewer in np.flatnonzero(before["tier"] > 0):
        mine = money[(money["viewer"] == viewer) & money["kind"].isin((Kind.PAYMENT, Kind.BALANCE))]
        watched = played.closing.watched[viewer] * loyalty.points_per_hour / 3600.0
        most = (mine["price"] / minor * rate).sum() + watched
        assert kept[viewer] - before["points"][viewer] <= most + 1e-6


def what_comes_back_is_put_on_the_shelf_or_written_off(played: Played, _: NDArray[np.void]) -> None:
    catalogue, stock = played.night.catalogue, played.stock
    back = rows(played, Kind.RESTOCK, Kind.WRITE_OFF)
    sent = rows(played, Kind.RETURN_POSTED, Kind.EXCHANGE, Kind.FORFEIT)
    units = sum(n for item in sent["item"] for _, n in catalogue.parts(item))
    assert len(back) <= units
    given_up = rows(played, Kind.FORFEIT)
    free = back[(back["kind"] == Kind.RESTOCK) & (catalogue.kind[back["item"]] == ItemKind.PRESALE)]
    assert sorted(zip(given_up["time"], given_up["item"], given_up["size"], strict=True)) == sorted(
        place for place in zip(free["time"], free["item"], free["size"], strict=True) if place in _places(given_up)
    )
    for kind, told in ((Kind.RESTOCK, stock.restocked), (Kind.WRITE_OFF, stock.written_off)):
        mine = back[back["kind"] == kind]
        found = np.zeros_like(told)
        np.add.at(found, mine["item"] * catalogue.sizes + mine["size"], 1)
        assert (found == told).all()
    assert (stock.restocked + stock.written_off <= stock.sold).all()
