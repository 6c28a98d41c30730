"""Everything a shop can offer, each thing where the article has a place for it.

Lessons and coupons before the match and in breaks; a team price for the side that has scored; while play rests sets,
limited editions, and host and brand together; what is sold ahead after the whistle; messages in the days after.
Use it to see a whole shop at work.  What a scenario does not have is left out.
"""

from __future__ import annotations

from collections.abc import Collection

from sim.policy import AWAY, HOME, Item, Offer, Push, View

DAY = 86_400.0  # s


class WholeShop:
    """Content in breaks, and offers by turns, on quiet surfaces.

    While play rests there is a `rest` [s] between two offers; each `lasts` so many seconds.  What is reduced has the
    same `discount`, a share of the price; a `team` has so many people.
    """

    def __init__(self, discount: float = 0.15, team: int = 3, rest: float = 600.0, lasts: float = 480.0) -> None:
        self.discount, self.team = discount, team
        self.rest, self.lasts = rest, lasts
        self.turn = 0
        self.period = ""
        self.rested_at = float("-inf")

    def decide(self, view: View) -> list[Push]:
        """Pushes when a break begins, when a side scores, and now and then while play rests."""
        pushes = self._break(view) if view.period != self.period else []
        self.period = view.period
        for side in sorted({event.side for event in view.news if event.scores}):
            pushes += self._team(view, side)
        rests = not view.in_play and view.period not in ("pre", "P")
        if rests and not pushes and view.time >= self.rested_at:
            self.rested_at = view.time + self.rest
            pushes = self._rest(view)
        return pushes

    def follow_up(self, view: View) -> list[Push]:
        """The day after, goods for those who showed interest in such goods; two days later, what there is to know."""
        told = {1: view.everything(), 3: list(view.content.values())}.get(view.day, [])
        by_category = {item.category: item for item in told}
        return [
            Push("store_push", Offer(item.key), view.time + DAY, view.viewers.interest(category) > 0)
            for category, item in by_category.items()
        ]

    def _break(self, view: View) -> list[Push]:
        until = view.time + self.lasts
        if view.period == "post":
            return [Push("side_panel", offer, until) for offer in self._one(view.presales.values())]
        if view.in_play or view.period == "P":
            return []
        lessons = [Push("short_video", offer, until) for offer in self._one(view.content.values())]
        return lessons + [Push("floating_entry", offer, until) for offer in self._one(view.coupons.values())]

    def _team(self, view: View, side: int) -> list[Push]:
        goods = [item for item in view.goods_of(side) if self._reducible(item)]
        if not goods:
            return []
        offer = Offer(max(goods, key=lambda item: item.stock).key, self.discount, team=self.team)
        return [Push("side_panel", offer, view.time + self.lasts, view.mask(side=side))]

    def _rest(self, view: View) -> list[Push]:
        """The next of what the shop has."""
        plans = (self._set, self._limited, self._joint, self._colours)
        for _ in plans:
            self.turn += 1
            if pushes := plans[self.turn % len(plans)](view):
                return pushes
        return []

    def _set(self, view: View) -> list[Push]:
        sets = [item for item in view.bundles.values() if item.stock]
        return [Push("side_panel", offer, view.time + self.lasts) for offer in self._one(sets)]

    def _limited(self, view: View) -> list[Push]:
        goods = [item for item in view.everything() if item.limited]
        return [Push("side_panel", offer, view.time + self.lasts) for offer in self._one(goods)]

    def _joint(self, view: View) -> list[Push]:
        goods = [item for item in view.everything() if item.brand and self._reducible(item)]
        offers = self._one(goods, discount=self.discount, joint=True)
        return [Push("host_mention", offer, view.time + self.lasts) for offer in offers]

    def _colours(self, view: View) -> list[Push]:
        return [
            Push("side_panel", offer, view.time + self.lasts, view.mask(side=side))
            for side in (HOME, AWAY)
            for offer in self._one(view.goods_of(side))
        ]

    def _one(self, items: Collection[Item], discount: float = 0.0, joint: bool = False) -> list[Offer]:
        """One of them, by turns; none of none."""
        return [Offer(list(items)[self.turn % len(items)].key, discount, joint=joint)] if items else []

    def _reducible(self, item: Item) -> bool:
        return item.most_off >= self.discount and not item.limited
