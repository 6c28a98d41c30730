"""What can be offered, as the stream's board shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.world.catalogue import Catalogue, ItemKind
from sim.world.shelved import Shelved, shelved


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
    tier: int  # least tier that may buy it, 0 = everyone
    early: bool  # whether early supporters may, whatever their tier
    brand: bool  # whether its maker joins in promotions with the host
    most_off: float  # what all reductions together may take off the list price [share]
    minutes: float  # length of content
    days: float  # how long after the match a coupon can be used
    stock: int  # free units over all sizes, as published; UNLIMITED of coupons and content
    sizes: Mapping[str, int] = field(hash=False)  # free units by size label, as published; empty for one-size goods
    mentions: float  # messages a minute that named it in the last window
    surge: float  # these against their recent level: 1 as lately, 2 twice that

    @property
    def limited(self) -> bool:
        """Whether only some may buy it: a tier, or early supporters."""
        return self.tier > 0 or self.early


class Card(NamedTuple):
    """What does not change about an item all night."""

    facts: Mapping[str, Any]  # fields of Item
    number: int  # in the catalogue
    shelved: Shelved


Cards = Mapping[str, Card]  # by key


def cards_of(catalogue: Catalogue, minor: int) -> Cards:
    """The cards of a night; `minor` units make one of the currency."""
    return {key: _card(catalogue, minor, number) for number, key in enumerate(catalogue.keys)}


def _card(c: Catalogue, minor: int, number: int) -> Card:
    facts: dict[str, Any] = {
        "key": c.keys[number],
        "name": c.names[number],
        "kind": ItemKind(int(c.kind[number])),
        "category": c.categories[c.category[number]] if c.category[number] >= 0 else "",
        "side": int(c.side[number]),
        "price": int(c.own_price[number]) / minor,
        "list_price": int(c.price[number]) / minor,
        "cost": int(c.cost[number]) / minor,
        "tier": int(c.tier[number]),
        "early": bool(c.early[number]),
        "brand": bool(c.funds[number] >= 0),
        "most_off": int(c.most_off[number]) / int(c.price[number]) if c.price[number] else 0.0,
        "minutes": float(c.length[number]) / 60.0,
        "days": float(c.coupon_days[c.coupon[number]]) if c.coupon[number] >= 0 else 0.0,
    }
    return Card(MappingProxyType(facts), number, shelved(c, number))


class Items(Mapping[str, Item]):
    """Items by key, put together when looked at.

    `stock` (S x K,) are the board's units by SKU, `talk` (2, I) messages a minute that name each item and
    these against their recent level; both are kept and not copied.
    """

    def __init__(
        self, cards: Cards, stock: NDArray[np.int64], talk: NDArray[np.float64], kind: ItemKind | None = None
    ) -> None:
        self._all, self._stock, self._talk = cards, stock, talk
        self._cards = cards if kind is None else {k: c for k, c in cards.items() if c.facts["kind"] is kind}
        self._seen: dict[str, Item] = {}

    def __getitem__(self, key: str) -> Item:
        if key not in self._seen:
            self._seen[key] = self._item(key)
        return self._seen[key]

    def of(self, kind: ItemKind) -> Items:
        """Those of one kind."""
        return Items(self._all, self._stock, self._talk, kind)

    def __iter__(self) -> Iterator[str]:
        return iter(self._cards)

    def __len__(self) -> int:
        return len(self._cards)

    def _item(self, key: str) -> Item:
        card = self._cards[key]
        sizes = dict(zip(card.shelved.labels, card.shelved.by_size(self._stock).tolist(), strict=True))
        mentions, surge = self._talk[:, card.number].tolist()
        stock = card.shelved.left(self._stock)
        return Item(**card.facts, stock=stock, sizes=MappingProxyType(sizes), mentions=mentions, surge=surge)
