"""Files checked without playing them, and without running the policies they name: scenarios, timelines, rule files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from os.path import realpath
from pathlib import Path

from sim.errors import InputError, MatchdayError, Problem
from sim.experiment.load import Location, load, named
from sim.policy.find import doubts as policy_doubts
from sim.policy.rules.never import never
from sim.policy.rules.read import read_rules
from sim.policy.rules.stops import stops
from sim.policy.spec import parted
from sim.world.doubts import doubts
from sim.world.kinds import read_known
from sim.world.night import World
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


def problems_in(files: Iterable[Path], against: Path | None = None) -> Iterator[Problem]:
    """Every fault and doubt of every file, once: a timeline is also read for the scenarios that play it.

    Rule files are held `against` a scenario, too, if one is given.  Raises InputError where that is not valid.
    """
    told: set[Problem] = set()
    world = load(against) if against else None
    for file in files:
        for problem in _problems(file, world):
            same = replace(problem, file=Path(realpath(problem.file)))
            if same not in told:
                told.add(same)
                yield problem if problem.file == file else _read_for(file, problem)


def _read_for(scenario: Path, problem: Problem) -> Problem:
    """A fault in a file that a scenario names, which may be the wrong file."""
    return replace(problem, message=f"{problem.message} (read for {scenario})")


def _problems(file: Path, against: World | None) -> Sequence[Problem]:
    try:
        document, kind = read_known(file)
        if kind == "policy":
            read_rules(file)
            return rule_problems(file, against) if against else []
        if kind == "timeline":
            load_timeline(file)
            return []
        world = load(file)
    except InputError as error:
        return error.problems
    except MatchdayError as error:
        return [Problem(file, 0, 0, "", str(error))]
    found = [*doubts(world.scenario), *_of_policies(world.scenario)]
    warnings = [replace(document.problem(*doubt), severity="warning") for doubt in found]
    policies = dict.fromkeys(named(world.scenario.experiment).values())
    return [*warnings, *(problem for spec in policies for problem in rule_problems_of(spec, world))]


def _of_policies(scenario: Scenario) -> Iterator[tuple[Location, str]]:
    for place, spec in named(scenario.experiment).items():
        for doubt in policy_doubts(spec):
            yield place, f"policy '{spec}' {doubt}"


def rule_problems(file: Path, world: World, assignments: Sequence[str] = ()) -> list[Problem]:
    """What in a rule file a run of a scenario would stop at and, as warnings, which of its rules can never fire there.

    `assignments` are made in it first.  Raises InputError where the file itself is wrong.
    """
    document, rules = read_rules(file, assignments)
    doubted = [replace(document.problem(*fault), severity="warning") for fault in never(rules, world)]
    return [*(document.problem(*fault) for fault in stops(rules, world)), *doubted]


def rule_problems_of(spec: str, world: World) -> list[Problem]:
    """The same for a policy that is named by a rule file's path; samples are meant for any scenario."""
    asked = parted(spec)
    return rule_problems(Path(asked.path), world, asked.assignments) if asked.is_rules else []
