"""How promising a push to each viewer is, from what a platform sees: time watched, interaction, history, fatigue.

The article: "score viewers in real time by time watched, heat of interaction and purchase history".  It gives no
weights, and no data on it were found: those below are assumed, and `train` fits better ones to a scenario.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sim.policy.view import View

USUAL = -1.2  # log odds of a fan who has just come and done nothing
WATCHED, WATCHED_SCALE = 0.9, 30.0  # log odds of long watching, and minutes in which most of it is reached
CLICKED, CLICK_SCALE = 1.2, 2.0  # of clicks on pushes, and how many make most of it
CHATTED, CHAT_SCALE = 0.5, 5.0  # of messages
LIKES = 0.9  # of a sign of interest, by its logarithm
BOUGHT = 0.7  # of having bought before, of those who let it be seen
TIRED, TIRED_SCALE = 1.4, 4.0  # of pushes shown without a click, and how many make most of it


def scores(view: View, category: str | None = None) -> NDArray[np.float64]:
    """(N,) from 0 to 1: higher for who watches, interacts and buys more, lower for who was shown more in vain.

    With a `category` of goods what the viewer has turned to of it counts, too.
    """
    v = view.viewers
    clicks = v.clicks.astype(float)
    x = USUAL + WATCHED * _most(v.minutes_watched, WATCHED_SCALE) + CLICKED * _most(clicks, CLICK_SCALE)
    x += CHATTED * _most(v.chats, CHAT_SCALE) + BOUGHT * (v.history > 0)
    x -= TIRED * _most(np.maximum(v.shown - 2.0 * clicks, 0.0), TIRED_SCALE)
    if category:
        x += LIKES * np.log1p(v.interest(category))
    return np.asarray(expit(x))


def _most(amount: NDArray[np.generic], scale: float) -> NDArray[np.float64]:
    """1 - e^(-amount / scale): the first of it count most."""
    return np.asarray(1.0 - np.exp(-np.asarray(amount, float) / scale))
