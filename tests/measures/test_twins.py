"""Twins: hand-made endings with known answers, and nights whose parts must add up to what their outcomes say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.blast import Blast
from policies.no_push import NoPush
from sim.engine.ledger import Kind
from sim.measures.outcomes import outcomes
from sim.measures.twins import TWINS, Ending, ending, joined
from tests.worlds import Scripted, lived, often, scripts, shop, world, worlds

SHIRT, BALL = 0, 1
NAMES = [measure.name for measure in TWINS]
ANYWAY = {"orders_anyway", "anyway_other_product", "anyway_at_discount"}


def night(*orders: tuple[int, int, int], watching=(), lost=(), minutes=(), viewers: int = 9) -> Ending:
    """An ending from orders (viewer, product, paid [cents]) of units that cost 10, and from numbers of viewers."""
    table = pd.DataFrame(orders, columns=["viewer", "product", "paid"], dtype=np.int64).assign(cost=1000)
    bits = (np.packbits(np.isin(np.arange(viewers), who)) for who in (watching, lost))
    seconds = np.zeros(viewers, np.float32)
    seconds[: len(minutes)] = 60.0 * np.array(minutes)
    return Ending(viewers, table, *bits, seconds, 100.0)


def told(control: Ending, policy: Ending) -> dict[str, float]:
    """What is not 0."""
    return {name: value for name, value in joined(control, policy).items() if value}


def test_an_order_without_a_twin_s_is_incremental_and_one_without_this_viewer_s_is_lost():
    assert told(night((0, SHIRT, 9000)), night((8, BALL, 3000))) == {
        "incremental_orders": 1,
        "orders_lost": 1,
        "incremental_revenue": 30.0,
        "revenue_lost": 90.0,
        "incremental_margin": 20.0,
        "margin_lost": 80.0,
    }


def test_the_same_order_for_less_would_have_come_anyway_and_its_discount_is_given_away():
    assert told(night((3, SHIRT, 9000)), night((3, SHIRT, 7650))) == {
        "orders_anyway": 1,
        "anyway_at_discount": 1,
        "discount_given_away": 13.5,
        "revenue_lost": 13.5,
        "margin_lost": 13.5,
    }


def test_an_order_for_more_than_the_twin_paid_gives_nothing_away():
    assert told(night((3, SHIRT, 7650)), night((3, SHIRT, 9000))) == {
        "orders_anyway": 1,
        "incremental_revenue": 13.5,
        "incremental_margin": 13.5,
    }


def test_another_product_comes_anyway_without_a_discount_given_away():
    assert told(night((3, SHIRT, 9000)), night((3, BALL, 2000))) == {
        "orders_anyway": 1,
        "anyway_other_product": 1,
        "revenue_lost": 70.0,
        "margin_lost": 70.0,
    }


def test_a_second_order_is_incremental_and_only_the_first_stands_beside_the_twin_s():
    got = told(night((3, SHIRT, 9000)), night((3, SHIRT, 8000), (3, SHIRT, 5000)))
    assert (got["orders_anyway"], got["incremental_orders"]) == (1, 1)
    assert (got["anyway_at_discount"], got["discount_given_away"]) == (1, 10.0)
    assert (got["incremental_revenue"], got["incremental_margin"]) == (40.0, 30.0)


def test_what_one_viewer_loses_is_not_hidden_by_what_another_gains():
    got = told(night((0, SHIRT, 9000), (1, SHIRT, 9000)), night((1, SHIRT, 9000), (2, SHIRT, 9000)))
    assert (got["incremental_orders"], got["orders_lost"], got["orders_anyway"]) == (1, 1, 1)
    assert got["incremental_revenue"] == got["revenue_lost"] == 90.0


def test_who_is_at_the_whistle_is_held_against_the_twin():
    control = night(watching=[0, 1, 2, 8], minutes=[90, 90, 90, 20])
    policy = night(watching=[0, 3], lost=[1, 4], minutes=[90, 50, 90, 45])
    assert told(control, policy) == {
        "viewers_driven_away": 3,  # 1, 2 and 8
        "viewers_kept": 1,  # 3
        "lost_anyway": 1,  # 4, gone under the control, too
        "minutes_lost": 40,
        "minutes_gained": 25,
    }


# --- nights -----------------------------------------------------------------------------------------------------------

FEW_SHIRTS = world(
    audience={"viewers": 300, "segments": {"all": {"share": 1.0, "browse": {"median": 15.0}, "stay": {"median": 60}}}},
    shop=shop(stock=4, decimals=2),
)


def beside_no_push(w, policy, **how) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Twins, and outcomes of the control and of the policy."""
    control, played = lived(w, NoPush(), **how), lived(w, policy, **how)
    return joined(ending(control), ending(played)), outcomes(control), outcomes(played)


