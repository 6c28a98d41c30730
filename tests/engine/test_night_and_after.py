"""A night and its days as one: what is undone with an order, and what one person's evening does to another's days."""

from __future__ import annotations

import numpy as np

from sim.engine.ledger import Kind
from tests.engine.shelf import rows
from tests.worlds import TIERS, Scripted, lived, shop, whole_shop, world

AHEAD = {
    "name": "Ahead",
    "product": "blue-shirt",
    "price": 70.0,
    "deposit": 0.15,
    "quota": 5000,
    "balance": 1,
    "ships": 1,
}


def audience(viewers: int, **traits) -> dict:
    return {"viewers": viewers, "segments": {"all": {"share": 1.0, **traits}}}


def test_what_is_bought_and_sent_back_leaves_no_points_and_no_credit():
    """Whatever was spent in between, and also where it was paid in two parts."""
    keen = {"browse": {"median": 20.0}, "tolerance": {"median": 30.0}, "stay": {"median": 200.0}, "members": 1.0}
    offers = [(t, [("side_panel", item, 0.0, 900.0, None)]) for t, item in ((0.0, "ball"), (1500.0, "ahead"))]
    w = world(
        audience=audience(2_000, **keen),
        shop=whole_shop(5000, presales={"ahead": AHEAD}, rebate={"share": 0.2}),
        loyalty={**TIERS, "points_per_hour": 0.0},
        days_after=60.0,
        assumptions={
            "buy_base": -1.0, "click_base": -1.0, "trust_average": 0.1, "return_mind": 0.25, "return_fit": 0.6,
            "balance_base": 3.0,
        },
    )  # fmt: skip
    played, start = lived(w, Scripted(offers)), w.night(1, 0).crowd.viewers["points"]
    told = rows(played, Kind.PAYMENT, Kind.BALANCE, Kind.REFUND)
    net = told["price"].where(told["kind"] != Kind.REFUND, -told["price"]).groupby(told["viewer"]).sum()
    back = net[net == 0].index
    theirs = told[told["viewer"].isin(back)]
    assert (theirs[theirs["kind"] == Kind.REFUND].groupby("viewer").size() > 1).sum() > 20
    assert theirs[theirs["kind"] == Kind.BALANCE]["viewer"].nunique() > 5
    assert (rows(played, Kind.CREDIT).groupby("viewer")["value"].cumsum() < 0.0).any()
    assert (played.crowd.viewers["points"][back] == start[back]).all()
    assert (played.crowd.viewers["credit"][back] == 0).all()


def test_who_no_push_touches_comes_to_the_store_at_the_same_times():
    """However late the last cart of somebody else is paid."""
    people = audience(300, browse={"median": 0.3}, customers=1.0, tolerance={"median": 50.0})
    w = world(audience=people, shop=shop(10**5), days_after=6.0, assumptions={"buy_base": -1.0, "cart_paid": 0.9})
    later = 0
    for replication in range(6):
        closes = w.night(1, replication).stage.match.closes
        few = [(closes - 120.0, [("pop_up", "ball", 0.5, 600.0, np.arange(30))])]
        visits, carts = [], []
        for script in ([], few):
            played = lived(w, Scripted(script), replication=replication)
            told = rows(played, Kind.STORE_VISIT)
            told = told[(told["viewer"] >= 30) & (told["time"] > closes + 3600.0)].drop_duplicates("viewer")
            visits.append(dict(zip(told["viewer"], told["time"], strict=True)))
            paid = rows(played, Kind.PAYMENT, Kind.LAPSE)["time"]
            carts.append(paid[paid < closes + 3600.0].max())
        later += carts[1] > carts[0]
        assert visits[0] == visits[1]
        assert len(visits[0]) > 5
    assert later > 0
