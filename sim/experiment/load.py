"""A scenario that can be played: its form is right, its match is found, its policies are there, each once."""

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
    told = world.scenario.experiment
    faults = _repeated(told) | {place: why for place, spec in named(told).items() if (why := lacking(spec))}
    if faults:
        document = override(read(file), assignments)
        raise InputError([document.problem(place, why) for place, why in faults.items()])
    return world


def named(told: Experiment) -> dict[Location, str]:
    """The policies that a scenario names, by where."""
    policies: dict[Location, str] = {("experiment", "policies", i): spec for i, spec in enumerate(told.policies)}
    return {("experiment", "baseline"): told.baseline, **policies}


def _repeated(told: Experiment) -> dict[Location, str]:
    specs = told.policies
    twice = [i for i, spec in enumerate(specs) if spec in specs[:i]]
    return {("experiment", "policies", i): f"policy '{specs[i]}' is named twice: name it once" for i in twice}
