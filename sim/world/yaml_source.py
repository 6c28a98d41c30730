"""Strict YAML: a file becomes a validated model, or an `InputError` that says where each fault is and what to write.

PyYAML splits the text into nodes; everything that makes YAML surprising (anchors, tags, `no` for false, `12:30` for
750, silent duplicate keys) is refused here, and what is left is read by the YAML 1.2 core schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.errors import InputError, Problem, did_you_mean
from sim.world.yaml_faults import explained, has, schema_of
from sim.world.yaml_scalars import plain, quoted_scalar
from sim.world.yaml_wording import Location, dotted, quoted, safe, shown

MAX_BYTES = 2**20
MAX_DEPTH = 50
MAX_VALUES = 50_000
MAX_PROBLEMS = 100

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value and its key stand, as (line, column) from 1; (0, 0) in a command line argument."""

    file: Path
    key: tuple[int, int]
    value: tuple[int, int]


@dataclass(frozen=True)
class Document:
    """Plain data read from YAML, and where each part of it was written."""

    path: Path
    data: Any
    spots: Mapping[Location, Spot] = field(repr=False)
    text: str = field(default="", repr=False)  # as it was read

    def problem(self, location: Location, message: str, *, at_key: bool = False) -> Problem:
        """A fault at a location: the line and column of its value (or key), else of the nearest parent there is."""
        found: Location = ()
        for part in location:
            found = (*found, part) if (*found, part) in self.spots else found
        spot = self.spots[found]
        return Problem(spot.file, *(spot.key if at_key else spot.value), dotted(location), safe(message))

    def validate(self, model: type[M]) -> M:
        """The data as a model, without coercion; raises InputError with every fault pydantic finds."""
        try:
            # JSON mode is strict about types yet takes a list for a tuple, 5 for 5.0 and text for an enum.
            return model.model_validate_json(json.dumps(self.data), strict=True)
        except ValidationError as error:
            faults = [fault for fault in error.errors(include_url=False) if not _follows_from_another(fault)]
        schema = schema_of(model)
        said: dict[tuple[Location, str | int, bool], list[str]] = {}
        for fault in faults:
            location, message = explained(fault, schema, self.data)
            missing = fault["loc"][-1] if fault["type"] == "missing" else ""
            if missing and (misspelt := self._misspelt(location)):
                message, missing = misspelt, ""
            at_key = fault["type"] == "extra_forbidden" or fault["loc"][-1:] == ("[key]",)
            said.setdefault((location, missing, at_key), []).append(message)
        # Several messages for one place are for the alternatives of a union, none of which fits.
        raise _faults(self.problem(at, "; and ".join(dict.fromkeys(m)), at_key=key) for (at, _, key), m in said.items())

    def _misspelt(self, location: Location) -> str:
        """Of a mapping that only assignments made: the one beside it that may have been meant."""
        if not location or not self._assigned(location):
            return ""
        name, beside = str(location[-1]), self.data
        for part in location[:-1]:
            beside = beside[part]
        near = get_close_matches(name, [key for key in beside if not self._assigned((*location[:-1], key))], n=1)
        return f"there is no {quoted(name)} to change{did_you_mean(name, near)}" if near else ""

    def _assigned(self, location: Location) -> bool:
        return location in self.spots and self.spots[location].value == (0, 0)


def _follows_from_another(fault: ErrorDetails) -> bool:
    """No fault of the reader's own.

    In a list with enough items of which some are wrong pydantic counts the others; and a default that follows from a
    field that is wrong cannot be told.
    """
    if fault["type"] == "too_short":
        return bool(len(fault["input"]) >= fault["ctx"]["min_length"])
    return fault["type"] == "default_factory_not_called"


def load(path: Path, model: type[M]) -> M:
    """Reads a YAML file into a model; raises InputError with every fault found."""
    return read(path).validate(model)


def read(path: Path) -> Document:
    """Reads a YAML file; raises InputError when it cannot be read or is not the YAML accepted here."""
    try:
        if path.is_fifo() or path.is_socket() or path.is_char_device() or path.is_block_device():
            raise _unfit(path, "this is no ordinary file: save what it gives as a file, and name that")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unfit(path, _UNREADABLE.get(type(error), f"cannot read this file: {error.strerror}")) from None
    except ValueError:  # a NUL in the name
        raise _unfit(path, _UNREADABLE[FileNotFoundError]) from None
    if len(raw) > MAX_BYTES:
        raise _unfit(path, _TOO_LARGE)
    if (nul := raw.find(b"\0")) >= 0:
        place = raw.count(b"\n", 0, nul) + 1, nul - raw.rfind(b"\n", 0, nul)
        what = "a NUL byte: this is UTF-16 text, or no text at all: save the file as UTF-8"
        raise _faults([Problem(path, *place, "", what)])
    try:
        return parse(raw.decode("utf-8"), path)
    except UnicodeDecodeError as error:
        what = f"the byte 0x{raw[error.start]:02x} is not UTF-8 text: save the file as UTF-8"
        raise _faults([Problem(path, *_end_of(raw[: error.start].decode("utf-8")), "", what)]) from None


