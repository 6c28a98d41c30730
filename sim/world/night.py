"""A night: a match, an audience and a shop, drawn from (scenario, seed, replication), the same for every policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from os.path import isdir, isfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.parameters import Parameters
from sim.records import copied
from sim.world.audience import Crowd, gather, send_again
from sim.world.carried import Carried
from sim.world.catalogue import Catalogue, stock_up
from sim.world.generator import generate_match
from sim.world.kinds import read_as
from sim.world.match import DAY, Match, Team
from sim.world.readers import read_csv, read_openfootball, read_wyscout
from sim.world.scenario import (
    CsvMatch,
    GeneratedMatch,
    MatchForm,
    OpenfootballMatch,
    Scenario,
    TeamForm,
    TimelineMatch,
    WyscoutMatch,
    match_files,
)
from sim.world.stage import Stage, set_stage
from sim.world.timeline import load_timeline
from sim.world.yaml_source import Document, override

REPLICATION_BITS = 17  # a replication's number is below 2^17


@dataclass(frozen=True, eq=False)
class Night:
    """Everything that is given before the first viewer comes."""

    scenario: Scenario
    stage: Stage
    catalogue: Catalogue
    crowd: Crowd  # changes as the night is played: draw a new night for every play
    numbers: NDArray[np.void]  # (1,) the model's numbers as a record of floats
    seed: int
    replication: int
    until: float  # s from kick-off to the broadcast of the next match, or to the end of the days after
    fixture: int = 0  # number of the match in its season
    carried: Carried | None = None  # what the match before it has left

    @property
    def chapter(self) -> int:
        """The replication and the match as one number, which draws of the night are keyed by."""
        return self.replication | self.fixture << REPLICATION_BITS


@dataclass(frozen=True, eq=False)
class World:
    """A scenario with its match found: where nights come from."""

    scenario: Scenario
    fixed: tuple[Match | None, ...]  # by fixture; None: every replication plays another match
    file: Path
    source: str  # the scenario file as it was read
    _stages: dict[int, Stage] = field(default_factory=dict, repr=False)

    def night(self, seed: int, replication: int, viewers: int | None = None, threads: int = 1) -> Night:
        """Draws the first night; `viewers` other than the scenario's makes audience and stock larger or smaller."""
        scenario = self.scenario
        size = viewers or scenario.audience.viewers
        stage = self.stage(seed, replication)
        catalogue = stock_up(scenario.shop, scenario.loyalty, size / scenario.audience.viewers, scenario.assumptions)
        crowd = gather(
            scenario.audience.model_copy(update={"viewers": size}),
            scenario.loyalty,
            scenario.assumptions,
            scenario.shop.size_shares,
            len(catalogue.categories),
            stage.arrivals,
            stage.match.opens,
            seed,
            replication,
            threads,
        )
        until = self._until(stage, seed, replication, 0)
        return Night(scenario, stage, catalogue, crowd, _record(scenario.assumptions), seed, replication, until)

    def next_night(self, before: Night, carried: Carried) -> Night:
        """The night of the next match of a season, with the people and shelves that were `carried` over to it."""
        seed, replication, fixture = before.seed, before.replication, carried.fixture
        stage = self.stage(seed, replication, fixture)
        chapter = replication | fixture << REPLICATION_BITS
        people = copied(carried.known), copied(carried.viewers)  # others may go on from these, too
        crowd = send_again(*people, before.crowd.tastes, stage.arrivals, stage.match.opens, seed, chapter)
        until = self._until(stage, seed, replication, fixture)
        return replace(before, stage=stage, crowd=crowd, until=until, fixture=fixture, carried=carried)

    def _until(self, stage: Stage, seed: int, replication: int, fixture: int) -> float:
        days = self.scenario.days
        if fixture + 1 == len(days):
            return float(stage.match.closes + self.scenario.days_after * DAY)
        opens = self.match(seed, replication, fixture + 1).opens
        return float((days[fixture + 1] - days[fixture]) * DAY + opens)

    def stage(self, seed: int, replication: int, fixture: int = 0) -> Stage:
        """A match of one replication as it is felt; a real match is made once."""
        match = self.fixed[fixture]
        if match is None:
            return self._set(self.match(seed, replication, fixture))
        if fixture not in self._stages:
            self._stages[fixture] = self._set(match)
        return self._stages[fixture]

    def _set(self, match: Match) -> Stage:
        return set_stage(match, self.scenario.audience.arrivals, self.scenario.assumptions)

    def match(self, seed: int, replication: int, fixture: int = 0) -> Match:
        """A match of one replication."""
        if (fixed := self.fixed[fixture]) is not None:
            return fixed
        form = self.scenario.matches[fixture]
        assert isinstance(form, GeneratedMatch)
        return generate_match(
            _team(form.home),
            _team(form.away),
            knockout=form.knockout,
            seed=seed,
            replication=replication | fixture << REPLICATION_BITS,
            parameters=self.scenario.assumptions,
        )


