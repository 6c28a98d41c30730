"""What is written under another name until it is whole: who writes it stands in that name, so that it can be swept."""

from __future__ import annotations

import os
import platform
import re
from functools import cache
from pathlib import Path
from threading import get_ident

from sim.experiment.provenance import text_sha256

WRITER = re.compile(r"\..*-(?P<place>[0-9a-f]{8})-(?P<pid>\d{1,9})")


def name_until_whole(name: str) -> str:
    """Hidden, and with the numbers of this thread and this process."""
    return f".{name}-{get_ident()}-{_place()}-{os.getpid()}"


def is_left(name: str) -> bool:
    """Whether the process that wrote under this name has ended; False of what other hosts write."""
    writer = WRITER.fullmatch(name)
    return bool(writer and writer["place"] == _place() and not _lives(int(writer["pid"])))


@cache
def _place() -> str:
    """Where a process number means something: this host, or the container in it."""
    numbering = Path("/proc/self/ns/pid")
    inside = os.readlink(numbering) if numbering.is_symlink() else ""
    return text_sha256(platform.node() + inside)[:8]


def _lives(pid: int) -> bool:
    if os.name != "posix":
        return True  # asking might end it
    try:
        os.kill(pid, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)  # somebody else's lives, too
    return True
