"""What happened, row by row: who, what, which product, at which price, when.

Canonical order: window by window, in each the viewers' rows by (time, viewer), then the shop's rows by time.  The
SHA-256 of the rows in that order, packed and little-endian, is the identity of a night.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class Kind(IntEnum):
    """What a row says.  EXPOSURE, NOTICE and CHAT are always counted, and kept as rows only when asked for."""

    JOIN = 0  # first arrival on the stream
    RETURN = 1
    LEAVE = 2  # flag 1: pushed away, would have stayed if not annoyed
    CHAT = 3
    EXPOSURE = 4  # a push was on this viewer's screen
    NOTICE = 5  # value: annoyance afterwards
    CLICK = 6
    MUTE = 7  # no more pushes for this viewer
    BROWSE = 8  # own visit to the match shopping zone
    VIEW = 9  # a product page opened
    SAVE = 10
    CART = 11  # reserved, to be paid within the payment window
    ORDER = 12  # the same with one click
    REFUSAL = 13  # sold out at checkout; flag 1: was a one-click order
    PAYMENT = 14
    LAPSE = 15  # not paid in time: back to the shelf
    MISS = 16  # the wanted size was shown as sold out
    OTHER_SIZE = 17  # takes another size instead
    WAIT = 18  # will look again later
    WALK = 19  # goes without
    PUSH = 32  # the policy pushes; value: when it expires, flag 1: to everyone
    SOLD_OUT = 33  # a SKU's last free unit is gone
    BACK = 34  # and there is one again
    REORDER = 35  # more is ordered
    DELIVERY = 36  # and arrives; value: units
    ASK = 63  # a viewer asks the till; becomes CART, ORDER or REFUSAL when the window is settled


ROW = np.dtype(
    [
        ("time", "<f8"),  # s from kick-off
        ("value", "<f8"),
        ("viewer", "<i4"),  # -1: the shop
        ("push", "<i4"),  # number of the push it came from, -1: none
        ("price", "<i4"),  # minor units
        ("product", "<i2"),  # -1: none
        ("kind", "u1"),
        ("flag", "u1"),
        ("size", "i1"),
        ("surface", "i1"),
    ],
    align=True,
)
PACKED = np.dtype([(name, ROW.fields[name][0]) for name in ROW.names or ()])  # type: ignore[index]


class Ledger:
    """The rows of one night in canonical order; keeps them only if asked to, and their hash with them."""

    def __init__(self, keep: bool) -> None:
        self.keep = keep
        self._parts: list[NDArray[np.void]] = []
        self._hash = hashlib.sha256()

    def add(self, rows: NDArray[np.void]) -> None:
        """Takes the next rows, in canonical order."""
        if self.keep and len(rows):
            self._parts.append(rows.copy())
            self._hash.update(rows.astype(PACKED).tobytes())

    @property
    def sha256(self) -> str:
        """Hash of all rows; only meaningful when they are kept."""
        return self._hash.hexdigest()

    def rows(self) -> NDArray[np.void]:
        """All rows (n,) of dtype ROW."""
        return np.concatenate(self._parts) if self._parts else np.zeros(0, ROW)

    def frame(self) -> pd.DataFrame:
        """All rows as a table, one column a field."""
        rows = self.rows()
        return pd.DataFrame({name: np.ascontiguousarray(rows[name]) for name in ROW.names or ()})


def in_order(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Viewers' rows by (time, viewer), each viewer's own order kept."""
    return np.asarray(rows[np.lexsort((rows["viewer"], rows["time"]))])
