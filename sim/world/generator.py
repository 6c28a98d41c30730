"""Matches that never were, as real ones are: goals, cards, shots, substitutions, extra time, penalties.

Left out: the score has no influence on the goal rates (Dixon & Robinson 1998 found a small one), nor have
substitutions.  The two sides' shots are independent (in the data they correlate with −0.34) and cards fall on both
sides alike.  There are no goals disallowed after a video check, no fourth substitution in extra time, no substitutions
at half-time, and players have no names, so one who is booked again may have left the field.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from enum import IntEnum
from functools import cache, partial
from typing import NamedTuple

import numpy as np

from sim.parameters import Parameters
from sim.world.intensity import Ramp, Uniform, arrivals, ramp, waiting, weibull
from sim.world.match import AWAY, HOME, PLAYING, EventKind, Match, MatchEvent, Period, PeriodName, Team
from sim.world.penalties import with_awards
from sim.world.periods import lay_out
from sim.world.shootout import length, shootout_events, take_kicks


class Purpose(IntEnum):
    """What a stream of random numbers is for; one more purpose leaves the draws of all others as they were."""

    STOPPAGE = 0
    GOALS = 1
    GOAL_KINDS = 2
    MISSED_PENALTIES = 3
    SHOTS = 4
    YELLOWS = 5
    SECOND_YELLOWS = 6
    REDS = 7
    SUBSTITUTIONS = 8
    VAR = 9
    SHOOTOUT = 10


Draws = Callable[[Purpose, int], Uniform]


def generate_match(
    home: Team, away: Team, *, knockout: bool, seed: int, replication: int, parameters: Parameters
) -> Match:
    """The match of a seed and a replication (0 ≤ both < 2⁶⁴): the same arguments give the same match.

    The teams' `expected_goals` are for a regular match of mean length, before any red card.  Raises OverflowError for a
    seed or replication out of range.
    """
    game = _Game((home, away), _streams(seed, replication), parameters)
    game.play("1H", "2H")
    game.substitute()
    if knockout and game.level:
        game.play("E1", "E2")
    if knockout and game.level:
        game.shoot_out()
    return Match(
        name=f"{home.name}–{away.name}",
        home=home,
        away=away,
        knockout=knockout,
        periods=game.periods,
        events=tuple(game.story()),
        source=f"generated: seed {seed}, replication {replication}",
    )


def _streams(seed: int, replication: int) -> Draws:
    """One stream of uniforms a purpose and side: a counter-based generator with those as its counter's high words."""
    key = np.array([seed, replication], dtype=np.uint64)  # a list of both would lose digits of a large seed

    @cache
    def draws(purpose: Purpose, side: int) -> Uniform:
        return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, side, purpose])).random

    return draws


class _Rates(NamedTuple):
    """How often one side does what, at full strength."""

    goals: Ramp
    missed_penalties: Ramp
    shots: Ramp
    yellows: Ramp
    reds: Ramp


