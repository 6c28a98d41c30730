"""What has to be borne in mind when the results of a plan are read."""

from __future__ import annotations

import numpy as np

from sim.experiment.runs import Plan
from sim.world.catalogue import stock_up

FEW = 10  # units of a SKU below which whole units are too coarse a sample of the shelf (assumed)


def cautions(plan: Plan) -> list[str]:
    """A sentence each; none for most plans."""
    unsteady = [f"policy '{policy.name}' {doubt}" for policy in plan.policies for doubt in policy.doubts]
    return unsteady + _coarse(plan)


def _coarse(plan: Plan) -> list[str]:
    scenario = plan.world.scenario
    scale = plan.viewers / scenario.audience.viewers
    full, sample = (stock_up(scenario.shop, x, scenario.assumptions).stock for x in (1.0, scale))
    thin = int(np.sum((full > 0) & (sample < FEW) & (sample < full)))
    if not thin:
        return []
    return [
        f"with {plan.viewers:,} of {scenario.audience.viewers:,} viewers the shelf holds fewer than {FEW} units of "
        f"{thin} of {np.sum(full > 0)} SKUs: sold-out minutes, refusals and left-over stock are not those of the "
        "full night"
    ]
