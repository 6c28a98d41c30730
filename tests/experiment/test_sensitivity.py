"""Effects against functions whose effects are known, rules against planted ones, and the command as users meet it."""

from __future__ import annotations

import json
import pickle
import re
import shlex
import signal
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.assumptions import assumptions
from sim.experiment import lives
from sim.experiment.effects import LEVELS, base_sample, effects, indices, luck, sizes, trajectories
from sim.experiment.plausible import Space, Uncertain, space_of
from sim.experiment.request import Request, plan_run
from sim.experiment.sensitivity import Budget, sensitivity, table
from sim.experiment.winners import NOBODY, Condition, Share, best, rule, settled
from sim.experiment.winners import luck as luck_of
from sim.measures.outcomes import NAMES
from sim.report.sensitivity import direction, sentences
from sim.stop import Stopped
from sim.world.night import load_world
from sim.world.scenario import Scenario
from tests.worlds import world

SCENARIOS = [f for f in sorted(Path("scenarios").glob("*/*.yaml")) if f.parent.name != "matches"]


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


# --- effects ----------------------------------------------------------------------------------------------------------


def test_a_straight_line_has_its_slopes_as_elementary_effects_and_nothing_that_bends():
    slopes = np.array([3.0, -2.0, 0.0, 0.5])
    design = trajectories(4, 5, rng())
    found = effects(design, design @ slopes)
    assert found.mu == pytest.approx(slopes)
    assert found.mu_star == pytest.approx(abs(slopes))
    assert found.sigma == pytest.approx(np.zeros(4), abs=1e-9)
    assert found.half == pytest.approx(np.zeros(4), abs=1e-9)


def test_sizes_of_many_outputs_are_the_mu_star_of_each():
    design = trajectories(3, 6, rng())
    outputs = np.stack([design[:, 0] * design[:, 1], np.sin(5.0 * design[:, 2]), np.ones(len(design))], axis=1)
    expected = [effects(design, column).mu_star for column in outputs.T]
    assert sizes(design, outputs) == pytest.approx(np.array(expected).T)


def test_a_world_without_an_outcome_costs_its_trajectory_and_no_other():
    design = trajectories(3, 4, rng())
    output = design @ np.array([1.0, 2.0, 3.0])
    output[5] = np.nan
    assert effects(design, output).mu == pytest.approx([1.0, 2.0, 3.0])
    assert sizes(design, output[:, np.newaxis])[:, 0] == pytest.approx([1.0, 2.0, 3.0])
    assert np.isnan(effects(design, np.full(16, np.nan)).mu_star).all()


def test_indices_of_the_ishigami_function_are_those_that_are_known():
    # a = 7, b = 0.1: Ishigami & Homma 1990; values as in Saltelli et al. 2008, Global Sensitivity Analysis.
    design = base_sample(3, 1024, rng())
    x = np.pi * (2.0 * design - 1.0)
    output = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    found = indices(3, output)
    assert found.first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.05)
    assert found.total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.05)
    assert (found.total_half > 0.0).all()
    output[7] = np.nan  # of the row that it is in, nothing counts
    assert indices(3, output).total == pytest.approx(found.total, abs=0.02)


def test_what_is_the_same_everywhere_has_no_variance_to_share():
    assert indices(2, np.ones(16)).total.tolist() == [0.0, 0.0]


def test_an_input_that_does_nothing_seems_to_have_the_effect_that_luck_gives_it():
    design = trajectories(40, 50, rng())
    noise = rng(2).normal(scale=3.0, size=len(design))
    assert effects(design, noise).mu_star.mean() == pytest.approx(luck(3.0), rel=0.05)
    assert LEVELS == 4


# --- plausible worlds -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda f: f.stem)
def test_every_plausible_world_of_every_scenario_is_a_scenario(file):
    space = space_of(load_world(file).scenario)
    n, whole = len(space.ranges), {r.path for r in space.ranges if r.over.whole}
    points = np.vstack([np.zeros(n), np.ones(n), rng().integers(0, 2, (3, n)), rng().random((3, n))])
    for values in space.values(points):
        told = {a.path: a for a in assumptions(space.changed(values))}
        assert set(space.paths) <= set(values)
        for path, value in values.items():
            assert told[path].value == value
            assert told[path].low - 1e-9 <= value <= told[path].high + 1e-9
            assert isinstance(told[path].value, int) == (path in whole)
    assert not [path for path in space.paths if path.startswith("red_lines")]


