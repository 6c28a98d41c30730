"""What is written as YAML is read back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.world.night import load_world
from sim.world.scenario import Scenario
from sim.world.yaml_source import load, parse
from sim.world.yaml_text import yaml_text

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHIPPED = [f for f in sorted(SCENARIOS.rglob("*.yaml")) if f.parent.name != "matches"]

texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)


@given(data=st.dictionaries(texts, trees, min_size=1), compact=st.booleans())
@example(
    data={k: k for k in ("n", "Y", "no", "null", "00:30", "12:30", "1e3", "0o7", "1_000", "2030-01-02", "=", "~", "")},
    compact=True,
)
@example(data={"a": "x" * 300, "b": "word " * 100, "c": " two\n\nlines \t\x85\u2028\ufeff😀"}, compact=False)
def test_everything_survives(data, compact):
    assert parse(yaml_text(data, compact=compact), Path("x")).data == data


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_scenarios_survive(tmp_path, file):
    scenario = load_world(file).scenario
    (tmp_path / "again.yaml").write_text(yaml_text(scenario.model_dump(mode="json")))
    assert load(tmp_path / "again.yaml", Scenario) == scenario


def test_people_can_read_it():
    data = {"name": "Derby: part 2", "kind": "cup", "rows": [{"at": "12:30", "by": 1.5}, {"at": "40:00", "by": None}]}
    assert yaml_text(data, compact=True).splitlines() == [
        'name: "Derby: part 2"',
        "kind: cup",
        "rows:",
        '- {at: "12:30", by: 1.5}',
        '- {at: "40:00", by: null}',
    ]
