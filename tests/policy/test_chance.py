"""Chance that belongs to the night: the same for every policy, process and engine, other for other seeds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from sim.experiment.executors import executor
from sim.experiment.runs import Plan, play_all
from sim.policy import Offer, Push
from sim.policy.find import find_all
from tests.worlds import lived, world

DRAWS = """
from sim.policy import Offer, Push

class Draws:
    def decide(self, view):
        chosen = view.random.random(len(view.viewers)) < 0.02
        return [Push("pop_up", Offer("ball"), view.time + 60, chosen)] if view.random.random() < 0.5 else []
"""


@dataclass
class Noting:
    """Draws at every `every`-th window, `many` numbers, and keeps the last one before them."""

    every: int = 1
    many: int = 1
    seen: dict[float, float] = field(default_factory=dict)
    asked: int = 0

    def decide(self, view):
        self.asked += 1
        if self.asked % self.every:
            return []
        self.seen[view.time] = view.random.random()
        view.random.random(self.many)
        return [Push("pop_up", Offer("ball"), view.time + 60)] if self.many > 1 else []


@pytest.fixture
def drawing(tmp_path):
    (tmp_path / "draws.py").write_text(DRAWS)
    quick = world(timing={"window": 60.0})
    return Plan(quick, find_all([str(tmp_path / "draws.py")]), 5, 2, 60, ledger=tmp_path / "ledger")


def ledgers(plan, jobs=1):
    return [night.ledger_sha256 for night in play_all(plan, executor(jobs))]


def test_the_same_seed_gives_the_same_night_on_both_engines_and_in_several_processes(drawing):
    first = ledgers(drawing)
    assert len(set(first)) == 2
    assert first == ledgers(drawing, 2) == ledgers(replace(drawing, engine="reference"))
    assert not set(first) & set(ledgers(replace(drawing, seed=6)))


def test_every_policy_meets_the_same_numbers_in_the_same_window():
    often, seldom = Noting(), Noting(every=3, many=7)
    for policy in (often, seldom):
        lived(world(), policy)
    assert len(seldom.seen) > 50
    assert seldom.seen.items() < often.seen.items()
    assert len(set(often.seen.values())) == len(often.seen)


def test_other_nights_have_other_numbers():
    told = []
    for seed, replication in ((1, 0), (2, 0), (1, 1)):
        lived(world(), policy := Noting(), seed, replication)
        told.append(policy.seen[-1800.0])
    assert len(set(told)) == 3


def test_chance_does_not_tell_the_seed():
    kept = []

    class Keeps:
        def decide(self, view):
            kept.append(view)
            return []

    lived(world(), Keeps(), seed=987654321)
    assert "987654321" not in repr(kept[0]) + repr(vars(kept[0])) + repr(kept[0].random.bit_generator.seed_seq)
