"""Logged nights: who was shown what, with which chance, and what came of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.engine.ledger import Kind
from sim.engine.play import Played, play
from sim.learning.arms import ARMS, price, worth
from sim.learning.features import NAMES
from sim.learning.rounds import Chances, Logged, Rounds
from sim.world.night import World

OUTCOMES = {"click": Kind.CLICK, "order": Kind.PAYMENT, "mute": Kind.MUTE}


def logged_night(world: World, chances: Chances, seed: int, replication: int, viewers: int) -> pd.DataFrame:
    """A night under `chances`, a row a viewer and round.

    Columns: `night`, `time` [s], `viewer`, `arm` (its number), `chance` of it, `side`, `item`, `price` and `margin` of
    an order by that arm [currency], the features by their names, and `click`, `order` and `mute` (0 or 1):
    whether it came of what was shown.  Orders of who has not consented are unknown to the platform: NaN.
    """
    policy = Rounds(chances, log=True)
    played = play(world.night(seed, replication, viewers), policy, "logged", keep=True)
    parts = [_frame(entry) for entry in policy.log]
    frame = pd.concat(parts, ignore_index=True) if parts else _frame_of_nothing()
    frame.insert(0, "night", replication)
    for name, kind in OUTCOMES.items():
        frame[name] = _came(played, frame, kind)
    frame.loc[frame["consent"] == 0, "order"] = np.nan
    return frame


def _frame(entry: Logged) -> pd.DataFrame:
    m = entry.moment
    money = [(price(m.item, arm), worth(m.item, arm)) for arm in ARMS]
    cost, margin = np.array(money)[entry.arm].T
    columns = {
        "time": entry.time, "viewer": m.who, "arm": entry.arm, "chance": entry.chance, "side": m.side,
        "item": m.item.key, "price": cost, "margin": margin,
    }  # fmt: skip
    return pd.DataFrame(columns | {name: m.x[:, i] for i, name in enumerate(NAMES)})


def _frame_of_nothing() -> pd.DataFrame:
    columns = ("time", "viewer", "arm", "chance", "side", "item", "price", "margin", *NAMES)
    return pd.DataFrame({name: np.zeros(0) for name in columns}).astype({"viewer": int, "arm": int})


def _came(played: Played, frame: pd.DataFrame, kind: Kind) -> np.ndarray:
    """Whether rows of a kind came of what each viewer was shown in each round."""
    rows = played.ledger.rows()
    rows = rows[(rows["kind"] == kind) & (rows["push"] >= 0)]
    said_at = {push: terms.now for push, terms in played.books.terms.items()}
    came = {(int(row["viewer"]), said_at[int(row["push"])]) for row in rows}
    keys = zip(frame["viewer"].tolist(), frame["time"].tolist(), strict=True)
    shown = frame["arm"].to_numpy() > 0
    return np.array([key in came for key in keys], float) * shown
