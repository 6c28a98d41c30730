"""How the periods of a match lie one after another in the broadcast."""

from __future__ import annotations

from collections.abc import Mapping

from sim.parameters import Parameters
from sim.world.match import PERIODS, PLAYING, Period, PeriodName

# A break is there when the period after it is.
_BREAK_BEFORE: dict[PeriodName, PeriodName] = {"HT": "2H", "ET_break": "E1", "ET_HT": "E2", "PK_break": "P"}


def lay_out(lengths: Mapping[PeriodName, float], parameters: Parameters) -> tuple[Period, ...]:
    """The periods from `pre` to `post`, the first half at 0 seconds.

    `lengths` are seconds of each period of play, and of any break whose length is known; other breaks are assumed.
    """
    seconds = _assumed(parameters) | dict(lengths)
    names = [name for name in PERIODS if name in ("pre", "post", *lengths) or _BREAK_BEFORE.get(name) in lengths]
    start, periods = -seconds["pre"], []
    for name in names:
        periods.append(Period(name, start, start + seconds[name]))
        start += seconds[name]
    return tuple(periods)


def broadcast_time(period: Period, clock: float) -> float:
    """Seconds from kick-off when the football clock of a playing period shows `clock` seconds."""
    return period.start + clock - PLAYING[period.name][0] * 60


def _assumed(parameters: Parameters) -> dict[PeriodName, float]:
    minutes: dict[PeriodName, float] = {
        "pre": parameters.pre_match,
        "HT": parameters.half_time,
        "ET_break": parameters.extra_time_break,
        "ET_HT": parameters.extra_time_half_time,
        "PK_break": parameters.shootout_break,
        "post": parameters.post_match,
    }
    return {name: round(60 * lasts, 3) for name, lasts in minutes.items()}  # as exact as timelines are written
