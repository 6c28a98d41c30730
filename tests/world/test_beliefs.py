from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import MatchdayError
from sim.parameters import Parameters
from sim.world.beliefs import Shootout, believe, home_goes_through
from sim.world.match import AWAY, HOME, EventKind, Match, MatchEvent, Period, PeriodName, Team

PARAMETERS = Parameters()
REGULAR: dict[PeriodName, float] = {"pre": 300, "1H": 2790, "HT": 900, "2H": 2920, "post": 600}
EXTRA: dict[PeriodName, float] = {"ET_break": 300, "E1": 960, "ET_HT": 120, "E2": 990, "PK_break": 240, "P": 480}


def periods(lengths: dict[PeriodName, float]) -> tuple[Period, ...]:
    starts = np.cumsum([-lengths["pre"], *lengths.values()])
    return tuple(Period(n, float(a), float(b)) for n, (a, b) in zip(lengths, pairwise(starts), strict=True))


def match(
    *events: MatchEvent,
    home: float = 1.55,
    away: float = 1.25,
    knockout: bool = False,
    lengths: dict[PeriodName, float] = REGULAR,
) -> Match:
    told = tuple(sorted(events, key=lambda e: e.at))
    return Match("a test", Team("H", home), Team("A", away), knockout, periods(lengths), told)


def minute(n: float) -> float:
    """Broadcast time of a minute of regular time."""
    return n * 60 if n < 45 else 2790 + 900 + (n - 45) * 60


def goal(n: float, side: int = HOME) -> MatchEvent:
    return MatchEvent(minute(n), "goal", side)


def with_shootout(*scored: bool, knockout: bool = True) -> Match:
    """A goalless match and then these kicks, home first."""
    lengths: dict[PeriodName, float] = {**REGULAR, **EXTRA}
    del lengths["post"]
    start = sum(lengths.values()) - lengths["pre"] - lengths["P"]
    kinds: dict[bool, EventKind] = {True: "shootout_goal", False: "shootout_miss"}
    kicks = (MatchEvent(start + 45 * (i + 1), kinds[s], i % 2) for i, s in enumerate(scored))
    return match(*kicks, knockout=knockout, lengths={**lengths, "post": 600})


HOME_WINS_THREE_NIL = (True, False, True, False, True, False)

kinds = st.sampled_from(
    ["goal", "own_goal", "penalty_award", "penalty_miss", "shot", "yellow", "second_yellow", "red", "var", "sub"]
)
events = st.builds(MatchEvent, st.floats(0, minute(93)), kinds, st.sampled_from([HOME, AWAY]))
strengths = st.floats(0.2, 4.0)


@st.composite
def matches(draw: st.DrawFn) -> Match:
    lengths: dict[PeriodName, float] = {
        "pre": draw(st.floats(0, 600)),
        "1H": draw(st.floats(2700, 3200)),
        "HT": draw(st.floats(300, 1200)),
        "2H": draw(st.floats(2700, 3400)),
        "post": draw(st.floats(1, 900)),
    }
    told = draw(st.lists(events, max_size=10))
    return match(*told, home=draw(strengths), away=draw(strengths), lengths=lengths)


def mirrored(m: Match) -> Match:
    swapped = tuple(replace(e, side=AWAY - e.side) for e in m.events)
    return replace(m, home=m.away, away=m.home, events=swapped)


@given(matches())
@settings(max_examples=40, deadline=None)
def test_probabilities_and_magnitudes_keep_their_bounds(m: Match) -> None:
    b = believe(m, PARAMETERS)
    assert len(b.p) == len(b.suspense) == len(b.shock) == int(m.closes - m.opens) + 1
    assert np.all((b.p >= 0) & (b.p <= 1))
    np.testing.assert_allclose(b.p.sum(axis=1), 1, atol=1e-12)
    for curve in (b.suspense, b.shock):
        assert np.all((curve >= 0) & (curve <= math.sqrt(2) + 1e-12))


