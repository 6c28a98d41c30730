"""The search for good settings: optuna's tree-structured Parzen estimator, asked for points and told what they gave.

Watanabe 2023 (arXiv:2304.11127) tells the estimator, Ozaki et al. 2022 (JAIR 73:1209-1250) the one of several
objectives.  Points are asked for and told in batches of a fixed number, so the search is the same however many
processes play.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.experiment.range import Range
from sim.experiment.vary import Point, Varied

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

BATCH = 8  # points that are asked for before any of them is told
Better = Sequence[str]  # "more" or "less", by objective


@dataclass(frozen=True)
class Response:
    """What a point gave."""

    objectives: tuple[float, ...] | None  # None where one has no value
    beyond: tuple[float, ...] = ()  # by constraint: how far on the wrong side; it holds from 0 down

    @property
    def allowed(self) -> bool:
        """Whether there are values, and all constraints hold."""
        return self.objectives is not None and all(x <= 0.0 for x in self.beyond)


Respond = Callable[[Sequence[Point]], Sequence[Response]]


@dataclass(frozen=True)
class Trial:
    """A point that was tried."""

    point: Point
    response: Response


def search(varied: Sequence[Varied], better: Better, respond: Respond, *, trials: int, seed: int) -> list[Trial]:
    """Tries points in order; the first is where nothing is varied, if that lies within what is."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        warnings.simplefilter("ignore", FutureWarning)  # of constraints_func: optuna 4 knows no other way
        sampler = optuna.samplers.TPESampler(
            seed=seed, multivariate=True, constant_liar=True, constraints_func=lambda trial: trial.user_attrs["beyond"]
        )
        directions = ["maximize" if way == "more" else "minimize" for way in better]
        study = optuna.create_study(sampler=sampler, directions=directions)
        if within(varied, own := tuple(v.own for v in varied)):
            study.enqueue_trial({v.path: value for v, value in zip(varied, own, strict=True)})
        distributions = {v.path: _distribution(v) for v in varied}
        found: list[Trial] = []
        while len(found) < trials:
            asked = [study.ask(distributions) for _ in range(min(BATCH, trials - len(found)))]
            points = [_point(varied, trial.params) for trial in asked]
            for trial, point, response in zip(asked, points, respond(points), strict=True):
                trial.set_user_attr("beyond", response.beyond)
                failed = response.objectives is None
                study.tell(trial, response.objectives, optuna.trial.TrialState.FAIL if failed else None)
                found.append(Trial(point, response))
    return found


def within(varied: Sequence[Varied], point: Point) -> bool:
    """Whether a point is one that can be tried."""
    return all(_holds(v.over, value) for v, value in zip(varied, point, strict=True))


def _holds(over: tuple[Any, ...] | Range, value: Any) -> bool:
    if isinstance(over, Range):
        return isinstance(value, int | float) and over.low <= value <= over.high
    return value in over


def _distribution(varied: Varied) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    over = varied.over
    if not isinstance(over, Range):
        return CategoricalDistribution(over)
    if over.whole:
        return IntDistribution(int(over.low), int(over.high), log=over.log)
    return FloatDistribution(over.low, over.high, log=over.log)


def _point(varied: Sequence[Varied], parameters: Mapping[str, Any]) -> Point:
    values = ((v.over, parameters[v.path]) for v in varied)
    return tuple(over.rounded(x) if isinstance(over, Range) else x for over, x in values)


def best(trials: Iterable[Trial], better: Better, most: int) -> list[Trial]:
    """The allowed points that no other beats in everything, at most so many: of one objective the best.

    In the order of the first objective, best first; of more than `most` those that are spread evenly over it.  Empty
    where none is allowed.
    """
    signs = [1.0 if way == "more" else -1.0 for way in better]
    allowed = {trial.point: trial for trial in trials if trial.response.allowed}
    gains = {
        point: tuple(sign * x for sign, x in zip(signs, trial.response.objectives or (), strict=True))
        for point, trial in allowed.items()
    }
    front = [point for point in gains if not any(_beats(other, gains[point]) for other in gains.values())]
    front.sort(key=lambda point: gains[point], reverse=True)
    if len(better) == 1:
        return [allowed[point] for point in front[:1]]
    chosen = {round(i * (len(front) - 1) / (most - 1)) for i in range(most)} if len(front) > most else range(len(front))
    return [allowed[front[i]] for i in sorted(chosen)]


def _beats(other: tuple[float, ...], gain: tuple[float, ...]) -> bool:
    return other != gain and all(a >= b for a, b in zip(other, gain, strict=True))
