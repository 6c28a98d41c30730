"""Tuning: settings of a policy that are good by some measures and keep to the red lines, checked on other nights.

What is best among many on the same nights is partly luck.  So the best are played again on nights that were not used to
find them, against the policy as it is, and the difference between both estimates is told: the optimism.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from sim.errors import MatchdayError
from sim.experiment.comparison import LEVEL, by_policy
from sim.experiment.design import Design, designed, space_of
from sim.experiment.executors import Executor, here
from sim.experiment.folder import SCHEMA_VERSION, Command, drafted, write_json
from sim.experiment.gate import Bound, Evidence, Gate
from sim.experiment.limits import CHECKED_ON, TRIALS, TUNED_ON
from sim.experiment.load import unknown_goal, unknown_metric
from sim.experiment.request import Request
from sim.experiment.runs import PlayMany, playing_many, write
from sim.experiment.search import Response, Trial, best, search
from sim.experiment.session import SILENCE, Keeping, Tell
from sim.experiment.show import NOTHING, Show
from sim.experiment.store import Store
from sim.experiment.sweep import apart, close, identity, varied
from sim.experiment.vary import UNVARIED, Point, Space
from sim.experiment.verdicts import Difference, holm, margin
from sim.measures.outcomes import BETTER, NAMES
from sim.policy.find import find_all
from sim.stop import check
from sim.world.experiment import STORED, Check

FEW = 5  # points of a front that are checked
TRIED, AS_IT_IS = "tried", "as it is"  # the policy with a setting, and as it was named
COLUMNS = ["policy", "replication", *NAMES]
NOBODY = pd.DataFrame({name: [] for name in COLUMNS})
LEAST = 1e-12
_REQUIRED = re.compile(r"(?P<metric>\w+)(?: vs (?P<vs>.+?))? ?(?P<require>[<>].*)")


@dataclass(frozen=True)
class Aim:
    """What is sought, and how hard."""

    objectives: tuple[str, ...]  # metrics
    checks: tuple[Check, ...]  # what must hold of the means, each of a measure or of its difference
    trials: int
    nights: int  # of each trial
    check_nights: int

    def __post_init__(self) -> None:
        """Raises MatchdayError for numbers that cannot be."""
        TRIALS.held("--trials", self.trials)
        TUNED_ON.held("-n", self.nights)
        CHECKED_ON.held("--check-nights", self.check_nights)

    @property
    def better(self) -> list[str]:
        """Which way each objective is better."""
        return [str(BETTER[metric]) for metric in self.objectives]

    @property
    def tuning(self) -> range:
        """Replications that settings are found on."""
        return range(self.nights)

    @property
    def checking(self) -> range:
        """Replications that they are checked on."""
        return range(self.nights, self.nights + self.check_nights)


@dataclass(frozen=True)
class Tuning:
    """A tuning that can be played."""

    space: Space
    aim: Aim
    request: Request

    @property
    def design(self) -> Design:
        """The policy as it is, on the nights of the tuning."""
        return designed(self.space, [UNVARIED], self.request, self.aim.nights)


def prepared(
    request: Request,
    vary: Sequence[str],
    *,
    goals: Sequence[str] = (),
    require: Sequence[str] = (),
    trials: int = 40,
    nights: int = 10,
    check_nights: int = 50,
) -> Tuning:
    """What is asked for; the goal is the scenario's unless told.  Raises MatchdayError before anything is played."""
    space = tunable(space_of(request, vary))
    sought = objectives(goals or [space.world.scenario.experiment.goal])
    return Tuning(space, Aim(sought, checks_of(space, require), trials, nights, check_nights), request)


def objectives(told: Sequence[str]) -> tuple[str, ...]:
    """What `--objective` asks for; raises MatchdayError."""
    for metric in told:
        if why := unknown_goal(metric):
            raise MatchdayError(f"--objective {metric}: {why}")
    return tuple(dict.fromkeys(told))


def required(text: str) -> Check:
    """What `--require "annoyed_share <= 0.05"` asks for; raises MatchdayError."""
    found = _REQUIRED.fullmatch(text.strip())
    if not found:
        wanted = "METRIC <= SIZE or METRIC vs POLICY <= 5%, such as 'annoyed_share <= 0.05'"
        raise MatchdayError(f"--require {text}: expected {wanted}")
    if why := unknown_metric(found["metric"]):
        raise MatchdayError(f"--require {text}: {why}")
    if found["vs"] is None and found["require"].endswith("%"):
        raise MatchdayError(f"--require {text}: a share of what? say METRIC vs POLICY {found['require']}")
    try:
        return Check(metric=found["metric"], vs=found["vs"], require=found["require"])
    except ValidationError as error:
        raise MatchdayError(
            f"--require {text}: expected <=, <, >= or > and a number, got '{found['require']}'"
        ) from error


