"""A night minute by minute, as a table: what the match did to people and what the shop made of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.books import Books
from sim.engine.ledger import Kind
from sim.engine.play import Played
from sim.engine.stock import open_till
from sim.world.match import SIDES
from sim.world.night import Night

Column = NDArray[np.int64] | NDArray[np.float64]
COUNTED: Mapping[str, Kind] = {
    "clicks": Kind.CLICK,
    "views": Kind.VIEW,
    "orders": Kind.PAYMENT,
    "refusals": Kind.REFUSAL,
    "mutes": Kind.MUTE,
    "leaves": Kind.LEAVE,
}


def by_minute(played: Played) -> pd.DataFrame:
    """One row a minute of the broadcast, and one for what happens after it, such as carts paid at leisure.

    `minute` counts from its opening, `clock` is what the screen shows then ("after" in the last row).  Beliefs and
    arousal are means over the minute; score, viewers, stock and sold-out SKUs stand as the minute ends; everything else
    counts what happened in it (`revenue` in currency units, `exposures` and `chats` by the window they began in).
    Nothing of the days after is in it.
    """
    books, night = played.books, played.night
    ends = np.minimum(books.opens + 60.0 * np.arange(1, books.minutes + 1), books.closes)
    return pd.DataFrame(
        {
            **_match(night, ends),
            **_people(books),
            **{name: books.counts.kinds[:, kind].sum(axis=1) for name, kind in COUNTED.items()},
            "revenue": books.counts.revenue.sum(axis=1) / 10**night.scenario.shop.decimals,
            **_shelf(night, books),
        }
    )


def _match(night: Night, ends: NDArray[np.float64]) -> dict[str, Column | list[str]]:
    stage = night.stage
    match, minutes = stage.match, len(ends)
    scores = np.array([match.score_at(t) for t in ends], np.int64)
    starts = match.opens + 60.0 * np.arange(minutes)
    p = _means(stage.beliefs.p, minutes)
    arousal = _means(stage.emotion.arousal.T, minutes)
    return {
        "minute": np.arange(minutes),
        "clock": [*(match.clock(t) for t in starts[:-1]), "after"],
        "home_goals": scores[:, 0],
        "away_goals": scores[:, 1],
        **{name: p[:, i] for i, name in enumerate(("p_home", "p_draw", "p_away"))},
        **{f"arousal_{side}": arousal[:, i] for i, side in enumerate(SIDES)},
    }


def _means(curves: NDArray[np.float64], minutes: int) -> NDArray[np.float64]:
    """Means over minutes of curves (T, k) on a grid of one second; after the broadcast they stay as they were."""
    starts = np.minimum(60 * np.arange(minutes - 1), len(curves) - 1)
    seconds = np.diff(np.append(starts, len(curves)))
    return np.vstack([np.add.reduceat(curves, starts, axis=0) / seconds[:, None], curves[-1]])


def _people(books: Books) -> dict[str, Column]:
    present = books.counts.presence.cumsum(axis=0)
    shown = books.shown()
    shown = shown[shown["surface"] != "store_push"]
    layers = {
        name: _counted(shown.loc[shown["layer"] == layer, ["minute", "n"]], books.minutes)
        for name, layer in (("exposures", "exposed"), ("notices", "noticed"))
    }
    return {
        "present": present.sum(axis=1),
        **{f"present_{side}": present[:, i] for i, side in enumerate(SIDES)},
        "chats": books.chats.sum(axis=(1, 2)),
        "pushes": books.counts.kinds[:, Kind.PUSH].sum(axis=1),
        **layers,
        "pushed_away": books.counts.pushed_away,
    }


def _counted(table: pd.DataFrame, minutes: int) -> Column:
    counts = np.zeros(minutes, np.int64)
    np.add.at(counts, table["minute"].to_numpy(np.int64), table["n"].to_numpy(np.int64))
    return counts


def _shelf(night: Night, books: Books) -> dict[str, Column]:
    """Free units by shelf, and the SKUs that are sold out."""
    catalogue = night.catalogue
    bare = int((catalogue.carried & (open_till(night).free == 0)).sum())
    change = books.counts.kinds[:, Kind.SOLD_OUT].sum(axis=1) - books.counts.kinds[:, Kind.BACK].sum(axis=1)
    return {
        "sold_out_skus": bare + change.cumsum(),
        **{f"stock_{key}": books.shelf[:, i] for i, key in enumerate(catalogue.keys[: catalogue.shelves])},
    }
