"""Plausible worlds: a scenario with its assumptions anywhere in their ranges.

A point of the unit cube is a world: each coordinate says how far an assumption is from the low to the high end of its
range.  Ranges above 0 that span more than a factor of ten are cut into equal ratios, others into equal steps; whole
numbers stay whole.  Shares that add up to 1 are drawn like the others, and then taken in proportion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import brentq

from sim.assumptions import Assumption, assumptions
from sim.errors import MatchdayError, did_you_mean
from sim.experiment.range import Array, Range
from sim.world.scenario import Scenario

DECADE = 10.0  # a range wider than this factor is cut into equal ratios
SHARES = ("audience.sides.*", "audience.segments.*.share", "shop.size_shares.*")  # each adds up to 1
GIVEN = ("red_lines.*",)  # what the platform decides, and not what might be otherwise
LEAST = 1e-6  # share that stands for none while shares are taken in proportion, so that all can grow


@dataclass(frozen=True)
class Uncertain:
    """An assumption, and where it may lie."""

    assumption: Assumption

    @property
    def path(self) -> str:
        """Where it stands in the scenario."""
        return self.assumption.path

    @cached_property
    def over(self) -> Range:
        """Its range: equal ratios where that spans more than a DECADE, whole numbers where only these will do."""
        low, high, whole = self.assumption.low, self.assumption.high, isinstance(self.assumption.value, int)
        return Range(low, high, log=not whole and low > 0.0 and high / low > DECADE, whole=whole)


@dataclass(frozen=True)
class Space:
    """A scenario, and which of its assumptions are varied."""

    scenario: Scenario
    ranges: tuple[Uncertain, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Of the assumptions that are varied, in order."""
        return tuple(r.path for r in self.ranges)

    def only(self, paths: Sequence[str]) -> Space:
        """The same with fewer assumptions, in the order of `paths`; the others have the scenario's values."""
        by_path = {r.path: r for r in self.ranges}
        return replace(self, ranges=tuple(by_path[path] for path in paths))

    def values(self, points: Array) -> list[dict[str, float]]:
        """What each world, a row of `points` (worlds, assumptions) in the unit cube, changes in the scenario."""
        drawn = np.empty_like(points)
        for i, varied in enumerate(self.ranges):
            drawn[:, i] = varied.over.at(points[:, i])
        worlds = [dict(zip(self.paths, row, strict=True)) for row in drawn.tolist()]
        return [world | self._shares(world) for world in worlds]

    def _shares(self, drawn: Mapping[str, float]) -> dict[str, float]:
        """All shares that add up to 1 with one that was drawn."""
        return {
            path: share
            for group in self._groups
            if any(a.path in drawn for a in group)
            for path, share in _in_proportion(group, drawn).items()
        }

    @cached_property
    def _groups(self) -> list[list[Assumption]]:
        told = assumptions(self.scenario)
        return [[a for a in told if fnmatchcase(a.path, pattern)] for pattern in SHARES]

    def changed(self, values: Mapping[str, float]) -> Scenario:
        """The scenario of a world; raises pydantic's ValidationError where its form refuses the values."""
        data = self.scenario.model_dump()
        whole = {r.path for r in self.ranges if r.over.whole}
        for path, value in values.items():
            _put(data, path, int(value) if path in whole else value)
        return Scenario.model_validate(data)


def space_of(scenario: Scenario, patterns: Sequence[str] = ()) -> Space:
    """What can be varied in a scenario: all with a range but the red lines; only what fits a pattern if there are any.

    A share that is alone is 1.  Raises MatchdayError for a pattern that nothing fits.
    """
    same = Scenario.model_validate(scenario.model_dump())  # defaults, too, have the types of their fields now
    told = [a for a in assumptions(same) if a.low < a.high and not _fits(a.path, GIVEN)]
    alone = {group[0] for s in SHARES if len(group := [a.path for a in told if fnmatchcase(a.path, s)]) == 1}
    varied = [Uncertain(a) for a in told if a.path not in alone]
    for pattern in patterns:
        if not any(_fits(r.path, (pattern,)) for r in varied):
            near = did_you_mean(pattern, [r.path for r in varied]) if "*" not in pattern else ""
            near = near if "did you mean" in near else " — `list assumptions --scenario FILE` shows them"
            raise MatchdayError(f"--vary {pattern}: no assumption that can be varied is called so{near}")
    return Space(same, tuple(r for r in varied if not patterns or _fits(r.path, patterns)))


def _fits(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _in_proportion(group: Sequence[Assumption], drawn: Mapping[str, float]) -> dict[str, float]:
    """Shares in proportion to what was drawn (or is the scenario's), as far as each one's range lets them, adding up
    to 1.
    """
    weights = np.maximum([drawn.get(a.path, a.value) for a in group], LEAST)
    low, high = np.array([a.low for a in group]), np.array([a.high for a in group])
    times = brentq(lambda t: float(np.clip(t * weights, low, high).sum()) - 1.0, 0.0, 1.0 / LEAST, xtol=1e-15)
    shares = np.clip(times * weights, low, high)
    return dict(zip((a.path for a in group), map(float, shares / shares.sum()), strict=True))


def _put(data: dict[str, Any], path: str, value: float) -> None:
    """Sets what stands at a path; keys may hold dots themselves."""
    key, inner = next(_ways(data, path))
    if inner:
        _put(data[key], inner, value)
    else:
        data[key] = value


def _ways(data: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for key, part in data.items():
        if path == key:
            yield key, ""
        elif path.startswith(f"{key}.") and isinstance(part, dict):
            yield key, path[len(key) + 1 :]
