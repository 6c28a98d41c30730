"""What a walk over viewers writes down: rows, and counts of what happens too often to be rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined
from sim.engine.board import SLOTS
from sim.engine.ledger import ROW
from sim.engine.occasions import push_of
from sim.policy.push import MOST_PUSHES
from sim.world.redlines import LINES

EXPOSED, NOTICED, CLICKED = 0, 1, 2  # layers of Notes.shown
CROSSED, HELD, BY_LINE = 0, 1, 2  # rows of Notes.crossed
BATCH = 16  # viewers whose records are fetched together
MAX_ROWS = 512  # rows that one viewer can fill in one window, with room to spare


class Notes(NamedTuple):
    """What a walk over viewers writes down: rows, counts, and scratch for the pushes that reach one viewer."""

    keep: bool  # also exposures, notices and messages as rows
    rows: NDArray[np.void]  # (capacity,) ROW
    filled: NDArray[np.int64]  # (3,) rows filled; viewer events handled; rows for which there was no room
    chats: NDArray[np.int64]  # (3, segments)
    shown: NDArray[np.int64]  # (3 layers, 3 sides, segments, surfaces, items)
    met: NDArray[np.int64]  # (3 layers, SLOTS): the same by slot of the offer
    crossed: NDArray[np.int64]  # (2 + lines, SLOTS): shown across red lines, kept back by them, and both by line
    named: NDArray[np.int64]  # (items,): messages that name each
    times: NDArray[np.float64]  # (MOST_PUSHES,) when each fresh push reaches the viewer, inf = not
    luck: NDArray[np.float64]  # (MOST_PUSHES, 3) and the draws for noticing, clicking and muting then
    batch: NDArray[np.int64]  # (BATCH,) viewers who have something to do
    touched: NDArray[np.float64]  # (1,) a sum that only keeps the reading of records from being optimised away


def blank_notes(keep: bool, capacity: int, segments: int, surfaces: int, items: int) -> Notes:
    """Empty notes with room for `capacity` rows."""
    return Notes(
        keep,
        np.zeros(capacity, ROW),
        np.zeros(3, np.int64),
        np.zeros((3, segments), np.int64),
        np.zeros((3, 3, segments, surfaces, items), np.int64),
        np.zeros((3, SLOTS), np.int64),
        np.zeros((BY_LINE + len(LINES), SLOTS), np.int64),
        np.zeros(items, np.int64),
        np.empty(MOST_PUSHES),
        np.empty((MOST_PUSHES, 3)),
        np.zeros(BATCH, np.int64),
        np.zeros(1),
    )


def wipe(notes: Notes) -> None:
    """Takes away what the last window left."""
    if notes.filled[1]:
        notes.chats[:] = 0
        notes.shown[:] = 0
        notes.met[:] = 0
        notes.crossed[:] = 0
        notes.named[:] = 0
    notes.filled[:2] = 0


@inlined
def tell(notes, t, i, kind, push, item, size, surface, price, flag, value):
    """Writes a row; where there is no room, counts it as lost."""
    n = notes.filled[0]
    notes.filled[1] += 1
    if n == notes.rows.shape[0]:
        notes.filled[2] += 1
        return
    row = notes.rows[n]
    row.time = t
    row.value = value
    row.viewer = i
    row.push = push
    row.price = price
    row.item = item
    row.kind = kind
    row.flag = flag
    row.size = size
    row.surface = surface
    notes.filled[0] = n + 1


@inlined
def tell_if_kept(notes, t, i, kind, push, item, surface, price, value):
    """An event that counts anyway and becomes a row only on request."""
    if notes.keep:
        tell(notes, t, i, kind, push, item, -1, surface, price, 0, value)
    else:
        notes.filled[1] += 1


@inlined
def tell_presence(notes, t, i, kind, flag):
    """A row about no product."""
    tell(notes, t, i, kind, -1, -1, -1, -1, 0, flag, 0.0)


@inlined
def tell_hand(notes, t, i, kind, v, flag):
    """A row about what the viewer has in hand."""
    tell(notes, t, i, kind, push_of(v.cause), v.item, v.size, -1, v.price, flag, 0.0)


@inlined
def tell_money(notes, t, i, kind, v, price, flag, value):
    """The same with an amount of its own."""
    tell(notes, t, i, kind, push_of(v.cause), v.item, v.size, -1, price, flag, value)