def test_wide_ranges_are_cut_into_ratios_and_whole_numbers_stay_whole():
    by_path = {r.path: r.over for r in space_of(world().scenario).ranges}
    wide, narrow = by_path["experiment.viewer_worth"], by_path["assumptions.click_base"]
    whole = by_path["assumptions.packing_wave"]
    half = np.array([0.0, 0.5, 1.0])
    assert wide.at(half) == pytest.approx([0.5, np.sqrt(0.5 * 15.0), 15.0])
    low, high = narrow.low, narrow.high
    assert narrow.at(half) == pytest.approx([low, (low + high) / 2, high])
    assert set(whole.at(np.linspace(0.0, 1.0, 500))) == set(range(1, 61))
    assert wide.back(float(wide.straight(np.array([4.0]))[0])) == pytest.approx(4.0)


def test_shares_that_are_drawn_move_those_that_are_not():
    scenario = world().scenario
    space = space_of(scenario, ["audience.sides.home"])
    (values,) = space.values(np.array([[1.0]]))
    assert set(values) == {"audience.sides.home", "audience.sides.away", "audience.sides.neutral"}
    assert sum(values.values()) == pytest.approx(1.0)
    own = scenario.audience.sides
    assert values["audience.sides.home"] == pytest.approx(0.9 / (0.9 + own.away + own.neutral))


def test_a_share_that_is_alone_is_not_varied():
    assert not [p for p in space_of(world().scenario).paths if p.startswith("audience.segments") and "share" in p]


# --- winners ----------------------------------------------------------------------------------------------------------


def test_the_best_is_the_one_with_most_or_least_and_nobody_where_it_is_shared():
    values = np.array([[3.0, 1.0], [1.0, 2.0], [2.0, 2.0]])
    assert best(values, ["a", "b"], more=True) == ["a", "b", NOBODY]
    assert best(values, ["a", "b"], more=False) == ["b", "a", NOBODY]


def test_shares_have_wilson_intervals():
    assert Share(20, 80).interval == pytest.approx((0.168, 0.355), abs=0.001)
    assert np.isnan(Share(0, 0).share)


def test_a_planted_rule_is_found_and_noise_is_not_taken_for_one():
    x = rng().random((128, 6))
    found = rule(x, np.where(x[:, 3] < 0.4, "a", "b").tolist())
    assert found.helps
    assert {leaf.winner: leaf.conditions for leaf in found.leaves} == {
        "a": (Condition(3, True, pytest.approx(0.4, abs=0.02)),),
        "b": (Condition(3, False, pytest.approx(0.4, abs=0.02)),),
    }
    assert all(leaf.right == leaf.worlds for leaf in found.leaves)
    assert found.right > 120 > found.majority_right
    assert not rule(x, rng(5).choice(["a", "b"], 128).tolist()).helps
    assert rule(x, ["a"] * 128).leaves[0].conditions == ()


def test_two_conditions_are_found_where_it_takes_two():
    x = rng().random((300, 4))
    found = rule(x, np.where((x[:, 1] > 0.5) & (x[:, 2] < 0.6), "a", "b").tolist())
    (leaf,) = (leaf for leaf in found.leaves if leaf.winner == "a")
    assert {(c.input, c.below) for c in leaf.conditions} == {(1, False), (2, True)}


def test_luck_is_told_apart_from_what_worlds_do():
    noise = rng().normal(size=(400, 4))
    assert luck_of(noise)[1] == pytest.approx(1.0, abs=0.15)
    error, part = luck_of(noise + rng(2).normal(scale=2.0, size=(400, 1)))
    assert (error, part) == (pytest.approx(0.5, abs=0.03), pytest.approx(0.25 / 4.25, abs=0.02))
    assert settled(noise).share == pytest.approx(0.05, abs=0.03)
    assert settled(noise + 100.0).share == 1.0
    assert settled(noise[:, :1] + 100.0).share == 0.0  # one night settles nothing


# --- the whole, with a response that is known -------------------------------------------------------------------------

VARIED = ("assumptions.click_*", "experiment.viewer_worth")
LUCK = (-0.01, 0.0, 0.01)  # of the nights


