"""Commands that hold a policy to what was promised: `gate`, `bless`, `reproduce`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.app import app
from sim.cli.common import in_memory, warn
from sim.cli.options import GateForm, Jobs, Most, OnInconclusive, Policies, Ray, Results, Resume, Scenario, Sets
from sim.experiment.executors import executor

PANEL = "Hold a policy to what it promised"


@app.command(rich_help_panel=PANEL)
def gate(
    scenario: Scenario,
    baseline: Annotated[
        str | None, typer.Option(metavar="NAME", help="the stored baseline (`bless` stores it)", show_default=False)
    ] = None,
    policy: Policies = None,
    most: Most = None,
    jobs: Jobs = 1,
    ray: Ray = None,
    resume: Resume = True,
    set_: Sets = None,
    results: Results = Path("results"),
    on_inconclusive: Annotated[
        OnInconclusive, typer.Option(help="whether what cannot be told stops the gate, or is only told")
    ] = OnInconclusive.FAIL,
    format_: Annotated[GateForm, typer.Option("--format", help="how the result is written")] = GateForm.TEXT,
    output: Annotated[
        list[Path] | None,
        typer.Option("-o", metavar="OUT", help="also write it as .xml (JUnit), .md or .json; may be repeated"),
    ] = None,
) -> None:
    """Hold a policy to the checks of a scenario; exit code 0 passed, 10 failed, 11 inconclusive, 12 nothing checked.

    The policies are those named, or the scenario's, or else the one that was blessed as the baseline, as it is now.
    Nights are added until every check is decided.
    """
    crew = executor(jobs, ray)
    from sim.experiment.baselines import read_baseline
    from sim.experiment.folder import Command
    from sim.experiment.request import Request, plan_gate
    from sim.experiment.session import conduct_gate
    from sim.experiment.store import Store
    from sim.report import pages
    from sim.report.gate import github, text, writers
    from sim.report.outputs import as_json, check_outputs, write_outputs
    from sim.report.progress import progress
    from sim.world.yaml_source import read

    check_outputs(output or (), (".xml", ".md", ".json"))
    stored = read_baseline(results, baseline) if baseline else None
    plan, held = plan_gate(Request(scenario, tuple(policy or ()), tuple(set_ or ()), most=most), stored)
    command = Command(tuple(sys.argv[1:]), tuple(set_ or ()), None, results)
    with in_memory(plan.viewers, jobs), progress() as tell:
        done = conduct_gate(
            plan,
            held,
            command,
            strict=on_inconclusive is OnInconclusive.FAIL,
            executor=crew,
            store=Store(results, warn) if resume else None,
            tell=tell,
            show=pages,
        )
    currency = plan.world.scenario.shop.currency
    write_outputs(output or (), writers(done.result, currency))
    if format_ is GateForm.JSON:
        print(as_json(done.result), end="")
    elif format_ is GateForm.GITHUB:
        print(github(done.result, currency, read(scenario)))
    else:
        print(text(done.result, currency))
        print(done.folder)
    if not done.result["passed"]:
        raise typer.Exit(10 if done.result["verdict"] == "fail" else 11)


@app.command(rich_help_panel=PANEL)
def bless(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="a results folder", show_default=False)],
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="what it is called", show_default=False)],
    policy: Annotated[str | None, typer.Option("--policy", "-p", help="which of the run's policies")] = None,
    results: Results = Path("results"),
) -> None:
    """Store a run's nights of one policy as a baseline that `gate` compares with; the only way one changes."""
    from sim.experiment.baselines import bless

    file, now, before = bless(run, results, name, policy)
    was = f", in place of {before.policy} of {before.run}" if before else ""
    print(f"{now.policy}, {now.replications} nights of {now.run}{was}")
    print(file)


@app.command(rich_help_panel=PANEL)
def reproduce(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="a results folder", show_default=False)],
    jobs: Jobs = 1,
    ray: Ray = None,
) -> None:
    """Play a run again from its own folder and compare what comes of it; exit code 10 if anything differs."""
    crew = executor(jobs, ray)
    from sim.experiment.reproduction import reproduce
    from sim.report import pages
    from sim.report.progress import progress

    with progress() as tell:
        found = reproduce(run, crew, tell, pages)
    for note in found.notes:
        warn(note)
    for name, what in found.files.items():
        print(f"{what:9}  {name}")
    print(found.sentence)
    if not found.same:
        raise typer.Exit(10)
