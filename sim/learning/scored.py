"""A policy that does what its models expect to be worth most, viewer by viewer, in every round."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.learning.arms import ARMS, discount, price, worth
from sim.learning.features import NAMES, Matrix
from sim.learning.model import Model, load_model
from sim.learning.rounds import Moment, Rounds
from sim.policy import Item, Push, View

RETURNED = 0.25  # share of orders by push that come back (evidence.md: 20 to 50% in live commerce)
SENDING = 6.0  # what a parcel costs, and the share of it that comes back [currency]
MUTED = 3.0  # worth of a viewer who can still be reached [currency]
ANNOYS = {"floating_entry": 0.03, "side_panel": 0.06, "host_mention": 0.08, "pop_up": 0.25}  # average tolerances
PRICE_OF_ANNOYANCE = 0.1  # of an average tolerance [currency]
SHOWN, RESTED = NAMES.index("shown"), NAMES.index("rested")
MOST, APART = 10, 6.0  # pushes a viewer, and minutes between two


def values(model: Model, moment: Moment) -> Matrix:
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
        annoys = PRICE_OF_ANNOYANCE * ANNOYS[arm.surface or ""]
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


class Scored(Rounds):
    """In lulls, greedy on the model in `folder`, whose hash is `sha256`.  Raises MatchdayError as `load_model`."""

    folder: Path
    sha256: str | None = None

    every = 600.0  # s

    def decide(self, view: View) -> list[Push]:
        """A round when play rests, ten minutes after the one before at the earliest."""
        return [] if view.in_play or view.peak else super().decide(view)

    def reached(self, view: View) -> NDArray[np.bool_]:
        """Who has not had enough."""
        v = view.viewers
        return np.asarray(super().reached(view) & (v.shown < MOST) & (v.minutes_since_shown >= APART))

    def __init__(self) -> None:
        model = load_model(self.folder, self.sha256)
        super().__init__(lambda moment: greedy(model, moment))
