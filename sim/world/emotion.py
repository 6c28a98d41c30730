"""How a match is felt: arousal, mood and attention, made once a match before any viewer exists.

Two things look ahead by some seconds, as people do who see what is coming: the hush before a kick from the spot, and
whether a penalty is still to be taken.  Nothing else at time t depends on what happens after t.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters
from sim.world.beliefs import Beliefs, Surprise
from sim.world.fading import fading, following
from sim.world.match import EventKind, Match, MatchEvent

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Emotion:
    """Curves on the grid of `Beliefs`, sides in the order home, away, neutral.  The arrays are read-only.

    A viewer's own arousal and mood are the side's, times the viewer's gain, clipped.
    """

    opens: float  # s
    arousal: Array  # (3, T) 0 to 1
    mood: Array  # (3, T) −1 to 1; −1 is how fans feel who were sure to win and lost
    attention: Array  # (T,) 0 to 1: how much the picture holds the eyes
    in_play: NDArray[np.bool_]  # (T,)


def feel(match: Match, beliefs: Beliefs, parameters: Parameters) -> Emotion:
    """The emotions of both sides' fans and of neutral viewers through the whole broadcast."""
    scene = _Scene(match, beliefs, parameters)
    emotion = Emotion(match.opens, scene.arousal(), scene.mood(), scene.attention(), scene.in_play)
    for values in (emotion.arousal, emotion.mood, emotion.attention, emotion.in_play):
        values.setflags(write=False)
    return emotion


def mood_after(u: Array | float, gain: bool, parameters: Parameters) -> Array:
    """Share of a mood that is left `u` seconds after its cause: a part fades in minutes, the rest in hours.

    The shares are least squares fits [D] to the means of the three hours after a win and a loss, of 100: +3.9, +1.3,
    +1.1 and −7.8, −3.1, −3.2 (Dolton & MacKerron 2018, as quoted).
    """
    (fast, minutes), (slow, hours) = _mood_parts(gain, parameters)
    return np.asarray(fast * np.exp(-np.asarray(u) / minutes) + slow * np.exp(-np.asarray(u) / hours))


def _mood_parts(gain: bool, parameters: Parameters) -> tuple[tuple[float, float], tuple[float, float]]:
    """Share and time constant (s) of the part that fades fast and of the slow one."""
    slow = parameters.mood_plateau_gain if gain else parameters.mood_plateau_loss
    return (1 - slow, parameters.mood_half_life * 60 / math.log(2)), (slow, parameters.mood_slow * 3600)


def saturating(x: Array | float, scale: float) -> Array:
    """1 − e^(−x / scale): the first surprises weigh most.  (The form is assumed.)"""
    return -np.expm1(-np.asarray(x) / scale)


def burst(u: Array | float, rise: float, decay: float) -> Array:
    """(e^(−u / decay) − e^(−u / rise)) over its peak, `u` ≥ 0 seconds after an event.

    Fitted [D] to tweets in 10 s bins around Manchester United–Liverpool, 20 Oct 2019; one match.
    """
    return (np.exp(-np.asarray(u) / decay) - np.exp(-np.asarray(u) / rise)) / _peak(rise, decay)


def _peak(rise: float, decay: float) -> float:
    at = math.log(decay / rise) / (1 / rise - 1 / decay)
    return math.exp(-at / decay) - math.exp(-at / rise)


def _bursting(impulses: Array, rise: float, decay: float) -> Array:
    """The `burst` of each impulse along the last axis."""
    return (fading(impulses, decay) - fading(impulses, rise)) / _peak(rise, decay)


def _bounded(x: Array) -> Array:
    """Nearly x up to 0.6 and never above 1, so that bursts that pile up level off."""
    return np.asarray(x / (1 + x**4) ** 0.25)


