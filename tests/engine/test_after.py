"""The days after a match: both engines the same, and what parcels, moods and tiredness do to people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import behaviour as b
from sim.behaviour import DAY
from sim.engine.days import loyalty, usual_trust
from sim.engine.ledger import PACKED, ROW, Flag, Kind
from sim.engine.parcels import ParcelState
from sim.parameters import Parameters
from sim.world.audience import CUSTOMER, LOST, NEVER
from sim.world.night import Night
from tests.engine.days import orders, passed, reactions
from tests.worlds import shop, world

P = Parameters()
OFTEN = {"visit_shape": 8.0, "visit_scale": 1.0}  # customers who come every day
GOODS = shop(
    stock=5,
    presales={"ahead": {"name": "Ahead", "product": "blue-shirt", "quota": 20, "balance": 3, "ships": 4}},
    bundles={"set": {"name": "Set", "items": {"red-shirt": 1, "ball": 2}, "price": 120.0}},
)


def audience(viewers: int, **traits) -> dict:
    return {"viewers": viewers, "segments": {"all": {"share": 1.0, "customers": 1.0, **traits}}}


def shirts(n: Night, count: int, away: int = 0, **more):
    """Orders of red shirts, `away` sizes from the buyers' own where there is one."""
    viewers = np.arange(count) % len(n.crowd)
    sizes = np.clip(n.crowd.viewers["own_size"][viewers] + away, 0, 3)
    return orders(n, viewers, 0, sizes, **more)


# --- two engines ------------------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**63 - 1),
    stock=st.sampled_from((0, 2, 50)),
    days=st.sampled_from((0.5, 9.0, 40.0)),
    joy=st.sampled_from((0.0, 60.0)),
    bought=st.lists(
        st.tuples(
            st.integers(0, 39),
            st.integers(0, 4),
            st.integers(0, 3),
            st.sampled_from((-1, 0, 7)),
            st.sampled_from((0, int(Flag.INFORMED), int(Flag.TEAM | Flag.INFORMED))),
            st.floats(-1.0, 2.0),
        ),
        max_size=60,
    ),
)
def test_both_engines_live_the_same_days(seed, stock, days, joy, bought):
    goods = {**GOODS, "products": shop(stock)["products"]}
    w = world(
        audience=audience(40, trust_spread=0.3),
        shop=goods,
        fulfilment={"promise": 2.0, "shifts": [{"opens": 7, "closes": 11, "packers": 1}], "parcels_per_hour": 2},
        assumptions={**OFTEN, "after_joy": joy, "drop_a": 0.3},
    )
    nights = w.night(seed, 3), w.night(seed, 3)
    done = []
    for n, engine in zip(nights, ("compiled", "reference"), strict=True):
        columns = np.array(bought, "f8").reshape(-1, 6).T
        whole = columns[:5].astype(int)
        paid = orders(n, whole[0], whole[1], whole[2], push=whole[3], flag=whole[4], value=columns[5])
        done.append(passed(n, paid, days, engine, {7: 0.6}))
    fast, slow = done
    assert fast.rows.astype(PACKED).tobytes() == slow.rows.astype(PACKED).tobytes()
    assert (fast.parcels.rows == slow.parcels.rows).all()
    for state in LASTING:
        np.testing.assert_array_equal(nights[0].crowd.viewers[state], nights[1].crowd.viewers[state], state)
    assert (fast.stock.free == slow.stock.free).all()


LASTING = (  # what is of any day but the one in which it is in hand
    "trust", "satisfaction", "store_at", "visits", "customer", "credit", "coupons", "last_item",
    "last_price", "fatigue", "burden", "tolerance", "noticed", "informed",
)  # fmt: skip


