"""Matches in Wyscout's version 2 event form, to the second within each period.

The form is that of Pappalardo et al., "A public data set of spatio-temporal match events in soccer competitions",
Scientific Data 6:236 (2019): one file of events, one of matches.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter

from sim.errors import Problem
from sim.parameters import Parameters
from sim.world.clock import clock_text
from sim.world.match import PLAYING, EventKind, Match
from sim.world.names import readable
from sim.world.readers.files import fault, read_json
from sim.world.timeline import (
    MAX_EVENTS,
    Goals,
    Moment,
    PlayingPeriod,
    ScoreForm,
    Side,
    SideForm,
    Stretch,
    Timeline,
    build,
)

GOAL, OWN_GOAL, RED, YELLOW, SECOND_YELLOW = 101, 102, 1701, 1702, 1703

PRECISION = "seconds; substitutions in minutes, set at minute − 0.5; lengths of breaks and penalty awards are assumed"

_LABEL = re.compile(
    r"^(?P<home>.{1,80}?) - (?P<away>.{1,80}?), (?P<goals>\d{1,2}) - (?P<against>\d{1,2})(?: \(\w+\))?$"
)


class _Tag(BaseModel):
    id: int


class _Event(BaseModel):
    match: int = Field(alias="matchId")
    team: int = Field(alias="teamId")
    period: PlayingPeriod = Field(alias="matchPeriod")
    sec: float = Field(alias="eventSec", ge=0, le=7200)
    kind: str = Field(alias="eventName")
    sub_kind: str = Field(alias="subEventName")
    tags: list[_Tag] = []


def _unwrapped(data: Any) -> Any:
    """Some copies of the data have a file a match, with the events beside teams and players."""
    return data["events"] if isinstance(data, dict) and "events" in data else data


_EventFile = Annotated[list[_Event], BeforeValidator(_unwrapped)]


class _Substitution(BaseModel):
    minute: int = Field(ge=1, le=150)


class _Formation(BaseModel):
    substitutions: list[_Substitution] | Literal["null"] = []


class _TeamData(BaseModel):
    team: int = Field(alias="teamId")
    side: Side
    shootout: Annotated[int, Field(alias="scoreP", ge=0, le=99)] = 0
    formation: _Formation = _Formation()


class _Meta(BaseModel):
    match: int = Field(alias="wyId")
    label: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
    duration: Literal["Regular", "ExtraTime", "Penalties"]
    date: str = Field(alias="dateutc", max_length=40)
    teams: dict[str, _TeamData] = Field(alias="teamsData")


class _Result(NamedTuple):
    home: str
    away: str
    goals: Goals


def read_wyscout(
    events_path: Path, matches_path: Path, match_id: int, *, parameters: Parameters | None = None
) -> Match:
    """One match of Wyscout's open data, from .json or .json.gz files.

    An own goal is tagged on a player of the side that concedes it, so it is turned round; a goalkeeper's event
    repeats the tag of the goal it fails to stop, and is passed over.  What the files do not say is `parameters`', or
    the model's defaults: breaks, and for both teams the expected goals of an average side at home and away.  Raises
    InputError when the match is not there, or its goals do not add up to its score.
    """
    assumed = parameters or Parameters()
    meta = _meta(matches_path, match_id)
    events = _events(events_path, match_id)
    timeline = _timeline(matches_path, meta, events, assumed)
    return build(timeline, lambda _, message: Problem(events_path, 0, 0, meta.label, message), assumed)


def _meta(path: Path, match_id: int) -> _Meta:
    matches = read_json(path, TypeAdapter(list[_Meta]))
    for meta in matches:
        if meta.match == match_id:
            return meta
    near = sorted(matches, key=lambda meta: abs(meta.match - match_id))[:3]
    raise fault(path, "", f"no match {match_id} — near it: {', '.join(f'{m.match} ({m.label})' for m in near)}")


def _events(path: Path, match_id: int) -> list[_Event]:
    events = [e for e in read_json(path, TypeAdapter(_EventFile)) if e.match == match_id]
    if not events:
        raise fault(path, "", f"no events of match {match_id}")
    return events


def _timeline(path: Path, meta: _Meta, events: list[_Event], parameters: Parameters) -> Timeline:
    result, sides, lasts = _result(path, meta), _sides(path, meta), _lengths(events)
    moments = [*_happenings(path, meta, sides, events), *_substitutions(meta, lasts)]
    if len(moments) > MAX_EVENTS:
        raise fault(path, meta.label, f"{len(moments)} events to keep, more than the {MAX_EVENTS} a match can have")
    return Timeline(
        name=f"{result.home}–{result.away}, {meta.date[:10]}",
        sport="football",
        knockout=meta.duration != "Regular",
        home=SideForm(name=result.home, expected_goals=parameters.home_expected_goals),
        away=SideForm(name=result.away, expected_goals=parameters.away_expected_goals),
        score=_score(meta, result, moments),
        source=f"Wyscout open data (Pappalardo et al. 2019, CC BY 4.0), match {meta.match}",
        precision=PRECISION,
        periods=[Stretch(name=name, lasts=clock_text(seconds)) for name, seconds in lasts.items()],
        events=moments,
    )


def _result(path: Path, meta: _Meta) -> _Result:
    found = _LABEL.match(meta.label)
    if not found:
        raise fault(path, f"match {meta.match}", f"the label '{meta.label}' is not 'Home - Away, 2 - 1'")
    for side in ("home", "away"):
        try:
            readable(found[side])
        except ValueError as error:
            raise fault(path, f"match {meta.match}", f"the name of the {side} team {found[side]!a}: {error}") from error
    return _Result(found["home"], found["away"], (int(found["goals"]), int(found["against"])))


def _sides(path: Path, meta: _Meta) -> dict[int, Side]:
    sides = {data.team: data.side for data in meta.teams.values()}
    if sorted(sides.values()) != ["away", "home"]:
        raise fault(path, meta.label, "teamsData must hold one home and one away team")
    return sides


def _lengths(events: list[_Event]) -> dict[PlayingPeriod, int]:
    """Each period lasts to the whole second after its last event."""
    last = {name: max((e.sec for e in events if e.period == name), default=-1.0) for name in PLAYING}
    return {e.period: int(last[e.period]) + 1 for e in sorted(events, key=lambda e: list(PLAYING).index(e.period))}


def _happenings(path: Path, meta: _Meta, sides: dict[int, Side], events: list[_Event]) -> list[Moment]:
    moments = []
    for event in sorted(events, key=lambda e: (PLAYING[e.period], e.sec)):
        found = _kind(event)
        if found is None:
            continue
        if event.team not in sides:
            raise fault(path, meta.label, f"team {event.team} of an event is not in teamsData")
        side = sides[event.team]
        kind, detail = found
        moments.append(_moment(event.period, event.sec, kind, _other(side) if kind == "own_goal" else side, detail))
    return moments


def _kind(event: _Event) -> tuple[EventKind, str] | None:
    tags = {tag.id for tag in event.tags}
    shot = event.kind == "Shot" or event.sub_kind in ("Free kick shot", "Penalty")
    for kind, tag in _TAGGED.items():
        if tag in tags:
            return kind, ""
    if not shot:
        return None
    if event.period == "P":
        return ("shootout_goal" if GOAL in tags else "shootout_miss"), ""
    if event.sub_kind == "Penalty":
        return ("goal", "penalty") if GOAL in tags else ("penalty_miss", "")
    return ("goal" if GOAL in tags else "shot"), ""


# A second yellow card may carry the tags of the others, so it is asked for first.
_TAGGED: dict[EventKind, int] = {
    "own_goal": OWN_GOAL,
    "second_yellow": SECOND_YELLOW,
    "red": RED,
    "yellow": YELLOW,
}


def _substitutions(meta: _Meta, lasts: dict[PlayingPeriod, int]) -> list[Moment]:
    moments = []
    for data in meta.teams.values():
        made = data.formation.substitutions
        for substitution in [] if made == "null" else made:
            second = (substitution.minute - 0.5) * 60
            begun = [name for name in lasts if name != "P" and PLAYING[name][0] * 60 <= second]
            period = begun[-1] if begun else next(iter(lasts))
            within = min(second - PLAYING[period][0] * 60, lasts[period] - 1)
            moments.append(_moment(period, within, "sub", data.side, ""))
    return moments


def _moment(period: PlayingPeriod, sec: float, kind: EventKind, side: Side, detail: str) -> Moment:
    clock = clock_text(PLAYING[period][0] * 60 + round(sec, 1))
    return Moment(period=period, clock=clock, type=kind, side=side, detail=detail)


def _score(meta: _Meta, result: _Result, moments: list[Moment]) -> ScoreForm:
    """The label holds the score after extra time; that of full time is then only in the events."""
    if meta.duration == "Regular":
        return ScoreForm(full_time=result.goals)
    scorers = [m.side for m in moments if m.period in ("1H", "2H") and m.type in ("goal", "own_goal")]
    kicks = {data.side: data.shootout for data in meta.teams.values()}
    return ScoreForm(
        full_time=(scorers.count("home"), scorers.count("away")),
        extra_time=result.goals,
        shootout=(kicks["home"], kicks["away"]) if meta.duration == "Penalties" else None,
    )


def _other(side: Side) -> Side:
    return "away" if side == "home" else "home"
