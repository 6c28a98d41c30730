"""Which item a rule shows, and to which of its viewers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.policy.items import Item
from sim.policy.rules.form import Pick, Rule, When
from sim.policy.view import View, Viewers
from sim.world.catalogue import ItemKind
from sim.world.match import AWAY, HOME, NEUTRAL, SIDES

Mask = NDArray[np.bool_] | None  # (N,), None: everybody
Chosen = tuple[str, Mask]
MOST_OF: Mapping[str, Callable[[Item], float]] = {
    "stock": lambda item: item.stock,
    "price": lambda item: item.price,
    "margin": lambda item: item.price - item.cost,
    "chat": lambda item: item.mentions,
}


def goods_for(rule: Rule, view: View, floor: int) -> list[Item]:
    """Items that a rule may show on its terms now; one with fewer than `floor` units is left alone."""
    pick = rule.show.pick
    assert pick is not None
    fitting = [item for item in view.items.of(ItemKind[pick.kind.upper()]).values() if _fits(item, rule, floor)]
    wanted = awaited(rule.when, view, [item.key for item in fitting])
    return [item for item in fitting if item.key in wanted]


def awaited(when: When, view: View, keys: Collection[str]) -> Collection[str]:
    """Those items among `keys` for which an open team is nearly full, if the rule waits for one; else all."""
    if when.team is None:
        return keys
    return set(keys) & {x.item for x in view.running if x.waiting and x.team - x.waiting <= when.team.missing}


def choose(
    pick: Pick, goods: Sequence[Item], view: View, acting: int | None, turn: int, audience: Mask
) -> Iterator[Chosen]:
    """Keys of items with those they are for: one, or one for each side or taste; none where nothing fits.

    `acting` is the side of the event.
    """
    if pick.colours == "own":
        for side in (HOME, AWAY, NEUTRAL):
            own = [item for item in goods if item.side == side]
            fans = view.mask(side=side) if own else None
            yield from _one(own, pick, view, turn, fans if fans is None or audience is None else fans & audience)
    else:
        wanted = acting if pick.colours == "acting" else _side(pick.colours)
        yield from _one([x for x in goods if wanted is None or x.side == wanted], pick, view, turn, audience)


def _side(colours: str) -> int | None:
    return SIDES.index(colours) if colours in SIDES else None


def _fits(item: Item, rule: Rule, floor: int) -> bool:
    """Whether a rule may show it, on its terms."""
    pick, show = rule.show.pick, rule.show
    assert pick is not None
    off = 1.0 - (1.0 - show.discount) * item.price / item.list_price if item.list_price else 0.0
    return (
        item.stock >= max(floor, 1)
        and pick.limited in (None, item.limited)
        and (pick.category is None or item.category == pick.category)
        and (not show.discount or off <= item.most_off + 1e-9)
        and (not show.joint or item.brand)
        and (rule.when.surge is None or (item.surge >= rule.when.surge and item.mentions > 0))
    )


def _one(goods: Sequence[Item], pick: Pick, view: View, turn: int, audience: Mask) -> Iterator[Chosen]:
    if not goods:
        return
    if pick.by == "viewer":
        yield from _to_taste(goods, view, audience)
    elif pick.by == "turns":
        yield goods[turn % len(goods)].key, audience
    else:
        yield max(goods, key=MOST_OF[pick.by]).key, audience


def _to_taste(goods: Sequence[Item], view: View, audience: Mask) -> Iterator[Chosen]:
    """Each viewer's own: the category they have turned to most, then their own side's colours, then what is first.

    Nothing for those who may have none of it, or would only get the other side's colours.
    """
    who = np.arange(len(view.viewers)) if audience is None else np.flatnonzero(audience)
    viewers = view.viewers.take(who)
    likes = np.stack([_likes(item, viewers) for item in goods])
    best, some = likes.argmax(axis=0), likes.max(axis=0) >= 0.0
    for number, item in enumerate(goods):
        chosen = np.zeros(len(view.viewers), bool)
        chosen[who[(best == number) & some]] = True
        if chosen.any():
            yield item.key, chosen


def _likes(item: Item, viewers: Viewers) -> NDArray[np.float32]:
    """(n,) how much an item is each viewer's thing; below 0: not at all."""
    side = viewers.side
    signs = viewers.interest(item.category) if item.category else np.zeros(len(side))
    barred = (item.side != NEUTRAL) & (side != item.side)
    if item.limited:
        barred |= (viewers.tier < item.tier) & ~(item.early & viewers.early)
    return np.where(barred, -1.0, signs + 0.5 * (side == item.side)).astype(np.float32)
