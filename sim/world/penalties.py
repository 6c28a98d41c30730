"""Penalties in play: the award that comes before the kick."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.world.match import MatchEvent, Period

KNOWN_WITHIN = 300.0  # seconds before a kick in which an award of the same side is taken to be its own


def with_awards(events: Sequence[MatchEvent], periods: Sequence[Period], delay: float) -> list[MatchEvent]:
    """All events in time order, with a `penalty_award` put `delay` seconds before each kick that has none.

    The award is for the kicking side and stays inside the period of the kick.  Equal times keep their order.
    """
    whole: list[MatchEvent] = []
    for event in events:
        if event.from_spot and not _awarded(event, events):
            start = next(p.start for p in periods if p.start <= event.at < p.end)
            whole.append(MatchEvent(max(start, event.at - delay), "penalty_award", event.side))
        whole.append(event)
    return sorted(whole, key=lambda event: event.at)


def _awarded(kick: MatchEvent, events: Iterable[MatchEvent]) -> bool:
    return any(
        e.kind == "penalty_award" and e.side == kick.side and 0 <= kick.at - e.at <= KNOWN_WITHIN for e in events
    )
