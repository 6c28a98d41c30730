"""What an order costs one viewer: offers, tier, coupons, credit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim import behaviour as b
from sim.engine import occasions
from sim.engine.redlines import PRICE

if TYPE_CHECKING:
    from sim.engine.reference.viewer import Viewer


class Wallet:
    """The price in hand, and what it is made of."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer, self.record = viewer, viewer.record
        self.price, self.seen, self.coupon, self.spends = 0, 0, -1, 0

    def has(self, coupon: int, t: float) -> bool:
        """Whether a coupon is in the wallet, and still good at `t`."""
        taken = int(self.record["coupons"][coupon])
        return bool(taken and t < self.viewer.engine.coupons_until[taken - 1, coupon])

    def take(self, coupon: int) -> None:
        """Puts a coupon in, once a match."""
        self.record["coupons"][coupon] = self.viewer.engine.night.fixture + 1
        self.record["coupons_had"] |= 1 << coupon

    def has_had(self, coupon: int) -> bool:
        """Whether it was ever in the wallet since the match began."""
        return bool(int(self.record["coupons_had"]) >> coupon & 1)

    def use_coupon(self) -> None:
        """Takes out the coupon that is in the price."""
        if self.coupon >= 0:
            self.record["coupons"][self.coupon] = 0

    def look(self, t: float) -> None:
        """The price as the stream shows it: an offer ends there later than at the till."""
        viewer = self.viewer
        if viewer.slot >= 0 and self._in_team(t):
            offer = viewer.engine.window.board.running[viewer.slot]
            self.price, self.coupon, self.spends = int(offer["price"]), -1, 0
            return
        viewer.slot = -1
        self._put(self._lowest(t, 0.0, viewer.engine.rules.price_lag), t)

    def look_at_till(self, t: float) -> None:
        """The same at the till, which learns of an offer later."""
        self._put(self._lowest(t, self.viewer.engine.rules.price_lag, 0.0), t)

    def look_at_store(self, item: int, t: float) -> None:
        """Takes an item in hand at the store's end, and its price there."""
        self.viewer.item, self.viewer.slot = item, -1
        self._put(self._lowest(t, 0.0, 0.0), t)

    def is_honest(self, offer: Any, t: float, *, at_store: bool) -> bool:
        """Whether the price that is told is the till's; a team's depends on the team, a coupon's on the order."""
        item, engine = int(offer["item"]), self.viewer.engine
        if offer["team"] or not engine.catalogue.own_price[item] or not engine.limits.watched & PRICE:
            return True
        in_hand, self.viewer.item = self.viewer.item, item
        lowest = self._lowest(t, 0.0 if at_store else engine.rules.price_lag, 0.0)
        self.viewer.item = in_hand
        return lowest == int(offer["price"])

    def plain_store_price(self, item: int, t: float) -> int:
        """The price at the store's end for who has asked for something today already: no coupon, no credit."""
        catalogue, in_hand = self.viewer.engine.catalogue, self.viewer.item
        self.viewer.item = item
        offer = int(catalogue.price[item]) - self._lowest(t, 0.0, 0.0)
        self.viewer.item = in_hand
        tier, most = int(catalogue.tier_off[self.viewer.known["tier"], item]), int(catalogue.most_off[item])
        return max(1, int(catalogue.price[item]) - b.taken_off(offer, tier, 0, most, catalogue.stacks))

    def _in_team(self, t: float) -> bool:
        """Whether the team offer that the page was opened from still takes this viewer."""
        viewer = self.viewer
        push = viewer.push_in(viewer.slot)
        mine = occasions.push_of(viewer.cause) == push and self.record["team"] != push
        waits = any(member.viewer == viewer.number for member in viewer.engine.teams[viewer.slot])
        return bool(mine) and viewer.applies(viewer.slot, t) and not waits

    def _lowest(self, t: float, early: float, late: float) -> int:
        """Lowest price by offers that start `early` seconds late and end `late` seconds late."""
        viewer, board = self.viewer, self.viewer.engine.window.board
        prices = [int(viewer.engine.catalogue.own_price[viewer.item])]
        for slot in (int(s) for s in board.live):
            offer = board.running[slot]
            runs = offer["opens"] + early <= t < offer["expires"] + late
            if offer["item"] == viewer.item and not offer["team"] and runs and viewer.is_for(slot):
                prices.append(int(offer["price"]))
        return min(prices)

    def _put(self, lowest: int, t: float) -> None:
        """Puts the price together."""
        viewer, catalogue, item = self.viewer, self.viewer.engine.catalogue, self.viewer.item
        self.coupon, self.spends, self.price = -1, 0, lowest
        if catalogue.due[item] < 1.0:
            return
        price, most = int(catalogue.price[item]), int(catalogue.most_off[item])
        offer, by_tier = price - lowest, int(catalogue.tier_off[viewer.known["tier"], item])
        coupon, by_coupon = self._best_coupon(t)
        off = b.taken_off(offer, by_tier, by_coupon, most, catalogue.stacks)
        if by_coupon and b.coupon_counts(offer, by_tier, by_coupon, most, catalogue.stacks):
            self.coupon = coupon
        self.spends = max(0, min(int(self.record["credit"]), most - off, price - off - 1))
        self.price = max(1, price - off - self.spends)

    def _best_coupon(self, t: float) -> tuple[int, int]:
        """The coupon that takes most off what is in hand, and how much; (-1, 0) if there is none."""
        engine, item = self.viewer.engine, self.viewer.item
        best, most = -1, 0
        for c, off in enumerate(engine.catalogue.coupon_off[:, item].tolist()):
            if self.has(c, t) and off > most:
                best, most = c, off
        return best, most
