"""Numbers of occasions: they key the draws of what happens then, and say what a page was opened from.

A push is met in one of a viewer's stays on the stream, or on a visit to the shop; who meets the same banner twice
within a minute takes it the same way both times.  What comes of a viewer's own accord has a negative number.
"""

from __future__ import annotations

from sim.compiled import inlined

PUSH_BITS = 20  # a push's number is below 2^20
MARKS = 0x3FF  # stays of a viewer, or minutes of a night, that are told apart
IN_SHOP = 0x400


@inlined
def on_stream(push: int, stay: int) -> int:
    """A push met in the viewer's `stay`-th stay, from 1."""
    return push | (stay & MARKS) << PUSH_BITS


@inlined
def in_shop(push: int, seconds: float) -> int:
    """A banner met in the shop, `seconds` after the broadcast opened."""
    minute = int(seconds) // 60
    return push | (minute & MARKS | IN_SHOP) << PUSH_BITS


@inlined
def of_own_accord(moment: int) -> int:
    """The viewer's `moment`-th moment of their own, from 0."""
    return -1 - moment


@inlined
def push_of(occasion: int) -> int:
    """Number of the push that was met; -1 for what came of the viewer's own accord."""
    return occasion & ((1 << PUSH_BITS) - 1) if occasion >= 0 else -1
