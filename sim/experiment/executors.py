"""Where jobs are worked out: in this process, in several of this machine, on a Ray cluster; the same results from each.

An executor is opened with `prepare`, which each worker calls once for what works out a job, and gives a function from
jobs to their results, in order.  That can be called again and again: workers live until the executor is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from itertools import chain, islice
from typing import Any, Protocol, TypeVar

from sim.errors import MatchdayError
from sim.experiment.limits import JOBS

AHEAD = 8  # jobs a worker that are handed out before the first of them is back: what waits for its turn is in memory

Worker = TypeVar("Worker")
Prepare = Callable[[], Callable[[Any], Any]]
Work = Callable[[Iterable[Any]], Generator[Any]]
Executor = Callable[[Prepare], AbstractContextManager[Work]]


class WorkerLostError(MatchdayError):
    """A worker died without a word."""

    exit_code = 1


@contextmanager
def here(prepare: Prepare) -> Iterator[Work]:
    """Works jobs out in this process, each when its result is asked for."""
    prepared = cache(prepare)  # with the first job
    yield lambda jobs: (prepared()(job) for job in jobs)


def executor(jobs: int = 1, ray: str | None = None) -> Executor:
    """The one that is asked for: Ray at an address ("auto": the cluster that runs here, or else one of its own), or
    `jobs` processes of this machine, which start now: ask for it before a scenario is read.  Raises MatchdayError where
    Ray is not installed.
    """
    if ray is not None and jobs != 1:
        raise MatchdayError("--ray plays on all CPUs of the cluster: leave -j out")
    if ray is not None:
        from sim.experiment.cluster import on_ray

        return on_ray(ray)
    if JOBS.held("-j", jobs) == 1:
        return here
    from sim.experiment.workers import on_processes

    return on_processes(jobs, "sim.experiment.runs")


class Crew(Protocol[Worker]):
    """Workers that take a job each at a time.  A job that fails comes back as what it raised."""

    def workers(self) -> list[Worker]:
        """All of them, ready for their first job."""

    def give(self, worker: Worker, job: Any) -> Hashable:
        """Hands a job to an idle worker, and gives a ticket for it; raises WorkerLostError."""

    def wait(self, tickets: list[Any]) -> list[Any]:
        """Waits until some of these jobs are done, and says which."""

    def take(self, ticket: Any) -> tuple[bool, Any]:
        """Whether a job that is done went well, and its result or what it raised; raises WorkerLostError."""


def in_order(crew: Crew[Worker], jobs: Iterable[Any]) -> Generator[Any]:
    """Gives the results of `jobs` in their order, while the next are at work; raises what the first that fails does."""
    upcoming = iter(jobs)
    first = list(islice(upcoming, 1))
    if not first:
        return  # nobody need be called for it
    upcoming = chain(first, upcoming)
    idle = crew.workers()
    most, handed = AHEAD * len(idle), 0
    busy: dict[Any, tuple[Worker, int]] = {}
    back: dict[int, tuple[bool, Any]] = {}
    due, ended = 0, False
    while not ended or due < handed:
        while idle and not ended and handed < due + most:
            try:
                job = next(upcoming)
            except StopIteration:
                ended = True
                break
            worker = idle.pop()
            busy[crew.give(worker, job)] = worker, handed
            handed += 1
        if due in back:  # only now: nobody is idle while the caller looks at it
            well, result = back.pop(due)
            due += 1
            if not well:
                raise result
            yield result
        elif busy:
            for ticket in crew.wait(list(busy)):
                worker, number = busy.pop(ticket)
                back[number] = crew.take(ticket)
                idle.append(worker)
