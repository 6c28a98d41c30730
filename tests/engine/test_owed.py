"""What shop and people owe each other in the days after, kept again from the ledger's rows alone, one after another."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim import behaviour as b
from sim.engine.ledger import Kind
from sim.world.audience import tier_of
from sim.world.catalogue import ItemKind
from tests.engine.evening import Evening, units_are_conserved_at_every_settlement
from tests.worlds import any_night, scripts, worlds

MONEY = (Kind.PAYMENT, Kind.BALANCE, Kind.FORFEIT, Kind.REFUND, Kind.EXCHANGE, Kind.ARRIVAL, Kind.RETURN_POSTED)


@any_night(40)
@given(w=worlds(days=20.0), script=scripts, seed=st.integers(0, 10**6))
def test_all_that_is_owed_is_kept(w, script, seed):
    evening = Evening(w, script, seed)
    for holds in (
        units_are_conserved_at_every_settlement,
        a_parcel_comes_once_goes_back_once_and_is_refunded_once,
        nobody_gets_back_more_than_was_paid_for_it,
        a_deposit_is_followed_by_the_rest_or_lost_on_the_day_that_was_said,
        credit_is_what_orders_have_changed_in_it_and_undone_with_them,
        points_are_what_was_paid_and_watched_and_never_below_zero,
        what_comes_back_is_put_on_the_shelf_or_written_off,
    ):
        holds(evening)


def a_parcel_comes_once_goes_back_once_and_is_refunded_once(e: Evening) -> None:
    ahead = e.catalogue.kind == ItemKind.PRESALE
    for _, mine in e.by_viewer(*MONEY):
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


def nobody_gets_back_more_than_was_paid_for_it(e: Evening) -> None:
    for _, mine in e.by_viewer(*MONEY):
        paid: dict[int, list[int]] = defaultdict(list)  # by item: what was paid for each, so far
        for row in mine:
            if row.kind == Kind.PAYMENT:
                paid[row.item].append(row.price)
            elif row.kind == Kind.BALANCE:
                deposit = paid[row.item].pop(0)
                assert deposit + row.price == e.catalogue.own_price[row.item]
                paid[row.item].append(deposit + row.price)
            elif row.kind == Kind.FORFEIT:
                paid[row.item].pop(0)
            elif row.kind == Kind.REFUND:
                paid[row.item].remove(row.price)  # raises where nothing of that price was paid


def a_deposit_is_followed_by_the_rest_or_lost_on_the_day_that_was_said(e: Evening) -> None:
    catalogue = e.catalogue
    for _, mine in e.by_viewer(Kind.PAYMENT, Kind.BALANCE, Kind.FORFEIT):
        open_ = []
        for row in mine:
            if catalogue.kind[row.item] != ItemKind.PRESALE:
                continue
            if row.kind == Kind.PAYMENT:
                open_.append(row.time + catalogue.presale_balance[row.item] * b.DAY)
            else:
                due = open_.pop(0)
                assert abs(row.time - due) < 1e-3
        assert all(due >= e.played.night.until for due in open_)


def _places(table: Any) -> set[tuple[float, int, int]]:
    return set(zip(table["time"], table["item"], table["size"], strict=True))


def credit_is_what_orders_have_changed_in_it_and_undone_with_them(e: Evening) -> None:
    """A refund takes back the credit its order brought, be it spent by then, and gives back what the order had used."""
    kept = np.zeros(len(e.crowd), np.int64)
    made: dict[tuple[int, int], list[int]] = defaultdict(list)  # by viewer and item: what orders changed
    moment: dict[tuple[int, int], tuple[float, Kind]] = {}  # when and how the last order was made or refunded
    for row in e.rows.itertuples():
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
    left = np.zeros(len(e.crowd), np.int64)
    for (viewer, _), changes in made.items():
        left[viewer] += sum(changes)  # of orders that were not refunded
    assert (kept == e.crowd.viewers["credit"]).all()
    assert (kept == left).all()


def points_are_what_was_paid_and_watched_and_never_below_zero(e: Evening) -> None:
    scenario, known, changes = e.scenario, e.crowd.known, e.of(Kind.POINTS)
    loyalty = scenario.loyalty
    kept = e.before.viewers["points"].astype(np.int64)
    for row in changes.itertuples():
        assert known["tier"][row.viewer] > 0
        kept[row.viewer] += int(row.value)
        assert kept[row.viewer] >= 0
    assert (kept == e.crowd.viewers["points"]).all()
    steps = [tier.points for tier in loyalty.tiers.values()]
    assert (known["tier"] == tier_of(e.crowd.viewers["points"], e.before.known["tier"] > 0, steps)).all()
    paid, rate = e.of(Kind.PAYMENT, Kind.BALANCE), loyalty.points_per_unit / 10**scenario.shop.decimals
    most = np.bincount(paid["viewer"], np.floor(paid["price"] * rate + 1e-9), minlength=len(kept))
    most = most + np.floor(e.played.closing.watched * loyalty.points_per_hour / 3600.0)
    member = e.before.known["tier"] > 0
    refunded = np.isin(np.arange(len(kept)), e.of(Kind.REFUND)["viewer"])
    earned = kept - e.before.viewers["points"]
    assert (earned == most)[member & ~refunded].all()
    assert (earned <= most)[member].all()


def what_comes_back_is_put_on_the_shelf_or_written_off(e: Evening) -> None:
    catalogue, stock = e.catalogue, e.stock
    back = e.of(Kind.RESTOCK, Kind.WRITE_OFF)
    sent = e.of(Kind.RETURN_POSTED, Kind.EXCHANGE, Kind.FORFEIT)
    units = sum(n for item in sent["item"] for _, n in catalogue.parts(item))
    assert len(back) <= units
    given_up = e.of(Kind.FORFEIT)
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
