"""Many policies at a glance: a line each, the best first, in the columns of a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sim.report.ranking import MANY, overview
from sim.report.table import terminal
from tests.report.test_table import LONG, compared


def lines(comparison, *metrics: str, encoding: str = "utf-8") -> list[str]:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    Console(file=out, width=80).print(overview(comparison, "EUR", metrics))
    out.seek(0)
    return out.read().splitlines()


def policies(number: int) -> list[str]:
    return [f"p{i}" for i in range(number)]


def test_each_has_a_line_and_the_best_comes_first():
    told = lines(compared(5, policies=policies(MANY + 1), baseline="p2"))
    rows = [line.split() for line in told if line.startswith("p")]
    assert [row[0] for row in rows] == [f"p{i}" for i in reversed(range(MANY + 1))]
    values = [float(row[1].replace(",", "")) for row in rows]
    assert values == sorted(values, reverse=True)
    assert not any(sign in " ".join(rows[-3]) for sign in "±✓✗")  # the baseline
    assert all("✓ +" in line for line in told if line.startswith(("p3", "p4", "p5", "p6")))
    assert all("✗ -" in line for line in told if line.startswith(("p0 ", "p1 ")))


@pytest.mark.parametrize("baseline", ["p2", None])
def test_it_fits_80_columns_whatever_policies_are_called(baseline):
    names = [*policies(MANY), *LONG]
    for encoding in ("utf-8", "ascii"):
        told = lines(compared(5, policies=names, baseline=baseline), encoding=encoding)
        assert max(map(len, told)) <= 80
        assert not any("…" in line or "?" in line for line in told)
        assert ("difference" in told[3]) == (baseline is not None)


def test_few_policies_and_metrics_that_are_named_stand_side_by_side():
    few, many = (compared(3, policies=policies(n), baseline="p0") for n in (MANY, MANY + 1))
    for comparison, metrics in ((few, ()), (many, ("orders",))):
        out = io.StringIO()
        Console(file=out, width=80).print(terminal(comparison, "EUR", metrics))
        assert lines(comparison, *metrics) == out.getvalue().splitlines()
