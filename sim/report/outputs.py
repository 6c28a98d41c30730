"""What `-o` writes: a result in the form that the file's extension asks for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.errors import MatchdayError, did_you_mean
from sim.experiment.folder import write_whole
from sim.report.table import ALL, markdown, spreadsheet

COMPARISON = (".json", ".md", ".csv")
Writers = Mapping[str, Callable[[], str | bytes]]  # by extension


def of_comparison(comparison: Mapping[str, Any], currency: str, metrics: Sequence[str] = ALL) -> Writers:
    """A comparison; JSON with all metrics whatever is asked for."""
    return {
        ".json": lambda: as_json(comparison),
        ".md": lambda: markdown(comparison, currency, metrics),
        ".csv": lambda: spreadsheet(comparison, currency, metrics),
    }


def as_json(result: Mapping[str, Any]) -> str:
    """JSON without NaN, so that any reader takes it."""
    return json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def check_outputs(files: Sequence[Path], known: Collection[str] = COMPARISON) -> None:
    """Raises MatchdayError for a file that could not be written, before anything is played."""
    for file in files:
        if file.suffix not in known:
            raise MatchdayError(f"-o {file}: unknown extension '{file.suffix}'{did_you_mean(file.suffix, list(known))}")
        if file.is_dir() or not file.parent.is_dir():
            raise MatchdayError(f"-o {file}: {'this is a folder' if file.is_dir() else f'no folder {file.parent}'}")
        if not os.access(file.parent, os.W_OK):
            raise MatchdayError(f"-o {file}: not allowed to write in {file.parent}")


def write_outputs(files: Sequence[Path], writers: Writers) -> None:
    """Writes each file; raises MatchdayError where that fails."""
    for file in files:
        with writing(file):
            write_whole(file, writers[file.suffix]())


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Says of which file it is where a disk refuses; raises MatchdayError."""
    try:
        yield
    except OSError as error:
        raise MatchdayError(f"-o {file}: cannot be written: {error.strerror or error}") from error
