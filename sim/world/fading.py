"""What was, fading: the recursion behind every curve that decays or follows another.

`scipy.signal.lfilter` gives the same bits, but takes longer to import than most nights take to play.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled

Array = NDArray[np.float64]


def fading(impulses: Array, decay: float) -> Array:
    """Each impulse along the last axis (one a second), and e^(−u / decay) of it `u` seconds later."""
    out = np.empty(impulses.shape)
    for one, faded in zip(impulses.reshape(-1, impulses.shape[-1]), out.reshape(-1, impulses.shape[-1]), strict=True):
        _recall(one, 1.0, math.exp(-1 / decay), 0.0, faded)
    return out


def following(level: Array, lag: float) -> Array:
    """`level` (T,) followed with a time constant of `lag` seconds: nobody calms down at once."""
    kept, out = math.exp(-1 / lag), np.empty(len(level))
    _recall(level, 1 - kept, kept, float(level[0]), out)
    return out


@compiled
def _recall(x: Array, gain: float, kept: float, before: float, out: Array) -> None:
    """out[t] = gain x[t] + kept out[t − 1], where out[−1] is `before`."""
    for t in range(len(x)):
        before = gain * x[t] + kept * before
        out[t] = before
