"""What a policy sees: what a platform could know at this moment, and nothing that is to come."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.policy.chance import NightKey, chance
from sim.policy.items import Item, Items
from sim.policy.latent import Latent
from sim.policy.pushed import Pushes
from sim.policy.viewers import Viewers
from sim.world.catalogue import ItemKind
from sim.world.match import AWAY, HOME, NEUTRAL, MatchEvent

__all__ = ["AWAY", "HOME", "NEUTRAL", "Item", "ItemKind", "Items", "Running", "View", "Viewers"]


@dataclass(frozen=True)
class Running:
    """An offer that runs."""

    item: str
    surface: str
    expires: float  # s from kick-off
    team: int  # people in a team, 0: no team is needed
    waiting: int  # who wait for the open team to be full
    full: int  # teams that have been


@dataclass(frozen=True, eq=False)
class View:
    """The moment at which a policy decides: the start of a window."""

    time: float  # s from kick-off
    clock: str  # what the screen shows
    window: float  # s until the policy is asked again
    period: str  # pre, 1H, HT, 2H, ET_break, E1, ET_HT, E2, PK_break, P, post
    into: float  # min since that part began; in the days after, since the broadcast closed
    in_play: bool  # the ball is rolling: no break, no stoppage
    minute: float | None  # of play, as the screen counts: 45 in the first half's stoppage time; None in breaks
    peak: bool  # play is at a peak, as the scenario's red lines say
    score: tuple[int, int]
    events: tuple[MatchEvent, ...]  # everything so far
    news: tuple[MatchEvent, ...]  # what happened since the policy was last asked
    chat_rate: tuple[float, float, float]  # messages a minute in the last window: home, away, neutral
    heat: tuple[float, float, float]  # messages a viewer in the last window against lately: home, away, neutral
    present: tuple[int, int, int]  # viewers on the stream: home, away, neutral
    clicks: int  # on pushes, so far
    orders: int  # paid, so far
    items: Items  # all that can be offered
    running: tuple[Running, ...]  # offers, in the order in which they were opened
    room: int  # pushes that can be said now: fewer than usual where many offers still run
    pushes: Pushes  # of tonight, and what came of them
    viewers: Viewers
    _chance: tuple[NightKey, int] = field(repr=False)  # the night's key, and the number of the window
    day: int = 0  # days since the match, 0 tonight
    _latent: Latent | None = field(default=None, repr=False)

    @property
    def latent(self) -> Latent:
        """What no platform sees: for the two policies that bracket all others, and nobody else.

        Raises AttributeError for any other policy.
        """
        if self._latent is None:
            raise AttributeError("what is latent is for oracle and anti_oracle alone")
        return self._latent

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
