"""Learning: logged nights, what is fitted to them, and what they say of other policies."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io as sio

from sim.engine.play import play
from sim.errors import MatchdayError
from sim.learning.arms import ARMS, by_category
from sim.learning.features import NAMES, features, turned_to
from sim.learning.logs import logged_night
from sim.learning.model import TARGETS, Model, design, fit, load_model
from sim.learning.offpolicy import doubly_robust, ips, over_nights, snips
from sim.learning.rounds import EXPLORING, Moment, Rounds, exploring
from sim.learning.scored import Scored, values
from sim.learning.training import export_open_bandit, train
from sim.measures.parts import pushes
from sim.policy.find import find
from sim.world.night import World
from tests.worlds import shop, world

NIGHTS, PEOPLE = 5, 500


def eager() -> World:
    """People who click, buy and mute so readily that few nights teach something."""
    easy = {"click_base": -1.5, "buy_base": -2.0, "mute_rate": 0.02, "order_paid": 1.0}
    people = {"viewers": PEOPLE, "segments": {"all": {"consent": 0.7, "stay": {"median": 120}}}}
    return world(audience=people, shop=shop(5000), assumptions=easy, timing={"window": 60})


@pytest.fixture(scope="module")
def logs() -> pd.DataFrame:
    return pd.concat([logged_night(eager(), exploring, 5, r, PEOPLE) for r in range(NIGHTS)], ignore_index=True)


@pytest.fixture(scope="module")
def model(logs) -> Model:
    return fit(logs, range(NIGHTS), {"scenario": "eager", "seed": 5, "nights": NIGHTS, "viewers": PEOPLE})


def test_arms_are_drawn_with_the_chances_that_are_logged(logs):
    assert (logs["chance"] == EXPLORING.astype(np.float32)[logs["arm"]]).all()
    shares = np.bincount(logs["arm"], minlength=len(ARMS)) / len(logs)
    assert np.abs(shares - EXPLORING).max() < 0.01


def test_what_came_of_a_showing_stands_with_it(logs):
    assert (logs.loc[logs["arm"] == 0, ["click", "mute"]] == 0).all(axis=None)
    assert 0 < logs["mute"].sum() < logs["click"].sum()
    assert logs.loc[logs["consent"] == 0, "order"].isna().all()
    assert logs.loc[logs["consent"] == 1, "order"].sum() > 20
    night = eager().night(5, 0)
    policy = Rounds(exploring, log=True)
    told = pushes(play(night, policy, "p"))
    first = logs[logs["night"] == 0]
    by_arm = told.groupby("because")["clicks"].sum()
    for number, arm in enumerate(ARMS):  # a click counts once a viewer and round
        assert first.loc[first["arm"] == number, "click"].sum() == by_arm.get(arm.name, 0)


def test_features_tell_nothing_of_orders_of_who_has_not_consented(logs):
    closed = logs[logs["consent"] == 0]
    assert (closed[["bought", "history"]] == 0).all(axis=None)
    assert np.isfinite(logs[list(NAMES)].to_numpy()).all()
    assert np.abs(logs[list(NAMES)].to_numpy()).max() < 8


def test_models_are_better_than_chance_on_nights_they_have_not_seen(model):
    assert model.quality["click"].auc > 0.55
    for target in TARGETS:
        q = model.quality[target]
        assert q.rows > 1000
        assert q.calibration_error < max(0.02, q.observed)


def test_scores_are_the_models_own(model, logs):
    x = logs[list(NAMES)].to_numpy()[:500]
    prices = {number: 20.0 + number for number in range(1, len(ARMS))}
    for target in TARGETS:
        told = model.chances(target, x, prices)
        for number, price in prices.items():
            rows = design(x, np.full(len(x), number, np.int8), np.full(len(x), price))
            np.testing.assert_allclose(told[number], model.estimators[target].predict_proba(rows)[:, 1], rtol=1e-6)


def test_what_is_kept_comes_back(model, tmp_path):
    sha256 = model.save(tmp_path)
    again = load_model(tmp_path, sha256)
    assert again.quality == model.quality
    x = np.ones((3, len(NAMES)))
    told, kept = (m.chances("click", x, {2: 20.0})[2] for m in (model, again))
    assert (told == kept).all()


def test_models_that_were_changed_or_hold_anything_else_are_refused(model, tmp_path):
    sha256 = model.save(tmp_path)
    with pytest.raises(MatchdayError, match="has changed since the policy beside it was written"):
        load_model(tmp_path, "0" * 64)
    (tmp_path / "click.skops").write_bytes((tmp_path / "mute.skops").read_bytes() + b"x")
    with pytest.raises(MatchdayError, match=r"click\.skops is not the one that model\.json beside it tells of"):
        load_model(tmp_path, sha256)
    with pytest.raises(MatchdayError, match="there is no model in"):
        load_model(tmp_path / "nowhere")
    facts = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**facts, "features": ["x"]}))
    with pytest.raises(MatchdayError, match="is of another version"):
        load_model(tmp_path)
    (tmp_path / "model.json").write_text("[]")
    with pytest.raises(MatchdayError, match="is no model that `train` has written"):
        load_model(tmp_path)


class Stranger:
    """Something that is no model."""


def test_what_is_no_model_is_not_loaded(model, tmp_path):
    Model({**model.estimators, "click": Stranger()}, model.quality, model.trained).save(tmp_path)
    with pytest.raises(MatchdayError, match=r"click\.skops holds .*Stranger, which is no part of a model"):
        load_model(tmp_path)
    assert sio.get_untrusted_types(file=tmp_path / "click.skops")


def test_too_little_to_learn_from_is_said(logs):
    with pytest.raises(MatchdayError, match="three nights at least"):
        fit(logs, range(2), {})
    with pytest.raises(MatchdayError, match=r"too little to learn from: 0 of 'click'.*many more nights"):
        fit(logs.assign(click=0.0), range(NIGHTS), {})
    shown = logs[logs["arm"] > 0]
    rare = shown.assign(mute=(shown.groupby("night").cumcount() < 2).astype(float))
    with pytest.raises(MatchdayError, match=r"2 of 'mute'.*and 5 are needed: play about 13 nights"):
        fit(rare, range(NIGHTS), {})


# --- what logs say of other policies ----------------------------------------------------------------------------------


def test_estimates_are_right_where_the_truth_is_known():
    rng = np.random.default_rng(1)
    n, wanted, logging = 200_000, np.array([0.1, 0.2, 0.7]), np.array([0.5, 0.3, 0.2])
    x = rng.random(n)
    truth = np.stack([0.1 + 0.1 * x, 0.3 * x, 0.5 - 0.3 * x], axis=1)
    arm = rng.choice(3, n, p=logging)
    reward = (rng.random(n) < truth[np.arange(n), arm]).astype(float)
    right = float((truth * wanted).sum(axis=1).mean())
    chances = np.tile(wanted, (n, 1))
    args = reward, logging[arm], chances[np.arange(n), arm]
    wrong = np.full((n, 3), 0.4)
    estimates = [ips(*args), snips(*args, np.zeros(n, np.int64)), doubly_robust(*args[:2], chances, arm, truth)]
    for values_ in (*estimates, doubly_robust(*args[:2], chances, arm, wrong)):
        assert abs(values_.mean() - right) < 0.004
    assert estimates[2].var() < estimates[0].var()  # a good model makes it surer


def test_self_normalised_estimates_stay_within_the_rewards_whatever_the_nights_are():
    rng = np.random.default_rng(2)
    night = np.repeat([0, 1, 2], [10, 500, 3])
    wanted = np.where(night == 1, 0.1, 0.9) * (rng.random(len(night)) < 0.7)
    told = snips(np.ones(len(night)), np.full(len(night), 0.5), wanted, night)
    for n in np.unique(night):
        assert told[night == n].mean() == pytest.approx(1.0 if wanted[night == n].any() else 0.0)


def test_of_the_policy_that_logged_they_say_what_it_brought(logs):
    reward, chance = logs["click"].to_numpy(), logs["chance"].to_numpy(float)
    for values_ in (ips(reward, chance, chance), snips(reward, chance, chance, logs["night"].to_numpy())):
        np.testing.assert_allclose(values_, reward)
    told = over_nights(reward, logs["night"].to_numpy())
    assert told.mean == pytest.approx(logs.groupby("night")["click"].mean().mean())
    assert 0 < told.half_width < told.mean


# --- what was learnt, played ------------------------------------------------------------------------------------------


def test_train_keeps_a_policy_that_plays(tmp_path, matchday, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("eager.yaml").write_text(EAGER)
    code, out, said = matchday("train", "eager.yaml", "-o", "learnt", "-n", "4", "--viewers", "500", "--logs", "logs")
    assert code == 0, said
    assert "| click |" in out
    assert "| always a panel |" in out
    assert {f.name for f in Path("learnt").iterdir()} == {
        "card.md", "model.json", "learnt.py", "click.skops", "order.skops", "mute.skops",
    }  # fmt: skip
    rounds = pd.read_csv("logs/exploring/all/all.csv", index_col=0)
    assert list(rounds)[:5] == ["timestamp", "item_id", "position", "click", "propensity_score"]
    assert [name for name in rounds if name.startswith("user_feature_")] == [
        f"user_feature_{i}" for i in range(len(NAMES))
    ]
    assert len(pd.read_csv("logs/exploring/all/item_context.csv")) == len(ARMS)
    named = pd.read_csv("logs/exploring/all/features.csv", index_col=0)
    assert list(named["what"]) == [*NAMES, "discount", "surface"]
    policy = find("learnt/learnt.py")
    played = play(eager().night(9, 0), policy.make(), policy.name)
    assert set(pushes(played)["because"]) <= {arm.name for arm in ARMS}
    Path("learnt/model.json").write_text("{}")
    with pytest.raises(MatchdayError, match="has changed since the policy beside it was written: train again"):
        find("learnt/learnt.py")


EAGER = """\
name: Eager
match: {source: generated, home: {name: Reds, expected_goals: 1.6}, away: {name: Blues, expected_goals: 1.2}}
audience: {viewers: 500, segments: {all: {consent: 0.7, stay: {median: 120}}}}
shop:
  products:
    ball: {name: Ball, category: equipment, price: 30, cost: 12, stock: 4000}
    shirt: {name: Shirt, category: jersey, side: home, price: 70, cost: 30, stock: 4000}
