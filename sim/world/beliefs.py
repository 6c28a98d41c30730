"""What a forecaster believes about the outcome, second by second, and how those beliefs move.

Goals still to come are independent Poisson counts over the play still expected.  Nothing believed at t looks past t:
added time, extra time and kicks count by their expectation until they are there.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, product
from operator import attrgetter, itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import MatchdayError
from sim.parameters import Parameters
from sim.world.intensity import ramp
from sim.world.match import AWAY, HOME, PLAYING, Match, MatchEvent, PeriodName
from sim.world.shootout import ROUNDS

Array = NDArray[np.float64]

MINUTE = 60.0
REGULAR, EXTRA, KICKS, OVER = range(4)
_STAGE: dict[PeriodName, int] = {
    "pre": REGULAR, "1H": REGULAR, "HT": REGULAR, "2H": REGULAR,
    "ET_break": EXTRA, "E1": EXTRA, "ET_HT": EXTRA, "E2": EXTRA,
    "PK_break": KICKS, "P": KICKS, "post": OVER,
}  # fmt: skip
_TO_COME: dict[PeriodName, tuple[PeriodName, ...]] = {
    "pre": ("1H", "2H"), "1H": ("2H",), "HT": ("2H",),
    "ET_break": ("E1", "E2"), "E1": ("E2",), "ET_HT": ("E2",),
}  # fmt: skip
_HOME_WINS, _DRAW, _AWAY_WINS = (np.array(outcome, float) for outcome in ((1, 0, 0), (0, 1, 0), (0, 0, 1)))
_KICK = ("shootout_goal", "shootout_miss")


class Surprise(NamedTuple):
    """An event that moved beliefs: `size` = ‖change‖, `change` = p after − p before (home wins, draw, away wins)."""

    at: float
    size: float
    change: tuple[float, float, float]
    event: MatchEvent


@dataclass(frozen=True, eq=False)
class Beliefs:
    """Beliefs on a grid of one second: row i holds what is believed at `opens + i` s.  The arrays are read-only."""

    opens: float  # s
    p: Array  # (T, 3) home wins, draw, away wins; in a knockout match who goes through, and no draw
    suspense: Array  # (T,) expected size of the next minute's move, 0 to √2
    shock: Array  # (T,) ‖p − p before the match‖, 0 to √2
    surprises: tuple[Surprise, ...]  # in time order
    settled: float  # s; when the outcome stood

    def at(self, t: float) -> Array:
        """Probabilities (3,) at `t` seconds; those of the first or last second outside the broadcast."""
        row: Array = self.p[min(max(int(t - self.opens), 0), len(self.p) - 1)]
        return row


def believe(match: Match, parameters: Parameters) -> Beliefs:
    """Beliefs through the whole broadcast.

    suspense(t) = sqrt(E‖p(t + 1 min) − p(t)‖²) and surprise = ‖p after − p before‖: Ely, Frankel & Kamenica (2015).
    Outcome probabilities for beliefs, and shock: Buraimo et al. (2020).  Only the abstracts of both were read; the
    square root is recalled.  Where nothing is played there is no next minute of play, and suspense is 0.

    Raises MatchdayError when a knockout match has no winner.
    """
    seconds = np.arange(int(match.closes - match.opens) + 1, dtype=np.float64)
    p, suspense = believe_at(match.opens + seconds, match, parameters)
    shock = np.sqrt(((p - p[0]) ** 2).sum(axis=1))
    for values in (p, suspense, shock):
        values.setflags(write=False)
    settled = max((e.at for e in match.events if e.kind in _KICK), default=match.full_time)
    return Beliefs(match.opens, p, suspense, shock, tuple(_surprises(match, parameters)), settled)


def believe_at(times: Array, match: Match, parameters: Parameters) -> tuple[Array, Array]:
    """p (n, 3) and suspense (n,) at rising `times` (n,) in seconds, as in `believe`; so are the errors."""
    _check_winner(match)
    model, story = _Model(match, parameters), list(_story(match, parameters.penalty_wait))
    p, suspense = np.empty((len(times), 3)), np.zeros(len(times))
    cuts = np.searchsorted(times, sorted({c.at for c in story[1:]} | {period.start for period in match.periods}))
    for start, end in pairwise(sorted({0, *cuts.tolist(), len(times)})):
        period = match.period_at(times[start])
        situation = story[bisect_right(story, times[start], key=attrgetter("at")) - 1].situation
        rows = slice(start, end if period.playing else start + 1)
        now, tension = model.outlook(situation, period.name, times[rows] - period.start)
        p[start:end] = now
        suspense[rows] = tension if period.playing else 0.0
    return p, suspense


def _check_winner(match: Match) -> None:
    level = match.score[HOME] == match.score[AWAY] and match.shootout[HOME] == match.shootout[AWAY]
    if match.knockout and level:
        raise MatchdayError(f"{match.name}: a knockout match needs a winner, in play or in the shoot-out")


def _surprises(match: Match, parameters: Parameters) -> Iterator[Surprise]:
    """How far each event moved beliefs, at its own exact time."""
    model = _Model(match, parameters)
    for last, chapter in pairwise(_story(match, parameters.penalty_wait)):
        period = match.period_at(chapter.at)
        elapsed = np.array([chapter.at - period.start])
        before, after = (model.outlook(c.situation, period.name, elapsed)[0][0] for c in (last, chapter))
        home, draw, away = (after - before).tolist()
        size = math.hypot(home, draw, away)
        if chapter.event is not None and size > 0:
            yield Surprise(chapter.at, size, (home, draw, away), chapter.event)


# --- what has happened -------------------------------------------------------------------------------------------


class Shootout(NamedTuple):
    """Kicks so far, as (home, away) pairs; `first` is the side that began, None before the first kick."""

    scored: tuple[int, int] = (0, 0)
    taken: tuple[int, int] = (0, 0)
    first: int | None = None

    @property
    def kickers(self) -> tuple[int, ...]:
        """The side whose turn it is; before the coin is thrown, either."""
        if self.first is None:
            return HOME, AWAY
        home, away = self.taken
        return (self.first,) if home == away else (HOME,) if home < away else (AWAY,)

    def plus(self, side: int, goal: bool) -> Shootout:
        """The shoot-out after one more kick."""
        kick = (side == HOME, side == AWAY)
        return Shootout(
            scored=(self.scored[HOME] + (kick[HOME] and goal), self.scored[AWAY] + (kick[AWAY] and goal)),
            taken=(self.taken[HOME] + kick[HOME], self.taken[AWAY] + kick[AWAY]),
            first=side if self.first is None else self.first,
        )


@lru_cache(maxsize=4096)
def home_goes_through(kicks: Shootout, conversion: float) -> float:
    """Probability that home wins the shoot-out when every kick is scored with probability `conversion` (exact).

    Sides that are level after whole rounds of sudden death have equal chances, whoever kicks first.
    """
    rounds = max(ROUNDS, *kicks.taken)
    home_left, away_left = rounds - kicks.taken[HOME], rounds - kicks.taken[AWAY]
    lead = kicks.scored[HOME] - kicks.scored[AWAY]
    if lead > away_left or -lead > home_left:
        return float(lead > 0)
    if home_left == away_left == 0:
        return 0.5
    return sum(chance * home_goes_through(after, conversion) for chance, after in _next_kick(kicks, conversion))


def _next_kick(kicks: Shootout, conversion: float) -> Iterator[tuple[float, Shootout]]:
    """Each way the next kick can go, with its probability."""
    for side, goal in product(kicks.kickers, (True, False)):
        yield (conversion if goal else 1 - conversion) / len(kicks.kickers), kicks.plus(side, goal)


@dataclass(frozen=True)
class _Situation:
    """All of the past, besides the clock, that beliefs depend on."""

    lead: int = 0  # goals of home − goals of away
    sent_off: tuple[int, int] = (0, 0)
    penalty: MatchEvent | None = None  # awarded and not yet taken
    kicks: Shootout = Shootout()  # noqa: RUF009 (immutable)

    def after(self, event: MatchEvent) -> _Situation:
        home = event.side == HOME
        if event.scores:
            return replace(self, lead=self.lead + (1 if home else -1), penalty=None)
        if event.kind in ("penalty_award", "penalty_miss"):
            return replace(self, penalty=event if event.kind == "penalty_award" else None)
        if event.kind in ("red", "second_yellow"):
            return replace(self, sent_off=(self.sent_off[HOME] + home, self.sent_off[AWAY] + (not home)))
        if event.kind in _KICK:
            return replace(self, kicks=self.kicks.plus(event.side, event.kind == "shootout_goal"))
        return self

    def waited(self, until: float, penalty_wait: float) -> _Situation:
        """Without a penalty that should have been taken by `until`: it was withdrawn, and nobody wrote it down."""
        overdue = self.penalty is not None and self.penalty.at + penalty_wait <= until
        return replace(self, penalty=None) if overdue else self


class _Chapter(NamedTuple):
    """The situation from `at` seconds on; `event` made it, or None did (kick-off ahead, a penalty forgotten)."""

    at: float
    situation: _Situation
    event: MatchEvent | None


def _story(match: Match, penalty_wait: float) -> Iterator[_Chapter]:
    moments: list[tuple[float, MatchEvent | None]] = [(event.at, event) for event in match.events]
    moments += [(e.at + penalty_wait, None) for e in match.events if e.kind == "penalty_award"]
    now = _Situation()
    yield _Chapter(-math.inf, now, None)
    for at, event in sorted(moments, key=itemgetter(0)):
        after = now.after(event) if event else now.waited(at, penalty_wait)
        if after != now:
            now = after
            yield _Chapter(at, now, event)


# --- what is still to come ---------------------------------------------------------------------------------------


class _Model:
    """Goals still to come in a match, and what they would make of its outcome."""

    def __init__(self, match: Match, parameters: Parameters) -> None:
        self.match = match
        self.parameters = parameters
        stoppage: dict[PeriodName, float] = {
            "1H": parameters.first_half_stoppage, "2H": parameters.second_half_stoppage,
            "E1": parameters.first_extra_stoppage, "E2": parameters.second_extra_stoppage,
        }  # fmt: skip
        self.length = {name: (PLAYING[name][1] - PLAYING[name][0] + stoppage[name]) * MINUTE for name in stoppage}
        self.pace = ramp(1.0, parameters.goal_ramp, parameters, parameters.extra_time_goal_rate)

    def share(self, name: PeriodName, start: Array | float, end: Array | float) -> Array | float:
        """Share of a regular match's goals that fall from `start` to `end` seconds of a period (integral of `ramp`)."""
        if _STAGE[name] == EXTRA:
            return self.pace.in_extra_time * (end - start)
        clock = PLAYING[name][0] * MINUTE + (start + end) / 2
        return (end - start) * (self.pace.at_kick_off + self.pace.rise * clock / (90 * MINUTE))

    def to_come(self, name: PeriodName) -> float:
        """Share of a regular match's goals in the whole halves of the stage that follow a period."""
        return sum(float(self.share(half, 0.0, self.length[half])) for half in _TO_COME.get(name, ()))

    def left(self, name: PeriodName, elapsed: Array) -> tuple[Array, Array]:
        """Share of a regular match's goals left in the stage, `elapsed` (n,) seconds into a period, and a minute later.

        A half's added time is not known: it is what is expected, and never less than `stoppage_least` more.
        """
        if name not in self.length:
            left = np.full(len(elapsed), self.to_come(name))
            return left, left
        end = np.maximum(self.length[name], elapsed + self.parameters.stoppage_least)
        starts = np.stack([elapsed, np.minimum(elapsed + MINUTE, end)])
        now, later = self.to_come(name) + np.asarray(self.share(name, starts, end))
        return now, later

    def outlook(self, situation: _Situation, name: PeriodName, elapsed: Array) -> tuple[Array, Array]:
        """p (n, 3) and suspense (n,) at `elapsed` (n,) seconds into a period."""
        stage = _STAGE[name]
        if stage == OVER:
            return _steady(self.result(situation), 0.0, len(elapsed))
        if stage == KICKS:
            return _steady(*self.before_kick(situation.kicks), len(elapsed))
        now, later = self.left(name, elapsed)
        if situation.penalty is not None:
            return self.before_penalty(situation, self.chances(situation, stage, _leads(situation), now))
        p = self.chances(situation, stage, (situation.lead,), now)[0]
        level, home, away = self.chances(situation, stage, _leads(situation), later)
        q_home, q_away = -np.expm1(-np.outer(self.rates(situation), now - later))
        return p, _spread(p, ((q_home, home), (q_away, away), (1 - q_home - q_away, level)))

    def chances(self, situation: _Situation, stage: int, leads: tuple[int, ...], share: Array) -> Array:
        """Outcome probabilities (leads, n, 3) with `share` (n,) of a regular match's goals left in the stage."""
        return _chances(leads, self.rates(situation), share, self.draw_worth(situation, stage))

    def rates(self, situation: _Situation) -> Array:
        """Goals home and away would score in a regular match with the players they have left (2,)."""
        home, away = situation.sent_off
        own, opponent = self.parameters.red_card_own, self.parameters.red_card_opponent
        cards: Array = np.array([own**home * opponent**away, own**away * opponent**home])
        return np.array([self.match.home.expected_goals, self.match.away.expected_goals]) * cards

    def draw_worth(self, situation: _Situation, stage: int) -> Array:
        """What a level score at the end of the stage makes of the outcome (3,)."""
        if not self.match.knockout:
            return _DRAW
        if stage == EXTRA:
            return self.before_kick(Shootout())[0]
        return self.chances(situation, EXTRA, (0,), np.array([self.to_come("ET_break")])).reshape(3)

    def before_penalty(self, situation: _Situation, chances: Array) -> tuple[Array, Array]:
        """While a penalty waits to be taken, which it is within the minute; `chances` (3, n, 3) as `_leads`."""
        assert situation.penalty is not None
        missed, scored = chances[0], chances[1 if situation.penalty.side == HOME else 2]
        q = self.parameters.penalty_conversion
        p = q * scored + (1 - q) * missed
        return p, _spread(p, ((q, scored), (1 - q, missed)))

    def before_kick(self, kicks: Shootout) -> tuple[Array, float]:
        """p (3,) and suspense of a shoot-out: the next minute holds the next kick."""
        q = self.parameters.shootout_conversion
        home = home_goes_through(kicks, q)
        p = np.array([home, 0.0, 1 - home])
        if home in (0.0, 1.0):
            return p, 0.0
        variance = sum(chance * (home_goes_through(after, q) - home) ** 2 for chance, after in _next_kick(kicks, q))
        return p, math.sqrt(2 * variance)

    def result(self, situation: _Situation) -> Array:
        """The outcome (3,) when nothing more is played."""
        scored = situation.kicks.scored
        margin = situation.lead or scored[HOME] - scored[AWAY]
        return _HOME_WINS if margin > 0 else _AWAY_WINS if margin < 0 else _DRAW


