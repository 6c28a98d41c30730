"""Chance for policies: numbers that are the same whenever the same night is played, whatever was drawn before."""

from __future__ import annotations

import numpy as np

NightKey = tuple[int, ...]


def night_key(seed: int, replication: int) -> NightKey:
    """What a night's chance is keyed by.

    The seed, from which a policy could know what is to come, is not in it; who tries all small seeds finds it.
    """
    return tuple(np.random.SeedSequence((replication, seed)).generate_state(4).tolist())


def chance(key: NightKey, window: int) -> np.random.Generator:
    """The numbers of one window of a night, from its first."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(key, spawn_key=(window,))))
