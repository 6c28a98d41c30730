"""The kicks of a shoot-out: best of five a side, then pair by pair until one side leads (Laws of the Game, law 10)."""

from __future__ import annotations

from collections.abc import Callable

from sim.world.match import AWAY, HOME, MatchEvent

Kick = tuple[int, bool]  # side, scored
ROUNDS = 5


def decided(kicks: list[Kick]) -> bool:
    """Whether one side can no longer be caught."""
    goals, left = _standing(kicks)
    return goals[HOME] > goals[AWAY] + left[AWAY] or goals[AWAY] > goals[HOME] + left[HOME]


def take_kicks(uniform: Callable[[], float], conversion: float) -> list[Kick]:
    """A shoot-out drawn kick by kick: a coin for who begins, each kick scored with probability `conversion`."""
    side = HOME if uniform() < 0.5 else AWAY
    kicks: list[Kick] = []
    while not decided(kicks):
        kicks.append((side, uniform() < conversion))
        side = AWAY - side
    return kicks


def assumed_order(score: tuple[int, int]) -> list[Kick] | None:
    """An order of kicks that ends in `score`, home first and misses as late as they can be; None when there is none.

    For sources that give a shoot-out's score alone: the order says nothing about what happened.
    """
    sudden_death = max(score) > ROUNDS
    return None if sudden_death and abs(score[HOME] - score[AWAY]) != 1 else _completed([], score)


def shootout_events(kicks: list[Kick], start: float, interval: float, detail: str = "") -> list[MatchEvent]:
    """The kicks as events, one every `interval` seconds, the first an interval after `start`."""
    return [
        MatchEvent(start + interval * n, "shootout_goal" if scored else "shootout_miss", side, detail)
        for n, (side, scored) in enumerate(kicks, start=1)
    ]


def length(kicks: list[Kick], interval: float) -> float:
    """Seconds a shoot-out lasts: half an interval more than its last kick."""
    return interval * (len(kicks) + 0.5)


def _completed(kicks: list[Kick], score: tuple[int, int]) -> list[Kick] | None:
    goals, _ = _standing(kicks)
    if decided(kicks):
        return kicks if goals == score else None
    if len(kicks) == 2 * max(ROUNDS, *score):
        return None
    side = len(kicks) % 2
    for scored in (True, False) if goals[side] < score[side] else (False,):
        if whole := _completed([*kicks, (side, scored)], score):
            return whole
    return None


def _standing(kicks: list[Kick]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Goals of both sides, and the kicks each has left in the round that must be finished."""
    taken = [sum(side == s for side, _ in kicks) for s in (HOME, AWAY)]
    rounds = max(ROUNDS, *taken)
    goals = [sum(scored for side, scored in kicks if side == s) for s in (HOME, AWAY)]
    return (goals[HOME], goals[AWAY]), (rounds - taken[HOME], rounds - taken[AWAY])
