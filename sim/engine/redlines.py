"""Red lines as both engines hold them: where a push would be on a viewer's screen.

A policy speaks at the start of a window; who is there, what they have been shown and what is in stock change within
it, and standing offers meet those who come later.  So lines are held at the moment of showing, whatever was said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from sim.world.redlines import LINES, Line, LineName, RedLines

FORCED, PEAK, MOST, COOL_DOWN, PRICE, STOCK, CONSENT, MUTED, CLAIM = (1 << line for line in Line)
OF_LINE: dict[str, LineName] = {"forced": "forced", "intrusive": "peak", "most": "most", "cool_down": "cool_down"}
ROUNDING = 1e-9  # s


class Limits(NamedTuple):
    """Where the lines run, and which are held."""

    forced: float  # pushes
    intrusive: float  # average tolerances
    most: float  # pushes
    cool_down: float  # s
    watched: int  # bits of the lines that are held
    enforced: int  # and of those that nothing may cross


LIMITS = np.dtype([(name, "i8" if name in ("watched", "enforced") else "f8") for name in Limits._fields], align=True)


def limits_of(lines: Sequence[RedLines]) -> Limits:
    """Where several hold a line, the stricter limit counts, and it is enforced if any of them does so."""
    where = {}
    for name, line in OF_LINE.items():
        given = [getattr(each, name) for each in lines if each.watches(line)]
        strictest = max if name == "cool_down" else min
        where[name] = strictest(given) if given else 0.0
    watched = sum(any(each.watches(line) for each in lines) << number for number, line in enumerate(LINES))
    enforced = sum(any(each.enforces(line) for each in lines) << number for number, line in enumerate(LINES))
    return Limits(**where, watched=watched, enforced=enforced)


class Meeting(NamedTuple):
    """A push that is about to be on a viewer's screen, as far as red lines ask."""

    t: float  # s
    shown: int  # pushes this viewer has been shown tonight
    shown_at: float  # when the last of them was [s]
    interrupted: int  # of them those that covered the picture before a purchase
    bought: bool  # a purchase of tonight's that the stream sees
    muted: bool
    consent: bool
    forced: bool  # covers the picture
    in_shop: bool
    at_store: bool
    aimed: bool  # not at everyone
    intrusiveness: float  # average tolerances
    peak: bool  # play is at a peak
    empty: bool  # nothing of it is there to sell
    honest: bool  # its price is the till's
    exaggerates: bool


@register_jitable
def crossed(m: Meeting, limits: Any) -> int:
    """Bits of the lines that a meeting crosses, of those held; `limits` are `Limits` or a record of LIMITS."""
    out = 0
    if m.forced and not m.bought and m.interrupted >= limits.forced:
        out |= FORCED
    if m.peak and (m.forced or m.intrusiveness >= limits.intrusive):
        out |= PEAK
    if not m.in_shop and m.shown >= limits.most:
        out |= MOST
    if not m.in_shop and m.shown > 0 and m.t - m.shown_at < limits.cool_down - ROUNDING:
        out |= COOL_DOWN
    if not m.honest:
        out |= PRICE
    if m.empty:
        out |= STOCK
    if m.at_store and m.aimed and not m.consent:
        out |= CONSENT
    if m.muted:
        out |= MUTED
    if m.exaggerates:
        out |= CLAIM
    return int(out & limits.watched)


def lines_in(bits: int) -> Iterator[Line]:
    """The lines whose bits are set."""
    return (line for line in Line if bits >> line & 1)
