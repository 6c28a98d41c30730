"""What a policy sees: what a platform could know at this moment, and nothing that is to come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.policy.chance import NightKey, chance
from sim.world.match import AWAY, HOME, NEUTRAL, SIDES, MatchEvent

if TYPE_CHECKING:
    from sim.world.shop import Product, Shop

__all__ = ["AWAY", "HOME", "NEUTRAL", "ProductView", "View", "Viewers"]


class Viewers:
    """All viewers as columns, in viewer order.  Each column is the caller's own copy, made when asked for.

    They can be asked for while the policy decides and not later, when they would tell what has happened since: a policy
    that wants to remember keeps the columns.
    """

    __slots__ = ("__columns", "__now", "__size")

    def __init__(self, known: NDArray[np.void], now: float) -> None:
        self.__columns: NDArray[np.void] | None = known.view()
        self.__columns.flags.writeable = False
        self.__now = now
        self.__size = len(known)

    def __len__(self) -> int:
        return self.__size

    @property
    def __known(self) -> NDArray[np.void]:
        if self.__columns is None:
            raise RuntimeError("viewers can only be asked about while the policy decides: keep the columns instead")
        return self.__columns

    def close(self) -> None:
        """Ends the moment; called when the policy has decided."""
        self.__columns = None

    @property
    def present(self) -> NDArray[np.bool_]:
        """Who is on the stream."""
        return np.asarray(self.__known["present"] == 1)

    @property
    def muted(self) -> NDArray[np.bool_]:
        """Who has switched pushes off."""
        return np.asarray(self.__known["muted"] == 1)

    @property
    def side(self) -> NDArray[np.uint8]:
        """Declared favourite: HOME, AWAY or NEUTRAL."""
        return self.__known["side"].copy()

    @property
    def tier(self) -> NDArray[np.uint8]:
        """Member tier; 0 = none."""
        return self.__known["tier"].copy()

    @property
    def consent(self) -> NDArray[np.bool_]:
        """Who lets the stream see their shop history."""
        return np.asarray(self.__known["consent"] == 1)

    @property
    def clicks(self) -> NDArray[np.uint16]:
        """Pushes clicked tonight."""
        return self.__known["clicks"].copy()

    @property
    def chats(self) -> NDArray[np.uint16]:
        """Messages written tonight."""
        return self.__known["chats"].copy()

    @property
    def orders(self) -> NDArray[np.int16]:
        """Orders paid tonight; -1 for viewers who have not consented to the stream's seeing it."""
        return self.__known["orders"].copy()

    @property
    def minutes_watched(self) -> NDArray[np.float64]:
        """Time on the stream tonight, in minutes."""
        now = np.where(self.present, self.__now - self.__known["joined_at"], 0.0)
        return np.asarray((self.__known["watched"] + now) / 60.0)


@dataclass(frozen=True)
class ProductView:
    """A product as the stream's board shows it."""

    key: str
    name: str
    category: str
    side: int  # HOME, AWAY or NEUTRAL: whose colours it carries
    price: float  # list price [currency]
    cost: float  # of a unit to the shop [currency]
    stock: int  # free units over all sizes, as published
    sizes: Mapping[str, int] = field(hash=False)  # free units by size label, as published; empty for one-size goods


class Facts(NamedTuple):
    """What does not change about a product."""

    row: int  # its number in the catalogue
    name: str
    category: str
    side: int
    price: float
    cost: float
    slots: Mapping[str, int]  # size label -> size slot


def facts_of(shop: Shop) -> dict[str, Facts]:
    """Facts by product key, in the order of the catalogue."""
    return {
        key: Facts(row, p.name, p.category, SIDES.index(p.side), p.price, p.cost, _slots(p, shop))
        for row, (key, p) in enumerate(shop.products.items())
    }


def _slots(product: Product, shop: Shop) -> dict[str, int]:
    return {label: slot for slot, label in enumerate(shop.size_shares) if label in (product.sizes or {})}


class Products(Mapping[str, ProductView]):
    """The catalogue by product key, put together when looked at.

    `stock` (P, K) are the board's units by product and size slot; it is kept and not copied.
    """

    def __init__(self, facts: Mapping[str, Facts], stock: NDArray[np.int64]) -> None:
        self._facts, self._stock = facts, stock

    def __getitem__(self, key: str) -> ProductView:
        f = self._facts[key]
        units = self._stock[f.row].tolist()
        sizes = {label: units[slot] for label, slot in f.slots.items()}
        return ProductView(key, f.name, f.category, f.side, f.price, f.cost, sum(units), sizes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


@dataclass(frozen=True, eq=False)
class View:
    """The moment at which a policy decides: the start of a window."""

    time: float  # s from kick-off
    clock: str  # what the screen shows
    window: float  # s until the policy is asked again
    period: str  # pre, 1H, HT, 2H, ET_break, E1, ET_HT, E2, PK_break, P, post
    in_play: bool  # the ball is rolling: no break, no stoppage
    score: tuple[int, int]
    events: tuple[MatchEvent, ...]  # everything so far
    news: tuple[MatchEvent, ...]  # what happened since the policy was last asked
    chat_rate: tuple[float, float, float]  # messages a minute in the last window: home, away, neutral
    present: tuple[int, int, int]  # viewers on the stream: home, away, neutral
    clicks: int  # on pushes, so far
    orders: int  # paid, so far
    products: Products
    viewers: Viewers
    _chance: tuple[NightKey, int] = field(repr=False)  # the night's key, and the number of the window

    @cached_property
    def random(self) -> np.random.Generator:
        """Chance of this window's own: the same numbers for every policy, whenever this night is played.

        It begins anew in each window, so what a policy draws here does not depend on how much it, or anybody, has drawn
        before; policies that differ only now and then can so be compared.  Python's own `random` would give other
        results every time.
        """
        return chance(*self._chance)

    def goods_of(self, side: int) -> list[ProductView]:
        """Products in a side's colours that are in stock."""
        return [p for p in self.products.values() if p.side == side and p.stock > 0]

    def everything(self) -> list[ProductView]:
        """Products in stock."""
        return [p for p in self.products.values() if p.stock > 0]

    def mask(self, **wanted: Any) -> NDArray[np.bool_]:
        """Viewers whose columns equal what is wanted: `view.mask(side=HOME, tier=1)`."""
        chosen = np.ones(len(self.viewers), bool)
        for column, value in wanted.items():
            chosen &= getattr(self.viewers, column) == value
        return chosen
