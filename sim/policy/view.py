"""What a policy sees: what a platform could know at this moment, and nothing that is to come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import did_you_mean
from sim.policy.chance import NightKey, chance
from sim.world.catalogue import Catalogue, ItemKind
from sim.world.match import AWAY, HOME, NEUTRAL, MatchEvent

__all__ = ["AWAY", "HOME", "NEUTRAL", "Item", "ItemKind", "Items", "Running", "View", "Viewers"]
UNLIMITED = 1_000_000_000  # units of what cannot run out


class Viewers:
    """All viewers as columns, in viewer order.  Each column is the caller's own copy, made when asked for.

    "Tonight" lasts until the next match.  At the store's end, in the days after one, what the stream alone knows
    (clicks, chats, minutes watched, interest, who came early) is 0 of viewers who have not consented.

    They can be asked for while the policy decides and not later, when they would tell what has happened since: a policy
    that wants to remember keeps the columns.
    """

    __slots__ = ("__at_store", "__categories", "__columns", "__now", "__signals", "__size")

    def __init__(
        self,
        known: NDArray[np.void],
        now: float,
        signals: NDArray[np.uint8],
        categories: Sequence[str],
        at_store: bool = False,
    ) -> None:
        self.__columns: NDArray[np.void] | None = known.view()
        self.__columns.flags.writeable = False
        self.__now = now
        self.__size = len(known)
        self.__signals, self.__categories, self.__at_store = signals, tuple(categories), at_store

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
        return np.asarray(self.__known["present"] == 1) & (not self.__at_store)

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
        """Member tier; 0 = none, then the scenario's in rising order."""
        return self.__known["tier"].copy()

    @property
    def points(self) -> NDArray[np.int32]:
        """Points of members; -1 for viewers who have not consented, for they tell of orders."""
        return np.where(self.consent, self.__known["points"], -1)

    def __of_stream(self, column: NDArray[Any]) -> NDArray[Any]:
        """What the stream knows: at the store's end 0 of viewers who have not consented to its being seen there."""
        return np.asarray(column * self.consent) if self.__at_store else np.asarray(column).copy()

    @property
    def early(self) -> NDArray[np.bool_]:
        """Who came early enough to count as a supporter."""
        return self.__of_stream(self.__known["early"] == 1)

    @property
    def consent(self) -> NDArray[np.bool_]:
        """Who lets the stream see their shop history."""
        return np.asarray(self.__known["consent"] == 1)

    @property
    def clicks(self) -> NDArray[np.uint16]:
        """Pushes clicked tonight."""
        return self.__of_stream(self.__known["clicks"])

    @property
    def chats(self) -> NDArray[np.uint16]:
        """Messages written tonight."""
        return self.__of_stream(self.__known["chats"])

    @property
    def orders(self) -> NDArray[np.int16]:
        """Orders paid tonight; -1 for viewers who have not consented to the stream's seeing it."""
        return self.__known["orders"].copy()

    @property
    def history(self) -> NDArray[np.int16]:
        """Orders before tonight, at either end; -1 for viewers who have not consented."""
        return self.__known["history"].copy()

    def interest(self, category: str) -> NDArray[np.uint8]:
        """Clicks and saves on the stream tonight, for a category of goods.

        Raises KeyError for a category that the shop does not have.
        """
        if category not in self.__categories:
            raise KeyError(f"no category {category!r}{did_you_mean(category, self.__categories)}")
        return self.__of_stream(self.__signals[:, self.__categories.index(category)])

    @property
    def minutes_watched(self) -> NDArray[np.float64]:
        """Time on the stream tonight, in minutes."""
        now = np.where(self.__known["present"] == 1, self.__now - self.__known["joined_at"], 0.0)
        return self.__of_stream((self.__known["watched"] + now) / 60.0)


@dataclass(frozen=True)
class Item:
    """Something that can be offered, as the stream's board shows it."""

    key: str
    name: str
    kind: ItemKind
    category: str  # of goods; empty for coupons
    side: int  # HOME, AWAY or NEUTRAL: whose colours it carries
    price: float  # without any offer [currency]; 0 of coupons and content
    list_price: float  # the same, but of a set what its parts cost one by one
    cost: float  # of a unit to the shop [currency]
    stock: int  # free units over all sizes, as published; UNLIMITED of coupons and content
    sizes: Mapping[str, int] = field(hash=False)  # free units by size label, as published; empty for one-size goods
    tier: int  # least tier that may buy it, 0 = everyone
    early: bool  # whether early supporters may, whatever their tier
    brand: bool  # whether its maker joins in promotions with the host
    most_off: float  # what all reductions together may take off the list price [share]
    minutes: float  # length of content
    days: float  # how long after the match a coupon can be used


