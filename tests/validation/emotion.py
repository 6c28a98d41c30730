"""Arousal against a real match's chat, mood against the hours after a match."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import curve_fit

from sim.parameters import Parameters
from sim.world.beliefs import believe
from sim.world.emotion import Emotion, burst, feel
from sim.world.match import AWAY, HOME, Match, MatchEvent
from tests.validation.check import Check
from tests.validation.real_matches import chat_match, minute, regular_match

Array = NDArray[np.float64]

TITLE = "Emotion"
PARAMETERS = Parameters()
HOUR = 3600.0
CHAT = "chat of one match (Hettiarachchi et al. 2022), to which the levels of arousal were tuned"
KERNEL = "bursts peak at about 1 min (Fusaroli et al. 2015); half-life assumed 1 to 8 min"


def checks() -> list[Check]:
    """Every claim about emotion."""
    return [*_chat(), *_bursts(), *_penalty(), *_mood_hours(), *_moods()]


class Night(NamedTuple):
    """A match and how it was felt."""

    match: Match
    emotion: Emotion

    def arousal(self, start: float, end: float) -> Array:
        """Mean of the two sides' fans, each second from `start` to `end`."""
        rows = slice(int(start - self.match.opens), int(end - self.match.opens))
        return np.asarray(self.emotion.arousal[[HOME, AWAY], rows].mean(axis=0))

    def mood(self, side: int, at: float) -> float:
        return float(self.emotion.mood[side, int(at - self.match.opens)])

    def rise(self, at: float) -> float:
        """Peak in the five minutes after `at` over the mean of the six before, as in the chat counts."""
        return float(self.arousal(at, at + 300).max() / self.arousal(at - 360, at).mean())

    def half_life(self, at: float, before: float, after: float) -> float:
        """ln 2 × decay constant, fitted as it was to the chat: base + burst by least squares in 10 s bins."""
        bins = self.arousal(at - before, at + after).reshape(-1, 10).mean(axis=1)
        u = np.arange(5.0 - before, after, 10.0)

        def curve(u: Array, base: float, size: float, rise: float, decay: float) -> Array:
            return np.asarray(base + size * np.where(u > 0, burst(np.maximum(u, 0), rise, decay), 0))

        fitted, _ = curve_fit(curve, u, bins, p0=(0.1, 0.6, 25, 200), bounds=((0, 0, 5, 80), (1, 2, 75, 2000)))
        return float(np.log(2) * fitted[3])


def _night(match: Match) -> Night:
    return Night(match, feel(match, believe(match, PARAMETERS), PARAMETERS))


def _league(*goals: tuple[float, int], home: float = 1.4, away: float = 1.4, hours: float = 0.5) -> Night:
    """A league match with goals at (minute, side), followed for some hours."""
    goalless = regular_match([], home, away)
    events = [MatchEvent(minute(goalless, clock), "goal", side) for clock, side in goals]
    return _night(regular_match(events, home, away, after=hours * HOUR))


def _chat() -> Iterator[Check]:
    night = _night(chat_match())
    first, equaliser = (event.at for event in night.match.events if event.scores)
    end, half_time = night.match.full_time, next(p for p in night.match.periods if p.name == "HT")
    before, during = (
        night.arousal(first - 1200, first).mean(),
        night.arousal(half_time.start + 300, half_time.end).mean(),
    )
    lag = float(night.arousal(first, first + 300).argmax())
    yield Check("E9", "rise after the first goal (9.9)", night.rise(first), 5, 15, CHAT)
    yield Check("E9", "rise after the equaliser at 85' (3.0)", night.rise(equaliser), 1.5, 6, CHAT)
    yield Check("E9", "rise after full time (5.6)", night.rise(end), 3, 11, CHAT)
    yield Check("V1.11", "first goal to peak, s (48 from onset)", lag, 30, 90, CHAT)
    yield Check("E9", "half-life after the first goal, s (102 ± 30%)", night.half_life(first, 280, 320), 71, 133, CHAT)
    yield Check("E9", "half-life after full time, s (240 ± 30%)", night.half_life(end, 160, 400), 168, 312, CHAT)
    yield Check("E9", "half-time after drama over open play before (3.25–4.57 ± 30%)", during / before, 2.3, 5.9, CHAT)


