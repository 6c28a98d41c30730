"""Commands that tell what a platform could learn of its own: `abtest` and `train`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.app import app
from sim.cli.common import in_memory, warn
from sim.cli.options import Jobs, Policies, Ray, Replications, Scenario, Seed, Sets, Split, Viewers, count, folder
from sim.errors import MatchdayError
from sim.experiment.executors import executor
from sim.experiment.limits import SEED

PANEL = "See what a platform could learn by itself"


@app.command(rich_help_panel=PANEL)
def abtest(
    scenario: Scenario,
    policy: Policies = None,
    design: Annotated[
        list[Split] | None, typer.Option(help="how arms are assigned; may be repeated; all unless given")
    ] = None,
    n: Replications = None,
    nights: Annotated[
        int | None, typer.Option(min=1, help="nights a test has: 1 by viewer, else 20 unless given", show_default=False)
    ] = None,
    block: Annotated[float, typer.Option(help="minutes of a turn in a switchback, from 1 to 240")] = 15.0,
    stock: Annotated[
        str,
        typer.Option(
            metavar="X,Y,…", help="shelves as multiples of what the first policy would sell from endless ones"
        ),
    ] = "",
    seed: Seed = None,
    viewers: Viewers = None,
    jobs: Jobs = 1,
    ray: Ray = None,
    set_: Sets = None,
    output: Annotated[
        list[Path] | None,
        typer.Option("-o", metavar="OUT", help="also write .json, .md, .csv, or with --stock .svg; may be repeated"),
    ] = None,
) -> None:
    """Say what an A/B test of two policies would report, beside the true effect; the first -p is the control.

    Every night is played three ways: all viewers under the control, all under the treatment, and split between both as
    each design does.
    """
    crew = executor(jobs, ray)
    from sim.experiment.abtest.designs import DESIGNS
    from sim.experiment.abtest.session import Asked, prepared
    from sim.experiment.cautions import cautions
    from sim.experiment.request import Request
    from sim.report.abtest import FORMATS, SVG, lines, write
    from sim.report.outputs import check_outputs
    from sim.report.progress import progress

    stocks = _multiples(stock)
    if not stocks and any(file.suffix == SVG for file in output or ()):
        raise typer.BadParameter("a figure is of several stocks: say which with --stock 0.75,1,1.25", param_hint="-o")
    check_outputs(output or (), [*FORMATS, SVG])
    request = Request(scenario, tuple(policy or ()), tuple(set_ or ()), seed, n, viewers)
    designs = tuple(d for d in DESIGNS if not design or d in design)
    test = prepared(Asked(request, designs, nights, block, stocks))
    for caution in cautions(test.plan, set_ or ()):
        warn(caution)
    with in_memory(test.trial.viewers, jobs), progress(test.worlds) as tell:
        result = test.played(crew, tell)
    for file in output or ():
        write(file, result)
    print("\n".join(lines(result)))


def _multiples(text: str) -> tuple[float, ...]:
    try:
        multiples = tuple(dict.fromkeys(float(part) for part in text.split(",") if part.strip()))
    except ValueError as error:
        raise typer.BadParameter(f"{text}: multiples are numbers, as in 0.75,1,1.5", param_hint="--stock") from error
    return multiples


@app.command(rich_help_panel=PANEL)
def train(
    scenario: Scenario,
    output: Annotated[
        Path, typer.Option("-o", parser=folder, metavar="DIR", help="folder for the models", show_default=False)
    ],
    n: Annotated[int, typer.Option("-n", min=3, max=10_000, help="nights that are logged")] = 20,
    viewers: Viewers = None,
    seed: Annotated[int, count(SEED, help="seed of the nights")] = 101,
    set_: Sets = None,
    logs: Annotated[
        Path | None,
        typer.Option(
            parser=folder, metavar="DIR", help="also keep the logs, in the Open Bandit form", show_default=False
        ),
    ] = None,
) -> None:
    """Learn from nights of a scenario what comes of a push, and keep a policy that uses it.

    Nights are played under a policy that explores with known chances; what the models and the logs say is held against
    nights they have not seen, in `card.md`.
    """
    from sim.experiment.load import load
    from sim.learning.training import export_open_bandit, keep, train
    from sim.report.progress import progress

    world = load(scenario, set_ or ())
    with in_memory(size := viewers or world.scenario.audience.viewers), progress(n) as tell:
        trained = train(world, nights=n, viewers=size, seed=seed, tell=tell)
    try:
        policy, card = keep(trained, output)
        written = export_open_bandit(trained.logs, logs) if logs else []
    except OSError as error:
        raise MatchdayError(f"cannot write to {error.filename}: {error.strerror}") from error
    print(card.read_text(encoding="utf-8"))
    for file in (*written, card, policy):
        print(file)
