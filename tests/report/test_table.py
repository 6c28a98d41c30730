"""The comparison as a table: what fits, what is marked, and which numbers stand in it."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console

from sim.experiment.comparison import compare
from sim.measures.outcomes import NAMES
from sim.report.table import SIGNS, folded, markdown, signs_for, spreadsheet, terminal

POLICIES = ["no_push", "blast", "A_policy_with_quite_a_long_name", *(f"candidate_{i}" for i in range(6))]


def compared(replications: int, shift: float = 1.0):
    rows = [
        {"policy": p, "replication": r, **dict.fromkeys(NAMES, 100000.0 * (1 + r % 3) + shift * k * (10 + r % 2))}
        for k, p in enumerate(POLICIES)
        for r in range(replications)
    ]
    return compare(pd.DataFrame(rows), scenario="Night", seed=1, baseline="no_push")


def text_of(comparison, **how) -> str:
    out = io.StringIO()
    Console(file=out, width=how.get("width", 80)).print(terminal(comparison, "EUR", **how))
    return out.getvalue()


def test_many_policies_stand_in_blocks_of_80_columns_each_with_the_baseline():
    text = text_of(compared(6))
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("no_push") > 2
    assert all(f"candidate_{i}" in text for i in range(6))
    assert "A_policy_with_" in text
    assert "quite_a_long_" in text
    assert "\x1b" not in text


def test_marks_follow_the_metric_s_direction_and_need_an_interval():
    lines = {line.split(" | ")[0].strip("| "): line for line in markdown(compared(6), "EUR").splitlines()}
    assert "✓" in lines["orders"]
    assert "✗" in lines["mutes"]
    assert "≠" in lines["exposures"]
    assert "gross_revenue EUR" in lines
    assert not set("✓✗≠") & set(text_of(compared(1)))
    assert "no intervals" in text_of(compared(1))


@pytest.mark.parametrize("name", ["A_policy_with_a_long_name", "ScarfAtHalfTimeForEveryone", "x" * 40, "赛后优惠" * 5])
def test_names_are_folded_and_never_cut(name):
    lines = folded(name)
    assert "".join(lines) == name
    assert all(cell_len(line) <= 14 for line in lines)
    assert folded("ScarfAtHalfTime") == ["ScarfAtHalf", "Time"]


def test_a_wider_terminal_takes_more_side_by_side():
    narrow, wide = (text_of(compared(6), width=width, metrics=["orders"]) for width in (80, 200))
    assert wide.count("orders") < narrow.count("orders")
    assert 80 < max(map(len, wide.splitlines())) <= 200


def test_what_a_stream_cannot_show_is_written_in_ascii():
    assert signs_for("utf-8") == SIGNS
    text = text_of(compared(6), signs=signs_for("ascii"))
    assert text.isascii()
    assert "+/-" in text
    assert "+ better, - worse, ~ different" in " ".join(text.split())
    assert "by chance" in text


def test_policies_that_do_the_same_are_equal():
    assert "=" in text_of(compared(6, shift=0.0))
    assert not set("✓✗") & set(text_of(compared(6, shift=0.0)).split("Seed")[0])


def test_the_spreadsheet_has_a_line_a_policy_and_metric():
    table = pd.read_csv(io.StringIO(spreadsheet(compared(6))))
    assert len(table) == len(POLICIES) * len(NAMES)
    assert table["difference_mean"].isna().sum() == len(NAMES)
