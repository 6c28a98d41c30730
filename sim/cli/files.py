"""Commands about files and what there is: `init`, `validate`, `list`, `schema`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.app import app
from sim.cli.options import File, Form, Kind, Results, folder
from sim.errors import MatchdayError

PANEL = "Write and check files"


@app.command(rich_help_panel=PANEL)
def init(
    folder: Annotated[Path, typer.Argument(parser=folder, metavar="DIR", help="folder to write into")] = Path("."),
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


@app.command(rich_help_panel=PANEL)
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


@app.command("list", rich_help_panel=PANEL)
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


@app.command(rich_help_panel=PANEL)
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
