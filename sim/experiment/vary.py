"""What is varied: parameters of policies and fields of the scenario, each over some values or a range.

shop.board_lag=15,60,240          these values
peak_flash.discount=0.05..0.4/8   eight of them, evenly spaced
peak_flash.discount=0.05..0.4     all between, for samples and for tuning
peak_flash.lasts=log:60..3600/4   the same on a logarithmic scale
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import qmc

from sim.errors import MatchdayError, did_you_mean
from sim.experiment.load import load
from sim.experiment.range import Range
from sim.policy.find import FoundPolicy, find
from sim.policy.parameters import Value, parameters_of, written
from sim.policy.spec import parted
from sim.world.night import World
from sim.world.scenario import Scenario
from sim.world.yaml_source import scalar

Point = tuple[Value, ...]  # a value of each that is varied, in their order
UNVARIED: Point = ()

_NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"(?P<log>log:)?(?P<low>{_NUMBER})\.\.(?P<high>{_NUMBER})(?:/(?P<steps>\d+))?")
FORMS = "a list (15,60,240), so many evenly spaced (0.05..0.4/8, log:60..3600/4) or a range (0.05..0.4)"
MOST_STEPS = 1000
MOST_POINTS = 10_000
AS_IT_IS = ("name", "about", "experiment")  # parts of a scenario on which no night depends, but for a viewer's worth


@dataclass(frozen=True)
class Varied:
    """One thing that is varied."""

    path: str  # as it was given
    policy: str | None  # spec of the policy whose parameter it is, as it was given; None: a field of the scenario
    name: str  # of the parameter, or the field's path
    over: tuple[Value, ...] | Range
    own: Value  # what it is unless varied; None where that is nothing, or not told

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values that show whether any fits."""
        return (self.at(0.0), self.at(1.0)) if isinstance(self.over, Range) else self.over

    def at(self, u: float) -> Value:
        """The value at a share of the way, 0 <= `u` < 1 unless it is a range."""
        if isinstance(self.over, Range):
            return self.over.rounded(float(self.over.at(np.array(u))))
        return self.over[int(u * len(self.over))]

    def place(self, value: Value) -> float | None:
        """How far a number is from the first to the last value, as a share; None of what is no number."""
        ends = (self.ends[0], self.ends[-1], value)
        if not all(isinstance(x, int | float) and not isinstance(x, bool) for x in ends):
            return None
        low, high, x = (float(end) for end in ends if end is not None)
        if isinstance(self.over, Range) and self.over.log and x > 0.0:
            low, high, x = math.log(low), math.log(high), math.log(x)
        return (x - low) / (high - low) if high != low else 0.0


@dataclass(frozen=True)
class Space:
    """What is varied, and around what."""

    file: Path
    assignments: tuple[str, ...]  # --set
    world: World  # as it is when nothing is varied
    policies: tuple[FoundPolicy, ...]  # the same
    varied: tuple[Varied, ...]

    def fields(self, point: Point) -> tuple[str, ...]:
        """What a point changes in the scenario, as assignments."""
        return tuple(f"{v.name}={text}" for v, text in self._changed(point) if v.policy is None)

    def spec(self, policy: FoundPolicy, point: Point) -> str:
        """What names a policy with its values at a point."""
        values = {v.name: text for v, text in self._changed(point) if v.policy == policy.spec}
        return parted(policy.spec).given_also(values) if values else policy.spec

    def _changed(self, point: Point) -> list[tuple[Varied, str]]:
        """What is not as it is now: the rest is left alone, so that its nights are those of now."""
        given = [(v, written(value)) for v, value in zip(self.varied, point, strict=bool(point))]
        return [(v, text) for v, text in given if v.own is None or text != written(v.own)]

    def at(self, fields: Sequence[str]) -> World:
        """The scenario with fields changed; raises InputError."""
        return load(self.file, (*self.assignments, *fields), "--vary") if fields else self.world

    def touching(self, policy: FoundPolicy) -> list[int]:
        """Which of what is varied makes a policy's nights others."""
        return [i for i, v in enumerate(self.varied) if v.policy in (None, policy.spec)]

    @property
    def own(self) -> Point:
        """Where nothing is varied; None in it where that is not told."""
        return tuple(v.own for v in self.varied)


