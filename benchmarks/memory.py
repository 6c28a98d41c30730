"""The most memory a process holds while something runs."""

from __future__ import annotations

import resource
from pathlib import Path

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
MB = 1_000_000


def reset_peak() -> int:
    """Forgets the highest resident memory so far and gives what is held now [bytes].

    Linux's own mark is exact where a sampling thread would miss short peaks.  Elsewhere the mark cannot be reset, so a
    peak before this call may hide one after it.
    """
    if CLEAR.exists():
        CLEAR.write_text("5")
        return _status("VmRSS")
    return peak()


def peak() -> int:
    """The highest resident memory since `reset_peak` [bytes]."""
    if STATUS.exists():
        return _status("VmHWM")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


def _status(name: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024
