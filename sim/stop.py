"""Being told to stop: by Ctrl-C, by `kill` or `timeout`, by a terminal that closes.

The signal becomes an exception, so that whoever has something to tidy up does so on the way out.
"""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
SAME = 3.0  # s in which another signal says the same again: `timeout` sends two, people press Ctrl-C twice

_told: int | None = None  # the signal that said so, within `stoppable`
_held = False  # whether it has to wait
_kept = "nothing kept"  # of what the run makes


class Stopped(BaseException):
    """Told to stop.  No Exception: nobody may take it for a fault and go on."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number
        self.kept = _kept


def check() -> None:
    """Raises Stopped where the one that the signal raised got lost, as it does in C code that clears exceptions."""
    if _told is not None:
        raise Stopped(_told)


@contextmanager
def held() -> Iterator[None]:
    """Within it a signal waits: Stopped is raised at its end."""
    global _held  # noqa: PLW0603 - a process's own, as signals are
    _held = True
    try:
        yield
    finally:
        _held = False
    check()


def keep(kept: str) -> None:
    """From now on who is stopped is told so."""
    global _kept  # noqa: PLW0603 - a process's own, as signals are
    _kept = kept


@contextmanager
def stoppable() -> Iterator[None]:
    """Within it a signal raises Stopped in the main thread; signals that are ignored (`nohup`) stay so."""
    last = -math.inf

    def stop(number: int, _: FrameType | None) -> None:
        nonlocal last
        if time.monotonic() - last > SAME:  # sooner, it would disturb the tidying
            last = time.monotonic()
            _tell(number)
            if not _held:
                raise Stopped(number)

    keep("nothing kept")
    before = {n: signal.signal(n, stop) for n in SIGNALS if signal.getsignal(n) is not signal.SIG_IGN}
    try:
        yield
    finally:
        _tell(None)
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(number: int | None) -> None:
    global _told  # noqa: PLW0603 - a process's own, as signals are
    _told = number
