from __future__ import annotations

from itertools import pairwise
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import Parameters
from sim.world.generator import generate_match
from sim.world.match import AWAY, HOME, Match, Team
from sim.world.shootout import decided

KEYS = st.integers(0, 2**64 - 1)
STRENGTHS = st.floats(0.1, 6)
SHOOTOUT = ("shootout_goal", "shootout_miss")


def game(seed: int = 1, replication: int = 0, *, knockout: bool = False, home: float = 1.55, away: float = 1.25,
         parameters: Parameters | None = None) -> Match:  # fmt: skip
    return generate_match(
        Team("Reds", home),
        Team("Blues", away),
        knockout=knockout,
        seed=seed,
        replication=replication,
        parameters=parameters or Parameters(),
    )


matches = st.builds(game, KEYS, KEYS, knockout=st.booleans(), home=STRENGTHS, away=STRENGTHS)
shootouts = [m for m in (game(2, r, knockout=True, home=0.3, away=0.3) for r in range(120)) if sum(m.shootout)]


@given(matches)
def test_periods_follow_one_another_without_gaps(match: Match) -> None:
    names = [period.name for period in match.periods]
    assert names[:4] == ["pre", "1H", "HT", "2H"]
    assert names[-1] == "post"
    assert match.periods[1].start == 0
    assert all(a.end == b.start and a.start < a.end for a, b in pairwise(match.periods))


@given(matches)
def test_events_are_in_order_and_inside_periods_of_play(match: Match) -> None:
    times = [event.at for event in match.events]
    assert times == sorted(times)
    for event in match.events:
        period = match.period_at(event.at)
        assert period.playing
        assert period.start <= event.at < period.end
        assert (event.kind in SHOOTOUT) == (period.name == "P")
        assert event.side in (HOME, AWAY)


@given(matches)
def test_goals_add_up_to_the_score(match: Match) -> None:
    scorers = [event.side for event in match.events if event.kind in ("goal", "own_goal")]
    assert match.score == (scorers.count(HOME), scorers.count(AWAY))


@given(matches)
def test_extra_time_and_penalties_come_only_to_a_level_knockout(match: Match) -> None:
    periods = {period.name: period for period in match.periods}
    regular = match.score_at(periods["2H"].end)
    assert ("E1" in periods) == (match.knockout and regular[0] == regular[1])
    assert ("E2" in periods) == ("E1" in periods)
    assert ("P" in periods) == (match.knockout and match.score[0] == match.score[1])


@pytest.mark.parametrize("match", shootouts, ids=lambda match: match.source[-3:])
def test_a_shootout_alternates_and_ends_the_moment_it_is_decided(match: Match) -> None:
    kicks = [(event.side, event.kind == "shootout_goal") for event in match.events if event.kind in SHOOTOUT]
    assert all(a != b for (a, _), (b, _) in pairwise(kicks))
    assert decided(kicks)
    assert not any(decided(kicks[:n]) for n in range(len(kicks)))
    assert match.shootout[0] != match.shootout[1]


@given(matches)
def test_a_second_yellow_follows_a_yellow_of_the_same_side(match: Match) -> None:
    booked = {HOME: 0, AWAY: 0}
    for event in match.events:
        if event.kind == "yellow":
            booked[event.side] += 1
        if event.kind == "second_yellow":
            booked[event.side] -= 1
            assert booked[event.side] >= 0


@given(matches)
def test_a_penalty_follows_its_award(match: Match) -> None:
    for side in (HOME, AWAY):
        mine = [event for event in match.events if event.side == side]
        awards = [event.at for event in mine if event.kind == "penalty_award"]
        kicks = [event.at for event in mine if event.from_spot]
        assert len(awards) == len(kicks)
        assert all(award <= kick for award, kick in zip(awards, kicks, strict=True))


@given(KEYS, KEYS, st.booleans())
def test_the_same_key_gives_the_same_match(seed: int, replication: int, knockout: bool) -> None:
    assert game(seed, replication, knockout=knockout) == game(seed, replication, knockout=knockout)


@given(st.integers(0, 2**64 - 2))
def test_neighbouring_keys_give_other_matches_however_large(key: int) -> None:
    keys = {(key, 0), (key + 1, 0), (0, key), (0, key + 1)}
    assert len({game(*key).events for key in keys}) == len(keys)


@given(KEYS, KEYS)
def test_a_knockout_is_the_same_match_until_full_time(seed: int, replication: int) -> None:
    league, cup = (game(seed, replication, knockout=k, home=0.5, away=0.5) for k in (False, True))
    assert cup.events[: len(league.events)] == league.events


@given(KEYS, KEYS)
def test_more_shots_leave_goals_and_cards_as_they_were(seed: int, replication: int) -> None:
    few, many = (game(seed, replication, parameters=Parameters(shots=shots)) for shots in (15, 28))
    assert [e for e in few.events if e.kind != "shot"] == [e for e in many.events if e.kind != "shot"]


def test_a_key_out_of_range_is_refused() -> None:
    for seed, replication in ((-1, 0), (0, 2**64)):
        with pytest.raises(OverflowError):
            game(seed, replication)


def test_stronger_teams_score_and_shoot_more() -> None:
    played = [game(3, r, home=2.4, away=0.6) for r in range(400)]
    shots = [[e.side for e in match.events if e.kind == "shot"].count(HOME) for match in played]
    assert 2.2 < mean(match.score[0] for match in played) < 2.6
    assert 0.5 < mean(match.score[1] for match in played) < 0.72
    assert 15.5 < mean(shots) < 18


def test_a_share_of_nought_means_never() -> None:
    unchecked = Parameters(var_share=0)
    assert not [e for r in range(50) for e in game(4, r, parameters=unchecked).events if e.kind == "var"]
