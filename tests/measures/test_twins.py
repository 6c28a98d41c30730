"""Twins: hand-made endings with known answers, and nights whose parts must add up to what their outcomes say."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.blast import Blast
from policies.no_push import NoPush
from sim.engine.ledger import Kind
from sim.engine.season import play_season
from sim.measures.outcomes import outcomes
from sim.measures.twins import TWINS, Ending, ending, joined
from sim.world.night import load_world
from tests.worlds import Scripted, lived, often, scripts, shop, world, worlds

SHIRT, BALL = 0, 1
SEASON = Path(__file__).parents[2] / "scenarios" / "season" / "ten-match-days.yaml"
NAMES = [measure.name for measure in TWINS]
ANYWAY = {"orders_anyway", "anyway_other_product", "anyway_at_discount"}


def night(*orders: tuple[int, int, float], back=(), came=(), watching=(), lost=(), minutes=(), viewers=9) -> Ending:
    """An ending from orders (viewer, item, paid), from money given `back` (viewer, amount), and numbers of viewers."""
    table = pd.DataFrame(orders, columns=["viewer", "item", "paid"])
    money = [(viewer, paid) for viewer, _, paid in orders] + [(viewer, -amount) for viewer, amount in back]
    bits = (np.packbits(np.isin(np.arange(viewers), who))[None] for who in (came, watching, lost))
    seconds = np.zeros(viewers, np.float32)
    seconds[: len(minutes)] = 60.0 * np.array(minutes)
    table = table.astype({"viewer": np.int64, "item": np.int64, "paid": float})
    paid = pd.DataFrame(money, columns=["viewer", "amount"]).astype({"viewer": np.int64, "amount": float})
    return Ending(viewers, table, paid, *bits, seconds)


def told(control: Ending, policy: Ending) -> dict[str, float]:
    """What is not 0."""
    return {name: value for name, value in joined(control, policy).items() if value}


def test_an_order_without_a_twin_s_is_incremental_and_one_without_this_viewer_s_is_lost():
    assert told(night((0, SHIRT, 90.0)), night((8, BALL, 30.0))) == {
        "incremental_orders": 1,
        "orders_lost": 1,
        "incremental_revenue": 30.0,
        "revenue_lost": 90.0,
    }


def test_the_same_order_for_less_would_have_come_anyway_and_its_discount_is_given_away():
    assert told(night((3, SHIRT, 90.0)), night((3, SHIRT, 76.5))) == {
        "orders_anyway": 1,
        "anyway_at_discount": 1,
        "discount_given_away": 13.5,
        "revenue_lost": 13.5,
    }


def test_an_order_for_more_than_the_twin_paid_gives_nothing_away():
    assert told(night((3, SHIRT, 76.5)), night((3, SHIRT, 90.0))) == {"orders_anyway": 1, "incremental_revenue": 13.5}


def test_something_else_comes_anyway_without_a_discount_given_away():
    assert told(night((3, SHIRT, 90.0)), night((3, BALL, 20.0))) == {
        "orders_anyway": 1,
        "anyway_other_item": 1,
        "revenue_lost": 70.0,
    }


def test_a_second_order_is_incremental_and_only_the_first_stands_beside_the_twin_s():
    got = told(night((3, SHIRT, 90.0)), night((3, SHIRT, 80.0), (3, SHIRT, 50.0)))
    assert (got["orders_anyway"], got["incremental_orders"]) == (1, 1)
    assert (got["anyway_at_discount"], got["discount_given_away"]) == (1, 10.0)
    assert got["incremental_revenue"] == 40.0


def test_an_order_that_is_sent_back_brings_no_revenue():
    assert told(night(), night((3, SHIRT, 90.0), back=[(3, 90.0)])) == {"incremental_orders": 1}


def test_what_one_viewer_loses_is_not_hidden_by_what_another_gains():
    got = told(night((0, SHIRT, 90.0), (1, SHIRT, 90.0)), night((1, SHIRT, 90.0), (2, SHIRT, 90.0)))
    assert (got["incremental_orders"], got["orders_lost"], got["orders_anyway"]) == (1, 1, 1)
    assert got["incremental_revenue"] == got["revenue_lost"] == 90.0


def test_who_is_at_the_whistle_is_held_against_the_twin():
    control = night(came=[0, 1, 2, 4, 8], watching=[0, 1, 2, 8], minutes=[90, 90, 90, 20])
    policy = night(came=[0, 1, 3, 4], watching=[0, 3], lost=[1, 4], minutes=[90, 50, 90, 45])
    assert told(control, policy) == {
        "viewers_driven_away": 3,  # 1, 2 and 8
        "viewers_kept": 1,  # 3
        "lost_anyway": 1,  # 4, gone under the control, too
        "visits_lost": 2,  # 2 and 8
        "visits_gained": 1,  # 3
        "minutes_lost": 40,
        "minutes_gained": 25,
    }


# --- nights -----------------------------------------------------------------------------------------------------------

BUYERS = {"viewers": 300, "segments": {"all": {"share": 1.0, "browse": {"median": 15.0}, "stay": {"median": 60}}}}
FEW_SHIRTS = world(audience=BUYERS, shop=shop(stock=4, decimals=2))
PLENTY = world(audience=BUYERS, shop=shop(stock=400, decimals=2))


def beside_no_push(w, policy, **how) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Twins, and outcomes of the control and of the policy."""
    control, played = [lived(w, NoPush(), **how)], [lived(w, policy, **how)]
    return joined(ending(control), ending(played)), outcomes(control), outcomes(played)


