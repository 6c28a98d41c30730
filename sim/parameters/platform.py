"""Numbers of how the platform reads what it sees."""

# fmt: off
from __future__ import annotations

from pydantic import BaseModel

from sim.evidence import NONE, number


class Estimates(BaseModel):
    """Heat: the rate of messages against its recent level."""

    heat_memory: float = number(300, "s", 60, 1800, "assumed", NONE,
        "Time in which messages of the past lose e-fold weight in the recent level", gt=0, le=7200)
    heat_prior: float = number(5, "messages", 1, 50, "assumed",
        "No source found; small audiences write so few that their rate is mostly chance",
        "Messages that are added to what came and to what was to be expected, before one is held against the other",
        gt=0, le=1000)
