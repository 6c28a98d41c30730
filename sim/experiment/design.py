"""Points of a space as nights to be played: the same nights at every point, and none of them twice.

A point that changes the scenario has a plan of its own; points that only change policies share one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import pandas as pd

from sim.errors import MatchdayError
from sim.experiment.cautions import cautions
from sim.experiment.load import load
from sim.experiment.request import Request, made_plan
from sim.experiment.runs import FIXED, Done, Errand, Plan, PlayMany
from sim.experiment.vary import Point, Space, space
from sim.measures.outcomes import NAMES
from sim.policy.find import find_all

Cell = tuple[int, int]  # number of the plan, number of the policy in it
Outcomes = Mapping[tuple[Cell, int], Mapping[str, float]]  # metrics by cell and replication


@dataclass(frozen=True)
class Design:
    """Points x policies, and the plans that hold them."""

    space: Space
    points: tuple[Point, ...]
    plans: tuple[Plan, ...]
    cells: tuple[tuple[Cell, ...], ...]  # by point, by policy

    def nights(self, replications: Iterable[int]) -> list[tuple[Cell, int]]:
        """What is played: a replication of all points before the next, so that whatever is finished is balanced."""
        cells = dict.fromkeys(cell for row in self.cells for cell in row)
        return [(cell, r) for r in replications for cell in cells]

    def errand(self, cell: Cell, replication: int) -> Errand:
        """One of them, as it is played."""
        plan, number = cell
        return self.plans[plan], (replication, number)

    def play(self, play: PlayMany, replications: Sequence[int], hear: Callable[[Done], None]) -> Outcomes:
        """Plays them and tells of each; raises as `sim.experiment.runs.playing_many`."""
        wanted = self.nights(replications)
        found = {}
        with closing(play(self.errand(*night) for night in wanted)) as nights:
            for night, done in zip(wanted, nights, strict=True):
                found[night] = done.outcomes
                hear(done)
        return found

    def table(self, outcomes: Outcomes, replications: Sequence[int]) -> pd.DataFrame:
        """One row a point, policy and replication: `point`, what is varied, `policy`, `replication`, every metric."""
        varied = [v.path for v in self.space.varied]
        rows = [
            (k, *(point or self.space.own), policy.name, r, *outcomes[cell, r].values())
            for k, (point, cells) in enumerate(zip(self.points, self.cells, strict=True))
            for policy, cell in zip(self.space.policies, cells, strict=True)
            for r in replications
        ]
        return pd.DataFrame(rows, columns=["point", *varied, "policy", "replication", *NAMES])


def space_of(request: Request, told: Sequence[str]) -> Space:
    """What `--vary` say about policies that are named, or else the scenario's; raises MatchdayError for bad input."""
    world = load(request.scenario, request.assignments)
    specs = request.policies or world.scenario.experiment.policies
    if not specs:
        raise MatchdayError("say which policy plays: -p NAME (`list policies` shows them)")
    return space(request.scenario, request.assignments, world, find_all(specs), told)


def designed(space: Space, points: Sequence[Point], request: Request, replications: int) -> Design:
    """Plans for points; seed and viewers are the request's.  Raises MatchdayError where a point cannot be."""
    worlds = {fields: space.at(fields) for fields in dict.fromkeys(space.fields(point) for point in points)}
    specs: dict[tuple[str, ...], dict[str, int]] = {fields: {} for fields in worlds}
    for point in points:
        of = specs[space.fields(point)]
        for policy in space.policies:
            of.setdefault(space.spec(policy, point), len(of))
    every = list(dict.fromkeys(spec for of in specs.values() for spec in of))
    found = dict(zip(every, find_all(every), strict=True))
    plans = [
        made_plan(world, tuple(found[spec] for spec in specs[fields]), request, FIXED, replications)
        for fields, world in worlds.items()
    ]
    numbers = {fields: number for number, fields in enumerate(worlds)}
    cells = tuple(
        tuple((numbers[f := space.fields(point)], specs[f][space.spec(policy, point)]) for policy in space.policies)
        for point in points
    )
    return Design(space, tuple(points), tuple(plans), cells)


def cautions_of(design: Design, assignments: Sequence[str]) -> list[str]:
    """What has to be borne in mind of the scenario and policies as they are, and of fields that are varied."""
    space = design.space
    fields = [f"{v.name}=" for v in space.varied if v.policy is None]
    plan = replace(design.plans[0], world=space.world, policies=space.policies)
    return cautions(plan, [*assignments, *fields])
