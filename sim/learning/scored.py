"""A policy that does what its models expect to be worth most, viewer by viewer, in every round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.learning.arms import ARMS, by_category, discount, price, push_of, worth
from sim.learning.features import NAMES, Matrix, features, turned_to
from sim.learning.model import Model, load_model
from sim.learning.rounds import AT_ONCE, Moment
from sim.policy import Item, Push, View
from sim.world.surfaces import Surfaces

RETURNED = 0.25  # share of orders by push that come back (evidence.md: 20 to 50% in live commerce)
SENDING = 6.0  # what a parcel costs, and the share of it that comes back [currency]
MUTED = 3.0  # worth of a viewer who can still be reached [currency]
ANNOYS = {name: surface.intrusiveness for name, surface in Surfaces()}  # average tolerances, unless a scenario differs
PRICE_OF_ANNOYANCE = 0.3  # of an average tolerance [currency]
SHOWN, RESTED = NAMES.index("shown"), NAMES.index("rested")
MOST, APART = 10, 6.0  # pushes a viewer, and minutes between two


def values(model: Model, moment: Moment, price_of_annoyance: float = PRICE_OF_ANNOYANCE) -> Matrix:
    """(n, arms) what each arm is expected to be worth for each viewer; minus infinity where it cannot be."""
    out = np.full((len(moment.who), len(ARMS)), -np.inf, moment.x.dtype)
    out[:, 0] = 0.0
    item, costs = moment.item, prices(moment.item)
    order, mute = (model.chances(target, moment.x, costs) for target in ("order", "mute"))
    for number in costs:
        arm = ARMS[number]
        if discount(item, arm) < arm.discount:
            continue  # it would be another arm
        gain = (1.0 - RETURNED) * worth(item, arm) - SENDING
        annoys = price_of_annoyance * ANNOYS[arm.surface or ""]
        out[:, number] = gain * order[number] - MUTED * mute[number] - annoys
    return out


def prices(item: Item) -> dict[int, float]:
    """What an item costs by the number of each arm that shows it [currency]."""
    return {number: price(item, arm) for number, arm in enumerate(ARMS) if arm.surface}


def greedy(model: Model, moment: Moment) -> Matrix:
    """(n, arms) all chance on the arm that is worth most, and on nothing for who has had enough."""
    best = values(model, moment).argmax(axis=1)
    best[(np.expm1(moment.x[:, SHOWN]) >= MOST - 0.5) | (moment.x[:, RESTED] * 60.0 < APART)] = 0
    return np.asarray(np.eye(len(ARMS), dtype=moment.x.dtype)[best])


class Scored:
    """In lulls, greedy on the model in `folder`, whose hash is `sha256`: who, which item, in which way.

    Who has turned to some kind of goods gets what is worth most of all kinds, the others what is next by turns.
    `price_of_annoyance` is that of an average tolerance [currency]: the dearer, the quieter.  A round comes after a
    `rest` [s] at the earliest.  Raises MatchdayError as `load_model`.
    """

    folder: Path
    sha256: str | None = None

    def __init__(self, price_of_annoyance: float = PRICE_OF_ANNOYANCE, rest: float = 300.0) -> None:
        self.price_of_annoyance, self.rest = price_of_annoyance, rest
        self.model = load_model(self.folder, self.sha256)
        self.turn, self.next_at = 0, float("-inf")

    def decide(self, view: View) -> list[Push]:
        """A round when play rests, once after each rest."""
        if view.in_play or view.peak or view.time < self.next_at:
            return []
        self.next_at, self.turn = view.time + self.rest, self.turn + 1
        v = view.viewers
        fresh = v.present & ~v.muted & (v.shown < MOST) & (v.minutes_since_shown >= APART)
        side, keen = v.side, v.interests > 0
        said: list[Push] = []
        for of, goods in by_category(view).items():
            fans = fresh & (side == of)
            next_one = goods[self.turn % len(goods)]
            for items, who in ((goods, fans & keen), ([next_one], fans & ~keen)):
                said += self._best(view, of, items, np.flatnonzero(who))
        return said[: view.room]

    def _best(self, view: View, side: int, items: Sequence[Item], who: NDArray[np.intp]) -> Iterator[Push]:
        """To each viewer the item in the way that is worth most, if that is anything."""
        place, arm = np.zeros(len(who), np.int8), np.zeros(len(who), np.int8)
        for first in range(0, len(who), AT_ONCE):
            part = slice(first, first + AT_ONCE)
            place[part], arm[part] = self._chosen(view, side, items, who[part])
        for number, item in enumerate(items):
            for way in range(1, len(ARMS)):
                if len(chosen := who[(place == number) & (arm == way)]):
                    yield push_of(view, item, ARMS[way], chosen)

    def _chosen(
        self, view: View, side: int, items: Sequence[Item], who: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """(n,) which of the items, and which arm."""
        some = view.viewers.take(who)
        x = features(view, some, items[0])
        moments = [Moment(who, turned_to(x, some, item), side, item) for item in items]
        worths = [values(self.model, moment, self.price_of_annoyance) for moment in moments]
        each = np.arange(len(who))
        arms = np.stack([worth.argmax(axis=1) for worth in worths])  # (items, n)
        best = np.stack([worth[each, arm] for worth, arm in zip(worths, arms, strict=True)]).argmax(axis=0)
        return best, arms[best, each]