@pytest.mark.parametrize("days", [3.0, 7.5])
def test_both_engines_rest_and_decide_the_same(days):
    w, found = world(audience=audience(300, trust_spread=0.3)), []
    for engine in ("compiled", "reference"):
        n = w.night(5, 1)
        rng, v = np.random.default_rng(3), n.crowd.viewers
        v["burden"], v["fatigue"], v["noticed"] = *rng.gamma(1.0, 3.0, (2, 300)), rng.integers(0, 50, 300)
        v["satisfaction"] = rng.uniform(-1, 1, 300)
        segments, coming = n.scenario.audience.segments.values(), rng.random(300) < 0.5
        people = reactions(n, engine)
        people.rest(days, usual_trust(segments))
        found.append((people.decide_again(days * DAY, coming, loyalty(segments)), coming, v.copy()))
    assert all((x == y).all() for x, y in zip(*found, strict=True))
    rows, coming, _ = found[0]
    assert 0 < len(rows) < 300
    assert (coming[rows["viewer"]] == rows["flag"]).all()


# --- parcels ----------------------------------------------------------------------------------------------------------


def returned(away: int = 0, item: int = 0, **more) -> tuple[float, float]:
    """Share of a lot of parcels that goes back, and share of these for their fit."""
    n = world(audience=audience(4_000), shop=shop(stock=10**5), fulfilment=PLENTY).night(2, 0)
    sizes = np.clip(n.crowd.viewers["own_size"] + away, 0, 3)
    rows = passed(n, orders(n, np.arange(4_000), item, sizes, **more), 12.0, claims={9: 1.0}).parcels.rows[:4_000]
    back = rows["reason"] != b.KEPT
    return back.mean(), (rows["reason"][back] == b.FIT).mean()


PLENTY = {"parcels_per_hour": 10_000, "inspected_per_hour": 10_000}


def test_what_is_sent_back():
    planned, for_fit = returned()
    assert 0.2 < planned < 0.35
    assert 0.35 < for_fit < 0.7
    assert returned(item=2)[0] < planned - 0.08
    assert returned(item=2)[1] == 0.0
    assert returned(push=1)[0] > planned + 0.08
    assert returned(push=9)[0] > returned(push=1)[0] + 0.04
    assert returned(value=2.0)[0] > planned + 0.04
    assert returned(price=4_000)[0] > planned + 0.02
    assert returned(away=1)[0] > planned + 0.15
    assert returned(flag=int(Flag.INFORMED))[0] < planned - 0.04
    assert returned(item=2, flag=int(Flag.INFORMED))[0] == returned(item=2)[0]


def test_parcels_move_trust_and_satisfaction():
    def after(promise, push):
        n = world(audience=audience(200), fulfilment={**PLENTY, "promise": promise}).night(2, 0)
        passed(n, orders(n, np.arange(100), 2, 0, push=push), 25.0, claims={9: 0.8})
        v = n.crowd.viewers
        return v["trust"][:100].mean() - v["trust"][100:].mean(), v["satisfaction"][:100].mean()

    kept_word, pleased = after(30.0, -1)
    assert kept_word > 0.0 < pleased
    for worse in (after(0.5, -1), after(30.0, 9)):
        assert worse[0] < -0.04
        assert worse[1] < -0.1


def swapped(stock: int, **fulfilment):
    """Days after 2,000 orders of shirts in the right size, from people who do not come to the store."""
    people, ways = audience(2_000, customers=0.0), PLENTY | fulfilment
    n = world(audience=people, shop=shop(stock), fulfilment=ways).night(2, 0)
    return passed(n, shirts(n, 2_000), 90.0)


def test_an_exchange_is_for_a_neighbouring_size_and_takes_the_money_along():
    done = swapped(stock=500)
    rows, parcels = done.rows, done.parcels.rows
    swaps = parcels[parcels["flags"] & Flag.EXCHANGED > 0]
    assert (rows["kind"] == Kind.EXCHANGE).sum() == len(swaps) > 100
    swaps = swaps[swaps["number"] == 1]
    first = parcels[:2_000][swaps["viewer"]]
    assert (abs(swaps["size"] - first["size"]) == 1).all()
    assert (swaps["size"] == first["instead"]).all()
    assert (swaps["ordered"] == first["posts"]).all()
    refunds = rows[rows["kind"] == Kind.REFUND]
    assert len(np.unique(refunds["viewer"])) == len(refunds) > 100
    assert (refunds["price"] == 8_000).all()
    assert parcels["price"].sum() == 2_000 * 8_000
    assert done.stock.sold.sum() == len(parcels) - 2_000


