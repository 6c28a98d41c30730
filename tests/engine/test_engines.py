"""The compiled engine against the reference engine: the same ledger, byte for byte, whatever the work is split into."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.blast import Blast
from policies.lull_only import LullOnly
from policies.no_push import NoPush
from policies.peak_flash import PeakFlash
from sim.engine.play import play
from sim.world.night import World, load_world
from tests.worlds import Scripted, any_night, lived, scripts, world, worlds

FINAL = Path(__file__).parents[2] / "scenarios" / "special" / "world-cup-final-2022.yaml"


@pytest.fixture(scope="module")
def final() -> World:
    return load_world(FINAL)


@pytest.mark.parametrize(("policy", "seed"), [(NoPush, 1), (Blast, 2), (PeakFlash, 3), (LullOnly, 2022), (Blast, 5)])
def test_both_engines_write_the_same_final(final, policy, seed):
    fast = play(final.night(seed, 0, 300), policy(), "p", keep=True)
    slow = play(final.night(seed, 0, 300), policy(), "p", engine="reference", keep=True)
    assert len(fast.ledger.rows()) > 1000
    assert fast.ledger.sha256 == slow.ledger.sha256
    assert fast.events == slow.events
    assert (fast.crowd.known == slow.crowd.known).all()
    assert fast.books.shown().equals(slow.books.shown())
    assert (fast.books.met == slow.books.met).all()


@any_night(20)
@given(
    w=st.one_of(worlds(), worlds(days=12.0)),
    script=scripts,
    seed=st.integers(0, 2**63 - 1),
    replication=st.integers(0, 1000),
)
def test_both_engines_write_the_same_ledger_of_any_night(w, script, seed, replication):
    fast = lived(w, Scripted(script.script), seed, replication)
    slow = lived(w, Scripted(script.script), seed, replication, engine="reference")
    assert fast.ledger.sha256 == slow.ledger.sha256


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_do_not_change_the_ledger(final, threads):
    one = play(final.night(5, 1, 1500), Blast(), "p", keep=True)
    many = play(final.night(5, 1, 1500), Blast(), "p", keep=True, threads=threads)
    assert one.ledger.sha256 == many.ledger.sha256


def test_keeping_rows_does_not_change_the_night():
    w = world()
    kept, counted = lived(w, Blast()), play(w.night(1, 0), Blast(), "p")
    assert kept.events == counted.events
    assert (kept.books.counts.kinds[:, 9:] == counted.books.counts.kinds[:, 9:]).all()
    assert (kept.crowd.viewers == counted.crowd.viewers).all()


def test_other_seeds_and_replications_are_other_nights():
    w = world()
    hashes = {lived(w, NoPush(), seed, replication).ledger.sha256 for seed in (1, 2) for replication in (0, 1)}
    assert len(hashes) == 4