def space(
    file: Path, assignments: Sequence[str], world: World, policies: Sequence[FoundPolicy], told: Sequence[str]
) -> Space:
    """What `--vary PATH=SPEC` say together; raises MatchdayError where one is not understood, or no value fits."""
    if not told:
        raise MatchdayError(f"say what is varied: --vary PATH=SPEC, where SPEC is {FORMS}")
    varied = tuple(_varied(text, world, policies) for text in told)
    places = [(v.policy, v.name) for v in varied]
    for v, place in zip(varied, places, strict=True):
        if places.count(place) > 1:
            raise MatchdayError(f"--vary {v.path}: it is varied twice: say once over what")
        if v.policy is None and v.name in {a.partition("=")[0].strip() for a in assignments}:
            raise MatchdayError(f"--vary {v.path}: --set says what it is: do one of the two")
    found = Space(file, tuple(assignments), world, tuple(policies), varied)
    for v in varied:
        _check(v, found)
    return found


def _check(varied: Varied, space: Space) -> None:
    """Raises MatchdayError where a value cannot be: what is varied does not exist, or is of another kind."""
    for value in varied.ends:
        if varied.policy is None:
            space.at([f"{varied.name}={written(value)}"])
            continue
        try:
            find(parted(varied.policy).given_also({varied.name: written(value)}))
        except MatchdayError as error:
            raise MatchdayError(f"--vary {varied.path}: {error}") from error


def _varied(text: str, world: World, policies: Sequence[FoundPolicy]) -> Varied:
    path, equals, said = (part.strip() for part in text.partition("="))
    if not equals or not said:
        raise MatchdayError(f"--vary {text}: expected PATH=SPEC, where SPEC is {FORMS}")
    policy, name = _owner(path, policies)
    own = _at(world.scenario.model_dump(mode="json"), name) if policy is None else _own(policy, name)
    if policy is None and name.split(".", maxsplit=1)[0] in AS_IT_IS and name != "experiment.viewer_worth":
        raise MatchdayError(f"--vary {path}: no night depends on it: --set changes it")
    return Varied(path, policy.spec if policy else None, name, _over(path, said, own), own)


def _owner(path: str, policies: Sequence[FoundPolicy]) -> tuple[FoundPolicy | None, str]:
    """Whose parameter a path names, None of the scenario's, and what is left of it."""
    asked = [(policy, parted(policy.spec)) for policy in policies]
    heads = [(policy, head) for policy, spec in asked for head in dict.fromkeys((spec.asked, spec.stem))]
    owners: list[tuple[FoundPolicy | None, str]] = [*heads, *((None, part) for part in Scenario.model_fields)]
    matching = [(owner, head) for owner, head in owners if path.startswith(f"{head}.") or (not owner and path == head)]
    longest = max((len(head) for _, head in matching), default=0)
    found = [(owner, path[longest + 1 :] if owner else path) for owner, head in matching if len(head) == longest]
    if not found:
        known = sorted({head for _, head in owners})
        head = path.split(".", maxsplit=1)[0]
        raise MatchdayError(
            f"--vary {path}: '{head}' is neither a policy that -p names nor a part of the scenario"
            f"{did_you_mean(head, known)}"
        )
    if len(found) > 1:
        several = " and ".join(f"policy '{policy.spec}'" if policy else "the scenario" for policy, _ in found)
        raise MatchdayError(f"--vary {path}: it may be of {several}: name the policy as -p does, or leave one out")
    return found[0]


def _own(policy: FoundPolicy, name: str) -> Value:
    """A parameter as it is unless varied."""
    asked = parted(policy.spec)
    if asked.is_rules:
        from sim.policy.rules.read import read_rules  # rule files need more than policies in Python do

        return _at(read_rules(policy.file, asked.assignments)[1].model_dump(mode="json"), name)
    if name in policy.parameters:
        return policy.parameters[name]
    return _plain(parameters_of(type(policy.make())).get(name))


def _at(holder: Any, path: str) -> Value:
    for key in path.split("."):
        if isinstance(holder, Mapping):
            holder = holder.get(key)
        elif isinstance(holder, list):
            holder = holder[int(key)] if key.isdigit() and int(key) < len(holder) else None
        else:
            return None
    return _plain(holder)


def _plain(value: Any) -> Value:
    return value if isinstance(value, bool | int | float | str) else None


