"""Files checked without playing them: scenarios and timelines, told apart by their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sim.errors import InputError, MatchdayError, Problem
from sim.world.night import load_world
from sim.world.timeline import load_timeline
from sim.world.yaml_source import read

SCENARIO_KEYS = {"match", "audience", "shop", "assumptions", "experiment", "timing", "surfaces"}
TIMELINE_KEYS = {"periods", "events", "score", "home", "away", "sport", "precision", "knockout"}


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files themselves, and every `*.yaml` below the folders among `paths`.

    Raises MatchdayError where a folder has none: nothing checked is not a pass.
    """
    files = []
    for path in paths:
        found = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        if not found:
            raise MatchdayError(f"{path}: no *.yaml file in this folder")
        files += found
    return files


def problems_in(files: Iterable[Path]) -> Iterator[Problem]:
    """Every fault of every file, once: a timeline is also read for the scenarios that play it."""
    told: set[Problem] = set()
    for file in files:
        new = [problem for problem in _faults(file) if problem not in told]
        told.update(new)
        yield from new


def _faults(file: Path) -> Sequence[Problem]:
    try:
        _check(file)
    except InputError as error:
        return error.problems
    except MatchdayError as error:
        return [Problem(file, 0, 0, "", str(error))]
    return []


def _check(file: Path) -> None:
    document = read(file)
    keys = set(document.data) if isinstance(document.data, dict) else set()
    as_scenario, as_timeline = len(keys & SCENARIO_KEYS), len(keys & TIMELINE_KEYS)
    if as_scenario == as_timeline:
        words = "neither a scenario (match, audience, shop) nor a timeline (periods, events, score)"
        raise InputError([document.problem((), words)])
    if as_scenario > as_timeline:
        load_world(file)
    else:
        load_timeline(file)
