"""How many of an item there are on the shelf: of a set, as many as can be put together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.world.catalogue import Catalogue

UNLIMITED = 1_000_000_000  # units of what cannot run out


class Shelved(NamedTuple):
    """The SKUs that an item is made of.  It is there in a size when all its sized parts are there in that size."""

    labels: tuple[str, ...]  # (L,) sizes that the shop carries all parts in; none of what comes in one size
    sized: NDArray[np.int64]  # (parts, L) SKUs of the parts that come in sizes
    units: NDArray[np.int64]  # (parts, 1) units of each
    loose: NDArray[np.int64]  # (others,) SKUs of the parts that do not
    loose_units: NDArray[np.int64]  # (others,) units of each

    def by_size(self, free: NDArray[np.int64]) -> NDArray[np.int64]:
        """(L,) of the item in each size, from free units (S x K,) by SKU."""
        sized = (free[self.sized] // self.units).min(axis=0, initial=UNLIMITED)
        return np.asarray(np.minimum(sized, self._loosely(free)))

    def left(self, free: NDArray[np.int64]) -> int:
        """Of the item over all sizes; UNLIMITED of what has no parts."""
        if not len(self.sized):
            return self._loosely(free)
        return min(int((free[self.sized] // self.units).min(axis=0).sum()), self._loosely(free))

    def _loosely(self, free: NDArray[np.int64]) -> int:
        return int((free[self.loose] // self.loose_units).min(initial=UNLIMITED))


def shelved(c: Catalogue, item: int) -> Shelved:
    """Where an item stands."""
    parts = np.array(c.parts(item), np.int64).reshape(-1, 2)
    shelf, units = parts[:, 0], parts[:, 1]
    sized = c.sized[shelf]
    skus = shelf[sized][:, None] * c.sizes + np.arange(c.sizes)[None, :]
    carried = np.flatnonzero(c.carried[skus].all(axis=0)) if sized.any() else np.zeros(0, np.int64)
    labels = tuple(c.labels[slot] for slot in carried)
    return Shelved(labels, skus[:, carried], units[sized][:, None], shelf[~sized] * c.sizes, units[~sized])
