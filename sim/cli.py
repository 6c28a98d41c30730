"""The command line.  Commands import what they need when they run: `--help` must not wait for numba or pandas."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from sim.errors import MatchdayError, did_you_mean
from sim.plain import make_plain
from sim.stop import Stopped, stoppable

if TYPE_CHECKING:
    from sim.experiment.runs import Plan

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


class Design(StrEnum):
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
        "--policy", "-p", help="policy by name, or path/to/file.py:Class; may be repeated", show_default=False
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


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(parser=_folder, metavar="DIR", help="folder to write into")] = Path("."),
) -> None:
    """Write a scenario, a policy as rules and one in Python to begin with, and say what to do next."""
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
    seed: Seed = None,
    viewers: Viewers = None,
    engine: Engines = Engine.COMPILED,
    results: Results = Path("results"),
    ledger: Ledger = False,
    jobs: Jobs = 1,
    set_: Sets = None,
    metric: Metrics = None,
    output: Outputs = None,
) -> None:
    """Play nights under one policy or several, and keep the results (one night each unless -n says more)."""
    if not policy:
        raise typer.BadParameter("say which policy plays: -p NAME (`list policies` shows them)", param_hint="-p")
    from sim.experiment.request import Request, plan_run

    request = Request(scenario, tuple(policy), tuple(set_ or ()), seed, n, viewers, engine.value)
    _check(output, metric)
    _conduct(plan_run(request), None, set_, results, jobs, ledger, output, metric)


@app.command()
def compare(
    scenario: Scenario,
    policy: Policies = None,
    baseline: Annotated[str | None, typer.Option(help="the policy the others are compared with")] = None,
    n: Replications = None,
    seed: Seed = None,
    viewers: Viewers = None,
    jobs: Jobs = 1,
    set_: Sets = None,
    metric: Metrics = None,
    results: Results = Path("results"),
    ledger: Ledger = False,
    output: Outputs = None,
) -> None:
    """Play several policies through the same nights and say where they differ.

    Policies, baseline, seed and number of nights are the scenario's unless given.
    """
    from sim.experiment.request import Request, plan_comparison

    _check(output, metric)
    request = Request(scenario, tuple(policy or ()), tuple(set_ or ()), seed, n, viewers)
    plan, name = plan_comparison(request, baseline)
    _conduct(plan, name, set_, results, jobs, ledger, output, metric)


@app.command()
def abtest(
    scenario: Scenario,
    policy: Policies = None,
    design: Annotated[
        list[Design] | None, typer.Option(help="how arms are assigned; may be repeated; all unless given")
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
        result = test.played(executor(jobs), tell)
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
        from sim.experiment.request import plan_again

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


def _check(outputs: list[Path] | None, metrics: list[str] | None) -> None:
    from sim.measures.outcomes import NAMES
    from sim.measures.twins import TWIN_NAMES
    from sim.report.outputs import check_outputs

    check_outputs(outputs or ())
    for name in metrics or ():
        if name in TWIN_NAMES:
            raise MatchdayError(f"'{name}' is told of twins, below the table of `compare`: it needs no --metric")
        if name not in NAMES:
            raise MatchdayError(f"no metric '{name}'{did_you_mean(name, NAMES)}")


def _conduct(
    plan: Plan,
    baseline: str | None,
    sets: list[str] | None,
    results: Path,
    jobs: int,
    ledger: bool,
    outputs: list[Path] | None,
    metrics: list[str] | None,
) -> None:
    from rich.console import Console

    from sim.experiment.cautions import cautions
    from sim.experiment.executors import executor
    from sim.experiment.session import conduct
    from sim.experiment.store import Command
    from sim.report.outputs import write_outputs
    from sim.report.progress import progress
    from sim.report.rules import rule_lines
    from sim.report.table import ALL, LEAST, SHOWN, terminal

    for caution in cautions(plan, sets or ()):
        print(f"note: {caution}", file=sys.stderr)
    command = Command(tuple(sys.argv[1:]), tuple(sets or ()), baseline, results)
    with _in_memory(plan.viewers, jobs), progress(len(plan.jobs)) as tell:
        finished = conduct(plan, command, executor=executor(jobs), ledger=ledger, tell=tell)
    currency = plan.world.scenario.shop.currency
    asked = tuple(dict.fromkeys(metrics or ()))
    write_outputs(outputs or (), finished.comparison, currency, asked or ALL)
    width = max(LEAST, get_terminal_size().columns)
    Console(width=width).print(terminal(finished.comparison, currency, asked or SHOWN))
    for name, rules in finished.rules.items():
        print("\n".join(rule_lines(name, rules, plan.replications)))
    print(finished.folder)


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
            print(f"stopped; {stopped.kept} kept", file=sys.stderr)
            sys.exit(stopped.exit_code)
