"""What holds in every night, whatever the scenario and the policy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import behaviour as b
from sim.engine.ledger import PACKED, Flag, Kind
from tests.engine.evening import ASKING, Evening, units_are_conserved_at_every_settlement
from tests.engine.shelf import flagged
from tests.worlds import Scripted, any_night, lived, scripts, worlds

SEEDS = st.integers(0, 10**6)
ERRANDS = (Kind.PAYMENT, Kind.LAPSE, Kind.CREDIT, Kind.TEAM_REFUND)
ANSWERS = (Kind.WALK, Kind.CART, Kind.ORDER, Kind.REFUSAL, Kind.MISMATCH)
COME_AND_GO = (Kind.JOIN, Kind.RETURN, Kind.LEAVE)
OF_THE_STREAM = (
    *COME_AND_GO, Kind.CHAT, Kind.EXPOSURE, Kind.NOTICE, Kind.CLICK, Kind.MUTE, Kind.BROWSE, Kind.VIEW, Kind.PUSH,
    Kind.REORDER, Kind.CONTENT, Kind.COUPON, Kind.REGRET,
)  # fmt: skip


@any_night(50)
@given(w=worlds(), script=scripts, seed=SEEDS)
def test_all_is_right_on_any_night(w, script, seed):
    evening = Evening(w, script, seed)
    for holds in (
        units_are_conserved_at_every_settlement,
        money_credit_and_people_are_conserved,
        what_is_reserved_is_paid_in_time_or_back_when_time_is_up,
        no_order_is_below_what_reductions_may_take_off,
        after_the_broadcast_only_errands_are_run,
        trust_is_what_was_met_made_of_it,
        who_is_away_only_pays_or_hears_the_till,
    ):
        holds(evening)


def money_credit_and_people_are_conserved(e: Evening) -> None:
    catalogue, known, viewers = e.catalogue, e.crowd.known, e.crowd.viewers
    paid, counts = e.of(Kind.PAYMENT), e.played.books.counts
    assert paid["price"].sum() == counts.revenue.sum()
    assert sum(units for item in paid["item"] for _, units in catalogue.parts(item)) == e.stock.sold.sum()
    joined, back = e.of(Kind.TEAM), e.of(Kind.TEAM_REFUND)
    bought = paid[flagged(paid, Flag.TEAM)]
    for mine in ("price", "viewer", "size", "push"):
        assert sorted(joined[mine]) == sorted([*bought[mine], *back[mine]])
    seen = np.bincount(paid["viewer"], minlength=len(known))
    assert (known["orders"] == np.where(known["consent"] == 1, seen, -1)).all()
    credit, given_back = e.of(Kind.CREDIT), np.floor(paid["price"] * e.scenario.shop.rebate.share)
    balances = np.bincount(credit["viewer"], credit["value"], minlength=len(known))
    assert (balances == viewers["credit"]).all()
    used = given_back.sum() - credit["value"].sum()
    assert 0 <= used <= given_back.sum()
    assert (credit.groupby("viewer")["value"].cumsum() >= 0).all()
    came, left = len(e.of(Kind.JOIN, Kind.RETURN)), len(e.of(Kind.LEAVE))
    assert came - left == known["present"].sum() == counts.present.sum()


def what_is_reserved_is_paid_in_time_or_back_when_time_is_up(e: Evening) -> None:
    p, catalogue = e.scenario.assumptions, e.catalogue
    for _, mine in e.by_viewer(Kind.CART, Kind.ORDER, Kind.PAYMENT, Kind.LAPSE):
        steps = [row for row in mine if not row.flag & Flag.TEAM]
        for reserved, settled in zip(steps[::2], steps[1::2], strict=True):
            assert reserved.kind in (Kind.CART, Kind.ORDER)
            assert (reserved.item, reserved.size) == (settled.item, settled.size)
            window = p.payment_window_flash if reserved.price < catalogue.own_price[reserved.item] else p.payment_window
            passed = settled.time - reserved.time
            if settled.kind == Kind.LAPSE:
                assert settled.price == reserved.price
                assert abs(passed - window) <= 1e-6
            else:
                assert settled.price == b.paid_now(reserved.price, catalogue.due[reserved.item])
                assert passed <= max(window, p.after_window, e.scenario.timing.window) + 1e-6


def no_order_is_below_what_reductions_may_take_off(e: Evening) -> None:
    catalogue, said = e.catalogue, e.of(Kind.PUSH).set_index("push")["price"]
    for row in e.of(*ASKING).itertuples():
        least = catalogue.price[row.item] - catalogue.most_off[row.item]
        assert max(1, least) <= row.price <= catalogue.own_price[row.item]
        if row.kind == Kind.TEAM:
            assert row.price == said.loc[row.push]
    paid, taken = e.of(Kind.PAYMENT), e.of(Kind.COUPON)
    used = paid[flagged(paid, Flag.COUPON)].groupby("viewer").size()
    assert (used <= taken.groupby("viewer").size().reindex(used.index, fill_value=0)).all()


def after_the_broadcast_only_errands_are_run(e: Evening) -> None:
    rows, closes = e.rows, e.played.night.stage.match.closes
    as_it_closes = rows["time"].eq(closes) & rows["kind"].eq(Kind.REORDER)  # of what the last window has sold
    assert not rows.loc[(rows["time"] >= closes) & ~as_it_closes, "kind"].isin(OF_THE_STREAM).any()


def trust_is_what_was_met_made_of_it(e: Evening) -> None:
    """Row by row; when the night's few hours are over it has come back a little to what is usual."""
    p, expertise, night = e.scenario.assumptions, e.scenario.host.expertise, e.played.night
    lost = {Kind.REFUSAL: p.trust_lost, Kind.MISMATCH: p.mismatch_lost, Kind.REGRET: p.regret_lost,
            Kind.TEAM_REFUND: p.team_failed}  # fmt: skip
    (segment,) = e.scenario.audience.segments.values()
    days = (night.until - night.stage.match.opens) / b.DAY
    met = dict(e.by_viewer(Kind.CONTENT_END, *lost))
    for viewer in np.unique(e.rows["viewer"][e.rows["viewer"] >= 0]):
        trust = e.before.viewers["trust"][viewer]
        for row in met.get(viewer, ()):
            if row.kind == Kind.CONTENT_END:
                trust += p.content_trust * expertise * (1.0 - trust)
            trust *= 1.0 - lost.get(row.kind, 0.0)
        expected = b.trust_at_rest(trust, segment.trust, days, p)
        assert e.crowd.viewers["trust"][viewer] == pytest.approx(expected, rel=1e-5)


def who_is_away_only_pays_or_hears_the_till(e: Evening) -> None:
    for _, mine in e.by_viewer(*(kind for kind in Kind if kind < Kind.ARRIVAL)):
        here = heard = False
        for kind in (row.kind for row in mine):
            if kind in COME_AND_GO:
                assert here == (kind == Kind.LEAVE)
                here = kind != Kind.LEAVE
            elif not here:
                assert kind in ERRANDS or (kind in ANSWERS and heard)
            heard = kind in (Kind.REFUSAL, Kind.MISMATCH) or (heard and kind not in ANSWERS)


@any_night(20)
@given(w=worlds(), script=scripts, other=scripts, cut=st.floats(-1500, 6000), seed=SEEDS)
def test_policies_that_have_said_the_same_have_the_same_past(w, script, other, cut, seed):
    common = [line for line in script.script if line[0] < cut]
    ends = (Scripted(common + [x for x in s.script if x[0] >= cut]) for s in (script, other))
    pasts = []
    for policy in ends:
        all_rows = lived(w, policy, seed).ledger.rows()
        pasts.append(all_rows[all_rows["time"] < cut - w.scenario.timing.window])
    assert pasts[0].astype(PACKED).tobytes() == pasts[1].astype(PACKED).tobytes()
