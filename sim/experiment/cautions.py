"""What has to be borne in mind when the results of a plan are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.experiment.lint import rule_problems_of
from sim.experiment.runs import Plan
from sim.world.catalogue import stock_up
from sim.world.doubts import doubts

FEW = 10  # units of a SKU below which whole units are too coarse a sample of the shelf (assumed)


def cautions(plan: Plan, assignments: Sequence[str] = ()) -> list[str]:
    """A sentence each; none for most plans.  `assignments` are those of `--set`."""
    unsteady = [f"policy '{policy.name}' {doubt}" for policy in plan.policies for doubt in policy.doubts]
    anew = [
        f"policy '{policy.name}' {taken}: its nights are played anew every time"
        for policy in plan.policies
        for taken in policy.unhashed
    ]
    idle = [
        f"{problem.file}:{f'{problem.line}:' * bool(problem.line)} {problem.where}: {problem.message}"
        for policy in plan.policies
        for problem in rule_problems_of(policy.spec, plan.world)
    ]
    slips = [f"{'.'.join(map(str, place))}: {words}" for place, words in doubts(plan.world.scenario)]
    brackets = [
        f"policy '{policy.name}' sees what no platform sees: it brackets what the others could do, and is no advice"
        for policy in plan.policies
        if policy.bracket
    ]
    return [*unsteady, *anew, *brackets, *idle, *slips, *_prices(plan, assignments), *_coarse(plan)]


def _prices(plan: Plan, assignments: Sequence[str]) -> Iterator[str]:
    products = plan.world.scenario.shop.products
    changed = {assignment.partition("=")[0].strip() for assignment in assignments}
    for key, product in products.items():
        place = f"shop.products.{key}"
        if f"{place}.price" in changed and product.reference_price is None:
            yield (
                f"{place}.price is set, and what viewers are used to paying moves with it, so nobody minds: to see "
                f"what a price does, set {place}.reference_price, too"
            )


def _coarse(plan: Plan) -> list[str]:
    scenario = plan.world.scenario
    scale = plan.viewers / scenario.audience.viewers
    full, sample = (stock_up(scenario.shop, scenario.loyalty, x, scenario.assumptions).stock for x in (1.0, scale))
    thin = int(np.sum((full > 0) & (sample < FEW) & (sample < full)))
    if not thin:
        return []
    return [
        f"with {plan.viewers:,} of {scenario.audience.viewers:,} viewers the shelf holds fewer than {FEW} units of "
        f"{thin} of {np.sum(full > 0)} SKUs: sold-out minutes, refusals and left-over stock are not those of the "
        "full night"
    ]
