"""What people do in a night, worked out again from the rows, the draws and the equations, one viewer at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from policies.no_push import NoPush
from sim import behaviour as b
from sim import draws
from sim.engine import occasions
from sim.engine.ledger import Kind
from sim.engine.play import Played
from sim.world.audience import TASTE_STEP
from sim.world.night import Night
from sim.world.surfaces import SurfaceIndex
from tests.worlds import Scripted, lived, often, shop, world

CALM = {"heat_effect": 0.0, "heat_effect_square": 0.0}
PLAIN = shop(100_000_000)


def interest(w, crowd, viewer: int, product: int) -> float:
    """Relevance of a product (red shirt, blue shirt, ball) for a viewer."""
    categories = sorted({p.category for p in w.scenario.shop.products.values()})
    key = list(w.scenario.shop.products)[product]
    taste = int(crowd.tastes[viewer, categories.index(w.scenario.shop.products[key].category)]) * TASTE_STEP
    side = int(crowd.known["side"][viewer])
    allegiance = 0 if product == 2 else 1 if product == side else -1
    return b.relevance(taste, float(crowd.viewers["fandom"][viewer]), allegiance, w.scenario.assumptions)


def met(played: Played) -> pd.DataFrame:
    """Every exposure on the stream: was it noticed, and in which of the viewer's stays."""
    frame = played.ledger.frame()
    frame["stay"] = frame["kind"].isin([Kind.JOIN, Kind.RETURN]).groupby(frame["viewer"]).cumsum()
    exposed = frame[frame["kind"] == Kind.EXPOSURE]
    noticed = frame.loc[frame["kind"] == Kind.NOTICE, ["viewer", "push", "time", "value"]]
    return exposed.drop(columns="value").merge(noticed, how="left", on=["viewer", "push", "time"])


def second(played: Played, t: float) -> np.void:
    curves = played.night.stage.curves
    return curves.seconds[int(t - curves.opens)]


@pytest.mark.parametrize("surface", ["pop_up", "side_panel", "host_mention"])
def test_who_notices_and_how_annoyed_that_leaves_them(surface):
    w = world(shop=PLAIN, assumptions=CALM)
    played, crowd = lived(w, often(every=240.0, surface=surface), seed=5), w.night(5, 0).crowd
    p, place = w.scenario.assumptions, getattr(w.scenario.surfaces, surface)
    state: dict[int, tuple[float, float, int]] = {}  # annoyance, since when, pushes noticed
    exposures = met(played)
    for row in exposures.itertuples():
        occasion = occasions.on_stream(row.push, row.stay)
        _, u_notice, _, _ = draws.draw(5, 0, row.viewer, draws.EXPOSE, occasion)
        attention = float(second(played, row.time)["attention"])
        eyes = 1.0 if place.forced else 1.0 - p.notice_attention * attention
        assert (u_notice < place.salience * eyes) == (not np.isnan(row.value))
        if not np.isnan(row.value):
            annoyance, since, noticed = state.get(row.viewer, (0.0, 0.0, 0))
            worn = min(p.wear_limit, 1 + p.wear_rate * max(0, noticed - p.wear_in))
            spared = 1 - p.annoyance_relevant * interest(w, crowd, row.viewer, 0)
            added = place.intrusiveness * (1 + p.annoyance_peak * attention) * worn * spared
            left = annoyance * 0.5 ** ((row.time - since) / p.annoyance_half_life)
            assert row.value == pytest.approx(left + added)
            state[row.viewer] = (row.value, row.time, noticed + 1)
    assert exposures["value"].notna().sum() > 200
    assert exposures["value"].isna().any()
    assert max(n for _, _, n in state.values()) > p.wear_in + 2


def test_a_push_is_on_the_screen_at_its_own_instant_of_the_window():
    w = world(shop=PLAIN)
    played = lived(w, often(), seed=5)
    pushed = played.ledger.frame().query(f"kind == {int(Kind.PUSH)}").set_index("push")["time"]
    for row in met(played).itertuples():
        u = draws.draw(5, 0, row.viewer, draws.EXPOSE, occasions.on_stream(row.push, row.stay))[0]
        assert row.time == pytest.approx(pushed[row.push] + u * w.scenario.timing.window)


