"""The ledger and the viewers as tables that read without the code: names for numbers, currency for minor units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.ledger import Kind
from sim.engine.play import Played
from sim.world.audience import TASTE_STEP
from sim.world.match import SIDES
from sim.world.night import Night
from sim.world.surfaces import SURFACES

TRAITS = (
    "gain",
    "fandom",
    "chattiness",
    "stay",
    "curiosity",
    "price_sensitivity",
    "tolerance",
    "host_affinity",
    "trust",
)


def ledger(played: Played) -> pd.DataFrame:
    """Every row of a night, in canonical order.

    `time` [s from kick-off], `kind`, `viewer` (-1: the shop), `push` (its number; -1: none), `item`, `size`,
    `surface` and `price` [currency] where there are any, `flag`, and `value`, which `sim.engine.ledger.Kind` explains.
    """
    rows, catalogue = played.ledger.rows(), played.night.catalogue
    kinds = [kind for kind in Kind if kind is not Kind.ASK]
    number = np.zeros(256, np.int8)
    number[kinds] = np.arange(len(kinds))
    price = rows["price"] / 10**played.night.scenario.shop.decimals
    sized = (rows["item"] >= 0) & catalogue.sized[rows["item"]]
    return pd.DataFrame(
        {
            "time": rows["time"],
            "kind": _named(number[rows["kind"]], [kind.name.lower() for kind in kinds]),
            "viewer": rows["viewer"],
            "push": rows["push"],
            "item": _named(rows["item"], catalogue.keys),
            "size": _named(np.where(sized, rows["size"], -1), catalogue.labels),
            "surface": _named(rows["surface"], SURFACES),
            "price": np.where(rows["price"] > 0, price, np.nan),
            "flag": rows["flag"],
            "value": rows["value"],
        }
    )


def viewers(night: Night) -> pd.DataFrame:
    """Who they are before the night is played: one row a viewer, in the units of `sim.world.audience`.

    `taste_<category>` in standard deviations.
    """
    crowd, catalogue = night.crowd, night.catalogue
    return pd.DataFrame(
        {
            "viewer": np.arange(len(crowd), dtype=np.int32),
            "side": _named(crowd.known["side"], SIDES),
            "segment": _named(crowd.viewers["segment"], list(night.scenario.audience.segments)),
            "tier": crowd.known["tier"],
            "consent": crowd.known["consent"] == 1,
            "size": _named(crowd.viewers["own_size"], catalogue.labels),
            **{trait: crowd.viewers[trait].copy() for trait in TRAITS},
            **{f"taste_{c}": crowd.tastes[:, i] * TASTE_STEP for i, c in enumerate(catalogue.categories)},
        }
    )


def _named(numbers: NDArray[np.integer], names: Sequence[str]) -> pd.Series:
    """Names for numbers; none for -1."""
    return pd.Series(pd.Categorical.from_codes(np.asarray(numbers, np.int16), categories=pd.Index(names)))
