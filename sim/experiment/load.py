"""A scenario that can be played: its form is right, its match is found, its policies are there, each once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.errors import InputError, did_you_mean
from sim.measures.outcomes import BETTER
from sim.measures.twins import TWIN_NAMES
from sim.policy.find import lacking
from sim.world.experiment import STORED, Experiment
from sim.world.night import World, load_world
from sim.world.yaml_source import override, read

Location = tuple[str | int, ...]


def load(file: Path, assignments: Sequence[str] = (), argument: str = "--set") -> World:
    """Reads a scenario; `assignments` are `path.to.field=value`, which came by `argument`.

    Raises InputError with the place of every fault.
    """
    world = load_world(file, assignments, argument)
    told = world.scenario.experiment
    lost = {place: why for place, spec in named(told).items() if (why := lacking(spec))}
    faults = {**_repeated(told), **lost, **dict(_of_metrics(told))}
    if faults:
        document = override(read(file), assignments, argument)
        raise InputError([document.problem(place, why) for place, why in faults.items()])
    return world


def named(told: Experiment) -> dict[Location, str]:
    """The policies that a scenario names, by where."""
    policies: dict[Location, str] = {("experiment", "policies", i): spec for i, spec in enumerate(told.policies)}
    checked = [(i, check.vs) for i, check in enumerate(told.gate) if check.vs and check.vs != STORED]
    others: dict[Location, str] = {("experiment", "gate", i, "vs"): vs for i, vs in checked}
    return {("experiment", "baseline"): told.baseline, **policies, **others}


def _repeated(told: Experiment) -> dict[Location, str]:
    specs = told.policies
    twice = [i for i, spec in enumerate(specs) if spec in specs[:i]]
    return {("experiment", "policies", i): f"policy '{specs[i]}' is named twice: name it once" for i in twice}


def _of_metrics(told: Experiment) -> Iterator[tuple[Location, str]]:
    """Faults in the measures that a scenario names, by where: a check of one that does not exist must never pass."""
    for field in ("margins", "precision"):
        for metric in getattr(told, field):
            if why := unknown_metric(metric):
                yield ("experiment", field, metric), why
    for i, check in enumerate(told.gate):
        if why := unknown_metric(check.metric):
            yield ("experiment", "gate", i, "metric"), why
        if check.vs is None and check.require.endswith("%"):
            yield ("experiment", "gate", i, "require"), "a share of what? name what it is compared with in `vs`"
    if why := unknown_goal(told.goal):
        yield ("experiment", "goal"), why


def unknown_metric(metric: str) -> str | None:
    """Why there is no such measure of a night."""
    if metric in TWIN_NAMES:
        return f"'{metric}' is told of twins; what decides is a measure of nights: see `list metrics`"
    return None if metric in BETTER else f"no metric '{metric}'{did_you_mean(metric, tuple(BETTER), 'list metrics')}"


def unknown_goal(metric: str) -> str | None:
    """Why a policy cannot be chosen by this measure."""
    if not (why := unknown_metric(metric)) and BETTER[metric] is None:
        return f"'{metric}' has no better end: choose by one that has, such as net_value"
    return why
