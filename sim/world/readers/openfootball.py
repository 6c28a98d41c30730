"""World Cups as openfootball/worldcup.json has them: every goal with its minute (CC0 1.0)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter

from sim.errors import Problem, did_you_mean
from sim.parameters import Parameters
from sim.world.clock import clock_text
from sim.world.match import HOME, PLAYING, Match
from sim.world.readers.files import Name, fault, read_json
from sim.world.shootout import assumed_order, length, shootout_events
from sim.world.timeline import Goals, Moment, PlayingPeriod, ScoreForm, Side, SideForm, Stretch, Timeline, build

PRECISION = "minutes: goals are set at minute − 0.5; lengths of periods and breaks are assumed"
ORDER_ASSUMED = "order assumed"


class _Goal(BaseModel):
    minute: int = Field(ge=1, le=150)  # 121 for the first minute of stoppage in extra time
    offset: int = Field(0, ge=0, le=60)
    name: Name | None = None
    penalty: bool = False
    owngoal: bool = False


class _Score(BaseModel):
    ft: Goals
    et: Goals | None = None
    p: Goals | None = None


class _Fixture(BaseModel):
    date: Name
    team1: Name
    team2: Name
    score: _Score
    goals1: Annotated[list[_Goal], Field(max_length=99)] = []
    goals2: Annotated[list[_Goal], Field(max_length=99)] = []
    group: str | None = None


class _Cup(BaseModel):
    name: Name
    matches: list[_Fixture]


def read_openfootball(
    path: Path, home: str, away: str, *, date: str | None = None, parameters: Parameters | None = None
) -> Match:
    """One match of a World Cup file; `date` (YYYY-MM-DD) tells two meetings of the same teams apart.

    What the file does not say is `parameters`', or the model's defaults: breaks, stoppage, the pace of a shoot-out, and
    for both teams the expected goals of an average side on neutral ground.  Own goals stand under the team they count
    for, as in the source.  A shoot-out has only its score there: its kicks come in an order that could have led to it,
    each marked "order assumed".  Half-time scores of the source are not used: in 5 of 192 matches they contradict the
    goals.  Raises InputError when there is no such match, or its goals do not add up to its score.
    """
    cup = read_json(path, TypeAdapter(_Cup))
    fixture = _found(path, cup, home, away, date)
    where = f"{fixture.team1} – {fixture.team2}, {fixture.date}"
    if fixture.score.p and assumed_order(fixture.score.p) is None:
        raise fault(path, where, f"no shoot-out can end {fixture.score.p[0]}-{fixture.score.p[1]}")
    assumed = parameters or Parameters()
    return build(_timeline(cup, fixture, assumed), lambda _, message: Problem(path, 0, 0, where, message), assumed)


def _found(path: Path, cup: _Cup, home: str, away: str, date: str | None) -> _Fixture:
    teams = sorted({team for m in cup.matches for team in (m.team1, m.team2)})
    for team in (home, away):
        if team not in teams:
            raise fault(path, "", f"no team '{team}'{did_you_mean(team, teams)}")
    meetings = [m for m in cup.matches if (m.team1, m.team2) == (home, away)]
    if not meetings and any((m.team1, m.team2) == (away, home) for m in cup.matches):
        raise fault(path, "", f"the match is listed as '{away}' against '{home}': give the teams in that order")
    if not meetings:
        raise fault(path, "", f"{home} and {away} did not meet in {cup.name}")
    chosen = [m for m in meetings if date in (None, m.date)]
    if len(chosen) != 1:
        raise fault(
            path, "", f"{home} – {away} was played on {', '.join(m.date for m in meetings)}: give one as the date"
        )
    return chosen[0]


def _timeline(cup: _Cup, fixture: _Fixture, parameters: Parameters) -> Timeline:
    events = sorted(_goals(fixture), key=lambda e: e.seconds)
    kicks, kicks_last = _shootout(fixture, parameters.shootout_interval)
    average = (parameters.home_expected_goals + parameters.away_expected_goals) / 2
    return Timeline(
        name=f"{fixture.team1}–{fixture.team2}, {cup.name}",
        sport="football",
        knockout=fixture.group is None,
        home=SideForm(name=fixture.team1, expected_goals=average),
        away=SideForm(name=fixture.team2, expected_goals=average),
        score=ScoreForm(full_time=fixture.score.ft, extra_time=fixture.score.et, shootout=fixture.score.p),
        source=f"openfootball/worldcup.json, {cup.name}, {fixture.date} (CC0 1.0)",
        precision=PRECISION,
        periods=[*_periods(fixture, events, parameters), *kicks_last],
        events=[*events, *kicks],
    )


def _goals(fixture: _Fixture) -> Iterator[Moment]:
    sides: tuple[tuple[Side, list[_Goal]], ...] = (("home", fixture.goals1), ("away", fixture.goals2))
    for side, goals in sides:
        for goal in goals:
            yield Moment(
                period=_period(goal.minute),
                clock=clock_text((goal.minute + goal.offset - 0.5) * 60),
                type="own_goal" if goal.owngoal else "goal",
                side=side,
                detail=", ".join(filter(None, [goal.name, "penalty" if goal.penalty else None])),
            )


def _period(minute: int) -> PlayingPeriod:
    if minute <= 45:
        return "1H"
    if minute <= 90:
        return "2H"
    return "E1" if minute <= 105 else "E2"


def _periods(fixture: _Fixture, events: list[Moment], parameters: Parameters) -> list[Stretch]:
    """Regular length and mean stoppage, or to a minute after the last goal if that is later."""
    stoppage: dict[PlayingPeriod, float] = {
        "1H": parameters.first_half_stoppage,
        "2H": parameters.second_half_stoppage,
    }
    if fixture.score.et:
        stoppage |= {"E1": parameters.first_extra_stoppage, "E2": parameters.second_extra_stoppage}
    return [Stretch(name=name, lasts=clock_text(_length(name, extra, events))) for name, extra in stoppage.items()]


def _length(name: PlayingPeriod, stoppage: float, events: list[Moment]) -> float:
    first, last = PLAYING[name]
    goals = [event.seconds + 60 for event in events if event.period == name]
    return round(max((last + stoppage) * 60, *goals, 0)) - first * 60


def _shootout(fixture: _Fixture, interval: float) -> tuple[list[Moment], list[Stretch]]:
    order = assumed_order(fixture.score.p) if fixture.score.p else None
    if order is None:
        return [], []
    kicks = [
        Moment(
            period="P",
            clock=clock_text(event.at),
            type=event.kind,
            side="home" if event.side == HOME else "away",
            detail=event.detail,
        )
        for event in shootout_events(order, PLAYING["P"][0] * 60, interval, ORDER_ASSUMED)
    ]
    return kicks, [Stretch(name="P", lasts=clock_text(length(order, interval)))]
