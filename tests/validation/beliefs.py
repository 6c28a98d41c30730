"""Beliefs against real and generated matches, and against the magnitudes of a plain Poisson match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters
from sim.world.beliefs import believe, believe_at
from sim.world.generator import generate_match
from sim.world.match import HOME, Match, MatchEvent, Team
from tests.validation.check import DATA, Check
from tests.validation.real_matches import league_matches, minute, regular_match

Array = NDArray[np.float64]

TITLE = "Beliefs"
PARAMETERS = Parameters()
GENERATED = 4_000
CLOCKS = list(range(0, 95, 5))
REFERENCE = "4,000 simulated Poisson matches without added time, computed for this project; ±15%"
WYSCOUT = "Wyscout open data 2017/18, league-average Poisson; ±.02"


def checks() -> list[Check]:
    """Every claim about beliefs; those against real matches only where these are."""
    found = [*_single_goals(), *_calibration("4,000 generated matches", generated())]
    if (DATA / "wyscout").exists():
        matches = league_matches()
        forecasts = [forecast(match) for match in matches]
        found += [*_brier(forecasts), *_calibration("1,822 real league matches", forecasts), *_magnitudes(matches)]
    return found


class Forecast(NamedTuple):
    """What was believed of a match every five minutes, and what came of it."""

    p: Array  # (clocks, 3)
    outcome: Array  # (3,)

    def at(self, clock: int) -> Array:
        return np.asarray(self.p[CLOCKS.index(clock)])


def forecast(match: Match) -> Forecast:
    times = np.array([*(minute(match, clock) for clock in CLOCKS), match.closes])
    p, _ = believe_at(times, match, PARAMETERS)
    return Forecast(p[:-1], p[-1])


@cache
def generated() -> tuple[Forecast, ...]:
    """Matches between sides of many strengths, for one who knows the strengths."""
    strengths = np.random.default_rng(0).lognormal(0, 0.35, size=(GENERATED, 2)).tolist()
    return tuple(
        forecast(
            generate_match(
                Team("Home", PARAMETERS.home_expected_goals * home),
                Team("Away", PARAMETERS.away_expected_goals * away),
                knockout=False,
                seed=1,
                replication=r,
                parameters=PARAMETERS,
            )
        )
        for r, (home, away) in enumerate(strengths)
    )


def _brier(forecasts: Sequence[Forecast]) -> Iterator[Check]:
    for clock, reference in ((0, 0.644), (45, 0.485), (75, 0.318), (85, 0.206)):
        score = float(np.mean([((f.at(clock) - f.outcome) ** 2).sum() for f in forecasts]))
        claim = f"Brier score at {clock}' ({reference:g})"
        yield Check("E9", claim, score, reference - 0.02, reference + 0.02, WYSCOUT)


def _calibration(where: str, forecasts: Sequence[Forecast]) -> Iterator[Check]:
    """Forecasts of all three outcomes every five minutes, pooled in deciles, against how often they came true."""
    p = np.array([f.p for f in forecasts]).ravel()
    came = np.array([np.tile(f.outcome, len(CLOCKS)) for f in forecasts]).ravel()
    decile = np.minimum((p * 10).astype(int), 9)
    counts = np.bincount(decile, minlength=10)
    errors = 100 * np.abs(np.bincount(decile, came - p, 10)) / counts
    source = "own demand; every five minutes, three outcomes"
    mean = float(np.average(errors, weights=counts))
    yield Check("V1.8", f"reliability error, deciles weighted by their forecasts, pp, {where}", mean, 0, 2, source)
    yield Check("V1.8", f"reliability error, worst decile, pp, {where}", float(errors.max()), 0, 2, source)


def _magnitudes(matches: Sequence[Match]) -> Iterator[Check]:
    minutes = [_by_minute(match) for match in matches]
    left, suspense, shock, surprise = (np.concatenate(values) for values in zip(*minutes, strict=True))
    goals = np.concatenate([_goal_surprises(match) for match in matches])
    first, last = suspense[left >= left.max() - 14], suspense[left <= 15]
    yield from _near("suspense a minute", suspense, 0.074, 0.044)
    yield from _near("suspense in the first 15 min", first, 0.053)
    yield from _near("suspense in the last 15 min expected", last, 0.116, 0.081)
    yield from _near("surprise a minute", surprise, 0.018, 0.084)
    yield from _near("surprise of a goal", goals, 0.40, 0.28)
    yield from _near("shock", shock, 0.355, 0.260)
    ratio = float(last.mean() / first.mean())
    yield Check(
        "V1.2",
        "suspense in the last 15 min over the first 15",
        ratio,
        1,
        np.inf,
        "Bizzozero et al. 2016: stronger late",
    )


def _by_minute(match: Match) -> tuple[Array, Array, Array, Array]:
    """Minutes left, suspense, shock and surprise, a minute of play apart until the end that is expected.

    The reference magnitudes are of matches without added time: their 90th minute is our expected end.
    """
    end = 90 + PARAMETERS.second_half_stoppage
    clock = np.arange(0.5, end)
    times = np.array([minute(match, c) for c in clock])
    clock, times = clock[times < match.full_time], times[times < match.full_time]
    p, suspense = believe_at(np.array([match.opens, *times]), match, PARAMETERS)
    return end - clock, suspense[1:], _distance(p[1:] - p[0]), _distance(np.diff(p, axis=0))


def _goal_surprises(match: Match) -> Array:
    goals = np.array([event.at for event in match.events if event.scores])
    p, _ = believe_at(np.ravel(np.column_stack([goals - 1e-6, goals])), match, PARAMETERS)
    return _distance(p[1::2] - p[::2])


def _distance(moves: Array) -> Array:
    return np.asarray(np.sqrt((moves**2).sum(axis=1)))


def _near(what: str, values: Array, mean: float, deviation: float | None = None) -> Iterator[Check]:
    yield _within(f"{what}, mean", float(values.mean()), mean)
    if deviation is not None:
        yield _within(f"{what}, standard deviation", float(values.std()), deviation)


def _within(claim: str, figure: float, reference: float) -> Check:
    return Check("E1.1", f"{claim} ({reference:g})", figure, 0.85 * reference, 1.15 * reference, REFERENCE)


def _single_goals() -> Iterator[Check]:
    """A goal at home in a league-average match, as long before the expected end as in the reference."""
    added = PARAMETERS.second_half_stoppage
    for clock, when, reference in ((10, "10'", 0.33), (45, "45'", 0.44), (88 + added, "2 min before the end", 1.32)):
        yield _within(f"surprise of a goal at 0–0, {when}", _last_surprise([clock]), reference)
    yield _within("surprise of a goal at 2–0, 10 min before the end", _last_surprise([20, 40, 80 + added]), 0.013)
    dull = _average_match([10, 20, 30])
    suspense = float(believe_at(np.array([minute(dull, 60)]), dull, PARAMETERS)[1][0])
    yield Check("V1.5", "suspense at 3–0, 60'", suspense, 0, 0.02, "own demand on a blow-out")


def _last_surprise(goals: Iterable[float]) -> float:
    return believe(_average_match(goals), PARAMETERS).surprises[-1].size


def _average_match(goals: Iterable[float]) -> Match:
    """A match of league-average sides, with home goals in these minutes."""
    home, away = PARAMETERS.home_expected_goals, PARAMETERS.away_expected_goals
    goalless = regular_match([], home, away)
    return regular_match([MatchEvent(minute(goalless, clock), "goal", HOME) for clock in goals], home, away)
