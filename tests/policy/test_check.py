"""Policies that misbehave stop the run with their name, the match clock and the reason."""

from __future__ import annotations

import sys

import pytest

from sim.policy import Offer, Push
from sim.policy.check import PolicyError
from tests.worlds import lived, world


def saying(what):
    class Odd:
        def decide(self, view):
            return what(view)

    return Odd()


def forever(view):
    while True:
        yield Push("pop_up", Offer("ball"), view.time + 60)


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (lambda view: sys.exit(0), "raised SystemExit"),
        (lambda view: 1 / 0, "raised ZeroDivisionError"),
        (lambda view: None, "must give a list of Push, gave NoneType"),
        (lambda view: "pop_up", "gave str"),
        (lambda view: [3], "must give Push, gave int"),
        (forever, "more than 16 pushes"),
        (lambda view: [Push("popup", Offer("ball"), view.time + 60)], "did you mean 'pop_up'"),
        (lambda view: [Push("pop_up", Offer("bal"), view.time + 60)], "did you mean 'ball'"),
        (lambda view: [Push("pop_up", Offer([]), view.time + 60)], "unknown product"),
        (lambda view: [Push("pop_up", Offer("ball", -0.1), view.time + 60)], "from 0 to 0.9"),
        (lambda view: [Push("pop_up", Offer("ball"), view.time)], "must expire after now"),
        (
            lambda view: [Push("pop_up", Offer("ball"), view.time + 60, view.viewers.side[:3] == 0)],
            "one entry a viewer",
        ),
        (
            lambda view: [Push("pop_up", Offer("ball"), view.time + 60, view.viewers.side.astype(int) * 0)],
            "named twice",
        ),
    ],
)
def test_the_run_stops_with_name_clock_and_reason(what, reason):
    with pytest.raises(PolicyError, match=r"policy 'scripted' at -30:00 \(-1800 s\)") as stopped:
        lived(world(), saying(what))
    assert reason in str(stopped.value)


def test_a_policy_cannot_write_on_what_it_sees():
    def scribble(view):
        view.viewers._Viewers__columns["present"][:] = 0
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