def _bursts() -> Iterator[Check]:
    alone = _league((30, HOME))
    at = 30 * 60.0
    rest = alone.arousal(at - 60, at).mean()
    curve = alone.arousal(at, at + 900) - rest
    peak = int(curve.argmax())
    halved = float((curve[peak:] < curve[peak] / 2).argmax())
    yield Check("V1.11", "a goal alone: time to peak, s", peak, 30, 90, KERNEL)
    yield Check("V1.11", "a goal alone: peak to half of it, s", halved, 60, 480, KERNEL)
    late, idle = _burst((85, HOME)), _burst((10, HOME), (20, HOME), (30, HOME), (85, HOME))
    yield Check("E1.1", "a goal at 85': burst at 0–0 over burst at 3–0", late / idle, 1, np.inf, "own demand")
    yield Check("E1.1", "a goal at 0–0: burst at 85' over burst at 10'", late / _burst((10, HOME)), 1, np.inf, KERNEL)


def _burst(*goals: tuple[float, int]) -> float:
    """How far the last goal raises arousal."""
    night = _league(*goals)
    at = night.match.events[-1].at
    return float(night.arousal(at, at + 180).max() - night.arousal(at - 30, at).mean())


def _penalty() -> Iterator[Check]:
    goalless = regular_match([], 1.4, 1.4)
    kick = minute(goalless, 60)
    award, goal = (
        MatchEvent(kick - PARAMETERS.penalty_delay, "penalty_award", HOME),
        MatchEvent(kick, "goal", HOME, "penalty"),
    )
    night = _night(regular_match([award, goal], 1.4, 1.4))
    hush, after = night.arousal(kick - 20, kick).mean(), night.arousal(kick, kick + 60).max()
    local = night.arousal(award.at, kick - 25).mean()
    source = "near silence before a kick (Twitter 2014, secondary); thresholds assumed"
    yield Check("V1.12", "20 s before a penalty over the time since its award", hush / local, 0, 0.5, source)
    yield Check("V1.12", "peak in the minute after a penalty over the 20 s before", after / hush, 3, np.inf, source)


def _mood_hours() -> Iterator[Check]:
    night = _league((60, HOME), hours=3)
    end = night.match.full_time
    rows = slice(int(end - night.match.opens), int(end + 3 * HOUR - night.match.opens))
    won, lost = night.emotion.mood[[HOME, AWAY], rows].reshape(2, 3, -1).mean(axis=2)
    source = "Dolton & MacKerron 2018, as quoted"
    yield Check("V1.10", "mood after a win, second hour over first", won[1] / won[0], 0.25, 0.41, source)
    yield Check("V1.10", "mood after a loss, second hour over first", lost[1] / lost[0], 0.32, 0.48, source)
    yield Check("V1.10", "mood of the first hour, loss over win", -lost[0] / won[0], 1.7, 2.3, source)
    yield Check("E1.3", "mood after a win, third hour over first (0.28 ± .08)", won[2] / won[0], 0.20, 0.36, source)
    yield Check("E1.3", "mood after a loss, third hour over first (0.41 ± .08)", lost[2] / lost[0], 0.33, 0.49, source)


def _moods() -> Iterator[Check]:
    goal = _league((10, HOME))
    fading = goal.emotion.mood[HOME, int(600 - goal.match.opens) + 1 :]
    halved = float((fading < fading[0] / 2).argmax()) / 60
    yield Check("V1.11", "half-life of the mood after a goal, min", halved, 10, 45, KERNEL)
    upset, expected = _league((60, AWAY), home=2.6, away=0.5), _league((60, HOME), home=2.6, away=0.5)
    end = upset.match.full_time
    loss, win = upset.mood(HOME, end), upset.mood(AWAY, end)
    source = "Card & Dahl 2011"
    yield Check("V1.13", "an expected loss over an upset loss", expected.mood(AWAY, end) / loss, 0, 0.5, source)
    yield Check("V1.13", "an upset win over an upset loss, absolute", -win / loss, 0, 1, source)
