"""Faults and doubts found in files, as people and as machines read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import Problem

Writer = Callable[[Sequence[Path], Sequence[Problem]], str]
RULES = {"error": ("input", "Input that cannot be used"), "warning": ("doubt", "Input that is probably not meant")}
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def as_text(files: Sequence[Path], problems: Sequence[Problem]) -> str:
    """`file:line:column: where: message`, a line each, and how many there are."""
    errors = _errors(problems)
    found = _count(errors, "problem") if errors else "no problems"
    warned = f", {_count(len(problems) - errors, 'warning')}" if len(problems) > errors else ""
    return "\n".join([*map(str, problems), f"{_count(len(files), 'file')} checked: {found}{warned}"])


def _errors(problems: Sequence[Problem]) -> int:
    return sum(problem.severity == "error" for problem in problems)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def as_json(files: Sequence[Path], problems: Sequence[Problem]) -> str:
    """One object; `passed` is true when there is no fault, whatever the warnings."""
    told = [{**vars(p), "file": str(p.file)} for p in problems]
    whole = {"schema_version": 1, "passed": not _errors(problems), "files": [str(f) for f in files], "problems": told}
    return json.dumps(whole, indent=2, ensure_ascii=False)


def as_github(files: Sequence[Path], problems: Sequence[Problem]) -> str:
    """Workflow commands that GitHub shows beside the lines they are about."""
    return "\n".join(map(_annotation, problems))


def _annotation(problem: Problem) -> str:
    place = {"file": str(problem.file), "line": problem.line, "col": problem.column}
    properties = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in place.items() if value)
    return f"::{problem.severity} {properties}::{_escaped(_message(problem))}"


def _escaped(text: str, also: str = "") -> str:
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _message(problem: Problem) -> str:
    return f"{problem.where}: {problem.message}" if problem.where else problem.message


def as_sarif(files: Sequence[Path], problems: Sequence[Problem]) -> str:
    """SARIF 2.1.0, for code scanning."""
    rules = [{"id": id_, "shortDescription": {"text": text}} for id_, text in RULES.values()]
    driver = {"name": "matchday", "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(p) for p in problems]}
    return json.dumps({"$schema": SARIF, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _result(problem: Problem) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": problem.file.as_posix()}}
    if problem.line:
        place["region"] = {"startLine": problem.line, "startColumn": problem.column}
    return {
        "ruleId": RULES[problem.severity][0],
        "level": problem.severity,
        "message": {"text": _message(problem)},
        "locations": [{"physicalLocation": place}],
    }


FORMATS: Mapping[str, Writer] = {"text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif}
