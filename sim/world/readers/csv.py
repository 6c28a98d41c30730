"""A match from a table of events, for those who have their own data.

The first row names the columns, in any order: `period`, `type`, `side`, `detail` (may be missing), and either `clock`,
the football clock as mm:ss, or `seconds` since the start of the period.  Every period needs one row of type
`period_end`, whose side stays empty:

    period,clock,type,side,detail
    1H,23:10,goal,home,penalty
    1H,46:20,period_end,,
    2H,93:40,period_end,,
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from sim.errors import InputError, Problem, did_you_mean
from sim.parameters import Parameters
from sim.world.clock import clock_seconds, clock_text
from sim.world.match import PLAYING, EventKind, Match, Team
from sim.world.readers.files import fault, read_text
from sim.world.timeline import MAX_EVENTS, Moment, PlayingPeriod, ScoreForm, SideForm, Stretch, Timeline, build
from sim.world.yaml_wording import quoted, safe

END = "period_end"
COLUMNS = ("period", "clock", "seconds", "type", "side", "detail")
KINDS = (*get_args(EventKind), END)
PRECISION = "as in the table; lengths of breaks and penalty awards are assumed"

_CELL = re.compile(r'(?:^|(?<=,))(?:"(?:[^"]|"")*"|[^,]*)')
_CLOCK = re.compile(r"\d{1,3}:[0-5]\d(\.\d{1,3})?")
_SECONDS = re.compile(r"\d{1,4}(\.\d{1,6})?")


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]
    columns: dict[str, int]  # where each cell starts in its line, from 1


def read_csv(
    path: Path,
    home: Team,
    away: Team,
    score: ScoreForm,
    *,
    knockout: bool = False,
    parameters: Parameters | None = None,
) -> Match:
    """One match from a table, optionally packed as .csv.gz; what it does not say is `parameters`', or the defaults.

    Raises InputError with the line and column of each fault, or when the goals do not add up to the score.
    """
    rows = _rows(path)
    events = [row for row in rows if row.cells["type"] != END]
    ends = [row for row in rows if row.cells["type"] == END]
    problems = [problem for row in rows for problem in _problems(path, row)] or _endless(path, events, ends)
    if problems:
        raise InputError(problems)
    timeline = Timeline(
        name=f"{home.name}–{away.name}",
        sport="football",
        knockout=knockout,
        home=SideForm(name=home.name, expected_goals=home.expected_goals),
        away=SideForm(name=away.name, expected_goals=away.expected_goals),
        score=score,
        source=path.name,
        precision=PRECISION,
        periods=[_stretch(row) for row in ends],
        events=[_moment(row) for row in events],
    )
    return build(timeline, _Places(path, {"periods": ends, "events": events}).problem, parameters or Parameters())


@dataclass(frozen=True)
class _Places:
    """Finds the cell that a part of the timeline came from."""

    path: Path
    rows: dict[str, list[_Row]]

    def problem(self, location: tuple[str | int, ...], message: str) -> Problem:
        if location[0] not in self.rows or len(location) < 3:
            return Problem(self.path, 0, 0, "score" if location[0] == "score" else "", message)
        row = self.rows[str(location[0])][int(location[1])]
        column = {"name": "period", "lasts": _time_column(row)}.get(str(location[2]), str(location[2]))
        column = _time_column(row) if column == "clock" else column
        return Problem(self.path, row.line, row.columns[column], column, message)


def _rows(path: Path) -> list[_Row]:
    lines = [line.removesuffix("\r") for line in read_text(path).split("\n")]
    if not lines[0].strip():
        raise fault(path, "", "the file is empty: the first row must name the columns")
    names = [name.strip() for name in _cells(path, 1, lines[0])]
    _check_header(path, names)
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            rows.append(_row(path, number, line, names))
    if len(rows) > MAX_EVENTS:
        raise fault(path, "", f"{len(rows)} rows, more than the {MAX_EVENTS} a match can have")
    return rows


def _check_header(path: Path, names: list[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    missing = [name for name in ("period", "type", "side") if name not in names]
    if unknown:
        words = f"unknown column {quoted(unknown[0])}{did_you_mean(unknown[0], COLUMNS)}"
    elif missing:
        words = f"missing column: {', '.join(missing)}"
    elif ("clock" in names) == ("seconds" in names):
        words = "there must be one of the columns clock and seconds"
    elif len(set(names)) < len(names):
        words = "a column is named twice"
    else:
        return
    raise InputError([Problem(path, 1, 1, "", safe(f"{words} (docs/inputs.md shows such a table)"))])


def _row(path: Path, number: int, line: str, names: list[str]) -> _Row:
    cells = [cell.strip() for cell in _cells(path, number, line)]
    if len(cells) != len(names):
        message = f"{len(cells)} cells where there are {len(names)} columns"
        raise InputError([Problem(path, number, 1, "", message)])
    return _Row(number, dict(zip(names, cells, strict=True)), dict(zip(names, _starts(line), strict=True)))


def _cells(path: Path, number: int, line: str) -> list[str]:
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        raise InputError([Problem(path, number, 1, "", f"not a row of CSV: {error}")]) from None


def _starts(line: str) -> list[int]:
    return [cell.start() + 1 for cell in _CELL.finditer(line)]


def _problems(path: Path, row: _Row) -> list[Problem]:
    choices = {"period": tuple(PLAYING), "type": KINDS, "side": ("home", "away")}
    if row.cells["type"] == END:
        choices["side"] = ("",)
    found = []
    for column, known in choices.items():
        cell = row.cells[column]
        if cell not in known:
            hint = did_you_mean(cell, known) if known != ("",) else ": leave it empty"
            found.append(
                Problem(path, row.line, row.columns[column], column, f"{quoted(cell)} is not known here{hint}")
            )
    time = _time_column(row)
    form, what = (_CLOCK, "mm:ss") if time == "clock" else (_SECONDS, "seconds such as 812.5")
    if not form.fullmatch(row.cells[time]):
        found.append(
            Problem(path, row.line, row.columns[time], time, f"expected {what}, got {quoted(row.cells[time])}")
        )
    if len(row.cells.get("detail", "")) > 200:
        found.append(Problem(path, row.line, row.columns["detail"], "detail", "longer than 200 characters"))
    return found


def _endless(path: Path, events: list[_Row], ends: list[_Row]) -> list[Problem]:
    """The first event of each period that no row ends."""
    first = {row.cells["period"]: row for row in reversed(events)}
    missing = set(first) - {row.cells["period"] for row in ends}
    return [
        Problem(path, row.line, row.columns["period"], "period", f"no row of type {END} says when {period} ended")
        for period, row in first.items()
        if period in missing
    ]


def _time_column(row: _Row) -> str:
    return "clock" if "clock" in row.cells else "seconds"


def _seconds(row: _Row) -> float:
    """Since the start of the period; may be negative when the clock is."""
    if "seconds" in row.cells:
        return float(row.cells["seconds"])
    return clock_seconds(row.cells["clock"]) - PLAYING[_period(row)][0] * 60


def _period(row: _Row) -> PlayingPeriod:
    periods: tuple[PlayingPeriod, ...] = get_args(PlayingPeriod)
    return periods[periods.index(row.cells["period"])]


def _stretch(row: _Row) -> Stretch:
    return Stretch(name=_period(row), lasts=clock_text(max(_seconds(row), 0)))


def _moment(row: _Row) -> Moment:
    clock = clock_text(PLAYING[_period(row)][0] * 60 + _seconds(row))
    return Moment.model_validate(
        {
            "period": row.cells["period"],
            "clock": clock,
            "type": row.cells["type"],
            "side": row.cells["side"],
            "detail": row.cells.get("detail", ""),
        }
    )
