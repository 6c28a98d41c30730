"""A comparison that is stopped from outside, as a shell does it: nothing is left, no process lives on."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sim.experiment.folder import Command, draft
from sim.experiment.request import Request, plan_run
from sim.experiment.store import FOLDER
from tests.test_cli import ROOT, SCENARIO

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

# As run_sim.py, with a line after every night, and Ctrl-C even where a shell has these tests ignore it.
CODE = """
import signal
import sim.report.progress
from sim.cli import main
sim.report.progress.EVERY = 0.0
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


@pytest.fixture
def results(tmp_path):
    """A folder with one run in it."""
    (tmp_path / "night.yaml").write_text(SCENARIO)
    kept = tmp_path / "results/night/20200101T000000Z-00000000"
    kept.mkdir(parents=True)
    (kept / "manifest.json").write_text("{}")
    return tmp_path / "results"


@contextmanager
def comparing(results: Path, jobs: int) -> Iterator[tuple[subprocess.Popen[str], set[int]]]:
    """A comparison that has played its first nights, and its child processes."""
    started = subprocess.Popen(
        [
            sys.executable,
            "-c",
            CODE,
            "compare",
            results.parent / "night.yaml",
            "--results",
            results,
            "-n",
            "3000",
            "-j",
            str(jobs),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert started.stderr is not None
        line = started.stderr.readline()
        assert "nights played" in line, line + started.stderr.read()
        yield started, children(started.pid)
    finally:
        started.kill()
        started.wait()


def children(pid: int) -> set[int]:
    lists = (task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/children"))
    return {int(child) for text in lists for child in text.split()}


def all_end(pids: set[int]) -> bool:
    """Whether they end, given time."""
    until = time.monotonic() + 60.0
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(map(alive, pids))


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # ended, though nobody has asked how


def everything_below(folder: Path) -> dict[Path, bytes | None]:
    """But finished nights, which stay."""
    nights = folder / FOLDER
    there = [f for f in folder.rglob("*") if not f.is_relative_to(nights)]
    return {f: f.read_bytes() if f.is_file() else None for f in there}


def finished(results: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in (results / FOLDER).rglob("*.zip")}


@pytest.mark.parametrize(
    ("jobs", "number", "code"), [(1, signal.SIGTERM, 143), (2, signal.SIGINT, 130)], ids=["kill", "Ctrl-C"]
)
def test_a_comparison_that_is_stopped_leaves_everything_as_it_was(results, jobs, number, code):
    before = everything_below(results)
    with comparing(results, jobs) as (started, workers):
        assert len(workers) >= (2 if jobs == 2 else 0)
        assert everything_below(results) != before
        started.send_signal(number)
        out, err = started.communicate()
    told = [line for line in err.splitlines() if "nights played" not in line]
    assert (started.returncode, out, len(told)) == (code, "", 1)
    said = re.fullmatch(r"stopped; (\d+) finished nights? kept: the same command goes on from there", told[0])
    assert said
    assert 0 <= len(finished(results)) - int(said[1]) <= 1  # one may be kept and not yet counted
    assert everything_below(results) == before
    assert all_end(workers)


def test_workers_end_with_a_parent_that_is_killed_and_the_next_run_sweeps_its_draft(results):
    before = everything_below(results)
    with comparing(results, 2) as (started, workers):
        started.kill()
        started.wait()
        assert all_end(workers)
    assert everything_below(results) != before
    plan = plan_run(Request(results.parent / "night.yaml", ("no_push",)))
    with pytest.raises(KeyboardInterrupt), draft(plan, Command((), (), None, results)):
        raise KeyboardInterrupt
    assert everything_below(results) == before


WHILE_A_WORKER_STARTS = """
import os, signal, sys
from multiprocessing import util
from sim.cli import main
spawn = util.spawnv_passfds
def spawn_and_stop(path, args, fds):
    pid = spawn(path, args, fds)
    if any("spawn_main" in str(arg) for arg in args):
        os.kill(os.getpid(), signal.SIGTERM)
    return pid
util.spawnv_passfds = spawn_and_stop
if __name__ == "__main__":
    main()
"""


def test_a_signal_while_a_worker_starts_leaves_no_traceback(results):
    before = everything_below(results)
    words = ["compare", results.parent / "night.yaml", "--results", results, "-n", "9", "-j", "2"]
    done = subprocess.run(
        [sys.executable, "-c", WHILE_A_WORKER_STARTS, *words], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "stopped; nothing kept\n")
    assert everything_below(results) == before
