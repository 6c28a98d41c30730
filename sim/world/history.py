"""Who has bought at the store before, how often customers come, and when they stop: BG/NBD.

A customer buys at a rate of their own, gamma over customers, and after each purchase stops for good with a chance of
their own, beta over customers (Fader, Hardie & Lee 2005, "Counting your customers the easy way", Marketing Science 24).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, expit, gammaincinv

from sim.parameters import Parameters

# Quantiles are read off a table: its steps are even in the logit of the probability, where their logarithm is nearly
# straight.  The functions themselves would cost more than drawing all other traits.
LEAST, STEP, STEPS = -24.0, 1.0 / 64.0, 3072  # draws have 32 bits, so their logits lie within 23


def visit_rates(u: NDArray[np.float64], p: Parameters) -> NDArray[np.float64]:
    """Store visits of a customer a week: quantiles `u` of a gamma of shape r and rate alpha."""
    return _read(u, np.asarray(gammaincinv(p.visit_shape, _grid()), float)) / p.visit_scale


def drop_chances(u: NDArray[np.float64], p: Parameters) -> NDArray[np.float64]:
    """Chance that a customer's purchase is the last: quantiles `u` of a beta of shapes a and b."""
    return _read(u, betaincinv(p.drop_a, p.drop_b, _grid()))


def _grid() -> NDArray[np.float64]:
    return np.asarray(expit(LEAST + STEP * np.arange(STEPS + 1)))


def _read(u: NDArray[np.float64], quantiles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of `u` by straight lines between those of the grid."""
    logs = np.log(np.maximum(quantiles, 1e-300))
    place = (np.log(u / (1.0 - u)) - LEAST) / STEP
    step = place.astype(np.int64)
    here = logs[step]
    return np.asarray(np.exp(here + (place - step) * (logs[step + 1] - here)))
