"""A gate: what passes, what fails, what cannot be told; what is stored for it, and what it writes."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import sim
from sim.experiment.gate import RANK, Gate, adjusted, judged, looks, until_decided, verdict, verdict_of
from sim.experiment.runs import Plan, values_of
from sim.policy.find import find_all
from sim.world.experiment import Check
from tests.command_line import SCENARIO, draw_nothing
from tests.experiment.nights import nights
from tests.worlds import world

PLAN = Plan(world(), find_all(("blast", "no_push")), 1, 120, 60)


def check(require="<= 5%", metric="annoyance_mean", vs="no_push", **more) -> Check:
    return Check.model_validate({"metric": metric, "vs": vs, "require": require, **more})


def held(checks, own, other=(), metric="annoyance_mean"):
    """Verdicts on `blast` beside `no_push`, from values that are made up."""
    given = {"blast": own, **({"no_push": other} if len(other) else {})}
    return judged(
        Gate(tuple(checks), ("blast",), {"no_push": "no_push"}).evidence(partial(values_of, nights(metric, given)))
    )


def around(mean, spread=1.0, n=60, seed=1):
    """Values of exactly this mean and standard deviation."""
    x = np.random.default_rng(seed).standard_normal(n)
    return mean + spread * (x - x.mean()) / x.std(ddof=1)


@pytest.mark.parametrize(
    ("require", "mean", "said"),
    [
        ("<= 2", 1.0, "pass"), ("<= 2", 3.0, "fail"), ("<= 2", 1.9, "inconclusive"), ("<= 2", 2.1, "inconclusive"),
        (">= -2", -1.0, "pass"), (">= -2", -3.0, "fail"), ("> 0", 1.0, "pass"), ("> 0", -1.0, "fail"),
        ("< 0", 0.1, "inconclusive"), ("<= +2.5", 1.0, "pass"),
    ],
)  # fmt: skip
def test_a_whole_interval_within_passes_wholly_outside_fails_and_else_is_inconclusive(require, mean, said):
    (found,) = held([check(require, vs=None)], around(mean))
    assert found["verdict"] == said
    bound, inside = found["bound"], found["low"] > found["bound"] or found["high"] < found["bound"]
    assert bound == pytest.approx(float(require.split()[1]))
    assert inside == (said != "inconclusive")
    assert found["mean"] == pytest.approx(mean)


def test_a_difference_is_paired_by_night_and_a_share_is_of_what_it_is_compared_with():
    night = around(100.0, 30.0)
    (found,) = held([check("<= 5%")], night + around(4.0, 0.5, seed=2), night)
    assert (found["verdict"], found["mean"]) == ("pass", pytest.approx(4.0))
    assert found["bound"] == pytest.approx(5.0)
    assert held([check("<= 5%")], night * 1.06, night)[0]["verdict"] == "fail"
    assert held([check(">= -5%", "net_margin")], -night * 1.06, -night, "net_margin")[0]["verdict"] == "fail"


def test_what_is_the_same_every_night_is_within_what_allows_no_change():
    night = around(3.0)
    told = {require: held([check(require)], night, night)[0]["verdict"] for require in ("<= 0", ">= 0", "< 0", "<= 5%")}
    assert told == {"<= 0": "pass", ">= 0": "pass", "< 0": "fail", "<= 5%": "pass"}
    assert held([check("<= 0")], night[:5], night[:5])[0]["verdict"] == "inconclusive"


def test_nights_without_a_value_count_in_no_pair_and_none_at_all_is_inconclusive():
    night = around(3.0)
    gaps = np.where(np.arange(60) % 2, night, np.nan)
    assert held([check("<= 5%")], gaps, night)[0]["nights"] == 30
    nothing = held([check("<= 5%")], np.full(60, np.nan), night)[0]
    assert (nothing["verdict"], nothing["mean"]) == ("inconclusive", None)
    json.dumps(nothing, allow_nan=False)


def test_the_more_checks_the_more_each_must_show():
    lone = check("<= 2", vs=None)
    x = around(1.72)
    assert held([lone], x)[0]["verdict"] == "pass"
    assert held([lone] * 9, x)[0]["verdict"] == "inconclusive"
    wider = [held([lone] * k, x)[0]["high"] for k in (1, 9)]
    assert wider[0] < 2.0 < wider[1]


def test_warnings_do_not_stop_a_gate():
    found = held([check("<= 2", vs=None), check("<= 0", vs=None, severity="warning")], around(1.0))
    assert [f["verdict"] for f in found] == ["pass", "fail"]
    assert verdict_of(found) == "pass"
    assert verdict_of(held([check("<= 2", vs=None), check("<= 0.9", vs=None)], around(1.0))) == "inconclusive"


def test_nobody_is_held_to_itself(shop, matchday):
    (shop / "gated.yaml").write_text(only(shop, '{metric: orders, vs: no_push, require: ">= 0"}'))
    code, _, err = matchday("gate", "gated.yaml", "-p", "no_push")
    assert code == 12
    assert "nothing was checked: no_push would be held to itself" in err


def test_warnings_cost_no_check_its_verdict():
    lone, x = check("<= 2", vs=None), around(1.72)
    told = held([lone, *[check("<= 0", vs=None, severity="warning")] * 8], x)
    assert told[0] == held([lone], x)[0] | {"place": 0}
    assert told[0]["verdict"] == "pass"


def test_nights_are_doubled_until_every_check_is_decided():
    assert looks(120) == [30, 60, 120]
    assert looks(25) == [25]
    plan, gate = replace(PLAN, policies=PLAN.policies[:1]), Gate((check("<= 2", vs=None),), ("blast",), {})
    clear, close = (nights("annoyance_mean", {"blast": around(mean, n=120)}) for mean in (0.0, 1.99))
    schedule = until_decided(plan, gate)
    assert [len(schedule(clear[:n])) for n in (0, 30)] == [30, 0]
    assert [len(schedule(close[:n])) for n in (0, 30, 60, 120)] == [30, 30, 60, 0]


def gated(rng, shift, share=0.05):
    """The verdict on a policy whose annoyance is worse by `shift` of the margin, night after night as it would come."""
    night = 0.5 + 0.1 * rng.standard_normal(120)
    own = night * (1.0 + shift * share) + 0.03 * rng.standard_normal(120)
    gate = Gate((check(f"<= {share:.0%}"), check("> -1", vs=None)), ("blast",), {"no_push": "no_push"})
    every = nights("annoyance_mean", {"blast": own, "no_push": night})
    schedule, done = until_decided(PLAN, gate), 0
    while jobs := schedule(every[:done]):
        done += len(jobs)
    found = gate.evidence(partial(values_of, every[:done]))
    return max((verdict(*one) for one in zip(found, adjusted(found, len(looks(120))), strict=True)), key=RANK.index)


def test_a_regression_of_twice_its_margin_fails_and_no_change_passes():
    rng = np.random.default_rng(5)
    assert sum(gated(rng, 2.0) == "fail" for _ in range(100)) >= 95
    assert sum(gated(rng, 0.0) == "pass" for _ in range(100)) >= 95


def test_a_policy_on_the_margin_is_let_through_as_rarely_as_promised():
    """2.5% of either side over all looks and checks, within three standard errors of 200 trials."""
    rng = np.random.default_rng(6)
    assert sum(gated(rng, 1.0) == "pass" for _ in range(200)) / 200 <= 0.025 + 3 * (0.025 * 0.975 / 200) ** 0.5


# --- the commands -----------------------------------------------------------------------------------------------------

CHECKS = """
  gate:
    - {metric: annoyance_mean, require: "<= 5%"}
    - {metric: orders, vs: no_push, require: ">= -50"}
    - {metric: mutes, vs: null, require: "<= -1", severity: warning}
