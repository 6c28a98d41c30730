"""Policies found by name, by file and class, and what is said when they are not."""

from __future__ import annotations

import hashlib
import pickle
import re
import sys
from pathlib import Path

import pytest

from sim.errors import InputError, MatchdayError, Problem
from sim.experiment.request import Request, plan_comparison
from sim.policy.check import PolicyError
from sim.policy.find import available, find, find_all
from sim.policy.source import sha256_of
from tests.command_line import SCENARIO
from tests.worlds import world

MINE = """
from dataclasses import dataclass

@dataclass
class Mine:
    rest: float = 1.0

    def decide(self, view):
        return []
"""
BROKEN = MINE.replace("1.0", "1.0\n\n    def __post_init__(self): 1 / 0")


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_samples_are_found_by_name_and_say_what_they_are():
    samples = {sample.name: sample.about for sample in available()}
    assert {"no_push", "blast", "peak_flash", "lull_only"} <= set(samples)
    assert all(samples.values())
    policy = find("blast")
    assert (policy.name, policy.spec, len(policy.source_sha256)) == ("blast", "blast", 64)
    assert policy.make() is not policy.make()


def test_the_working_directory_comes_before_the_package(tmp_path, monkeypatch):
    (tmp_path / "policies").mkdir()
    written(tmp_path / "policies", MINE, "blast.py")
    monkeypatch.chdir(tmp_path)
    assert type(find("blast").make()).__name__ == "Mine"
    assert find("no_push").name == "no_push"


def test_an_own_policy_by_file_and_class(tmp_path):
    file = written(tmp_path, MINE)
    assert find(f"{file}:Mine").name == "Mine"
    assert find(str(file)).name == "mine"
    assert not (tmp_path / "__pycache__").exists()


def test_names_that_clash_are_told_apart(tmp_path):
    first, second = written(tmp_path, MINE, "a.py"), written(tmp_path, MINE, "b.py")
    third = written(tmp_path, MINE.replace("Mine", "mine"), "c.py")
    found = find_all([f"{first}:Mine", f"{second}:Mine", f"{third}:mine"])
    assert [policy.name for policy in found] == ["Mine", "Mine-2", "mine-3"]


def test_no_name_is_given_that_another_policy_has(tmp_path):
    (tmp_path / "y").mkdir()
    files = [written(tmp_path, MINE, "a.py"), written(tmp_path, MINE, "a-2.py"), written(tmp_path / "y", MINE, "a.py")]
    assert [policy.name for policy in find_all(map(str, files))] == ["a", "a-2", "a-3"]


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("blast", "policy 'blast' is named twice"),
        ("policies/blast.py:Blast", "'blast' and 'policies/blast.py:Blast' are the same policy: name one of them"),
        ("./policies/../policies/blast.py", "are the same policy"),
    ],
)
def test_a_policy_that_is_named_twice_is_refused_whatever_it_is_called(monkeypatch, second, said):
    monkeypatch.chdir(Path(__file__).parents[2])
    with pytest.raises(MatchdayError, match=re.escape(said)):
        find_all(["blast", "no_push", second])


def test_a_scenario_that_names_a_policy_twice_is_told_where(here, matchday):
    (here / "night.yaml").write_text(SCENARIO.replace("[blast, lull_only]", "[blast, blast]"))
    code, said, _ = matchday("validate", "night.yaml")
    assert code == 2
    assert "night.yaml:14:58: " in said
    assert "policy 'blast' is named twice" in said


def test_a_baseline_may_go_by_another_name_than_among_the_policies(here):
    written(here, MINE)
    plan, name = plan_comparison(Request(here / "night.yaml", ("blast", "mine.py")), "./mine.py:Mine")
    assert (name, [policy.name for policy in plan.policies]) == ("mine", ["mine", "blast"])


def test_a_class_that_is_called_like_the_baseline_is_not_it(here):
    written(here, MINE.replace("Mine", "no_push"))
    plan, name = plan_comparison(Request(here / "night.yaml", ("mine.py:no_push", "blast")), None)
    assert (name, [policy.spec for policy in plan.policies]) == ("no_push", ["no_push", "mine.py:no_push", "blast"])
    plan, name = plan_comparison(Request(here / "night.yaml", ("mine.py:no_push", "blast")), "mine.py:no_push")
    assert [policy.spec for policy in plan.policies] == ["mine.py:no_push", "blast"]
    plan, name = plan_comparison(Request(here / "night.yaml", ("mine.py:no_push", "blast")), "blast")
    assert name == "blast"


def test_a_baseline_may_be_called_by_the_name_of_its_class(here):
    written(here, MINE)
    plan, name = plan_comparison(Request(here / "night.yaml", ("blast", "mine.py:Mine")), "Mine")
    assert (name, len(plan.policies)) == ("Mine", 2)


