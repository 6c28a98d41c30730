"""How loops over viewers are compiled: once per version of the source, kept on disk, no fast-math.

numba keeps compiled code by the file a function stands in and does not notice when a function that it *calls* changes.
So the cache folder carries the hash of every source the loops are made of: stale machine code cannot run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.extending import register_jitable

PACKAGE = Path(__file__).parent
SOURCES = ("behaviour", "compiled.py", "draws.py", "engine", "world/audience.py", "world/fading.py", "world/stage.py")


def _source_hash() -> str:
    files = [
        f for s in SOURCES for f in sorted((PACKAGE / s).rglob("*.py") if (PACKAGE / s).is_dir() else [PACKAGE / s])
    ]
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()[:12]


def _cache_folder() -> str:
    base = os.environ.get("NUMBA_CACHE_DIR")
    root = Path(base) if base else PACKAGE / "__pycache__"
    if not base and not os.access(PACKAGE, os.W_OK):
        root = Path.home() / ".cache"
    return str(root / f"matchday-{_source_hash()}")


numba.config.CACHE_DIR = _cache_folder()


def compiled(function: Callable[..., Any]) -> Any:
    """`function` as machine code that releases the interpreter lock, cached on disk.

    Without numba's reference counts: loops only borrow the arrays they are given, and counting borrowers cost more than
    half of the time (two atomic operations for every array an inner function looks at).
    """
    return numba.njit(function, cache=True, nogil=True, error_model="numpy", _nrt=False)


def inlined(function: Callable[..., Any]) -> Any:
    """Part of a compiled loop: put in place where it is called, so that nothing is passed through memory."""
    return register_jitable(forceinline=True, no_cfunc_wrapper=True)(function)
