"""What is kept of a night that was played, and its form as bytes: the one in which it travels and rests.

A record is a zip file, so that anybody can look into it: tables as Arrow files, bits and seconds of viewers as NumPy
arrays.  Its comment, the last 64 bytes, is the SHA-256 of all before it.  The same night gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
from numpy.typing import NDArray

from sim.measures.twins import Ending

ONCE = (1980, 1, 1, 0, 0, 0)  # the time of every file in it: a record tells of no clock
ARRAYS = tuple(field.name for field in fields(Ending) if field.name not in ("viewers", "orders", "money"))


class DamagedError(ValueError):
    """Bytes that are no whole record."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Record:
    """A night as it was, whatever it is compared with."""

    outcomes: dict[str, float]
    parts: Mapping[str, pd.DataFrame]  # the night by its parts, as `sim.measures.parts.PARTS` makes them
    series: pd.DataFrame  # by minute, of the first match
    ending: Ending


def packed(record: Record) -> bytes:
    """A record as bytes."""
    return zipped(_files(record))


def unpacked(told: bytes) -> Record:
    """The record that bytes are; raises DamagedError where they are not as `packed` made them."""
    files = unzipped(told)
    tables = {name.removesuffix(".arrow"): _frame(file) for name, file in files.items() if name.endswith(".arrow")}
    arrays = {name: array_of(files[f"{name}.npy"]) for name in ARRAYS}
    outcomes, series, orders, money = (tables.pop(name) for name in ("outcomes", "series", "orders", "money"))
    return Record(
        outcomes=dict(zip(outcomes["metric"].tolist(), outcomes["value"].tolist(), strict=True)),
        parts=tables,
        series=series,
        ending=Ending(viewers=len(arrays["seconds"]), orders=orders, money=money, **arrays),
    )


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Files as one zip file that ends in its own SHA-256; the same files give the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, ONCE), content)
        archive.comment = b"0" * 64
    told = stream.getvalue()[:-64]
    return told + hashlib.sha256(told).hexdigest().encode()


def unzipped(told: bytes) -> dict[str, bytes]:
    """The files by name; raises DamagedError where bytes are not as `zipped` made them."""
    check(told)
    with zipfile.ZipFile(io.BytesIO(told)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def bytes_of(array: NDArray[Any]) -> bytes:
    """An array as a NumPy file."""
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def array_of(told: bytes) -> NDArray[Any]:
    """The array of a NumPy file."""
    found: NDArray[Any] = np.load(io.BytesIO(told), allow_pickle=False)
    return found


def check(told: bytes) -> None:
    """Raises DamagedError where bytes are no whole record."""
    if hashlib.sha256(told[:-64]).hexdigest().encode() != told[-64:]:
        raise DamagedError("its SHA-256 is another one")


def _files(record: Record) -> Iterator[tuple[str, bytes]]:
    ending = record.ending
    tables = {
        "outcomes": pd.DataFrame({"metric": list(record.outcomes), "value": list(record.outcomes.values())}),
        **record.parts,
        "series": record.series, "orders": ending.orders, "money": ending.money,
    }  # fmt: skip
    for name, table in tables.items():
        yield f"{name}.arrow", _arrow(table)
    for name in ARRAYS:
        yield f"{name}.npy", bytes_of(getattr(ending, name))


def _arrow(table: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    pyarrow.feather.write_feather(pa.Table.from_pandas(table, nthreads=1), stream, compression="zstd")
    return stream.getvalue()


def _frame(file: bytes) -> pd.DataFrame:
    table = pyarrow.feather.read_table(pa.BufferReader(file), use_threads=False)
    frame: pd.DataFrame = table.to_pandas(use_threads=False)
    return frame
