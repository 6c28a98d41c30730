"""The moments at which a rule file will be asked, as far as they are known before a match is played."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, get_args

import numpy as np

from sim.world.match import AWAY, HOME, PLAYING, EventKind, PeriodName
from sim.world.night import World
from sim.world.peak import Peaks
from sim.world.periods import lay_out
from sim.world.redlines import RedLines
from sim.world.scenario import GeneratedMatch, Scenario
from sim.world.stage import Stage

Happening = tuple[EventKind, int]  # what, and whose
SHOOT_OUT: tuple[EventKind, ...] = ("shootout_goal", "shootout_miss")
LONGEST = (
    7200.0  # s of stoppage, or of a shoot-out: far more than is ever drawn, for no rule that may fire is to be missed
)


class Moment(NamedTuple):
    """The start of a window.  Where something is None it may be one way or the other."""

    period: PeriodName
    began: bool  # the period has just begun
    into: float  # min since it did
    elapsed: float  # min since the broadcast opened
    slack: float  # min by which all times may be later
    minute: float | None  # of play; None: nobody plays
    in_play: bool | None
    peak: bool | None
    score: tuple[int, int] | None
    happened: frozenset[Happening]  # since the window before, or may have


def moments(world: World, own: RedLines | None) -> list[Moment]:
    """All moments of all matches of a scenario; `own` are the red lines of the rule file."""
    lines = (world.scenario.red_lines, own) if own else (world.scenario.red_lines,)
    forms = list(enumerate(world.scenario.matches))
    drawn = {form.knockout for _, form in forms if isinstance(form, GeneratedMatch)}
    stages = [world.stage(0, 0, fixture) for fixture, form in forms if not isinstance(form, GeneratedMatch)]
    of_drawn = (moment for knockout in sorted(drawn) for moment in _of_any_match(knockout, world.scenario))
    return [*of_drawn, *(m for stage in stages for m in _of_match(stage, world.scenario.timing.window, lines))]


def _of_match(stage: Stage, window: float, lines: Sequence[RedLines]) -> Iterator[Moment]:
    """Those of a match that is the same every night."""
    match, in_play, peaks = stage.match, stage.emotion.in_play, Peaks(stage.match, lines)
    before, told = "", 0
    for t in np.arange(match.opens, match.closes - 1e-6, window).tolist():
        period, plays = match.period_at(t), bool(in_play[min(int(t - match.opens), len(in_play) - 1)])
        events = match.events_until(t)
        happened = frozenset((event.kind, event.side) for event in events[told:])
        peak = True if peaks.at(t, plays, 0.0) else None if peaks.at(t, plays, np.inf) else False
        began, into, elapsed = period.name != before, (t - period.start) / 60.0, (t - match.opens) / 60.0
        minute, score = match.minute(t), match.score_at(t)
        yield Moment(period.name, began, into, elapsed, 0.0, minute, plays, peak, score, happened)
        before, told = period.name, len(events)


def _of_any_match(knockout: bool, scenario: Scenario) -> Iterator[Moment]:
    """Those of a match that is another every night: of the longest there could be."""
    played: tuple[PeriodName, ...] = ("1H", "2H", "E1", "E2", "P") if knockout else ("1H", "2H")
    lengths = {name: (last - first) * 60.0 + LONGEST for name, (first, last) in PLAYING.items() if name in played}
    if knockout:
        lengths["P"] = LONGEST
    periods = lay_out(lengths, scenario.assumptions)
    before, may_have, slack = "", frozenset[Happening](), scenario.timing.window / 60.0
    for period in periods:
        may = _possible(period.name)
        for t in np.arange(period.start, period.end, scenario.timing.window).tolist():
            minute, into = None, (t - period.start) / 60.0
            if period.playing and period.name != "P":
                first, last = PLAYING[period.name]
                minute = min(first + into, float(last))
            peak = True if period.name == "P" else None
            score = (0, 0) if t <= 0.0 else None
            in_play = None if period.playing else False
            began, elapsed = period.name != before, (t - periods[0].start) / 60.0
            yield Moment(period.name, began, into, elapsed, slack, minute, in_play, peak, score, may | may_have)
            before, may_have = period.name, may


def _possible(period: PeriodName) -> frozenset[Happening]:
    """What may happen in a part of a generated match."""
    if period not in PLAYING:
        return frozenset()
    kinds = [kind for kind in get_args(EventKind) if (kind in SHOOT_OUT) == (period == "P")]
    return frozenset((kind, side) for kind in kinds for side in (HOME, AWAY))
