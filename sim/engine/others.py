"""People who buy at the store and do not watch: the stream's viewers are not alone at its till."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.engine.ledger import Kind
from sim.engine.stock import ENTRY
from sim.world.night import Night


def others_purchases(night: Night, until: float) -> NDArray[np.void]:
    """What they want from the start of the broadcast `until` then [s]: entries in order of time.

    A Poisson process a shelf, at its `store_demand`, round the clock; sizes by what the stream's viewers wear.
    """
    wanted = [_of_shelf(night, int(shelf), until) for shelf in np.flatnonzero(night.catalogue.store_demand)]
    entries = np.concatenate([np.zeros(0, ENTRY), *wanted])
    return entries[np.argsort(entries["time"], kind="stable")]


def _of_shelf(night: Night, shelf: int, until: float) -> NDArray[np.void]:
    rate, opens = night.catalogue.store_demand[shelf] / 3600.0, night.stage.match.opens
    mean = rate * (until - opens)
    u = np.empty((int(mean + 8.0 * np.sqrt(mean)) + 8, 4))
    draws.fill_occasions(night.seed, night.chapter, shelf, draws.OTHERS, u)
    times = opens + np.cumsum(-np.log(u[:, 0]) / rate)
    here = times < until
    entries = np.zeros(int(here.sum()), ENTRY)
    entries["time"], entries["item"], entries["kind"], entries["viewer"] = times[here], shelf, Kind.STORE_SALE, -1
    if night.catalogue.sized[shelf]:
        shares = np.cumsum(list(night.scenario.shop.size_shares.values()))[:-1]
        entries["size"] = np.searchsorted(shares, u[here, 1], side="right")
    return entries
