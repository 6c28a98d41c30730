"""Files from elsewhere: read whole, never more than a limit, and checked before anything relies on them."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from sim.errors import InputError, Problem
from sim.world.names import readable
from sim.world.yaml_faults import explained
from sim.world.yaml_wording import cut, safe

MAX_BYTES = 64 * 2**20
MAX_PROBLEMS = 20
HINT = " (docs/inputs.md says which files are read)"

T = TypeVar("T")
Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(readable)]


def read_text(path: Path) -> str:
    """The UTF-8 text of a file, unpacked if its name ends in .gz; raises InputError when it cannot be read."""
    raw = _bytes(path)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"the byte 0x{raw[error.start]:02x} is not UTF-8 text: save the file as UTF-8"
        raise InputError([Problem(path, line, column, "", message)]) from None


def read_json(path: Path, form: TypeAdapter[T]) -> T:
    """A JSON file in the form expected; raises InputError with the place of what is wrong."""
    data = _parsed(path, read_text(path))
    try:
        return form.validate_python(data)
    except ValidationError as error:
        faults = error.errors(include_url=False)[:MAX_PROBLEMS]
    schema = form.json_schema()
    found = [explained(fault, schema, data) for fault in faults]
    words = [safe(message) + HINT * (number == 0) for number, (_, message) in enumerate(found)]
    raise InputError([Problem(path, 0, 0, _dotted(at), said) for (at, _), said in zip(found, words, strict=True)])


def fault(path: Path, where: str, message: str) -> InputError:
    """One thing wrong with a file as a whole, or with `where` in it."""
    return InputError([Problem(path, 0, 0, where, message)])


def _bytes(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise fault(path, "", _in_plain_words(error)) from None
    if len(raw) > MAX_BYTES:
        raise fault(path, "", f"larger than {MAX_BYTES // 2**20} MiB unpacked: cut it down to the matches you need")
    return raw


def _in_plain_words(error: OSError | EOFError | zlib.error) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file: check the name"
    if isinstance(error, EOFError):
        return "the compressed file ends too soon: fetch it again"
    if isinstance(error, (gzip.BadGzipFile, zlib.error)):
        return f"not a sound gzip file ({error}): fetch it again"
    return f"cannot read this file: {error.strerror or error}"


def _parsed(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        words = f"not valid JSON: {error.msg}{HINT}"
        raise InputError([Problem(path, error.lineno, error.colno, "", words)]) from None
    except RecursionError:
        raise fault(path, "", "not usable JSON: nested too deep") from None
    except ValueError:
        raise fault(path, "", "not usable JSON: a number of thousands of digits") from None


def _dotted(location: tuple[str | int, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{safe(cut(part))}" for part in location)
    return text.removeprefix(".")