def _over(path: str, said: str, own: Value) -> tuple[Value, ...] | Range:
    found = _RANGE.fullmatch(said)
    if found:
        return _ranged(f"--vary {path}={said}", found, own)
    if ".." in said or said.startswith("log:"):
        raise MatchdayError(f"--vary {path}={said}: expected {FORMS}")
    values = tuple(scalar(text.strip(), Path(f"--vary {path}={said}"), ()) for text in said.split(","))
    if None in values:
        raise MatchdayError(f"--vary {path}={said}: a value is missing beside a comma")
    if twice := [value for value in values if values.count(value) > 1]:
        raise MatchdayError(f"--vary {path}={said}: {written(twice[0])} is there twice")
    return values


def _ranged(what: str, found: re.Match[str], own: Value) -> tuple[Value, ...] | Range:
    """Whole numbers where both ends are written as such and what is varied is one, too."""
    whole = isinstance(own, int) and not isinstance(own, bool) and not re.search(r"[.eE]", found["low"] + found["high"])
    over = Range(float(found["low"]), float(found["high"]), found["log"] is not None, whole)
    if not over.low < over.high < math.inf:
        raise MatchdayError(f"{what}: a range goes from the smaller number to the larger one")
    if over.log and over.low <= 0.0:
        raise MatchdayError(f"{what}: a logarithmic range begins above 0")
    if found["steps"] is None:
        return over
    steps = int(found["steps"])
    if not 2 <= steps <= MOST_STEPS:
        raise MatchdayError(f"{what}: from 2 to {MOST_STEPS} values, not {steps}")
    space = np.geomspace if over.log else np.linspace
    values = [float(f"{x:.4g}") for x in space(over.low, over.high, steps)]
    return tuple(dict.fromkeys(round(x) if whole else x for x in values))


# --- points -----------------------------------------------------------------------------------------------------------


def grid(varied: Sequence[Varied]) -> list[Point]:
    """Every value with every other, the last changing first; raises MatchdayError for a range without a number."""
    for v in varied:
        if isinstance(v.over, Range):
            ends = f"{'log:' * v.over.log}{written(v.over.low)}..{written(v.over.high)}"
            raise MatchdayError(f"--vary {v.path}: at how many values? {ends}/8, or --samples 40 of all that is varied")
    many = math.prod(len(v.over) for v in varied if not isinstance(v.over, Range))
    if many > MOST_POINTS:
        raise MatchdayError(f"{many:,} points are more than {MOST_POINTS:,}: name fewer values, or say --samples 200")
    return list(itertools.product(*(v.over for v in varied if not isinstance(v.over, Range))))


def samples(varied: Sequence[Varied], number: int, seed: int) -> list[Point]:
    """A Latin hypercube: every value's range is cut into `number` parts, and each part is met once."""
    u = qmc.LatinHypercube(len(varied), rng=np.random.default_rng(seed)).random(number)
    return [tuple(v.at(share) for v, share in zip(varied, row, strict=True)) for row in u.tolist()]


def nearest(varied: Sequence[Varied], points: Sequence[Point], to: Point) -> int:
    """The point that is nearest, every range taken as one long; the first of several, or where nothing is told."""
    return int(np.argmin([distance(varied, point, to) for point in points]))


def distance(varied: Sequence[Varied], a: Point, b: Point) -> float:
    """How far apart two points are, every range taken as one long; other values are one apart."""
    square = 0.0
    for v, x, y in zip(varied, a, b, strict=True):
        places = v.place(x), v.place(y)
        apart = float(x != y) if places[0] is None or places[1] is None else places[0] - places[1]
        square += apart**2
    return math.sqrt(square)


def neighbours(varied: Sequence[Varied], points: Sequence[Point], of: int, gridded: bool) -> list[int]:
    """Points beside one: a step away along one thing that is varied, or as many of the nearest samples."""
    others = [k for k in range(len(points)) if k != of]
    if not gridded:
        return sorted(sorted(others, key=lambda k: distance(varied, points[k], points[of]))[: 2 * len(varied)])
    return [k for k in others if _step(varied, points[k], points[of])]


def _step(varied: Sequence[Varied], a: Point, b: Point) -> bool:
    apart = [(v, x, y) for v, x, y in zip(varied, a, b, strict=True) if x != y]
    if len(apart) != 1:
        return False
    v, x, y = apart[0]
    assert not isinstance(v.over, Range)
    ends, places = (v.place(x), v.place(y)), [v.place(value) for value in v.over]
    if None in ends:
        return True
    low, high = sorted(place for place in ends if place is not None)
    return not any(low < place < high for place in places if place is not None)
