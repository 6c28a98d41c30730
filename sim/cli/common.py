"""What several commands do: check what is asked for, warn, foretell, and show what came of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from sim.errors import MatchdayError, did_you_mean

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sim.experiment.runs import Plan
    from sim.experiment.store import Store
    from sim.report.outputs import Writers


def check(outputs: list[Path] | None, metrics: list[str] | None, known: Sequence[str] | None = None) -> None:
    """Raises MatchdayError where a file cannot be written or a metric does not exist, before anything is played."""
    from sim.measures.outcomes import NAMES
    from sim.measures.twins import TWIN_NAMES
    from sim.report.outputs import COMPARISON, check_outputs

    check_outputs(outputs or (), known or COMPARISON)
    for name in metrics or ():
        if name in TWIN_NAMES:
            raise MatchdayError(f"'{name}' is told of twins, below the table of `compare`: it needs no --metric")
        if name not in NAMES:
            raise MatchdayError(f"no metric '{name}'{did_you_mean(name, NAMES, 'list metrics')}")


def warn(words: str) -> None:
    """Says what has to be borne in mind, beside the results."""
    print(f"note: {words}", file=sys.stderr)


@contextmanager
def in_memory(viewers: int, jobs: int = 1) -> Iterator[None]:
    """Says in a line that an audience does not fit."""
    try:
        yield
    except MemoryError as error:
        fewer = "try fewer, or a smaller -j" if jobs > 1 else "try fewer"
        raise MatchdayError(f"{viewers:,} viewers do not fit in memory: {fewer}") from error


def show(table: RenderableType, writers: Writers, outputs: list[Path] | None) -> None:
    """Writes what -o names, and then prints."""
    from rich.console import Console

    from sim.report.outputs import write_outputs
    from sim.report.table import LEAST

    write_outputs(outputs or (), writers)
    Console(width=max(LEAST, get_terminal_size().columns)).print(table)


def foretell(plan: Plan, store: Store | None) -> None:
    """What would be played, and how much of it is there."""
    there = sum(bool(store and (key := plan.key(job)) and store.get(key)) for job in plan.jobs)
    upto = "" if plan.stopping.fixed else "up to "
    print(f"{plan.world.scenario.name}: {upto}{len(plan.jobs):,} nights of {plan.viewers:,} viewers, seed {plan.seed}")
    print(f"{len(plan.policies)} policies: {', '.join(policy.name for policy in plan.policies)}")
    print(f"finished before: {there:,}; to be played: {upto}{len(plan.jobs) - there:,}")
