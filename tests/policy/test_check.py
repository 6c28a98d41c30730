"""Policies that misbehave stop the run with their name, the match clock, the reason and the line."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from sim.measures.parts import pushes
from sim.policy import EVERYONE, Offer, Push
from sim.policy.check import PolicyError
from sim.policy.find import find
from tests.worlds import lived, shop, world


def saying(what):
    class Odd:
        def decide(self, view):
            return what(view)

    return Odd()


def forever(view):
    while True:
        yield Push("pop_up", Offer("ball"), view.time + 60)


def push(view, surface="pop_up", item="ball", discount=0.0, lasts=60.0, audience="everyone"):
    return Push(surface, Offer(item, discount), view.time + lasts, audience)


def to(audience):
    return lambda view: [push(view, audience=audience(view))]


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (lambda view: sys.exit(0), "raised SystemExit"),
        (lambda view: 1 / 0, "raised ZeroDivisionError"),
        (lambda view: None, "decide() gave None; return [] to push nothing"),
        (push, "must give a list of Push, gave Push"),
        (lambda view: "pop_up", "gave str"),
        (lambda view: [3], "must give Push, gave int"),
        (forever, "more than 16 pushes"),
        (lambda view: [push(view, "popup")], "did you mean 'pop_up'"),
        (lambda view: [push(view, np.array([1, 2]))], "unknown surface array([1, 2])"),
        (lambda view: [push(view, item="bal")], "did you mean 'ball'"),
        (lambda view: [push(view, item=[])], "there is no item []"),
        (lambda view: [push(view, item="x" * 500)], f"there is no item '{'x' * 36}…"),
        (lambda view: [push(view, discount=-0.1)], "from 0 to 0.9"),
        (lambda view: [push(view, discount=float("nan"))], "from 0 to 0.9, not nan"),
        (lambda view: [push(view, discount="10%")], "from 0 to 0.9, not '10%'"),
        (lambda view: [push(view, lasts=0)], "must expire some time after now"),
        (lambda view: [Push("pop_up", Offer("ball"), 10**400)], "must expire some time after now"),
        (lambda view: [Push("pop_up", "ball", view.time + 60)], "a push carries an Offer, not str"),
        (
            to(lambda view: view.viewers.side[:3] == 0),
            "one entry a viewer, shape (80,); got an array of bool",
        ),
        (to(lambda view: (view.viewers.side == 0)[:, None]), "one dimension; got an array of bool of shape (80, 1)"),
        (to(lambda view: np.array(3)), "one dimension; got an array of int64 of shape ()"),
        (to(lambda view: view.viewers.minutes_watched), "of int; got an array of float64 of shape (80,)"),
        (to(lambda view: np.array(["a"], object)), "of int; got an array of object of shape (1,)"),
        (to(lambda view: [1, 2]), "one NumPy array, not list"),
        (to(lambda view: "home"), "not 'home'"),
        (to(lambda view: np.array([-1, 80])), "run from 0 to 79; got -1 to 80"),
        (to(lambda view: view.viewers.side.astype(int) * 0), "viewer 0 is named twice"),
    ],
)
def test_the_run_stops_with_name_clock_and_reason(what, reason):
    with pytest.raises(PolicyError, match=r"policy 'scripted' at -30:00 \(-1800 s\)") as stopped:
        lived(world(), saying(what))
    assert reason in str(stopped.value)


def test_a_policy_cannot_write_on_what_it_sees():
    def scribble(view):
        view.viewers._Viewers__known.base["present"][:] = 0
        return []

    with pytest.raises(PolicyError, match="read-only"):
        lived(world(), saying(scribble))


def test_what_a_policy_keeps_of_a_view_tells_nothing_later():
    kept = []

    def keep(view):
        kept.append(view.viewers)
        assert kept[0].present.sum() == 0
        return []

    with pytest.raises(PolicyError, match="only be asked about while the policy decides"):
        lived(world(), saying(keep))
    assert len(kept) == 2


def stopped_by(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    with pytest.raises(PolicyError) as stopped:
        lived(world(), find(str(folder / "mine.py")).make())
    return str(stopped.value)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("1 / 0", 3),
        ("view.mask(\n            sied=0,\n        )", 3),  # raised in the library: where it was called
        ("yield 1 / 0", 3),
        ("for _ in view.news: pass\n        return self.rest(view)", 4),
    ],
)
def test_what_a_policy_raises_is_told_with_its_own_line(tmp_path, body, line):
    said = stopped_by(tmp_path, mine=f"class Mine:\n    def decide(self, view):\n        {body}\n")
    assert said.endswith(f" ({tmp_path / 'mine.py'}:{line})")


def test_what_a_helper_raises_is_told_with_the_helpers_line(tmp_path):
    mine = "from helpers import share\n\nclass Mine:\n    def decide(self, view):\n        return share(view.orders)\n"
    said = stopped_by(tmp_path, mine=mine, helpers="def share(n):\n    return 1 / n\n")
    assert said.endswith(f"raised ZeroDivisionError: division by zero ({tmp_path / 'helpers.py'}:2)")


def test_what_a_policy_raises_stays_on_one_harmless_line(tmp_path):
    body = 'raise ValueError("a\\nb\\x1b[2J")'
    said = stopped_by(tmp_path, mine=f"class Mine:\n    def decide(self, view):\n        {body}\n")
    assert r"raised ValueError: a\nb\x1b[2J (" in said


def test_what_a_policy_says_is_taken_as_it_is_when_it_is_said(tmp_path):
    """A generator that uses one array again, and an offer that answers otherwise when asked later."""

    class Sly(Offer):
        asked = 0

        @property
        def discount(self):
            Sly.asked += 1
            return 0.2 if Sly.asked < 2 else -0.5

        @discount.setter
        def discount(self, _):
            pass

    class Halves:
        def decide(self, view):
            if view.time > -1700:
                return
            Sly.asked = 0
            mask = np.zeros(len(view.viewers), bool)
            for half in (slice(0, 10), slice(10, 80)):
                mask[:] = False
                mask[half] = True
                yield Push("side_panel", Offer("ball"), view.time + 60.0, mask)
            sly = object.__new__(Sly)
            sly.__dict__.update(item="ball", team=0, joint=False, claim=0.0)
            yield Push("floating_entry", sly, view.time + 60.0)

    told = pushes(lived(world(), Halves()))
    assert list(told["audience"][:3]) == [10, 70, 80]
    assert set(told["discount"]) == {0.0, 0.2}


def test_a_push_to_nobody_is_no_push():
    nobody = np.zeros(0, int)

    class Says:
        def __init__(self, *audiences):
            self.audiences = audiences

        def decide(self, view):
            if view.time % 600:
                return []
            return [Push("pop_up", Offer("ball"), view.time + 60.0, who) for who in self.audiences]

    alone, beside = (lived(world(), Says(*audiences)) for audiences in ((EVERYONE,), (nobody, EVERYONE, nobody)))
    assert alone.ledger.sha256 == beside.ledger.sha256
    assert lived(world(), Says(nobody)).ledger.sha256 == lived(world(), Says()).ledger.sha256


def test_an_audience_of_all_is_everyone():
    class Says:
        def __init__(self, audience):
            self.audience = audience

        def decide(self, view):
            return [] if view.time % 600 else [Push("side_panel", Offer("ball"), view.time + 60.0, self.audience(view))]

    told = [lived(world(), Says(audience)).ledger.sha256 for audience in (
        lambda view: EVERYONE, lambda view: np.ones(len(view.viewers), bool), lambda view: np.arange(len(view.viewers))
    )]  # fmt: skip
    assert len(set(told)) == 1


def test_a_policy_that_unlocks_what_it_may_only_read_is_stopped():
    def unlock(view):
        view.viewers._Viewers__known.base.flags.writeable = True
        return []

    with pytest.raises(PolicyError, match="has opened for writing what it may only read"):
        lived(world(), saying(unlock))


def test_what_few_buy_is_not_told_and_what_a_reduction_gave_away_is():
    told = {"few": [], "many": []}

    class Says:
        def decide(self, view):
            for because in told:
                told[because] = [push for push in view.pushes if push.said.because == because]
            if view.time % 300:
                return []
            few, many = np.arange(19), np.arange(19, 400)
            until, off = view.time + 290.0, Offer("ball", 0.5)
            return [Push("pop_up", off, until, few, because="few"), Push("pop_up", off, until, many, because="many")]

    easy = {"click_base": -1.0, "buy_base": -1.0, "order_paid": 1.0, "mute_rate": 0.0, "click_wear": 0.0}
    people = {"viewers": 400, "segments": {"all": {"stay": {"median": 300}, "tolerance": {"median": 20.0}}}}
    w = world(audience=people, shop=shop(5000), assumptions=easy)
    bought = pushes(lived(w, Says())).groupby("because")[["orders", "given"]].sum()
    assert bought.loc["few", "orders"] > 0
    assert {(push.orders, push.revenue, push.given) for push in told["few"]} == {(0, 0.0, 0.0)}
    assert sum(push.clicks for push in told["few"]) > 0
    assert sum(push.orders for push in told["many"]) > 0
    assert all(push.given == pytest.approx(15.0 * push.orders) for push in told["many"])
    assert (bought["given"] == 15.0 * bought["orders"]).all()
