"""What holds in every night, whatever the scenario and the policy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.no_push import NoPush
from sim import behaviour as b
from sim.engine.ledger import PACKED, Flag, Kind
from sim.engine.play import Played
from sim.policy import Offer, Push, View
from sim.policy.push import MOST_PUSHES
from tests.engine.shelf import Shelf, flagged, in_turn, rows
from tests.worlds import Scripted, any_night, lived, often, scripts, shop, world, worlds

SEEDS = st.integers(0, 10**6)
ENDLESS = 100_000_000
ASKING = (Kind.CART, Kind.ORDER, Kind.TEAM)  # what the till has let through


class Watching(Scripted):
    """Notes at the start of each window how many units of every shelf the board shows."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.seen: list[tuple[float, list[int]]] = []

    def decide(self, view: View) -> list[Push]:
        self.seen.append((view.time, [item.stock for item in (*view.products.values(), *view.presales.values())]))
        return list(super().decide(view))


@any_night(40)
@given(w=st.one_of(worlds(), worlds(days=12.0)), script=scripts, seed=SEEDS)
def test_units_are_conserved_at_every_settlement(w, script, seed):
    policy = Watching(script.script)
    played = lived(w, policy, seed)
    shelf, stock, lag = Shelf(played), played.stock, w.scenario.shop.board_lag
    by_shelf = {-np.inf: shelf.free.reshape(-1, 4).sum(axis=1).tolist()}
    windows = [at for at, _ in policy.seen]
    due = iter([*windows, np.inf])
    settles = next(due)
    for row in in_turn(played).itertuples():
        while row.time >= settles:
            by_shelf[settles] = shelf.free.reshape(-1, 4).sum(axis=1).tolist()
            settles = next(due)
        if row.kind in (*ASKING, Kind.PAYMENT, Kind.EXCHANGE) and (row.kind != Kind.TEAM or shelf.holds):
            reserved = row.kind == Kind.PAYMENT and not row.flag & (Flag.STORE | Flag.TEAM)
            assert reserved or shelf.there(row) or (row.kind == Kind.PAYMENT and shelf.holds)
        elif row.kind == Kind.REFUSAL:
            assert not shelf.there(row)
        shelf.settle(row)
        assert (shelf.free >= 0).all()
        assert (shelf.reserved >= 0).all()
    for told, kept in ((stock.free, shelf.free), (stock.sold, shelf.sold), (stock.elsewhere, shelf.elsewhere)):
        assert (told == kept).all()
    assert not stock.reserved.any()  # the till stays open until all is paid or given up
    assert (stock.initial + stock.delivered + stock.restocked == stock.free + stock.sold + stock.elsewhere).all()
    for at, seen in policy.seen:
        published = max((t for t in windows if t <= at - lag), default=windows[0])
        assert seen == by_shelf[published]


@any_night(40)
@given(w=worlds(), script=scripts, seed=SEEDS)
def test_money_credit_and_people_are_conserved(w, script, seed):
    played = lived(w, script, seed)
    catalogue, known, viewers = played.night.catalogue, played.crowd.known, played.crowd.viewers
    paid = rows(played, Kind.PAYMENT)
    assert paid["price"].sum() == played.books.counts.revenue.sum()
    units = pd.Series(np.add.reduceat(catalogue.units, catalogue.first_part[: len(catalogue.first_part) - 1][
        catalogue.kind < 3]))  # fmt: skip
    assert units.reindex(paid["item"]).sum() == played.stock.sold.sum()
    joined, back = rows(played, Kind.TEAM), rows(played, Kind.TEAM_REFUND)
    bought = paid[flagged(paid, Flag.TEAM)]
    for mine in ("price", "viewer", "size", "push"):
        assert sorted(joined[mine]) == sorted([*bought[mine], *back[mine]])
    seen = np.bincount(paid["viewer"], minlength=len(known))
    assert (known["orders"] == np.where(known["consent"] == 1, seen, -1)).all()
    rebate = w.scenario.shop.rebate.share
    credit, given_back = rows(played, Kind.CREDIT), np.floor(paid["price"] * rebate)
    balances = credit.groupby("viewer")["value"].sum().reindex(range(len(known)), fill_value=0.0)
    assert balances.tolist() == viewers["credit"].tolist()
    used = given_back.sum() - credit["value"].sum()
    assert 0 <= used <= given_back.sum()
    assert (credit.sort_values("time", kind="stable").groupby("viewer")["value"].cumsum() >= 0).all()
    came, left = len(rows(played, Kind.JOIN, Kind.RETURN)), len(rows(played, Kind.LEAVE))
    assert came - left == known["present"].sum() == played.books.counts.present.sum()


