"""A run from beginning to end: play the plan, compare, keep the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from sim.experiment.comparison import compare
from sim.experiment.executors import Executor, here
from sim.experiment.rules_told import rules_told
from sim.experiment.runs import Done, Plan, play_all, table, twins_table, warm_up
from sim.experiment.store import Command, close, draft, fill
from sim.stop import check


@dataclass(frozen=True, eq=False)
class Finished:
    """A run that is done."""

    folder: Path
    comparison: dict[str, Any]
    nights: pd.DataFrame  # one row a policy and replication
    rules: Mapping[str, pd.DataFrame]  # what each rule did, by policy that is a rule file of the user's


def conduct(
    plan: Plan,
    command: Command,
    *,
    executor: Executor = here,
    ledger: bool = False,
    tell: Callable[[Done], None] = lambda _: None,
) -> Finished:
    """Plays `plan`, telling of each night, and keeps the results; leaves nothing behind when it fails.

    Raises MatchdayError where results cannot be written, and what `sim.experiment.runs.play_all` raises.
    """
    started = datetime.now(UTC)
    with draft(plan, command) as made:
        folder = made.folder
        plan = replace(plan, ledger=folder / "ledger" if ledger else None, control=command.baseline)
        warm_up(plan)
        nights = []
        with closing(play_all(plan, executor)) as playing:  # its processes end before what they write is tidied away
            for night in playing:
                nights.append(night)
                tell(night)
                check()
        rows = table(nights)
        comparison = compare(
            rows,
            twins_table(nights),
            scenario=plan.world.scenario.name,
            seed=plan.seed,
            baseline=command.baseline,
            brackets=[policy.name for policy in plan.policies if policy.bracket],
        )
        fill(folder, plan, nights, comparison)
        close(folder, plan, command, nights, started)
        check()
    return Finished(made.final, comparison, rows, rules_told(plan, nights))
