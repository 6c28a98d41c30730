"""Commands that try more than one setting or world: `sweep`, `tune`, `sensitivity`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.app import app
from sim.cli.common import check, in_memory, show, warn
from sim.cli.options import (
    Dry,
    Explored,
    Jobs,
    Metrics,
    Policies,
    Ray,
    Replications,
    Results,
    Resume,
    Scenario,
    Seed,
    Sets,
    Vary,
    Viewers,
    count,
)
from sim.experiment.executors import executor
from sim.experiment.limits import (
    CHECKED_ON,
    CLOSELY,
    IN_A_WORLD,
    SAMPLES,
    TRAJECTORIES,
    TRIALS,
    TUNED_ON,
    VIEWERS,
    WORLDS,
)

if TYPE_CHECKING:
    from sim.experiment.design import Design
    from sim.experiment.store import Store


PANEL = "Vary policies and assumptions"


@app.command(rich_help_panel=PANEL)
def sweep(
    scenario: Scenario,
    policy: Policies = None,
    vary: Vary = None,
    samples: Annotated[
        int | None,
        count(SAMPLES, help="so many points of a Latin hypercube instead of a grid", show_default=False),
    ] = None,
    n: Replications = None,
    seed: Seed = None,
    viewers: Viewers = None,
    jobs: Jobs = 1,
    ray: Ray = None,
    resume: Resume = True,
    dry_run: Dry = False,
    set_: Sets = None,
    metric: Metrics = None,
    results: Results = Path("results"),
    output: Explored = None,
) -> None:
    """Play policies through the same nights at every point of what is varied, and say where the goal is best.

    A path is of the scenario (shop.board_lag) or of a policy, as -p names it (peak_flash.discount, mine.py:Mine.cap).
    Its values are a list (15,60,240), evenly spaced (0.05..0.4/8, log:60..3600/4) or, with --samples, a range
    (0.05..0.4). What was stopped goes on with the same command.
    """
    crew = executor(jobs, ray)
    from sim.experiment.design import cautions_of
    from sim.experiment.folder import Command
    from sim.experiment.request import Request
    from sim.experiment.store import Store
    from sim.experiment.sweep import conduct_sweep, prepared
    from sim.report import pages
    from sim.report.progress import progress
    from sim.report.sweep import EXTENSIONS, markdown, terminal, writers

    check(output, metric, EXTENSIONS)
    request = Request(scenario, tuple(policy or ()), tuple(set_ or ()), seed, n, viewers)
    asked = prepared(request, vary or (), samples)
    design = asked.design
    for caution in cautions_of(design, set_ or ()):
        warn(caution)
    store = Store(results, warn) if resume else None
    if dry_run:
        _foretell_points(design, store)
        return
    command = Command(tuple(sys.argv[1:]), tuple(set_ or ()), None, results)
    with in_memory(design.plans[0].viewers, jobs), progress() as tell:
        done = conduct_sweep(
            asked,
            command,
            metrics=metric or (),
            executor=crew,
            store=store,
            tell=tell,
            show=pages,
        )
    currency = design.space.world.scenario.shop.currency
    show(terminal(done.result, currency), writers(done.result, done.nights, markdown(done.result, currency)), output)
    print(done.folder)


def _foretell_points(design: Design, store: Store | None) -> None:
    plan = design.plans[0]
    nights = [design.errand(*night) for night in design.nights(range(plan.replications))]
    there = sum(bool(store and (key := plan.key(job)) and store.get(key)) for plan, job in nights)
    print(f"{len(design.points):,} points, {plan.replications:,} nights of {plan.viewers:,} viewers, seed {plan.seed}")
    print(f"{len(design.space.policies)} policies: {', '.join(policy.name for policy in design.space.policies)}")
    print(f"{len(nights):,} nights together; finished before: {there:,}; to be played: {len(nights) - there:,}")


@app.command(rich_help_panel=PANEL)
def tune(
    scenario: Scenario,
    policy: Policies = None,
    vary: Vary = None,
    objective: Annotated[
        list[str] | None,
        typer.Option(metavar="METRIC", help="what is to be good, the scenario's goal unless given; may be repeated"),
    ] = None,
    require: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHECK", help="what must hold: 'annoyed_share <= 0.05', 'mutes vs no_push <= 5%'; may be repeated"
        ),
    ] = None,
    trials: Annotated[int, count(TRIALS, help="settings that are tried")] = 40,
    n: Annotated[int, count(TUNED_ON, "-n", help="nights of each trial")] = 10,
    check_nights: Annotated[int, count(CHECKED_ON, help="other nights, that the best plays again")] = 50,
    seed: Seed = None,
    viewers: Viewers = None,
    jobs: Jobs = 1,
    ray: Ray = None,
    resume: Resume = True,
    set_: Sets = None,
    results: Results = Path("results"),
    output: Explored = None,
) -> None:
    """Search settings of a policy for the best, and check them on nights that were not used to find them.

    What is varied is said as for `sweep`; ranges (0.05..0.4) are searched whole.  No setting may cross red lines more
    often than the policy does as it is, and the scenario's gate holds, as far as it needs no stored baseline.
    """
    crew = executor(jobs, ray)
    from sim.experiment.design import cautions_of
    from sim.experiment.folder import Command
    from sim.experiment.request import Request
    from sim.experiment.store import Store
    from sim.experiment.tune import conduct_tuning, prepared
    from sim.report import pages
    from sim.report.progress import progress
    from sim.report.sweep import EXTENSIONS
    from sim.report.tune import terminal, writers

    check(output, None, EXTENSIONS)
    request = Request(scenario, tuple(policy or ()), tuple(set_ or ()), seed, n, viewers)
    search = {"trials": trials, "nights": n, "check_nights": check_nights}
    asked = prepared(request, vary or (), goals=objective or (), require=require or (), **search)
    for caution in cautions_of(asked.design, set_ or ()):
        warn(caution)
    command = Command(tuple(sys.argv[1:]), tuple(set_ or ()), None, results)
    with in_memory(asked.design.plans[0].viewers, jobs), progress() as tell:
        done = conduct_tuning(
            asked,
            command,
            executor=crew,
            store=Store(results, warn) if resume else None,
            tell=tell,
            show=pages,
        )
    currency = asked.space.world.scenario.shop.currency
    show(terminal(done.result, currency), writers(done.result, done.nights, currency), output)
    print(done.folder)


@app.command(rich_help_panel=PANEL)
def sensitivity(
    scenario: Scenario,
    policy: Policies = None,
    metric: Annotated[str, typer.Option(metavar="M", help="the metric that says which policy is best")] = "net_value",
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="vary only assumptions whose path fits, such as 'assumptions.click_*'; may be repeated",
            show_default=False,
        ),
    ] = None,
    worlds: Annotated[int, count(WORLDS, help="plausible worlds")] = 128,
    trajectories: Annotated[int, count(TRAJECTORIES, help="of the screen, each a world an assumption")] = 8,
    sobol: Annotated[
        int, typer.Option(min=0, max=2**16, help="rows of the Sobol' sample, a power of two; 0 leaves it out")
    ] = 32,
    keep: Annotated[int, count(CLOSELY, help="assumptions that are looked at closely")] = 8,
    margin: Annotated[float, typer.Option(min=0.0, help="by how much of the metric a policy must beat another")] = 0.0,
    n: Annotated[int, count(IN_A_WORLD, "-n", help="nights each policy plays in a world")] = 2,
    seed: Seed = None,
    viewers: Annotated[
        int | None,
        count(VIEWERS, help="size of the audience; the scenario's, 10,000 at most, if not given"),
    ] = None,
    jobs: Jobs = 1,
    ray: Ray = None,
    resume: Resume = True,
    set_: Sets = None,
    results: Results = Path("results"),
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "-o", metavar="OUT", help="also write a report as .md, .json, .csv or .svg, the worlds as .parquet"
        ),
    ] = None,
) -> None:
    """Vary the assumptions within their plausible ranges and say which of them decide between the policies.

    Says in how many plausible worlds each policy is best, and where.  What was stopped goes on with the same command.
    """
    crew = executor(jobs, ray)
    from rich.console import Console

    from sim.experiment.cautions import cautions
    from sim.experiment.request import Request
    from sim.experiment.sensitivity import Budget, prepared
    from sim.experiment.sensitivity import sensitivity as vary_all
    from sim.experiment.store import Store
    from sim.report.outputs import check_outputs
    from sim.report.progress import progress
    from sim.report.sensitivity import FORMATS, WIDTH, terminal, write_outputs

    budget = Budget(worlds, trajectories, sobol, keep)
    check_outputs(output or (), FORMATS)
    request = Request(scenario, tuple(policy or ()), tuple(set_ or ()), seed, n, viewers)
    plan, space = prepared(request, metric, vary or ())
    for caution in cautions(plan, set_ or ()):
        warn(caution)
    lived = budget.count(space)
    nights = lived * len(plan.jobs)
    print(
        f"{nights:,} nights: {lived:,} worlds x {len(plan.policies)} policies x {n}; {len(space.ranges)} assumptions "
        "vary (fewer: --trajectories, --vary)",
        file=sys.stderr,
    )
    with in_memory(plan.viewers, jobs), progress(nights) as tell:
        store = Store(results, warn) if resume else None
        found = vary_all(plan, space, metric, budget, margin=margin, executor=crew, store=store, tell=tell)
    write_outputs(output or (), found)
    console = Console(width=WIDTH, highlight=False)
    for part in terminal(found):
        console.print(part)