def parse(text: str, path: Path) -> Document:
    """Reads YAML from memory; `path` is what problems name as the file.  Raises InputError as `read` does."""
    if len(text) > MAX_BYTES:
        raise _unfit(path, _TOO_LARGE)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if bad := _UNWANTED.search(text):
        what = f"the character {bad[0][-1]!a} is not allowed here: remove it, or write it as an escape in double quotes"
        raise _faults([Problem(path, *_end_of(text[: bad.end() - 1]), "", what)])
    node = _composed(text, path)
    if node is None or (node.value == "" and node.style is None):
        raise _unfit(path, "nothing here but blanks and comments: expected YAML, such as 'key: value'")
    reader = _NodeReader(path)
    data = reader.value(node, (), node)
    if reader.problems:
        raise _faults(reader.problems)
    return Document(path, data, reader.spots, text)


def override(document: Document, assignments: Sequence[str], argument: str = "--set") -> Document:
    """The document with `dotted.path=value` assignments made, a number in the path being a place in a list from 0.

    Mappings on the way are created; whether the model knows the path is for validation to say.  Faults name the
    assignment with `argument`, which it came by, before it.  Raises InputError when an assignment is malformed, its
    value is not one YAML scalar, or there is nothing to assign into.
    """
    data, spots, problems = deepcopy(document.data), dict(document.spots), list[Problem]()
    for assignment in assignments:
        try:
            _assign(data, spots, assignment, Path(f"{argument} {safe(assignment)}"))
        except InputError as error:
            problems += error.problems
    if problems:
        raise _faults(problems)
    return replace(document, data=data, spots=spots)


def _assign(holder: Any, spots: dict[Location, Spot], assignment: str, file: Path) -> None:
    dotted, equals, text = assignment.partition("=")
    keys = dotted.strip().split(".")
    if not equals or not all(keys) or len(keys) > MAX_DEPTH:
        raise _unfit(file, "expected dotted.path=value, for instance shop.products.scarf.stock=40")
    value = scalar(text.strip(), file, tuple(keys))
    location: Location = ()
    for last, key in enumerate(keys, start=1 - len(keys)):
        part = _part(holder, key, file, location)
        location = (*location, part)
        if last == 0 or not has(holder, part) or holder[part] is None:
            for stale in [known for known in spots if known[: len(location)] == location]:
                del spots[stale]
            spots[location] = Spot(file, (0, 0), (0, 0))
            holder[part] = value if last == 0 else {}
        holder = holder[part]


def scalar(text: str, file: Path, where: Location) -> Any:
    """One value that did not come out of a file; `file` and `where` are what faults name.  Raises InputError."""
    if not text:
        return None
    try:
        value = parse(text, file).data
    except InputError as error:
        raise InputError([replace(p, line=0, column=0, where=dotted(where)) for p in error.problems]) from None
    if isinstance(value, dict | list):
        what = f"expected a single value, got {shown(value)}: put text in quotes"
        raise _faults([Problem(file, 0, 0, dotted(where), what)])
    return value


def _part(holder: Any, key: str, file: Path, location: Location) -> Any:
    if isinstance(holder, dict):
        return key
    if not isinstance(holder, list):
        what = f"this is {shown(holder)}, neither mapping nor list: {quoted(key)} cannot be set in it"
    elif key.isascii() and key.isdigit() and len(key) < 10 and int(key) < len(holder):
        return int(key)
    else:
        what = f"{quoted(key)} is no place in this list of {len(holder)}: the first is 0"
    raise _faults([Problem(file, 0, 0, dotted(location), what)])


# ---- from text to nodes

_UNREADABLE: dict[type[OSError], str] = {
    FileNotFoundError: "there is no such file: check the name",
    IsADirectoryError: "this is a directory: name a YAML file in it",
    PermissionError: "not allowed to read this file: check its permissions",
}
_TOO_LARGE = f"larger than {MAX_BYTES // 2**20} MiB: split it, or keep data out of YAML"
# What YAML wants escaped, the line ends that PyYAML counts but editors do not, and indentation that only looks like it.
_UNWANTED = re.compile("[^\t\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|(?m:^) *\u00a0")
_NOT_HERE = {
    "tag": "tags ('!…') are not allowed: remove it, or quote the text",
    "anchor": "anchors ('&…') are not allowed: write the value out where it is used, or quote the text",
    "alias": "aliases ('*…') are not allowed: write the value out, or quote the text",
    "directive": "this directive ('%…') is not valid: remove the line, or quote the text",
}
# Of PyYAML's messages: a part, plain words for it.  Those in _AT_START are better placed where the thing began.
_PLAIN_WORDS = {
    **_NOT_HERE,
    r"character '\t'": "a tab is not allowed here: use spaces",
    "cannot start any token": "a value cannot start with this character: put the value in quotes",
    "mapping values are not allowed": "':' is out of place: quote text that has ': ' in it, mend the indentation, "
    "or put a space behind the ':' of the line before",
    "could not find expected ':'": "expected 'key: value': a ':' or the space after it is missing",
    "unexpected end of stream": "this quote is never closed",
    "unexpected document separator": "this quote is never closed",
    "expected <block end>": "this does not fit the lines above: check indentation, brackets, and quotes within text",
    "sequence entries are not allowed": "a list item cannot start here: put '- ' on a line of its own",
    "expected ',' or ']'": "expected ',' or ']': the list in brackets is not closed before this",
    "expected ',' or '}'": "expected ',' or '}': the mapping in braces is not closed before this",
    "expected the node content": "a value is missing before this",
    "escape": "unknown escape after '\\' in double quotes: use single quotes, or write '\\\\'",
    "a block scalar": "'|' and '>' begin text on the lines below: write it there, or put all of it in quotes",
    "expected '<document start>'": "this follows the end of the document: remove it, or put all of it in quotes",
    "another document": "a second document starts here: a file holds one",
}
_AT_START = {"could not find expected ':'", "unexpected end of stream", "unexpected document separator", *_NOT_HERE}


