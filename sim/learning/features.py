"""What a model is told of each viewer at a moment, and of the item: what the platform sees, as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.policy.items import Item
from sim.policy.view import View
from sim.policy.viewers import Viewers

Matrix = NDArray[np.floating]
OF_VIEWER = (
    "watched", "clicks", "chats", "shown", "rested", "tier", "consent", "bought", "history", "signs", "early", "fan",
)  # fmt: skip
OF_MOMENT = ("play", "peak", "heat", "lead", "late", "after")
OF_ITEM = ("liked", "own")
NAMES = (*OF_VIEWER, *OF_MOMENT, *OF_ITEM)


def features(view: View, v: Viewers, item: Item) -> Matrix:
    """(n, F) of the viewers `v`, all or some, and an item: each column is of order 1, counts by their logarithm.

    Orders and history count only of viewers who have consented; `bought` and `history` are 0 of the others.
    """
    x = np.empty((len(v), len(NAMES)), np.float32)
    for number, column in enumerate((*_columns(view, v), *_of_item(v, item))):
        x[:, number] = column
    return x


def turned_to(x: Matrix, v: Viewers, item: Item) -> Matrix:
    """(n, F) the same for another item."""
    x = x.copy()
    for name, column in zip(OF_ITEM, _of_item(v, item), strict=True):
        x[:, NAMES.index(name)] = column
    return x


def _of_item(v: Viewers, item: Item) -> Iterator[Any]:
    yield np.log1p(v.interest(item.category), dtype=np.float32)
    yield v.side == item.side


def _columns(view: View, v: Viewers) -> Iterator[Any]:
    consent, side = v.consent, v.side
    yield np.log1p(v.minutes_watched) / 3.0
    yield np.log1p(v.clicks, dtype=np.float32)
    yield np.log1p(v.chats, dtype=np.float32) / 2.0
    yield np.log1p(v.shown, dtype=np.float32)
    yield np.minimum(v.minutes_since_shown, 60.0) / 60.0
    yield np.minimum(v.tier, 3)
    yield consent
    yield consent & (v.orders > 0)
    yield np.where(consent, np.log1p(np.maximum(v.history, 0), dtype=np.float32), 0.0)
    yield np.log1p(v.interests, dtype=np.float32)
    yield v.early
    yield side < 2
    yield float(view.in_play)
    yield float(view.peak)
    yield np.clip(np.log(np.array(view.heat)), -2.0, 2.0)[side]
    lead = view.score[0] - view.score[1]
    yield np.clip(np.array([lead, -lead, 0]), -2, 2)[side]
    yield np.clip(view.time / 5400.0, -0.3, 2.0)
    yield float(view.period == "post")
