"""Worker processes: what they work out comes back in order, and they can be stopped at any moment.

Each has a pipe of its own.  Those of a ProcessPoolExecutor share one, and a lock: kill one in the middle of a message,
and its reader waits for the rest for ever.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from types import ModuleType
from typing import Any

from sim.experiment.executors import Executor, Prepare, Work, WorkerLostError, in_order
from sim.stop import held

AGAIN = "a worker process died (out of memory?); try again with a smaller -j"


def on_processes(number: int) -> Executor:
    """Works jobs out in `number` processes, which are spawned with the first job; no process outlives the executor.

    All that goes to them and comes back travels by pickle.  Raises WorkerLostError when one dies.
    """

    @contextmanager
    def opened(prepare: Prepare) -> Iterator[Work]:
        crew = _Processes(prepare, number)
        try:
            yield lambda jobs: _worked(crew, jobs)
        except BaseException:
            crew.kill()  # nobody waits for what they are doing
            raise
        finally:
            crew.dismiss()

    return opened


def _worked(crew: _Processes, jobs: Iterable[Any]) -> Generator[Any]:
    try:
        yield from in_order(crew, jobs)
    except BaseException:
        if crew.busy:
            crew.kill()  # what they are at is not asked for any more
        raise


class _Processes:
    """A crew whose workers are known by our ends of their pipes, which are the tickets, too."""

    def __init__(self, prepare: Prepare, number: int) -> None:
        self.prepare, self.number = prepare, number
        self.processes: dict[Connection, BaseProcess] = {}
        self.busy: set[Connection] = set()

    def workers(self) -> list[Connection]:
        if not self.processes:
            with _interrupts_held(), _without_main(self.prepare):
                self.processes.update(_spawned() for _ in range(self.number))
            for pipe in self.processes:
                _send(pipe, self.prepare)
        return list(self.processes)

    def give(self, worker: Connection, job: Any) -> Connection:
        self.busy.add(worker)
        _send(worker, job)
        return worker

    def wait(self, tickets: list[Connection]) -> list[Any]:
        return wait(tickets)

    def take(self, ticket: Connection) -> tuple[bool, Any]:
        try:
            told: tuple[bool, Any] = ticket.recv()
        except (EOFError, OSError) as error:
            raise WorkerLostError(AGAIN) from error
        self.busy.remove(ticket)
        return told

    def kill(self) -> None:
        for process in self.processes.values():
            process.kill()
        self.dismiss()

    def dismiss(self) -> None:
        for pipe, process in self.processes.items():
            pipe.close()  # which ends it
            process.join()
        self.processes.clear()
        self.busy.clear()


def _send(pipe: Connection, what: Any) -> None:
    try:
        pipe.send(what)
    except OSError as error:
        raise WorkerLostError(AGAIN) from error


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


@contextmanager
def _without_main(prepare: Prepare) -> Iterator[None]:
    """Workers do not run the script that starts them, unless what they prepare stands in it.

    A script without `if __name__ == "__main__"` would start workers of workers.
    """
    if b"__main__" in pickle.dumps(prepare):
        yield
        return
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


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
    except (EOFError, ConnectionError):  # all is done, or nobody is there to hear of it
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)  # clearing away what was compiled takes half a second, for which somebody waits


def _end_with_parent() -> None:
    """A parent that is killed tells nobody."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
