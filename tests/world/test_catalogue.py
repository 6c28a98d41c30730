"""What stands on the shelf, and in which coins it is counted."""

from __future__ import annotations

from typing import Any

import pytest

from sim.parameters import Parameters
from sim.world.catalogue import stock_up
from sim.world.loyalty import Loyalty
from sim.world.shop import Shop
from tests.worlds import shop


@pytest.mark.parametrize(
    ("given", "minor"),
    [
        ({}, 8000),
        ({"currency": "GBP"}, 8000),
        ({"currency": "JPY"}, 80),
        ({"currency": "KWD"}, 80_000),
        ({"currency": "JPY", "decimals": 2}, 8000),
        ({"decimals": 0}, 80),
    ],
)
def test_prices_are_counted_in_the_smallest_coin_of_the_currency(given: dict[str, Any], minor: int) -> None:
    catalogue = stock_up(Shop.model_validate(shop(stock=6, **given)), Loyalty(), 1.0, Parameters())
    assert catalogue.price[catalogue.keys.index("red-shirt")] == minor
