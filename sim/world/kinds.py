"""Which kind of file a document is, told by keys that files of one kind have and those of the other never."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from sim.errors import InputError
from sim.world.yaml_source import Document, read
from sim.world.yaml_wording import cut

Kind = Literal["scenario", "timeline", "policy"]

KEYS: dict[Kind, frozenset[str]] = {
    "scenario": frozenset({"match", "fixtures", "audience", "shop"}),
    "timeline": frozenset({"periods", "events", "score"}),
    "policy": frozenset({"rules", "limits"}),
}
_WHAT: dict[Kind, str] = {
    "scenario": "a scenario",
    "timeline": "a timeline of a match",
    "policy": "a policy as a rule file",
}
_WHERE: dict[Kind, str] = {
    "scenario": "a scenario is what run, compare and validate take",
    "timeline": "name it under match.file of a scenario",
    "policy": "name it with -p, or under experiment.policies of a scenario",
}


_DATA = {
    "csv": "a table of events is checked through a scenario that names it, as match: {source: csv, file: …, …}",
    "json": "a match in JSON is checked through a scenario that names it, with source: openfootball or wyscout",
}


def read_known(path: Path) -> tuple[Document, Kind]:
    """A scenario, timeline or policy, and which it is; raises InputError when it cannot be read or is neither."""
    try:
        document = read(path)
        return document, _kind(document)
    except InputError as error:
        about = _DATA.get(path.name.removesuffix(".gz").rpartition(".")[2].lower()) if path.is_file() else None
        first, *others = error.problems
        if about is None:
            raise
        message = f"{about} (docs/inputs.md shows how); read as a scenario: {first.message}"
        raise InputError([replace(first, message=message), *others]) from None


def read_as(path: Path, kind: Kind) -> Document:
    """A file that must be of that kind; raises InputError when it is not."""
    document, found = read_known(path)
    if found != kind:
        raise InputError([document.problem((), f"this is {_WHAT[found]}, not {_WHAT[kind]}: {_WHERE[found]}")])
    return document


def _kind(document: Document) -> Kind:
    """The kind whose keys the document has most of; raises InputError where it has none, or as many of another."""
    keys = set(document.data) if isinstance(document.data, dict) else set()
    of = {kind: keys & known for kind, known in KEYS.items()}
    best, second, *_ = sorted(of, key=lambda kind: len(of[kind]), reverse=True)
    if len(of[best]) > len(of[second]):
        return best
    if of[best]:
        one, other = (f"'{min(of[kind])}' belongs in {_WHAT[kind]}" for kind in (best, second))
        words = f"{one}, and {other}: a file is one of them"
    else:
        has = f"; its keys are {cut(', '.join(map(str, document.data)))}" if keys else ""
        known = (
            "neither a scenario (match, audience, shop) nor a timeline (periods, events, score) nor a policy (rules)"
        )
        words = known + has
    raise InputError([document.problem((), words)])
