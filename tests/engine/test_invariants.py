"""What holds in every night, whatever the scenario and the policy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.no_push import NoPush
from sim.engine.ledger import PACKED, Kind
from sim.engine.play import Played
from sim.policy import Offer, Push, View
from sim.policy.push import MOST_PUSHES
from tests.worlds import Scripted, lived, often, scripts, shop, world, worlds

any_night = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
ENDLESS = 100_000_000


def rows(played: Played, *kinds: Kind) -> pd.DataFrame:
    frame = played.ledger.frame()
    return frame[frame["kind"].isin(kinds)]


def sku_events(played: Played) -> pd.DataFrame:
    """Every change of a SKU's free and reserved units, in order of time."""
    frame = rows(played, Kind.CART, Kind.ORDER, Kind.LAPSE, Kind.PAYMENT, Kind.DELIVERY).copy()
    units = {Kind.CART: -1, Kind.ORDER: -1, Kind.LAPSE: 1, Kind.PAYMENT: 0}
    held = {Kind.CART: 1, Kind.ORDER: 1, Kind.LAPSE: -1, Kind.PAYMENT: -1, Kind.DELIVERY: 0}
    frame["free"] = np.where(frame["kind"] == Kind.DELIVERY, frame["value"], frame["kind"].map(units).fillna(0))
    frame["reserved"] = frame["kind"].map(held)
    frame["sku"] = frame["item"] * played.night.catalogue.sizes + frame["size"]
    first = frame["kind"] == Kind.DELIVERY  # shop rows stand behind the viewers' rows of their window
    return frame.assign(first=~first).sort_values(["time", "first"], kind="stable")


@any_night
@given(w=worlds(), script=scripts, seed=st.integers(0, 10**6))
def test_stock_money_and_people_are_conserved(w, script, seed):
    played = lived(w, script, seed)
    stock, initial = played.stock, played.night.catalogue.stock
    assert (initial + stock.delivered == stock.free + stock.sold).all()
    assert not stock.reserved.any()  # the till stays open until all is paid or given up
    for sku, moves in sku_events(played).groupby("sku"):
        free, reserved = initial[sku] + moves["free"].cumsum(), moves["reserved"].cumsum()
        assert free.min() >= 0
        assert reserved.min() >= 0
        assert free.iloc[-1] == stock.free[sku]
        assert reserved.iloc[-1] == 0
    paid = rows(played, Kind.PAYMENT)
    assert paid["price"].sum() == played.books.counts.revenue.sum()
    assert len(paid) == stock.sold.sum()
    known = played.crowd.known
    seen = np.bincount(paid["viewer"], minlength=len(known))
    assert (known["orders"] == np.where(known["consent"] == 1, seen, -1)).all()
    came = len(rows(played, Kind.JOIN, Kind.RETURN))
    left = len(rows(played, Kind.LEAVE))
    assert came - left == played.crowd.known["present"].sum() == played.books.counts.present.sum()


@any_night
@given(w=worlds(), script=scripts, seed=st.integers(0, 10**6))
def test_what_is_reserved_is_paid_in_time_or_back_when_time_is_up(w, script, seed):
    played = lived(w, script, seed)
    p, price = played.night.scenario.assumptions, played.night.catalogue.price
    asked = rows(played, Kind.CART, Kind.ORDER, Kind.PAYMENT, Kind.LAPSE)
    for _, mine in asked.groupby("viewer"):
        steps = list(mine.itertuples())
        for reserved, settled in zip(steps[::2], steps[1::2], strict=True):
            assert reserved.kind in (Kind.CART, Kind.ORDER)
            assert (reserved.item, reserved.size, reserved.price) == (settled.item, settled.size, settled.price)
            window = p.payment_window_flash if reserved.price < price[reserved.item] else p.payment_window
            passed = settled.time - reserved.time
            if settled.kind == Kind.LAPSE:
                assert passed == pytest.approx(window, abs=1e-6)
            else:
                assert settled.kind == Kind.PAYMENT
                assert passed <= window + 1e-6


