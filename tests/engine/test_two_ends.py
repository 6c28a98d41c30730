"""The stream's board and the store's till: what lags between them, and who else buys at the store."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from policies.no_push import NoPush
from sim.engine.ledger import Kind
from sim.engine.play import Played
from tests.engine.shelf import rows
from tests.worlds import Scripted, lived, shop, world

KEEN = {"click_base": -1.0, "buy_base": -1.0, "cart_base": -1.0, "trust_average": 0.1}
FLASHES = [(t, [("pop_up", "ball", 0.4, 240.0, None)]) for t in np.arange(-900.0, 6000.0, 600.0)]
PLENTY, ENDLESS = 10_000, 100_000_000


def night(goods: dict[str, Any], engine: str = "compiled", **numbers: float) -> Played:
    w = world(audience={"viewers": 400}, shop=goods, assumptions={**KEEN, **numbers})
    return lived(w, Scripted(FLASHES), engine=engine)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_till_that_learns_of_offers_late_asks_more_than_was_shown(engine):
    late = night(shop(PLENTY, price_lag=60.0), engine)
    dearer = rows(late, Kind.MISMATCH)
    assert len(dearer) > 20
    assert (dearer["price"] == 3000).all()
    assert (dearer["value"] == 1800.0).all()
    since = (dearer["time"] + 900.0) % 600.0  # a flash opens every 600 s, for 240 s
    assert (since.between(0.0, 60.0) | since.between(240.0, 300.0)).all()
    assert rows(night(shop(PLENTY), engine), Kind.MISMATCH).empty


def test_a_mismatch_costs_trust_and_some_pay_all_the_same():
    late, same = night(shop(PLENTY, price_lag=60.0)), night(shop(PLENTY))
    met = rows(late, Kind.MISMATCH)["viewer"].unique()
    others = np.setdiff1d(np.arange(400), met)
    trust = late.crowd.viewers["trust"] - same.crowd.viewers["trust"]
    assert trust[met].mean() < -0.03 < trust[others].mean()
    paying = [
        len(rows(night(shop(PLENTY, price_lag=60.0), mismatch_effect=x), Kind.PAYMENT).query("price == 3000"))
        for x in (20.0, 1.0)
    ]
    assert paying[0] < paying[1]


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_who_asks_again_pays_what_the_till_has_learnt_since(engine):
    steps = rows(night(shop(PLENTY, price_lag=20.0), engine), Kind.MISMATCH, Kind.CART, Kind.ORDER, Kind.PAYMENT)
    again = 0
    for _, mine in steps.groupby("viewer"):
        for before, after in pairwise(mine.itertuples()):
            again += before.kind == Kind.MISMATCH and after.kind != Kind.MISMATCH and after.price == 1800
            if after.kind == Kind.PAYMENT:
                assert before.price == after.price
    assert again > 5


def test_an_old_board_sells_what_is_gone():
    refused = [len(rows(night(shop(3, board_lag=lag)), Kind.REFUSAL)) for lag in (0.0, 900.0)]
    assert refused[1] > 3 * max(refused[0], 1)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_others_at_the_store_take_from_the_same_shelf(engine):
    goods = shop(40)
    goods["products"]["ball"]["store_demand"] = goods["products"]["red-shirt"]["store_demand"] = 60.0
    goods["products"]["red-shirt"]["sizes"] = dict.fromkeys(["S", "M", "L", "XL"], 100)
    w = world(audience={"viewers": 5}, shop=goods)
    played = lived(w, NoPush(), engine=engine)
    sold, taken = rows(played, Kind.STORE_SALE), played.stock.elsewhere
    assert (np.bincount(sold["item"] * 4 + sold["size"], minlength=12) == taken).all()
    assert (played.stock.free == played.stock.initial - played.stock.sold - taken).all()
    assert taken[8] == 40 - played.stock.sold[8]  # all balls: some 140 are wanted
    assert taken[1] > 1.5 * taken[3] > 0  # M is worn more than twice as often as XL
    assert not rows(played, Kind.STORE_SALE)["viewer"].ge(0).any()


def test_demand_at_the_store_is_as_large_as_said_and_no_policys_doing():
    goods = shop(ENDLESS)
    goods["products"]["ball"]["store_demand"] = 100.0
    w = world(audience={"viewers": 50}, shop=goods)
    quiet, loud = (rows(lived(w, policy), Kind.STORE_SALE) for policy in (NoPush(), Scripted(FLASHES)))
    assert quiet["time"].tolist() == loud["time"].tolist()
    stage = w.night(1, 0).stage.match
    wanted = 100.0 * (stage.closes - stage.opens) / 3600.0
    assert len(quiet) == pytest.approx(wanted, abs=4 * np.sqrt(wanted))


def test_endless_stock_and_no_lag_disappoint_nobody():
    goods = shop(ENDLESS)
    goods["products"]["ball"]["store_demand"] = 1000.0
    met = rows(night(goods), Kind.REFUSAL, Kind.MISS, Kind.SOLD_OUT, Kind.MISMATCH)
    assert met[met["item"] != 1].empty  # the blue shirt is not made in XL


def test_a_faster_promise_sells_more():
    orders = []
    for days in (1.0, 40.0):
        w = world(
            audience={"viewers": 400}, shop=shop(PLENTY), fulfilment={"promise": days}, assumptions={"buy_base": -3.0}
        )
        orders.append(len(rows(lived(w, Scripted(FLASHES)), Kind.PAYMENT)))
    assert 1.2 < orders[0] / orders[1] < 2.2  # .015 a day is e^.585 = 1.8 in small chances
