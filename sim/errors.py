"""What can go wrong, said so that the reader knows where it is and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal


class MatchdayError(Exception):
    """Something the user can mend; the command line prints it and exits with `exit_code`."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One fault in a file: `file:line:column: where: message` (line and column count from 1; 0 = the whole file).

    A warning is about what can be used, but is probably not meant.
    """

    file: Path
    line: int
    column: int
    where: str
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else f"{self.file}"
        place += ": warning" * (self.severity == "warning")
        return f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"


class InputError(MatchdayError):
    """One or more faults in what the user gave, each with its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return InputError, (self.problems,)  # as workers send it home


def did_you_mean(word: str, known: Sequence[str], command: str = "") -> str:
    """`" — did you mean 'orders'?"`; where nothing is near what there is, or the `command` that lists it."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f" — did you mean '{close[0]}'?"
    if command:
        return f" — `{command}` shows what there is"
    return f" — there is: {', '.join(sorted(known))}" if known else ""
