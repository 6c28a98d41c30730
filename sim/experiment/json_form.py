"""JSON that this program has written, read back into a form: faults are said in plain words, with the file."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from sim.errors import MatchdayError

Form = TypeVar("Form", bound=BaseModel)


def read_json(file: Path, form: type[Form], what: str) -> Form:
    """A file as the form it must have; raises MatchdayError where it cannot be read, or is no `what`."""
    try:
        return form.model_validate_json(file.read_bytes())
    except OSError as error:
        raise MatchdayError(f"{file} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise MatchdayError(f"{file} is no {what}: {where + ': ' if where else ''}{fault['msg']}") from error