HELPED = """
from helpers import Rest

class Mine:
    def __init__(self):
        from later import WHEN
        self.said = Rest().seconds, WHEN

    def decide(self, view):
        return []
"""
HELPERS = """
from __future__ import annotations
from dataclasses import dataclass
import helpers

@dataclass
class Rest:
    seconds: float = {}
"""


def helped(folder: Path, rest: float) -> Path:
    folder.mkdir(exist_ok=True)
    written(folder, HELPERS.format(rest), "helpers.py")
    written(folder, f"WHEN = {rest}\n", "later.py")
    return written(folder, HELPED)


def test_a_policy_imports_files_beside_it_and_shares_them_with_no_other(tmp_path):
    first, second = helped(tmp_path / "a", 1.0), helped(tmp_path / "b", 2.0)
    one, two = find(str(first)), find(str(second))
    assert (one.make().said, two.make().said, one.make().said) == ((1.0, 1.0), (2.0, 2.0), (1.0, 1.0))
    assert not {"helpers", "later"} & set(sys.modules)
    assert str(first.parent) not in sys.path
    assert not list(tmp_path.rglob("__pycache__"))


COUNTING = """
import counts

nights = []

class Counting:
    def __init__(self):
        nights.append(1)
        counts.nights.append(1)
        self.nights = len(nights), len(counts.nights)

    def decide(self, view):
        return []
"""


def test_every_night_finds_the_globals_of_a_policy_at_their_beginning(tmp_path):
    written(tmp_path, "nights = []\n", "counts.py")
    found = find(str(written(tmp_path, COUNTING)))
    assert [found.make().nights for _ in range(3)] == [(1, 1)] * 3


def test_the_hash_of_a_policy_is_that_of_all_its_files(tmp_path):
    file = helped(tmp_path, 1.0)
    hashes = [find(str(file)).source_sha256]
    for name in ("mine.py", "helpers.py", "later.py"):
        written(tmp_path, (tmp_path / name).read_text() + "# changed\n", name)
        hashes.append(find(str(file)).source_sha256)
    assert len(set(hashes)) == 4
    written(tmp_path, "x = 1\n", "unused.py")
    assert find(str(file)).source_sha256 == hashes[-1]
    alone = written(tmp_path, MINE, "alone.py")
    assert find(str(alone)).source_sha256 == hashlib.sha256(MINE.encode()).hexdigest()


def test_a_helper_that_fails_once_is_tried_again(tmp_path):
    written(tmp_path, "import sys\nsys.tries = getattr(sys, 'tries', 0) + 1\n1 / (sys.tries - 1)\n", "h.py")
    text = "try:\n    import h\nexcept ZeroDivisionError:\n    import h\n" + MINE
    assert find(str(written(tmp_path, text))).name == "mine"
    del sys.tries


@pytest.mark.parametrize(
    ("spec", "text", "said"),
    [
        ("blsat", "", "did you mean 'blast'"),
        ("nowhere.py:Mine", "", "cannot read nowhere.py"),
        ("{file}:Mien", MINE, "no class 'Mien' — did you mean 'Mine'"),
        ("{file}", "x = 1\n", "no class with a method decide"),
        ("{file}", MINE + MINE.replace("Mine", "Yours"), "several classes"),
        ("{file}:Mine", "class Mine:\n    pass\n", "no method decide"),
        ("{file}:Mine", "Mine = 3\n", "no class but int"),
        ("{file}:Mine", MINE.replace("def decide", "async def decide"), "Mine.decide is async; a plain method"),
        ("{file}:Mine", "class Mine:\n  def decide(self, view)\n", "mine.py:2:"),
        ("{file}:Mine", "import os\nimport nosuchmodule\n", "mine.py:2: cannot be imported: ModuleNotFoundError"),
        ("{file}:Mine", "raise SystemExit(0)\n", "mine.py:1: cannot be imported: SystemExit"),
        ("{file}:Mine", BROKEN, "mine.py:8: Mine() cannot be made: ZeroDivisionError"),
        ("{file}:Mine", BROKEN.replace("1 / 0", "exit(0)"), "mine.py:8: Mine() cannot be made: SystemExit"),
        ("{file}:Mine", "import bad\n" + MINE, "bad.py:2:"),
        ("{file}:Mine", "import worse\n" + MINE, "worse.py:1: cannot be imported: ZeroDivisionError"),
        ("{file}:Mine", "from worse import x\n", "worse.py:1: cannot be imported: ZeroDivisionError"),
        ("{file}:Mine", "x = '\0'\n", "mine.py: cannot be imported"),
    ],
)  # fmt: skip
def test_what_is_no_policy_is_named_with_its_place(tmp_path, spec, text, said):
    file = written(tmp_path, text)
    written(tmp_path, "\nx = (\n", "bad.py")
    written(tmp_path, "1 / 0\n", "worse.py")
    with pytest.raises(MatchdayError) as raised:
        find(spec.format(file=file))
    assert said in str(raised.value)


