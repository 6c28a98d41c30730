"""Worker processes: what they work out comes back in order, and they can be stopped at any moment.

Each has a pipe of its own.  Those of a ProcessPoolExecutor share one, and a lock: kill one in the middle of a message,
and its reader waits for the rest for ever.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from types import ModuleType
from typing import Any

from sim.experiment.executors import Executor, Prepare, Work, WorkerLostError, in_order
from sim.stop import held

AGAIN = "a worker process died (out of memory?); try again with a smaller -j"


def on_processes(number: int, module: str = "sim") -> Executor:
    """Works jobs out in `number` processes; no process outlives what the executor is opened for, or this process.

    They are spawned at once, and import the module that jobs need: who makes the executor first and reads a scenario
    then finds them ready.  All that goes to them and comes back travels by pickle, and none of it may stand in a
    script: they do not run the one that starts them.  Raises WorkerLostError when one dies.
    """
    early = [_Processes(number, module)]

    @contextmanager
    def opened(prepare: Prepare) -> Iterator[Work]:
        crew = early.pop() if early else _Processes(number, module)
        crew.prepare = prepare
        try:
            yield lambda jobs: _worked(crew, jobs)
        finally:
            crew.dismiss()

    return opened


def _worked(crew: _Processes, jobs: Iterable[Any]) -> Generator[Any]:
    try:
        yield from in_order(crew, jobs)
    except BaseException:
        if crew.busy:
            crew.dismiss()  # what they are at is not asked for any more
        raise


class _Processes:
    """A crew whose workers are known by our ends of their pipes, which are the tickets, too."""

    prepare: Prepare

    def __init__(self, number: int, module: str) -> None:
        self.number, self.module = number, module
        self.processes: dict[Connection, BaseProcess] = {}
        self.unprepared: list[Connection] = []
        self.busy: set[Connection] = set()
        self.spawn()

    def spawn(self) -> None:
        with _interrupts_held(), _without_main():
            self.processes.update(_spawned(self.module) for _ in range(self.number))
        self.unprepared = list(self.processes)

    def workers(self) -> list[Connection]:
        if not self.processes:
            self.spawn()
        while self.unprepared:
            _send(self.unprepared.pop(), self.prepare)
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

    def dismiss(self) -> None:
        """Nobody waits for what they are doing, nor for them to clear away what they compiled."""
        for process in self.processes.values():
            process.kill()
        for pipe, process in self.processes.items():
            process.join()
            pipe.close()
        self.processes.clear()
        self.busy.clear()


def _send(pipe: Connection, what: Any) -> None:
    try:
        pipe.send(what)
    except OSError as error:
        raise WorkerLostError(AGAIN) from error


# --- starting one -----------------------------------------------------------------------------------------------------


def _spawned(module: str) -> tuple[Connection, BaseProcess]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    worker = context.Process(target=_serve, args=(theirs, module), daemon=True)  # ends with this one
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
def _without_main() -> Iterator[None]:
    """Workers do not run the script that starts them: without `if __name__ == "__main__"` it would start more."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


# --- within one -------------------------------------------------------------------------------------------------------


def _serve(pipe: Connection, module: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where nothing can be held
    Thread(target=_end_with_parent, daemon=True).start()
    import_module(module)
    work = None
    with suppress(EOFError, ConnectionError):  # nobody is there to hear of it
        prepare = pipe.recv()
        while True:
            job = pipe.recv()
            try:
                work = work or prepare()  # with the first job, so that its errors reach the user as a job's
                told = True, work(job)
            except BaseException as error:
                error.add_note(f"in a worker:\n{traceback.format_exc()}")
                told = False, error
            sys.stdout.flush()  # it is killed in the end
            pipe.send(told)


def _end_with_parent() -> None:
    """A parent that is killed tells nobody."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
