"""Workers on a Ray cluster: an extra, for more than one machine.

Every machine of the cluster needs this version of the package, and the files of policies at the same paths.
"""

from __future__ import annotations

import os
import signal
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sim.errors import MatchdayError
from sim.experiment.executors import Executor, Prepare, Work, WorkerLostError, in_order
from sim.stop import SIGNALS, check

PATIENCE = 5.0  # s
LISTEN = 1.0  # s between looks at whether a signal has come
LOST = "a worker of the Ray cluster died (out of memory?); what was finished is kept: the same command goes on from it"


def on_ray(address: str) -> Executor:
    """Works jobs out on the Ray cluster at `address`, a worker a CPU of it, one job at a time each.

    "auto" takes the cluster that this machine belongs to, and where there is none starts one of its own, which ends
    with the executor.  Raises MatchdayError where Ray is missing or the cluster cannot be reached.
    """
    ray = _ray()

    @contextmanager
    def opened(prepare: Prepare) -> Iterator[Work]:
        crew = _Actors(ray, address, prepare)
        try:
            yield lambda jobs: in_order(crew, jobs)
        finally:
            crew.dismiss()

    return opened


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody
    try:
        import ray
    except ImportError as error:
        raise MatchdayError("Ray is not installed: pip install 'matchday[cluster]'") from error
    return ray


class _Actors:
    """A crew of Ray actors, which are there with the first job."""

    def __init__(self, ray: Any, address: str, prepare: Prepare) -> None:
        self.ray, self.address, self.prepare = ray, address, prepare
        self.actors: list[Any] = []
        self.started = False

    def workers(self) -> list[Any]:
        if not self.actors:
            self._connect()
            number = max(1, int(self.ray.cluster_resources().get("CPU", 1)))
            prepare = self.ray.put(self.prepare)
            actor = self.ray.remote(num_cpus=1, max_restarts=0)(_Actor)
            self.actors = [actor.remote(prepare) for _ in range(number)]
        return list(self.actors)

    def _connect(self) -> None:
        if self.ray.is_initialized():
            return
        quiet = {"log_to_driver": False, "logging_level": "error"}
        try:
            _answers(self.address)
            with _own_signals():
                try:
                    self.ray.init(address=self.address, **quiet)
                except ConnectionError:
                    if self.address != "auto":
                        raise
                    self.ray.init(include_dashboard=False, **quiet)
        except (OSError, ValueError, RuntimeError) as error:
            raise MatchdayError(f"no Ray cluster at {self.address}: {str(error).splitlines()[0]}") from error
        self.started = True

    def give(self, worker: Any, job: Any) -> Any:
        with _told_to_stop():
            return worker.work.remote(job)

    def wait(self, tickets: list[Any]) -> list[Any]:
        done: list[Any] = []
        while not done:
            with _told_to_stop():
                done, _ = self.ray.wait(tickets, num_returns=1, timeout=LISTEN)
            check()
        return done

    def take(self, ticket: Any) -> tuple[bool, Any]:
        try:
            with _told_to_stop():
                told: tuple[bool, Any] = self.ray.get(ticket)
        except self.ray.exceptions.RayError as error:
            raise WorkerLostError(LOST) from error
        return told

    def dismiss(self) -> None:
        for actor in self.actors:
            self.ray.kill(actor)
        self.actors.clear()
        if self.started:
            self.ray.shutdown()


def _answers(address: str) -> None:
    """Raises OSError where nobody does; Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if host and port.isdigit() and "//" not in host:
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()


@contextmanager
def _own_signals() -> Iterator[None]:
    """Ray takes signals for itself, with which this program tidies up."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """Ray's C code makes a SystemError of whatever a signal raises in it."""
    try:
        yield
    except SystemError:
        check()
        raise


class _Actor:
    """What runs over there."""

    def __init__(self, prepare: Prepare) -> None:
        self.prepare = prepare
        self.job_of: Callable[[Any], Any] | None = None

    def work(self, job: Any) -> tuple[bool, Any]:
        try:
            self.job_of = self.job_of or self.prepare()  # with the first job, so that its errors are told as a job's
            return True, self.job_of(job)
        except BaseException as error:
            error.add_note(f"in a worker:\n{traceback.format_exc()}")
            return False, error