def checks_of(space: Space, told: Sequence[str]) -> tuple[Check, ...]:
    """Requirements that are named, the scenario's checks that need no stored baseline, and the red lines.

    No setting may cross red lines more often than the policy does as it is.
    """
    scenario = space.world.scenario
    own = [c for c in scenario.experiment.gate if c.vs != STORED and c.severity == "error"]
    lines = (
        [] if scenario.red_lines.mode == "off" else [Check(metric="red_line_violations", vs=AS_IT_IS, require="<= 0")]
    )
    return tuple(dict.fromkeys([*map(required, told), *own, *lines]))


def tunable(space: Space) -> Space:
    """The same; raises MatchdayError unless it is of one policy that a platform could have, and all touches it."""
    if len(space.policies) != 1:
        raise MatchdayError("one policy is tuned at a time: say which with one -p")
    if space.policies[0].bracket:
        name = space.policies[0].name
        raise MatchdayError(
            f"policy '{name}' sees what no platform sees: it may be swept, but there is nothing to tune"
        )
    return space


@dataclass(frozen=True, eq=False)
class Tuned:
    """A tuning that is done."""

    folder: Path
    result: dict[str, Any]  # as its JSON says it
    nights: pd.DataFrame  # one row a point and night; `point` is -1 of the policy as it is


class _Player:
    """Plays points of a space, each on the same nights, and remembers what they gave."""

    def __init__(self, space: Space, aim: Aim, request: Request, play: PlayMany, tell: Tell) -> None:
        self.space, self.aim, self.request, self.play, self.tell = space, aim, request, play, tell
        self.hear = Keeping(tell)
        others = dict.fromkeys(c.vs for c in aim.checks if c.vs not in (None, AS_IT_IS))
        fields = tuple(v for v in space.varied if v.policy is None)
        self.others = replace(space, policies=find_all(others), varied=fields)  # that requirements compare with
        self.beside: dict[tuple[Point, range], pd.DataFrame] = {}  # their nights, each in the scenario of a point
        self.nights: dict[tuple[Point, range], pd.DataFrame] = {}

    def respond(self, points: Sequence[Point]) -> list[Response]:
        """What points give on the nights of the tuning."""
        self.need(points, self.aim.tuning)
        return [self.response(point, self.aim.tuning) for point in points]

    def need(self, points: Sequence[Point], nights: range) -> None:
        """Plays what has not been, the policy as it is before all others."""
        every = list(dict.fromkeys([UNVARIED, *points]))
        if self.others.policies:
            self._play(self.others, dict.fromkeys(map(self._scenario, every)), nights, self.beside)
        self._play(self.space, every, nights, self.nights)

    def _scenario(self, point: Point) -> Point:
        """What of a point is the scenario's."""
        return tuple(x for v, x in zip(self.space.varied, point, strict=bool(point)) if v.policy is None)

    def _play(
        self, space: Space, points: Iterable[Point], nights: range, known: dict[tuple[Point, range], pd.DataFrame]
    ) -> None:
        """Adds the nights of points that are not known yet."""
        new = [point for point in points if (point, nights) not in known]
        tables = self._played(space, new, nights) if new else []
        known |= {(point, nights): rows for point, rows in zip(new, tables, strict=True)}

    def _played(self, space: Space, points: Sequence[Point], nights: range) -> list[pd.DataFrame]:
        """A table of nights a point."""
        design = designed(space, points, self.request, len(nights))
        self.tell.expect(len(design.nights(nights)))
        table = design.table(design.play(self.play, nights, self.hear), nights)
        return [table.loc[table["point"] == k, COLUMNS].reset_index(drop=True) for k in range(len(points))]

    def response(self, point: Point, nights: range) -> Response:
        """Means of the objectives, and how far each requirement is missed."""
        means = [float(self.nights[point, nights][metric].mean()) for metric in self.aim.objectives]
        return Response(None if any(map(math.isnan, means)) else tuple(means), self.beyond(point, nights))

    def beyond(self, point: Point, nights: range) -> tuple[float, ...]:
        """By requirement: how far its mean is on the wrong side."""
        tried, own = (self.nights[p, nights].assign(policy=name) for p, name in ((point, TRIED), (UNVARIED, AS_IT_IS)))
        names = {policy.spec: policy.name for policy in self.others.policies}
        gate = Gate(self.aim.checks, (TRIED,), {**names, AS_IT_IS: AS_IT_IS})
        beside = self.beside.get((self._scenario(point), nights), NOBODY)
        metrics, values = by_policy(pd.concat([tried, own, beside], ignore_index=True))
        return tuple(map(_missed, gate.evidence(lambda m: {name: x[metrics.index(m)] for name, x in values.items()})))

    def lead(self, point: Point, nights: range, metric: str) -> Difference:
        """How much a point is above the policy as it is, night by night."""
        x, own = (self.nights[p, nights][metric].to_numpy(float) for p in (point, UNVARIED))
        return apart(x, own)


def _missed(evidence: Evidence) -> float:
    bound = Bound.of(evidence.check.require)
    if not len(evidence.beyond):
        return LEAST  # what has no value meets nothing
    over = float(evidence.beyond.mean()) * (1.0 if bound.upper else -1.0)
    return LEAST if over == 0.0 and not bound.within else over  # on the bound itself is beyond it


