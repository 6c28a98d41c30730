"""Policies that are given parameters: what is taken, what is refused, and which of them are the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from sim.errors import MatchdayError
from sim.experiment.executors import executor
from sim.experiment.kept import plan_again
from sim.experiment.lint import rule_problems_of
from sim.experiment.request import Request, plan_comparison
from sim.experiment.runs import Plan, play_all, table
from sim.policy.find import available, find, find_all, lacking
from sim.policy.parameters import parameters_of
from tests.command_line import SCENARIO, files
from tests.policy.test_find import MINE, written
from tests.worlds import world

OWN = """
EVERY = 3

class Own:
    def __init__(self, cap: int = 4, share=0.5, name="all", loud=False, until=None, parts=(1, 2), every=EVERY, *, x=1):
        self.given = cap, share, name, loud, until
        if cap > 100:
            raise ValueError("a cap is at most 100")

    def decide(self, view):
        return []
"""
RULES = """
name: Rules
rules:
  goals:
    when: {events: [goal]}
    show: {surface: side_panel, pick: {}, lasts: 5}
"""


@pytest.fixture
def own(tmp_path):
    return str(written(tmp_path, OWN))


@pytest.fixture
def rules(tmp_path):
    return str(written(tmp_path, RULES, "rules.yaml"))


# --- what is taken ----------------------------------------------------------------------------------------------------


def test_a_sample_takes_parameters_and_says_so_in_its_name():
    policy = find("peak_flash( discount = 0.30, lasts=240 )")
    assert policy.name == "peak_flash(discount=0.3, lasts=240)"
    assert policy.parameters == {"discount": 0.3, "lasts": 240.0}
    assert isinstance(policy.make().lasts, float)
    assert (policy.make().discount, policy.make().lasts) == (0.3, 240.0)
    assert find("peak_flash()").name == "peak_flash"


@pytest.mark.parametrize(
    ("given", "taken", "named"),
    [
        ("cap=5", (5, 0.5, "all", False, None), "cap=5"),
        ("share=1", (4, 1.0, "all", False, None), "share=1"),
        ("share=2.50e-1", (4, 0.25, "all", False, None), "share=0.25"),
        ("name=home", (4, 0.5, "home", False, None), "name=home"),
        ("name='yes'", (4, 0.5, "yes", False, None), 'name="yes"'),
        ('name="a, b) (c=1"', (4, 0.5, "a, b) (c=1", False, None), 'name="a, b) (c=1"'),
        ("loud=true, until=90", (4, 0.5, "all", True, 90), "loud=true, until=90"),
        ("until=x.py(1)", (4, 0.5, "all", False, "x.py(1)"), 'until="x.py(1)"'),
    ],
)
def test_values_are_yaml_scalars_of_the_type_of_the_default(own, given, taken, named):
    for spec in (f"{own}({given})", f"{own}:Own({given})"):
        assert lacking(spec) is None
        policy = find(spec)
        assert policy.make().given == taken
        assert policy.name == f"{'Own' if ':' in spec else 'mine'}({named})"
        assert find(f"{own}:Own({named})").make().given == taken  # the name can be given again


def test_fields_of_a_dataclass_are_parameters(tmp_path):
    file = written(tmp_path, MINE)
    assert find(f"{file}:Mine(rest=2)").make().rest == 2.0
    assert lacking(f"{file}:Mine(rest=2)") is None


def test_a_rule_file_takes_what_set_takes_for_scenarios(rules):
    spec = f"{rules}(rules.goals.show.lasts=3, limits.per_viewer=2)"
    policy = find(spec)
    (rule,) = policy.make().rules
    assert (rule.rule.show.lasts, policy.make().all.limits.per_viewer) == (3.0, 2)
    assert policy.name == "rules(rules.goals.show.lasts=3, limits.per_viewer=2)"
    assert policy.source_sha256 == find(rules).source_sha256
    assert lacking(spec) is None
    capped = find("frequency_capped(limits.per_viewer=1)")
    assert capped.make().all.limits.per_viewer == 1


def test_a_path_may_have_parentheses_of_its_own(tmp_path):
    (tmp_path / "a (1)").mkdir()
    file = written(tmp_path / "a (1)", OWN, "b(2).py")
    assert find(str(file)).name == "b(2)"
    assert find(f"{file}:Own(cap=9)").make().given[0] == 9


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("cpa=3", "{file}: Own takes no parameter 'cpa' — did you mean 'cap'? It takes cap=4, share=0.5, name=all,"),
        ("cap=3.5", "{file}: Own: parameter 'cap' is a whole number (4 unless given), got 3.5"),
        ("cap=true", "parameter 'cap' is a whole number (4 unless given), got true"),
        ("share=true", "parameter 'share' is a number (0.5 unless given), got true"),
        ("share=", "parameter 'share' is a number (0.5 unless given), got nothing"),
        ("share='1'", "parameter 'share' is a number (0.5 unless given), got text '1'"),
        ("name=3", "parameter 'name' is text (all unless given), got 3"),
        ("loud=1", "parameter 'loud' is true or false (false unless given), got 1"),
        ("loud=yes", "Own(loud=yes): unquoted 'yes': some YAML tools take it for true or false"),
        ("share=[1]", "expected a single value, got a list of 1: put text in quotes"),
        ("parts=3", "parameter 'parts' is tuple, which can only be changed in the source"),
        ("cap=3, cap=4", "parameter 'cap' is given twice"),
        ("cap", "expected name=value, got 'cap'"),
        ("cap=3, 4", "expected name=value, got '4'"),
        ("name='a", "this quote is never closed"),
    ],
)
def test_slips_are_told_with_and_without_running_it(own, given, said):
    spec = f"{own}:Own({given})"
    with pytest.raises(MatchdayError) as raised:
        find(spec)
    assert said.format(file=own) in str(raised.value)
    assert said.format(file=own) in str(lacking(spec))


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            "no_push(rest=3)",
            "NoPush takes no parameters, such as 'rest': its constructor has no keywords with defaults",
        ),
        ("peek_flash(discount=0.3)", "no policy 'peek_flash' — did you mean 'peak_flash'?"),
        ("peak_flash(discount=0.3", "in a YAML list in brackets, [a, b], the comma between parameters parts the list"),
        ("lasts=240)", "a parenthesis is missing: in a YAML list in brackets, [a, b]"),
        (
            "{rules}(rules.gaols.show.lasts=3)",
            "{rules} with rules.gaols.show.lasts=3: rules.gaols: there is no 'gaols' to",
        ),
        ("{rules}(rules.goals.show.lasts=x)", "rules.goals.show.lasts: expected a number, got text 'x'"),
        ("{rules}(lasts=3)", "{rules} with lasts=3: lasts: unknown key 'lasts'"),
    ],
)
def test_whoever_is_asked_says_the_same(rules, spec, said):
    with pytest.raises(MatchdayError) as raised:
        find(spec.format(rules=rules))
    assert said.format(rules=rules) in str(raised.value)
    assert said.format(rules=rules) in str(lacking(spec.format(rules=rules)))


def test_what_a_constructor_refuses_is_told_with_its_line(own):
    with pytest.raises(MatchdayError, match=re.escape("mine.py:8: Own(cap=101) cannot be made: ValueError: a cap is")):
        find(f"{own}:Own(cap=101)")


def test_validate_tells_where_a_scenario_has_a_wrong_parameter(here, matchday):
    scenario = SCENARIO.replace("[blast, lull_only]", "[blast, lull_only(rest=x), peak_flash(discount=0.3, lasts=1)]")
    (here / "night.yaml").write_text(scenario.replace("seed: 4", "seed: 4, baseline: no_push(x=1)"))
    code, said, _ = matchday("validate", "night.yaml")
    assert code == 2
    assert "night.yaml:14:33: experiment.baseline: " in said
    assert "parameter 'rest' is a number (900 unless given), got text 'x'" in said
    assert said.count("put the policy in quotes") == 2


# --- which are the same -----------------------------------------------------------------------------------------------


def test_the_same_class_with_other_parameters_is_another_policy(own):
    found = find_all(
        ["peak_flash", "peak_flash(lasts=240)", "peak_flash(lasts=250)", f"{own}(name=A)", f"{own}(name=a)"]
    )
    names = ["peak_flash", "peak_flash(lasts=240)", "peak_flash(lasts=250)", "mine(name=A)", "mine(name=a)-2"]
    assert [policy.name for policy in found] == names
    assert len({policy.identity for policy in found}) == len({policy.origin for policy in found}) == 5


@pytest.mark.parametrize(
    "again", ["peak_flash(lasts=240.0, discount=0.3)", "policies/peak_flash.py:PeakFlash(discount=0.30, lasts=240)"]
)
def test_the_same_parameters_are_the_same_policy(monkeypatch, again):
    monkeypatch.chdir(Path(__file__).parents[2])
    with pytest.raises(MatchdayError, match="are the same policy: name one of them"):
        find_all(["peak_flash(discount=0.3, lasts=240)", again])


def test_samples_keep_their_names(tmp_path):
    written(
        tmp_path,
        "class Mine:\n    def __init__(self, discount=0.1): pass\n    def decide(self, view): return []",
        "peak_flash.py",
    )
    found = find_all([f"{tmp_path / 'peak_flash.py'}(discount=0.3)", "peak_flash(discount=0.30)"])
    assert [policy.name for policy in found] == ["peak_flash(discount=0.3)-2", "peak_flash(discount=0.3)"]


def test_identity_is_of_source_class_and_parameters_wherever_the_file_lies(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, two = (str(written(tmp_path / name, OWN + MINE)) for name in "ab")
    identity = find(f"{one}:Own(cap=5)").identity
    assert identity == find(f"{two}:Own(cap=5)").identity
    assert find(f"{one}:Own(cap=5)").origin != find(f"{two}:Own(cap=5)").origin
    others = [
        find(spec).identity for spec in (f"{one}:Own", f"{one}:Own(cap=6)", f"{one}:Mine", f"{one}:Own(until='5')")
    ]
    assert len({identity, *others}) == 5
    written(tmp_path / "b", OWN + MINE + "# changed")
    assert find(f"{two}:Own(cap=5)").identity != identity


# --- played -----------------------------------------------------------------------------------------------------------


def test_parameters_reach_the_worker_and_files_stay_in_their_folder(own, tmp_path):
    specs = ["blast", "blast(lasts=15)", f"{own}(name='../../x:y')", f"{own}(name='../../x/y')"]
    plan = Plan(world(), find_all(specs), 5, 1, 60, ledger=tmp_path / "ledger")
    one = list(play_all(plan))
    ledgers = files(tmp_path / "ledger") - {"viewers", "viewers/0.parquet"}
    assert {"blast-0.parquet", "blast(lasts=15)-0.parquet"} <= ledgers
    assert len(ledgers) == 4
    assert all(re.fullmatch(r"[\w.()=-]+-0\.parquet", name) for name in ledgers)
    two = list(play_all(plan, executor(2)))
    assert [night.ledger_sha256 for night in one] == [night.ledger_sha256 for night in two]
    assert one[0].ledger_sha256 != one[1].ledger_sha256
    pd.testing.assert_frame_equal(table(one), table(two))


def test_a_run_with_parameters_is_compared_kept_and_played_again(here, matchday):
    flash = "peak_flash(discount=0.3, lasts=240)"
    spec = "./rules.yaml(rules.goals.show.lasts=3)"
    written(here, RULES, "rules.yaml")
    code, out, said = matchday(
        "compare", "night.yaml", "-p", "no_push", "-p", flash, "-p", spec, "--viewers", "40", "-n", "2"
    )
    assert code == 0, said
    assert max(map(len, out.splitlines()[:-1])) <= 80
    assert "what the rules of rules(rules.goals.show.lasts=3) did" in out
    folder = Path(out.strip().splitlines()[-1])
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["policies"][flash]["spec"] == flash
    (policy,) = plan_again(folder, flash).policies
    assert policy.make().lasts == 240.0
    code, told, said = matchday("explain", str(folder), "-p", flash, "--viewer", "3")
    assert code == 0, said
    assert f"policy {flash}" in told


def test_a_baseline_takes_parameters_and_may_be_written_otherwise(here):
    request = Request(here / "night.yaml", ("blast", "lull_only(rest=600)"))
    plan, name = plan_comparison(request, "lull_only(rest=600.0)")
    assert (name, [policy.name for policy in plan.policies]) == (
        "lull_only(rest=600)",
        ["lull_only(rest=600)", "blast"],
    )
    plan, name = plan_comparison(request, "lull_only")
    assert [policy.name for policy in plan.policies] == ["lull_only", "blast", "lull_only(rest=600)"]


def test_rules_are_held_against_the_scenario_as_they_are_given(rules):
    (never,) = rule_problems_of(f"{rules}(rules.goals.show.pick.category=hats)", world())
    assert "hats" in never.message
    assert rule_problems_of(rules, world()) == []


# --- the library ------------------------------------------------------------------------------------------------------


def test_the_list_tells_what_samples_take(matchday):
    _, out, _ = matchday("list", "policies")
    told = {line.split()[0]: line for line in out.splitlines()}
    assert told["peak_flash"].endswith(" (discount=0.15, lasts=360)")
    assert not told["no_push"].endswith(")")
    for sample in available():
        if sample.file.suffix == ".py" and "Scored" not in sample.file.read_text():
            parameters = parameters_of(type(find(sample.name).make()))
            assert all(f"{name}=" in told[sample.name] for name in parameters)


def test_every_parameter_of_a_sample_is_told_by_its_class():
    for sample in available():
        if sample.file.suffix == ".py":
            chosen = type(find(sample.name).make())
            assert all(f"`{name}`" in chosen.__doc__ for name in parameters_of(chosen)), sample.name
