"""The shop by hand: deliveries, prices at the till, and who is still shown offers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from policies.no_push import NoPush
from sim import draws
from sim.engine import occasions
from sim.engine.ledger import Kind
from sim.measures.outcomes import outcomes
from tests.worlds import Scripted, lived, often, shop, world


def wanting(**replenishment):
    """A night in which the ball is wanted by many and refilled as said."""
    stock = shop(stock=3)
    stock["products"]["ball"]["replenishment"] = replenishment
    return world(
        audience={"viewers": 300, "segments": {"all": {"share": 1.0, "browse": {"median": 10.0}}}},
        shop=stock,
        assumptions={"cart_base": -1.0},
    )


@pytest.mark.parametrize("lead", [5.0, 7.25])
def test_a_delivery_comes_exactly_after_its_lead_time_and_is_ordered_once(lead):
    frame = lived(wanting(reorder_at=2, quantity=100_000, lead=lead), NoPush()).ledger.frame()
    ordered, delivered = (frame[frame["kind"] == k] for k in (Kind.REORDER, Kind.DELIVERY))
    assert len(ordered) == len(delivered) == 1
    assert delivered["time"].item() - ordered["time"].item() == pytest.approx(60 * lead)
    assert delivered["value"].item() == 100_000


def test_a_small_sample_of_a_shop_still_gets_its_deliveries():
    w = wanting(reorder_at=2, quantity=2, lead=5.0)
    assert w.night(1, 0, 30).catalogue.quantity.sum() == 1


def test_an_expired_discount_is_never_the_price_at_the_till():
    pushes = [(t, [("pop_up", "red-shirt", 0.5, 25.0, None)]) for t in np.arange(-1500.0, 6000.0, 120.0)]
    w = world(
        audience={"viewers": 400},
        shop=shop(stock=2),
        assumptions={"click_base": -1.0, "cart_base": -1.0, "wait_seconds": 60.0},
    )
    frame = lived(w, Scripted(pushes)).ledger.frame()
    asked = frame[frame["kind"].isin([Kind.CART, Kind.ORDER, Kind.REFUSAL]) & (frame["item"] == 0)]
    running = frame[frame["kind"] == Kind.PUSH]
    assert len(asked) > 20
    for row in asked.itertuples():
        on_offer = ((running["time"] <= row.time) & (row.time < running["value"])).any()
        assert row.price == (4000 if on_offer else 8000)
    assert asked["price"].nunique() == 2


@pytest.mark.parametrize("surface", ["pop_up", "side_panel"])
def test_who_has_muted_or_left_is_shown_nothing(surface):
    touchy = {"all": {"share": 1.0, "tolerance": {"median": 0.02}, "stay": {"median": 5.0}}}
    w = world(audience={"viewers": 300, "segments": touchy}, assumptions={"return_rate": 10.0})
    frame = lived(w, often(every=60.0, surface=surface)).ledger.frame()
    assert (frame["kind"] == Kind.MUTE).sum() > 20
    for _, mine in frame[frame["viewer"] >= 0].groupby("viewer"):
        muted = mine["kind"].eq(Kind.MUTE).cumsum().shift(fill_value=0) > 0
        here = (mine["kind"].isin([Kind.JOIN, Kind.RETURN]).cumsum() - mine["kind"].eq(Kind.LEAVE).cumsum()) > 0
        shown = mine["kind"].eq(Kind.EXPOSURE)
        assert not (shown & (muted | ~here)).any()


def test_standing_offers_meet_those_who_arrive_and_banners_those_who_browse():
    lone = [(-1700.0, [("side_panel", "ball", 0.0, 7000.0, None), ("shop_zone_banner", "ball", 0.0, 7000.0, None)])]
    frame = lived(world(), Scripted(lone)).ledger.frame()
    shown = frame[frame["kind"] == Kind.EXPOSURE]
    arrivals = frame[frame["kind"].isin([Kind.JOIN, Kind.RETURN]) & frame["time"].between(-1600, 5000)]
    visits = frame[(frame["kind"] == Kind.BROWSE) & frame["time"].between(-1600, 5000)]
    panel, banner = shown[shown["surface"] == 1], shown[shown["surface"] == 5]
    met = pd.merge(arrivals, panel, on=["viewer", "time"])
    assert len(met) == len(arrivals) > 50
    assert len(pd.merge(visits, banner, on=["viewer", "time"])) == len(visits) > 20


def test_the_board_is_as_old_as_its_lag():
    calm = {"assumptions": {"cart_base": -1.0}, "audience": {"viewers": 400}}
    refused = [
        (lived(world(shop=shop(stock=2, board_lag=lag), **calm), NoPush()).ledger.frame()["kind"] == Kind.REFUSAL).sum()
        for lag in (0.0, 1800.0)
    ]
    assert refused[1] > 3 * refused[0]


def test_nobody_does_more_than_anybody_could():
    mad = {"all": {"share": 1.0, "chat": {"median": 1_000_000}, "browse": {"median": 1_000_000}}}
    played = lived(world(audience={"viewers": 20, "segments": mad}), NoPush())
    watched = played.crowd.known["watched"].sum() + (played.crowd.known["present"] * 7200.0).sum()
    assert 0 < played.crowd.known["chats"].sum() < watched


def test_more_is_ordered_as_soon_as_the_shelf_is_down_to_the_mark():
    frame = lived(wanting(reorder_at=2, quantity=1, lead=5.0), NoPush()).ledger.frame()
    ball = frame[frame["item"] == 2]
    moves = ball["kind"].map({Kind.CART: -1, Kind.ORDER: -1, Kind.LAPSE: 1, Kind.DELIVERY: 1}).fillna(0)
    first = ball[ball["kind"] == Kind.REORDER].iloc[0]
    assert 3 + moves[ball["time"] < first["time"]].sum() == 2


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize("most", [1, 2])
def test_who_is_refused_asks_once_more_at_most(most, engine):
    eager = {"viewers": 500, "segments": {"all": {"share": 1.0, "browse": {"median": 10.0}}}}
    numbers = {"cart_base": -1.0, "wait_seconds": 60.0, "sizes_asked": most}
    w = world(audience=eager, shop=shop(stock=2, board_lag=1800.0), assumptions=numbers)
    frame = lived(w, NoPush(), engine=engine).ledger.frame()
    frame = frame[frame["viewer"] >= 0]
    page = frame["kind"].eq(Kind.VIEW).groupby(frame["viewer"]).cumsum()
    asked = frame["kind"].isin([Kind.CART, Kind.ORDER, Kind.REFUSAL])
    times = asked.groupby([frame["viewer"], page]).sum()
    assert times.max() == most
    assert (times == most).sum() > 20


def test_nobody_mutes_what_they_went_to_see():
    w = world(
        audience={"viewers": 200, "segments": {"all": {"share": 1.0, "browse": {"median": 10.0}}}},
        surfaces={"shop_zone_banner": {"intrusiveness": 10.0}, "side_panel": {"intrusiveness": 10.0}},
    )
    banner, panel = (
        lived(w, Scripted([(-1700.0, [(surface, "ball", 0.0, 7000.0, None)])])).ledger.frame()["kind"]
        for surface in ("shop_zone_banner", "side_panel")
    )
    assert (banner == Kind.NOTICE).sum() > 100
    assert not (banner == Kind.MUTE).any()
    assert (panel == Kind.MUTE).any()


def test_one_click_orders_and_carts_are_paid_as_often_as_the_numbers_say():
    eager = {"viewers": 4000, "segments": {"all": {"share": 1.0, "browse": {"median": 10.0}}}}
    w = world(audience=eager, shop=shop(stock=100_000_000), assumptions={"cart_base": -1.5, "buy_base": -1.5})
    frame, p = lived(w, NoPush()).ledger.frame(), w.scenario.assumptions
    for kind, flag, share in ((Kind.CART, 0, p.cart_paid), (Kind.ORDER, 1, p.order_paid)):
        paid = ((frame["kind"] == Kind.PAYMENT) & (frame["flag"] == flag)).sum()
        assert paid / (frame["kind"] == kind).sum() == pytest.approx(share, abs=0.03)


def test_what_a_missing_size_ends_in():
    bare = shop(stock=100_000)
    bare["size_shares"] = {"S": 0.0, "M": 1.0, "L": 0.0, "XL": 0.0}
    bare["products"]["red-shirt"]["sizes"] = {"S": 100_000, "M": 0, "L": 0, "XL": 100_000}
    shy = {"viewers": 500, "segments": {"all": {"share": 1.0, "browse": {"median": 1e-9}}}}
    w = world(shop=bare, audience=shy, assumptions={"click_base": -1.0, "cart_base": -1.0})
    p, frame = w.scenario.assumptions, lived(w, often()).ledger.frame()
    frame["stay"] = frame["kind"].isin([Kind.JOIN, Kind.RETURN]).groupby(frame["viewer"]).cumsum()
    frame["cause"] = frame["stay"].where(frame["kind"] == Kind.VIEW).groupby(frame["viewer"]).ffill()
    near, far = np.exp(-np.array([1.0, 2.0]) * p.size_misfit / p.size_similarity)
    other, wait = np.exp(p.size_value) * (near + far) ** p.size_similarity, np.exp(p.wait_value)
    chosen = {Kind.OTHER_SIZE: 0, Kind.WAIT: 0, Kind.WALK: 0}
    for row in frame[frame["kind"] == Kind.MISS].itertuples():
        u, _, _, u_size = draws.draw(1, 0, row.viewer, draws.SIZE, occasions.on_stream(row.push, int(row.cause)))
        x = u * (1 + other + wait)
        choice = Kind.OTHER_SIZE if x < other else Kind.WAIT if x < other + wait else Kind.WALK
        then = frame[(frame["viewer"] == row.viewer) & (frame["time"] == row.time) & (frame["kind"] == choice)]
        assert len(then) == 1
        assert choice != Kind.OTHER_SIZE or then["size"].item() == (0 if u_size * (near + far) < near else 3)
        chosen[choice] += 1
    assert min(chosen.values()) > 5


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_the_till_answers_after_the_broadcast_as_often_as_the_numbers_say(engine):
    """Who would pay at once pays when the till has answered: at the end of a window of the width that is set."""
    eager = {"viewers": 300, "segments": {"all": {"share": 1.0, "browse": {"median": 20.0}}}}
    hasty = {"cart_base": -1.0, "cart_paid": 1.0, "payment_window": 300.0, "payment_delay": 0.02, "page_minimum": 30.0}
    for width in (20.0, 200.0):
        w = world(audience=eager, shop=shop(stock=1000), assumptions={**hasty, "after_window": width})
        played = lived(w, NoPush(), engine=engine)
        frame, closes = played.ledger.frame(), played.night.stage.match.closes
        late = frame[(frame["kind"] == Kind.CART) & (frame["time"] > closes)]["viewer"]
        paid = frame[(frame["kind"] == Kind.PAYMENT) & frame["viewer"].isin(late)].groupby("viewer")["time"].last()
        at_the_end = ((paid - closes) / width % 1.0).round(9).isin([0.0, 1.0])
        assert len(late) > 5
        assert at_the_end.mean() > 0.5


def test_what_arrives_after_the_broadcast_is_not_tonights():
    stock = shop(stock=6)
    for product in stock["products"].values():
        product["replenishment"] = {"reorder_at": 30, "quantity": 500, "lead": 175.0}
    late = Scripted([(6300.0, [("pop_up", "red-shirt", 0.5, 900.0, None)])])
    for policy in (NoPush(), late):
        played = lived(world(shop=stock), policy, seed=0)
        frame, closes = played.ledger.frame(), played.night.stage.match.closes
        assert (frame["kind"] == Kind.REORDER).any()
        assert not (frame["time"][frame["kind"] == Kind.DELIVERY] >= closes).any()
        assert outcomes([played])["left_over"] <= 8 * 6


def test_a_broadcast_that_opens_with_kick_off_is_watched():
    played = lived(world(assumptions={"pre_match": 0.0}), NoPush())
    joined = played.ledger.frame().query(f"kind == {int(Kind.JOIN)}")["time"]
    assert (joined == 0.0).sum() > 20
    assert len(joined) > 50


@pytest.mark.parametrize("width", [27.06, 7.3, 15.0])
def test_rounding_makes_no_window_of_its_own(width):
    widths = []

    class Looking:
        def decide(self, view):
            widths.append(view.window)
            return []

    lived(world(timing={"window": width}, audience={"viewers": 5}), Looking())
    assert widths[:-1] == pytest.approx([width] * (len(widths) - 1))
    assert widths[-1] > 1e-6
