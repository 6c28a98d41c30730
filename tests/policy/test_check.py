"""Policies that misbehave stop the run with their name, the match clock, the reason and the line."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from sim.policy import Offer, Push
from sim.policy.check import PolicyError
from sim.policy.find import find
from tests.worlds import lived, world


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
        (to(lambda view: view.viewers.side.astype(int) * 0), "named twice"),
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