def test_errors_survive_the_way_home_from_a_worker():
    class Bad:
        def decide(self, view):
            raise ValueError("no")

    from sim.engine.play import play

    with pytest.raises(PolicyError) as raised:
        play(world().night(1, 0), Bad(), "bad")
    again = pickle.loads(pickle.dumps(raised.value))
    assert isinstance(again, PolicyError)
    assert str(again) == str(raised.value)
    error = InputError([Problem(Path("a.yaml"), 1, 2, "x", "bad"), Problem(Path("a.yaml"), 2, 2, "y", "worse")])
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


# --- installed --------------------------------------------------------------------------------------------------------

PACKAGED = "from our_policies.helper import SHARE\n" + MINE.replace(
    "class Mine:", 'class Mine:\n    """A derby needs care.\n\n    Much."""'
)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with policies, as pip would have installed it."""
    (tmp_path / "our_policies").mkdir()
    written(tmp_path / "our_policies", "", "__init__.py")
    written(tmp_path / "our_policies", "SHARE = 1", "helper.py")
    written(tmp_path / "our_policies", PACKAGED, "derby.py")
    facts = tmp_path / "our_policies-1.dist-info"
    facts.mkdir()
    written(facts, "Metadata-Version: 2.1\nName: our-policies\nVersion: 1\n", "METADATA")
    points = "derby = our_policies.derby:Mine\nblast = our_policies.derby:Mine\nbroken = our_policies.none:Mine\n"
    written(facts, f"[matchday.policies]\n{points}", "entry_points.txt")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / "our_policies"
    for name in [name for name in sys.modules if name.partition(".")[0] == "our_policies"]:
        del sys.modules[name]


def test_an_installed_policy_is_found_by_name_and_hashed_with_all_of_its_package(package):
    policy = find("derby")
    assert (policy.name, policy.spec) == ("derby", "derby")
    assert type(policy.make()).__name__ == "Mine"
    written(package, "SHARE = 2", "helper.py")
    assert find("derby").source_sha256 != policy.source_sha256


def test_its_hash_is_the_same_wherever_the_package_lies(package):
    texts = {name: (package / name).read_bytes() for name in ("__init__.py", "derby.py", "helper.py")}
    assert find("derby").source_sha256 == sha256_of(texts)


def test_an_installed_policy_takes_parameters(package, matchday):
    policy = find("derby(rest=2)")
    assert (policy.name, policy.make().rest) == ("derby(rest=2)", 2.0)
    with pytest.raises(
        MatchdayError, match=r"policy 'derby' \(our_policies.derby:Mine\) takes no parameter 'tiredness'"
    ):
        find("derby(tiredness=2)")
    assert "(installed: our_policies.derby:Mine) (rest=1)" in matchday("list", "policies")[1]


def test_installed_policies_are_listed_with_what_they_say_of_themselves(package, matchday):
    code, out, _ = matchday("list", "policies")
    assert code == 0
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert "A derby needs care. (installed: our_policies.derby:Mine)" in lines["derby"]
    assert "cannot be imported: ModuleNotFoundError" in lines["broken"]
    assert out.count("hidden by the sample of that name") == 1
    assert type(find("blast").make()).__name__ == "Blast"
    with pytest.raises(MatchdayError, match=r"policy 'broken' .* ModuleNotFoundError"):
        find("broken")


# --- words ------------------------------------------------------------------------------------------------------------


def test_a_file_that_was_meant_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "name: Mine\n", "mine.yaml")
    with pytest.raises(MatchdayError, match=r"no policy 'mine' — did you mean the file mine\.yaml\?"):
        find("mine")
    with pytest.raises(MatchdayError, match=r"a rule file holds one policy, and takes no ':name' behind it"):
        find("mine.yaml:Mine")


def test_wrong_red_lines_of_a_class_are_told_in_a_line(tmp_path):
    lines = "from sim.policy import RedLines\n" + MINE + '    red_lines = RedLines(mode="enforcee")\n'
    with pytest.raises(MatchdayError) as wrong:
        find(str(written(tmp_path, lines)))
    assert "mode: Input should be 'off', 'audit' or 'enforce'" in str(wrong.value)
    assert "http" not in str(wrong.value)


def test_samples_keep_their_names(tmp_path):
    other = written(tmp_path, MINE, "no_push.py")
    assert [policy.name for policy in find_all([str(other), "no_push"])] == ["no_push-2", "no_push"]
