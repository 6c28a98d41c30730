"""Push what there is plenty of, fall silent about what runs out, and never fan a run on the last units.

From the article: "inventory and logistics shocks ... avoid the embarrassment of seeing it and not being able to buy".
Use it where stock is tight and nothing more comes in time: sold out at checkout costs more trust than a sale brings.
"""

from __future__ import annotations

from sim.policy import AWAY, HOME, NEUTRAL, Item, Offer, Push, View


class StockAware:
    """A side panel in lulls, per side, with what is left in the largest share; a discount only for what is slow.

    A round comes after a `rest` [s] at the earliest and `lasts` so many seconds.  A `reserve`, as a share of the first
    stock, is left to those who come by themselves.  Goods are slow where the share left exceeds that of the night by
    `plenty`; their `discount` is a share of the price.
    """

    def __init__(
        self,
        rest: float = 480.0,
        lasts: float = 300.0,
        reserve: float = 0.25,
        plenty: float = 0.15,
        discount: float = 0.1,
    ) -> None:
        self.rest, self.lasts = rest, lasts
        self.reserve, self.plenty, self.discount = reserve, plenty, discount
        self.first: dict[str, int] = {}  # units as the night found them
        self.began = 0.0
        self.rested_at = float("-inf")

    def decide(self, view: View) -> list[Push]:
        """Pushes while play rests, once after each rest, what the shelf can bear."""
        if not self.first:
            self.first = {item.key: item.stock for item in view.products.values()}
            self.began = view.time
        if view.in_play or view.peak or view.time < self.rested_at:
            return []
        self.rested_at = view.time + self.rest
        return [push for side in (HOME, AWAY, NEUTRAL) for push in self._panel(view, side)]

    def _panel(self, view: View, side: int) -> list[Push]:
        goods = [x for x in view.everything() if x.side in (side, NEUTRAL) and self._left(x) > self.reserve]
        if not goods:
            return []
        best = max(goods, key=self._left)
        slow = self._left(best) - self._night_left(view) > self.plenty and best.most_off >= self.discount
        because = f"{self._left(best):.0%} of it left" + (", slow" if slow else "")
        offer = Offer(best.key, self.discount if slow else 0.0)
        return [Push("side_panel", offer, view.time + self.lasts, view.mask(side=side), because=because)]

    def _left(self, item: Item) -> float:
        """Share of the first stock that is free; limited editions are left alone."""
        return 0.0 if item.limited else item.stock / max(self.first.get(item.key, 0), 1)

    def _night_left(self, view: View) -> float:
        """Share of a usual night that is still to come."""
        return max(0.0, 1.0 - (view.time - self.began) / 9000.0)
