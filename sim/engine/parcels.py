"""Parcels: every order from its payment to the door, and perhaps back.

Times are seconds from kick-off, inf where something has not happened yet or never will.  A parcel's draws are keyed by
its viewer, the match it was ordered at or after, the item, and which of the viewer's orders of that item there it is:
who buys something else as well, or buys the same another way, has the same luck with it, and the twins of two policies
stay comparable to the end.  Of its number n block 2n holds carrier, time on the way, whether it is kept and what it is
exchanged for; block 2n + 1 when it is posted back, the way back, whether it can be sold again, and whether the rest of
a pre-sale is paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim import draws
from sim.behaviour import DAY
from sim.compiled import compiled
from sim.engine.ledger import ROW, Flag, Kind
from sim.engine.stock import ENTRY
from sim.records import joined, picked
from sim.world.catalogue import ItemKind
from sim.world.night import Night


class ParcelState(IntEnum):
    """Where a parcel is."""

    QUEUED = 0  # waits for the packers
    AWAITING_BALANCE = 1  # of a pre-sale whose rest is not paid yet
    PACKED = 2  # with the carrier
    ARRIVED = 3  # at the door, where it stays unless `posts` is finite
    GOING_BACK = 4
    CHECKED = 5  # is back and has been looked at
    FORFEITED = 6  # the rest was not paid


PARCEL = np.dtype(
    [
        ("ordered", "f8"),
        ("due", "f8"),  # when the rest of a pre-sale is to be paid
        ("ready", "f8"),  # earliest packing
        ("promised", "f8"),
        ("packed", "f8"),
        ("transit", "f8"),  # from the warehouse to the door [s]
        ("arrives", "f8"),
        ("posts", "f8"),  # sent back
        ("back", "f8"),
        ("checked", "f8"),
        ("urge", "f8"),  # what emotion had added to the log odds of buying
        ("claim", "f4"),  # what was exaggerated about it
        ("viewer", "i4"),
        ("push", "i4"),
        ("price", "i4"),  # paid so far [minor units]; 0 once another parcel has taken its place
        ("credit", "i4"),  # what the order changed in its buyer's credit [minor units]
        ("chapter", "u4"),  # of the match that it, or what it takes the place of, was ordered at or after
        ("number", "i4"),  # item, which of the viewer's orders of it there, which exchange of that
        ("item", "i2"),
        ("size", "i1"),
        ("instead", "i1"),  # size wanted in exchange, -1: the money
        ("flags", "u1"),  # Flag bits
        ("state", "u1"),  # ParcelState
        ("reason", "u1"),  # KEPT, or why it goes back: FIT, CLAIM, MIND
    ],
    align=True,
)
NOT_YET = ("due", "packed", "arrives", "posts", "back", "checked")
TIMES = ("ordered", "ready", "promised", *NOT_YET)
PENDING = {  # by state, when the days will hear of a parcel next
    ParcelState.AWAITING_BALANCE: "due",
    ParcelState.PACKED: "arrives",
    ParcelState.ARRIVED: "posts",
    ParcelState.CHECKED: "checked",
}
ITEM, AGAIN, MOST_AGAIN, MOST_TURNS = 1 << 14, 1 << 4, 0x3FF, 0xF  # how a number is put together, and its bounds


@compiled
def _drawn(seed: int, parcels: NDArray[np.void], block: int, out: NDArray[np.float64]) -> None:
    """Four uniforms a parcel from one of its blocks, into `out` (n, 4)."""
    for k in range(parcels.shape[0]):
        parcel = parcels[k]
        index = 2 * parcel.number + block
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = draws.draw(
            seed, parcel.chapter, parcel.viewer, draws.PARCEL, index
        )


class Parcels:
    """All parcels on their way, oldest order first, and what the scenario says of their ways."""

    def __init__(self, night: Night, rows: NDArray[np.void] | None = None) -> None:
        self.rows = np.zeros(0, PARCEL) if rows is None else rows
        self.night, self.fulfilment, self.catalogue = night, night.scenario.fulfilment, night.catalogue
        self.carriers = list(self.fulfilment.carriers.values())
        self.ordered = np.zeros(0, np.int64)  # viewers' items ordered at this match so far, in order

    def of(self, rows: NDArray[np.void], claims: Mapping[int, float]) -> NDArray[np.intp]:
        """Makes a parcel of every PAYMENT among ledger rows (in their order), and gives their places.

        CREDIT rows tell what orders changed in it; `claims` by number of the push what was exaggerated in it.
        """
        paid = picked(rows, rows["kind"] == Kind.PAYMENT)
        made = self._blank(paid, self.night.chapter, self._numbers(paid))
        made["price"], made["push"], made["flags"], made["urge"] = (paid[n] for n in ("price", "push", "flag", "value"))
        made["credit"] = _credit_of(paid, picked(rows, rows["kind"] == Kind.CREDIT))
        made["claim"] = [claims.get(push, 0.0) for push in paid["push"].tolist()]
        ahead = self.catalogue.kind[made["item"]] == ItemKind.PRESALE
        shelf = made["item"][ahead]
        made["state"][ahead] = ParcelState.AWAITING_BALANCE
        made["due"][ahead] += self.catalogue.presale_balance[shelf] * DAY
        made["ready"][ahead] += self.catalogue.presale_ships[shelf] * DAY
        made["due"][~ahead] = np.inf
        return self._add(made)

    def exchange(self, rows: NDArray[np.void], asked: NDArray[np.intp]) -> NDArray[np.intp]:
        """Makes the parcels of granted exchanges, and gives their places.

        `asked` are the places of parcels for which another size was asked, `rows` the till's answers in the same order.
        What was paid goes with the parcel that takes the other's place.
        """
        granted = rows["kind"] == Kind.EXCHANGE
        first, rows = asked[granted], picked(rows, granted)
        before = self.rows["number"][first]
        numbers = np.where(before & MOST_TURNS < MOST_TURNS, before + 1, before)
        made = self._blank(rows, self.rows["chapter"][first], numbers)
        for name in ("price", "credit", "push", "urge"):
            made[name] = self.rows[name][first]
        made["flags"] = self.rows["flags"][first] | Flag.EXCHANGED
        made["due"] = np.inf
        self.rows["price"][first] = 0
        return self._add(made)

    def sent_back_instead(self, rows: NDArray[np.void], asked: NDArray[np.intp]) -> NDArray[np.void]:
        """The till's answers as they are told: where another size is not to be had, the first one is sent back."""
        refused = rows["kind"] == Kind.RETURN_POSTED
        told = rows.copy()
        told["size"][refused] = self.rows["size"][asked[refused]]
        told["flag"][refused] = self.rows["flags"][asked[refused]]
        return told

    def overdue(self, now: float) -> int:
        """How many should be at the door `now` and are not."""
        under_way = np.isin(self.rows["state"], (ParcelState.QUEUED, ParcelState.PACKED))
        return int((under_way & (self.rows["promised"] < now)).sum())

    def at_next_match(self, night: Night, seconds: float) -> Parcels:
        """What is still on its way, on the clock of the next match, whose kick-off is `seconds` after this one's."""
        state, rows = self.rows["state"], self.rows
        stays = (state == ParcelState.ARRIVED) & (rows["posts"] == np.inf)
        checked = (state == ParcelState.CHECKED) & (rows["checked"] < self.night.until)  # not still in hand
        over = stays | checked | (state == ParcelState.FORFEITED)
        rows = picked(rows, ~over)
        for name in TIMES:
            rows[name] -= seconds
        return Parcels(night, rows)

    def not_before(self, opens: float) -> None:
        """Puts off to a match's opening what rounding of the clocks would have it do before, unseen by anybody."""
        for state, name in PENDING.items():
            waits = self.rows["state"] == state
            self.rows[name][waits] = np.maximum(self.rows[name][waits], opens)

    def between(self, name: str, start: float, end: float, state: ParcelState) -> NDArray[np.intp]:
        """Places of the parcels in a `state` whose time `name` lies in [start, end), in order of it."""
        times = self.rows[name]
        here = np.flatnonzero((times >= start) & (times < end) & (self.rows["state"] == state))
        part = picked(self.rows, here)
        return here[np.lexsort((part["number"], part["viewer"], part[name]))]

    def post(self, start: float, end: float) -> tuple[NDArray[np.void], NDArray[np.intp]]:
        """Sends back what is posted in a window: the ledger's rows, and the places of the parcels in their order.

        A row is an ASK where another size is wanted instead, and RETURN_POSTED elsewhere; value: the reason.
        """
        places = self.between("posts", start, end, ParcelState.ARRIVED)
        gone = picked(self.rows, places)
        times = gone["posts"] + self._way(self._drawn(gone, 0)[0], self._drawn(gone, 1)[1])
        self.rows["back"][places] = np.maximum(end, times)  # not before it is known what the till says
        self.rows["state"][places] = ParcelState.GOING_BACK
        asks = gone["instead"] >= 0
        rows = told(gone, "posts")
        rows["price"], rows["value"] = gone["price"], gone["reason"]
        rows["kind"] = np.where(asks, Kind.ASK, Kind.RETURN_POSTED)
        rows["size"] = np.where(asks, gone["instead"], gone["size"])
        rows["flag"] |= np.where(asks, np.uint8(Flag.STORE | Flag.EXCHANGED), np.uint8(0))
        return rows, places

    def refunds(self, start: float, end: float) -> NDArray[np.void]:
        """REFUND rows of returns looked at in a window, but for those that were exchanged."""
        seen = picked(self.rows, self.between("checked", start, end, ParcelState.CHECKED))
        seen = seen[seen["price"] > 0]
        rows = told(seen, "checked")
        rows["kind"], rows["price"], rows["value"] = Kind.REFUND, seen["price"], seen["credit"]
        return rows

    def shelved(self, start: float, end: float, heard: float) -> NDArray[np.void]:
        """What the till must do with returns looked at in a window, and with what was sold ahead and given up.

        RESTOCK or WRITE_OFF (ENTRY), unit by unit; not before the till has `heard` of it: what comes back while a match
        is on is put on the shelf when its evening is over.
        """
        seen = picked(self.rows, self.between("checked", start, end, ParcelState.CHECKED))
        whole = self._drawn(seen, 1)[2] < self.fulfilment.resalable
        given_up = picked(self.rows, self.between("due", start, end, ParcelState.FORFEITED))
        entries = [
            (at, -1, shelf, Kind.RESTOCK if good else Kind.WRITE_OFF, size, -1)
            for parcels, times, fates in (
                (seen, seen["checked"], whole),
                (given_up, given_up["due"], np.ones(len(given_up), bool)),
            )
            for parcel, at, good in zip(parcels, np.maximum(times, heard).tolist(), fates.tolist(), strict=True)
            for shelf, size in self._units(int(parcel["item"]), int(parcel["size"]))
        ]
        return np.array(entries, ENTRY)

    def _units(self, item: int, size: int) -> list[tuple[int, int]]:
        """(shelf, size slot) of each unit of an item."""
        c = self.catalogue
        return [(s, size if c.sized[s] else 0) for s, units in c.parts(item) for _ in range(units)]

    def _blank(
        self, rows: NDArray[np.void], chapter: int | NDArray[np.uint32], numbers: NDArray[np.int64]
    ) -> NDArray[np.void]:
        """Parcels of orders, as far as they are all alike; ready and due at the time of the order."""
        made = np.zeros(len(rows), PARCEL)
        for name in NOT_YET:
            made[name] = np.inf
        for name in ("viewer", "item", "size"):
            made[name] = rows[name]
        made["ordered"] = made["ready"] = made["due"] = rows["time"]
        made["instead"] = -1
        made["chapter"], made["number"] = chapter, numbers
        u = self._drawn(made, 0)
        made["transit"] = self._way(u[0], u[1])
        return made

    def _add(self, made: NDArray[np.void]) -> NDArray[np.intp]:
        made["promised"] = made["ready"] + self.fulfilment.promise * DAY
        self.rows = joined(self.rows, made)
        return np.arange(len(self.rows) - len(made), len(self.rows))

    def _numbers(self, paid: NDArray[np.void]) -> NDArray[np.int64]:
        """Numbers of new orders, in the order in which their viewers paid them."""
        what = paid["viewer"].astype(np.int64) * len(self.catalogue.keys) + paid["item"]
        order = np.argsort(what, kind="stable")
        again = np.empty(len(what), np.int64)
        again[order] = np.arange(len(what)) - np.searchsorted(what[order], what[order])
        again += np.searchsorted(self.ordered, what, "right") - np.searchsorted(self.ordered, what, "left")
        self.ordered = np.sort(np.concatenate([self.ordered, what]))
        return np.asarray(paid["item"].astype(np.int64) * ITEM + np.minimum(again, MOST_AGAIN) * AGAIN)

    def _drawn(self, parcels: NDArray[np.void], block: int) -> NDArray[np.float64]:
        out = np.empty((len(parcels), 4))
        _drawn(self.night.seed, parcels, block, out)
        return out.T

    def _way(self, u_carrier: NDArray[np.float64], u_time: NDArray[np.float64]) -> NDArray[np.float64]:
        """Time with a carrier [s]: carriers by their shares, log-normal times."""
        shares = np.cumsum([c.share for c in self.carriers])[:-1]
        who = np.searchsorted(shares, u_carrier, side="right")
        median, spread = (np.array([getattr(c, name) for c in self.carriers])[who] for name in ("median", "spread"))
        return np.asarray(DAY * median * np.exp(spread * ndtri(u_time)))


def _credit_of(paid: NDArray[np.void], changes: NDArray[np.void]) -> NDArray[np.int64]:
    """What each payment changed in its buyer's credit: the CREDIT row of the same viewer, item and time."""
    both = joined(paid, changes)
    order = np.lexsort((both["kind"], both["item"], both["time"], both["viewer"]))  # a change follows its payment
    first, second = order[:-1], order[1:]
    alike = [both[name][first] == both[name][second] for name in ("viewer", "time", "item")]
    theirs = np.logical_and.reduce(alike) & (first < len(paid)) & (second >= len(paid))
    credit = np.zeros(len(paid), np.int64)
    credit[first[theirs]] = both["value"][second[theirs]]
    return credit


def told(parcels: NDArray[np.void], when: str) -> NDArray[np.void]:
    """Ledger rows about parcels, at their times `when`; kind, price and value are left to the caller."""
    rows = np.zeros(len(parcels), ROW)
    rows["time"], rows["flag"], rows["surface"] = parcels[when], parcels["flags"], -1
    for name in ("viewer", "push", "item", "size"):
        rows[name] = parcels[name]
    return rows
