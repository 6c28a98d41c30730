"""A run from beginning to end: play the plan, compare, keep the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from sim.experiment import choosing
from sim.experiment.baselines import is_older
from sim.experiment.comparison import compare
from sim.experiment.decision import decision
from sim.experiment.executors import Executor, here
from sim.experiment.folder import Command, close, draft, fill, write_json
from sim.experiment.gate import Gate, constraints, failed, judged, looks, until_decided, verdict_of
from sim.experiment.rules_told import rules_told
from sim.experiment.runs import Done, Plan, playing, table, twins_table, values_of
from sim.experiment.schedule import Schedule, too_wide, until_precise
from sim.experiment.show import NOTHING, Show
from sim.experiment.store import Store
from sim.stop import check, keep


class Tell(Protocol):
    """Who is told how far a run is."""

    def expect(self, nights: int) -> None:
        """So many more will be played."""

    def __call__(self, night: Done, /) -> None:
        """One is done."""


class _Silence:
    def expect(self, nights: int) -> None:
        pass

    def __call__(self, night: Done, /) -> None:
        pass


SILENCE = _Silence()  # nobody is told


@dataclass
class Keeping:
    """Tells of each night, and whoever is stopped how many are kept."""

    tell: Tell
    kept: int = 0

    def __call__(self, night: Done) -> None:
        """One is done."""
        self.tell(night)
        self.kept += night.stored
        if self.kept:
            keep(f"{self.kept} finished night{'s' * (self.kept > 1)} kept: the same command goes on from there")
        check()


@dataclass(frozen=True, eq=False)
class Finished:
    """A run that is done."""

    folder: Path
    comparison: dict[str, Any]
    nights: pd.DataFrame  # one row a policy and replication
    rules: Mapping[str, pd.DataFrame]  # what each rule did, by policy that is a rule file of the user's


Also = Callable[[Path, Sequence[Done]], None]


def conduct(
    plan: Plan,
    command: Command,
    *,
    executor: Executor = here,
    store: Store | None = None,
    ledger: bool = False,
    tell: Tell = SILENCE,
    show: Show = NOTHING,
    schedule: Schedule | None = None,
    also: Also = lambda folder, nights: None,
) -> Finished:
    """Plays `plan`, telling of each night, and keeps the results; no folder is left behind when it fails.

    Nights that are finished stay in the store.  `schedule` is the plan's own if not given; `show` and `also` write more
    into the folder.  Raises MatchdayError where results cannot be written, and what `sim.experiment.runs.playing`
    raises.
    """
    started = datetime.now(UTC)
    with draft(plan, command) as made:
        folder = made.folder
        plan = replace(plan, ledger=folder / "ledger" if ledger else None, control=command.baseline)
        nights = _played(plan, schedule or schedule_of(plan), executor, store, tell)
        rows = table(nights)
        comparison = compare(
            rows,
            twins_table(nights),
            scenario=plan.world.scenario.name,
            seed=plan.seed,
            baseline=command.baseline,
            brackets=[policy.name for policy in plan.policies if policy.bracket],
        )
        comparison |= _enough(plan, nights)
        if command.baseline:
            comparison["decision"] = _decision(plan, nights, comparison, rows)
        fill(folder, plan, nights, comparison)
        show.run(folder, plan, nights, comparison)
        also(folder, nights)
        close(folder, plan, command, nights, started)
        check()
    return Finished(made.final, comparison, rows, rules_told(plan, nights))


def _decision(plan: Plan, nights: Sequence[Done], comparison: Mapping[str, Any], rows: pd.DataFrame) -> dict[str, Any]:
    told = plan.world.scenario.experiment
    unfit = comparison["choice"]["unfit"] if "choice" in comparison else failed(constraints(plan), nights)
    return decision(comparison, rows, goal=told.goal, margins=told.margins, unfit=unfit)


def schedule_of(plan: Plan) -> Schedule:
    """What the plan's rule for stopping asks for."""
    if plan.stopping.choose is not None:
        return choosing.until_chosen(plan, *plan.stopping.choose)
    if plan.stopping.precision:
        return until_precise(plan, plan.stopping.precision)
    return lambda done: plan.jobs[len(done) :]


def _played(plan: Plan, schedule: Schedule, executor: Executor, store: Store | None, tell: Tell) -> list[Done]:
    nights: list[Done] = []
    hear = Keeping(tell)
    with playing(plan, executor, store) as play:
        while jobs := schedule(nights):
            tell.expect(len(jobs))
            with closing(play(jobs)) as batch:  # its processes end before what they write is tidied away
                for night in batch:
                    nights.append(night)
                    hear(night)
    return nights


def _enough(plan: Plan, nights: Sequence[Done]) -> dict[str, Any]:
    """What came of the rule for stopping, for the JSON."""
    if wanted := plan.stopping.precision:
        wide = too_wide(nights, plan.control, wanted)
        return {"precision": {"half_widths": dict(wanted), "most": plan.replications, "not_reached": wide}}
    if plan.stopping.choose:
        return {"choice": choosing.told(plan, nights, *plan.stopping.choose)}
    return {}


@dataclass(frozen=True, eq=False)
class Gated:
    """A gate that is done."""

    folder: Path
    result: dict[str, Any]


def conduct_gate(
    plan: Plan,
    gate: Gate,
    command: Command,
    *,
    strict: bool = True,
    executor: Executor = here,
    store: Store | None = None,
    tell: Tell = SILENCE,
    show: Show = NOTHING,
) -> Gated:
    """Plays nights until every check that counts is decided, or the plan's number, and keeps what came of it.

    `strict` lets only what has passed pass: what is inconclusive stops the gate, too.  Raises as `conduct`.
    """
    result: dict[str, Any] = {}

    def write(folder: Path, nights: Sequence[Done]) -> None:
        checks = judged(gate.evidence(partial(values_of, nights)), len(looks(plan.replications)))
        verdict = verdict_of(checks)
        result.update(
            schema_version=1,
            scenario=plan.world.scenario.name,
            passed=verdict == "pass" or (verdict == "inconclusive" and not strict),
            verdict=verdict,
            strict=strict,
            seed=plan.seed,
            viewers=plan.viewers,
            notes=_notes(gate),
            checks=checks,
        )
        write_json(folder / "gate.json", result)
        show.gate(folder, result, plan.world.scenario.shop.currency)

    schedule = until_decided(plan, gate)
    done = conduct(plan, command, executor=executor, store=store, tell=tell, show=show, schedule=schedule, also=write)
    return Gated(done.folder, result)


def _notes(gate: Gate) -> list[str]:
    if gate.stored and is_older(gate.stored):
        return ["the program has changed since the baseline was blessed: differences may be its doing, too"]
    return []
