"""A scenario that can be played: its form is right, its match is found, and the policies it names are there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.errors import InputError
from sim.policy.find import lacking
from sim.world.night import World, load_world
from sim.world.scenario import Experiment
from sim.world.yaml_source import override, read

Location = tuple[str | int, ...]


def load(file: Path, assignments: Sequence[str] = ()) -> World:
    """Reads a scenario; `assignments` are `path.to.field=value`.  Raises InputError with the place of every fault."""
    world = load_world(file, assignments)
    unknown = {place: why for place, spec in named(world.scenario.experiment).items() if (why := lacking(spec))}
    if unknown:
        document = override(read(file), assignments)
        raise InputError([document.problem(place, why) for place, why in unknown.items()])
    return world


def named(told: Experiment) -> dict[Location, str]:
    """The policies that a scenario names, by where."""
    policies: dict[Location, str] = {("experiment", "policies", i): spec for i, spec in enumerate(told.policies)}
    return {("experiment", "baseline"): told.baseline, **policies}
