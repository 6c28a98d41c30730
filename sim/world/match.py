"""A match: its periods and its timed events, on one clock.

Every time in the simulator is in seconds of broadcast time from kick-off: the first half starts at 0, the warm-up
is negative, and half-time lasts as long as it lasts.  `Match.clock` turns such a time into what a viewer would say.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

HOME, AWAY, NEUTRAL = 0, 1, 2
SIDES = ("home", "away", "neutral")
DAY = 86_400.0  # s
LAST_CART = 7200.0  # s after the broadcast until which it is still the night

PeriodName = Literal["pre", "1H", "HT", "2H", "ET_break", "E1", "ET_HT", "E2", "PK_break", "P", "post"]
PERIODS: tuple[PeriodName, ...] = ("pre", "1H", "HT", "2H", "ET_break", "E1", "ET_HT", "E2", "PK_break", "P", "post")

# Where each playing period starts and regularly ends on a football clock, in minutes.
PLAYING: dict[PeriodName, tuple[int, int]] = {
    "1H": (0, 45), "2H": (45, 90), "E1": (90, 105), "E2": (105, 120), "P": (120, 120)
}  # fmt: skip

EventKind = Literal[
    "goal", "own_goal", "penalty_award", "penalty_miss", "shot", "yellow", "second_yellow", "red", "var", "sub",
    "shootout_goal", "shootout_miss",
]  # fmt: skip


@dataclass(frozen=True)
class Period:
    """One stretch of the broadcast, `start` ≤ t < `end` in seconds from kick-off."""

    name: PeriodName
    start: float
    end: float

    @property
    def playing(self) -> bool:
        """Whether the ball is in play then, shoot-out included."""
        return self.name in PLAYING


@dataclass(frozen=True)
class MatchEvent:
    """Something that happens at `at` seconds.

    `side` is HOME or AWAY: the side that acts, and for a goal *or own goal* the side the goal counts for.
    `detail` is free text from the source ("penalty", a name), parted by commas; "penalty" marks a goal from the spot.
    """

    at: float
    kind: EventKind
    side: int
    detail: str = ""

    @property
    def scores(self) -> bool:
        """A goal or own goal; kicks of a shoot-out are none."""
        return self.kind in ("goal", "own_goal")

    @property
    def from_spot(self) -> bool:
        """A penalty kick in play, scored or not; kicks of a shoot-out are none."""
        penalty = "penalty" in (part.strip() for part in self.detail.split(","))
        return self.kind == "penalty_miss" or (self.kind == "goal" and penalty)


@dataclass(frozen=True)
class Team:
    """A side, with the goals it is expected to score in 90 minutes (the strength behind the beliefs)."""

    name: str
    expected_goals: float


@dataclass(frozen=True)
class Match:
    """A whole match.  Periods follow one another without gaps from `pre` to `post`; events are in time order."""

    name: str
    home: Team
    away: Team
    knockout: bool  # a level match goes to extra time and penalties instead of ending in a draw
    periods: tuple[Period, ...]
    events: tuple[MatchEvent, ...]
    source: str = ""
    sport: Literal["football"] = field(default="football")
    precision: str = ""  # how exact the times are, and which of them are assumed

    @property
    def opens(self) -> float:
        """Start of the broadcast, in seconds (negative)."""
        return self.periods[0].start

    @property
    def closes(self) -> float:
        """End of the broadcast, in seconds."""
        return self.periods[-1].end

    @cached_property
    def full_time(self) -> float:
        """End of the last playing period, in seconds."""
        return max(p.end for p in self.periods if p.playing)

    @cached_property
    def score(self) -> tuple[int, int]:
        """Final score without the shoot-out."""
        return self.score_at(self.closes)

    @cached_property
    def shootout(self) -> tuple[int, int]:
        """Kicks scored in the shoot-out by home and away."""
        kicks = [e.side for e in self.events if e.kind == "shootout_goal"]
        return kicks.count(HOME), kicks.count(AWAY)

    def score_at(self, t: float) -> tuple[int, int]:
        """Goals of home and away up to and including `t`."""
        home, away = self._goals
        return bisect_right(home, t), bisect_right(away, t)

    def events_until(self, t: float) -> tuple[MatchEvent, ...]:
        """What has happened up to and including `t`, in time order."""
        return self.events[: bisect_right(self._times, t)]

    def period_at(self, t: float) -> Period:
        """The period that holds `t`; the first or last one outside the broadcast."""
        index = bisect_right(self._starts, t) - 1
        return self.periods[max(index, 0)]

    def clock(self, t: float) -> str:
        """What the screen shows: `"23:10"`, `"45+2:10"`, `"HT 03:00"`, `"-12:00"` before kick-off, `"+03:00"` after.

        Once nothing of the night is left to be paid, the day after the match: `"day 3"`.
        """
        late = t - self.closes
        if late >= LAST_CART:
            return f"day {1 + int(late // DAY)}"
        period = self.period_at(t)
        if period.name == "pre":
            return f"-{_minutes(-t)}"
        if period.name == "post":
            return f"+{_minutes(t - period.start)}"
        if period.name == "P":
            return f"pens {_minutes(t - period.start)}"
        if not period.playing:
            return f"{period.name} {_minutes(t - period.start)}"
        first, last = PLAYING[period.name]
        clock = first * 60 + t - period.start
        return _minutes(clock) if clock < last * 60 else f"{last}+{_minutes(clock - last * 60)}"

    def minute(self, t: float) -> float | None:
        """Minutes of play as the screen counts, stoppage time as the minute it is added to.

        None when nobody plays, and in a shoot-out, which has no clock.
        """
        period = self.period_at(t)
        if not period.playing or period.name == "P":
            return None
        first, last = PLAYING[period.name]
        return min(first + (t - period.start) / 60.0, float(last))

    @cached_property
    def _starts(self) -> list[float]:
        return [p.start for p in self.periods]

    @cached_property
    def _times(self) -> list[float]:
        return [e.at for e in self.events]

    @cached_property
    def _goals(self) -> tuple[list[float], list[float]]:
        """Times of the goals of home and away."""
        home, away = ([e.at for e in self.events if e.scores and e.side == side] for side in (HOME, AWAY))
        return home, away


def _minutes(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 60:02d}:{whole % 60:02d}"