def found_with(respond, here: Path, *policies: str, metric: str = "net_value", **how):
    """The analysis of what `respond` says each policy comes to in each world and night, instead of nights played."""
    plan = plan_run(Request(here / "night.yaml", policies or ("no_push", "blast"), (), None, 3))
    space = space_of(plan.world.scenario, VARIED)
    usual = {r.path: r.assumption.value for r in space.ranges}

    def lived(values):
        outcomes = np.ones((len(plan.policies), 3, len(NAMES)))
        told = respond({**usual, **values})
        outcomes[:, :, NAMES.index(metric)] = np.array(told)[:, np.newaxis] + np.outer(range(len(told)), LUCK)
        return outcomes

    @contextmanager
    def made_up(_):
        yield lambda jobs: map(lived, jobs)

    return sensitivity(plan, space, metric, Budget(100, 4, 32, 3), executor=made_up, **how)


def threshold(values):
    return [0.0, 10.0 * (0.6 - values["assumptions.click_wear"]) + 0.1 * values["assumptions.click_base"] + 0.3]


def test_who_wins_where_is_said_with_the_threshold_in_its_own_unit(here):
    found = found_with(threshold, here)
    assert found.kept[:2] == ("assumptions.click_wear", "assumptions.click_base")
    assert {found.ahead, found.behind} == {"no_push", "blast"}
    told = " ".join(sentences(found))
    assert "blast wins when assumptions.click_wear < 0.6" in told
    assert "loss of clicking with the logarithm of the pushes noticed tonight [logit per log push]" in told
    lead = {name: share.share for name, share in found.shares.items()}
    assert lead["no_push"] == pytest.approx(0.6, abs=0.05)  # the range ends at 1.5
    assert found.beats("no_push", "blast").share == lead["no_push"]
    assert found.indices.total[0] > 0.99
    assert found.settled.share > 0.8


def test_a_margin_makes_winning_harder(here):
    found = found_with(threshold, here, margin=3.0)
    assert found.beats("blast", "no_push").share == pytest.approx(0.2, abs=0.05)
    assert "by more than 3" in " ".join(sentences(found))


def test_less_is_better_where_the_metric_says_so(here):
    found = found_with(lambda values: [values["assumptions.click_wear"], 9.0], here, metric="mutes")
    assert found.shares["no_push"].share == 1.0
    assert found.effects.mu[found.space.paths.index("assumptions.click_wear")] == pytest.approx(-1.5)
    assert "names anybody but no_push" in " ".join(sentences(found))


def test_a_policy_that_sees_the_latent_may_play_but_gets_no_advice(here):
    found = found_with(lambda values: [*threshold(values), 99.0], here, "no_push", "blast", "oracle")
    assert "oracle" not in {found.ahead, found.behind, *found.shares}
    assert "oracle sees what no platform sees: it was played, and is no advice." in list(sentences(found))


def test_a_direction_is_told_where_there_is_one():
    assert [direction(*x) for x in ((2.0, 2.0), (-2.0, 2.5), (0.1, 2.0), (0.0, 0.0))] == ["up", "down", "both", ""]


# --- the whole, played ------------------------------------------------------------------------------------------------


@contextmanager
def travelling(prepare):
    """As to a worker process and back."""
    work = pickle.loads(pickle.dumps(prepare))()
    yield lambda jobs: (pickle.loads(pickle.dumps(work(pickle.loads(pickle.dumps(job))))) for job in jobs)


def test_worlds_that_the_form_refuses_are_counted_and_left_out(here):
    plan = plan_run(Request(here / "night.yaml", ("no_push", "blast"), ("days_after=0",), None, 1, 20))
    (a,) = space_of(plan.world.scenario, ["audience.arrivals.never"]).ranges  # must be below 1
    space = Space(
        Scenario.model_validate(plan.world.scenario.model_dump()), (Uncertain(replace(a.assumption, high=100.0)),)
    )
    found = sensitivity(plan, space, "net_value", Budget(10, 2, 0, 1), executor=travelling)
    refused = [values["audience.arrivals.never"] >= 1.0 for values in found.plausible.values]
    assert len(found.winners) == 10 - sum(refused) < 10
    assert any("audience.arrivals.never" in why for why in found.refused)
    assert "cannot be varied freely: audience.arrivals.never" in " ".join(sentences(found))
    rows = table(found)
    assert len(rows) == 2 * (1 + 10 + 4)
    assert (rows[rows["sample"] == "plausible"]["net_value"].isna() == np.repeat(refused, 2)).all()