def load_world(file: Path, assignments: Sequence[str] = (), argument: str = "--set") -> World:
    """Reads a scenario and its match.

    `assignments` are `path.to.field=value`, which came by `argument`.  Raises InputError with the place of every fault.
    """
    document = read_as(file, "scenario")
    changed = override(document, assignments, argument) if assignments else document
    scenario = changed.validate(Scenario)
    _check_files(scenario, file, changed)
    return World(scenario, _find_matches(scenario, file), file, file.read_text(encoding="utf-8"))


def changed_to(world: World, scenario: Scenario) -> World:
    """The world of the same file with another scenario; its matches are read again, as numbers of the model ask.

    Raises InputError where a match cannot be read so.
    """
    return World(scenario, _find_matches(scenario, world.file), world.file, world.source)


def _find_matches(scenario: Scenario, file: Path) -> tuple[Match | None, ...]:
    return tuple(_find_match(form, scenario.assumptions, file.parent) for form in scenario.matches)


def _check_files(scenario: Scenario, file: Path, document: Document) -> None:
    problems = [
        document.problem((*at, name), f"{path} is a folder" if isdir(path) else f"there is no file {path}")
        for at, form in places_of_matches(scenario).items()
        for name, path in match_files(form, file.parent).items()
        if not isfile(path)  # also false for a name that no file can have
    ]
    if problems:
        raise InputError(problems)


def places_of_matches(scenario: Scenario) -> dict[tuple[str | int, ...], MatchForm]:
    """Where in a scenario its matches stand."""
    if scenario.match is not None:
        return {("match",): scenario.match}
    return {("fixtures", i, "match"): fixture.match for i, fixture in enumerate(scenario.fixtures)}


def _find_match(form: MatchForm, assumed: Parameters, folder: Path) -> Match | None:
    files = match_files(form, folder)
    if isinstance(form, TimelineMatch):
        return load_timeline(files["file"], assumed)
    if isinstance(form, OpenfootballMatch):
        return read_openfootball(files["file"], form.home, form.away, date=form.date, parameters=assumed)
    if isinstance(form, WyscoutMatch):
        return read_wyscout(files["events"], files["matches"], form.match_id, parameters=assumed)
    if isinstance(form, CsvMatch):
        sides = _team(form.home), _team(form.away)
        return read_csv(files["file"], *sides, form.score, knockout=form.knockout, parameters=assumed)
    return None


def _team(form: TeamForm) -> Team:
    return Team(form.name, form.expected_goals)


def _record(parameters: Parameters) -> NDArray[np.void]:
    """The parameters as a record of floats, the form that compiled code takes."""
    values = parameters.model_dump()
    record = np.zeros(1, [(name, "f8") for name in values])
    for name, value in values.items():
        record[name] = value
    return record
