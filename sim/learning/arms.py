"""What can be done with a viewer at a moment: nothing, or the item of the moment in one of a few ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.policy import AWAY, HOME, NEUTRAL, Item, Offer, Push, View
from sim.world.surfaces import SurfaceName


@dataclass(frozen=True)
class Arm:
    """A way to show an item; no surface: not at all."""

    name: str
    surface: SurfaceName | None = None
    discount: float = 0.0


ARMS = (
    Arm("nothing"),
    Arm("entry", "floating_entry"),
    Arm("panel", "side_panel"),
    Arm("panel_off", "side_panel", 0.1),
    Arm("host", "host_mention"),
    Arm("pop_up", "pop_up"),
)
LASTS = 240.0  # s
SIDES = (HOME, AWAY, NEUTRAL)


def goods_of(view: View) -> dict[int, list[Item]]:
    """What is there for each side: its own goods and those of no side; nothing for a side for which all is sold."""
    goods = [item for item in view.everything() if not item.limited]
    of = {side: [item for item in goods if item.side in (side, NEUTRAL)] for side in SIDES}
    return {side: own for side, own in of.items() if own}


def by_category(view: View) -> dict[int, list[Item]]:
    """Of these, for each side, the one of each category that leaves the shop most."""
    of = {side: sorted(goods, key=lambda item: item.price - item.cost) for side, goods in goods_of(view).items()}
    return {side: list({item.category: item for item in goods}.values()) for side, goods in of.items()}


def items_now(view: View, turn: int) -> dict[int, Item]:
    """The item of the moment for each side, by turns."""
    return {side: goods[turn % len(goods)] for side, goods in goods_of(view).items()}


def pushes_of(view: View, chosen: NDArray[np.int8], turn: int) -> list[Push]:
    """One push a side and arm for those `chosen` (N,) for it, of what `items_now` gives; 0 is nothing."""
    side, said = view.viewers.side, []
    for of, item in items_now(view, turn).items():
        for number, arm in enumerate(ARMS):
            who = (chosen == number) & (side == of)
            if arm.surface is None or not who.any():
                continue
            said.append(push_of(view, item, arm, who))
    return said


def push_of(view: View, item: Item, arm: Arm, who: NDArray[Any]) -> Push:
    """An item shown by an arm that shows something."""
    assert arm.surface is not None
    return Push(arm.surface, Offer(item.key, discount(item, arm)), view.time + LASTS, who, because=arm.name)


def discount(item: Item, arm: Arm) -> float:
    """What an arm takes off an item's price: nothing where all reductions together may not take so much [share]."""
    return arm.discount if item.most_off >= arm.discount else 0.0


def price(item: Item, arm: Arm) -> float:
    """What an item costs by an arm [currency]."""
    return item.price * (1.0 - discount(item, arm))


def worth(item: Item, arm: Arm) -> float:
    """What an order by that arm leaves the shop before it is sent [currency]."""
    return price(item, arm) - item.cost
