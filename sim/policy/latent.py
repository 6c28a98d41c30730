"""What no platform sees: for the two policies that bracket all others, an oracle and an anti-oracle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.world.audience import Crowd
from sim.world.catalogue import Catalogue
from sim.world.scenario import Scenario
from sim.world.stage import Stage

MARK = "sees_what_is_latent"  # attribute of a policy's class that asks for it


@dataclass(frozen=True, eq=False)
class Latent:
    """People as they are, and the match as it will be; read-only."""

    people: NDArray[np.void]  # (N,) VIEWER: traits and states
    sides: NDArray[np.uint8]  # (N,) HOME, AWAY or NEUTRAL
    tastes: NDArray[np.int8]  # (N, categories) in TASTE_STEP standard deviations
    stage: Stage  # the match to its end, and how it is felt
    catalogue: Catalogue
    scenario: Scenario


def latent_of(crowd: Crowd, stage: Stage, catalogue: Catalogue, scenario: Scenario) -> Latent:
    """The same with tables that cannot be written to."""
    tables = crowd.viewers.view(), crowd.known["side"].copy(), crowd.tastes.view()
    for table in tables:
        table.flags.writeable = False
    return Latent(*tables, stage, catalogue, scenario)


def sees_latent(policy: object) -> bool:
    """Whether a policy, or its class, brackets the others."""
    return getattr(policy, MARK, False) is True
