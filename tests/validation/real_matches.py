"""Real matches to measure against, as Match objects: 1,822 league matches, and the match of the chat counts."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from sim.world.match import AWAY, HOME, EventKind, Match, MatchEvent, Period, PeriodName, Team
from tests.validation.check import DATA

GOALS_DO_NOT_ADD_UP = (2499781, 2576181, 2576063, 2565863)
HALF_TIME, AROUND = 900.0, 60.0  # s; the data hold neither half-time nor what is before and after the match


def regular_match(
    events: list[MatchEvent],
    home: float,
    away: float,
    first: float = 2780.0,
    second: float = 2921.0,
    after: float = AROUND,
    name: str = "league match",
) -> Match:
    """A league match with halves of `first` and `second` seconds between sides of these expected goals."""
    lasts: dict[PeriodName, float] = {"pre": AROUND, "1H": first, "HT": HALF_TIME, "2H": second, "post": after}
    periods, start = [], -AROUND
    for period, seconds in lasts.items():
        periods.append(Period(period, start, start + seconds))
        start += seconds
    told = tuple(sorted(events, key=lambda event: event.at))
    return Match(name, Team("Home", home), Team("Away", away), False, tuple(periods), told)


def minute(match: Match, clock: float) -> float:
    """Broadcast time of a minute of regular time; 45 is in the first half."""
    second = next(period for period in match.periods if period.name == "2H")
    return clock * 60 if clock <= 45 else second.start + (clock - 45) * 60


@cache
def league_matches() -> tuple[Match, ...]:
    """League matches of 2017/18, all with the strengths of the average home and away side.

    Wyscout open data (Pappalardo et al. 2019, CC BY 4.0), but for four matches whose goals do not add up to the score.
    """
    table = pd.read_csv(DATA / "wyscout" / "matches.csv.gz", index_col="match_id").drop(list(GOALS_DO_NOT_ADD_UP))
    events = pd.read_csv(DATA / "wyscout" / "events.csv.gz").fillna({"detail": ""})
    told: dict[Any, list[Any]] = {match: list(rows.itertuples()) for match, rows in events.groupby("match_id")}
    home, away = float(table.home_score.mean()), float(table.away_score.mean())
    return tuple(_league_match(row, told[row.Index], home, away) for row in table.itertuples())


def _league_match(row: Any, told: list[Any], home: float, away: float) -> Match:
    first, second = float(row.len_1H_s), float(row.len_2H_s)
    starts = {"1H": 0.0, "2H": first + HALF_TIME}
    events = [MatchEvent(starts[e.period] + e.sec, e.type, HOME if e.side == "home" else AWAY, e.detail) for e in told]
    match = regular_match(events, home, away, first, second, name=str(row.Index))
    assert match.score == (row.home_score, row.away_score), match.name
    return match


_KICK_OFF = "15:31:00"
_CHAT_EVENTS: tuple[tuple[str, EventKind, int], ...] = (
    ("15:52:00", "shot", HOME), ("16:04:00", "shot", AWAY), ("16:07:34", "goal", HOME), ("16:07:50", "var", HOME),
    ("16:14:00", "var", AWAY), ("16:44:00", "sub", AWAY), ("16:54:00", "shot", HOME), ("16:54:30", "sub", AWAY),
    ("16:56:00", "yellow", AWAY), ("17:06:00", "sub", AWAY), ("17:08:00", "sub", HOME), ("17:11:25", "goal", AWAY),
    ("17:12:00", "var", AWAY), ("17:18:00", "shot", AWAY),
)  # fmt: skip


def chat_match() -> Match:
    """Manchester United–Liverpool 1–1, 20 Oct 2019, by the UTC times of `data/chat/events.csv` (2-minute windows).

    Goals and full time are put 8 s before the onset of the chat about them (`fit.json`; a first response takes 5 to
    10 s).  Kick-off within its window, the ends of half-time and both sides' expected goals are assumed.
    """
    events = [MatchEvent(_since_kick_off(at), kind, side) for at, kind, side in _CHAT_EVENTS]
    marks = [-1800.0, *map(_since_kick_off, (_KICK_OFF, "16:17:50", "16:32:00", "17:23:10", "17:43:10"))]
    names: tuple[PeriodName, ...] = ("pre", "1H", "HT", "2H", "post")
    periods = tuple(Period(*period) for period in zip(names, marks, marks[1:], strict=False))
    return Match("MUN–LIV", Team("Manchester United", 1.1), Team("Liverpool", 1.6), False, periods, tuple(events))


def _since_kick_off(utc: str) -> float:
    return float((pd.Timedelta(utc) - pd.Timedelta(_KICK_OFF)).total_seconds())
