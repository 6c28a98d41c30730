"""What could be had at best: it sees every taste, every temper and the match to its end.  No platform can do this.

A bracket, not advice: a policy that comes near it has little left to gain.  In each round every viewer gets the item
that is worth most to the shop now, net of what the push costs in muting and in coming back, where that is worth it.
It chooses greedily and knows people, not their dice.  The article asks for "context awareness and flexible reach"; use
it to see how much of that could be had at all, and never in a gate.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sim.parameters import Parameters
from sim.policy import Offer, Push, View
from sim.policy.latent import Latent
from sim.world.audience import TASTE_STEP
from sim.world.catalogue import ItemKind
from sim.world.match import NEUTRAL
from sim.world.surfaces import SurfaceName

DAY = 86_400.0  # s
RETURNED = 0.25  # share of pushed orders that come back (assumed; the seed of the night is not known to it either)
STATES = ("annoyance", "noticed", "trust")  # of a viewer, that an evening changes
AT_ONCE = 1 << 14  # viewers: as many as near memory holds
Table = NDArray[np.float32]  # (items, viewers)
Row = NDArray[np.float32]  # (viewers,)


class Oracle:
    """The best item for each viewer on a side panel, lessons before the match, and messages after it.

    A round comes after a `rest` [s], has at most so many pushes, the best (`most`), and `lasts` so many seconds; pushes
    to a viewer are so many minutes `apart`.  A `reserve`, as a share of the first stock, is left to those who come by
    themselves.
    """

    sees_what_is_latent = True

    def __init__(
        self, rest: float = 150.0, apart: float = 3.0, lasts: float = 300.0, most: int = 12, reserve: float = 0.15
    ) -> None:
        self.rest, self.apart, self.lasts = rest, apart, lasts
        self.most, self.reserve = most, reserve
        self.rested_at = float("-inf")
        self.first: NDArray[np.int64] | None = None
        self.taught = False
        self.fixed: _Fixed

    def decide(self, view: View) -> list[Push]:
        """After each rest what is worth pushing to whom."""
        if self.first is None:
            self.first = np.array([view.items[key].stock for key in view.latent.catalogue.keys])
            self.fixed = _fixed(view.latent)
        if not self.taught and view.period == "pre" and view.time > -300.0:
            self.taught = True
            return self._lessons(view)
        if view.time < self.rested_at:
            return []
        self.rested_at = view.time + self.rest
        v = view.viewers
        fresh = v.present & ~v.muted & (v.minutes_since_shown >= self.apart)
        second = view.latent.stage.curves.seconds[int(view.time - view.latent.stage.curves.opens)]
        return self._round(view, fresh, "side_panel", self.lasts, second)

    def follow_up(self, view: View) -> list[Push]:
        """A message every second day."""
        if view.day % 2 == 0:
            return []
        return self._round(view, ~view.viewers.muted, "store_push", DAY, None)

    def _lessons(self, view: View) -> list[Push]:
        lessons = {item.category: item for item in view.content.values()}
        people, latent = view.latent.people, view.latent
        pushes = []
        for item in list(lessons.values())[:4]:
            likes = latent.tastes[:, latent.catalogue.categories.index(item.category)] > 0
            who = likes & (people["annoyance"] < 0.5 * people["tolerance"])
            pushes.append(Push("short_video", Offer(item.key), view.time + self.lasts, who, because="a lesson"))
        return pushes

    def _round(
        self, view: View, fresh: NDArray[np.bool_], surface: SurfaceName, lasts: float, second: np.void | None
    ) -> list[Push]:
        goods = [number for number in range(len(view.latent.catalogue.keys)) if self._sells(view, number, surface)]
        who = np.flatnonzero(fresh)
        if not goods or not len(who):
            return []
        best, gain = np.empty(len(who), np.intp), np.empty(len(who), np.float32)
        for first in range(0, len(who), AT_ONCE):
            part = slice(first, first + AT_ONCE)
            worth = _worth(view.latent, self.fixed, who[part], np.array(goods), surface, second)
            best[part] = worth.argmax(axis=0)
            gain[part] = worth[best[part], np.arange(worth.shape[1])]
        said: list[tuple[float, Push]] = []
        for place, number in enumerate(goods):
            chosen = (best == place) & (gain > 0.0)
            if chosen.any():
                offer = Offer(view.latent.catalogue.keys[number])
                said.append((float(gain[chosen].sum()), Push(surface, offer, view.time + lasts, who[chosen])))
        return [push for _, push in sorted(said, key=lambda pair: -pair[0])[: self.most]]

    def _sells(self, view: View, number: int, surface: str) -> bool:
        catalogue = view.latent.catalogue
        assert self.first is not None
        kind, stock = catalogue.kind[number], view.items[catalogue.keys[number]].stock
        sold = kind in (ItemKind.PRODUCT, ItemKind.BUNDLE) or (kind == ItemKind.PRESALE and surface != "store_push")
        return bool(sold and stock > self.reserve * self.first[number])


class _Fixed(NamedTuple):
    """What no evening changes of viewers and goods."""

    likes: Table  # how much each item is each viewer's thing, 0 to 1; limited editions count for nothing
    click: Table  # what taste and price make of the odds of a click
    buy: Table  # and of an order
    gain: Row  # of emotions
    tolerance: Row


def _fixed(latent: Latent) -> _Fixed:
    p, c, people = latent.scenario.assumptions, latent.catalogue, latent.people
    side, fandom = latent.sides, people["fandom"].astype(np.float32)
    sensitivity = people["price_sensitivity"].astype(np.float32)
    likes, click, buy = (np.zeros((len(c.keys), len(people)), np.float32) for _ in range(3))
    for item, own in enumerate(c.own_price.tolist()):
        if not own:
            continue
        x = (p.relevance_taste * TASTE_STEP) * latent.tastes[:, c.category[item]].astype(np.float32)
        if c.side[item] != NEUTRAL:
            x += np.where(side == c.side[item], np.float32(p.relevance_side), np.float32(-p.relevance_rival)) * fandom
        likes[item] = 0.0 if c.tier[item] > 0 or c.early[item] else expit(x)
        off = math.log(own / c.reference[item])
        weight = (p.price_loss_aversion if off > 0.0 else 1.0) * 2.0 / (1.0 + p.price_loss_aversion)
        price = (p.price_elasticity * off * weight) * sensitivity
        keen = p.interest * (likes[item] - 0.5)
        click[item], buy[item] = np.exp(keen + p.click_discount * price), np.exp(keen + price)
    return _Fixed(likes, click, buy, people["gain"].astype(np.float32), people["tolerance"].astype(np.float32))


def _worth(
    latent: Latent,
    fixed: _Fixed,
    who: NDArray[np.intp],
    goods: NDArray[np.intp],
    surface: str,
    second: np.void | None,
) -> Table:
    """What a push of each item to each viewer is worth now, net of what it costs [currency]."""
    p, place = latent.scenario.assumptions, getattr(latent.scenario.surfaces, surface)
    people = {name: latent.people[name][who].astype(np.float32) for name in STATES}
    likes, click, buy = (np.stack([table[item][who] for item in goods]) for table in fixed[:3])
    attention = float(second["attention"]) if second is not None else 0.0
    noticed = place.salience * (1.0 - p.notice_attention * attention)
    load, shown = people["annoyance"] / fixed.tolerance[who], people["noticed"]
    feeling = _urge(p, fixed.gain[who], latent.sides[who], second) + p.trust_effect * (
        people["trust"] - p.trust_average
    )
    calm = p.click_base - p.click_attention * attention
    click *= np.exp(calm + feeling - p.click_annoyance * load - p.click_wear * np.log(shown + 1.0))
    buy *= np.exp(feeling - p.buy_annoyance * load)
    gain = noticed * click / (1.0 + click) * _paid(buy, p) * _margin(latent, goods)
    wear = np.minimum(p.wear_limit, 1.0 + p.wear_rate * np.maximum(0.0, shown - p.wear_in))
    annoys = place.intrusiveness * (1.0 + p.annoyance_peak * attention) * wear * (1.0 - p.annoyance_relevant * likes)
    mutes = p.mute_rate * np.exp(p.mute_annoyance * (load + annoys))
    later = 0.16 * p.again_fatigue * p.fatigue_share * annoys  # share who do not come again, at a retention of 0.8
    return np.asarray(gain - noticed * (mutes + later) * latent.scenario.experiment.viewer_worth)


def _urge(p: Parameters, gain: Row, side: NDArray[np.uint8], second: np.void | None) -> Row:
    """What emotion adds to the log odds of clicking and buying; nothing at home in the days after."""
    if second is None:
        return np.zeros_like(gain)
    of_side = second["arousal"].astype(np.float32), second["mood"].astype(np.float32)
    arousal, mood = (gain * felt[side] for felt in of_side)
    arousal, mood = np.clip(arousal, 0.0, 1.0), np.clip(mood, -1.0, 1.0)
    return np.asarray(p.impulse_arousal * arousal - p.impulse_arousal_square * arousal**2 + p.impulse_mood * mood)


def _paid(odds: Table, p: Parameters) -> Table:
    """Chance that a page ends in a paid order."""
    buy, cart, save = (math.exp(base) for base in (p.buy_base, p.cart_base, p.save_base))
    paid: Table = (p.order_paid * buy + p.cart_paid * cart) * odds / (1.0 + (buy + cart + save) * odds)
    return paid


def _margin(latent: Latent, goods: NDArray[np.intp]) -> Table:
    """What an order brings [currency], after what comes back."""
    c, costs, minor = latent.catalogue, latent.scenario.fulfilment, 10**latent.scenario.shop.decimals
    margin = (c.own_price[goods] - c.cost[goods]) / minor
    kept = (1.0 - RETURNED) * margin - costs.parcel_cost - RETURNED * costs.return_cost
    return np.asarray(kept[:, None], np.float32)
