"""The numbers behind the equations, with their units, plausible ranges and sources; `sim/evidence.py` says how to read
them.  One file a theme, one class a section, each a table kept out of the formatter's hands.
"""

from __future__ import annotations

from pydantic import ConfigDict

from sim.parameters.after import Memory, Repeat, Returning, Service, Visits
from sim.parameters.emotion import Arousal, Attention, Mood, Suspense
from sim.parameters.match import Play, Timetable
from sim.parameters.people import Annoyance, Browsing, Noticing, Presence
from sim.parameters.platform import Estimates
from sim.parameters.promotions import Promotions, Watching
from sim.parameters.shop import Impulse, Purchase, Shelf


# The fields of the last base come first.
class Parameters(
    Estimates,
    Memory,
    Service,
    Returning,
    Visits,
    Repeat,
    Watching,
    Promotions,
    Shelf,
    Purchase,
    Impulse,
    Annoyance,
    Noticing,
    Browsing,
    Presence,
    Attention,
    Mood,
    Arousal,
    Suspense,
    Timetable,
    Play,
):
    """The numbers behind matches, emotion, presence, attention, buying and annoyance."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)