@dataclass(frozen=True)
class Running:
    """An offer that runs."""

    item: str
    surface: str
    expires: float  # s from kick-off
    team: int  # people in a team, 0: no team is needed
    waiting: int  # who wait for the open team to be full
    full: int  # teams that have been


class Items(Mapping[str, Item]):
    """Items by key, put together when looked at.

    `stock` (S, K) are the board's units by shelf and size slot; it is kept and not copied.
    """

    def __init__(self, catalogue: Catalogue, minor: int, stock: NDArray[np.int64], kind: ItemKind | None = None):
        self._catalogue, self._minor, self._stock = catalogue, minor, stock
        rows = range(len(catalogue.keys)) if kind is None else np.flatnonzero(catalogue.kind == int(kind)).tolist()
        self._rows = {catalogue.keys[row]: row for row in rows}

    def __getitem__(self, key: str) -> Item:
        c, row, minor = self._catalogue, self._rows[key], self._minor
        sizes = self._sizes(row)
        return Item(
            key=key,
            name=c.names[row],
            kind=ItemKind(int(c.kind[row])),
            category=c.categories[c.category[row]] if c.category[row] >= 0 else "",
            side=int(c.side[row]),
            price=int(c.own_price[row]) / minor,
            list_price=int(c.price[row]) / minor,
            cost=int(c.cost[row]) / minor,
            stock=self._units(row),
            sizes=sizes,
            tier=int(c.tier[row]),
            early=bool(c.early[row]),
            brand=bool(c.funds[row] >= 0),
            most_off=int(c.most_off[row]) / int(c.price[row]) if c.price[row] else 0.0,
            minutes=float(c.length[row]) / 60.0,
            days=float(c.coupon_days[c.coupon[row]]) if c.coupon[row] >= 0 else 0.0,
        )

    def of(self, kind: ItemKind) -> Items:
        """Those of one kind."""
        return Items(self._catalogue, self._minor, self._stock, kind)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def _units(self, row: int) -> int:
        """Units that could be sold, whatever their sizes."""
        return min(
            (int(self._stock[shelf].sum()) // units for shelf, units in self._catalogue.parts(row)), default=UNLIMITED
        )

    def _sizes(self, row: int) -> Mapping[str, int]:
        """Units by size that could be sold."""
        c = self._catalogue
        if not c.sized[row]:
            return {}
        sizes = {}
        for slot, label in enumerate(c.labels):
            parts = [(c.sku(shelf, slot), units) for shelf, units in c.parts(row)]
            if all(c.carried[sku] for sku, _ in parts):
                sizes[label] = min(int(self._stock.ravel()[sku]) // units for sku, units in parts)
        return sizes


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
    items: Items  # all that can be offered
    running: tuple[Running, ...]  # offers, in the order in which they were opened
    viewers: Viewers
    _chance: tuple[NightKey, int] = field(repr=False)  # the night's key, and the number of the window
    day: int = 0  # days since the match, 0 tonight

    @cached_property
    def random(self) -> np.random.Generator:
        """Chance of this window's own: the same numbers for every policy, whenever this night is played.

        It begins anew in each window, so what a policy draws here does not depend on how much it, or anybody, has drawn
        before; policies that differ only now and then can so be compared.  Python's own `random` would give other
        results every time.
        """
        return chance(*self._chance)

    @cached_property
    def products(self) -> Items:
        """Goods on the shelf, one by one."""
        return self.items.of(ItemKind.PRODUCT)

    @cached_property
    def presales(self) -> Items:
        """Goods sold ahead."""
        return self.items.of(ItemKind.PRESALE)

    @cached_property
    def bundles(self) -> Items:
        """Sets of goods."""
        return self.items.of(ItemKind.BUNDLE)

    @cached_property
    def coupons(self) -> Items:
        """Coupons that can be given."""
        return self.items.of(ItemKind.COUPON)

    @cached_property
    def content(self) -> Items:
        """What informs instead of selling."""
        return self.items.of(ItemKind.CONTENT)

    def goods_of(self, side: int) -> list[Item]:
        """Products in a side's colours that are in stock."""
        return [p for p in self.products.values() if p.side == side and p.stock > 0]

    def everything(self) -> list[Item]:
        """Products in stock."""
        return [p for p in self.products.values() if p.stock > 0]

    def mask(self, **wanted: Any) -> NDArray[np.bool_]:
        """Viewers whose columns equal what is wanted: `view.mask(side=HOME, tier=1)`."""
        chosen = np.ones(len(self.viewers), bool)
        for column, value in wanted.items():
            chosen &= getattr(self.viewers, column) == value
        return chosen