"""


def write_scenarios(folder):
    text = SCENARIO.replace(
        "experiment: {seed: 4, replications: 2, policies: [blast, lull_only]}", "experiment:\n  seed: 4"
    )
    (folder / "gated.yaml").write_text(text + "  policies: [lull_only]" + CHECKS)
    (folder / "bare.yaml").write_text(text)


@pytest.fixture
def shop(here):
    """A scenario with checks, whose nights are few."""
    write_scenarios(here)
    return here


def only(shop, one):
    """The scenario with one check."""
    return (shop / "bare.yaml").read_text() + f"  gate:\n    - {one}\n"


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Results with eight nights of two policies, and the run's folder in them."""
    folder = tmp_path_factory.mktemp("blessed")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        draw_nothing(patch)
        write_scenarios(folder)
        run = sim.run("gated.yaml", ["lull_only", "blast"], 8).folder
    return folder / "results", run


@pytest.fixture
def blessed(shop, matchday, played):
    """A baseline of eight nights of lull_only."""
    results, run = played
    shutil.copytree(results, shop / "results")
    code, out, err = matchday("bless", run, "--as", "main", "-p", "lull_only")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "results/baselines/main.json"
    return run


def test_an_unchanged_policy_passes_in_every_form(shop, matchday, blessed):
    files = [x for name in ("g.xml", "g.md", "g.json") for x in ("-o", name)]
    code, out, _ = matchday("gate", "gated.yaml", "--baseline", "main", *files)
    assert code == 0
    assert "gate passed: 2 passed; 1 only told" in out.splitlines()
    assert re.search(r"^Nights of \d+ viewers, seed 4:", out, re.MULTILINE)
    assert "✗ lull_only: mutes <= -1: fail (warning)" in out.splitlines()
    told = json.loads((shop / "g.json").read_text())
    assert (told["schema_version"], told["passed"], told["verdict"]) == (1, True, "pass")
    assert [c["mean"] for c in told["checks"][:1]] == [0.0]
    suite = ET.parse(shop / "g.xml").getroot().find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "0", "1")
    assert [case.get("name") for case in suite.iter("testcase")][2] == "mutes <= -1 (warning)"
    assert "## Gate passed: 2 passed" in (shop / "g.md").read_text()
    assert all((shop / out.splitlines()[-1] / name).is_file() for name in ("gate.json", "gate.junit.xml", "gate.md"))


