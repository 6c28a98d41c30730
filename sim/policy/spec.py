"""What a policy is asked for by, taken apart: a name, a rule file or `path/to/file.py:Class`, and its parameters.

peak_flash(discount=0.3, lasts=240)    mine.py:Mine(cap=4)    rules.yaml(rules.key-moments.show.lasts=3)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.errors import MatchdayError
from sim.world.yaml_wording import safe

RULES = (".yaml", ".yml")  # of rule files
_WITH_PARAMETERS = re.compile(r"(?P<asked>[^=]*?\.(?:py(?::\w+)?|ya?ml)|[^(]+)\((?P<inside>.*)\)", re.DOTALL)
_ONE = re.compile(  # text in quotes may have commas in it
    r"""\s*(?P<name>[^\s=,'"]+)\s*=\s*(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,]*?)\s*(?:,|\Z)""", re.DOTALL
)


@dataclass(frozen=True)
class Spec:
    """A policy as it was asked for."""

    path: str  # or the name of a sample, or of an installed policy
    class_name: str = ""
    given: tuple[tuple[str, str], ...] = ()  # names of parameters, and their values as they were written

    @property
    def is_python(self) -> bool:
        """Whether it names a file with a class in it."""
        return self.path.endswith(".py")

    @property
    def is_rules(self) -> bool:
        """Whether it names a rule file."""
        return self.path.endswith(RULES)

    @property
    def stem(self) -> str:
        """What the policy is called, parameters left aside."""
        return self.class_name or (Path(self.path).stem if self.is_python or self.is_rules else self.path)

    @property
    def asked(self) -> str:
        """All but the parameters."""
        return f"{self.path}:{self.class_name}" if self.class_name else self.path

    def given_also(self, values: Mapping[str, str]) -> str:
        """The whole as text with other values for some parameters."""
        given = ", ".join(f"{name}={value}" for name, value in {**dict(self.given), **values}.items())
        return f"{self.asked}({given})" if given else self.asked

    @property
    def assignments(self) -> tuple[str, ...]:
        """The parameters as a rule file takes them."""
        return tuple(f"{name}={value}" for name, value in self.given)


def parted(text: str) -> Spec:
    """Takes a spec apart; raises MatchdayError where its parameters are not `(name=value, …)`."""
    found = _WITH_PARAMETERS.fullmatch(text.strip())
    asked, inside = (found["asked"].strip(), found["inside"]) if found else (text, "")
    if not found and text.count("(") != text.count(")") and not text.endswith((".py", *RULES)):
        raise MatchdayError(safe(f"policy '{text}': a parenthesis is missing{_parted_by_a_list(text)}"))
    path, _, class_name = asked.rpartition(":") if ".py:" in asked else (asked, "", "")
    given = tuple(_pairs(text, inside))
    names = [name for name, _ in given]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise MatchdayError(safe(f"policy '{text}': parameter '{twice}' is given twice"))
    return Spec(path, class_name, given)


def _parted_by_a_list(text: str) -> str:
    inside = text.partition("(")[2] or text
    if "=" not in inside:
        return ""
    return ": in a YAML list in brackets, [a, b], the comma between parameters parts the list: put the policy in quotes"


def _pairs(text: str, inside: str) -> Iterator[tuple[str, str]]:
    place = 0
    while rest := inside[place:].strip():
        found = _ONE.match(inside, place)
        if not found:
            wanted = "parameters are written (name=value, name=value), and text with a comma in it is put in quotes"
            raise MatchdayError(safe(f"policy '{text}': expected name=value, got '{rest}': {wanted}"))
        yield found["name"], found["value"]
        place = found.end()
