"""How far a run is, where standard error is no terminal."""

from __future__ import annotations

import pytest

from sim.report.progress import progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still unless told."""
    now = [100.0]
    monkeypatch.setattr("sim.report.progress.time.monotonic", lambda: now[0])
    return now


def test_lines_come_soon_and_then_every_ten_seconds_with_the_time_left(clock, capsys):
    with progress(31) as tell:
        for _ in range(31):
            tell(None)
            clock[0] += 1.0
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "4 of 31 nights played, about 27 s left",
        "14 of 31 nights played, about 17 s left",
        "24 of 31 nights played, about 7 s left",
    ]


def test_a_run_of_moments_says_nothing(clock, capsys):
    with progress(5) as tell:
        for _ in range(5):
            tell(None)
            clock[0] += 0.5
    assert capsys.readouterr().err == ""
