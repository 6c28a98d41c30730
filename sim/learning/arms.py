"""What can be done with a viewer at a moment: nothing, or the item of the moment in one of a few ways."""

from __future__ import annotations

from dataclasses import dataclass

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


def items_now(view: View, turn: int) -> dict[int, Item]:
    """The item of the moment for each side: its own goods and those of no side, by turns; none where all is sold."""
    goods = [item for item in view.everything() if not item.limited]
    of = {side: [item for item in goods if item.side in (side, NEUTRAL)] for side in SIDES}
    return {side: own[turn % len(own)] for side, own in of.items() if own}


def pushes_of(view: View, chosen: NDArray[np.int8], turn: int) -> list[Push]:
    """One push a side and arm for those `chosen` (N,) for it, of what `items_now` gives; 0 is nothing."""
    side, said = view.viewers.side, []
    for of, item in items_now(view, turn).items():
        for number, arm in enumerate(ARMS):
            who = (chosen == number) & (side == of)
            if arm.surface is None or not who.any():
                continue
            offer = Offer(item.key, discount(item, arm))
            said.append(Push(arm.surface, offer, view.time + LASTS, who, because=arm.name))
    return said


def discount(item: Item, arm: Arm) -> float:
    """What an arm takes off an item's price: nothing where all reductions together may not take so much [share]."""
    return arm.discount if item.most_off >= arm.discount else 0.0


def price(item: Item, arm: Arm) -> float:
    """What an item costs by an arm [currency]."""
    return item.price * (1.0 - discount(item, arm))


def worth(item: Item, arm: Arm) -> float:
    """What an order by that arm leaves the shop before it is sent [currency]."""
    return price(item, arm) - item.cost
