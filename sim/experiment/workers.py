"""Worker processes: what they work out comes back in order, and they can be stopped at any moment.

Each has a pipe of its own.  Those of a ProcessPoolExecutor share one, and a lock: kill one in the middle of a message,
and its reader waits for the rest for ever.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import TypeVar

from sim.errors import MatchdayError
from sim.stop import held

AHEAD = 8  # jobs a worker that are handed out before the first of them is back

Job = TypeVar("Job")
Result = TypeVar("Result")


class WorkerLostError(MatchdayError):
    """A worker process died without a word."""

    exit_code = 1

    def __init__(self) -> None:
        super().__init__("a worker process died (out of memory?); try again with a smaller -j")


def in_workers(
    prepare: Callable[[], Callable[[Job], Result]], jobs: Sequence[Job], processes: int
) -> Generator[Result]:
    """Gives the results of `jobs`, in their order; no process outlives it.

    Each worker calls `prepare` once, for what works out a job.  All of it travels by pickle.  Raises what the first job
    that fails does, and WorkerLostError when a process dies.
    """
    workers: dict[Connection, BaseProcess] = {}
    try:
        with _interrupts_held():
            workers.update(_spawned() for _ in range(processes))
        for pipe in workers:
            _send(pipe, prepare)
        yield from _in_order(list(workers), jobs)
    except BaseException:
        for worker in workers.values():
            worker.kill()  # nobody waits for what it is doing
        raise
    finally:
        for pipe, worker in workers.items():
            pipe.close()  # which ends it
            worker.join()


def _in_order(idle: list[Connection], jobs: Sequence[Job]) -> Generator[Result]:
    most, handed = AHEAD * len(idle), 0
    busy: dict[Connection, int] = {}  # which job each is at
    back: dict[int, tuple[bool, Result]] = {}
    for due in range(len(jobs)):
        while True:
            while idle and handed < min(len(jobs), due + most):
                _send(idle[-1], jobs[handed])
                busy[idle.pop()] = handed
                handed += 1
            if due in back:
                break  # only now: nobody is idle while the caller looks at it
            for pipe in wait(list(busy)):
                assert isinstance(pipe, Connection)
                back[busy.pop(pipe)] = _received(pipe)
                idle.append(pipe)
        well, result = back.pop(due)
        if not well:
            assert isinstance(result, BaseException)
            raise result
        yield result


def _send(pipe: Connection, what: object) -> None:
    try:
        pipe.send(what)
    except OSError as error:
        raise WorkerLostError from error


def _received(pipe: Connection) -> tuple[bool, Result]:
    try:
        told: tuple[bool, Result] = pipe.recv()
    except (EOFError, OSError) as error:
        raise WorkerLostError from error
    return told


# --- starting one -----------------------------------------------------------------------------------------------------


def _spawned() -> tuple[Connection, BaseProcess]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    worker = context.Process(target=_serve, args=(theirs,))
    worker.start()
    theirs.close()  # else its death would not end what we read
    return ours, worker


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """What stops this process is heard a moment later, so that a worker is started whole or not at all.

    Ctrl-C goes to all processes of a terminal; those that start here never hear it, for they inherit what is blocked.
    """
    with held():  # a blocked signal would still come by way of another thread
        if not hasattr(signal, "pthread_sigmask"):
            yield
            return
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- within one -------------------------------------------------------------------------------------------------------


def _serve(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where nothing can be held
    Thread(target=_end_with_parent, daemon=True).start()
    work = None
    try:
        prepare = pipe.recv()
        while True:
            job = pipe.recv()
            try:
                work = work or prepare()  # with the first job, so that its errors reach the user as a job's
                told = True, work(job)
            except BaseException as error:
                error.add_note(f"in a worker:\n{traceback.format_exc()}")
                told = False, error
            pipe.send(told)
    except (EOFError, ConnectionError):
        pass  # all is done, or nobody is there to hear of it


def _end_with_parent() -> None:
    """A parent that is killed tells nobody."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
