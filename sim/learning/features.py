"""What a model is told of each viewer at a moment: what the platform sees, as numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.policy.view import View

Matrix = NDArray[np.float64]
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
    side, consent = v.side[who], v.consent[who]
    signs = sum((v.interest(category)[who].astype(float) for category in v.categories), start=np.zeros(len(who)))
    rested = np.minimum(v.minutes_since_shown[who], 60.0) / 60.0
    lead = np.array([view.score[0] - view.score[1], view.score[1] - view.score[0], 0.0])
    heat = np.log(np.array(view.heat))
    columns = [
        np.log1p(v.minutes_watched[who]) / 3.0, np.log1p(v.clicks[who]), np.log1p(v.chats[who]) / 2.0,
        np.log1p(v.shown[who]), rested, np.minimum(v.tier[who], 3.0), consent, consent & (v.orders[who] > 0),
        np.where(consent, np.log1p(np.maximum(v.history[who], 0)), 0.0), np.log1p(signs), v.early[who], side < 2,
        np.full(len(who), view.in_play), np.full(len(who), view.peak), np.clip(heat[side], -2.0, 2.0),
        np.clip(lead[side], -2.0, 2.0), np.full(len(who), np.clip(view.time / 5400.0, -0.3, 2.0)),
        np.full(len(who), view.period == "post"),
    ]  # fmt: skip
    return np.stack([np.asarray(column, float) for column in columns], axis=1)