def test_an_exchange_that_is_not_to_be_had_is_refunded():
    done = swapped(stock=0, resalable=0.0)
    rows, parcels = done.rows, done.parcels.rows
    assert len(parcels) == 2_000
    assert (parcels["instead"] >= 0).sum() > 50
    back = parcels["reason"] != b.KEPT
    assert (rows["kind"] == Kind.RETURN_POSTED).sum() == (rows["kind"] == Kind.REFUND).sum() == back.sum()
    assert done.stock.written_off.sum() == back.sum()
    told = rows[rows["kind"] == Kind.RETURN_POSTED]
    assert (told["size"] == parcels["size"][told["viewer"]]).all()  # what is sent back, not what was wanted
    assert not (told["flag"] & Flag.EXCHANGED).any()


def test_the_rest_of_a_presale_is_paid_or_the_deposit_lost():
    def paid(trust):
        n = world(audience=audience(500, trust=trust, trust_spread=0.0), shop=GOODS, fulfilment=PLENTY).night(2, 0)
        done = passed(n, orders(n, np.arange(500), 3, 0), 30.0)
        rows, parcels = done.rows, done.parcels.rows[:500]
        assert (rows["price"][rows["kind"] == Kind.BALANCE] == 6_400).all()
        lost = parcels["state"] == ParcelState.FORFEITED
        assert lost.sum() == (rows["kind"] == Kind.FORFEIT).sum() == 500 - (rows["kind"] == Kind.BALANCE).sum()
        assert (parcels["price"] == np.where(lost, 1_600, 8_000)).all()
        assert np.isinf(parcels["packed"][lost]).all()
        given_up, free = (rows[rows["kind"] == kind] for kind in (Kind.FORFEIT, Kind.RESTOCK))
        assert np.isin(given_up["time"], free["time"][free["item"] == 3]).all()  # another may have it
        assert (parcels["packed"][~lost] >= n.stage.match.closes + 4.0 * DAY).all()
        return 1.0 - lost.mean()

    assert paid(0.9) > paid(0.5) + 0.02 > 0.7


def test_the_size_wanted_instead():
    for sizes in (1, 2, 5):
        for own in range(sizes):
            for size in range(sizes):
                found = {b.size_instead((k + 0.5) / 200, size, own, sizes, P) for k in range(200)} - {-1}
                if sizes == 1:
                    assert not found
                elif size == own:
                    assert found == {size - 1, size + 1} & set(range(sizes))
                else:
                    assert found == {size + (1 if own > size else -1)}


# --- the store --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("since", [0.0, 48.0])
def test_the_wait_for_a_visit_follows_its_intensity(since):
    rate, joy, tau = 1.5, 0.3, P.after_fades
    u = (np.arange(150) + 0.5) / 150
    hour = since * 3600.0
    waits = [b.next_visit(hour, x, y, rate, 0.8, joy, P) - hour for x in u for y in u]
    for hours in (6.0, 24.0, 96.0, 300.0):
        spike = P.after_joy * joy * tau * (np.exp(-since / tau) - np.exp(-(since + hours) / tau))
        expected = np.exp(-rate * 0.8 * (hours + spike) / 168.0)
        assert np.mean(np.array(waits) > hours * 3600.0) == pytest.approx(expected, abs=0.01)


def test_joy_brings_the_winners_and_not_the_losers():
    came = {}
    for joy in (0.0, 20.0):
        n = world(audience=audience(6_000), shop=shop(10**5), assumptions={"after_joy": joy}).night(4, 0)
        score, closes = n.stage.match.score, n.stage.match.closes
        assert score[0] != score[1]
        rows = passed(n, np.zeros(0, ROW), 21.0).rows
        visits = rows[rows["kind"] == Kind.STORE_VISIT]
        won = n.crowd.known["side"][visits["viewer"]] == int(score[1] > score[0])
        lost = n.crowd.known["side"][visits["viewer"]] == int(score[1] < score[0])
        soon = visits["time"] < closes + 3.0 * DAY
        came[joy] = (won & soon).sum(), (won & ~soon).sum(), lost.sum()
    assert came[20.0][2] == came[0.0][2]
    assert came[20.0][0] > 1.3 * came[0.0][0]
    assert came[20.0][0] / came[0.0][0] > came[20.0][1] / came[0.0][1]


