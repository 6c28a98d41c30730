"""Outcomes and series against the same numbers worked out from the kept rows with pandas, row by row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from policies.blast import Blast
from policies.lull_only import LullOnly
from policies.no_push import NoPush
from policies.peak_flash import PeakFlash
from sim.engine.ledger import Kind
from sim.engine.play import Played, play
from sim.measures.outcomes import METRICS, NAMES, outcomes
from sim.measures.parts import pushes
from sim.measures.series import by_minute
from sim.world.night import load_world
from tests.worlds import often, shop, world

FINAL = Path(__file__).parents[2] / "scenarios" / "special" / "world-cup-final-2022.yaml"
EAGER = {"viewers": 150, "segments": {"all": {"share": 1.0, "browse": {"median": 30.0}, "tolerance": {"median": 0.2}}}}
FILLED = shop(stock=4)
FILLED["products"]["ball"]["replenishment"] = {"reorder_at": 2, "quantity": 5, "lead": 9}
BARE = shop(stock=1, decimals=0)
BARE["products"]["red-shirt"]["sizes"]["M"] = 0
BARE["products"]["ball"] |= {"stock": 0, "replenishment": {"reorder_at": 0, "quantity": 3, "lead": 20}}
QUICK = {"cart_paid": 0.3, "payment_window": 300.0, "cart_base": -1.0}


def nights():
    yield "final", load_world(FINAL, ["days_after=0"]), 400
    yield "filled", world(audience=EAGER, shop=FILLED, assumptions=QUICK), 150
    yield "bare", world(audience=EAGER, shop=BARE, timing={"window": 45.0}), 90
    yield "nobody comes", world(audience={"viewers": 1, "arrivals": {"before_kickoff": 0.0}}), 1


CASES = [(n, w, v, p) for n, w, v in nights() for p in (NoPush, Blast, PeakFlash, LullOnly, often)]


@pytest.fixture(scope="module", params=CASES, ids=lambda c: f"{c[0]}-{c[3].__name__}")
def played(request) -> Played:
    _, w, viewers, policy = request.param
    products = w.scenario.shop.products
    chosen = NoPush() if policy is often and "red-shirt" not in products else policy()
    return play(w.night(7, 3, viewers), chosen, "p", keep=True)


def by_hand(played: Played) -> dict[str, float]:
    rows, night = played.ledger.frame(), played.night
    n = {kind.name: int((rows["kind"] == kind).sum()) for kind in Kind}
    unit = 10**night.scenario.shop.decimals
    paid = rows[rows["kind"] == Kind.PAYMENT]
    joined = rows.loc[rows["kind"] == Kind.JOIN, "viewer"]
    peaks = rows[rows["kind"] == Kind.NOTICE].groupby("viewer")["value"].max().reindex(joined, fill_value=0.0)
    tolerance = played.closing.tolerance[joined]
    came = max(len(joined), 1)
    revenue = paid["price"].sum() / unit
    units = sum(units for item in paid["item"] for _, units in night.catalogue.parts(item))
    delivered = rows.loc[rows["kind"] == Kind.DELIVERY, "value"].sum()
    return {
        "orders": n["PAYMENT"],
        "conversion_rate": paid["viewer"].nunique() / came,
        "click_through_rate": n["CLICK"] / (n["EXPOSURE"] or np.nan),
        "gross_revenue": revenue,
        "margin": revenue - night.catalogue.cost_at_once[paid["item"]].sum() / unit,
        "average_order_value": revenue / (len(paid) or np.nan),
        "watch_minutes": watched(rows, night.stage.match.closes) / 60 / came,
        "annoyance_mean": peaks.mean() if len(joined) else 0.0,
        "annoyance_p95": np.percentile(peaks, 95) if len(joined) else 0.0,
        "annoyed_share": (peaks.to_numpy(np.float32) > tolerance).sum() / came,
        "mutes": n["MUTE"],
        "pushed_away": int(pushed(rows, night.stage.match.full_time).sum()),
        "lost_viewers": lost(rows, night.stage.match.full_time),
        "exposures": n["EXPOSURE"],
        "notices": n["NOTICE"],
        "clicks": n["CLICK"],
        "chats": n["CHAT"],
        "views": n["VIEW"],
        "saves": n["SAVE"],
        "carts": n["CART"],
        "reservations": n["CART"] + n["ORDER"],
        "unpaid": n["LAPSE"],
        "stockout_minutes": sum(dry_minutes(played, rows, sku) for sku in np.flatnonzero(night.catalogue.carried)),
        "missed_units": n["MISS"] + n["REFUSAL"],
        "sold_out_at_checkout": n["REFUSAL"],
        "substitutions": n["OTHER_SIZE"],
        "delivered": delivered,
        "left_over": night.catalogue.stock.sum() + delivered - units,
    }


def watched(rows: pd.DataFrame, closes: float) -> float:
    total = 0.0
    for _, own in rows[rows["kind"] <= Kind.LEAVE].groupby("viewer"):
        times = [*own["time"], closes] if len(own) % 2 else list(own["time"])
        total += sum(end - start for start, end in zip(times[::2], times[1::2], strict=True))
    return total


def pushed(rows: pd.DataFrame, whistle: float) -> pd.Series:
    return (rows["kind"] == Kind.LEAVE) & (rows["flag"] == 1) & (rows["time"] < whistle)


def lost(rows: pd.DataFrame, whistle: float) -> int:
    last = rows[rows["kind"].isin([Kind.LEAVE, Kind.RETURN])].groupby("viewer").last()
    return int(pushed(last, whistle).sum())


def dry_minutes(played: Played, rows: pd.DataFrame, sku: int) -> float:
    night = played.night
    product, size = divmod(sku, night.catalogue.sizes)
    own = rows[(rows["item"] == product) & (rows["size"] == size) & rows["kind"].isin([Kind.SOLD_OUT, Kind.BACK])]
    since, closes = night.stage.match.opens if night.catalogue.stock[sku] == 0 else None, night.stage.match.closes
    total = 0.0
    for row in own.itertuples():
        if row.kind == Kind.SOLD_OUT:
            assert since is None
            since = row.time
        else:
            total, since = total + max(0.0, min(row.time, closes) - since), None
    return (total + (max(0.0, closes - since) if since is not None else 0.0)) / 60


def test_outcomes_are_what_the_rows_say(played):
    got, wanted = outcomes([played]), by_hand(played)
    assert tuple(got) == NAMES
    assert set(wanted) <= set(NAMES)
    for name in wanted:
        assert isinstance(got[name], float)
        assert got[name] == pytest.approx(wanted[name], rel=1e-6, abs=1e-7, nan_ok=True), name


@pytest.mark.parametrize("policy", [Blast, LullOnly])
def test_rows_need_not_be_kept(policy):
    w = world(audience=EAGER, shop=FILLED)
    kept, counted = (play(w.night(7, 3), policy(), "p", keep=keep) for keep in (True, False))
    assert outcomes([counted]) == outcomes([kept])
    pd.testing.assert_frame_equal(by_minute(counted), by_minute(kept))


def test_the_series_adds_up_to_the_outcomes(played):
    series, whole = by_minute(played), outcomes([played])
    for name in ("orders", "exposures", "notices", "clicks", "views", "chats", "mutes", "pushed_away"):
        assert series[name].sum() == whole[name], name
    assert series["revenue"].sum() == pytest.approx(whole["gross_revenue"])
    assert series["refusals"].sum() == whole["sold_out_at_checkout"]
    assert series["clock"].iloc[-1] == "after"
    assert not series[["exposures", "notices", "clicks", "chats", "mutes", "leaves", "pushes"]].iloc[-1].any()
    last = series.iloc[-1]
    stock = [name for name in series if name.startswith("stock_")]
    assert last[stock].sum() == whole["left_over"]
    assert (series[stock] >= 0).all().all()
    assert last["present"] == played.crowd.known["present"].sum()
    free = played.stock.free
    assert last["sold_out_skus"] == (free[played.night.catalogue.carried] == 0).sum()
    assert (last["home_goals"], last["away_goals"]) == played.night.stage.match.score
    assert series[["p_home", "p_draw", "p_away"]].sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert series["pushes"].sum() == len(pushes(played))
    assert not series.isna().any().any()


STATES = {"trust_mean", "fatigue_mean"}  # of people, which no row tells


def test_every_metric_says_what_it_is():
    assert len(set(NAMES)) == len(METRICS)
    assert all(
        m.unit and m.formula and (m.rows or m.name in STATES) and m.better in ("more", "less", None) for m in METRICS
    )