@any_night(30)
@given(w=worlds(), script=scripts, seed=SEEDS)
def test_what_is_reserved_is_paid_in_time_or_back_when_time_is_up(w, script, seed):
    played = lived(w, script, seed)
    p, catalogue = played.night.scenario.assumptions, played.night.catalogue
    asked = rows(played, Kind.CART, Kind.ORDER, Kind.PAYMENT, Kind.LAPSE)
    for _, mine in asked[~flagged(asked, Flag.TEAM)].groupby("viewer"):
        steps = list(mine.itertuples())
        for reserved, settled in zip(steps[::2], steps[1::2], strict=True):
            assert reserved.kind in (Kind.CART, Kind.ORDER)
            assert (reserved.item, reserved.size) == (settled.item, settled.size)
            window = p.payment_window_flash if reserved.price < catalogue.own_price[reserved.item] else p.payment_window
            passed = settled.time - reserved.time
            if settled.kind == Kind.LAPSE:
                assert settled.price == reserved.price
                assert passed == pytest.approx(window, abs=1e-6)
            else:
                assert settled.price == b.paid_now(reserved.price, catalogue.due[reserved.item])
                assert passed <= max(window, p.after_window, w.scenario.timing.window) + 1e-6


@any_night(30)
@given(w=worlds(), script=scripts, seed=SEEDS)
def test_no_order_is_below_what_reductions_may_take_off(w, script, seed):
    played = lived(w, script, seed)
    catalogue, said = played.night.catalogue, rows(played, Kind.PUSH).set_index("push")
    for row in rows(played, *ASKING).itertuples():
        least = catalogue.price[row.item] - catalogue.most_off[row.item]
        assert max(1, least) <= row.price <= catalogue.own_price[row.item]
        if row.kind == Kind.TEAM:
            assert row.price == said.loc[row.push, "price"]
    paid, taken = rows(played, Kind.PAYMENT), rows(played, Kind.COUPON)
    used = paid[flagged(paid, Flag.COUPON)].groupby("viewer").size()
    assert (used <= taken.groupby("viewer").size().reindex(used.index, fill_value=0)).all()


def trust_of(mine: pd.DataFrame, trust: float, w) -> float:
    """Trust after what a viewer has met, row by row."""
    p, expertise = w.scenario.assumptions, w.scenario.host.expertise
    lost = {Kind.REFUSAL: p.trust_lost, Kind.MISMATCH: p.mismatch_lost, Kind.REGRET: p.regret_lost,
            Kind.TEAM_REFUND: p.team_failed}  # fmt: skip
    for kind in mine["kind"]:
        if kind == Kind.CONTENT_END:
            trust += p.content_trust * expertise * (1.0 - trust)
        trust *= 1.0 - lost.get(kind, 0.0)
    return trust


def rested(trust: float, played: Played) -> float:
    """Trust when the night's few hours are over, in which it comes back a little to what is usual."""
    night, (segment,) = played.night, played.night.scenario.audience.segments.values()
    days = (night.until - night.stage.match.opens) / b.DAY
    return b.trust_at_rest(trust, segment.trust, days, night.scenario.assumptions)


@any_night(30)
@given(w=worlds(), script=scripts, seed=SEEDS)
def test_after_the_broadcast_only_errands_are_run(w, script, seed):
    played = lived(w, script, seed)
    frame, closes = in_turn(played), played.night.stage.match.closes
    as_it_closes = frame["time"].eq(closes) & frame["kind"].eq(Kind.REORDER)  # of what the last window has sold
    after = set(frame.loc[(frame["time"] >= closes) & ~as_it_closes, "kind"])
    here = (Kind.JOIN, Kind.RETURN, Kind.LEAVE, Kind.CHAT, Kind.EXPOSURE, Kind.NOTICE, Kind.CLICK, Kind.MUTE,
            Kind.BROWSE, Kind.VIEW, Kind.PUSH, Kind.REORDER, Kind.CONTENT, Kind.COUPON, Kind.REGRET)  # fmt: skip
    assert not after & set(here)
    before = w.night(seed, 0).crowd.viewers["trust"]
    for viewer, mine in frame[frame["viewer"] >= 0].groupby("viewer"):
        expected = rested(trust_of(mine, before[viewer], w), played)
        assert played.crowd.viewers["trust"][viewer] == pytest.approx(expected, rel=1e-5)


@any_night(30)
@given(w=worlds(), script=scripts, seed=SEEDS)
def test_who_is_away_only_pays_or_hears_the_till(w, script, seed):
    frame = in_turn(lived(w, script, seed))
    answers = (Kind.WALK, Kind.CART, Kind.ORDER, Kind.REFUSAL, Kind.MISMATCH)
    for _, mine in frame[(frame["viewer"] >= 0) & (frame["kind"] < Kind.ARRIVAL)].groupby("viewer"):
        here = heard = False
        for kind in mine["kind"]:
            if kind in (Kind.JOIN, Kind.RETURN, Kind.LEAVE):
                assert here == (kind == Kind.LEAVE)
                here = kind != Kind.LEAVE
            elif not here:
                errands = (Kind.PAYMENT, Kind.LAPSE, Kind.CREDIT, Kind.TEAM_REFUND)
                assert kind in errands or (kind in answers and heard)
            heard = kind in (Kind.REFUSAL, Kind.MISMATCH) or (heard and kind not in answers)


@any_night(30)
@given(w=worlds(), script=scripts, other=scripts, cut=st.floats(-1500, 6000), seed=SEEDS)
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
        running = pushes[(pushes["item"] == row.item) & (pushes["time"] <= row.time) & (row.time < pushes["value"])]
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