@any_night
@given(w=worlds(), script=scripts, seed=st.integers(0, 10**6))
def test_after_the_broadcast_only_errands_are_run(w, script, seed):
    played = lived(w, script, seed)
    frame = played.ledger.frame()
    after = set(frame.loc[frame["time"] >= played.night.stage.match.closes, "kind"])
    here = (Kind.JOIN, Kind.RETURN, Kind.LEAVE, Kind.CHAT, Kind.EXPOSURE, Kind.NOTICE, Kind.CLICK, Kind.MUTE,
            Kind.BROWSE, Kind.VIEW, Kind.PUSH, Kind.REORDER)  # fmt: skip
    assert not after & set(here)
    refused = frame[frame["kind"] == Kind.REFUSAL].groupby("viewer").size()
    lost = (1.0 - played.night.scenario.assumptions.trust_lost) ** refused
    before = w.night(seed, 0).crowd.viewers["trust"]
    assert played.crowd.viewers["trust"][refused.index] == pytest.approx(before[refused.index] * lost.to_numpy())


@any_night
@given(w=worlds(), script=scripts, seed=st.integers(0, 10**6))
def test_who_is_away_only_pays_or_hears_the_till(w, script, seed):
    for _, mine in rows(lived(w, script, seed), *(k for k in Kind if k < Kind.PUSH)).groupby("viewer"):
        here = refused = False
        for kind in mine["kind"]:
            if kind in (Kind.JOIN, Kind.RETURN, Kind.LEAVE):
                assert here == (kind == Kind.LEAVE)
                here = kind != Kind.LEAVE
            elif not here:
                assert kind in (Kind.PAYMENT, Kind.LAPSE) or (kind == Kind.WALK and refused)
            refused = kind == Kind.REFUSAL or (refused and kind not in (Kind.WALK, Kind.OTHER_SIZE, Kind.WAIT))


@any_night
@given(w=worlds(), script=scripts, seed=st.integers(0, 10**6))
def test_nobody_is_refused_while_there_is_stock_and_nobody_is_served_without(w, script, seed):
    played = lived(w, script, seed)
    free = dict(enumerate(played.night.catalogue.stock.tolist()))
    frame = played.ledger.frame()
    moves = frame.assign(first=frame["kind"] != Kind.DELIVERY).sort_values(["time", "first"], kind="stable")
    for row in moves.itertuples():
        sku = row.item * played.night.catalogue.sizes + row.size
        if row.kind in (Kind.CART, Kind.ORDER):
            assert free[sku] > 0
            free[sku] -= 1
        elif row.kind == Kind.REFUSAL:
            assert free[sku] == 0
        elif row.kind == Kind.LAPSE:
            free[sku] += 1
        elif row.kind == Kind.DELIVERY:
            free[sku] += int(row.value)


@any_night
@given(w=worlds(), script=scripts, other=scripts, cut=st.floats(-1500, 6000), seed=st.integers(0, 10**6))
def test_policies_that_have_said_the_same_have_the_same_past(w, script, other, cut, seed):
    common = [line for line in script.script if line[0] < cut]
    ends = (Scripted(common + [x for x in s.script if x[0] >= cut]) for s in (script, other))
    pasts = []
    for policy in ends:
        all_rows = lived(w, policy, seed).ledger.rows()
        pasts.append(all_rows[all_rows["time"] < cut - w.scenario.timing.window])
    assert pasts[0].astype(PACKED).tobytes() == pasts[1].astype(PACKED).tobytes()


def test_whom_no_push_touches_lives_the_same_night_when_nothing_is_shared():
    w = world(shop=shop(ENDLESS), assumptions={"heat_effect": 0.0, "heat_effect_square": 0.0})
    alone, pushed = lived(w, NoPush()), lived(w, often(audience=[7]))
    a, b = alone.ledger.frame(), pushed.ledger.frame()
    assert (b["viewer"] == 7).sum() > (a["viewer"] == 7).sum()
    rest = [f[(f["viewer"] >= 0) & (f["viewer"] != 7)].reset_index(drop=True) for f in (a, b)]
    pd.testing.assert_frame_equal(*rest)