@given(matches(), st.floats(0, minute(93)), st.lists(events, max_size=5), st.floats(1, 600))
@settings(max_examples=40, deadline=None)
def test_nothing_that_happens_later_is_believed_before(
    m: Match, now: float, others: list[MatchEvent], longer: float
) -> None:
    """Other events and other lengths of what is not over at `now` leave beliefs until `now` alone."""
    lengths = {p.name: p.end - p.start + (longer if p.end > now and p.name != "pre" else 0) for p in m.periods}
    later = [e for e in others if now < e.at < m.closes - 1]
    other = match(
        *(e for e in m.events if e.at <= now),
        *later,
        home=m.home.expected_goals,
        away=m.away.expected_goals,
        lengths=lengths,
    )
    b, c = believe(m, PARAMETERS), believe(other, PARAMETERS)
    seen = int(now - m.opens) + 1
    # arrays of other lengths may differ in the last bit
    np.testing.assert_allclose(b.p[:seen], c.p[:seen], atol=1e-9)
    np.testing.assert_allclose(b.suspense[:seen], c.suspense[:seen], atol=1e-6)


@given(matches())
@settings(max_examples=30, deadline=None)
def test_swapping_the_sides_mirrors_beliefs(m: Match) -> None:
    b, c = believe(m, PARAMETERS), believe(mirrored(m), PARAMETERS)
    np.testing.assert_allclose(b.p, c.p[:, ::-1], atol=1e-9)
    np.testing.assert_allclose(b.suspense, c.suspense, atol=1e-9)


@given(strengths, strengths, st.lists(events, max_size=6), st.floats(1, 89), st.sampled_from([HOME, AWAY]))
@settings(max_examples=40, deadline=None)
def test_a_goal_raises_the_chance_of_its_side(
    home: float, away: float, others: list[MatchEvent], at: float, side: int
) -> None:
    scored = goal(at, side)
    b = believe(match(*others, scored, home=home, away=away), PARAMETERS)
    for surprise in b.surprises:
        if surprise.event == scored:
            assert surprise.change[2 * side] >= 0 >= surprise.change[2 - 2 * side]


def test_the_end_is_certain_and_without_suspense() -> None:
    b = believe(match(goal(20), goal(30, AWAY), goal(70, AWAY)), PARAMETERS)
    assert b.at(b.settled).tolist() == [0, 0, 1]
    assert b.suspense[int(b.settled - b.opens) :].max() == 0
    assert 0 < b.at(b.settled - 1)[2] < 1


def test_breaks_hold_no_suspense_and_change_nothing() -> None:
    b = believe(match(goal(20)), PARAMETERS)
    before, half_time = slice(0, 300), slice(300 + 2790, 300 + 2790 + 900)
    for stretch in (before, half_time):
        assert b.suspense[stretch].max() == 0
        assert np.ptp(b.p[stretch], axis=0).max() == 0


def test_suspense_grows_in_a_level_match_and_dies_in_a_decided_one() -> None:
    level = believe(match(), PARAMETERS)
    decided = believe(match(goal(10), goal(20), goal(30)), PARAMETERS)
    at = [int(minute(n) - level.opens) for n in (10, 60, 85)]
    assert level.suspense[at[0]] < level.suspense[at[1]] < level.suspense[at[2]]
    assert decided.suspense[at[2]] < 0.001


def test_a_red_card_costs_its_side() -> None:
    (card,) = believe(match(MatchEvent(minute(30), "red", HOME)), PARAMETERS).surprises
    assert card.change[0] < 0 < card.change[2]


def test_added_time_goes_on_being_expected() -> None:
    """Ten minutes into an endless stoppage a minute is still to come, as it was after five."""
    b = believe(match(goal(20), lengths={**REGULAR, "2H": 2700 + 1200}), PARAMETERS)
    at5, at10 = (b.at(minute(90) + n * 60) for n in (5, 10))
    np.testing.assert_allclose(at5, at10, atol=0.001)
    assert at10[0] < 1


def test_a_penalty_moves_beliefs_before_it_is_taken() -> None:
    award, kick = MatchEvent(minute(80), "penalty_award", AWAY), MatchEvent(minute(81), "goal", AWAY, "penalty")
    b = believe(match(award, kick), PARAMETERS)
    given_, scored = b.surprises
    assert given_.size > 0 < scored.size
    assert given_.change[2] / (given_.change[2] + scored.change[2]) == pytest.approx(
        PARAMETERS.penalty_conversion, abs=0.03
    )
    waiting, before = (b.suspense[int(t - b.opens)] for t in (award.at + 30, award.at - 30))
    assert waiting > 2 * before