def chat_heat(played: Played) -> dict[tuple[int, int], float]:
    """By window and side: messages a minute in the window before, a viewer who is there now, over the usual."""
    frame, night = played.ledger.frame(), played.night
    own = frame[frame["kind"].isin([Kind.CHAT, Kind.JOIN, Kind.RETURN, Kind.LEAVE])].copy()
    own["side"] = played.crowd.known["side"][own["viewer"]]
    own["window"] = [window_of(night, t) for t in own["time"]]
    come = own["kind"].map({Kind.JOIN: 1, Kind.RETURN: 1, Kind.LEAVE: -1, Kind.CHAT: 0})
    windows = pd.RangeIndex(own["window"].max() + 2)
    heat = {}
    for side, mine in own.groupby("side"):
        there = come[mine.index].groupby(mine["window"]).sum().reindex(windows, fill_value=0).cumsum()
        chats = mine[mine["kind"] == Kind.CHAT].groupby("window").size().reindex(windows, fill_value=0)
        rate = chats * 60.0 / night.scenario.timing.window / there.clip(lower=1)
        heat |= {(int(k) + 1, int(side)): x / night.scenario.assumptions.heat_usual for k, x in rate.items()}
    return heat


def window_of(night: Night, t: float) -> int:
    return int((t - night.stage.match.opens) // night.scenario.timing.window)


def feeling(played: Played, v: np.void, side: int, t: float, heat: dict[tuple[int, int], float]) -> float:
    """Emotion, trust and the voices of one's own side, as log odds."""
    p, now = played.night.scenario.assumptions, second(played, t)
    arousal = min(1.0, float(v["gain"]) * float(now["arousal"][side]))
    mood = max(-1.0, min(1.0, float(v["gain"]) * float(now["mood"][side])))
    emotion = p.impulse_arousal * arousal - p.impulse_arousal_square * arousal**2 + p.impulse_mood * mood
    heard = np.log(1.0 + heat.get((window_of(played.night, t), side), 0.0))
    voices = p.heat_effect * heard - p.heat_effect_square * heard**2
    return emotion + p.trust_effect * (float(v["trust"]) - p.trust_average) + voices


@pytest.fixture(scope="module")
def tempted():
    """A night of host mentions of a cheap shirt, where nobody goes to the shop unasked and nothing runs out."""
    shy = {"all": {"share": 1.0, "browse": {"median": 1e-9}}}
    w = world(
        shop=PLAIN, assumptions={"click_base": -1.0, "cart_base": -1.0, "buy_base": -3.0},
        audience={"viewers": 300, "segments": shy},
    )  # fmt: skip
    return w, w.night(5, 0).crowd, lived(w, often(surface="host_mention", every=120.0), seed=5)


def pages(w, played: Played) -> pd.DataFrame:
    """Every page opened: when its visitor decided, by which draw, and how annoyed they were when they came."""
    exposures, frame = met(played), played.ledger.frame()
    opened = frame[frame["kind"] == Kind.VIEW].merge(exposures, on=["viewer", "push", "time"], suffixes=("", "_met"))
    p = w.scenario.assumptions
    u = [
        draws.draw(5, 0, row.viewer, draws.PAGE, occasions.on_stream(row.push, row.stay)) for row in opened.itertuples()
    ]
    opened["u"] = [x[1] for x in u]
    opened["until"] = opened["time"] + p.page_minimum - p.page_seconds * np.log([x[0] for x in u])
    return opened


def test_who_clicks_and_nobody_who_is_busy(tempted):
    w, before, played = tempted
    p, frame = w.scenario.assumptions, played.ledger.frame()
    clicks = set(frame.loc[frame["kind"] == Kind.CLICK, ["viewer", "push"]].itertuples(index=False, name=None))
    muted = frame[frame["kind"] == Kind.MUTE].set_index("viewer")["time"]
    busy = errands(frame, pages(w, played))
    free = clicked = occupied = 0
    heat = chat_heat(played)
    noticed = met(played).dropna().copy()
    noticed["number"] = noticed.sort_values("time").groupby("viewer").cumcount() + 1
    for row in noticed.itertuples():
        v, now = before.viewers[row.viewer], second(played, row.time)
        pull = feeling(played, v, int(before.known["side"][row.viewer]), row.time, heat)
        pull += p.host_effect * float(v["host_affinity"]) * float(v["trust"])
        odds = p.click_base + p.interest * (interest(w, before, row.viewer, 0) - 0.5) + pull
        odds += p.click_discount * b.price_pull(5600, 8000, float(v["price_sensitivity"]), p)
        odds -= p.click_attention * float(now["attention"]) + p.click_annoyance * row.value / float(v["tolerance"])
        odds -= p.click_wear * np.log(row.number)
        u = draws.draw(5, 0, row.viewer, draws.EXPOSE, occasions.on_stream(row.push, row.stay))[2]
        taken = any(a < row.time < z for a, z in busy.get(row.viewer, ()))
        away = muted.get(row.viewer) == row.time
        assert ((row.viewer, row.push) in clicks) == (u < b.logistic(odds) and not taken and not away)
        free += not taken
        occupied += taken and u < b.logistic(odds)
        clicked += (row.viewer, row.push) in clicks
    assert free > 1000
    assert clicked > 100
    assert occupied > 20


def errands(frame: pd.DataFrame, opened: pd.DataFrame) -> dict[int, list[tuple[float, float]]]:
    """When each viewer had something in hand: from opening a page to its end, or to the end of the order made on it."""
    spans: dict[int, list[tuple[float, float]]] = {}
    for viewer, own in opened.groupby("viewer"):
        rows = frame[frame["viewer"] == viewer]
        left = rows.loc[rows["kind"] == Kind.LEAVE, "time"]
        settled = rows.loc[rows["kind"].isin([Kind.PAYMENT, Kind.LAPSE]), "time"]
        asked = rows.loc[rows["kind"].isin([Kind.CART, Kind.ORDER]), "time"]
        for page in own.itertuples():
            bought = np.isclose(asked, page.until, rtol=0, atol=1e-6).any()
            gone = left[left > page.time].min()
            spans.setdefault(viewer, []).append(
                (page.time, settled[settled > page.until].min() if bought else min(page.until, gone))
            )
    return spans


def test_who_buys(tempted):
    w, before, played = tempted
    p, frame = w.scenario.assumptions, played.ledger.frame()
    ends = frame[frame["kind"].isin([Kind.SAVE, Kind.CART, Kind.ORDER])]
    noticed = frame[frame["kind"] == Kind.NOTICE]
    pushed = frame[frame["kind"] == Kind.PUSH]
    heat = chat_heat(played)
    counts = dict.fromkeys((b.NOTHING, b.SAVE, b.CART, b.BUY), 0)
    for row in pages(w, played).itertuples():
        own = frame[(frame["viewer"] == row.viewer) & (frame["time"] > row.time)]
        gone = own.loc[own["kind"] == Kind.LEAVE, "time"].min()
        if gone < row.until or row.until > played.night.stage.match.closes - 1:
            continue
        v = before.viewers[row.viewer]
        last = noticed[(noticed["viewer"] == row.viewer) & (noticed["time"] <= row.until)].iloc[-1]
        annoyance = last["value"] * 0.5 ** ((row.until - last["time"]) / p.annoyance_half_life)
        on_offer = ((pushed["time"] <= row.until) & (row.until < pushed["value"])).any()
        pull = p.interest * (interest(w, before, row.viewer, 0) - 0.5)
        pull += b.price_pull(5600 if on_offer else 8000, 8000, float(v["price_sensitivity"]), p)
        pull += feeling(played, v, int(before.known["side"][row.viewer]), row.until, heat)
        pull -= p.buy_annoyance * annoyance / float(v["tolerance"])
        choice = b.decide(row.u, pull, p)
        here = ends[(ends["viewer"] == row.viewer) & ((ends["time"] - row.until).abs() < 1e-6)]["kind"].tolist()
        assert here == {b.NOTHING: [], b.SAVE: [Kind.SAVE], b.CART: [Kind.CART], b.BUY: [Kind.ORDER]}[choice]
        counts[choice] += 1
    assert min(counts.values()) > 0
    assert sum(counts.values()) > 100


def test_few_left_makes_people_hurry_and_only_then():
    def sold(**assumptions):
        eager = {"viewers": 500, "segments": {"all": {"share": 1.0, "browse": {"median": 10.0}}}}
        w = world(shop=shop(stock=30), audience=eager, assumptions={"cart_base": -1.5, **assumptions})
        return lived(w, NoPush()).ledger.frame()

    none = sold(scarcity_effect=0.0)
    pd.testing.assert_frame_equal(sold(scarcity_effect=1.0, scarcity_share=0.0), none)
    hurried = sold(scarcity_effect=1.0, scarcity_share=0.5)
    reserved = hurried[hurried["kind"].isin([Kind.CART, Kind.ORDER])]
    assert len(reserved) > 1.05 * none["kind"].isin([Kind.CART, Kind.ORDER]).sum()
    full = reserved["time"].iloc[14]  # the ball, of which there are least, is not half gone before 15 are taken
    before = [frame[frame["time"] < full] for frame in (hurried, none)]
    assert len(before[0]) > 100
    pd.testing.assert_frame_equal(*before)


def test_the_chat_of_ones_own_side_is_heard():
    loud = {"all": {"share": 1.0, "chat": {"median": 5.0}}}
    base = {
        "shop": PLAIN,
        "audience": {"viewers": 400, "segments": loud, "sides": {"home": 0.5, "away": 0.5, "neutral": 0}},
    }
    keen, deaf = (
        lived(world(assumptions={"heat_effect": x, "heat_effect_square": 0.0, "click_base": -3.0}, **base), often())
        for x in (1.0, 0.0)
    )
    counts = [x.ledger.frame()["kind"].value_counts() for x in (keen, deaf)]
    assert counts[0][Kind.CHAT] == counts[1][Kind.CHAT]
    assert counts[0][Kind.CLICK] > 1.3 * counts[1][Kind.CLICK]


def test_the_policy_hears_as_many_messages_as_are_written():
    heard = []

    class Listening:
        def decide(self, view):
            heard.append((view.time, view.chat_rate))
            return []

    played = lived(world(audience={"viewers": 300}), Listening())
    frame, side = played.ledger.frame(), played.crowd.known["side"]
    chats = frame[frame["kind"] == Kind.CHAT]
    by = chats.assign(side=side[chats["viewer"]], window=((chats["time"] - heard[0][0]) // 30.0).astype(int))
    counts = by.groupby(["window", "side"]).size()
    assert len(chats) > 300
    for number, (_, rates) in enumerate(heard[1:]):
        assert rates == tuple(2.0 * counts.get((number, s), 0) for s in range(3))


def test_substitutes_lie_near_ones_own_size():
    only = shop(stock=5000)
    only["size_shares"] = {"S": 0.0, "M": 1.0, "L": 0.0, "XL": 0.0}
    for key in ("red-shirt", "blue-shirt"):
        only["products"][key]["sizes"] = {"S": 5000, "M": 0, "L": 5000, "XL": 5000}
    eager = {"viewers": 600, "segments": {"all": {"share": 1.0, "browse": {"median": 20.0}}}}
    taken = {}
    for misfit in (0.0, 1.0):
        w = world(shop=only, audience=eager, assumptions={"size_misfit": misfit, "cart_base": -1.0})
        frame = lived(w, NoPush()).ledger.frame()
        shares = frame[frame["kind"] == Kind.OTHER_SIZE]["size"].value_counts(normalize=True)
        taken[misfit] = [shares.get(size, 0.0) for size in range(4)]
        assert (frame["kind"] == Kind.OTHER_SIZE).sum() > 300
    assert taken[0.0] == pytest.approx([1 / 3, 0, 1 / 3, 1 / 3], abs=0.06)
    far = np.exp(-1.0 / w.scenario.assumptions.size_similarity)  # one step further from M
    assert taken[1.0] == pytest.approx([1 / (2 + far), 0, 1 / (2 + far), far / (2 + far)], abs=0.06)


def test_who_comes_back_meets_the_same_push_on_another_occasion():
    met_on = {occasions.on_stream(push, stay) for push in (0, 7, 2**20 - 1) for stay in range(1, 1000)}
    met_on |= {occasions.in_shop(push, 60.0 * minute) for push in (0, 7, 2**20 - 1) for minute in range(1000)}
    assert len(met_on) == 3 * 999 + 3 * 1000
    assert all(0 <= x < 2**31 for x in met_on)
    assert {occasions.push_of(x) for x in met_on} == {0, 7, 2**20 - 1}
    assert occasions.in_shop(3, 61.0) == occasions.in_shop(3, 119.0) != occasions.in_shop(3, 120.0)
    assert {occasions.push_of(occasions.of_own_accord(k)) for k in range(5)} == {-1}


def test_every_decision_has_draws_of_its_own():
    purposes = [
        draws.OWN, draws.EXPOSE, draws.PAGE, draws.PAGE_OWN, draws.SIZE, draws.SIZE_OWN, draws.CHECKOUT,
        draws.CHECKOUT_OWN, draws.PARCEL, draws.STORE, draws.STORE_PUSH, draws.AGAIN, draws.OTHERS, draws.TRAITS,
    ]  # fmt: skip
    assert len(set(purposes)) == len(purposes) == len({draws.draw(1, 0, 5, purpose, 9) for purpose in purposes})


def test_every_surface_is_met():
    for surface in set(SurfaceIndex) - {SurfaceIndex.STORE_PUSH}:
        name = surface.name.lower()
        frame = lived(world(), Scripted([(0.0, [(name, "ball", 0.0, 7000.0, None)])])).ledger.frame()
        shown = frame[frame["kind"] == Kind.EXPOSURE]
        assert len(shown) > 10
        assert (shown["surface"] == surface).all()
