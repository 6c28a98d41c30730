"""The pages of all fields of scenarios and rule files are fresh, and what they show is right."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sim.engine.play import play
from sim.experiment.lint import problems_in
from sim.experiment.load import load
from sim.measures.outcomes import METRICS
from sim.measures.parts import pushes
from sim.measures.twins import TWINS
from sim.policy.find import find
from sim.policy.rules.form import Interest, Limits, Part, Pick, Show, Stock, When, Who
from sim.policy.rules.read import read_rules
from sim.report.measures import measures_page
from sim.report.rules_page import rules_page
from sim.report.scenario_page import scenario_page
from sim.world.scenario import schema

PAGE = Path(__file__).parents[2] / "docs" / "scenario.md"
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
ROWS = re.findall(
    r"^\| `([^`]+)` \| (.+) \| .* \| (.+) \| (.+) \| .* \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
)


def test_the_committed_page_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == scenario_page(), "run: make schema"


def test_its_example_is_a_scenario_without_fault_or_doubt(tmp_path):
    file = tmp_path / "derby.yaml"
    file.write_text(EXAMPLE, encoding="utf-8")
    assert list(problems_in([file])) == []
    usual = load(file).scenario.audience.segments["casuals"].stay
    assert load(file).scenario.audience.segments["regulars"].stay.spread == usual.spread


def test_every_part_that_can_be_written_is_in_the_example():
    for name in schema()["properties"]:
        assert re.search(rf"^{name}:|# or {name},", EXAMPLE, re.MULTILINE), name
    for name in schema()["$defs"]["Shop"]["properties"]:
        assert name == "decimals" or re.search(rf"^  {name}:", EXAMPLE, re.MULTILINE), name


@pytest.mark.parametrize("form", [name for name in schema()["$defs"] if name != "Parameters"])
def test_every_field_has_a_row_that_says_what_it_is(form):
    told = {path.rpartition(".")[2]: about for path, about, *_ in ROWS}
    for field in schema()["$defs"][form]["properties"]:
        assert field == "source" or len(told[field]) > 3


def test_what_must_be_given_is_said():
    required = {path for path, _, _, default in ROWS if default == "**required**"}
    assert {"name", "audience.viewers", "shop.products"} <= required
    assert not {"about", "shop.currency", "audience.segments.<name>.share", "….median"} & required


# --- rule files -------------------------------------------------------------------------------------------------------

RULES_PAGE = PAGE.with_name("rules.md")
RULES = re.findall(r"```yaml\n(.*?)```", RULES_PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]


@pytest.fixture
def derby(tmp_path) -> tuple[Path, Path]:
    scenario, rules = tmp_path / "derby.yaml", tmp_path / "rules.yaml"
    scenario.write_text(EXAMPLE, encoding="utf-8")
    rules.write_text(RULES, encoding="utf-8")
    return scenario, rules


def test_the_page_of_rule_files_is_fresh():
    assert RULES_PAGE.read_text(encoding="utf-8") == rules_page(), "run: make schema"


def test_its_rules_are_right_for_the_other_page_s_scenario_and_all_of_them_fire(derby):
    scenario, rules = derby
    assert list(problems_in([rules], scenario)) == []
    world, fired = load(scenario), set()
    for replication in range(6):
        played = play(world.night(1, replication, 1500), find(str(rules)).make(), "rules")
        fired |= set(pushes(played)["because"])
    assert fired == set(read_rules(rules)[1].rules)


def test_the_command_with_parameters_runs(derby, monkeypatch, matchday, undrawn):
    monkeypatch.chdir(derby[0].parent)
    page = RULES_PAGE.read_text(encoding="utf-8")
    (command,) = re.findall(r"^\.venv/bin/python run_sim\.py (.*)$", page, re.MULTILINE)
    code, out, said = matchday(*shlex.split(command), "-n", "2", "--viewers", "60")
    assert code == 0, said
    assert f"what the rules of {re.findall(r'call it `(.*?)`', page)[0]} did" in out
    assert find("frequency_capped(limits.per_viewer=2)").make().all.limits.per_viewer == 2


def test_every_key_is_in_the_example_and_has_a_row(derby):
    page = RULES_PAGE.read_text(encoding="utf-8")
    for form in (When, Who, Show, Pick, Limits, Stock, Interest, Part):
        for name in form.model_fields:
            assert re.search(rf"\b{name}: ", RULES), name
            assert re.search(rf"^\| `[^`]*\b{name}` \| \S", page, re.MULTILINE), name


def test_the_page_of_measures_is_what_the_code_measures():
    page = (PAGE.parent / "measures.md").read_text(encoding="utf-8")
    assert page == measures_page(), "run: make schema"
    for measure in (*METRICS, *TWINS):
        assert f"| `{measure.name}` | {measure.unit} |" in page
    assert all(line.count(" | ") in (2, 4) for line in page.splitlines() if line.startswith("| `"))
