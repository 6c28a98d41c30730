"""Heat: what is written now against what has been written lately, which a platform has in place of emotion."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters


class Heat:
    """The heat of several chats, window by window: 1 is as lively as lately, 2 twice that.

    The recent level is a mean with exponentially fading weights of the windows before, so that what is held against it
    is not part of it.
    """

    def __init__(self, chats: int, p: Parameters) -> None:
        self.memory, self.prior = p.heat_memory, p.heat_prior
        self.written, self.watched = np.zeros(chats), np.zeros(chats)  # messages, and seconds of viewers, lately
        self.now = np.ones(chats)

    def take(self, messages: NDArray[np.float64], viewers: NDArray[np.float64], window: float) -> None:
        """Counts a window of so many seconds: `messages` (chats,) by so many `viewers` (chats,)."""
        watched = viewers * window
        expected = self.written / np.maximum(self.watched, 1.0) * watched
        self.now = (messages + self.prior) / (expected + self.prior)
        self.now[self.watched == 0.0] = 1.0
        keep = math.exp(-window / self.memory)
        self.written = keep * self.written + messages
        self.watched = keep * self.watched + watched