class _Game:
    """A match while it is being played."""

    def __init__(self, teams: tuple[Team, Team], draws: Draws, parameters: Parameters) -> None:
        self.draws, self.parameters = draws, parameters
        self.rates = [_rates(teams, side, parameters) for side in (HOME, AWAY)]
        self.lengths: dict[PeriodName, float] = {}
        self.periods: tuple[Period, ...] = ()
        self.events: list[MatchEvent] = []
        self.booked: tuple[list[float], list[float]] = ([], [])
        self.sent_off: tuple[list[float], list[float]] = ([], [])

    @property
    def level(self) -> bool:
        return sum(1 if e.side == HOME else -1 for e in self.events if e.scores) == 0

    def play(self, *names: PeriodName) -> None:
        """Plays periods one after another; a red card is felt from its moment on."""
        for name in names:
            period = self._begin(name, _length(name, self.draws(Purpose.STOPPAGE, HOME), self.parameters))
            for side in (HOME, AWAY):
                self._show_cards(period, side)
            for side in (HOME, AWAY):
                self._attack(period, side)

    def substitute(self) -> None:
        """Substitutions of regular time: minutes before its mean end are Weibull."""
        p = self.parameters
        last = 90 + p.second_half_stoppage
        scale = (last - p.substitution_minute) / math.log(2) ** (1 / p.substitution_shape)
        for side in (HOME, AWAY):
            uniform = self.draws(Purpose.SUBSTITUTIONS, side)
            for _ in range(p.substitutions_allowed):
                made, minute = uniform() < p.substitution_use, last - weibull(uniform, scale, p.substitution_shape)
                if made:
                    self._happens("sub", side, self._at_minute(max(minute, 1)))

    def shoot_out(self) -> None:
        """Kicks from the mark until one side has won."""
        kicks = take_kicks(self.draws(Purpose.SHOOTOUT, HOME), self.parameters.shootout_conversion)
        period = self._begin("P", length(kicks, self.parameters.shootout_interval))
        self.events += shootout_events(kicks, period.start, self.parameters.shootout_interval)

    def story(self) -> list[MatchEvent]:
        """All events in order, with the awards before penalties and the checks after goals and awards."""
        events = with_awards(self.events, self.periods, self.parameters)
        uniform = self.draws(Purpose.VAR, HOME)
        checked = [e for e in events if e.kind == "penalty_award" or (e.scores and not e.from_spot)]
        checks = [self._check(event) for event in checked if uniform() < self.parameters.var_share]
        return sorted([*events, *checks], key=lambda event: event.at)

    def _begin(self, name: PeriodName, seconds: float) -> Period:
        self.lengths[name] = seconds
        self.periods = lay_out(self.lengths, self.parameters)
        return self._period(name)

    def _period(self, name: PeriodName) -> Period:
        return next(period for period in self.periods if period.name == name)

    def _at_minute(self, minute: float) -> float:
        """Broadcast time of a minute of regular time, before the end of its half."""
        period = self._period("1H" if minute < 45 else "2H")
        return min(period.start + (minute - PLAYING[period.name][0]) * 60, period.end - 1)

    def _happens(self, kind: EventKind, side: int, at: float, detail: str = "") -> None:
        self.events.append(MatchEvent(at, kind, side, detail))

    def _show_cards(self, period: Period, side: int) -> None:
        rates, again = self.rates[side], self.draws(Purpose.SECOND_YELLOWS, side)
        for at in self._arrivals(Purpose.REDS, side, period, rates.reds):
            self._send_off("red", side, at)
        for at in self._arrivals(Purpose.YELLOWS, side, period, rates.yellows):
            self._happens("yellow", side, at)
            self.booked[side].append(at)
        for since in tuple(self.booked[side]):
            # Waiting has no memory, so that each period may begin it anew.
            at = max(since, period.start) + waiting(again, self.parameters.second_yellow_hazard / 60)
            if at < period.end:
                self.booked[side].remove(since)
                self._send_off("second_yellow", side, at)

    def _send_off(self, kind: EventKind, side: int, at: float) -> None:
        self._happens(kind, side, at)
        self.sent_off[side].append(at)

    def _attack(self, period: Period, side: int) -> None:
        rates = self.rates[side]
        for at in self._attempts(Purpose.GOALS, side, period, rates.goals):
            self._happens(*self._goal_kind(side, at))
        for at in self._attempts(Purpose.MISSED_PENALTIES, side, period, rates.missed_penalties):
            self._happens("penalty_miss", side, at)
        for at in self._attempts(Purpose.SHOTS, side, period, rates.shots):
            self._happens("shot", side, at)

    def _goal_kind(self, side: int, at: float) -> tuple[EventKind, int, float, str]:
        u, p = self.draws(Purpose.GOAL_KINDS, side)(), self.parameters
        if u < p.own_goal_share:
            return "own_goal", side, at, ""
        return "goal", side, at, "penalty" if u < p.own_goal_share + p.penalty_share else ""

    def _arrivals(self, purpose: Purpose, side: int, period: Period, rate: Ramp) -> Iterator[float]:
        return arrivals(self.draws(purpose, side), period, partial(rate.rate, period), rate.ceiling(period))

    def _attempts(self, purpose: Purpose, side: int, period: Period, rate: Ramp) -> Iterator[float]:
        """Arrivals at a rate that follows the players on the field."""
        most = self.parameters.red_card_opponent ** len(self.sent_off[AWAY - side])
        return arrivals(
            self.draws(purpose, side),
            period,
            lambda t: rate.rate(period, t) * self._strength(side, t),
            rate.ceiling(period) * most,
        )

    def _strength(self, side: int, t: float) -> float:
        """Attack of a side at `t` relative to that of eleven against eleven."""
        own, other = (sum(at <= t for at in self.sent_off[s]) for s in (side, AWAY - side))
        return self.parameters.red_card_own**own * self.parameters.red_card_opponent**other

    def _check(self, event: MatchEvent) -> MatchEvent:
        """A video check of a goal or award, begun before the period ends."""
        end = next(p.end for p in self.periods if p.start <= event.at < p.end)
        return MatchEvent(min(event.at + self.parameters.var_delay, (event.at + end) / 2), "var", event.side)


def _rates(teams: tuple[Team, Team], side: int, p: Parameters) -> _Rates:
    """Goals and shots by the strength of the side; cards fall on both sides alike."""
    goals = teams[side].expected_goals
    share = goals / (teams[HOME].expected_goals + teams[AWAY].expected_goals)
    misses = goals * p.penalty_share * (1 / p.penalty_conversion - 1)
    return _Rates(
        goals=ramp(goals, p.goal_ramp, p, p.extra_time_goal_rate),
        missed_penalties=ramp(misses, p.goal_ramp, p, p.extra_time_goal_rate),
        shots=ramp(p.shots * share, p.shot_ramp, p, p.extra_time_goal_rate),
        yellows=ramp(p.yellow_cards / 2, p.yellow_ramp, p),
        reds=ramp(p.red_cards / 2, p.red_ramp, p),
    )


def _length(name: PeriodName, uniform: Uniform, p: Parameters) -> float:
    """Seconds a half lasts: the regular time, and stoppage that is Weibull."""
    mean, shape = {
        "1H": (p.first_half_stoppage, p.first_half_shape),
        "2H": (p.second_half_stoppage, p.second_half_shape),
        "E1": (p.first_extra_stoppage, p.first_half_shape),
        "E2": (p.second_extra_stoppage, p.second_half_shape),
    }[name]
    first, last = PLAYING[name]
    return (last - first + weibull(uniform, mean / math.gamma(1 + 1 / shape), shape)) * 60