def test_one_more_viewer_changes_nothing_else_when_nothing_is_shared():
    free = {"shop": shop(ENDLESS), "assumptions": {"heat_effect": 0.0, "heat_effect_square": 0.0}}
    few, more = (lived(world(audience={"viewers": n}, **free), often()).ledger.frame() for n in (60, 61))
    old = more[more["viewer"] < 60].reset_index(drop=True)
    pd.testing.assert_frame_equal(few, old)
    assert (more["viewer"] == 60).any()


def test_annoyance_only_ever_drives_viewers_away_earlier():
    w = world(shop=shop(ENDLESS), assumptions={"heat_effect": 0.0, "heat_effect_square": 0.0})
    calm, loud = lived(w, NoPush()), lived(w, often(every=60.0))
    first = [rows(x, Kind.LEAVE).groupby("viewer")["time"].min() for x in (calm, loud)]
    both = pd.concat(first, axis=1, keys=["calm", "loud"])
    assert (both["loud"].fillna(np.inf) <= both["calm"].fillna(np.inf)).all()
    assert (both["loud"] < both["calm"]).any()


# --- metamorphic ------------------------------------------------------------------------------------------------------


def test_no_intrusiveness_no_annoyance():
    mute = {name: {"intrusiveness": 0.0} for name in ("pop_up", "side_panel")}
    played = lived(world(surfaces=mute), often())
    assert len(rows(played, Kind.NOTICE)) > 100
    assert played.crowd.viewers["peak_annoyance"].max() == 0.0
    assert not rows(played, Kind.LEAVE)["flag"].any()
    assert lived(world(), often()).crowd.viewers["peak_annoyance"].max() > 0.0


def test_endless_stock_no_stock_outs():
    wanting = (Kind.SOLD_OUT, Kind.REFUSAL, Kind.MISS, Kind.WAIT, Kind.OTHER_SIZE)
    assert rows(lived(world(shop=shop(ENDLESS)), often()), *wanting).empty
    assert not rows(lived(world(shop=shop(1)), often()), *wanting).empty


def test_prices_at_the_till_are_those_that_were_offered():
    played = lived(world(shop=shop(ENDLESS)), often(every=900.0))
    asked = rows(played, Kind.CART, Kind.ORDER)
    pushes = rows(played, Kind.PUSH)
    for row in asked.itertuples():
        running = pushes[
            (pushes["item"] == row.item) & (pushes["time"] <= row.time) & (row.time < pushes["value"])
        ]
        offered = min([played.night.catalogue.price[row.item], *running["price"]])
        assert row.price == offered
    assert asked["price"].nunique() > 1


def test_a_push_to_nobody_is_no_push():
    nobody, silent = lived(world(), often(audience=np.zeros(80, bool))), lived(world(), NoPush())
    frame = nobody.ledger.frame()
    pd.testing.assert_frame_equal(
        frame[frame["kind"] != Kind.PUSH].reset_index(drop=True), silent.ledger.frame().reset_index(drop=True)
    )


def test_muted_is_muted_and_absent_is_absent():
    played = lived(
        world(audience={"viewers": 200, "segments": {"all": {"share": 1.0, "tolerance": {"median": 0.05}}}}),
        often(every=60.0),
    )
    frame = played.ledger.frame()
    assert (frame["kind"] == Kind.MUTE).sum() > 20
    for _, mine in frame[frame["viewer"] >= 0].groupby("viewer"):
        here, muted = False, False
        for row in mine.itertuples():
            here = row.kind in (Kind.JOIN, Kind.RETURN) or (here and row.kind != Kind.LEAVE)
            assert not (row.kind == Kind.EXPOSURE and (muted or not here))
            muted |= row.kind == Kind.MUTE


@pytest.mark.parametrize("width", [7.3, 11.1, 15.0])
def test_an_offer_that_lasts_four_windows_leaves_room_in_the_fifth(width):
    """Sixteen pushes a window, each for four windows, are the most that may run; rounding must not make them more."""

    class Full:
        def decide(self, view: View) -> list[Push]:
            return [Push("side_panel", Offer("ball"), view.time + 4 * view.window, np.array([0]))] * MOST_PUSHES

    w = world(audience={"viewers": 1}, timing={"window": width})
    assert len(rows(lived(w, Full()), Kind.PUSH)) > 5000
