"""Files checked without playing them, and without running the policies they name: scenarios and timelines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sim.errors import InputError, MatchdayError, Problem
from sim.experiment.load import Location, load, named
from sim.policy.find import doubts as policy_doubts
from sim.world.doubts import doubts
from sim.world.kinds import read_known
from sim.world.scenario import Scenario
from sim.world.timeline import load_timeline

SUFFIXES = (".yaml", ".yml")


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files themselves, and every YAML file below the folders among `paths`.

    Hidden folders are left out, and so are results, whose copies of scenarios have lost the files they name.  Raises
    MatchdayError where a folder has none: nothing checked is not a pass.
    """
    files = []
    for path in paths:
        try:
            found = sorted(_below(path)) if path.is_dir() else [path]
        except OSError as error:
            raise MatchdayError(f"cannot look into {error.filename}: {error.strerror}") from error
        if not found:
            raise MatchdayError(f"{path}: no *.yaml file in this folder (hidden ones and results are left out)")
        files += found
    return files


def _below(folder: Path) -> Iterator[Path]:
    if (folder / "manifest.json").exists():
        return
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from () if path.is_symlink() else _below(path)
        elif path.suffix in SUFFIXES:
            yield path


def problems_in(files: Iterable[Path]) -> Iterator[Problem]:
    """Every fault and doubt of every file, once: a timeline is also read for the scenarios that play it."""
    told: set[Problem] = set()
    for file in files:
        for problem in _problems(file):
            same = replace(problem, file=problem.file.resolve())
            if same not in told:
                told.add(same)
                yield problem if problem.file == file else _read_for(file, problem)


def _read_for(scenario: Path, problem: Problem) -> Problem:
    """A fault in a file that a scenario names, which may be the wrong file."""
    return replace(problem, message=f"{problem.message} (read for {scenario})")


def _problems(file: Path) -> Sequence[Problem]:
    try:
        document, kind = read_known(file)
        if kind == "timeline":
            load_timeline(file)
            return []
        scenario = load(file).scenario
    except InputError as error:
        return error.problems
    except MatchdayError as error:
        return [Problem(file, 0, 0, "", str(error))]
    found = [*doubts(scenario), *_of_policies(scenario)]
    return [replace(document.problem(*doubt), severity="warning") for doubt in found]


def _of_policies(scenario: Scenario) -> Iterator[tuple[Location, str]]:
    for place, spec in named(scenario.experiment).items():
        for doubt in policy_doubts(spec):
            yield place, f"policy '{spec}' {doubt}"
