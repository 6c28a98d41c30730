"""What could be had at best: it sees every taste, every temper and the match to its end.  No platform can do this.

A bracket, not advice: a policy that comes near it has little left to gain.  In each round every viewer gets the item
that is worth most to the shop now, net of what the push costs in muting and in coming back, where that is worth it.
It chooses greedily and knows people, not their dice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sim.policy import Offer, Push, View
from sim.policy.latent import Latent
from sim.world.audience import TASTE_STEP
from sim.world.catalogue import ItemKind
from sim.world.match import NEUTRAL
from sim.world.surfaces import SurfaceName

REST = 120.0  # s between two rounds
APART = 180.0  # s between two pushes to a viewer
LASTS = 300.0  # s
DAY = 86_400.0  # s
MOST = 12  # pushes in a round, best first
SOLD_OFF = 0.15  # share of their stock from which goods are kept for those who come by themselves
RETURNED = 0.25  # share of pushed orders that come back (assumed; the seed of the night is not known to it either)
Table = NDArray[np.float64]  # (viewers, items)


class Oracle:
    """The best item for each viewer on a side panel, lessons before the match, and messages after it."""

    sees_what_is_latent = True

    def __init__(self) -> None:
        self.rested_at = float("-inf")
        self.first: NDArray[np.int64] | None = None
        self.taught = False
        self.period = ""

    def decide(self, view: View) -> list[Push]:
        """Every two minutes what is worth pushing to whom."""
        if not self.taught and view.period == "pre" and view.time > -300.0:
            self.taught = True
            return self._lessons(view)
        if view.time < self.rested_at:
            return []
        self.rested_at = view.time + REST
        v = view.viewers
        fresh = v.present & ~v.muted & (v.minutes_since_shown >= APART / 60.0)
        second = view.latent.stage.curves.seconds[int(view.time - view.latent.stage.curves.opens)]
        return self._round(view, fresh, "side_panel", LASTS, second)

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
            likes = _tastes(latent)[:, latent.catalogue.categories.index(item.category)] > 0.0
            who = likes & (people["annoyance"] < 0.5 * people["tolerance"])
            pushes.append(Push("short_video", Offer(item.key), view.time + LASTS, who, because="a lesson"))
        return pushes

    def _round(
        self, view: View, fresh: NDArray[np.bool_], surface: SurfaceName, lasts: float, second: np.void | None
    ) -> list[Push]:
        goods = [number for number in range(len(view.latent.catalogue.keys)) if self._sells(view, number, surface)]
        who = np.flatnonzero(fresh)
        if not goods or not len(who):
            return []
        worth = _worth(view.latent, who, np.array(goods), surface, second)
        best = worth.argmax(axis=1)
        gain = worth[np.arange(len(who)), best]
        said: list[tuple[float, Push]] = []
        for place, number in enumerate(goods):
            chosen = (best == place) & (gain > 0.0)
            if chosen.any():
                offer = Offer(view.latent.catalogue.keys[number])
                said.append((float(gain[chosen].sum()), Push(surface, offer, view.time + lasts, who[chosen])))
        return [push for _, push in sorted(said, key=lambda pair: -pair[0])[:MOST]]

    def _sells(self, view: View, number: int, surface: str) -> bool:
        catalogue = view.latent.catalogue
        if self.first is None:
            self.first = np.array([view.items[key].stock for key in catalogue.keys])
        kind, stock = catalogue.kind[number], view.items[catalogue.keys[number]].stock
        sold = kind in (ItemKind.PRODUCT, ItemKind.BUNDLE) or (kind == ItemKind.PRESALE and surface != "store_push")
        return bool(sold and stock > SOLD_OFF * self.first[number])


def _tastes(latent: Latent) -> NDArray[np.float64]:
    return np.asarray(latent.tastes * TASTE_STEP)


def _worth(
    latent: Latent, who: NDArray[np.intp], goods: NDArray[np.intp], surface: str, second: np.void | None
) -> Table:
    """What a push of each item to each viewer is worth now, net of what it costs [currency]."""
    p, people, place = latent.scenario.assumptions, latent.people[who], getattr(latent.scenario.surfaces, surface)
    attention = float(second["attention"]) if second is not None else 0.0
    likes = _likes(latent, who, goods)
    noticed = place.salience * (1.0 - p.notice_attention * attention)
    load = (people["annoyance"] / people["tolerance"])[:, None]
    feeling = (_urge(latent, people, who, second) + p.trust_effect * (people["trust"] - p.trust_average))[:, None]
    price = _price(latent, people, goods)
    click = p.click_base + p.interest * (likes - 0.5) + p.click_discount * price + feeling
    click -= p.click_attention * attention + p.click_annoyance * load
    clicks = expit(click - p.click_wear * np.log(people["noticed"] + 1.0)[:, None])
    pull = p.interest * (likes - 0.5) + price + feeling - p.buy_annoyance * load
    gain = noticed * clicks * _paid(pull, p) * _margin(latent, goods)
    wear = np.minimum(p.wear_limit, 1.0 + p.wear_rate * np.maximum(0.0, people["noticed"] - p.wear_in))[:, None]
    annoys = place.intrusiveness * (1.0 + p.annoyance_peak * attention) * wear * (1.0 - p.annoyance_relevant * likes)
    mutes = p.mute_rate * np.exp(p.mute_annoyance * (load + annoys))
    later = 0.16 * p.again_fatigue * p.fatigue_share * annoys  # share who do not come again, at a retention of 0.8
    return np.asarray(gain - noticed * (mutes + later) * latent.scenario.experiment.viewer_worth)


def _likes(latent: Latent, who: NDArray[np.intp], goods: NDArray[np.intp]) -> Table:
    """How much each item is each viewer's thing, 0 to 1; limited editions count for nothing."""
    p, c, people = latent.scenario.assumptions, latent.catalogue, latent.people[who]
    x = p.relevance_taste * _tastes(latent)[who][:, c.category[goods]]
    side, of = latent.sides[who][:, None], c.side[goods][None, :]
    x += (
        np.where(of == NEUTRAL, 0.0, np.where(of == side, p.relevance_side, -p.relevance_rival))
        * people["fandom"][:, None]
    )
    likes = expit(x)
    likes[:, (c.tier[goods] > 0) | c.early[goods]] = 0.0
    return np.asarray(likes)


