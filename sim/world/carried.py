"""What one match of a season leaves to the next: people, shelves, parcels on their way."""

from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from sim.world.audience import KNOWN, VIEWER


class Carried(NamedTuple):
    """The state of everybody and everything as a match's broadcast opens; times are seconds from its kick-off."""

    fixture: int  # number of the match that is to come
    known: NDArray[np.void]  # (N,) KNOWN
    viewers: NDArray[np.void]  # (N,) VIEWER
    stock: NDArray[np.int64]  # (fields of Stock, S x K)
    parcels: NDArray[np.void]  # (n,) PARCEL: those that are not settled yet
    entries: NDArray[np.void]  # (m,) ENTRY: deliveries on their way
    packers: NDArray[np.float64]  # when each packer is free again [s]
    inspectors: NDArray[np.float64]
    coupons_until: NDArray[np.float64]  # (matches so far, coupons): until when what was taken at each can be used

    def save(self, file: Path) -> None:
        """Writes it down; raises OSError."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **self._asdict(), allow_pickle=False)
        file.write_bytes(buffer.getvalue())

    @classmethod
    def load(cls, file: Path) -> Carried:
        """Reads it again; raises OSError, and ValueError when the file is not one, or one of another version."""
        try:
            with np.load(file, allow_pickle=False) as arrays:
                parts = {name: arrays[name] for name in cls._fields if name != "fixture"}
                carried = cls(fixture=int(arrays["fixture"]), **parts)
        except (KeyError, TypeError, ValueError, EOFError, BadZipFile) as error:
            raise ValueError(f"{file} is not what a match of this version has left") from error
        if (carried.known.dtype, carried.viewers.dtype) != (KNOWN, VIEWER):
            raise ValueError(f"{file}: its viewers are those of another version")
        return carried