assumptions: {click_base: -1.5, buy_base: -2.0, mute_rate: 0.02, order_paid: 1.0}
timing: {window: 60}
"""


def test_the_policy_does_what_is_worth_most(model, tmp_path):
    sha256 = model.save(tmp_path)
    checked = {"keen": 0, "others": 0}

    def worths(view, who, item):
        return values(model, Moment(who, features(view, view.viewers.take(who), item), 0, item))

    class Watching(Scored):
        folder = tmp_path

        def decide(self, view):
            said = super().decide(view)
            for push in said:
                who, item = push.audience, view.items[push.offer.item]
                arm = next(i for i, arm in enumerate(ARMS) if arm.name == push.because)
                side, keen = view.viewers.side[who], view.viewers.interests[who] > 0
                assert np.isin(item.side, (*side, 2))
                worth = worths(view, who, item)
                assert (worth[:, arm] == worth.max(axis=1)).all()
                assert (worth[:, arm] > 0).all()
                for other in by_category(view)[int(side[0])]:
                    assert (worths(view, who, other).max(axis=1) <= worth[:, arm] + 1e-6)[keen].all()
                checked["keen"] += keen.sum()
                checked["others"] += (~keen).sum()
            return said

    Watching.sha256 = sha256
    play(eager().night(9, 0), Watching(), "p")
    assert min(checked.values()) > 50


def test_the_dearer_annoyance_is_the_quieter_the_policy(model, tmp_path):
    shown = []
    for price in (0.0, 20.0, 1e6):
        policy = type("Priced", (Scored,), {"folder": tmp_path, "sha256": model.save(tmp_path)})()
        policy.price_of_annoyance = price
        shown.append(int(pushes(play(eager().night(9, 0), policy, "p"))["exposures"].sum()))
    assert shown[0] > shown[1] > shown[2] == 0


def test_samples_that_learn_play_the_same_night_twice():
    for name in ("bandit", "ml_scored"):
        policy = find(name)
        a, b = (play(eager().night(2, 0), policy.make(), name, keep=True).ledger.sha256 for _ in range(2))
        assert a == b


def test_the_bandit_prefers_what_pays(tmp_path):
    """Where a tenth off brings many clicks, it is shown more and more."""
    people = {"viewers": 3000, "segments": {"all": {"stay": {"median": 300}, "price_sensitivity": {"median": 30}}}}
    w = world(audience=people, shop=shop(50_000), assumptions={"click_base": -3.0, "click_discount": 1.5})
    told = pushes(play(w.night(2, 0), find("bandit").make(), "bandit"))
    off = told["because"].str.endswith("panel-10")
    half = len(told) // 2
    assert off[half:].mean() > max(0.4, off[:half].mean())


def test_features_are_of_those_who_are_asked_about():
    class Asking:
        def decide(self, view):
            who = np.array([3, 7, 11])
            shirt, ball = view.items["red-shirt"], view.items["ball"]
            x = features(view, view.viewers.take(who), shirt)
            assert x.shape == (3, len(NAMES))
            liked = x[:, NAMES.index("liked")]
            np.testing.assert_allclose(liked, np.log1p(view.viewers.interest("jersey")[who].astype(float)), rtol=1e-6)
            other = turned_to(x, view.viewers.take(who), ball)
            np.testing.assert_array_equal(other, features(view, view.viewers.take(who), ball))
            np.testing.assert_allclose(x[:, NAMES.index("shown")], np.log1p(view.viewers.shown[who]))
            return []

    play(eager().night(1, 0), Asking(), "asking")


def test_training_is_the_same_twice():
    a, b = (train(eager(), nights=3, viewers=300, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(a.logs, b.logs)
    assert a.model.quality == b.model.quality
    assert repr(a.beside) == repr(b.beside)
    assert [each.truth.mean > 0 for each in a.beside] == [True] * 6


def test_what_is_exported_can_be_read_and_weighs_right(logs, tmp_path):
    export_open_bandit(logs, tmp_path)
    rounds = pd.read_csv(tmp_path / "exploring" / "all" / "all.csv", index_col=0)
    assert (rounds["item_id"] == logs["arm"]).all()
    np.testing.assert_allclose(rounds["propensity_score"], logs["chance"], atol=1e-6)
    assert rounds["click"].sum() == logs["click"].sum()


def test_a_folder_that_cannot_be_written_is_said(tmp_path, matchday, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("eager.yaml").write_text(EAGER)
    Path("taken").write_text("")
    code, _, said = matchday("train", "eager.yaml", "-o", "taken")
    assert code == 2
    assert "taken is a file, not a folder" in said
