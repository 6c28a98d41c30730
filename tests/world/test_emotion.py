from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import lfilter

from sim.parameters import Parameters
from sim.world.beliefs import believe
from sim.world.emotion import Emotion, burst, feel, mood_after
from sim.world.fading import fading, following
from sim.world.match import AWAY, HOME, NEUTRAL, EventKind, Match, MatchEvent
from tests.world.test_beliefs import (
    HOME_WINS_THREE_NIL,
    PARAMETERS,
    events,
    goal,
    match,
    matches,
    minute,
    mirrored,
    with_shootout,
)


def felt(m: Match, parameters: Parameters = PARAMETERS) -> Emotion:
    return feel(m, believe(m, parameters), parameters)


def around(emotion: Emotion, curve: NDArray[Any], start: float, end: float) -> NDArray[Any]:
    """The part of a curve from `start` to `end` seconds."""
    return np.asarray(curve[..., int(start - emotion.opens) : int(end - emotion.opens)])


def peak_after(m: Match, at: float, side: int = NEUTRAL) -> float:
    """How far arousal rises in the three minutes after `at`."""
    emotion = felt(m)
    curve = around(emotion, emotion.arousal[side], at, at + 180)
    return float(curve.max() - curve[0])


@given(matches())
@settings(max_examples=40, deadline=None)
def test_curves_keep_their_bounds(m: Match) -> None:
    e = felt(m)
    seconds = int(m.closes - m.opens) + 1
    assert e.arousal.shape == e.mood.shape == (3, seconds)
    assert e.attention.shape == e.in_play.shape == (seconds,)
    assert np.all((e.arousal >= 0) & (e.arousal <= 1))
    assert np.all((e.attention >= 0) & (e.attention <= 1))
    assert np.all(np.abs(e.mood) <= 1)
    assert np.all(e.mood[NEUTRAL] >= 0)


@given(matches())
@settings(max_examples=30, deadline=None)
def test_swapping_the_sides_swaps_their_emotions(m: Match) -> None:
    e, f = felt(m), felt(mirrored(m))
    other = [AWAY, HOME, NEUTRAL]
    np.testing.assert_allclose(e.arousal, f.arousal[other], atol=1e-9)
    np.testing.assert_allclose(e.mood, f.mood[other], atol=1e-9)


no_kicks = events.filter(lambda e: not e.kind.startswith("penalty"))


@given(matches(), st.floats(0, minute(93)), st.lists(no_kicks, max_size=5))
@settings(max_examples=30, deadline=None)
def test_nothing_that_happens_later_is_felt_before(m: Match, now: float, others: list[MatchEvent]) -> None:
    """Kicks from the spot aside, for which people hush before they are taken."""
    told = [e for e in m.events if e.at <= now and not e.kind.startswith("penalty")]
    lengths = {p.name: p.end - p.start for p in m.periods}
    e, f = (
        felt(match(*told, *later, home=m.home.expected_goals, away=m.away.expected_goals, lengths=lengths))
        for later in ([], [e for e in others if now < e.at < m.closes - 1])
    )
    seen = int(now - m.opens) + 1
    np.testing.assert_allclose(e.arousal[:, :seen], f.arousal[:, :seen], atol=1e-12)
    np.testing.assert_allclose(e.mood[:, :seen], f.mood[:, :seen], atol=1e-12)
    np.testing.assert_array_equal(e.in_play[:seen], f.in_play[:seen])


@given(st.floats(2, 88), st.sampled_from([HOME, AWAY]))
@settings(max_examples=20, deadline=None)
def test_a_goal_arouses_everyone_and_parts_their_moods(at: float, side: int) -> None:
    e = felt(match(goal(at, side)))
    t = minute(at)
    arousal = around(e, e.arousal, t - 1, t + 180)
    assert np.all(arousal.max(axis=1) > 2 * arousal[:, 0])
    before, after = around(e, e.mood, t - 1, t + 2)[:, [0, -1]].T
    assert after[side] > before[side]
    assert after[AWAY - side] < before[AWAY - side]
    assert after[NEUTRAL] > before[NEUTRAL]


def test_fans_of_the_scorers_are_moved_most_and_neutral_viewers_least() -> None:
    by_side = [peak_after(match(goal(30)), minute(30), side) for side in (HOME, AWAY, NEUTRAL)]
    assert by_side == sorted(by_side, reverse=True)


def test_surprise_makes_the_burst() -> None:
    early = peak_after(match(goal(10)), minute(10))
    late = peak_after(match(goal(20), goal(88, AWAY)), minute(88))
    idle = peak_after(match(goal(5), goal(10), goal(15), goal(80)), minute(80))
    assert late > early > 3 * idle > 0


def test_small_events_make_small_bursts() -> None:
    kinds: tuple[EventKind, ...] = ("goal", "red", "var", "shot", "sub")
    peaks = [peak_after(match(MatchEvent(minute(30), kind, AWAY)), minute(30)) for kind in kinds]
    assert peaks == sorted(peaks, reverse=True)


def test_bursts_that_pile_up_level_off_below_one() -> None:
    e = felt(match(*(goal(30 + n / 4, n % 2) for n in range(12))))
    assert 0.9 < e.arousal[HOME].max() < 1


def test_a_burst_peaks_at_one() -> None:
    u = np.arange(0.0, 600.0)
    curve = burst(u, 32, 147)
    assert curve[0] == 0
    assert curve.max() == pytest.approx(1, abs=1e-3)


