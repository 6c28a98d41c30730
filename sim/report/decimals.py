"""How many decimals numbers that stand together have: those of a row of a table, or of a column of a list."""

from __future__ import annotations

import math
from collections.abc import Sequence

FIGURES = 6  # most figures of the greatest mean


def decimals(means: Sequence[float], intervals: Sequence[tuple[float, float]]) -> int:
    """Decimals that show three figures of the greatest mean and one of the narrowest interval, within `FIGURES`.

    `intervals` are centres and halves of widths.  Where one has no width its centre stands for it.
    """
    finest = [half or abs(centre) for centre, half in intervals if half or centre]
    if all(float(x).is_integer() for x in (*means, *finest)):
        return 0
    largest = _magnitude(max(map(abs, means)))
    wanted = max(2 - largest, *(-_magnitude(x) for x in finest), 0)
    return min(wanted, max(0, FIGURES - 1 - largest), FIGURES)


def _magnitude(x: float) -> int:
    """The power of ten of the first figure."""
    return math.floor(math.log10(x)) if x else 0