class _Refused(yaml.MarkedYAMLError):
    """A fault already in plain words."""


class _StrictLoader(yaml.SafeLoader):
    """PyYAML's composer, stopping at the first alias, anchor or tag, or when nested too deep."""

    depth = 0
    values = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        words = None
        if event.anchor is not None:  # an alias has one too
            words = _NOT_HERE["alias" if isinstance(event, yaml.AliasEvent) else "anchor"]
        elif event.tag is not None:
            words = _NOT_HERE["tag"]
        elif self.depth == MAX_DEPTH:
            words = f"nested more than {MAX_DEPTH} deep: flatten the document"
        elif self.values == MAX_VALUES:
            words = f"more than {MAX_VALUES} keys and values: split the file, or keep data out of YAML"
        if words:
            raise _Refused(problem=words, problem_mark=event.start_mark)
        self.depth += 1
        self.values += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


_StrictLoader.yaml_implicit_resolvers = {}  # what a plain scalar means is decided below, by YAML 1.2


def _composed(text: str, path: Path) -> Any:
    loader = _StrictLoader(text)
    try:
        return loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark, words = _in_plain_words(error)
    except (ValueError, OverflowError):  # PyYAML hands whatever number follows \U to chr()
        mark, words = loader.get_mark(), "a number before this is out of range"
    raise _faults([Problem(path, mark.line + 1, mark.column + 1, "", safe(words))])


def _in_plain_words(error: yaml.MarkedYAMLError) -> tuple[Any, str]:
    said = f"{error.context} {error.problem}"
    part = next((part for part in _PLAIN_WORDS if part in said and not isinstance(error, _Refused)), None)
    mark = (error.context_mark if part in _AT_START else None) or error.problem_mark or error.context_mark
    return mark, _PLAIN_WORDS[part] if part else str(error.problem)


def _end_of(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text) - text.rfind("\n")


# ---- from nodes to data


class _NodeReader:
    """Turns nodes into plain data, keeping where each value stands and every fault met."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.spots: dict[Location, Spot] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, location: Location, key: yaml.Node) -> Any:
        self.spots[location] = Spot(self.path, _place(key), _place(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*location, i), item) for i, item in enumerate(node.value)]
        return self._scalar(node, location)

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, location)
            if key in data:
                line = self.spots[*location, key].key[0]
                self._fault(key_node, location, f"duplicate key {quoted(key)}: it is already on line {line}")
            elif key is not None:
                data[key] = self.value(value_node, (*location, key), key_node)
        return data

    def _key(self, node: yaml.Node, location: Location) -> Any:
        before = len(self.problems)
        key = {} if isinstance(node, yaml.MappingNode) else node.value
        if isinstance(node, yaml.ScalarNode):
            key = self._scalar(node, location)
        if not isinstance(key, str) and before == len(self.problems):
            self._fault(node, location, f"a key must be text, got {shown(key)}: put the key in quotes")
        return key if isinstance(key, str) else None

    def _scalar(self, node: Any, location: Location) -> Any:
        try:
            return quoted_scalar(node.value) if node.style else plain(node.value)
        except ValueError as error:
            self._fault(node, location, str(error))
            return None

    def _fault(self, node: yaml.Node, location: Location, message: str) -> None:
        self.problems.append(Problem(self.path, *_place(node), dotted(location), safe(message)))


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _faults(problems: Iterable[Problem]) -> InputError:
    found = sorted(problems, key=lambda problem: (problem.line, problem.column))
    if len(found) > MAX_PROBLEMS:
        more = f"and {len(found) - MAX_PROBLEMS} more problems"
        found[MAX_PROBLEMS:] = [Problem(found[0].file, 0, 0, "", more)]
    return InputError(found)


def _unfit(path: Path, message: str) -> InputError:
    return InputError([Problem(path, 0, 0, "", message)])
