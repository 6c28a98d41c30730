"""What is said beside a comparison."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.experiment.comparison import compare
from sim.experiment.remarks import remarks
from sim.measures.outcomes import NAMES

QUIET = pd.DataFrame({name: np.full(8, 0.0 if name == "red_line_blocks" else 100.0) for name in NAMES})


def said(nights: int = 8, baseline: str | None = "calm", brackets: tuple[str, ...] = (), **loud: float) -> list[str]:
    """Remarks on two policies, of which one differs by so much, give or take a little."""
    luck = np.linspace(-1.0, 1.0, nights)
    other = QUIET[:nights].assign(**{name: 100.0 + by + luck for name, by in loud.items()})
    tables = {"calm": QUIET[:nights], "loud": other}
    table = pd.concat([t.assign(policy=name, replication=range(nights)) for name, t in tables.items()])
    return remarks(compare(table, scenario="s", seed=1, baseline=baseline, brackets=brackets))


def test_a_lift_that_rests_on_deliveries_is_told():
    (remark,) = said(orders=60.0, delivered=50.0)
    assert "Replenishment brought more or less than under calm: loud +50.0 units for +60.0 orders a night." in remark
    assert len(said(orders=-60.0, delivered=-50.0)) == 1
    assert len(said(orders=0.0, delivered=40.0)) == 1


@pytest.mark.parametrize(
    "how",
    [
        {"orders": 60.0},
        {"orders": 60.0, "delivered": 2.0},  # a small part of it
        {"orders": 1.0, "delivered": 0.3},  # luck
        {"orders": 60.0, "delivered": 50.0, "nights": 1},
        {"orders": 60.0, "delivered": 50.0, "baseline": None},
    ],
    ids=str,
)
def test_other_lifts_need_no_remark(how):
    assert said(**how) == []


def test_brackets_and_what_red_lines_kept_back_are_told():
    one, two = said(brackets=("oracle",)), said(brackets=("oracle", "anti_oracle"))
    assert one == ["oracle sees what no platform sees: it brackets what others could do, and is no advice"]
    assert two == [
        "oracle and anti_oracle see what no platform sees: they bracket what others could do, and are no advice"
    ]
    (kept,) = said(red_line_blocks=-60.0)
    assert kept.startswith("Pushes that enforced red lines kept from viewers, a night: loud 40.0 (red_lines.parquet")