def _urge(
    latent: Latent, people: NDArray[np.void], who: NDArray[np.intp], second: np.void | None
) -> NDArray[np.float64]:
    """What emotion adds to the log odds of clicking and buying; nothing at home in the days after."""
    if second is None:
        return np.zeros(len(who))
    p, side = latent.scenario.assumptions, latent.sides[who]
    arousal = np.clip(people["gain"] * second["arousal"][side], 0.0, 1.0)
    mood = np.clip(people["gain"] * second["mood"][side], -1.0, 1.0)
    return np.asarray(p.impulse_arousal * arousal - p.impulse_arousal_square * arousal**2 + p.impulse_mood * mood)


def _price(latent: Latent, people: NDArray[np.void], goods: NDArray[np.intp]) -> Table:
    p, c = latent.scenario.assumptions, latent.catalogue
    off = np.log(c.own_price[goods] / c.reference[goods])
    weight = np.where(off > 0.0, p.price_loss_aversion, 1.0) * 2.0 / (1.0 + p.price_loss_aversion)
    return np.asarray(p.price_elasticity * people["price_sensitivity"][:, None] * (off * weight)[None, :])


def _paid(pull: Table, p: object) -> Table:
    """Chance that a page ends in a paid order."""
    buy, cart, save = (np.exp(getattr(p, f"{what}_base") + pull) for what in ("buy", "cart", "save"))
    return np.asarray((getattr(p, "order_paid") * buy + getattr(p, "cart_paid") * cart) / (1.0 + buy + cart + save))  # noqa: B009


def _margin(latent: Latent, goods: NDArray[np.intp]) -> NDArray[np.float64]:
    """What an order brings [currency], after what comes back."""
    c, costs, minor = latent.catalogue, latent.scenario.fulfilment, 10**latent.scenario.shop.decimals
    margin = (c.own_price[goods] - c.cost[goods]) / minor
    return np.asarray((1.0 - RETURNED) * margin - costs.parcel_cost - RETURNED * costs.return_cost)
