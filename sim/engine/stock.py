"""Units of every SKU as the till keeps them, and what moves them besides the viewers of the stream."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.records import joined, picked
from sim.world.night import Night


class Stock(NamedTuple):
    """Units by SKU.  free = initial + delivered + restocked - reserved - sold - elsewhere, never below zero."""

    initial: NDArray[np.int64]
    delivered: NDArray[np.int64]  # by replenishment
    restocked: NDArray[np.int64]  # came back, or was sold ahead and given up, and could be sold again
    written_off: NDArray[np.int64]  # came back and could not
    free: NDArray[np.int64]
    reserved: NDArray[np.int64]
    sold: NDArray[np.int64]  # to viewers, returned or given up or not
    elsewhere: NDArray[np.int64]  # at the store, to people who do not watch


# What happens at the shop by itself, in the order of its times: deliveries, others' purchases, deadlines of teams,
# returned units.  `kind` is a ledger Kind.
ENTRY = np.dtype(
    [("time", "f8"), ("viewer", "i4"), ("item", "i4"), ("kind", "u1"), ("size", "i1"), ("slot", "i1")], align=True
)


def open_till(night: Night) -> Stock:
    """The shelves as the night finds them."""
    if night.carried is not None:
        return Stock(*night.carried.stock.copy())
    initial = night.catalogue.stock
    return Stock(*(initial.copy() if name in ("initial", "free") else np.zeros_like(initial) for name in Stock._fields))


def in_time(*parts: NDArray[np.void]) -> NDArray[np.void]:
    """Entries of several lists in the order of their times, and in a definite one where these are the same."""
    entries = joined(*parts)
    order = np.lexsort((entries["slot"], entries["size"], entries["item"], entries["kind"], entries["time"]))
    return picked(entries, order)