def _leads(situation: _Situation) -> tuple[int, int, int]:
    """The lead as it stands, after a goal for home, after one for away."""
    return situation.lead, situation.lead + 1, situation.lead - 1


def _chances(leads: tuple[int, ...], rates: Array, share: Array, draw_worth: Array) -> Array:
    """Outcome probabilities (leads, n, 3) with Poisson means `rates` (2,) × `share` (n,) of goals still to come.

    The difference of the two counts is Skellam; here summed from both counts, up to where nothing is left of them.
    """
    home, away = (_poisson(rate * share) for rate in rates)
    counts = np.arange(home.shape[1])[:, None] - np.arange(away.shape[1])
    p = np.empty((len(leads), len(share), 3))
    for lead, chance in zip(leads, p, strict=True):
        win, loss = (((home @ ahead) * away).sum(axis=1) for ahead in (counts > -lead, counts < -lead))
        chance[:] = np.outer(np.maximum(1 - win - loss, 0), draw_worth)
        chance[:, 0] += win
        chance[:, 2] += loss
    return p


def _poisson(means: Array) -> Array:
    """Probabilities (n, counts) of 0, 1, 2, … goals; the counts left out weigh less than 1e-9."""
    top = float(means.max())
    counts = np.arange(1, int(top + 6 * math.sqrt(top) + 6))
    return np.cumprod(np.column_stack([np.exp(-means), means[:, None] / counts]), axis=1)


def _spread(p: Array, branches: tuple[tuple[Array | float, Array], ...]) -> Array:
    """sqrt(E‖p(t + 1 min) − p(t)‖²) over `branches` of (probability, p then)."""
    variance = np.zeros(len(p))
    for chance, then in branches:
        variance += chance * ((then - p) ** 2).sum(axis=1)
    return np.sqrt(variance)


def _steady(p: Array, suspense: float, n: int) -> tuple[Array, Array]:
    return np.tile(p, (n, 1)), np.full(n, suspense)
