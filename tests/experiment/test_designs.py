"""Designs of A/B tests: who is in which arm, what reaches them, and what tests report beside the truth."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.engine.ledger import Kind
from sim.engine.play import play
from sim.errors import MatchdayError
from sim.experiment.abtest.designs import CONTROL, DESIGNS, SPLIT, TREATMENT, Turns, blocks_in, split
from sim.experiment.abtest.mixed import Mixed
from sim.experiment.abtest.session import Asked, prepared
from sim.experiment.abtest.verdicts import Nights, verdicts
from sim.experiment.abtest.worlds import NAMES, Told, Trial, play_one
from sim.experiment.request import Request
from sim.policy.find import FoundPolicy
from sim.policy.push import Offer, Push
from sim.report.abtest import conclusion
from sim.world.match import DAY
from sim.world.redlines import RedLines
from tests.worlds import shop, world

BLOCK = 900.0
SIZES = {"viewer": 1, "match": 4, "switchback": 4, "cluster": 4}
EAGER = {  # everybody looks, clicks and buys, so that few nights tell much
    "audience": {"viewers": 80, "segments": {"all": {"share": 1.0, "browse": {"median": 2.0}}}},
    "timing": {"window": 60.0},
    "assumptions": {"click_base": -1.0, "buy_base": -1.0, "cart_paid": 1.0, "order_paid": 1.0},
}
SCENARIO = """
name: Small
match: {source: generated, home: {name: Reds, expected_goals: 1.8}, away: {name: Blues, expected_goals: 1.4}}
audience: {viewers: 60, segments: {all: {share: 1.0, browse: {median: 2.0}}}}
shop:
  products: {shirt: {name: Shirt, category: jersey, price: 80, cost: 30, stock: 4}}
