"""The command line.  Commands import what they need when they run: `--help` must not wait for numba or pandas."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sim.errors import MatchdayError, did_you_mean
from sim.plain import make_plain
from sim.stop import Stopped, stoppable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sim.experiment.design import Design
    from sim.experiment.runs import Plan, Stopping
    from sim.experiment.store import Store
    from sim.report.outputs import Writers

ENOUGH_VIEWERS = 10_000  # a night takes a fifth longer than with 2,000; luck moves differences a viewer a third as far

app = typer.Typer(
    name="matchday",
    help="A testbed for live-sports commerce: push and promotion policies tried on viewers who do not exist.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


class Engine(StrEnum):
    """Which engine plays."""

    COMPILED = "compiled"
    REFERENCE = "reference"


class Form(StrEnum):
    """How faults are written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


class GateForm(StrEnum):
    """How a gate's result is written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class OnInconclusive(StrEnum):
    """What becomes of what cannot be told."""

    FAIL = "fail"
    WARN = "warn"


class Kind(StrEnum):
    """What can be listed."""

    SCENARIOS = "scenarios"
    POLICIES = "policies"
    METRICS = "metrics"
    ASSUMPTIONS = "assumptions"
    MATCHES = "matches"
    RUNS = "runs"


class File(StrEnum):
    """Files that have a schema."""

    SCENARIO = "scenario"
    TIMELINE = "timeline"
    POLICY = "policy"


class Split(StrEnum):
    """How an A/B test assigns its arms."""

    VIEWER = "viewer"
    MATCH = "match"
    SWITCHBACK = "switchback"
    CLUSTER = "cluster"


def _folder(path: str | Path) -> Path:
    if not str(path):
        raise typer.BadParameter("name a folder ('.' is this one)")
    if Path(path).is_file():
        raise typer.BadParameter(f"{path} is a file, not a folder")
    return Path(path)


Scenario = Annotated[Path, typer.Argument(metavar="SCENARIO", help="scenario file (YAML)", show_default=False)]
Policies = Annotated[
    list[str] | None,
    typer.Option(
        "--policy",
        "-p",
        help="policy by name, or path/to/file.py:Class, and '(parameter=value)' if you like; may be repeated",
        show_default=False,
    ),
]
Replications = Annotated[
    int | None, typer.Option("-n", min=1, max=100_000, help="nights each policy plays", show_default=False)
]
Seed = Annotated[int | None, typer.Option(min=0, max=2**63 - 1, help="seed of all draws; the scenario's if not given")]
Viewers = Annotated[
    int | None,
    typer.Option(min=1, max=50_000_000, help="size of the audience; stock is scaled with it, in whole units"),
]
Aims = Annotated[
    list[str] | None,
    typer.Option(
        "--precision",
        metavar="METRIC=HALF",
        help="instead of -n: play until every 95% interval of METRIC is within ± HALF of its unit; may be repeated",
    ),
]
Most = Annotated[
    int | None,
    typer.Option(min=30, max=100_000, help="nights at most, where -n does not say how many", show_default=False),
]
Ray = Annotated[
    str | None,
    typer.Option(metavar="auto|ADDRESS", help="play on a Ray cluster instead of processes here", show_default=False),
]
Resume = Annotated[
    bool, typer.Option("--resume/--no-resume", help="take finished nights from the store, or play all anew")
]
Dry = Annotated[bool, typer.Option("--dry-run", help="say what would be played, and play nothing")]
Jobs = Annotated[int, typer.Option("-j", min=1, max=1024, help="processes that play at the same time")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="change the scenario: shop.board_lag=60; may be repeated"),
]
Outputs = Annotated[
    list[Path] | None,
    typer.Option(
        "-o", metavar="OUT", help="also write the comparison as .json (always whole), .md or .csv; may be repeated"
    ),
]
Results = Annotated[Path, typer.Option(parser=_folder, metavar="DIR", help="where results folders are made")]
Ledger = Annotated[bool, typer.Option("--ledger", help="keep every row of every night, and its SHA-256")]
Engines = Annotated[Engine, typer.Option(help="the engine; both give the same nights")]
Metrics = Annotated[
    list[str] | None,
    typer.Option("--metric", metavar="M", help="show only these metrics, also in .md and .csv; may be repeated"),
]

Vary = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATH=SPEC",
        help="what is varied, over a list (15,60,240), so many numbers (0..0.4/8) or a range (0..0.4); may be repeated",
        show_default=False,
    ),
]
Explored = Annotated[
    list[Path] | None,
    typer.Option("-o", metavar="OUT", help="also write it as .json, .md, .csv or .parquet; may be repeated"),
]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(parser=_folder, metavar="DIR", help="folder to write into")] = Path("."),
) -> None:
    """Write a scenario, policies and a CI workflow to begin with, and say what to do next."""
    from sim.experiment.starter import write_starter

    try:
        files = write_starter(folder)
    except OSError as error:
        raise MatchdayError(f"cannot write to {error.filename}: {error.strerror}") from error
    for file in files:
        print(file)
    scenario, rules, mine = files[:3]
    print("\nnext, with the command you have just used:", file=sys.stderr)
    for words in (
        f"validate {rules} --scenario {scenario}",
        f"compare {scenario} -p no_push -p {rules} -p {mine}:Mine -n 10",
        f"explain {scenario} -p {rules} --viewer 17",
    ):
        print(f"  {words}", file=sys.stderr)


@app.command()
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
    if not policy:
        raise typer.BadParameter("say which policy plays: -p NAME (`list policies` shows them)", param_hint="-p")
    from sim.experiment.request import Request, plan_run

    stopping = _stopping(n, precision, None, most)
    request = Request(scenario, tuple(policy), tuple(set_ or ()), seed, n, viewers, engine.value, stopping, most)
    way = _Way(results, jobs, ray, resume, ledger, dry_run)
    _check(output, metric)
    _conduct(plan_run(request), None, set_, way, output, metric)


@app.command()
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
    from sim.experiment.request import Request, plan_comparison

    _check(output, metric)
    stopping = _stopping(n, precision, choose, most)
    asked = tuple(policy or ()), tuple(set_ or ())
    request = Request(scenario, *asked, seed, n, viewers, stopping=stopping, most=most)
    plan, name = plan_comparison(request, baseline)
    _conduct(plan, name, set_, _Way(results, jobs, ray, resume, ledger, dry_run), output, metric)


@app.command()
def sweep(
    scenario: Scenario,
    policy: Policies = None,
    vary: Vary = None,
    samples: Annotated[
        int | None,
        typer.Option(
            min=2, max=100_000, help="so many points of a Latin hypercube instead of a grid", show_default=False
        ),
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
    from sim.experiment.design import cautions_of, designed, space_of
    from sim.experiment.executors import executor
    from sim.experiment.folder import Command
    from sim.experiment.request import Request
    from sim.experiment.store import Store
    from sim.experiment.sweep import conduct_sweep
    from sim.experiment.vary import grid
    from sim.experiment.vary import samples as sampled
    from sim.report.progress import progress
    from sim.report.sweep import EXTENSIONS, markdown, terminal, writers

    _check(output, metric, EXTENSIONS)
    request = Request(scenario, tuple(policy or ()), tuple(set_ or ()), seed, n, viewers)
    space = space_of(request, vary or ())
    told = space.world.scenario.experiment
    points = sampled(space.varied, samples, told.seed if seed is None else seed) if samples else grid(space.varied)
    design = designed(space, points, request, n or told.replications)
    for caution in cautions_of(design, set_ or ()):
        _warn(caution)
    store = Store(results, _warn) if resume else None
    if dry_run:
        _foretell_points(design, store)
        return
    command = Command(tuple(sys.argv[1:]), tuple(set_ or ()), None, results)
    with _in_memory(design.plans[0].viewers, jobs), progress() as tell:
        done = conduct_sweep(
            design,
            command,
            gridded=samples is None,
            metrics=metric or (),
            executor=executor(jobs, ray),
            store=store,
            tell=tell,
        )
    currency = space.world.scenario.shop.currency
    _show(terminal(done.result, currency), writers(done.result, done.nights, markdown(done.result, currency)), output)
    print(done.folder)


@app.command()
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
    trials: Annotated[int, typer.Option(min=1, max=10_000, help="settings that are tried")] = 40,
    n: Annotated[int, typer.Option("-n", min=2, max=10_000, help="nights of each trial")] = 10,
    check_nights: Annotated[int, typer.Option(min=2, max=100_000, help="other nights, that the best plays again")] = 50,
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
    from sim.experiment.design import cautions_of, designed, space_of
    from sim.experiment.executors import executor
    from sim.experiment.folder import Command
    from sim.experiment.request import Request
    from sim.experiment.store import Store
    from sim.experiment.tune import Aim, checks_of, conduct_tuning, objectives, tunable
    from sim.experiment.vary import UNVARIED
    from sim.report.progress import progress
    from sim.report.sweep import EXTENSIONS
    from sim.report.tune import terminal, writers

    _check(output, None, EXTENSIONS)
    request = Request(scenario, tuple(policy or ()), tuple(set_ or ()), seed, n, viewers)
    space = tunable(space_of(request, vary or ()))
    goals = objectives(objective or [space.world.scenario.experiment.goal])
    aim = Aim(goals, checks_of(space, require or ()), trials, n, check_nights)
    design = designed(space, [UNVARIED], request, n)
    for caution in cautions_of(design, set_ or ()):
        _warn(caution)
    command = Command(tuple(sys.argv[1:]), tuple(set_ or ()), None, results)
    with _in_memory(design.plans[0].viewers, jobs), progress() as tell:
        done = conduct_tuning(
            space,
            aim,
            request,
            command,
            executor=executor(jobs, ray),
            store=Store(results, _warn) if resume else None,
            tell=tell,
        )
    currency = space.world.scenario.shop.currency
    _show(terminal(done.result, currency), writers(done.result, done.nights, currency), output)
    print(done.folder)


@app.command()
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
    from sim.experiment.baselines import read_baseline
    from sim.experiment.executors import executor
    from sim.experiment.folder import Command
    from sim.experiment.request import Request, plan_gate
    from sim.experiment.session import conduct_gate
    from sim.experiment.store import Store
    from sim.report.gate import github, text, writers
    from sim.report.outputs import as_json, check_outputs, write_outputs
    from sim.report.progress import progress
    from sim.world.yaml_source import read

    check_outputs(output or (), (".xml", ".md", ".json"))
    stored = read_baseline(results, baseline) if baseline else None
    plan, held = plan_gate(Request(scenario, tuple(policy or ()), tuple(set_ or ()), most=most), stored)
    if not held.checks:
        print(f"nothing was checked: {scenario} has no `experiment.gate`", file=sys.stderr)
        raise typer.Exit(12)
    command = Command(tuple(sys.argv[1:]), tuple(set_ or ()), None, results)
    with _in_memory(plan.viewers, jobs), progress() as tell:
        done = conduct_gate(
            plan,
            held,
            command,
            strict=on_inconclusive is OnInconclusive.FAIL,
            executor=executor(jobs, ray),
            store=Store(results, _warn) if resume else None,
            tell=tell,
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


@app.command()
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


@app.command()
def reproduce(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="a results folder", show_default=False)],
    jobs: Jobs = 1,
    ray: Ray = None,
) -> None:
    """Play a run again from its own folder and compare what comes of it; exit code 10 if anything differs."""
    from sim.experiment.executors import executor
    from sim.experiment.reproduction import reproduce
    from sim.report.progress import progress

    with progress() as tell:
        found = reproduce(run, executor(jobs, ray), tell)
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    for name, what in found.files.items():
        print(f"{what:9}  {name}")
    print(found.sentence)
    if not found.same:
        raise typer.Exit(10)


@app.command()
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
    worlds: Annotated[int, typer.Option(min=10, max=100_000, help="plausible worlds")] = 128,
    trajectories: Annotated[int, typer.Option(min=2, max=10_000, help="of the screen, each a world an assumption")] = 8,
    sobol: Annotated[
        int, typer.Option(min=0, max=2**16, help="rows of the Sobol' sample, a power of two; 0 leaves it out")
    ] = 32,
    keep: Annotated[int, typer.Option(min=1, max=100, help="assumptions that are looked at closely")] = 8,
    margin: Annotated[float, typer.Option(min=0.0, help="by how much of the metric a policy must beat another")] = 0.0,
    n: Annotated[int, typer.Option("-n", min=1, max=1000, help="nights each policy plays in a world")] = 2,
    seed: Seed = None,
    viewers: Annotated[
        int | None,
        typer.Option(min=1, max=50_000_000, help="size of the audience; the scenario's, 10,000 at most, if not given"),
    ] = None,
    jobs: Jobs = 1,
    ray: Ray = None,
    set_: Sets = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "-o", metavar="OUT", help="also write a report as .md, .json, .csv or .svg, the worlds as .parquet"
        ),
    ] = None,
) -> None:
    """Vary the assumptions within their plausible ranges and say which of them decide between the policies.

    Says in how many plausible worlds each policy is best, and where.
    """
    from rich.console import Console

    from sim.experiment.cautions import cautions
    from sim.experiment.executors import executor
    from sim.experiment.plausible import space_of
    from sim.experiment.request import Request, plan_run
    from sim.experiment.sensitivity import Budget, check
    from sim.experiment.sensitivity import sensitivity as vary_all
    from sim.report.outputs import check_outputs
    from sim.report.progress import progress
    from sim.report.sensitivity import FORMATS, WIDTH, terminal, write_outputs

    if len(policy or ()) < 2:
        raise typer.BadParameter("say which policies play, two at least: -p no_push -p lull_only", param_hint="-p")
    if sobol and (sobol < 4 or sobol & (sobol - 1)):
        raise typer.BadParameter("needs a power of two from 4 on, or 0", param_hint="--sobol")
    _check(None, [metric])
    check_outputs(output or (), FORMATS)
    plan = plan_run(Request(scenario, tuple(policy or ()), tuple(set_ or ()), seed, n, viewers))
    if viewers is None:
        plan = replace(plan, viewers=min(plan.viewers, ENOUGH_VIEWERS))
    space = space_of(plan.world.scenario, vary or ())
    check(plan, space, metric)
    budget = Budget(worlds, trajectories, sobol, keep)
    for caution in cautions(plan, set_ or ()):
        print(f"note: {caution}", file=sys.stderr)
    count = budget.count(space)
    nights = count * len(plan.jobs)
    print(
        f"{nights:,} nights: {count:,} worlds x {len(plan.policies)} policies x {n}; {len(space.ranges)} assumptions "
        "vary (fewer: --trajectories, --vary)",
        file=sys.stderr,
    )
    with _in_memory(plan.viewers, jobs), progress(nights) as tell:
        found = vary_all(plan, space, metric, budget, margin=margin, executor=executor(jobs, ray), tell=tell)
    write_outputs(output or (), found)
    console = Console(width=WIDTH, highlight=False)
    for part in terminal(found):
        console.print(part)


@app.command()
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
    block: Annotated[float, typer.Option(min=1, max=240, help="minutes of a turn in a switchback")] = 15.0,
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
    from sim.experiment.abtest.designs import DESIGNS
    from sim.experiment.abtest.session import Asked, prepared
    from sim.experiment.cautions import cautions
    from sim.experiment.executors import executor
    from sim.experiment.request import Request
    from sim.report.abtest import FORMATS, SVG, lines, write
    from sim.report.outputs import check_outputs
    from sim.report.progress import progress

    stocks = _multiples(stock)
    check_outputs(output or (), [*FORMATS, *([SVG] if stocks else [])])
    request = Request(scenario, tuple(policy or ()), tuple(set_ or ()), seed, n, viewers)
    designs = tuple(d for d in DESIGNS if not design or d in design)
    test = prepared(Asked(request, designs, nights, block, stocks))
    for caution in cautions(test.plan, set_ or ()):
        print(f"note: {caution}", file=sys.stderr)
    with _in_memory(test.trial.viewers, jobs), progress(test.worlds) as tell:
        result = test.played(executor(jobs, ray), tell)
    for file in output or ():
        write(file, result)
    print("\n".join(lines(result)))


def _multiples(text: str) -> tuple[float, ...]:
    try:
        multiples = tuple(dict.fromkeys(float(part) for part in text.split(",") if part.strip()))
    except ValueError as error:
        raise typer.BadParameter(f"{text}: multiples are numbers, as in 0.75,1,1.5", param_hint="--stock") from error
    if not all(0.0 <= x <= 1000.0 for x in multiples):
        raise typer.BadParameter(f"{text}: multiples go from 0 to 1000", param_hint="--stock")
    return multiples


@app.command()
def train(
    scenario: Scenario,
    output: Annotated[
        Path, typer.Option("-o", parser=_folder, metavar="DIR", help="folder for the models", show_default=False)
    ],
    n: Annotated[int, typer.Option("-n", min=3, max=10_000, help="nights that are logged")] = 20,
    viewers: Viewers = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="seed of the nights")] = 101,
    set_: Sets = None,
    logs: Annotated[
        Path | None,
        typer.Option(
            parser=_folder, metavar="DIR", help="also keep the logs, in the Open Bandit form", show_default=False
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
    with _in_memory(size := viewers or world.scenario.audience.viewers), progress(n) as tell:
        trained = train(world, nights=n, viewers=size, seed=seed, tell=tell)
    try:
        policy, card = keep(trained, output)
        written = export_open_bandit(trained.logs, logs) if logs else []
    except OSError as error:
        raise MatchdayError(f"cannot write to {error.filename}: {error.strerror}") from error
    print(card.read_text(encoding="utf-8"))
    for file in (*written, card, policy):
        print(file)


@app.command()
def validate(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="scenarios, timelines, rule files, or folders of them")
    ],
    scenario: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="hold rule files against this scenario, too", show_default=False),
    ] = None,
    format_: Annotated[Form, typer.Option("--format", help="how faults are written")] = Form.TEXT,
) -> None:
    """Check scenarios, timelines and rule files without playing them; exit code 2 with a fault, 0 with warnings.

    With --scenario it also says which rules can never fire there; a scenario's own rule files are held against it.
    """
    from sim.experiment.lint import files_in, problems_in
    from sim.report.problems import FORMATS

    files = files_in(paths)
    problems = list(problems_in(files, scenario))
    print(FORMATS[format_.value](files, problems))
    raise typer.Exit(2 if any(p.severity == "error" for p in problems) else 0)


@app.command("list")
def list_(
    what: Annotated[Kind, typer.Argument(help="what to list", show_default=False)],
    results: Results = Path("results"),
    scenario: Annotated[
        Path | None, typer.Option(metavar="FILE", help="list the assumptions of this scenario", show_default=False)
    ] = None,
    page: Annotated[bool, typer.Option("--page", help="print every measure with its rows, as Markdown")] = False,
) -> None:
    """Show what there is; `list assumptions` shows every number of the model, and what speaks for it."""
    if page:
        from sim.report.measures import measures_page

        if what is not Kind.METRICS:
            raise typer.BadParameter("the page is of metrics: list metrics --page", param_hint="--page")
        print(measures_page(), end="")
        return
    from sim.report.listing import KINDS, assumption_lines

    if what is Kind.ASSUMPTIONS:
        for line in assumption_lines(scenario):
            print(line)
        return
    if scenario is not None:
        raise typer.BadParameter("only assumptions are those of a scenario", param_hint="--scenario")
    rows = KINDS[what.value](results)
    if not rows:
        print(f"there are no {what.value} yet", file=sys.stderr)
    width = max((len(name) for name, _ in rows), default=0)
    for name, about in rows:
        print(f"{name:{width}}  {about}")


@app.command()
def schema(
    what: Annotated[File, typer.Argument(help="which file's schema to print")] = File.SCENARIO,
    write: Annotated[
        Path | None, typer.Option(metavar="DIR", help="write all schemas into this folder instead")
    ] = None,
    page: Annotated[bool, typer.Option("--page", help="print what every field of it is instead, as Markdown")] = False,
) -> None:
    """Print the JSON Schema of scenarios, timelines or rule files, for editors that complete and check them."""
    from sim.schemas import schema_text, write_schemas

    if page:
        from sim.report.rules_page import rules_page
        from sim.report.scenario_page import scenario_page

        if write or what is File.TIMELINE:
            raise typer.BadParameter("pages are of scenarios and policies, and are printed", param_hint="--page")
        print(scenario_page() if what is File.SCENARIO else rules_page(), end="")
        return
    if write is None:
        print(schema_text(what.value), end="")
        return
    try:
        written = write_schemas(write)
    except OSError as error:
        raise MatchdayError(f"cannot write schemas to {write}: {error.strerror}") from error
    for file in written:
        print(file)


@app.command()
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
    with _in_memory(plan.viewers):
        of = plan.seed, replication, plan.viewers
        season = play_season(plan.world, policy.make, policy.name, *of, keep=True)
        lines = list(story(season, plan.world.night(*of), viewer, bracket=policy.bracket))
    print("\n".join(lines))


def _check(outputs: list[Path] | None, metrics: list[str] | None, known: Sequence[str] | None = None) -> None:
    from sim.measures.outcomes import NAMES
    from sim.measures.twins import TWIN_NAMES
    from sim.report.outputs import COMPARISON, check_outputs

    check_outputs(outputs or (), known or COMPARISON)
    for name in metrics or ():
        if name in TWIN_NAMES:
            raise MatchdayError(f"'{name}' is told of twins, below the table of `compare`: it needs no --metric")
        if name not in NAMES:
            raise MatchdayError(f"no metric '{name}'{did_you_mean(name, NAMES)}")


class _Way(NamedTuple):
    """How nights are played, and where they go."""

    results: Path
    jobs: int
    ray: str | None
    resume: bool
    ledger: bool = False
    dry_run: bool = False


def _stopping(n: int | None, precision: list[str] | None, choose: str | None, most: int | None) -> Stopping:
    from sim.experiment.request import aims, choice
    from sim.experiment.runs import Stopping

    said = [name for name, told in (("-n", n), ("--precision", precision), ("--choose", choose)) if told]
    if len(said) > 1:
        raise typer.BadParameter(f"{' and '.join(said)} both say how many nights are played: give one")
    if n and most:
        raise typer.BadParameter("-n says how many nights are played: it takes no --most")
    return Stopping(aims(precision or ()), choice(choose) if choose else None)


def _conduct(
    plan: Plan,
    baseline: str | None,
    sets: list[str] | None,
    way: _Way,
    outputs: list[Path] | None,
    metrics: list[str] | None,
) -> None:
    from sim.experiment.cautions import cautions
    from sim.experiment.executors import executor
    from sim.experiment.folder import Command
    from sim.experiment.session import conduct
    from sim.experiment.store import Store
    from sim.report.outputs import of_comparison
    from sim.report.progress import progress
    from sim.report.rules import rule_lines
    from sim.report.table import ALL, SHOWN, terminal

    for caution in cautions(plan, sets or ()):
        _warn(caution)
    store = Store(way.results, _warn) if way.resume else None
    if way.dry_run:
        _foretell(plan, Store(way.results) if way.resume else None)
        return
    command = Command(tuple(sys.argv[1:]), tuple(sets or ()), baseline, way.results)
    with _in_memory(plan.viewers, way.jobs), progress() as tell:
        finished = conduct(
            plan, command, executor=executor(way.jobs, way.ray), store=store, ledger=way.ledger, tell=tell
        )
    currency = plan.world.scenario.shop.currency
    asked = tuple(dict.fromkeys(metrics or ()))
    table = terminal(finished.comparison, currency, asked or SHOWN)
    _show(table, of_comparison(finished.comparison, currency, asked or ALL), outputs)
    for name, rules in finished.rules.items():
        print("\n".join(rule_lines(name, rules, finished.comparison["replications"])))
    print(finished.folder)


def _show(table: RenderableType, writers: Writers, outputs: list[Path] | None) -> None:
    """Writes what -o names, and then prints."""
    from rich.console import Console

    from sim.report.outputs import write_outputs
    from sim.report.table import LEAST

    write_outputs(outputs or (), writers)
    Console(width=max(LEAST, get_terminal_size().columns)).print(table)


def _warn(words: str) -> None:
    print(f"note: {words}", file=sys.stderr)


def _foretell(plan: Plan, store: Store | None) -> None:
    """What would be played, and how much of it is there."""
    there = sum(bool(store and (key := plan.key(job)) and store.has(key)) for job in plan.jobs)
    upto = "" if plan.stopping.fixed else "up to "
    print(f"{plan.world.scenario.name}: {upto}{len(plan.jobs):,} nights of {plan.viewers:,} viewers, seed {plan.seed}")
    print(f"{len(plan.policies)} policies: {', '.join(policy.name for policy in plan.policies)}")
    print(f"finished before: {there:,}; to be played: {upto}{len(plan.jobs) - there:,}")


def _foretell_points(design: Design, store: Store | None) -> None:
    plan = design.plans[0]
    nights = [design.errand(*night) for night in design.nights(range(plan.replications))]
    there = sum(bool(store and (key := plan.key(job)) and store.has(key)) for plan, job in nights)
    print(f"{len(design.points):,} points, {plan.replications:,} nights of {plan.viewers:,} viewers, seed {plan.seed}")
    print(f"{len(design.space.policies)} policies: {', '.join(policy.name for policy in design.space.policies)}")
    print(f"{len(nights):,} nights together; finished before: {there:,}; to be played: {len(nights) - there:,}")


@contextmanager
def _in_memory(viewers: int, jobs: int = 1) -> Iterator[None]:
    try:
        yield
    except MemoryError as error:
        fewer = "try fewer, or a smaller -j" if jobs > 1 else "try fewer"
        raise MatchdayError(f"{viewers:,} viewers do not fit in memory: {fewer}") from error


def main() -> None:
    """Runs the command line; what the user can mend is said on stderr and exits with the error's code."""
    for stream in (sys.stdout, sys.stderr):
        make_plain(stream)
    with stoppable():
        try:
            app()
        except MatchdayError as error:
            print(error, file=sys.stderr)
            sys.exit(error.exit_code)
        except Stopped as stopped:
            print(f"stopped; {stopped.kept}", file=sys.stderr)
            sys.exit(stopped.exit_code)
