"""The comparison as a table: what fits, what is marked, and which numbers stand in it."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from sim.experiment.comparison import compare
from sim.measures.outcomes import NAMES
from sim.measures.twins import TWIN_NAMES
from sim.report.table import SHOWN, markdown, spreadsheet, terminal

ROOT = Path(__file__).parents[2]
POLICIES = ["no_push", "blast", "A_policy_with_quite_a_long_name", *(f"candidate_{i}" for i in range(6))]
CALM = {"delivered": 0.0, "red_line_blocks": 0.0}  # else every table had a remark
LONG = ["ScarfAtHalfTimeForAwaySupportersOnlyV123", "aggressive_discount_after_each_late_goal", "x" * 40]


def compared(replications: int, shift: float = 1.0, policies=POLICIES, scale: float = 100000.0, baseline="no_push"):
    rows = [
        {"policy": p, "replication": r, **dict.fromkeys(NAMES, scale * (1 + r % 3) + shift * k * (10 + r % 2)), **CALM}
        for k, p in enumerate(policies)
        for r in range(replications)
    ]
    return compare(pd.DataFrame(rows), scenario="Night", seed=1, baseline=baseline)


def nights(baseline: list[float], other: list[float]):
    """Two policies whose every metric took these values, night by night."""
    values = {"no_push": baseline, "blast": other}
    rows = [
        {"policy": p, "replication": r, **dict.fromkeys(NAMES, x)} for p, xs in values.items() for r, x in enumerate(xs)
    ]
    return compare(pd.DataFrame(rows), scenario="Night", seed=1, baseline="no_push")


def with_twins(comparison, **means: float):
    """The same with twins of all but the baseline, each measure 7 ± 2 unless told; no interval of a single night."""
    half = 2.0 if comparison["replications"] > 1 else None
    measures = {
        name: {"mean": x, "low": half and x - half, "high": half and x + half}
        for name, x in {**dict.fromkeys(TWIN_NAMES, 7.0), **means}.items()
    }
    return {**comparison, "twins": dict.fromkeys(comparison["differences"], measures)}


def text_of(comparison, width: int = 80, encoding: str = "utf-8", **more) -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    Console(file=out, width=width).print(terminal(comparison, "EUR", **more))
    out.seek(0)
    return out.read()


def row_of(comparison, metric: str) -> list[str]:
    """The baseline's and the other policy's cell of a Markdown report."""
    (line,) = (x for x in markdown(comparison, "EUR").splitlines() if x.startswith(f"| {metric} |"))
    return line.strip("| ").split(" | ")[1:]


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d[\d,.]*", text))


# --- columns ----------------------------------------------------------------------------------------------------------


def test_many_policies_stand_in_blocks_of_80_columns_each_with_metrics_and_baseline():
    text = text_of(compared(6))
    assert max(map(len, text.splitlines())) <= 80
    blocks = text[: text.index("Seed")].rstrip().split("\n\n")
    assert len(blocks) > 2
    for block in blocks:
        assert block.count("no_push") == 1
        assert "sold_out_at_checkout" in block
    assert all(text.count(f"candidate_{i}") == 1 for i in range(6))
    assert "\x1b" not in text


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("baseline", ["no_push", LONG[0], None])
def test_eight_long_names_are_readable_in_80_columns(encoding, baseline):
    policies = ["no_push", *LONG, *(name[:38] + "_2" for name in LONG), "peak_flash"]
    text = text_of(compared(6, policies=policies, baseline=baseline), encoding=encoding)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert "?" not in text
    wide = text_of(compared(6, policies=policies, baseline=baseline), width=400, encoding=encoding)
    assert numbers(wide.split("\n", 1)[1]) <= numbers(text)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("ScarfAtHalfTimeForAwaySupportersOnly", ["ScarfAtHalf", "TimeForAway", "SupportersOnly"]),
        ("discount_after_each_goal", ["discount_", "after_each_", "goal"]),
        ("early-discount-for-members", ["early-", "discount-for-", "members"]),
        ("HTTPServerPushesEverything", ["HTTPServer", "Pushes", "Everything"]),
        ("x" * 40, ["x" * 14, "x" * 14, "x" * 12]),
    ],
)
def test_names_are_folded_where_words_end(name, lines):
    policies = ["no_push", name, "another_policy_with_a_long_name"]
    text = text_of(compared(3, policies=policies, scale=10.0, shift=0.1), width=45, metrics=["orders"])
    header = text[: text.index("orders")].splitlines()
    assert [line.split()[-1] for line in header] == lines


def test_a_wide_console_needs_neither_blocks_nor_folds():
    text = text_of(compared(6, policies=["no_push", *LONG]), width=200)
    assert all(text.count(name) == 1 for name in LONG)
    assert text.count("sold_out_at_checkout") == 1


def test_a_console_too_narrow_for_one_policy_loses_no_number():
    text = text_of(nights([1200.0, 1300.0, 1400.0], [1311.0, 1422.0, 1544.0]), width=20, metrics=["orders"])
    assert max(map(len, text.splitlines())) <= 20
    assert all(number in text for number in ("1,300", "1,426", "+126", "±42", "✓"))


def test_without_differences_each_metric_takes_one_line():
    text = text_of(compared(3, policies=["no_push"]))
    assert "net_revenue [EUR]" in text
    assert "difference" not in text
    assert len(text.split("\n\n")[0].splitlines()) == 1 + len(SHOWN)


# --- signs ------------------------------------------------------------------------------------------------------------


def test_marks_follow_the_metric_s_direction():
    lines = {line.split(" | ")[0].strip("| "): line for line in markdown(compared(6), "EUR").splitlines()}
    assert "✓" in lines["orders"]
    assert "✗" in lines["mutes [viewers]"]
    assert "≠" in lines["exposures"]
    assert "gross_revenue [EUR]" in lines


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_a_stream_without_the_signs_gets_ascii(encoding):
    metrics = ["orders", "mutes", "exposures"]
    text = text_of(nights([10.0, 11.0, 12.0], [20.0, 21.5, 22.0]), encoding=encoding, metrics=metrics)
    assert text.isascii()
    assert "?" not in text
    table, legend = text.split("\n\n")
    marks = [line.split()[-1] for line in table.splitlines() if "+/-" in line]
    assert marks == ["*", "!", "~"]
    assert "* better, ! worse, ~ different" in " ".join(legend.split())
    assert "+/- half" in " ".join(legend.split())


def test_marks_are_said_to_be_chance_now_and_then():
    for text in (text_of(compared(2)), markdown(compared(50), "EUR")):
        assert "chance still marks about 1 in 20" in " ".join(text.split())


def test_the_legend_is_short_and_says_what_intervals_do_not_speak_of():
    shown = next(part for part in text_of(compared(7)).split("\n\n") if part.startswith("Seed")).splitlines()
    legend = " ".join(line.strip() for line in shown[:-1])
    assert len(shown) <= 6
    assert "not of the model's assumptions" in legend
    assert "`list assumptions`" in legend


@pytest.mark.parametrize(
    ("other", "equal", "steady"),
    [
        ([1.0, 2.0, 4.0], True, False),
        ([2.0, 3.0, 5.0], False, True),
        ([2.0, 4.0, 5.0], False, False),
    ],
)
def test_the_legend_explains_only_what_is_in_the_table(other, equal, steady):
    legend = " ".join(text_of(nights([1.0, 2.0, 4.0], other), metrics=["orders"]).split("\n\n")[1].split())
    assert ("= no difference" in legend, "No interval: the same every night" in legend) == (equal, steady)


def test_a_table_of_some_metrics_says_how_many_more_there_are():
    assert f"{len(NAMES) - len(SHOWN)} more metrics with --metric" in text_of(compared(2))
    assert "more metrics" not in text_of(compared(2), metrics=["orders"])


def test_one_night_has_no_intervals_and_no_marks():
    for text in (text_of(compared(1)), markdown(compared(1), "EUR")):
        assert not set("✓✗≠±") & set(text)
        assert "no intervals" in " ".join(text.split())
        assert "1 in 20" not in text
    assert row_of(nights([37.0], [42.0]), "orders") == ["37", "42<br>+5"]


def test_policies_that_do_the_same_are_equal():
    table = text_of(compared(6, shift=0.0)).split("Seed")[0]
    assert "=" in table
    assert not set("✓✗±") & set(table)


# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("baseline", "other", "cells"),
    [
        # A narrow interval shows a figure, and the row keeps its decimals.
        ([0.10, 0.20, 0.30], [0.2930, 0.3931, 0.4929], ["0.2000", "0.3930<br>+0.1930 ±0.0002 ✓"]),
        # Counts that are the same apart every night need no decimals; of few nights that may be luck.
        ([3.0, 4.0, 5.0], [5.0, 6.0, 7.0], ["4", "6<br>+2"]),
        ([3.0, 4.0, 5.0] * 2, [5.0, 6.0, 7.0] * 2, ["4", "6<br>+2 ✓"]),
        # What is not 0 only after six figures is nothing.
        ([50000.0, 60000.0], [50000.001, 60000.001], ["55,000.0", "55,000.0<br>="]),
        # A difference that rounds to 0 has no minus.
        ([1000.0, 1100.0, 900.0], [1310.0, 800.0, 889.1], ["1,000", "1,000<br>+0 ±758"]),
    ],
)
def test_decimals_suit_the_row(baseline, other, cells):
    assert row_of(nights(baseline, other), "orders") == cells


def test_shares_are_percentages_and_their_differences_points():
    got = row_of(nights([0.10, 0.11, 0.12], [0.20, 0.22, 0.24]), "conversion_rate [%]")
    assert got == ["11.0", "22.0<br>+11.0 ±2.5 ✓"]
    assert "percentage points" in markdown(compared(2), "EUR")


def test_markdown_shows_names_as_they_are():
    odd = r"a|b*c*<b>$x_1$\_y_`z`[l](u)&amp;"
    lines = markdown(compared(2, policies=["no_push", odd]), "EUR").splitlines()
    header = next(line for line in lines if line.startswith("| metric"))
    assert header == r"| metric | no_push | a\|b\*c\*\<b\>\$x_1\$\\\_y\_\`z\`\[l\](u)\&amp; |"


def test_the_spreadsheet_has_a_line_a_policy_and_metric():
    table = pd.read_csv(io.StringIO(spreadsheet(compared(6), "JPY")))
    assert len(table) == len(POLICIES) * len(NAMES)
    assert table["difference_mean"].isna().sum() == len(NAMES)
    assert set(table["unit"][table["metric"].isin(["gross_revenue", "margin"])]) == {"JPY"}
    assert "currency" not in set(table["unit"])


def test_the_spreadsheet_of_one_night_has_no_intervals():
    table = pd.read_csv(io.StringIO(spreadsheet(compared(1), "EUR")))
    assert table[["low", "high", "difference_low", "difference_high"]].isna().all(axis=None)
    assert table["mean"].notna().all()


# --- the command line -------------------------------------------------------------------------------------------------


def test_an_ascii_stream_sees_no_question_marks_and_columns_sets_the_width(tmp_path):
    words = ["compare", ROOT / "scenarios" / "daily" / "league-night.yaml", "--viewers", "60", "-n", "2"]
    words += [x for policy in ("no_push", "blast") for x in ("-p", policy)]
    done = subprocess.run(
        [sys.executable, ROOT / "run_sim.py", *words, "--results", tmp_path / "results"],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "150"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode().rsplit("\n", 2)[0]
    assert text.isascii()
    assert "?" not in text
    assert "+/-" in text
    assert text.count("sold_out_at_checkout") == 1
    assert 80 < max(map(len, text.splitlines())) <= 150


def test_what_would_mislead_is_said_beside_the_table():
    rising = nights([10.0, 12.0, 14.0, 9.0, 11.0, 13.0], [20.0, 23.0, 26.0, 19.0, 21.0, 24.0])
    for text in (text_of(rising), markdown(rising, "EUR")):
        assert "blast +10.7 units for +10.7 orders a night" in " ".join(text.split())
    assert "Replenishment" not in text_of(compared(7))


# --- twins ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("many", [3, 7])
def test_twins_of_long_names_fit_the_width_and_each_has_a_column_and_few_a_sentence(encoding, width, many):
    policies = ["no_push", *[*LONG, *(name[:38] + "_2" for name in LONG), "peak_flash"][:many]]
    money = dict.fromkeys(("incremental_revenue", "revenue_lost"), 1_234_567.0)
    text = text_of(with_twins(compared(6, policies=policies), **money), width, encoding)
    block = text[text.index("Twins:") :]
    assert max(map(len, block.splitlines())) <= width
    lost = [line for line in block.splitlines() if line.startswith("net revenue lost [EUR]")]
    assert sum(line.count("1,234,567 ") for line in lost) == many
    assert "…" not in block
    assert "?" not in block
    assert len(re.findall(r"^Of ", block, re.MULTILINE)) == (many if many == 3 else 0)


COUNTS = {"incremental_orders": 188.0, "orders_anyway": 224.0, "orders_lost": 30.0}
GIVEN = {"anyway_at_discount": 201.0, "discount_given_away": 5100.0}


@pytest.mark.parametrize(
    ("replications", "means", "said"),
    [
        (6, GIVEN, "188 ±2 were incremental; 224 would have come anyway, 201 of them at a higher price: 5,100 EUR of"),
        (1, GIVEN, "188 were incremental; 224 would have come anyway, 201 of them at a higher price: 5,100 EUR of"),
        (6, dict.fromkeys(GIVEN, 0.0), "224 would have come anyway, none of them at a higher price. 30 that would"),
    ],
)
def test_a_sentence_says_how_many_of_a_policy_s_orders_were_incremental(replications, means, said):
    twins = with_twins(compared(replications, 0.0, ["no_push", "peak_flash"], 300.0), **COUNTS, **means)
    stream = twins["policies"]["peak_flash"]["orders"]["mean"]
    for text in (text_of(twins, 400), markdown(twins, "EUR")):
        (sentence,) = (line for line in text.splitlines() if line.startswith("Of "))
        assert sentence.startswith(f"Of peak_flash's 412 orders ({stream:,.0f} on the stream, the rest at the store) ")
        assert said in sentence


def test_nothing_is_said_of_twins_where_there_are_none_or_other_numbers_were_asked_for():
    alone, asked = compared(6), text_of(with_twins(compared(6)), metrics=("orders",))
    for text in (text_of(alone), markdown(alone, "EUR"), asked):
        assert not re.search(r"Twins:|^Of ", text, re.MULTILINE)