LITTLE = ("--vary", "assumptions.click_wear", "--vary", "experiment.viewer_worth", "--worlds", 10, "--trajectories", 2)


def test_the_command_says_and_writes_what_it_found(here, matchday):
    out_files = [x for end in ("json", "md", "csv", "svg", "parquet") for x in ("-o", f"s.{end}")]
    command = (
        "sensitivity",
        "night.yaml",
        "-p",
        "no_push",
        "-p",
        "blast",
        *LITTLE,
        "--viewers",
        20,
        "-n",
        1,
        "--set",
        "days_after=0",
    )
    code, out, err = matchday(*command, "--sobol", 0, *out_files)
    assert code == 0
    assert "34 nights: 17 worlds x 2 policies x 1; 2 assumptions vary" in err
    assert max(map(len, out.splitlines())) <= 80
    assert "experiment.viewer_worth" in out
    said = json.loads((here / "s.json").read_text())
    assert (said["schema_version"], said["metric"], said["worlds"]["screen"]) == (1, "net_value", 6)
    assert sum(share["worlds"] for share in said["best"].values()) == 10
    assert (here / "s.md").read_text().startswith("# What net_value hangs on: Test night")
    assert [line.split(",")[0] for line in (here / "s.csv").read_text().splitlines()[1:]] == [
        row["path"] for row in said["assumptions"]
    ]
    assert (here / "s.svg").read_text().count("<svg") == 1
    rows = pd.read_parquet(here / "s.parquet")
    assert len(rows) == 2 * sum(said["worlds"].values())
    assert rows.groupby("sample")["assumptions.click_wear"].nunique()["plausible"] == 10


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-p", "no_push"], "two policies at least"),
        (["-p", "no_push", "-p", "oracle"], "two policies at least that may be advised"),
        (["-p", "no_push", "-p", "blast", "--metric", "clicks"], "no better end"),
        (["-p", "no_push", "-p", "blast", "--metric", "net_valu"], "did you mean 'net_value'?"),
        (["-p", "no_push", "-p", "blast", "--vary", "assumptions.click_wea"], "did you mean 'assumptions.click_wear'?"),
        (["-p", "no_push", "-p", "blast", "--vary", "clicks.*"], "no assumption that can be varied is called so"),
        (["-p", "no_push", "-p", "blast", "--sobol", "12"], "power of two"),
        (["-p", "no_push", "-p", "blast", "-o", "x.xls"], "unknown extension '.xls'"),
    ],
)
def test_what_cannot_be_said_is_refused_before_anything_is_played(here, matchday, words, said):
    code, out, err = matchday("sensitivity", "night.yaml", *words)
    assert (code, out) == (2, "")
    assert said in " ".join(err.replace("│", " ").split())


def test_what_was_stopped_goes_on_and_says_the_same(here, matchday, monkeypatch):
    command = "sensitivity", "night.yaml", "-p", "no_push", "-p", "blast", *LITTLE, "--sobol", 0, "-n", 1
    night, played = lives._night, []

    def stopping(*job):
        played.append(job)
        if len(played) == 9:
            raise Stopped(signal.SIGINT)
        return night(*job)

    monkeypatch.setattr(lives, "_night", stopping)
    code, _, err = matchday(*command)
    assert code == 130
    assert "4 finished worlds kept: the same command goes on from there" in err
    code, told, _ = matchday(*command)
    assert code == 0
    rest = len(played) - 9
    assert matchday(*command)[1] == told
    assert len(played) == 9 + rest
    assert matchday(*command, "--no-resume")[1] == told
    assert len(played) == 9 + rest + 8 + rest


PAGE = Path("docs/sensitivity.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\.venv/bin/python run_sim\.py ((?:.*\\\n)*.*)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda text: text.split("-p")[0].strip()[-30:])
def test_every_command_of_the_page_runs(command, tmp_path, matchday, monkeypatch):
    """With made-up outcomes: that nights can be played is shown above."""
    monkeypatch.setattr(lives, "_night", lambda plan, number, _: rng(number).random(len(NAMES)).tolist())
    root = Path.cwd()
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command.replace("\\\n", " ").replace("scenarios/", f"{root}/scenarios/"))
    few = () if "--vary" in words else ("--vary", "assumptions.click_*")
    code, out, err = matchday(*words, *few, "--worlds", 10, "--trajectories", 2, "--sobol", 0)
    assert code == 0, err
    assert "What moves the lead of" in out
