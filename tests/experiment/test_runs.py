"""The same results from one process and from several; folders that are whole or not there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from sim.errors import MatchdayError
from sim.experiment import runs
from sim.experiment.executors import WorkerLostError, executor
from sim.experiment.folder import Command, draft
from sim.experiment.provenance import checkout, file_sha256
from sim.experiment.runs import Plan, play_all, table, twins_table
from sim.experiment.session import conduct
from sim.policy.check import PolicyError
from sim.policy.find import find_all
from sim.report import pages
from sim.world.night import World
from tests.worlds import world

WORLD = world()
LATE = """
import os
class Late:
    def decide(self, view):
        if view.time > 600:
            {what}
        return []
"""


def plan(*specs: str, **changes) -> Plan:
    return replace(Plan(WORLD, find_all(specs or ("no_push", "blast")), 5, 2, 60), **changes)


def command(results: Path, baseline: str | None = "no_push") -> Command:
    return Command(("compare",), (), baseline, results)


def late(folder: Path, what: str) -> str:
    (folder / "late.py").write_text(LATE.format(what=what))
    return f"{folder / 'late.py'}:Late"


def everything_below(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def test_processes_do_not_change_the_results(tmp_path):
    one = list(play_all(plan(ledger=tmp_path / "one", control="no_push")))
    two = list(play_all(plan(ledger=tmp_path / "two", control="no_push"), executor=executor(2)))
    order = [("no_push", 0), ("blast", 0), ("no_push", 1), ("blast", 1)]
    assert [(n.policy, n.replication) for n in one] == [(n.policy, n.replication) for n in two] == order
    assert [n.ledger_sha256 for n in one] == [n.ledger_sha256 for n in two]
    assert len({n.ledger_sha256 for n in one}) == 4
    pd.testing.assert_frame_equal(table(one), table(two), check_exact=True)
    pd.testing.assert_frame_equal(twins_table(one), twins_table(two), check_exact=True)
    for a, b in zip(one, two, strict=True):
        for name, part in a.parts.items():
            pd.testing.assert_frame_equal(part, b.parts[name], check_exact=True)
    files = [file.relative_to(tmp_path / "one") for file in (tmp_path / "one").rglob("*.parquet")]
    assert len(files) == 6  # a ledger a night, and the viewers of each replication
    assert all(file_sha256(tmp_path / "one" / file) == file_sha256(tmp_path / "two" / file) for file in files)


@pytest.mark.parametrize("control", ["no_push", "blast"])
def test_twins_are_those_of_their_own_replication(control):
    other = {"no_push": "blast", "blast": "no_push"}[control]
    nights = list(play_all(plan(control, other, control=control)))
    assert list(twins_table(nights)["policy"]) == [other, other]
    for beside, night in (nights[:2], nights[2:]):
        assert beside.twins is None
        for played, own in ((night, "incremental_orders"), (beside, "orders_lost")):
            orders = played.outcomes["orders"] + played.outcomes["store_orders"]
            assert night.twins["orders_anyway"] + night.twins[own] == orders
    assert nights[1].twins != nights[3].twins


def test_without_a_control_nobody_has_a_twin():
    assert all(night.twins is None for night in play_all(plan()))


def test_a_control_that_is_not_first_is_refused():
    with pytest.raises(ValueError, match="blast is the control and must be the first policy"):
        list(play_all(plan(control="blast")))


def test_a_policy_that_fails_in_a_worker_is_told_as_in_this_process(tmp_path):
    bad = plan("no_push", late(tmp_path, "raise ValueError('no more')"))
    said = []
    for jobs in (1, 2):
        with pytest.raises(PolicyError) as raised:
            list(play_all(bad, executor(jobs)))
        said.append(str(raised.value))
    assert said[0] == said[1]
    assert "policy 'Late' at" in said[0]
    assert "ValueError: no more" in said[0]


def test_a_worker_that_dies_is_told(tmp_path):
    with pytest.raises(WorkerLostError, match="worker process died"):
        list(play_all(plan("no_push", late(tmp_path, "os._exit(9)")), executor(2)))


class Huge(World):
    """No memory is large enough for its nights."""

    def night(self, seed, replication, viewers=None, threads=1):
        return super().night(seed, replication, viewers if viewers == 1 else np.empty(2**55))


def test_memory_that_does_not_suffice_a_worker_is_told_as_in_this_process(tmp_path):
    huge = replace(plan(), world=Huge(WORLD.scenario, (None,), WORLD.file, ""))
    for jobs in (1, 2):
        with pytest.raises(MemoryError, match="Unable to allocate"):
            conduct(huge, command(tmp_path / "results"), executor=executor(jobs))
    assert everything_below(tmp_path) == []


def test_large_audiences_play_on_all_cores(monkeypatch):
    used = []
    play_one = runs.play_one

    def played_small(plan, r, p, threads):
        used.append(threads)
        return play_one(replace(plan, viewers=50), r, p)

    monkeypatch.setattr(runs, "play_one", played_small)
    monkeypatch.setattr(runs.os, "cpu_count", lambda: 8)
    list(play_all(plan(viewers=1000, replications=1)))
    list(play_all(plan(viewers=200_000, replications=1)))
    assert used == [1, 1, 8, 8]


# --- the folder -------------------------------------------------------------------------------------------------------


class Told(NamedTuple):
    nights: list

    def expect(self, nights):
        assert nights == 4

    def __call__(self, night):
        self.nights.append(night)


def test_a_run_leaves_a_complete_folder(tmp_path, undrawn):
    told = []
    done = conduct(plan(), command(tmp_path), ledger=True, tell=Told(told), show=pages)
    manifest = json.loads((done.folder / "manifest.json").read_text())
    assert len(told) == 4
    files = {f.relative_to(done.folder).as_posix() for f in everything_below(done.folder) if f.is_file()}
    assert files == {*manifest["files"], "manifest.json"}
    assert {"comparison.json", "summary.md", "scenario.resolved.yaml", "ledger/blast-1.parquet", "run.log"} <= files
    assert all(file_sha256(done.folder / name) == sha for name, sha in manifest["files"].items())
    assert [f.name for f in done.folder.parent.iterdir()] == [done.folder.name]
    assert set(manifest["ledger_sha256"]) == {"no_push", "blast"}
    assert set(manifest["ledger_sha256"]["blast"]) == {"0", "1"}
    kept = pd.read_parquet(done.folder / "replications.parquet")
    pd.testing.assert_frame_equal(kept, done.nights, check_dtype=False)
    series = pd.read_parquet(done.folder / "series.parquet")
    assert set(series["policy"]) == {"no_push", "blast"}


def test_a_run_repeated_gives_the_same_files(tmp_path):
    first, second = (conduct(plan(), command(tmp_path), executor=executor(jobs), show=pages) for jobs in (1, 2))
    assert first.folder != second.folder
    one, two = (json.loads((r.folder / "manifest.json").read_text()) for r in (first, second))
    assert one["identity"] == two["identity"]
    assert {**one["files"], "run.log": ""} == {**two["files"], "run.log": ""}


def test_one_night_has_one_ledger_hash(tmp_path):
    done = conduct(plan("blast", replications=1), command(tmp_path, None), ledger=True)
    assert len(json.loads((done.folder / "manifest.json").read_text())["ledger_sha256"]) == 64


@pytest.mark.parametrize("what", ["raise ValueError('x')", "raise KeyboardInterrupt"])
def test_a_run_that_fails_leaves_nothing(tmp_path, what):
    spec = late(tmp_path, what)
    results = tmp_path / "deep" / "results"
    with pytest.raises((MatchdayError, KeyboardInterrupt)):
        conduct(plan("no_push", spec), command(results), ledger=True)
    assert everything_below(tmp_path) == [tmp_path / "late.py"]


def test_a_disk_that_fills_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.experiment.session.fill", full)
    with pytest.raises(MatchdayError, match="No space left on device"):
        conduct(plan(replications=1), command(tmp_path / "results"))
    assert everything_below(tmp_path) == []


def test_a_file_in_the_way_is_told_before_anything_is_played(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.experiment.session.playing", lambda *_: pytest.fail("played"))
    (tmp_path / "results").write_text("in the way")
    with pytest.raises(MatchdayError, match="cannot write results"):
        conduct(plan(), command(tmp_path / "results"))
    assert (tmp_path / "results").read_text() == "in the way"


@pytest.mark.skipif(os.name != "posix", reason="processes as POSIX has them")
def test_drafts_of_runs_that_were_killed_are_swept_and_no_others(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with draft(plan(), command(tmp_path)) as made:
        own = made.folder
        _, here, pid = own.name.rsplit("-", 2)
        stem = ".20300101T000000Z-00000000"
        dead = own.with_name(f"{stem}-{here}-{ended.pid}")
        alive, of_others = (own.with_name(f"{stem}-{here}-{number}") for number in (pid, 1))
        elsewhere, no_draft = (own.with_name(f"{name}-{ended.pid}") for name in (f"{stem}-00000000", ".notes"))
        for folder in (dead, alive, of_others, elsewhere, no_draft):
            (folder / "ledger").mkdir(parents=True)
        conduct(plan(replications=1), command(tmp_path))
        assert set(own.parent.glob(".*")) == {own, alive, of_others, elsewhere, no_draft}


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_files_that_git_does_not_know_leave_a_checkout_clean(tmp_path, monkeypatch):
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@b.invalid")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    monkeypatch.chdir(tmp_path)
    (tmp_path / "code.py").write_text("1")
    for command_line in (["init"], ["add", "."], ["commit", "-m", "first"]):
        git(*command_line)
    (tmp_path / "derby.yaml").write_text("mine")
    assert checkout()["dirty"] is False
    (tmp_path / "code.py").write_text("2")
    assert checkout()["dirty"] is True