class _Scene:
    """A match, what is believed and how people are, on one grid of seconds."""

    def __init__(self, match: Match, beliefs: Beliefs, parameters: Parameters) -> None:
        self.match, self.beliefs, self.parameters = match, beliefs, parameters
        self.seconds = match.opens + np.arange(len(beliefs.p), dtype=np.float64)
        self.surprises = {surprise.event: surprise for surprise in beliefs.surprises}

    # --- where the match stands

    def between(self, start: float, end: float) -> slice:
        """Grid seconds `start` ≤ t < `end`."""
        first, last = np.searchsorted(self.seconds, [start, end])
        return slice(int(first), int(last))

    @cached_property
    def in_play(self) -> NDArray[np.bool_]:
        """Play, but for the stops after events.  A penalty about to be taken counts as play: nobody looks away."""
        in_play = self.playing.copy()
        for event in self.match.events:
            in_play[self.between(event.at, event.at + self.stop(event.kind))] = False
        for start, kick in self.penalties():
            in_play[self.between(start, kick)] = True
        return in_play & self.playing

    @cached_property
    def playing(self) -> NDArray[np.bool_]:
        playing = np.zeros(len(self.seconds), np.bool_)
        for period in self.match.periods:
            playing[self.between(period.start, period.end)] = period.playing
        return playing

    def stop(self, kind: EventKind) -> float:
        """Seconds that play stops after an event."""
        p = self.parameters
        stops: dict[EventKind, float] = {
            "goal": p.stop_goal, "own_goal": p.stop_goal, "var": p.stop_var, "sub": p.stop_sub,
            "yellow": p.stop_card, "second_yellow": p.stop_card, "red": p.stop_card,
        }  # fmt: skip
        return stops.get(kind, 0.0)

    def penalties(self) -> Iterator[tuple[float, float]]:
        """From each award to its kick, or until it must have been withdrawn."""
        for award in self.match.events:
            if award.kind == "penalty_award":
                kicks = [e.at for e in self.match.events if e.at >= award.at and (e.from_spot or e.scores)]
                yield award.at, min([*kicks, award.at + self.parameters.penalty_wait])

    @cached_property
    def talk(self) -> Array:
        """How much there is to talk about (T,), 0 to 1: the surprises so far, fading."""
        impulses = np.zeros(len(self.seconds))
        for surprise in self.beliefs.surprises:
            self.put(impulses, surprise.at, surprise.size)
        return saturating(fading(impulses, self.parameters.drama_fades * 60), self.parameters.surprise_scale)

    def put(self, impulses: Array, at: float, size: Array | float) -> None:
        """Adds `size` at the first second of the grid (last axis) that is not before `at`."""
        impulses[..., self.index(at)] += size

    def index(self, at: float) -> int:
        """The first second of the grid that is not before `at`; the last one when there is none."""
        return min(math.ceil(at - self.match.opens), len(self.seconds) - 1)

    # --- attention

    def attention(self) -> Array:
        """Little in stoppages, nothing in breaks, rising with suspense in play."""
        p = self.parameters
        held = p.attention_open + (1 - p.attention_open) * saturating(self.beliefs.suspense, p.suspense_scale)
        return held * np.where(self.in_play, 1.0, np.where(self.playing, p.attention_stopped, 0.0))

    # --- arousal

    def arousal(self) -> Array:
        """(3, T): a level that follows the match, bursts after events on top, and a hush before kicks from the spot."""
        level, bursts = self.level(), self.bursts()
        return np.clip((level + (1 - level) * bursts) * self.hush(), 0.0, 1.0)

    def level(self) -> Array:
        """(T,): floor, suspense, anticipation of kick-off, and in breaks the talk about what has happened."""
        p = self.parameters
        kickoff = np.exp(np.minimum(self.seconds / p.anticipation_rise, -self.seconds / p.anticipation_fall))
        talk = np.where(self.playing | (self.seconds >= self.beliefs.settled), 0.0, self.talk)
        return following(
            p.arousal_floor
            + p.arousal_suspense * saturating(self.beliefs.suspense, p.suspense_scale)
            + p.arousal_kickoff * kickoff
            + p.arousal_break * talk,
            p.burst_rise,
        )

    def bursts(self) -> Array:
        """(3, T): what events and the ends of halves leave behind, bounded where much comes together."""
        p = self.parameters
        events, whistles = np.zeros((2, 3, len(self.seconds)))
        for event in self.match.events:
            self.put(events, event.at, p.arousal_burst * self.impact(event))
        for at in self.whistles():
            share = p.salience_decision + (1 - p.salience_decision) * self.talk[self.index(at)]
            self.put(whistles, at, p.arousal_whistle * share * np.array([1.0, 1.0, p.neutral_share]))
        return _bounded(
            _bursting(events, p.burst_rise, p.burst_decay) + _bursting(whistles, p.whistle_rise, p.whistle_decay)
        )

    def whistles(self) -> list[float]:
        """When play ends before a break, and when the outcome stands."""
        periods = self.match.periods
        ends = [p.start for p in periods if not p.playing and 0 < p.start < self.beliefs.settled]
        return [*ends, self.beliefs.settled]

    def impact(self, event: MatchEvent) -> Array:
        """Share (3,) of the greatest burst: what any such event makes, and more with its surprise."""
        salience = self.salience(event.kind)
        surprise = self.surprises.get(event)
        size = surprise.size if surprise else 0.0
        share = salience + (1 - salience) * saturating(size, self.parameters.surprise_scale)
        return share * self.relevance(surprise)

    def salience(self, kind: EventKind) -> float:
        p = self.parameters
        saliences: dict[EventKind, float] = {
            "goal": p.salience_goal, "own_goal": p.salience_goal, "shot": p.salience_shot, "yellow": p.salience_shot,
            "sub": 0.0,
        }  # fmt: skip
        return saliences.get(kind, p.salience_decision)

    def relevance(self, surprise: Surprise | None) -> Array:
        """Weight (3,) of an event for each side: less for the side it speaks against, and for neutral viewers."""
        p, gain = self.parameters, float(_standing(np.array(surprise.change))) if surprise else 0.0
        home, away = (p.conceding_share if change < 0 else 1.0 for change in (gain, -gain))
        return np.array([home, away, p.neutral_share])

    def hush(self) -> Array:
        """Factor (T,) on arousal."""
        p, factor = self.parameters, np.ones(len(self.seconds))
        for kick in self.match.events:
            if kick.from_spot or kick.kind in ("shootout_goal", "shootout_miss"):
                around = [-p.hush_lasts - p.hush_onset, -p.hush_lasts, 0.0, p.hush_onset]
                factor = np.minimum(factor, np.interp(self.seconds - kick.at, around, [1.0, p.hush, p.hush, 1.0]))
        return factor

    # --- mood

    def mood(self) -> Array:
        """(3, T): changes of value fade by `mood_after`; once the outcome stands, fans weigh it whole."""
        value = self.value()
        change = np.diff(value, axis=1, prepend=0.0)
        mood = self.felt(np.maximum(change, 0.0), gain=True) + self.felt(np.minimum(change, 0.0), gain=False)
        end = self.index(self.beliefs.settled)
        mood[:, end:] = self.aftertaste(_verdict(mood[:, end], value[:, end]), self.seconds[end:] - self.seconds[end])
        return np.clip(np.vstack([mood, self.delight()]), -1.0, 1.0)

    def value(self) -> Array:
        """What the match is worth to home and away fans (2, T), against the belief before it.

        v(x) = x for gains and −Λ|x| for losses, over Λ; x is the change of the side's chance to win, a draw counting
        half.  The reference stays where it was before the match: Card & Dahl (2011) find no other at half-time.
        """
        x = _standing(self.beliefs.p - self.beliefs.p[0]).round(12)  # else rounding decides whether a draw hurts
        return np.stack([np.where(side < 0, side, side / self.parameters.loss_aversion) for side in (x, -x)])

    def delight(self) -> Array:
        """Mood of neutral viewers (T,), who cannot lose: any surprise pleases them (assumed)."""
        changes = np.zeros(len(self.seconds))
        for surprise in self.beliefs.surprises:
            pleasure = saturating(surprise.size, self.parameters.surprise_scale)
            self.put(changes, surprise.at, self.parameters.neutral_delight * pleasure)
        return self.felt(changes, gain=True)

    def felt(self, changes: Array, *, gain: bool) -> Array:
        """Changes a second (…, T), each fading by `mood_after`."""
        (fast, minutes), (slow, hours) = _mood_parts(gain, self.parameters)
        return np.asarray(fast * fading(changes, minutes) + slow * fading(changes, hours))

    def aftertaste(self, verdict: Array, u: Array) -> Array:
        """Mood (2, n), `u` (n,) seconds after the outcome stood."""
        good, bad = (mood_after(u, gain, self.parameters) for gain in (True, False))
        return np.stack([final * (good if final > 0 else bad) for final in verdict])


def _verdict(mood: Array, value: Array) -> Array:
    """The value of the outcome (2,), or the mood already there if that is stronger and of the same sign."""
    return np.where((np.abs(value) > np.abs(mood)) | (value * mood < 0), value, mood)


def _standing(p: Array) -> Array:
    """Home's chance to win, a draw counting half, of probabilities (…, 3)."""
    return np.asarray(p[..., 0] + p[..., 1] / 2)
