"""What each rule of a rule file did in the nights of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from sim.experiment.runs import Done, Plan
from sim.policy.spec import parted

DID = ("said", "exposures", "held_back", "clicks", "orders", "given")


def rules_told(plan: Plan, nights: Sequence[Done]) -> Mapping[str, pd.DataFrame]:
    """By policy that is a rule file of the user's, no sample: a row a rule, in their order, with sums over the nights.

    Columns: how often it was `said` (pushes), `exposures`, those that red lines `held_back`, `clicks`, `orders`, and
    `given` [currency], what its reductions took off these.
    """
    return {policy.name: _of(policy.rules, [night for night in nights if night.policy == policy.name])
            for policy in plan.policies if parted(policy.spec).is_rules}  # fmt: skip


def _of(rules: Sequence[str], nights: Sequence[Done]) -> pd.DataFrame:
    pushes = pd.concat([night.parts["pushes"] for night in nights], ignore_index=True)
    sums = pushes.assign(said=1).groupby("because")[list(DID)].sum()
    return sums.reindex(pd.Index(rules, name="rule"), fill_value=0)
