"""Whether play is at a peak, as far as a platform can tell: by what has happened, the score, and the chat's heat."""

from __future__ import annotations

from collections.abc import Sequence

from sim.world.match import PLAYING, Match, PeriodName
from sim.world.redlines import RedLines

STIRRING = {"goal", "own_goal", "penalty_award", "penalty_miss", "red", "second_yellow"}
LAST: tuple[PeriodName, ...] = ("2H", "E2")  # halves that can end a match


class Peaks:
    """The peaks of a match by the red lines that are held."""

    def __init__(self, match: Match, lines: Sequence[RedLines]) -> None:
        self.match = match
        self.lines = [each for each in lines if each.watches("peak")] or list(lines[:1])
        self.stirring = [event.at for event in match.events if event.kind in STIRRING]

    def at(self, t: float, in_play: bool, heat: float) -> bool:
        """Whether play is at a peak at `t`; `heat` is that of the liveliest side."""
        if self.match.period_at(t).name == "P":
            return True
        return any(self._just_stirred(t, x) or (in_play and self._grips(t, heat, x)) for x in self.lines)

    def _grips(self, t: float, heat: float, line: RedLines) -> bool:
        return heat >= line.peak_heat or self._closing(t, line)

    def _just_stirred(self, t: float, line: RedLines) -> bool:
        return any(at <= t < at + line.peak_seconds for at in self.stirring)

    def _closing(self, t: float, line: RedLines) -> bool:
        period, (home, away) = self.match.period_at(t), self.match.score_at(t)
        if period.name not in LAST or abs(home - away) > 1:
            return False
        first, last = PLAYING[period.name]
        return t - period.start >= (last - first - line.peak_closing) * 60.0