def add_up(twins: dict[str, float], control: dict[str, float], policy: dict[str, float]) -> None:
    for outcome, own in ((policy, "incremental_orders"), (control, "orders_lost")):
        assert twins["orders_anyway"] + twins[own] == outcome["orders"] + outcome["store_orders"]
    net = policy["net_revenue"] - control["net_revenue"]
    assert twins["incremental_revenue"] - twins["revenue_lost"] == pytest.approx(net, abs=1e-6)
    assert twins["anyway_at_discount"] + twins["anyway_other_item"] <= twins["orders_anyway"]
    assert twins["lost_anyway"] <= policy["lost_viewers"] <= twins["viewers_driven_away"] + twins["lost_anyway"]
    assert (twins["discount_given_away"] > 0) == (twins["anyway_at_discount"] > 0)
    assert list(twins) == NAMES
    assert min(twins.values()) >= 0


@settings(max_examples=10, deadline=None)
@given(w=worlds(), policy=scripts, seed=st.integers(0, 5))
def test_parts_add_up_to_the_outcomes_of_both_nights(w, policy, seed):
    add_up(*beside_no_push(w, policy, seed=seed))


@pytest.fixture(scope="module")
def seasons():
    """A season without pushes, and the same one with many."""
    season = load_world(SEASON)
    return [list(play_season(season, policy, policy.__name__, 3, 0, 150)) for policy in (NoPush, Blast)]


def test_parts_of_a_season_add_up_and_who_is_tired_of_pushes_stays_at_home(seasons):
    control, played = seasons
    twins = joined(ending(control), ending(played))
    add_up(twins, outcomes(control), outcomes(played))
    assert twins["visits_lost"] > twins["visits_gained"]


def test_orders_of_a_season_stand_in_order_of_time_at_both_ends(seasons):
    _, played = seasons
    by_match = [ending([night]).orders for night in played]
    assert any(len(night.books.days()) for night in played[:-1])  # else there is no order to get wrong
    pd.testing.assert_frame_equal(ending(played).orders, pd.concat(by_match, ignore_index=True))


@pytest.fixture(scope="module")
def flashed():
    """A night on which everything that is measured happens."""
    return beside_no_push(FEW_SHIRTS, often(every=120.0))


def test_a_night_of_flash_sales_has_some_of_nearly_everything(flashed):
    add_up(*flashed)
    twins, *_ = flashed
    assert {name for name in NAMES if not twins[name]} == {"anyway_other_item", "visits_lost", "visits_gained"}


def test_minutes_add_up_to_the_time_watched(flashed):
    twins, control, policy = flashed
    more = (policy["watch_minutes"] - control["watch_minutes"]) * lived(FEW_SHIRTS, NoPush()).books.total(Kind.JOIN)
    assert twins["minutes_gained"] - twins["minutes_lost"] == pytest.approx(more, abs=0.01)


def test_a_push_to_nobody_changes_nobody():
    twins, control, _ = beside_no_push(FEW_SHIRTS, often(audience=np.zeros(0, int)))
    assert control["orders"] > 0
    assert {name: x for name, x in twins.items() if x} == {"orders_anyway": control["orders"] + control["store_orders"]}


def test_a_discount_in_the_shop_is_given_away_to_who_buys_anyway():
    cheap = Scripted([(-1750.0, [("shop_zone_banner", "ball", 0.9, 20000.0, None)])])
    twins, control, policy = beside_no_push(PLENTY, cheap)
    add_up(twins, control, policy)
    assert twins["anyway_at_discount"] > 0
    assert twins["discount_given_away"] == pytest.approx(27.0 * twins["anyway_at_discount"])


@pytest.mark.parametrize("policy", [NoPush, Blast])
def test_who_watches_at_the_whistle_is_who_has_not_left_by_then(policy):
    played = lived(FEW_SHIRTS, policy())
    whistle = played.night.stage.match.full_time
    last = {row["viewer"]: row["kind"] for row in played.ledger.rows() if row["kind"] <= 2 and row["time"] < whistle}
    there = {viewer for viewer, kind in last.items() if kind != Kind.LEAVE}
    (bits,) = np.unpackbits(ending([played]).watching, axis=1, count=len(played.night.crowd))
    assert set(np.flatnonzero(bits)) == there
    assert 0 < len(there) < len(last)


def test_both_engines_end_alike():
    fast, plain = (ending([lived(FEW_SHIRTS, often(), engine=engine)]) for engine in ("compiled", "reference"))
    pd.testing.assert_frame_equal(
        *(e.orders.sort_values(["viewer", "item"], kind="stable", ignore_index=True) for e in (fast, plain))
    )
    for name in ("came", "watching", "lost", "seconds"):
        np.testing.assert_array_equal(getattr(fast, name), getattr(plain, name))


def test_joining_a_million_viewers_of_ten_matches_takes_some_tens_of_megabytes():
    bits, buyers = np.packbits(np.arange(10_000_000).reshape(10, -1) % 3 == 0, axis=1), np.arange(0, 1_000_000, 20)
    orders = pd.DataFrame({"viewer": buyers, "item": 0, "paid": 1.0})
    money, seconds = orders[["viewer", "paid"]].set_axis(["viewer", "amount"], axis=1), np.ones(1_000_000, np.float32)
    large = Ending(1_000_000, orders, money, bits, ~bits, bits, seconds)
    tracemalloc.start()
    joined(large, large)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60e6


def test_an_ending_is_small():
    e = ending([lived(FEW_SHIRTS, often())])
    size = e.came.nbytes + e.watching.nbytes + e.lost.nbytes + e.seconds.nbytes
    assert size <= (4 + 3 / 8) * e.viewers + 3
    assert len(e.orders) < e.viewers