def conduct_tuning(
    tuning: Tuning,
    command: Command,
    *,
    executor: Executor = here,
    store: Store | None = None,
    tell: Tell = SILENCE,
    show: Show = NOTHING,
) -> Tuned:
    """Searches, checks the best on other nights and keeps what came of it.  Raises as `sim.experiment.session.conduct`.

    The seed of the search is that of the nights.
    """
    started, design = datetime.now(UTC), tuning.design
    space, aim = tuning.space, tuning.aim
    seed = design.plans[0].seed
    asked = (aim.objectives, [c.model_dump() for c in aim.checks], aim.trials, aim.check_nights, varied(space))
    with drafted(command.results, space.world, f"tune-{identity(design, *asked)[:8]}") as made:
        with playing_many(executor, store) as play:
            player = _Player(space, aim, tuning.request, play, tell)
            trials = search(space.varied, aim.better, player.respond, trials=aim.trials, seed=seed)
            found = best(trials, aim.better, FEW)
            player.need([UNVARIED, *(trial.point for trial in found)], aim.checking)
        result = _told(space, aim, seed, player, trials, found)
        nights = _table(space, aim, player, trials, found)
        write(nights, made.folder / "points.parquet")
        write_json(made.folder / "tune.json", result)
        show.tuning(made.folder, result, space.world.scenario.shop.currency)
        close(made.folder, "tuning", design, command, started, trials=aim.trials, check_nights=aim.check_nights)
        check()
    return Tuned(made.final, result, nights)


def _told(
    space: Space, aim: Aim, seed: int, player: _Player, trials: Sequence[Trial], found: Sequence[Trial]
) -> dict[str, Any]:
    """What came of it, as its JSON says it."""
    policy = space.policies[0]
    moved = [trial for trial in found if space.spec(policy, trial.point) != policy.spec or space.fields(trial.point)]
    p = holm([player.lead(t.point, aim.checking, m).p for t in moved for m in aim.objectives])
    adjusted = iter(p.tolist())
    return {
        "schema_version": SCHEMA_VERSION,
        "scenario": space.world.scenario.name,
        "policy": policy.name,
        "seed": seed,
        "trials": len(trials),
        "nights": aim.nights,
        "check_nights": aim.check_nights,
        "level": LEVEL,
        "objectives": [{"metric": m, "better": BETTER[m]} for m in aim.objectives],
        "requirements": [c.model_dump(mode="json", include={"metric", "vs", "require"}) for c in aim.checks],
        "varied": varied(space),
        "allowed": sum(trial.response.allowed for trial in trials),
        "as_it_is": asdict(player.response(UNVARIED, aim.tuning)),
        "tried": [{"point": list(t.point), **asdict(t.response), "allowed": t.response.allowed} for t in trials],
        "best": [
            {
                "spec": space.spec(policy, trial.point),
                "set": list(space.fields(trial.point)),
                "point": list(trial.point),
                "objectives": {m: _checked(player, aim, trial.point, m, next(adjusted)) for m in aim.objectives},
                "beyond": list(player.beyond(trial.point, aim.checking)),
            }
            for trial in moved
        ],
    }


def _checked(player: _Player, aim: Aim, point: Point, metric: str, p: float) -> dict[str, Any]:
    """The gain over the policy as it is on the nights of the tuning and on others, and how far they are apart."""
    tuned, checked = (player.lead(point, nights, metric) for nights in (aim.tuning, aim.checking))
    sign = 1.0 if BETTER[metric] == "more" else -1.0
    told = player.space.world.scenario.experiment.margins
    return {
        "tuned": {"mean": tuned.mean, "half": tuned.half, "nights": tuned.nights},
        "checked": {"mean": checked.mean, "half": checked.half, "nights": checked.nights},
        "optimism": sign * (tuned.mean - checked.mean),
        "mean": float(player.nights[point, aim.checking][metric].mean()),
        "margin": margin(told.get(metric), float(player.nights[UNVARIED, aim.checking][metric].mean())),
        "p": p,
        "verdict": "open" if p >= 1.0 - LEVEL else "better" if sign * checked.mean > 0.0 else "worse",
    }


def _table(space: Space, aim: Aim, player: _Player, trials: Sequence[Trial], found: Sequence[Trial]) -> pd.DataFrame:
    """One row a point and night, the check's behind; `point` is the first trial at it, -1 where all is as it is."""
    numbers: dict[Point, int] = {UNVARIED: -1}
    for k, trial in enumerate(trials):
        numbers.setdefault(trial.point, k)
    checked = [UNVARIED, *(trial.point for trial in found)]
    tables = []
    for nights, points in ((aim.tuning, numbers), (aim.checking, dict.fromkeys(checked))):
        for point in points:
            rows = player.nights[point, nights]
            values = point or tuple(v.own for v in space.varied)
            heads = {v.path: [value] * len(rows) for v, value in zip(space.varied, values, strict=True)}
            head = {"point": numbers[point], **heads, "nights": "tuning" if nights == aim.tuning else "check"}
            tables.append(pd.concat([pd.DataFrame(head), rows], axis=1))
    return pd.concat(tables, ignore_index=True)
