"""What commands take, said once: options and arguments, and the words that some of them know."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.experiment.limits import JOBS, MOST, NIGHTS, SEED, VIEWERS, Limit


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


def folder(path: str | Path) -> Path:
    """A folder, there or not; raises typer.BadParameter for a file."""
    if not str(path):
        raise typer.BadParameter("name a folder ('.' is this one)")
    if Path(path).is_file():
        raise typer.BadParameter(f"{path} is a file, not a folder")
    return Path(path)


def count(limit: Limit, *names: str, **more: Any) -> Any:
    """An option for a number within a limit."""
    return typer.Option(*names, min=limit.least, max=limit.most, **more)


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
    int | None,
    count(NIGHTS, "-n", help="nights each policy plays", show_default=False),
]
Seed = Annotated[int | None, count(SEED, help="seed of all draws; the scenario's if not given")]
Viewers = Annotated[
    int | None,
    count(VIEWERS, help="size of the audience; stock is scaled with it, in whole units"),
]
Aims = Annotated[
    list[str] | None,
    typer.Option(
        "--precision",
        metavar="METRIC=HALF",
        help="instead of -n: play until every 95% interval of METRIC is within ± HALF of its unit (of a share 0.01 is "
        "a point); may be repeated",
    ),
]
Most = Annotated[
    int | None,
    count(MOST, help="nights at most, where their number is not fixed", show_default=False),
]
Ray = Annotated[
    str | None,
    typer.Option(metavar="auto|ADDRESS", help="play on a Ray cluster instead of processes here", show_default=False),
]
Resume = Annotated[
    bool, typer.Option("--resume/--no-resume", help="take finished nights from the store, or play all anew")
]
Dry = Annotated[bool, typer.Option("--dry-run", help="say what would be played, and play nothing")]
Jobs = Annotated[int, typer.Option("-j", min=JOBS.least, max=JOBS.most, help="processes that play at the same time")]
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
Results = Annotated[Path, typer.Option(parser=folder, metavar="DIR", help="where results folders are made")]
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