def test_who_is_lost_or_never_came_does_not_come():
    w = world(audience=audience(400), shop=shop(10**4), assumptions={**OFTEN, "drop_a": 2.0, "drop_b": 2.0})
    n = w.night(2, 0)
    n.crowd.viewers["customer"][::4] = NEVER
    rows = passed(n, np.zeros(0, ROW), 20.0).rows
    visits, v = rows[rows["kind"] == Kind.STORE_VISIT], n.crowd.viewers
    assert not (visits["viewer"] % 4 == 0).any()
    lost = v["customer"] == LOST
    assert lost.sum() > 150
    assert np.isinf(v["store_at"][lost]).all()
    assert np.isfinite(v["store_at"][v["customer"] == CUSTOMER]).all()
    assert (np.bincount(visits["viewer"], minlength=400) == v["visits"]).all()


def test_trust_lost_puts_off_the_next_visit_and_trust_won_brings_it_forward():
    assert b.moved_visit(10.0, 30.0, 1.0, 0.5) == 50.0
    assert b.moved_visit(10.0, 30.0, 1.0, 2.0) == 20.0
    assert b.visit_ease(P.trust_average, 0.0, False, 0.0, P) == 1.0
    came = {}
    for promise in (0.5, 30.0):
        n = world(audience=audience(2_000), fulfilment={**PLENTY, "promise": promise}, shop=shop(10**5)).night(2, 0)
        rows = passed(n, orders(n, np.arange(2_000), 2, 0), 120.0).rows
        came[promise] = (rows["kind"] == Kind.STORE_VISIT).sum()
    assert came[0.5] < 0.9 * came[30.0]


def test_an_empty_store_is_a_miss():
    n = world(audience=audience(300), shop=shop(0), assumptions=OFTEN).night(2, 0)
    rows = passed(n, np.zeros(0, ROW), 3.0).rows
    assert (rows["kind"] == Kind.MISS).sum() == (rows["kind"] == Kind.STORE_VISIT).sum() > 100
    assert not np.isin(rows["kind"], (Kind.ASK, Kind.PAYMENT)).any()


# --- from match to match ----------------------------------------------------------------------------------------------


def test_tired_people_stay_away_and_bear_less():
    n = world(audience=audience(4_000)).night(2, 0)
    v, segments = n.crowd.viewers, n.scenario.audience.segments.values()
    v["burden"][::2] = 10.0
    v["noticed"] = 40
    people, coming = reactions(n, "compiled"), np.ones(4_000, bool)
    people.rest(7.0, usual_trust(segments))
    people.decide_again(7.0 * DAY, coming, loyalty(segments))
    assert coming[::2].mean() < coming[1::2].mean() - 0.1
    assert coming[1::2].mean() == pytest.approx(0.8, abs=0.03)
    assert (v["tolerance"][::2] < 0.6 * v["patience"][::2]).all()
    assert (v["tolerance"][1::2] == v["patience"][1::2]).all()
    assert (v["burden"] == 0.0).all()
    assert (v["noticed"] == 7).all()  # 40 x 2^(-7 / 3)
    before = v["fatigue"][0]
    people.rest(P.fatigue_half_life, usual_trust(segments))
    assert v["fatigue"][0] == pytest.approx(before / 2)


def test_trust_and_satisfaction_come_back_to_the_usual():
    n = world(audience=audience(10, trust=0.6)).night(2, 0)
    v, people = n.crowd.viewers, reactions(n, "compiled")
    v["trust"], v["satisfaction"] = np.linspace(0.1, 0.9, 10), 0.8
    before = v["trust"].copy()
    people.rest(7.0 * P.trust_half_life, np.array([0.6]))
    assert v["trust"] == pytest.approx((before + 0.6) / 2)
    assert (v["satisfaction"] < 0.4).all()
