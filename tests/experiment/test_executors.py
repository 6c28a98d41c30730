"""Results come back in the order of the jobs, and workers can be stopped whatever they are doing."""

from __future__ import annotations

import signal
import subprocess
import sys
from multiprocessing import active_children
from pathlib import Path
from time import sleep
from types import ModuleType, SimpleNamespace

import psutil
import pytest

from sim.errors import MatchdayError
from sim.experiment.executors import AHEAD, WorkerLostError, executor, here
from sim.experiment.runs import Plan, play_all
from sim.experiment.store import Store
from sim.experiment.workers import on_processes
from sim.policy.find import find_all
from sim.stop import Stopped, stoppable
from tests.experiment.toys import Marks, dying, failing_at, long_words, obedient, prepared_badly, process_ids, squares
from tests.worlds import world

ROOT = Path(__file__).parents[2]


def in_workers(prepare, jobs, processes):
    with on_processes(processes)(prepare) as work:
        yield from work(jobs)


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_results_come_in_the_order_of_the_jobs(processes):
    assert list(in_workers(squares, range(30), processes)) == [n * n for n in range(30)]
    assert active_children() == []


def test_every_worker_works():
    assert len(set(in_workers(process_ids, [None] * 200, 2))) == 2


def test_workers_live_from_batch_to_batch_also_where_nobody_looks_for_more_results():
    with on_processes(2)(process_ids) as work:
        batch = work([None] * 60)
        first = {next(batch) for _ in range(60)}
        batch.close()  # as who counts results does
        assert set(work([None] * 60)) == first
    assert len(first) == 2
    assert active_children() == []


def test_what_is_raised_is_the_first_failure_in_order():
    results = in_workers(failing_at, range(9), 2)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(LookupError, match="job 2") as raised:
        next(results)
    assert "in work\n" in "\n".join(raised.value.__notes__)  # where, over there
    assert active_children() == []


def test_a_worker_that_cannot_be_prepared_says_why():
    with pytest.raises(LookupError, match="not prepared"):
        list(in_workers(prepared_badly, [1], 1))


def test_jobs_are_handed_out_only_so_far_ahead(tmp_path):
    results = in_workers(Marks(tmp_path), range(1000), 2)
    next(results)
    results.close()
    assert len(list(tmp_path.iterdir())) <= 2 * AHEAD + 2  # two more once the first is back


def test_workers_stop_in_the_middle_of_a_word():
    results = in_workers(long_words, [1, 1, 10**8, 10**8, 1], 2)
    next(results)
    next(results)
    sleep(0.3)  # both are telling more than a pipe holds
    results.close()
    assert active_children() == []


NEVER_OPENED = """
from multiprocessing import active_children
from sim.experiment.workers import on_processes
on_processes(2)
print(*(worker.pid for worker in active_children()))
"""


def test_workers_whom_nobody_gave_anything_end_with_the_process():
    done = subprocess.run([sys.executable, "-c", NEVER_OPENED], capture_output=True, text=True, check=True, cwd=ROOT)
    workers = [int(number) for number in done.stdout.split()]
    assert len(workers) == 2
    assert not any(psutil.pid_exists(number) for number in workers)
    assert done.stderr == ""


def test_what_a_policy_prints_in_a_worker_is_seen():
    done = subprocess.run([sys.executable, "-c", PRINTING], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["0", "1", "2"]


PRINTING = """
from sim.experiment.workers import on_processes
from tests.experiment.toys import speaking
with on_processes(1)(speaking) as work:
    list(work(range(3)))
"""


def test_a_worker_that_dies_is_told():
    with pytest.raises(WorkerLostError, match="smaller -j"):
        list(in_workers(dying, range(5), 2))
    assert active_children() == []


# --- on a cluster -----------------------------------------------------------------------------------------------------


def test_ray_gives_the_same_nights_in_the_same_order_and_a_lost_worker_is_told(tmp_path):
    ray = pytest.importorskip("ray")
    two = Plan(world(), find_all(("no_push", "blast")), 5, 1, 60)
    list(play_all(two, here, Store(tmp_path / "here")))
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        list(play_all(two, executor(ray="auto"), Store(tmp_path / "ray")))
        with executor(ray="auto")(obedient) as work:
            assert list(work(range(12))) == [n * n for n in range(12)]
            with pytest.raises(ValueError, match="invalid literal"):
                list(work([1, "fail"]))
            with pytest.raises(WorkerLostError, match="the same command"):
                list(work(["die"]))
        assert ray.is_initialized()  # it was there before
    finally:
        ray.shutdown()
    nights = [{f.name: f.read_bytes() for f in (tmp_path / name).rglob("*.zip")} for name in ("ray", "here")]
    assert nights[0] == nights[1] != {}


class _Interrupted(ModuleType):
    """Ray, as it is where a signal comes while its C code waits."""

    exceptions = SimpleNamespace(RayError=OSError)

    def __getattr__(self, name):
        return self

    def __call__(self, *_, **__):
        return self

    def is_initialized(self):
        return True

    def cluster_resources(self):
        return {"CPU": 1.0}

    def wait(self, *_, **__):
        try:
            signal.raise_signal(signal.SIGTERM)  # in the background Ctrl-C is ignored
        except Stopped as stopped:
            raise SystemError("CoreWorker.wait returned a result with an exception set") from stopped


def test_a_signal_that_ray_loses_stops_the_run(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", _Interrupted("ray"))
    with stoppable(), pytest.raises(Stopped), executor(ray="auto")(squares) as work:
        list(work([1]))


def test_no_cluster_at_an_address_is_told():
    pytest.importorskip("ray")
    with pytest.raises(MatchdayError, match="no Ray cluster at"), executor(ray="127.0.0.1:1")(squares) as work:
        list(work([1]))
