"""The project's own form of a real match: YAML that reads like a match report.

Times stand on the football clock: "23:10", and past "45:00" or "90:00" in stoppage ("47:10" is 45+2:10); the second
half starts at "45:00", extra time at "90:00" and "105:00", a shoot-out at "120:00".  A match that was read keeps whole
milliseconds, as the form does, so that it can be written down and read again without any difference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.errors import InputError, Problem
from sim.parameters import Parameters
from sim.world.clock import clock_seconds, clock_text
from sim.world.kinds import read_as
from sim.world.match import AWAY, HOME, PLAYING, SIDES, EventKind, Match, MatchEvent, Period, PeriodName, Team
from sim.world.names import Name
from sim.world.penalties import with_awards
from sim.world.periods import broadcast_time, lay_out
from sim.world.rules import Fault, faults
from sim.world.yaml_text import yaml_text

Clock = Annotated[str, Field(pattern=r"^\d{1,3}:[0-5]\d(\.\d{1,3})?$", examples=["23:10", "47:30"])]
Goals = tuple[Annotated[int, Field(ge=0, le=99)], Annotated[int, Field(ge=0, le=99)]]
Side = Literal["home", "away"]
MAX_EVENTS = 2000
PlayingPeriod = Literal["1H", "2H", "E1", "E2", "P"]
PeriodOrBreak = Literal["1H", "HT", "2H", "ET_break", "E1", "ET_HT", "E2", "PK_break", "P"]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SideForm(_Form):
    """One of the two teams."""

    name: Name = Field(description="Name of the team")
    expected_goals: float = Field(
        gt=0, le=10, description="Goals it was expected to score in a regular match, before kick-off [goals]"
    )


class ScoreForm(_Form):
    """The result, as [home, away] at each stage; every stage counts the goals so far."""

    full_time: Goals = Field(description="Score after the second half [goals]", examples=[[2, 1]])
    half_time: Goals | None = Field(default=None, description="Score after the first half [goals]")
    extra_time: Goals | None = Field(default=None, description="Score after extra time [goals]")
    shootout: Goals | None = Field(default=None, description="Kicks scored in the shoot-out alone [kicks]")


class Stretch(_Form):
    """A period of play, or a break whose length is known."""

    name: PeriodOrBreak = Field(description="Which period; breaks that are not listed get assumed lengths")
    lasts: Clock = Field(description="How long it lasted, stoppage included, in quotes [mm:ss]")

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return clock_seconds(self.lasts)


class Moment(_Form):
    """Something that happened."""

    period: PlayingPeriod = Field(description="The period of play it happened in")
    clock: Clock = Field(description="Match clock, running on in stoppage, in quotes [mm:ss or mm:ss.s]")
    type: EventKind = Field(description="What happened")
    side: Side = Field(
        description="The side that acts; for a goal or own goal the side it counts for, for a penalty the side kicking"
    )
    detail: str = Field(
        default="", max_length=200, description="Words parted by commas; 'penalty' marks a goal from the spot"
    )

    @property
    def seconds(self) -> float:
        """The football clock in seconds."""
        return clock_seconds(self.clock)


class Timeline(_Form):
    """A real match: who played, how long each period lasted, and what happened when."""

    name: str = Field(min_length=1, max_length=240, description="Name of the match, for titles")
    sport: Literal["football"] = Field(description="The sport")
    knockout: bool = Field(description="Whether a level match goes to extra time and penalties")
    home: SideForm = Field(description="The team named first")
    away: SideForm = Field(description="The team named second")
    score: ScoreForm = Field(description="The result, checked against the events")
    source: str = Field(min_length=1, description="Where the facts come from, and their licence")
    precision: str = Field(min_length=1, description="How exact the times are, and which of them are assumed")
    periods: list[Stretch] = Field(description="Periods of play in order, and breaks whose length is known")
    events: list[Moment] = Field(max_length=MAX_EVENTS, description="What happened; equal times keep this order")


def load_timeline(path: Path, parameters: Parameters | None = None) -> Match:
    """Reads a match from a timeline file; what it does not say is `parameters`', or the model's defaults.

    Raises InputError with the place of every fault.
    """
    document = read_as(path, "timeline")
    return build(document.validate(Timeline), document.problem, parameters or Parameters())


def build(
    timeline: Timeline, problem: Callable[[tuple[str | int, ...], str], Problem], parameters: Parameters
) -> Match:
    """A timeline as a match, with the breaks and penalty awards added that `parameters` suppose.

    Raises InputError when the timeline is no match of football; `problem` says where a part of it was written.
    """
    found: list[Fault] = faults(timeline)
    if found:
        raise InputError([problem(where, message) for where, message in found])
    laid_out = lay_out({stretch.name: stretch.seconds for stretch in timeline.periods}, parameters)
    periods = tuple(Period(p.name, _whole(p.start), _whole(p.end)) for p in laid_out)
    events = with_awards(_events(timeline, periods), periods, parameters)
    if len(events) > MAX_EVENTS:
        message = f"{len(events)} events with the penalty awards they need, more than the {MAX_EVENTS} a match can have"
        raise InputError([problem(("events",), message)])
    return Match(
        name=timeline.name,
        home=Team(timeline.home.name, timeline.home.expected_goals),
        away=Team(timeline.away.name, timeline.away.expected_goals),
        knockout=timeline.knockout,
        periods=periods,
        events=tuple(replace(event, at=_whole(event.at)) for event in events),
        source=timeline.source,
        precision=timeline.precision,
    )


def _events(timeline: Timeline, periods: tuple[Period, ...]) -> list[MatchEvent]:
    by_name = {period.name: period for period in periods}
    return [
        MatchEvent(
            at=_whole(broadcast_time(by_name[moment.period], moment.seconds)),
            kind=moment.type,
            side=HOME if moment.side == "home" else AWAY,
            detail=moment.detail,
        )
        for moment in timeline.events
    ]


def _whole(seconds: float) -> float:
    return round(seconds, 3)


# --- from a match back to a file --------------------------------------------------------------------------------------


def timeline_text(match: Match) -> str:
    """The timeline file of a match that was read (not generated): `load_timeline` makes the same match of it."""
    names = [period.name for period in match.periods]
    score = {"half_time": _goals(match, "1H"), "full_time": _goals(match, "1H", "2H")}
    if "E1" in names:
        score["extra_time"] = list(match.score)
    if "P" in names:
        score["shootout"] = list(match.shootout)
    told = {
        "name": match.name,
        "sport": match.sport,
        "knockout": match.knockout,
        "home": {"name": match.home.name, "expected_goals": match.home.expected_goals},
        "away": {"name": match.away.name, "expected_goals": match.away.expected_goals},
        "score": score,
        "source": match.source,
        "precision": match.precision,
        "periods": [
            {"name": p.name, "lasts": clock_text(p.end - p.start)}
            for p in match.periods
            if p.name not in ("pre", "post")
        ],
        "events": [_told(event, match.period_at(event.at)) for event in match.events],
    }
    return yaml_text(told, compact=True)


def _goals(match: Match, *periods: PeriodName) -> list[int]:
    sides = [e.side for e in match.events if e.scores and match.period_at(e.at).name in periods]
    return [sides.count(HOME), sides.count(AWAY)]


def _told(event: MatchEvent, period: Period) -> dict[str, Any]:
    clock = clock_text(PLAYING[period.name][0] * 60 + event.at - period.start)
    told = {"period": period.name, "clock": clock, "type": event.kind, "side": SIDES[event.side]}
    return told | ({"detail": event.detail} if event.detail else {})
