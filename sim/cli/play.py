"""Commands that play nights: `run`, `compare` and `explain`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sim.cli.app import app
from sim.cli.common import check, foretell, in_memory, show, warn
from sim.cli.options import (
    Aims,
    Dry,
    Engine,
    Engines,
    Jobs,
    Ledger,
    Metrics,
    Most,
    Outputs,
    Policies,
    Ray,
    Replications,
    Results,
    Resume,
    Scenario,
    Seed,
    Sets,
    Viewers,
)
from sim.errors import MatchdayError
from sim.experiment.executors import executor

if TYPE_CHECKING:
    from sim.experiment.executors import Executor
    from sim.experiment.runs import Plan


PANEL = "Play nights"


@app.command(rich_help_panel=PANEL)
def run(
    scenario: Scenario,
    policy: Policies = None,
    n: Replications = None,
    precision: Aims = None,
    most: Most = None,
    seed: Seed = None,
    viewers: Viewers = None,
    engine: Engines = Engine.COMPILED,
    results: Results = Path("results"),
    ledger: Ledger = False,
    jobs: Jobs = 1,
    ray: Ray = None,
    resume: Resume = True,
    dry_run: Dry = False,
    set_: Sets = None,
    metric: Metrics = None,
    output: Outputs = None,
) -> None:
    """Play nights under one policy or several, and keep the results (one night each unless -n says more)."""
    way = _Way(results, jobs, executor(jobs, ray), resume, ledger, dry_run)
    from sim.experiment.request import Request, aims, plan_run, stopping

    stops = stopping(aims(precision or ()))
    asked = tuple(policy or ()), tuple(set_ or ())
    request = Request(scenario, *asked, seed, n, viewers, engine.value, stops, most)
    check(output, metric)
    _conduct(plan_run(request), None, set_, way, output, metric)


@app.command(rich_help_panel=PANEL)
def compare(
    scenario: Scenario,
    policy: Policies = None,
    baseline: Annotated[str | None, typer.Option(help="the policy the others are compared with")] = None,
    n: Replications = None,
    precision: Aims = None,
    choose: Annotated[
        str | None,
        typer.Option(
            metavar="METRIC=SIZE",
            help="instead of -n: drop policies as soon as they cannot be the best in METRIC by SIZE of its unit",
            show_default=False,
        ),
    ] = None,
    most: Most = None,
    seed: Seed = None,
    viewers: Viewers = None,
    jobs: Jobs = 1,
    ray: Ray = None,
    resume: Resume = True,
    dry_run: Dry = False,
    set_: Sets = None,
    metric: Metrics = None,
    results: Results = Path("results"),
    ledger: Ledger = False,
    output: Outputs = None,
) -> None:
    """Play several policies through the same nights, say where they differ and which to take.

    Policies, baseline, seed and number of nights are the scenario's unless given.  Nights that are finished are kept:
    what was stopped goes on, and another policy or more nights play only what is missing.
    """
    way = _Way(results, jobs, executor(jobs, ray), resume, ledger, dry_run)
    from sim.experiment.request import Request, aims, choice, plan_comparison, stopping

    check(output, metric)
    stops = stopping(aims(precision or ()), choice(choose) if choose else None)
    asked = tuple(policy or ()), tuple(set_ or ())
    request = Request(scenario, *asked, seed, n, viewers, stopping=stops, most=most)
    plan, name = plan_comparison(request, baseline)
    _conduct(plan, name, set_, way, output, metric)


class _Way(NamedTuple):
    """How nights are played, and where they go."""

    results: Path
    jobs: int
    executor: Executor
    resume: bool
    ledger: bool = False
    dry_run: bool = False


def _conduct(
    plan: Plan,
    baseline: str | None,
    sets: list[str] | None,
    way: _Way,
    outputs: list[Path] | None,
    metrics: list[str] | None,
) -> None:
    from sim.experiment.cautions import cautions
    from sim.experiment.folder import Command
    from sim.experiment.session import conduct
    from sim.experiment.store import Store
    from sim.report import pages
    from sim.report.outputs import of_comparison
    from sim.report.progress import progress
    from sim.report.ranking import overview
    from sim.report.rules import rule_lines
    from sim.report.table import ALL

    for caution in cautions(plan, sets or ()):
        warn(caution)
    store = Store(way.results, warn) if way.resume else None
    if way.dry_run:
        foretell(plan, store)
        return
    command = Command(tuple(sys.argv[1:]), tuple(sets or ()), baseline, way.results)
    with in_memory(plan.viewers, way.jobs), progress() as tell:
        finished = conduct(plan, command, executor=way.executor, store=store, ledger=way.ledger, tell=tell, show=pages)
    currency = plan.world.scenario.shop.currency
    asked = tuple(dict.fromkeys(metrics or ()))
    table = overview(finished.comparison, currency, asked)
    show(table, of_comparison(finished.comparison, currency, asked or ALL), outputs)
    for name, rules in finished.rules.items():
        print("\n".join(rule_lines(name, rules, finished.comparison["replications"])))
    print(finished.folder)


@app.command(rich_help_panel=PANEL)
def explain(
    target: Annotated[Path, typer.Argument(metavar="SCENARIO|RUN", help="a scenario file, or a results folder")],
    viewer: Annotated[int, typer.Option(min=0, help="number of the viewer, from 0", show_default=False)],
    policy: Annotated[str | None, typer.Option("--policy", "-p", help="the policy that plays")] = None,
    replication: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="which night")] = 0,
    seed: Seed = None,
    viewers: Viewers = None,
    set_: Sets = None,
) -> None:
    """Tell one viewer's night or season, moment by moment: what happened, at which price, how annoyed and how moved."""
    if target.is_dir():
        from sim.experiment.kept import plan_again

        if (seed, viewers, set_) != (None, None, None):
            raise typer.BadParameter("--seed, --viewers and --set are those of the run")
        plan = plan_again(target, policy)
        if replication >= plan.replications:
            last = plan.replications - 1
            raise MatchdayError(f"there is no replication {replication}: those of this run go from 0 to {last}")
    else:
        from sim.experiment.request import Request, plan_run

        if policy is None and target.exists():
            raise typer.BadParameter("say which policy plays: -p NAME", param_hint="-p")
        plan = plan_run(Request(target, (policy or "",), tuple(set_ or ()), seed, None, viewers))
    _tell(plan, viewer, replication)


def _tell(plan: Plan, viewer: int, replication: int) -> None:
    from sim.engine.season import play_season
    from sim.report.explain import explain as story

    if viewer >= plan.viewers:
        raise MatchdayError(f"there is no viewer {viewer}: they run from 0 to {plan.viewers - 1}")
    policy = plan.policies[0]
    with in_memory(plan.viewers):
        of = plan.seed, replication, plan.viewers
        season = play_season(plan.world, policy.make, policy.name, *of, keep=True)
        lines = list(story(season, plan.world.night(*of), viewer, bracket=policy.bracket))
    print("\n".join(lines))
