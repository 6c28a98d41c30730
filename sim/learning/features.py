"""What a model is told of each viewer at a moment: what the platform sees, as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.policy.view import View
from sim.policy.viewers import Viewers

Matrix = NDArray[np.floating]
OF_VIEWER = (
    "watched", "clicks", "chats", "shown", "rested", "tier", "consent", "bought", "history", "signs", "early", "fan",
)  # fmt: skip
OF_MOMENT = ("play", "peak", "heat", "lead", "late", "after")
NAMES = (*OF_VIEWER, *OF_MOMENT)


def features(view: View, who: NDArray[np.intp]) -> Matrix:
    """(n, F) of viewers `who` (n,): each column is of order 1, counts by their logarithm.

    Orders and history count only of viewers who have consented; `bought` and `history` are 0 of the others.
    """
    v = view.viewers
    x = np.empty((len(NAMES), len(who)), np.float32)
    for row, column in zip(x, _columns(view, v, who), strict=True):
        row[:] = column
    return x.T


def _columns(view: View, v: Viewers, who: NDArray[np.intp]) -> Iterator[Any]:
    consent, shown, side = v.consent[who], v.shown[who].astype(np.float32), v.side[who]
    signs = v.interests(who)
    yield np.log1p(v.minutes_watched[who].astype(np.float32)) / 3.0
    yield np.log1p(v.clicks[who].astype(np.float32))
    yield np.log1p(v.chats[who].astype(np.float32)) / 2.0
    yield np.log1p(shown)
    yield np.minimum(v.minutes_since_shown[who], 60.0) / 60.0
    yield np.minimum(v.tier[who], 3)
    yield consent
    yield consent & (v.orders[who] > 0)
    yield np.where(consent, np.log1p(np.maximum(v.history[who], 0).astype(np.float32)), 0.0)
    yield np.log1p(signs)
    yield v.early[who]
    yield side < 2
    yield float(view.in_play)
    yield float(view.peak)
    yield np.clip(np.log(np.array(view.heat)), -2.0, 2.0)[side]
    lead = view.score[0] - view.score[1]
    yield np.clip(np.array([lead, -lead, 0]), -2, 2)[side]
    yield np.clip(view.time / 5400.0, -0.3, 2.0)
    yield float(view.period == "post")