def test_a_missed_penalty_takes_back_what_its_award_gave() -> None:
    award, kick = MatchEvent(minute(80), "penalty_award", AWAY), MatchEvent(minute(81), "penalty_miss", AWAY)
    with_penalty, without = believe(match(award, kick), PARAMETERS), believe(match(), PARAMETERS)
    np.testing.assert_allclose(with_penalty.at(minute(82)), without.at(minute(82)))


def test_a_penalty_that_is_never_taken_is_forgotten() -> None:
    award = MatchEvent(minute(60), "penalty_award", HOME)
    b, without = believe(match(award), PARAMETERS), believe(match(), PARAMETERS)
    forgotten = award.at + PARAMETERS.penalty_wait
    assert b.at(forgotten - 2)[0] > without.at(forgotten - 2)[0] + 0.1
    np.testing.assert_allclose(b.at(forgotten + 1), without.at(forgotten + 1), atol=1e-9)


def test_a_knockout_match_knows_no_draw() -> None:
    b = believe(match(goal(89), knockout=True), PARAMETERS)
    assert b.p[:, 1].max() == 0
    assert b.p[0, 0] > believe(match(), PARAMETERS).p[0, 0]


def test_extra_time_and_penalties_even_out_what_is_left() -> None:
    b = believe(with_shootout(*HOME_WINS_THREE_NIL), PARAMETERS)
    before_extra, before_kicks = b.at(7000), b.at(9000)
    assert before_extra[0] > before_kicks[0] == pytest.approx(0.5, abs=0.02)


def test_a_shootout_is_followed_kick_by_kick() -> None:
    m = with_shootout(*HOME_WINS_THREE_NIL)
    b = believe(m, PARAMETERS)
    kicks = [s for s in b.surprises if s.event.kind.startswith("shootout")]
    assert len(kicks) == 6
    assert all(s.change[0] > 0 for s in kicks)
    assert b.settled == m.events[-1].at
    assert b.at(b.settled).tolist() == [1, 0, 0]
    first = int(m.events[0].at - b.opens) - 1
    assert b.suspense[first] > 0.1
    assert b.suspense[int(b.settled - b.opens) :].max() == 0


def by_enumeration(kicks: Shootout, conversion: float, depth: int) -> float:
    """The same probability by walking the tree of kicks, cut where both sides are level after `depth` more."""
    left = [max(5, *kicks.taken) - n for n in kicks.taken]
    lead = kicks.scored[0] - kicks.scored[1]
    if lead > left[1] or -lead > left[0]:
        return float(lead > 0)
    if depth == 0:
        return 0.5
    (side,) = kicks.kickers
    goal_, miss = (by_enumeration(kicks.plus(side, g), conversion, depth - 1) for g in (True, False))
    return conversion * goal_ + (1 - conversion) * miss


@given(st.lists(st.booleans(), max_size=10), st.floats(0.6, 0.9))
@settings(max_examples=30, deadline=None)
def test_shootout_chances_are_exact(scored: list[bool], conversion: float) -> None:
    kicks = Shootout()
    for i, s in enumerate(scored):
        kicks = kicks.plus(i % 2, s)
    if kicks.first is None:
        assert home_goes_through(kicks, conversion) == pytest.approx(0.5)
    else:
        expected = by_enumeration(kicks, conversion, 10 - len(scored))
        assert home_goes_through(kicks, conversion) == pytest.approx(expected)


def test_beliefs_are_a_martingale() -> None:
    """What one expects to believe in a minute is what one believes now, by the model's own chances of a goal."""
    none, home, away = (believe(match(*e), PARAMETERS) for e in ((), (goal(60),), (goal(60, AWAY),)))
    now, later = none.at(minute(60) - 1), minute(61)
    q = 60 * np.array([1.55, 1.25]) / (93.7 * 60) * 1.08
    expected = q[0] * home.at(later) + q[1] * away.at(later) + (1 - q.sum()) * none.at(later)
    np.testing.assert_allclose(expected, now, atol=0.001)


def test_curves_are_read_only() -> None:
    b = believe(match(), PARAMETERS)
    for curve in (b.p, b.suspense, b.shock):
        with pytest.raises(ValueError, match="read-only"):
            curve[0] = 0


def test_a_knockout_match_without_a_winner_is_refused() -> None:
    with pytest.raises(MatchdayError, match="needs a winner"):
        believe(match(knockout=True), PARAMETERS)
