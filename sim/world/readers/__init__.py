"""Matches from other people's files; each reader checks the goals against the final score."""

from sim.world.readers.csv import read_csv
from sim.world.readers.openfootball import read_openfootball
from sim.world.readers.wyscout import read_wyscout

__all__ = ["read_csv", "read_openfootball", "read_wyscout"]
