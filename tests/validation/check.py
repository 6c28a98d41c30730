"""One claim of the evidence, the figure this simulator gives for it, and the range it must lie in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

# Real matches and chat counts that are checked against but not part of the project.
DATA = Path(os.environ.get("MATCHDAY_DATA", Path(__file__).parents[3] / "shared" / "data"))


@dataclass(frozen=True)
class Check:
    """`figure` must lie in [`low`, `high`]; the range comes from `source`, never from what was measured here."""

    id: str
    claim: str
    figure: float
    low: float
    high: float
    source: str
    note: str = ""  # why it does not hold, where it does not

    @property
    def holds(self) -> bool:
        return self.low <= self.figure <= self.high