def test_a_worse_policy_fails_at_the_line_of_the_check(shop, matchday, blessed):
    code, out, _ = matchday("gate", "gated.yaml", "--baseline", "main", "-p", "blast", "--format", "github")
    assert code == 10
    assert any(line.startswith("::error file=gated.yaml,line=18,col=7::") for line in out.splitlines())
    assert "annoyance_mean vs baseline <= 5%25: fail" in out
    assert any(line.startswith("✗ blast: annoyance_mean vs baseline <= 5%: fail") for line in out.splitlines())


def test_what_cannot_be_told_is_another_exit_and_can_be_let_pass(shop, matchday, blessed):
    (shop / "gated.yaml").write_text(only(shop, '{metric: net_margin, require: "> 1"}'))
    args = ["gate", "gated.yaml", "-p", "blast", "--baseline", "main"]
    code, out, _ = matchday(*args)
    assert code == 11, out
    assert "would tell" in out
    assert matchday(*args, "--on-inconclusive", "warn")[0] == 0


def test_what_is_wrong_is_told_before_anything_is_played(shop, matchday, monkeypatch):
    monkeypatch.setattr("sim.experiment.runs.play_one", lambda *_: pytest.fail("played"))

    def refused(*args):
        code, out, err = matchday("gate", *args)
        assert out == ""
        return code, err

    assert refused("bare.yaml") == (12, "nothing was checked: bare.yaml has no `experiment.gate`\n")
    code, err = refused("gated.yaml", "--baseline", "main")
    assert (code, "no baseline 'main'" in err) == (2, True)
    code, err = refused("gated.yaml")
    assert (code, "say which with --baseline NAME" in err) == (2, True)
    (shop / "bad.yaml").write_text(only(shop, '{metric: order, vs: null, require: "> 0"}'))
    code, err = refused("bad.yaml")
    assert code == 2
    assert "bad.yaml:17:16: experiment.gate.0.metric: no metric 'order' — did you mean 'orders'?" in err
    (shop / "alone.yaml").write_text(only(shop, '{metric: orders, vs: null, require: "> 0"}'))
    code, err = refused("alone.yaml", "-p", "oracle")
    assert (code, "sees what no platform sees: no gate lets it pass" in err) == (2, True)
    assert not (shop / "results").exists()


def test_a_baseline_of_another_scenario_or_a_damaged_run_is_refused(shop, matchday, blessed):
    code, _, err = matchday("gate", "gated.yaml", "--baseline", "main", "--set", "shop.board_lag=30")
    assert (code, "blessed on another scenario" in err) == (2, True)
    code, _, err = matchday("gate", "gated.yaml", "--baseline", "../main")
    assert (code, "no name for a baseline" in err) == (2, True)
    before = (shop / "results/baselines/main.json").read_bytes()
    (shop / blessed / "replications.parquet").write_bytes(b"x")
    code, _, err = matchday("bless", blessed, "--as", "main", "-p", "lull_only")
    assert (code, "replications.parquet changed or gone" in err) == (2, True)
    assert (shop / "results/baselines/main.json").read_bytes() == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda told: told["outcomes"].update(mutes=[9.0] * 8), "is not what `bless` wrote"),
        (lambda told: told.update(viewers=-5), "is not what `bless` wrote"),
        (lambda told: told["outcomes"].pop("mutes"), "is not what `bless` wrote"),
        (lambda told: told["outcomes"]["mutes"].pop(), "outcomes.mutes has 7 nights, others 8"),
    ],
)
def test_a_baseline_that_was_changed_by_hand_is_refused(shop, matchday, blessed, change, why):
    file = shop / "results/baselines/main.json"
    told = json.loads(file.read_text())
    change(told)
    file.write_text(json.dumps(told))
    code, out, err = matchday("gate", "gated.yaml", "--baseline", "main")
    assert (code, out) == (2, "")
    assert "baselines/main.json" in err
    assert why in err
    assert matchday("bless", blessed, "--as", "main", "-p", "lull_only")[0] == 0
    assert matchday("gate", "gated.yaml", "--baseline", "main")[0] == 0


def test_a_run_is_reproduced_and_what_is_not_the_same_is_named(shop, matchday, blessed):
    code, out, err = matchday("reproduce", blessed)
    assert (code, out.splitlines()[-1].startswith("reproduced: all ")) == (0, True), out + err
    (shop / blessed / "people.parquet").write_bytes(b"x")
    code, out, _ = matchday("reproduce", blessed)
    assert code == 10
    assert "damaged    people.parquet" in out.splitlines()
    assert out.splitlines()[-1].startswith("not reproduced: 1 of ")


def test_verdicts_that_were_changed_by_hand_are_not_reproduced(shop, matchday, blessed):
    run = matchday("gate", "gated.yaml", "--baseline", "main")[1].splitlines()[-1]
    file = shop / run / "gate.json"
    file.write_text(file.read_text().replace("pass", "fail"))
    code, out, _ = matchday("reproduce", run)
    assert code == 10
    assert "damaged    gate.json" in out.splitlines()
