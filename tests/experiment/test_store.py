"""Finished nights: played once, found again by what decides them, whole or played anew."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sim.errors import MatchdayError
from sim.experiment import runs
from sim.experiment.executors import executor
from sim.experiment.folder import Command
from sim.experiment.record import DamagedError, packed, unpacked
from sim.experiment.runs import Plan, play_all, play_one, playing, table
from sim.experiment.session import conduct
from sim.experiment.store import Store, check_code, code_identity, world_identity
from sim.experiment.unfinished import name_until_whole
from sim.policy.find import find_all
from sim.world.night import World
from tests.worlds import world

WORLD = world()


def plan(*specs: str, **changes) -> Plan:
    return replace(Plan(WORLD, find_all(specs or ("no_push", "blast")), 5, 2, 60), **changes)


def nights(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.rglob("*.zip")}


@pytest.fixture
def played(monkeypatch):
    """(policy, replication) of every night that is played and not found."""
    said = []
    play = runs.play_one

    def told(plan, replication, number, *more):
        said.append((plan.policies[number].name, replication))
        return play(plan, replication, number, *more)

    monkeypatch.setattr(runs, "play_one", told)
    return said


def test_a_record_comes_back_as_it_was_and_the_same_bytes_from_it():
    told = play_one(plan(), 0, 1).record
    record = unpacked(told)
    assert packed(record) == told
    assert record.outcomes["orders"] == record.parts["items"]["orders"].sum()
    assert record.series["orders"].sum() > 0


@pytest.mark.parametrize("place", [0, 500, -100, -1])
def test_a_record_with_one_bit_changed_is_damaged(place):
    told = bytearray(play_one(plan(), 0, 0).record)
    told[place] ^= 1
    with pytest.raises(DamagedError):
        unpacked(bytes(told))


def test_what_was_played_is_found_and_nothing_is_played_twice(tmp_path, played):
    first = list(play_all(plan(control="no_push"), store=Store(tmp_path)))
    assert len(played) == len(nights(tmp_path)) == 4
    again = list(play_all(plan(control="no_push"), store=Store(tmp_path)))
    assert len(played) == 4
    pd.testing.assert_frame_equal(table(first), table(again), check_exact=True)
    assert [night.twins for night in first] == [night.twins for night in again]
    assert all(night.seconds is None for night in again)


def test_another_policy_and_more_nights_play_only_what_is_missing(tmp_path, played):
    store = Store(tmp_path)
    list(play_all(plan("no_push", replications=1), store=store))
    list(play_all(plan("no_push", "lull_only", replications=1), store=store))
    list(play_all(plan("no_push", "lull_only"), store=store))
    assert played == [("no_push", 0), ("lull_only", 0), ("no_push", 1), ("lull_only", 1)]
    list(play_all(plan("lull_only", "no_push", control="lull_only"), store=store))
    assert len(played) == 4


def test_processes_put_the_same_bytes_there(tmp_path):
    for jobs in (1, 2):
        list(play_all(plan(), executor(jobs), Store(tmp_path / str(jobs))))
    assert nights(tmp_path / "1") == nights(tmp_path / "2") != {}


@pytest.mark.parametrize("harm", ["cut", "changed", "empty"])
def test_a_damaged_night_is_named_and_played_again(tmp_path, played, harm):
    list(play_all(plan(replications=1), store=Store(tmp_path)))
    before = nights(tmp_path)
    file = max(tmp_path.rglob("*.zip"))
    whole = file.read_bytes()
    file.write_bytes({"cut": whole[:-10], "changed": whole[:99] + b"?" + whole[100:], "empty": b""}[harm])
    said = []
    list(play_all(plan(replications=1), store=Store(tmp_path, said.append)))
    assert len(played) == 3
    assert len(said) == 1
    assert str(file) in said[0]
    assert nights(tmp_path) == before


def test_two_runs_at_the_same_time_share_a_store(tmp_path, played):
    with playing(plan(), store=Store(tmp_path)) as one, playing(plan(), store=Store(tmp_path)) as other:
        mine, theirs = one(plan().jobs), other(plan().jobs)
        rows = [(next(mine), next(theirs)) for _ in plan().jobs]  # both have looked before either has put anything
    pd.testing.assert_frame_equal(table([a for a, _ in rows]), table([b for _, b in rows]), check_exact=True)
    assert len(nights(tmp_path)) == 4
    assert not list(tmp_path.rglob(".*.zip*"))


def test_threads_may_keep_the_same_night_at_the_same_time(tmp_path):
    store, record = Store(tmp_path), play_one(plan(), 0, 1).record
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: store.put("ab" * 32, record), range(400)))
    assert store.get("ab" * 32) == record
    assert not list(tmp_path.rglob(".*.zip*"))


@pytest.mark.skipif(os.name != "posix", reason="processes as POSIX has them")
def test_what_a_killed_run_has_left_unfinished_goes_with_the_next(tmp_path):
    store, ended = Store(tmp_path), subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    own = store.folder / "ab" / name_until_whole("night.zip")
    left = own.with_name(f"{own.name.rpartition('-')[0]}-{ended.pid}")
    own.parent.mkdir(parents=True)
    for file in (own, left):
        file.touch()
    list(play_all(plan(replications=1), store=store))
    assert own.exists()
    assert not left.exists()


def changed(**changes) -> World:
    return replace(WORLD, scenario=WORLD.scenario.model_copy(update=changes))


def test_what_decides_a_night_decides_its_key_and_nothing_else(tmp_path):
    told = WORLD.scenario
    experiment = told.experiment.model_copy(update={"policies": ("blast",), "replications": 7, "goal": "orders"})
    same = changed(name="Other", about="said otherwise", experiment=experiment)
    assert world_identity(same) == world_identity(WORLD)
    worth = told.experiment.model_copy(update={"viewer_worth": 9.0})
    others = [
        changed(days_after=3.0),
        changed(experiment=worth),
        changed(shop=told.shop.model_copy(update={"board_lag": 1.0})),
    ]
    assert len({world_identity(w) for w in (WORLD, *others)}) == 4
    plans = [plan(), plan(seed=6), plan(viewers=61), plan(engine="reference"), plan("blast", "no_push")]
    keys = [p.key((0, 0)) for p in plans]
    assert len(set(keys)) == 5
    assert plan().key((1, 0)) not in keys
    assert keys[4] == plan().key((0, 1))  # whatever its place


def test_another_python_makes_other_nights(monkeypatch):
    code_identity.cache_clear()
    before = code_identity()
    monkeypatch.setattr("platform.python_version_tuple", lambda: ("3", "99", "0"))
    code_identity.cache_clear()
    assert code_identity() != before
    with pytest.raises(MatchdayError, match="another version of this program, of Python"):
        check_code(before)
    monkeypatch.undo()
    code_identity.cache_clear()


def test_policies_of_other_source_or_parameters_have_other_nights(tmp_path):
    def key(text: str, spec: str) -> str | None:
        (tmp_path / "mine.py").write_text(text)
        return plan(spec.format(mine=tmp_path / "mine.py")).key((0, 0))

    source = (
        "class Mine:\n    def __init__(self, cap=4):\n        pass\n    def decide(self, view):\n        return []\n"
    )
    keys = [key(source, "{mine}"), key(source + "\n", "{mine}"), key(source, "{mine}(cap=3)"), key(source, "blast")]
    assert len(set(keys)) == 4
    assert None not in keys


@pytest.mark.parametrize("line", ["import random", "import time", "import requests", "open('x')"])
def test_what_a_hash_does_not_cover_is_played_every_time(tmp_path, line):
    (tmp_path / "mine.py").write_text(
        f"class Mine:\n    def decide(self, view):\n        return []\n\ndef f():\n    {line}\n"
    )
    assert plan(str(tmp_path / "mine.py")).key((0, 0)) is None


def test_a_disk_that_is_full_is_told_and_finished_nights_stay(tmp_path, monkeypatch, played):
    write, left = Path.write_bytes, [2]

    def full(self, told):
        if self.name.endswith(".zip") or ".zip-" in self.name:
            if not left[0]:
                write(self, told[:100])
                raise OSError(28, "No space left on device")
            left[0] -= 1
        return write(self, told)

    command = Command(("compare",), (), "no_push", tmp_path)
    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", full)
        with pytest.raises(MatchdayError, match="No space left on device"):
            conduct(plan(), command, store=Store(tmp_path))
    assert [f.name for f in tmp_path.iterdir()] == [".nights"]
    assert len(nights(tmp_path)) == 2
    assert len(list((tmp_path / ".nights").rglob("*.zip*"))) == 2
    played.clear()
    conduct(plan(), command, store=Store(tmp_path))
    assert len(played) == 2


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / ".nights").write_text("in the way")
    with pytest.raises(MatchdayError, match="cannot keep the night"):
        list(play_all(plan(), store=Store(tmp_path)))


def test_resumed_results_are_those_of_a_run_that_was_not_stopped(tmp_path):
    whole = conduct(plan(), Command((), (), "no_push", tmp_path / "a")).folder
    store = Store(tmp_path / "b")
    with playing(plan(), store=store) as play:
        part = play(plan().jobs)
        next(part), next(part)
        part.close()
    resumed = conduct(plan(), Command((), (), "no_push", tmp_path / "b"), store=store, executor=executor(2)).folder
    for file in (f for f in whole.rglob("*") if f.is_file() and f.name not in ("manifest.json", "run.log")):
        assert file.read_bytes() == (resumed / file.relative_to(whole)).read_bytes(), file
