"""The match as viewers feel it: every curve the engines read, second by second, made before any viewer exists."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters
from sim.world.beliefs import Beliefs, believe
from sim.world.emotion import Emotion, feel
from sim.world.match import Match
from sim.world.scenario import Arrivals

BLOCK = 60  # seconds over which hazards are bounded


SECOND = np.dtype(
    [
        ("arousal", "f8", 3),  # by side, 0 to 1
        ("mood", "f8", 3),  # by side, -1 to 1
        ("attention", "f8"),  # 0 to 1
        ("suspense", "f8"),
        ("leave_phase", "f8"),  # factor on leaving: play 1, breaks and the end more
        ("browse_phase", "f8"),  # factor on browsing: breaks 1, play less
    ]
)
BOUND = np.dtype(
    [
        ("leave", "f8"),  # most that phase and suspense make of leaving, at mood 0
        ("arousal", "f8", 3),  # by side
        ("browse", "f8", 3),  # by side: most that phase and the best mood there could be make of browsing
    ]
)


class Curves(NamedTuple):
    """The match for those who live through it, second by second, and what bounds it, block by block."""

    opens: float  # s
    closes: float  # s
    seconds: NDArray[np.void]  # (T,) SECOND, from `opens` on
    most: NDArray[np.void]  # (B,) BOUND: maxima over blocks of `BLOCK` seconds
    sums: NDArray[np.void]  # (B + 1,) BOUND: integrals of `most` from `opens` to the start of each block


@dataclass(frozen=True, eq=False)
class Stage:
    """A match with its beliefs, its emotions, its curves and the times at which its viewers come."""

    match: Match
    beliefs: Beliefs
    emotion: Emotion
    curves: Curves
    arrivals: NDArray[np.float64]  # (3, T) cumulative share of a side's viewers who have come


def set_stage(match: Match, arrivals: Arrivals, parameters: Parameters) -> Stage:
    """Everything about a match that does not depend on who watches it."""
    beliefs = believe(match, parameters)
    emotion = feel(match, beliefs, parameters)
    return Stage(
        match, beliefs, emotion, _curves(match, beliefs, emotion, parameters), _coming(match, emotion, arrivals)
    )


def _curves(match: Match, beliefs: Beliefs, emotion: Emotion, p: Parameters) -> Curves:
    times = match.opens + np.arange(emotion.arousal.shape[1])
    playing = np.any([(times >= x.start) & (times < x.end) for x in match.periods if x.playing], axis=0)
    seconds = np.zeros(len(times), SECOND)
    seconds["arousal"], seconds["mood"] = emotion.arousal.T, emotion.mood.T
    seconds["attention"], seconds["suspense"] = emotion.attention, beliefs.suspense
    off = np.where(times >= match.full_time, p.leave_after, p.leave_break)
    seconds["leave_phase"] = np.where(playing | (times < 0.0), 1.0, off)
    stopped = np.where(playing, p.browse_stoppage, 1.0)
    seconds["browse_phase"] = np.where(emotion.in_play, p.browse_play, stopped)
    most = _bounds(seconds, p)
    return Curves(float(match.opens), float(match.closes), seconds, most, _integrals(most))


def _bounds(seconds: NDArray[np.void], p: Parameters) -> NDArray[np.void]:
    starts = np.arange(0, len(seconds), BLOCK)
    most = np.zeros(len(starts), BOUND)
    leaving = seconds["leave_phase"] * np.exp(-p.leave_suspense * seconds["suspense"])
    most["leave"] = np.maximum.reduceat(leaving, starts)
    most["arousal"] = np.maximum.reduceat(seconds["arousal"], starts)
    joy = np.maximum.reduceat(seconds["mood"], starts) > 0.0
    most["browse"] = np.maximum.reduceat(seconds["browse_phase"], starts)[:, None] * (1.0 + p.browse_mood * joy)
    return most


def _integrals(most: NDArray[np.void]) -> NDArray[np.void]:
    sums = np.zeros(len(most) + 1, BOUND)
    for name in BOUND.names or ():
        sums[name][1:] = np.cumsum(most[name] * BLOCK, axis=0)
    return sums


def _coming(match: Match, emotion: Emotion, arrivals: Arrivals) -> NDArray[np.float64]:
    """Cumulative arrivals by side: a ramp before kick-off, then a hazard that falls and bursts with arousal.

    Nothing here may look ahead: how many have come by t must not tell what is still to happen.  So the hazard is scaled
    by a usual match, not by this one, and who has not come by the end never comes.
    """
    seconds = match.opens + np.arange(emotion.arousal.shape[1], dtype=float)
    early = np.where(seconds < 0.0, np.exp(seconds / (arrivals.ramp * 60.0)), 0.0)
    length = arrivals.usual_length * 60.0
    interest = np.where(seconds >= 0.0, np.clip(1.0 - seconds / length, 0.0, None), 0.0)
    usual = length / 2.0 * (1.0 + arrivals.goal_pull * arrivals.usual_arousal)
    hazard = interest * (1.0 + arrivals.goal_pull * emotion.arousal) * math.log(1.0 / arrivals.never) / usual
    late = 1.0 - np.exp(-np.cumsum(hazard, axis=1))
    share = arrivals.before_kickoff
    before = np.cumsum(early) / early.sum() if early.any() else np.ones_like(early)  # none if it opens with kick-off
    return np.asarray(share * before + (1.0 - share) * late)