def test_before_a_penalty_people_hush() -> None:
    kick = minute(40)
    e = felt(match(MatchEvent(kick - 75, "penalty_award", HOME), MatchEvent(kick, "goal", HOME, "penalty")))
    waiting = around(e, e.arousal[HOME], kick - 60, kick - 30).mean()
    hush = around(e, e.arousal[HOME], kick - 20, kick).mean()
    after = around(e, e.arousal[HOME], kick, kick + 60).max()
    assert hush < waiting / 2
    assert after > 3 * hush


def test_a_hush_falls_in_the_time_it_is_given() -> None:
    kick = minute(40)
    penalty = match(MatchEvent(kick - 75, "penalty_award", HOME), MatchEvent(kick, "goal", HOME, "penalty"))
    quick, slow = (felt(penalty, Parameters(hush_onset=s)) for s in (1, 20))
    differ = np.flatnonzero(around(quick, quick.arousal[HOME], kick - 60, kick) > around(
        slow, slow.arousal[HOME], kick - 60, kick))  # fmt: skip
    assert (differ.min(), differ.max()) == (60 - 20 - 19, 60 - 20 - 1)


def test_play_stops_after_goals_and_in_breaks_but_not_for_a_penalty() -> None:
    kick = minute(40)
    e = felt(match(goal(20), MatchEvent(kick - 75, "penalty_award", HOME), MatchEvent(kick, "penalty_miss", HOME)))
    assert around(e, e.in_play, 0, minute(20)).all()
    assert not around(e, e.in_play, minute(20) + 1, minute(20) + PARAMETERS.stop_goal).any()
    assert around(e, e.in_play, minute(20) + PARAMETERS.stop_goal + 1, 2790).all()
    for start, end in ((e.opens, 0), (2790, 3690), (6610, 7210)):
        assert not around(e, e.in_play, start, end).any()
        assert around(e, e.attention, start, end).max() == 0


def test_attention_follows_suspense_and_falls_in_stoppages() -> None:
    e = felt(match(goal(20), goal(50, AWAY)))
    early, stopped, late = (around(e, e.attention, t, t + 30).mean() for t in (60, minute(50) + 5, minute(90)))
    assert stopped < early < late


def test_mood_is_quiet_when_what_was_expected_happens() -> None:
    e = felt(match(goal(20), goal(60), home=3.5, away=0.3))
    upset = felt(match(goal(60, AWAY), home=3.5, away=0.3))
    after = int(6700 - e.opens)
    assert abs(e.mood[AWAY, after]) < 0.2 * abs(upset.mood[HOME, after])


def test_a_lost_match_weighs_twice_a_won_one() -> None:
    e = felt(match(goal(60), home=1.4, away=1.4))
    at_whistle = e.mood[:, int(6610 - e.opens)]
    assert at_whistle[AWAY] / at_whistle[HOME] == pytest.approx(-PARAMETERS.loss_aversion)


def test_without_loss_aversion_moods_are_opposite() -> None:
    parameters = PARAMETERS.model_copy(update={"loss_aversion": 1.0, "mood_plateau_loss": PARAMETERS.mood_plateau_gain})
    e = felt(match(goal(30), goal(70, AWAY)), parameters)
    np.testing.assert_allclose(e.mood[HOME], -e.mood[AWAY], atol=1e-12)


def test_an_equaliser_gives_back_what_the_goal_took() -> None:
    m = match(goal(30), goal(31, AWAY), home=1.4, away=1.4)
    e = felt(m)
    behind, level = (e.mood[AWAY, int(minute(n) - e.opens)] for n in (30.5, 31.5))
    assert behind < -0.1
    assert abs(level) < 0.01


def test_after_the_end_mood_fades_as_mood_after_says() -> None:
    e = felt(match(goal(60)))
    end, u = int(6610 - e.opens), np.arange(500.0)
    for side, gain in ((HOME, True), (AWAY, False)):
        np.testing.assert_allclose(
            e.mood[side, end : end + 500], e.mood[side, end] * mood_after(u, gain, PARAMETERS), atol=1e-12
        )


def test_half_time_after_drama_is_livelier_than_after_none() -> None:
    drama, none = (felt(m) for m in (match(goal(20), goal(40, AWAY)), match()))
    lively, dull = (around(e, e.arousal[NEUTRAL], 2790 + 300, 3690).mean() for e in (drama, none))
    assert lively > 2 * dull


def test_a_shootout_is_felt_kick_by_kick() -> None:
    m = with_shootout(*HOME_WINS_THREE_NIL)
    e = felt(m)
    first = m.events[0].at
    arousal = around(e, e.arousal[HOME], first, first + 90)
    assert arousal.max() > 3 * arousal.min()
    assert around(e, e.in_play, first, m.events[-1].at).all()
    assert e.mood[HOME, -1] > 0 > e.mood[AWAY, -1]


def test_curves_are_read_only() -> None:
    e = felt(match())
    for curve in (e.arousal, e.mood, e.attention, e.in_play):
        with pytest.raises(ValueError, match="read-only"):
            curve[..., 0] = 0


def test_what_fades_and_what_follows_is_what_scipy_s_filter_gives() -> None:
    impulses = np.zeros((3, 500))
    impulses[0, 3], impulses[1, [40, 41]], impulses[2, 499] = 2.0, (-1.0, 0.25), 1.0
    level, kept = np.sin(np.arange(500) / 30), math.exp(-1 / 45)
    np.testing.assert_array_equal(fading(impulses, 45.0), lfilter([1.0], [1.0, -kept], impulses))
    expected = lfilter([1 - kept], [1.0, -kept], level, zi=[kept * level[0]])[0]
    np.testing.assert_array_equal(following(level, 45.0), expected)
