"""The warehouse: who packs when, what a rush does to a promise, and that it can be left and taken up again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import simpy

from sim.behaviour import DAY
from sim.engine.ledger import Flag, Kind
from sim.engine.parcels import Parcels, ParcelState
from sim.engine.warehouse import HOUR, Warehouse
from sim.world.night import Night
from tests.engine.days import orders, passed, reactions
from tests.worlds import world

SHIRT, BALL = 0, 2
SHIFTS = [{"opens": 8, "closes": 12, "packers": 3}, {"opens": 13, "closes": 18, "packers": 1}]


def night(wave: int = 4, **fulfilment) -> Night:
    given = {"kickoff": 20.5, "shifts": SHIFTS, "parcels_per_hour": 10, **fulfilment}
    return world(fulfilment=given, assumptions={"packing_wave": wave}).night(1, 0)


def balls(n: Night, count: int):
    return orders(n, np.arange(count) % len(n.crowd), BALL, 0)


def worked(n: Night, count: int, scale: float = 1.0, days: float = 30.0) -> Parcels:
    """The parcels of a night's orders after days in which nobody opens one."""
    parcels, closes = Parcels(n), n.stage.match.closes
    env = simpy.Environment(initial_time=closes)
    parcels.of(balls(n, count), {})
    Warehouse(env, parcels, scale)
    env.run(until=closes + days * DAY)
    return parcels


def of_day(times):
    """Local hours of the day."""
    return (times / HOUR + 20.5) % 24.0


def test_work_begins_in_shifts_only_and_no_faster_than_people_are():
    packed = np.sort(worked(night(wave=1), 300).rows["packed"])
    begun = of_day(packed - 360.0 + 1e-6)
    early = (begun >= 8) & (begun < 12)
    assert (early | (begun >= 13) & (begun < 18)).all()
    starts, at_once = np.unique(np.round(packed, 3), return_counts=True)
    hours = of_day(starts - 360.0 + 1e-3)
    assert set(at_once[(hours < 12)]) <= {1, 2, 3}
    assert set(at_once[(hours > 13)]) == {1}
    first_day = packed < packed[0] + DAY / 2
    assert first_day.sum() == 4 * 10 * 3 + 5 * 10


def test_the_oldest_go_first_and_all_of_a_wave_together():
    rows = worked(night(wave=4), 40).rows
    order = np.lexsort((rows["number"], rows["viewer"], rows["ready"]))
    assert (np.diff(rows["packed"][order]) >= 0.0).all()
    assert set(np.unique(rows["packed"], return_counts=True)[1]) <= {4, 8, 12}
    assert (rows["state"] == ParcelState.PACKED).all()
    assert (rows["arrives"] == rows["packed"] + rows["transit"]).all()


@pytest.mark.parametrize("scale", [0.1, 0.5, 2.0])
def test_a_smaller_crowd_has_a_smaller_warehouse(scale):
    n = night(wave=1)
    whole, part = (np.sort(worked(n, int(400 * s), s).rows["packed"])[-1] for s in (1.0, scale))
    assert part == pytest.approx(whole, abs=DAY)


def test_a_rush_makes_parcels_late():
    late = []
    for count in (20, 2_000):
        rows = passed(night(promise=4.0), balls(night(), count), 40.0).rows
        arrived = rows[(rows["kind"] == Kind.ARRIVAL) & (rows["push"] == -1)]
        assert ((arrived["flag"] & Flag.LATE > 0) == (arrived["value"] > 4.0)).all()
        late.append(np.mean(arrived["value"] > 4.0))
    assert late[0] < 0.2
    assert late[1] > 0.6


def fates(parcels, item):
    """What was drawn for a viewer's parcels of an item."""
    rows = parcels.rows[parcels.rows["item"] == item]
    return {(int(r["viewer"]), int(r["number"])): float(r["transit"]) for r in rows}


def test_each_order_has_a_luck_of_its_own():
    parcels = Parcels(night())
    for viewers in ([3, 5, 3], [], [5, 3, 0, 3]):
        parcels.of(orders(night(), viewers, BALL, 0), {})
    assert len(np.unique(parcels.rows["transit"])) == len(fates(parcels, BALL)) == 7


