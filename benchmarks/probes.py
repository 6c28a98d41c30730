"""What the machine can do at best: copying memory, and bare draws."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from sim import draws
from sim.compiled import compiled


def seconds(work: Callable[[], Any]) -> float:
    """Wall time of `work`."""
    start = perf_counter()
    work()
    return perf_counter() - start


def copy_bandwidth(threads: int, size: int = 1 << 27) -> float:
    """Bytes read and written a second when every thread copies arrays of `size` bytes."""
    pairs = [(np.ones(size // 8), np.empty(size // 8)) for _ in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        took = [seconds(lambda: list(pool.map(lambda pair: np.copyto(pair[1], pair[0]), pairs))) for _ in range(6)]
    return 2.0 * size * threads / median(took[1:])


@compiled
def _draw_many(n: int) -> float:
    total = 0.0
    for i in range(n):
        a, b, c, d = draws.draw(7, 0, i, draws.OWN, 3)
        total += a + b + c + d
    return total


def draw_time(n: int = 2_000_000) -> float:
    """Seconds for one call of `draws.draw` (four uniforms) on one thread."""
    _draw_many(10)
    return median(seconds(lambda: _draw_many(n)) for _ in range(5)) / n
