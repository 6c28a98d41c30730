"""Units of every SKU, as the till keeps them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Stock(NamedTuple):
    """Units by SKU.  free = initial + delivered - reserved - sold, never below zero."""

    initial: NDArray[np.int64]
    delivered: NDArray[np.int64]
    free: NDArray[np.int64]
    reserved: NDArray[np.int64]
    sold: NDArray[np.int64]


DELIVERED = np.dtype([("time", "f8"), ("product", "i8")], align=True)


def open_till(initial: NDArray[np.int64]) -> Stock:
    """A till with its shelves filled."""
    none = np.zeros_like(initial)
    return Stock(initial.copy(), none.copy(), initial.copy(), none.copy(), none.copy())
