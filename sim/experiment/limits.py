"""How many of each a user may ask for, on the command line and from Python."""

from __future__ import annotations

from operator import index
from typing import NamedTuple, SupportsIndex

from sim.errors import MatchdayError


class Limit(NamedTuple):
    """The least and the most."""

    least: int
    most: int

    def held(self, option: str, value: SupportsIndex) -> int:
        """The number itself; raises MatchdayError where it is none, or lies outside."""
        try:
            number = index(value)
        except TypeError as error:
            raise MatchdayError(f"{option} {value}: expected a whole number") from error
        if not self.least <= number <= self.most:
            raise MatchdayError(f"{option} {number}: expected a number from {self.least:,} to {self.most:,}")
        return number


NIGHTS = Limit(1, 100_000)
MOST = Limit(30, 100_000)  # where a rule says when enough is known: a pilot at least
VIEWERS = Limit(1, 50_000_000)
SEED = Limit(0, 2**63 - 1)
SAMPLES = Limit(2, 100_000)  # points of a hypercube
TRIALS = Limit(1, 10_000)  # settings of a search
TUNED_ON = Limit(2, 10_000)  # nights of each
CHECKED_ON = Limit(2, 100_000)  # nights that the best plays again
WORLDS = Limit(10, 100_000)
TRAJECTORIES = Limit(2, 10_000)
CLOSELY = Limit(1, 100)  # assumptions
IN_A_WORLD = Limit(1, 1000)  # nights
JOBS = Limit(1, 1024)
