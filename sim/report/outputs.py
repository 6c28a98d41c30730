"""What `-o` writes: a comparison in the form that the file's extension asks for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.errors import MatchdayError, did_you_mean
from sim.experiment.store import write_whole
from sim.report.table import ALL, markdown, spreadsheet

FORMATS: Mapping[str, Callable[[Mapping[str, Any], str, Sequence[str]], str]] = {
    ".json": lambda comparison, *_: as_json(comparison),
    ".md": markdown,
    ".csv": spreadsheet,
}


def check_outputs(files: Sequence[Path], formats: Collection[str] = FORMATS) -> None:
    """Raises MatchdayError for a file that could not be written, before anything is played."""
    for file in files:
        if file.suffix not in formats:
            raise MatchdayError(
                f"-o {file}: unknown extension '{file.suffix}'{did_you_mean(file.suffix, list(formats))}"
            )
        if file.is_dir() or not file.parent.is_dir():
            raise MatchdayError(f"-o {file}: {'this is a folder' if file.is_dir() else f'no folder {file.parent}'}")
        if not os.access(file.parent, os.W_OK):
            raise MatchdayError(f"-o {file}: not allowed to write in {file.parent}")


def write_outputs(
    files: Sequence[Path], comparison: Mapping[str, Any], currency: str, metrics: Sequence[str] = ALL
) -> None:
    """Writes each file, JSON with all metrics whatever is asked for; raises MatchdayError where that fails."""
    for file in files:
        with writing(file):
            write_whole(file, FORMATS[file.suffix](comparison, currency, metrics))


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Says of which file it is where a disk refuses; raises MatchdayError."""
    try:
        yield
    except OSError as error:
        raise MatchdayError(f"-o {file}: cannot be written: {error.strerror or error}") from error


def as_json(told: Mapping[str, Any]) -> str:
    """As files of results hold it."""
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
