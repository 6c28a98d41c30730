"""What is said before a plan is played: samples too small for their shelf, prices that move nobody, slips."""

from __future__ import annotations

import pytest

from sim.experiment.cautions import cautions
from sim.experiment.runs import Plan
from tests.worlds import shop, world


@pytest.mark.parametrize(("viewers", "thin"), [(1000, 0), (500, 0), (400, 8), (10, 8)])
def test_whole_units_are_too_coarse_a_sample_of_a_small_shelf(viewers, thin):
    said = cautions(Plan(world(audience={"viewers": 1000}, shop=shop(stock=20)), (), 1, 1, viewers))
    assert len(said) == bool(thin)
    if thin:
        assert f"with {viewers} of 1,000 viewers the shelf holds fewer than 10 units of {thin} of 8 SKUs" in said[0]


def test_a_shelf_of_nine_that_a_sample_empties_is_told():
    said = cautions(Plan(world(audience={"viewers": 10_000}, shop=shop(stock=9)), (), 1, 1, 500))
    assert "of 8 of 8 SKUs" in said[0]


def test_a_shop_that_is_small_itself_is_no_sample():
    assert not cautions(Plan(world(shop=shop(stock=2)), (), 1, 1, 80))


def test_a_price_that_moves_its_own_reference_is_told():
    plan = Plan(world(), (), 1, 1, 80)
    (said,) = cautions(plan, ["shop.products.ball.price=90", "seed=3"])
    assert said.startswith("shop.products.ball.price is set")
    assert "set shop.products.ball.reference_price, too" in said
    fixed = shop(stock=6)
    fixed["products"]["ball"]["reference_price"] = 30.0
    assert not cautions(Plan(world(shop=fixed), (), 1, 1, 80), ["shop.products.ball.price=90"])


def test_slips_of_the_scenario_are_told_with_their_place():
    dear = shop(stock=6)
    dear["products"]["ball"]["cost"] = 31.0
    assert cautions(Plan(world(shop=dear), (), 1, 1, 80)) == [
        "shop.products.ball.cost: costs 31, more than its price of 30"
    ]
