"""Which kind of file a document is, told by keys that every file of one kind has and none of the other."""

from __future__ import annotations

from typing import Literal

from sim.errors import InputError
from sim.world.yaml_source import Document
from sim.world.yaml_wording import cut

Kind = Literal["scenario", "timeline"]

KEYS: dict[Kind, frozenset[str]] = {
    "scenario": frozenset({"match", "audience", "shop"}),
    "timeline": frozenset({"periods", "events", "score"}),
}
_INSTEAD: dict[Kind, str] = {
    "scenario": "this is a timeline of a match, not a scenario: name it under match.file of a scenario",
    "timeline": "this is a scenario, not a timeline of a match, which is what match.file names",
}


def kind_of(document: Document) -> Kind:
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


def expect(document: Document, kind: Kind) -> None:
    """Raises InputError unless the document is of that kind."""
    if kind_of(document) != kind:
        raise InputError([document.problem((), _INSTEAD[kind])])