def add_up(twins: dict[str, float], control: dict[str, float], policy: dict[str, float]) -> None:
    assert twins["orders_anyway"] + twins["incremental_orders"] == policy["orders"]
    assert twins["orders_anyway"] + twins["orders_lost"] == control["orders"]
    for gained, lost, outcome in (
        ("incremental_revenue", "revenue_lost", "gross_revenue"),
        ("incremental_margin", "margin_lost", "margin"),
    ):
        assert twins[gained] - twins[lost] == pytest.approx(policy[outcome] - control[outcome], abs=1e-6)
    assert twins["anyway_at_discount"] + twins["anyway_other_product"] <= twins["orders_anyway"]
    assert twins["lost_anyway"] <= policy["lost_viewers"] <= twins["viewers_driven_away"] + twins["lost_anyway"]
    assert (twins["discount_given_away"] > 0) == (twins["anyway_at_discount"] > 0)
    assert list(twins) == NAMES
    assert min(twins.values()) >= 0


@settings(max_examples=15, deadline=None)
@given(w=worlds(), policy=scripts, seed=st.integers(0, 5))
def test_parts_add_up_to_the_outcomes_of_both_nights(w, policy, seed):
    add_up(*beside_no_push(w, policy, seed=seed))


@pytest.fixture(scope="module")
def flashed():
    """A night on which everything that is measured happens."""
    return beside_no_push(FEW_SHIRTS, often(every=120.0))


def test_a_night_of_flash_sales_has_some_of_everything(flashed):
    add_up(*flashed)
    twins, *_ = flashed
    assert all(twins[name] > 0 for name in NAMES), twins


def test_minutes_add_up_to_the_time_watched(flashed):
    twins, control, policy = flashed
    more = (policy["watch_minutes"] - control["watch_minutes"]) * lived(FEW_SHIRTS, NoPush()).books.total(Kind.JOIN)
    assert twins["minutes_gained"] - twins["minutes_lost"] == pytest.approx(more, abs=0.01)


def test_a_push_to_nobody_changes_nobody():
    twins, control, _ = beside_no_push(FEW_SHIRTS, often(audience=np.zeros(0, int)))
    assert control["orders"] > 0
    assert {name: x for name, x in twins.items() if x} == {"orders_anyway": control["orders"]}


def test_a_discount_in_the_shop_is_given_away_to_who_buys_anyway():
    cheap = Scripted([(-1750.0, [("shop_zone_banner", "ball", 0.9, 20000.0, None)])])
    twins, control, policy = beside_no_push(FEW_SHIRTS, cheap)
    add_up(twins, control, policy)
    assert twins["anyway_at_discount"] > 0
    assert twins["discount_given_away"] == pytest.approx(27.0 * twins["anyway_at_discount"])


@pytest.mark.parametrize("policy", [NoPush, Blast])
def test_who_watches_at_the_whistle_is_who_has_not_left_by_then(policy):
    played = lived(FEW_SHIRTS, policy())
    whistle = played.night.stage.match.full_time
    last = {row["viewer"]: row["kind"] for row in played.ledger.rows() if row["kind"] <= 2 and row["time"] < whistle}
    there = {viewer for viewer, kind in last.items() if kind != Kind.LEAVE}
    bits = np.unpackbits(ending(played).watching, count=len(played.night.crowd))
    assert set(np.flatnonzero(bits)) == there
    assert 0 < len(there) < len(last)


def test_both_engines_end_alike():
    fast, plain = (ending(lived(FEW_SHIRTS, often(), engine=engine)) for engine in ("compiled", "reference"))
    pd.testing.assert_frame_equal(
        *(e.orders.sort_values(["viewer", "product"], kind="stable", ignore_index=True) for e in (fast, plain))
    )
    for name in ("watching", "lost", "seconds"):
        np.testing.assert_array_equal(getattr(fast, name), getattr(plain, name))


def test_an_ending_is_small():
    e = ending(lived(FEW_SHIRTS, often()))
    size = e.watching.nbytes + e.lost.nbytes + e.seconds.nbytes
    assert size <= 4.25 * e.viewers + 2
    assert len(e.orders) < e.viewers
