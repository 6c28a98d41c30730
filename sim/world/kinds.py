"""Which kind of file a document is, told by keys that files of one kind have and those of the other never."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from sim.errors import InputError
from sim.world.yaml_source import Document, read
from sim.world.yaml_wording import cut

Kind = Literal["scenario", "timeline"]

KEYS: dict[Kind, frozenset[str]] = {
    "scenario": frozenset({"match", "fixtures", "audience", "shop"}),
    "timeline": frozenset({"periods", "events", "score"}),
}
_INSTEAD: dict[Kind, str] = {
    "scenario": "this is a timeline of a match, not a scenario: name it under match.file of a scenario",
    "timeline": "this is a scenario, not a timeline of a match, which is what match.file names",
}


_DATA = {
    "csv": "a table of events is checked through a scenario that names it, as match: {source: csv, file: …, …}",
    "json": "a match in JSON is checked through a scenario that names it, with source: openfootball or wyscout",
}


def read_known(path: Path) -> tuple[Document, Kind]:
    """A scenario or timeline, and which of them it is; raises InputError when it cannot be read or is neither."""
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
        raise InputError([document.problem((), _INSTEAD[kind])])
    return document


def _kind(document: Document) -> Kind:
    """The kind whose keys the document has more of; raises InputError where it has none or as many of both."""
    keys = set(document.data) if isinstance(document.data, dict) else set()
    scenario, timeline = keys & KEYS["scenario"], keys & KEYS["timeline"]
    if len(scenario) != len(timeline):
        return "scenario" if len(scenario) > len(timeline) else "timeline"
    if scenario:
        words = f"'{min(scenario)}' belongs in a scenario and '{min(timeline)}' in a timeline: a file is one of them"
    else:
        has = f"; its keys are {cut(', '.join(map(str, document.data)))}" if keys else ""
        words = f"neither a scenario (match, audience, shop) nor a timeline (periods, events, score){has}"
    raise InputError([document.problem((), words)])