def test_what_else_somebody_orders_changes_nothing_of_a_parcel_s_luck():
    alone, beside = Parcels(night()), Parcels(night())
    beside.of(orders(night(), [3, 3, 4], SHIRT, 1), {})
    for parcels in (alone, beside):
        parcels.of(orders(night(), [3, 4, 3], BALL, 0), {})
    assert fates(beside, BALL) == fates(alone, BALL)
    assert len(set(fates(beside, BALL).values()) | set(fates(beside, SHIRT).values())) == 6


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_parcel_takes_its_luck_along_to_the_next_match(engine):
    """And what is ordered there has another."""
    reasons = []
    for fixture in (0, 1):
        parcels, then = Parcels(night()), replace(night(), fixture=fixture)
        parcels.of(balls(night(), 300), {})
        parcels = parcels.at_next_match(then, 0.0)
        parcels.rows["arrives"] = 1e6
        reactions(then, engine).unpack(parcels, np.arange(300), 1e6)
        reasons.append(parcels.rows["reason"].tolist())
    assert reasons[0] == reasons[1]
    assert len(set(reasons[0])) > 1
    parcels.of(balls(night(), 300), {})
    assert (parcels.rows["number"][:300] == parcels.rows["number"][300:]).all()
    assert (parcels.rows["transit"][:300] != parcels.rows["transit"][300:]).all()


def test_packed_rows_count_every_parcel_once():
    done = passed(night(), balls(night(), 150), 20.0)
    rows = done.rows[done.rows["kind"] == Kind.PACKED]
    assert rows["value"].sum() == np.isfinite(done.parcels.rows["packed"]).sum() >= 150


def test_a_warehouse_left_and_taken_up_again_goes_on_as_if_never_left():
    n, closes = night(), night().stage.match.closes
    cut, later = closes + 0.5 * DAY + 100.0, 7.0 * DAY
    whole, env = Parcels(n), simpy.Environment(initial_time=closes)
    whole.of(balls(n, 200), {})
    whole.rows["state"][::5], whole.rows["back"][::5] = ParcelState.GOING_BACK, closes + 3.0 * HOUR * np.arange(40)
    before = whole.rows.copy()
    Warehouse(env, whole, 1.0)
    env.run(until=closes + 20.0 * DAY)

    part, env = Parcels(replace(n, until=cut), before), simpy.Environment(initial_time=closes)
    first = Warehouse(env, part, 1.0)
    env.run(until=cut)
    assert (part.rows["state"] == ParcelState.QUEUED).any()
    assert max(x.max() for x in first.free_at(0.0)) > cut  # somebody is in the midst of a wave
    goes_on = (part.rows["state"] != ParcelState.CHECKED) | (part.rows["checked"] >= cut)  # some are in hand
    rest = part.at_next_match(n, later)
    env = simpy.Environment(initial_time=cut - later)
    Warehouse(env, rest, 1.0, busy=first.free_at(later))
    env.run(until=closes + 20.0 * DAY - later)

    assert 0 < goes_on.sum() == len(rest.rows) < 200
    assert (rest.rows["state"] == whole.rows["state"][goes_on]).all()
    for name in ("packed", "arrives", "checked"):
        assert rest.rows[name] + later == pytest.approx(whole.rows[name][goes_on], abs=1e-6)


def test_what_is_over_does_not_go_on_to_the_next_match():
    done = passed(night(), balls(night(), 300), 12.0)
    left = Parcels(replace(done.parcels.night, until=np.inf), done.parcels.rows)
    old, new = left.rows, left.at_next_match(left.night, 14.0 * DAY).rows
    kept = (old["state"] == ParcelState.ARRIVED) & np.isinf(old["posts"])
    assert 0 < len(new) == len(old) - kept.sum() - (old["state"] == ParcelState.CHECKED).sum()
    assert (new["ordered"] <= -1.5 * DAY).all()
    assert set(new["state"].tolist()) & {ParcelState.ARRIVED, ParcelState.GOING_BACK, ParcelState.PACKED}


@pytest.mark.parametrize(("resalable", "kind"), [(1.0, Kind.RESTOCK), (0.0, Kind.WRITE_OFF)])
def test_returned_units_are_for_sale_again_or_not(resalable, kind):
    n = night(resalable=resalable)
    done = passed(n, balls(n, 400), 60.0)
    rows, stock = done.rows, done.stock
    back = done.parcels.rows["state"] == ParcelState.CHECKED
    assert back.sum() == (rows["kind"] == kind).sum() > 20
    assert np.isin(rows["kind"], (Kind.RESTOCK, Kind.WRITE_OFF)).sum() == back.sum()
    assert stock.restocked.sum() + stock.written_off.sum() == back.sum()
    assert (stock.free == stock.initial + stock.restocked - stock.sold - stock.reserved).all()
    assert (stock.free >= 0).all()