timing: {window: 60}
days_after: 1
assumptions: {click_base: -1, buy_base: -1}
experiment: {seed: 4, replications: 4}
"""


class Says:
    """The same goods again and again, to all or in teams."""

    item, every, team, discount = "red-shirt", 300.0, 0, 0.2

    def __init__(self):
        self.due = -np.inf

    def decide(self, view):
        if view.time < self.due:
            return []
        self.due = view.time + self.every
        terms = Offer(self.item, self.discount, team=self.team)
        return [Push("side_panel", terms, view.time + 250.0)]


class SaysBall(Says):
    item = "ball"


class InTeams(Says):
    team, every = 3, 1200.0


class Nothing:
    def decide(self, view):
        return []


class Lined(Says):
    red_lines = RedLines(mode="enforce", most=2)


def found(kind, name="") -> FoundPolicy:
    return FoundPolicy(name or kind.__name__, kind.__name__, "", Path(__file__), kind.__name__, kind, {})


def trial(control, treatment, replications=4, stock=5000, designs=DESIGNS, **changes) -> Trial:
    small = world(shop=shop(stock=stock), **{**EAGER, **changes})
    arms = found(control), found(treatment, "treatment")
    return Trial(small, arms, designs, 3, replications, small.scenario.audience.viewers, BLOCK)


def told(control, treatment, replications=4, **how):
    asked = trial(control, treatment, replications, **how)
    nights = Nights([play_one(asked, *job) for job in asked.jobs])
    return verdicts(nights, {design: SIZES[design] for design in asked.designs})


# --- arms -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", ["viewer", "cluster"])
def test_arms_part_the_viewers_whatever_the_policies_and_the_shelf(design):
    (people,) = split(design, world(), 3, 0, 80, BLOCK)
    (again,) = split(design, world(shop=shop(stock=1)), 3, 0, 80, BLOCK)
    arms = [set(people.reached(arm, None, 0.0)) for arm in (CONTROL, TREATMENT)]
    assert arms[0].isdisjoint(arms[1])
    assert arms[0] | arms[1] == set(range(80))
    assert all(arms)
    np.testing.assert_array_equal(people.arms, again.arms)
    some = np.array([3, 5, 70])
    assert set(people.reached(TREATMENT, some, 0.0)) == arms[1] & set(some)


def test_a_viewer_s_arm_does_not_depend_on_how_many_there_are():
    small, large = (split("viewer", world(), 3, 0, viewers, BLOCK)[0].arms for viewers in (80, 120))
    np.testing.assert_array_equal(small, large[:80])


def test_cells_are_whole_and_mirrored_in_the_second_night_of_a_pair():
    by_cell = []
    for replication in (4, 5):
        arms = split("cluster", world(), 3, replication, 80, BLOCK)[0].arms
        side = world().night(3, replication, 80).crowd.known["side"]
        cells = [np.unique(arms[side == s]) for s in range(3)]
        assert all(len(cell) == 1 for cell in cells)
        by_cell.append(np.concatenate(cells))
    np.testing.assert_array_equal(by_cell[0], 1 - by_cell[1])


def test_turns_are_mirrored_and_end_where_the_next_begins():
    first, second = (split("switchback", world(days_after=2.0), 3, r, 80, BLOCK)[0] for r in (0, 1))
    assert isinstance(first, Turns)
    assert isinstance(second, Turns)
    times = np.append(np.arange(first.opens, first.closes, 60.0), first.closes + DAY * np.array([0.0, 0.5, 1.0]))
    same = np.append(times[times < min(first.closes, second.closes)], times[-3:])
    np.testing.assert_array_equal(first.at(same[:-3]), 1 - second.at(same[:-3]))
    np.testing.assert_array_equal(first.at(times[-3:]), 1 - second.at(second.closes + DAY * np.array([0.0, 0.5, 1.0])))
    assert set(first.at(times)) == {CONTROL, TREATMENT}
    for time in times:
        until = first.until(time)
        assert time < until
        assert first.at(time) == first.at(until - 1e-6)
    assert first.until(first.opens) == first.opens + BLOCK
    assert blocks_in(first.opens, first.closes, BLOCK) * BLOCK >= first.closes - first.opens


@pytest.mark.parametrize("design", SPLIT)
def test_nobody_is_shown_a_push_of_the_other_arm(design):
    asked = trial(SaysBall, Says)
    (part,) = split(design, asked.world, 3, 0, 80, BLOCK)
    night = asked.world.night(3, 0, 80)
    played = play(night, Mixed(part, asked.arms), "both", keep=True)
    rows = played.ledger.rows()
    shown = rows[rows["kind"] == Kind.EXPOSURE]
    arm = np.where(shown["item"] == night.catalogue.keys.index("red-shirt"), TREATMENT, CONTROL)
    own = part.at(shown["time"]) if isinstance(part, Turns) else part.arms[shown["viewer"]]
    assert set(arm) == {CONTROL, TREATMENT}
    np.testing.assert_array_equal(arm, own)


def test_a_policy_against_itself_is_its_own_night_with_teams_of_both_arms():
    asked = trial(InTeams, InTeams)
    (part,) = split("viewer", asked.world, 3, 0, 80, BLOCK)
    both = play(asked.world.night(3, 0, 80), Mixed(part, asked.arms), "x", keep=True)
    alone = play(asked.world.night(3, 0, 80), InTeams(), "x", keep=True)
    assert both.ledger.sha256 == alone.ledger.sha256
    assert alone.books.total(Kind.TEAM_FULL)


# --- what is reported -------------------------------------------------------------------------------------------------


def test_a_policy_against_itself_has_no_effect_and_tests_say_so():
    said = told(Says, Says, replications=6, designs=("viewer", "match"))
    assert all(each["mean"] == each["low"] == each["high"] == 0.0 for each in said["true"].values())
    for design, each in said["designs"].items():
        orders = each["measures"]["orders"]
        assert orders["bias"]["low"] <= 0.0 <= orders["bias"]["high"], design
        assert orders["coverage"] >= 0.75, design
        assert orders["coverage"] == pytest.approx(1.0 - orders["detected"])
        assert orders["overstatement"] is orders["nights_needed"] is None


def test_with_endless_stock_no_design_is_biased():
    said = told(Nothing, Says, replications=4)
    assert said["true"]["orders"]["low"] > 0.0
    assert said["sold_out"]["treatment"] == 0.0
    for design, each in said["designs"].items():
        bias = each["measures"]["orders"]["bias"]
        assert bias["low"] <= 0.0 <= bias["high"], design
    assert said["designs"]["switchback"]["measures"]["annoyance"] is None


def test_with_a_short_shelf_viewers_are_biased_and_whole_nights_are_not():
    said = told(Nothing, Says, replications=6, stock=4, designs=("viewer", "match"))
    orders = {design: each["measures"]["orders"] for design, each in said["designs"].items()}
    assert said["sold_out"]["treatment"] == 1.0
    assert orders["viewer"]["bias"]["low"] > 0.0
    assert orders["match"]["bias"]["mean"] == pytest.approx(0.0, abs=1e-9)
    assert orders["match"]["estimate"] == pytest.approx(said["true"]["orders"]["mean"])
    words = conclusion(said, {"replications": 6})
    assert words.startswith("No true effect on orders can be told from 6 nights")
    assert "a test by viewer would report" in words
    assert "both arms sell from one shelf, and it runs out. A test by match (within 0.0) shows no bias" in words


def test_worlds_share_their_nights_and_arms_add_up():
    asked = trial(Says, Says, days_after=3.0)
    whole, viewer, cluster = (play_one(asked, 0, name) for name in ("control", "viewer", "cluster"))
    for each in (viewer, cluster):
        np.testing.assert_allclose(each.totals.sum(axis=0), whole.totals[CONTROL])
        np.testing.assert_allclose(each.squares.sum(axis=0), whole.squares[CONTROL])
        assert each.viewers.sum() == 80
    assert whole.totals[TREATMENT].sum() == 0.0


def test_what_happens_in_turns_is_all_that_happens():
    asked = trial(Nothing, Nothing, days_after=3.0)
    whole, turns = (play_one(asked, 0, name) for name in ("control", "switchback"))
    np.testing.assert_allclose(turns.totals.sum(axis=0)[:3], whole.totals[CONTROL][:3])
    assert (turns.totals[:, 0] > 0.0).all()
    assert np.isnan(turns.totals[:, NAMES.index("annoyance")]).all()


# --- the numbers ------------------------------------------------------------------------------------------------------


def drawn(replications: int) -> tuple[Nights, list[tuple[np.ndarray, np.ndarray]]]:
    """Nights without an engine: what each viewer of each arm has, in all measures alike."""
    rng, nights, people = np.random.default_rng(5), [], []
    for r in range(replications):
        arms = rng.poisson(0.5, 60).astype(float), rng.poisson(0.8, 40).astype(float)
        people.append(arms)
        totals, squares = (
            np.repeat([[f(arm)] for arm in arms], len(NAMES), 1) for f in (np.sum, lambda x: (x**2).sum())
        )
        none, n = np.zeros(1, np.int64), np.array([60.0, 40.0])
        for name in ("control", "treatment", *SPLIT):
            noise = {"control": 0.0, "treatment": 1.0}.get(name, 0.0)
            nights.append(Told(r, name, totals + noise * rng.normal(30.0, 5.0), squares, n, False, none))
    return Nights(nights), people


def test_a_test_by_viewer_is_welch_s():
    nights, people = drawn(6)
    blocks = nights.blocks("viewer")
    for (control, treatment), estimate, half in zip(people, blocks.estimates, blocks.halves, strict=True):
        welch = stats.ttest_ind(treatment, control, equal_var=False)
        low, high = welch.confidence_interval(0.95)
        assert estimate[0] == pytest.approx(100.0 * (treatment.mean() - control.mean()))
        assert half[0] == pytest.approx(100.0 * (high - low) / 2.0)


def test_pairs_add_up_the_arms_of_both_nights_and_whole_nights_take_turns():
    nights, people = drawn(5)
    sums = np.array([[arm.sum() for arm in arms] for arms in people])
    cluster, match = nights.blocks("cluster"), nights.blocks("match")
    np.testing.assert_allclose(cluster.estimates[:, 0], [np.diff(sums[k : k + 2]).sum() for k in (0, 2)])
    np.testing.assert_allclose(
        match.estimates[:, 0], [nights.treatment[k + 1, 0] - nights.control[k, 0] for k in (0, 2)]
    )
    np.testing.assert_allclose(match.truths[:, 0], nights.truths[:4, 0].reshape(2, 2).mean(axis=1))


def test_nights_needed_are_those_that_find_the_effect_four_times_in_five():
    nights, _ = drawn(40)
    n = verdicts(nights, {"match": 4})["true"]["orders"]["nights_needed"]
    effect, spread = nights.truths[:, 0].mean(), nights.truths[:, 0].std(ddof=1)

    def power(m: int) -> float:
        return float(stats.nct.sf(stats.t.ppf(0.975, m - 1), m - 1, effect / spread * np.sqrt(m)))

    assert power(n) >= 0.75
    assert n == 2 or power(n - 1) < 0.85


# --- what is refused, and the command ---------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(SCENARIO)
    return file


def asked(file, *policies, **changes) -> Asked:
    return Asked(Request(file, policies, replications=changes.pop("n", 8)), **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nights": 5}, "goes in pairs of nights"),
        ({"nights": 10}, "cannot have more nights than are played"),
        ({"n": 2}, "need at least 4 nights"),
    ],
)
def test_tests_that_cannot_be_are_refused(file, changes, said):
    with pytest.raises(MatchdayError, match=said):
        prepared(asked(file, "no_push", "blast", **changes))


def test_a_test_has_two_arms_of_the_same_red_lines(file):
    with pytest.raises(MatchdayError, match="two policies, the control first"):
        prepared(asked(file, "no_push"))
    with pytest.raises(MatchdayError, match=r"frequency_capped: red lines .* --design match"):
        prepared(asked(file, "no_push", "frequency_capped"))
    assert prepared(asked(file, "no_push", "frequency_capped", designs=("match",)))
    assert prepared(asked(file, "frequency_capped", "frequency_capped"))


def test_the_command_tells_a_series_of_stocks_and_writes_it(here, matchday):
    (here / "small.yaml").write_text(SCENARIO)
    how = "small.yaml", "-p", "no_push", "-p", "blast", "-n", 4, "--stock", "0.5,2", "--design", "match"
    outs = [word for form in ("json", "md", "csv", "svg") for word in ("-o", f"out.{form}")]
    code, out, err = matchday("abtest", *how, *outs)
    assert code == 0, err
    assert "stock 0.5 × base demand" in out
    assert max(map(len, out.splitlines())) <= 80
    assert '"schema_version": 1' in (here / "out.json").read_text()
    assert len((here / "out.csv").read_text().splitlines()) == 1 + 2 * len(NAMES)
    assert "<svg" in (here / "out.svg").read_text()


def test_the_same_command_gives_the_same_again(here, matchday):
    (here / "small.yaml").write_text(SCENARIO)
    how = "abtest", "small.yaml", "-p", "no_push", "-p", "blast", "-n", 4, "--design", "viewer", "-o", "out.json"
    code, out, err = matchday(*how)
    assert code == 0, err
    first = (here / "out.json").read_bytes()
    assert matchday(*how)[1] == out
    assert (here / "out.json").read_bytes() == first


def test_the_command_refuses_what_cannot_be_written_or_read(here, matchday):
    (here / "small.yaml").write_text(SCENARIO)
    how = "abtest", "small.yaml", "-p", "no_push", "-p", "blast"
    assert "say which with --stock" in matchday(*how, "-o", "x.svg")[2]
    assert "multiples are numbers" in matchday(*how, "--stock", "much")[2]
    assert matchday(*how, "--design", "viewers")[0] == 2


PAGE = Path("docs/abtest.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\.venv/bin/python run_sim\.py (abtest scenarios/.*)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda text: text.split("-p")[-1][:40])
def test_every_command_of_the_page_runs(command, tmp_path, matchday, monkeypatch):
    root = Path.cwd()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs/figures").mkdir(parents=True)
    few = re.sub(r"-n \d+", "-n 4 --viewers 100", command).replace("0.75,1,1.25,1.5,2", "0.75,2")
    code, out, err = matchday(*few.replace("scenarios/", f"{root}/scenarios/").split())
    assert code == 0, err
    assert "true effect" in out
    assert all((tmp_path / file).is_file() for file in re.findall(r"-o (\S+)", command))
