"""Random numbers as a pure function of who draws for what: (seed, replication, viewer, purpose, index).

Philox 4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), held in the tests to
Random123's published known-answer vectors.  One call gives four independent uniforms.  `index` names the occasion (a
viewer's k-th candidate moment, this push to this viewer), never "the next one", so a run does not depend on the order
of work and two policies differ only where they act differently.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled

# Changing how numbers are keyed changes every result; the manifest names the scheme.
SCHEME = "philox4x32-10/1"

# Purposes: one stream per decision.
OWN = 1  # a viewer's k-th moment of their own accord
EXPOSE = 2  # a push reaching a viewer
PAGE, PAGE_OWN = 3, 4  # a product page opened from a push, or from a moment of one's own
SIZE, SIZE_OWN = 5, 6  # the wanted size is missing there
CHECKOUT, CHECKOUT_OWN = 7, 8  # the till asks more than the page showed
PARCEL = 9  # a viewer's k-th order of an item on its way: carrier, time, keeping it, when it goes back, what it is then
STORE = 10  # a viewer's k-th visit to the store's end: time until it, item, and whether it is the last
STORE_PUSH = 11  # a push reaching a viewer at the store's end
AGAIN = 12  # whether a viewer comes to the next match
OTHERS = 13  # purchases at the store by people who do not watch, by shelf
TRAITS = 16  # and above: blocks of four traits

M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
W0, W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
MASK, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
SCALE = 2.0**-32


@compiled
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Ten rounds of Philox 4x32 on a counter of four and a key of two 32-bit words (held in uint64)."""
    for _ in range(10):
        a, b = M0 * c0, M1 * c2
        c0, c1, c2, c3 = (b >> HALF) ^ c1 ^ k0, b & MASK, (a >> HALF) ^ c3 ^ k1, a & MASK
        k0, k1 = (k0 + W0) & MASK, (k1 + W1) & MASK
    return c0, c1, c2, c3


@compiled
def draw(seed: int, replication: int, viewer: int, purpose: int, index: int) -> tuple[float, float, float, float]:
    """Four uniforms in the open interval (0, 1), at 32 bits each.

    `seed` is a 63-bit number; `viewer`, `purpose`, `index` and `replication` are below 2^32.
    """
    key = np.uint64(seed)
    a, b, c, d = philox(
        np.uint64(viewer), np.uint64(index), np.uint64(purpose), np.uint64(replication), key & MASK, key >> HALF
    )
    return (a + 0.5) * SCALE, (b + 0.5) * SCALE, (c + 0.5) * SCALE, (d + 0.5) * SCALE


@compiled
def fill(seed: int, replication: int, first: int, purpose: int, blocks: int, out: NDArray[np.float64]) -> None:
    """Draws 4 x `blocks` uniforms for each viewer from `first` on, into `out` (viewers, 4 x blocks)."""
    for row in range(out.shape[0]):
        for block in range(blocks):
            a, b, c, d = draw(seed, replication, first + row, purpose + block, 0)
            out[row, 4 * block], out[row, 4 * block + 1] = a, b
            out[row, 4 * block + 2], out[row, 4 * block + 3] = c, d


@compiled
def fill_occasions(seed: int, replication: int, viewer: int, purpose: int, out: NDArray[np.float64]) -> None:
    """Draws four uniforms for each of one viewer's occasions 0, 1, ..., into `out` (occasions, 4)."""
    for index in range(out.shape[0]):
        out[index, 0], out[index, 1], out[index, 2], out[index, 3] = draw(seed, replication, viewer, purpose, index)
