"""Shelves as multiples of what the control would sell if nothing ran out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.abtest.worlds import Told, Trial
from sim.experiment.load import load
from sim.experiment.request import Request
from sim.world.catalogue import stock_up

ENDLESS = 1_000_000  # units of a SKU


def with_endless_stock(trial: Trial, request: Request) -> Trial:
    """The same with more of everything than anybody could buy."""
    return stocked(trial, request, np.full(len(_places(trial)), ENDLESS))


def base_demand(endless: Trial, told: Sequence[Told]) -> NDArray[np.float64]:
    """(SKUs,) units a night that leave the shelves of the products, for an audience of the scenario's own size."""
    scale = endless.viewers / endless.world.scenario.audience.viewers
    return np.array(np.mean([each.taken for each in told], axis=0)[list(_places(endless))] / scale)


def stocked(trial: Trial, request: Request, units: NDArray[Any]) -> Trial:
    """The same with so many `units` (SKUs,) on the shelves of its products, in whole units."""
    wanted = zip(_places(trial).values(), np.rint(units).astype(int).tolist(), strict=True)
    world = load(request.scenario, [*request.assignments, *(f"{place}={n}" for place, n in wanted)])
    return replace(trial, world=world)


def units_of(trial: Trial) -> int:
    """Units on all shelves when the first match begins."""
    scenario = trial.world.scenario
    scale = trial.viewers / scenario.audience.viewers
    return int(stock_up(scenario.shop, scenario.loyalty, scale, scenario.assumptions).stock.sum())


def _places(trial: Trial) -> dict[int, str]:
    """Where in a scenario the stock of each SKU of its products stands, by number of the SKU."""
    scenario = trial.world.scenario
    catalogue = stock_up(scenario.shop, scenario.loyalty, 1.0, scenario.assumptions)
    return {
        catalogue.sku(shelf, size): f"shop.products.{key}.{f'sizes.{label}' if product.sizes else 'stock'}"
        for shelf, (key, product) in enumerate(scenario.shop.products.items())
        for size, label in enumerate(catalogue.labels)
        if (label in product.sizes if product.sizes else size == 0)
    }
