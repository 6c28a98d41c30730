"""When a small sample of a night is said to be too small for its shelf."""

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
