"""What happened, row by row: who, what, which product, at which price, when.

Canonical order: window by window, in each the viewers' rows by (time, viewer), then the shop's rows by time.  The
SHA-256 of the rows in that order, packed and little-endian, is the identity of a night.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum, IntFlag

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.records import copied, joined, picked


class Kind(IntEnum):
    """What a row says.  EXPOSURE, HELD, NOTICE and CHAT are always counted, and kept as rows only when asked for.

    Below SHOPS a viewer does or meets it, from there on the shop.  `flag` of rows about orders is a sum of `Flag`.
    """

    # the night
    JOIN = 0  # first arrival on the stream
    RETURN = 1
    LEAVE = 2  # flag 1: pushed away, would have stayed if not annoyed
    CHAT = 3  # item: what the message names, -1: nothing of the shop's
    EXPOSURE = 4  # a push was on this viewer's screen; value: bits of the red lines it crossed
    NOTICE = 5  # value: annoyance afterwards
    CLICK = 6
    MUTE = 7  # no more pushes for this viewer
    BROWSE = 8  # own visit to the match shopping zone
    VIEW = 9  # a product page opened
    SAVE = 10
    CART = 11  # reserved, to be paid within the payment window
    ORDER = 12  # the same with one click
    REFUSAL = 13  # sold out at checkout
    PAYMENT = 14  # value: what emotion added to the log odds of buying
    LAPSE = 15  # not paid in time: back to the shelf
    MISS = 16  # the wanted size was shown as sold out
    OTHER_SIZE = 17  # takes another size instead
    WAIT = 18  # will look again later
    WALK = 19  # goes without
    MISMATCH = 20  # the till asks more than the stream showed; price: the till's, value: the stream's
    TEAM = 21  # joins a team and pays its price
    TEAM_REFUND = 22  # the team stayed too small, or the unit was gone when it was full
    CONTENT = 23  # opens content
    CONTENT_END = 24  # has seen it to its end
    COUPON = 25  # takes a coupon
    REGRET = 26  # sees what was bought cheaper than it was bought
    CREDIT = 27  # value: change in the credit of the viewer [minor units]
    HELD = 28  # a push was kept from this viewer; value: bits of the red lines it would have crossed
    # the days after
    ARRIVAL = 40  # a parcel is at the door; value: days it took, flag LATE: later than promised
    RETURN_POSTED = 41  # sends it back
    EXCHANGE = 42  # sends it back and wants another size
    REFUND = 43  # money back for what was looked at; value: change in credit that the order had made, undone with it
    BALANCE = 44  # pays the rest of a pre-sale
    FORFEIT = 45  # does not, and loses the deposit
    STORE_VISIT = 46  # comes to the store to buy
    POINTS = 47  # value: points earned since the last settlement of points
    TIER = 48  # value: the tier now reached
    COMEBACK = 49  # will be at the next match; flag 0: will not
    ASK = 63  # a viewer asks the till; becomes CART, ORDER, PAYMENT, TEAM, MISMATCH or REFUSAL when that settles
    # the shop
    PUSH = 64  # the policy pushes; value: when it expires, flag 1: to everyone
    SOLD_OUT = 65  # a SKU's last free unit is gone
    BACK = 66  # and there is one again
    REORDER = 67  # more is ordered
    DELIVERY = 68  # and arrives; value: units
    STORE_SALE = 69  # a unit sold at the store to somebody who does not watch
    TEAM_FULL = 70  # a team is complete; value: its size
    TEAM_FAILED = 71  # and one that was not by its deadline; value: members
    PACKED = 72  # parcels leave the packers; value: how many
    RESTOCK = 73  # a returned unit is for sale again, or one sold ahead whose rest was not paid
    WRITE_OFF = 74  # and one that cannot be
    FORBIDDEN = 75  # a push that is not made because all of it would cross red lines; value: their bits


SHOPS = Kind.PUSH  # rows from here on are the shop's


class Flag(IntFlag):
    """Bits of `flag` in rows about orders."""

    ONE_CLICK = 1
    TEAM = 2  # in a team
    INFORMED = 4  # had seen content about it, or been advised on the size
    COUPON = 8  # with a coupon
    STORE = 16  # at the store's end
    LATE = 32  # later than promised
    EXCHANGED = 64  # in place of another size
    MEMBER = 128  # by a member whose tier has a discount; whether it counts, the shop's rule for reductions says


ROW = np.dtype(
    [
        ("time", "<f8"),  # s from kick-off
        ("value", "<f8"),
        ("viewer", "<i4"),  # -1: the shop
        ("push", "<i4"),  # number of the push it came from, -1: none
        ("price", "<i4"),  # minor units
        ("item", "<i2"),  # its number in the catalogue, -1: none
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
            self._parts.append(copied(rows))
            self._hash.update(rows.astype(PACKED).tobytes())

    @property
    def sha256(self) -> str:
        """Hash of all rows; only meaningful when they are kept."""
        return self._hash.hexdigest()

    def rows(self) -> NDArray[np.void]:
        """All rows (n,) of dtype ROW."""
        if len(self._parts) != 1:
            self._parts = [joined(np.zeros(0, ROW), *self._parts)]
        return self._parts[0]

    def frame(self) -> pd.DataFrame:
        """All rows as a table, one column a field."""
        rows = self.rows()
        return pd.DataFrame({name: np.ascontiguousarray(rows[name]) for name in ROW.names or ()})


def in_order(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Viewers' rows by (time, viewer), each viewer's own order kept."""
    return picked(rows, np.lexsort((rows["viewer"], rows["time"])))
