"""The viewers of a night, as far as a platform could know them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import did_you_mean
from sim.records import picked

OF_STREAM = ("joined_at", "watched", "clicks", "chats", "early", "shown", "shown_at")  # what the stream alone knows


class Viewers:
    """All viewers as columns, in viewer order.  Each column is the caller's own copy, made when asked for.

    "Tonight" lasts until the next match.  At the store's end, in the days after one, what the stream alone knows
    (clicks, chats, minutes watched, interest, pushes shown, who came early) is 0 of viewers who have not consented.

    They can be asked for while the policy decides and not later, when they would tell what has happened since: a policy
    that wants to remember keeps the columns.
    """

    __slots__ = ("__categories", "__known", "__now", "__signals", "__size")

    def __init__(
        self, known: NDArray[np.void], signals: NDArray[np.uint8], now: float, categories: Sequence[str]
    ) -> None:
        self.__known: NDArray[np.void] | None = _sealed(known)
        self.__signals: NDArray[np.uint8] | None = _sealed(signals)
        self.__now, self.__size, self.__categories = now, len(known), tuple(categories)

    def __len__(self) -> int:
        return self.__size

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories of goods that `interest` can be asked about."""
        return self.__categories

    def close(self) -> None:
        """Ends the moment; called when the policy has decided."""
        self.__known = self.__signals = None

    def __column(self, name: str) -> NDArray[Any]:
        if self.__known is None:
            raise RuntimeError("viewers can only be asked about while the policy decides: keep the columns instead")
        return self.__known[name]

    @property
    def present(self) -> NDArray[np.bool_]:
        """Who is on the stream."""
        return np.asarray(self.__column("present") == 1)

    @property
    def muted(self) -> NDArray[np.bool_]:
        """Who has switched pushes off."""
        return np.asarray(self.__column("muted") == 1)

    @property
    def side(self) -> NDArray[np.uint8]:
        """Declared favourite: HOME, AWAY or NEUTRAL."""
        return self.__column("side").copy()

    @property
    def tier(self) -> NDArray[np.uint8]:
        """Member tier; 0 = none, then the scenario's in rising order."""
        return self.__column("tier").copy()

    @property
    def points(self) -> NDArray[np.int32]:
        """Points of members; -1 for viewers who have not consented, for they tell of orders."""
        return self.__column("points").copy()

    @property
    def early(self) -> NDArray[np.bool_]:
        """Who came early enough to count as a supporter."""
        return np.asarray(self.__column("early") == 1)

    @property
    def consent(self) -> NDArray[np.bool_]:
        """Who lets the stream see their shop history."""
        return np.asarray(self.__column("consent") == 1)

    @property
    def clicks(self) -> NDArray[np.uint16]:
        """Pushes clicked tonight."""
        return self.__column("clicks").copy()

    @property
    def chats(self) -> NDArray[np.uint16]:
        """Messages written tonight."""
        return self.__column("chats").copy()

    @property
    def shown(self) -> NDArray[np.uint16]:
        """Pushes that were on the viewer's screen tonight, banners in the shop left out."""
        return self.__column("shown").copy()

    @property
    def minutes_since_shown(self) -> NDArray[np.float64]:
        """Time since the last of them, in minutes; inf for who has been shown none."""
        since = (self.__now - self.__column("shown_at")) / 60.0
        since[self.__column("shown") == 0] = np.inf
        return since

    @property
    def orders(self) -> NDArray[np.int16]:
        """Orders paid tonight; -1 for viewers who have not consented to the stream's seeing it."""
        return self.__column("orders").copy()

    @property
    def history(self) -> NDArray[np.int16]:
        """Orders before tonight, at either end; -1 for viewers who have not consented."""
        return self.__column("history").copy()

    @property
    def minutes_watched(self) -> NDArray[np.float64]:
        """Time on the stream tonight, in minutes."""
        now = np.where(self.__column("present") == 1, self.__now - self.__column("joined_at"), 0.0)
        return (self.__column("watched") + now) / 60.0

    def take(self, who: NDArray[np.intp]) -> Viewers:
        """The same of viewers `who` (n,) alone, in that order: columns of few among many are had faster so."""
        self.__column("present")  # raises when it is too late
        assert self.__known is not None
        assert self.__signals is not None
        return Viewers(picked(self.__known, who), self.__signals[who], self.__now, self.__categories)

    @property
    def interests(self) -> NDArray[np.int64]:
        """`interest` over all categories together."""
        self.__column("present")
        assert self.__signals is not None
        total = np.zeros(self.__size, np.int64)
        for category in self.__signals.T:  # column by column: rows are too short to be summed fast
            total += category
        return total

    def interest(self, category: str) -> NDArray[np.uint8]:
        """Clicks, saves and messages tonight that were about a category of goods.

        Raises KeyError for a category that the shop does not have.
        """
        if category not in self.__categories:
            raise KeyError(f"no category {category!r}{did_you_mean(category, self.__categories)}")
        self.__column("present")  # raises when it is too late
        assert self.__signals is not None
        return self.__signals[:, self.__categories.index(category)].copy()


def _sealed(table: NDArray[Any]) -> NDArray[Any]:
    view = table.view()
    view.flags.writeable = False
    return view


def at_store(
    known: NDArray[np.void], signals: NDArray[np.uint8], closes: float
) -> tuple[NDArray[np.void], NDArray[np.uint8]]:
    """Copies of both tables as the store's end may see them, once the broadcast has ended at `closes` [s]."""
    known, closed = known.copy(), known["consent"] == 0
    known["watched"] += np.where(known["present"] == 1, closes - known["joined_at"], 0.0)
    known["present"] = 0
    for name in OF_STREAM:
        known[name][closed] = 0
    return known, np.where(closed[:, None], 0, signals).astype(np.uint8)
