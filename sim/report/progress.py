"""How far a long run is, on standard error: a bar with time left for people, an occasional line for log files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

EVERY = 10.0  # s between lines where there is no terminal
SOON = 3.0  # s from the first night to the first line: short runs, too, say how long they will take


@contextmanager
def progress(total: int = 0) -> Iterator[Bar | Lines]:
    """Gives what to call after each night; `total` are expected, and whoever plays may expect more."""
    console = Console(stderr=True)
    if not console.is_interactive:
        yield Lines(console, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        yield Bar(shown, total)


class Bar:
    """A bar with the time left."""

    def __init__(self, shown: Progress, total: int) -> None:
        self.shown, self.total = shown, total
        self.task = shown.add_task("compiling", total=total or None)

    def expect(self, nights: int) -> None:
        """So many more will be played."""
        self.total += nights
        self.shown.update(self.task, total=self.total)

    def __call__(self, night: object, /) -> None:
        """A night is done."""
        self.shown.update(self.task, advance=1, description="nights")


class Lines:
    """A line every now and then, with the time left."""

    def __init__(self, console: Console, total: int) -> None:
        self.console, self.total, self.done = console, total, 0
        self.first = self.due = 0.0  # on the monotonic clock

    def expect(self, nights: int) -> None:
        """So many more will be played."""
        self.total += nights

    def __call__(self, night: object, /) -> None:
        """A night is done."""
        self.done += 1
        now = time.monotonic()
        if self.done == 1:
            self.first, self.due = now, now + min(SOON, EVERY)  # before it there was compiling, too
        elif now >= self.due and self.done < self.total:
            self.due = now + EVERY
            left = (now - self.first) / (self.done - 1) * (self.total - self.done)
            self.console.print(f"{self.done} of {self.total} nights played, about {left:.0f} s left", highlight=False)
