"""Penalties in play: the award that comes before the kick."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.parameters import Parameters
from sim.world.match import MatchEvent, Period


def with_awards(events: Sequence[MatchEvent], periods: Sequence[Period], parameters: Parameters) -> list[MatchEvent]:
    """All events in time order, with a `penalty_award` put `penalty_delay` seconds before each kick that has none.

    The award is for the kicking side and stays inside the period of the kick.  Equal times keep their order.
    """
    whole: list[MatchEvent] = []
    for event in events:
        if event.from_spot and not _awarded(event, events, parameters.penalty_known):
            start = next(p.start for p in periods if p.start <= event.at < p.end)
            whole.append(MatchEvent(max(start, event.at - parameters.penalty_delay), "penalty_award", event.side))
        whole.append(event)
    return sorted(whole, key=lambda event: event.at)


def _awarded(kick: MatchEvent, events: Iterable[MatchEvent], within: float) -> bool:
    return any(e.kind == "penalty_award" and e.side == kick.side and 0 <= kick.at - e.at <= within for e in events)
