"""What could be done at worst: it sees what people feel, and uses it against them and the shop.

A bracket, not advice: a policy that comes near it does harm.  It sells below cost, deepest to those who would have paid
the price, covers the picture whenever play grips, and shouts at those who bear it least until they are gone.  All that
the article warns of ("information overload", "seeing it and not being able to buy"), on purpose: use it to see how much
there is to lose.
"""

from __future__ import annotations

import numpy as np

from sim.policy import EVERYONE, Item, Offer, Push, View


class AntiOracle:
    """Everything at the deepest discount at once, and then pop-ups for the least tolerant when play grips most.

    What is given away `lasts` so many seconds.  Between two rounds of pop-ups there is a `rest` [s], and each stays for
    `shout` [s].
    """

    sees_what_is_latent = True

    def __init__(self, rest: float = 120.0, lasts: float = 7200.0, shout: float = 60.0) -> None:
        self.rest, self.lasts, self.shout = rest, lasts, shout
        self.sold_out = False
        self.rested_at = float("-inf")

    def decide(self, view: View) -> list[Push]:
        """Gives the shop away before kick-off, then interrupts."""
        if not self.sold_out:
            self.sold_out = True
            goods = sorted(view.products.values(), key=lambda item: item.price, reverse=True)
            return [self._give_away(view, item) for item in goods[:12] if item.most_off > 0.0]
        second = view.latent.stage.curves.seconds[int(view.time - view.latent.stage.curves.opens)]
        if view.time < self.rested_at or second["attention"] < 0.4:
            return []
        self.rested_at = view.time + self.rest
        return self._shout(view)

    def follow_up(self, view: View) -> list[Push]:
        """A message a day, to everybody, exaggerated."""
        goods = [item for item in view.everything() if item.most_off > 0.0]
        return [Push("store_push", Offer(_worst(goods).key, claim=1.0), view.time + 86_400.0)] if goods else []

    def _give_away(self, view: View, item: Item) -> Push:
        most = 1.0 - (1.0 - item.most_off) * item.list_price / item.price
        discount = max(0.0, np.floor(100.0 * min(0.9, most)) / 100.0)
        return Push("floating_entry", Offer(item.key, discount, claim=1.0), view.time + self.lasts, EVERYONE, 4.0)

    def _shout(self, view: View) -> list[Push]:
        people = view.latent.people
        thin = people["annoyance"] + 0.2 >= 0.5 * people["tolerance"]
        goods = view.everything()
        offers = [Offer(_worst(goods).key, claim=1.0)] if goods else []
        lesson = [Offer(item.key) for item in view.content.values()][:1]
        return [
            Push("pop_up", offer, view.time + self.shout, who, 4.0)
            for offer in (offers or lesson)
            for who in (thin, ~thin)
        ]


def _worst(goods: list[Item]) -> Item:
    """What fewest want: the least in stock is what others wanted, the most is what they did not."""
    return max(goods, key=lambda item: item.stock)
