"""Logged nights: who was shown what, with which chance, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.engine.ledger import Kind
from sim.engine.play import Played, play
from sim.learning.arms import ARMS, price, worth
from sim.learning.features import NAMES
from sim.learning.rounds import Chances, Logged, Rounds
from sim.world.night import World

TOLD = ("time", "viewer", "arm", "chance", "side", "item", "price", "margin")
NUMBERS = ("viewer", "arm")  # that count something
OUTCOMES = {"click": Kind.CLICK, "order": Kind.PAYMENT, "mute": Kind.MUTE}


def logged_night(world: World, chances: Chances, seed: int, replication: int, viewers: int) -> pd.DataFrame:
    """A night under `chances`, a row a viewer and round.

    Columns: `night`, `time` [s], `viewer`, `arm` (its number), `chance` of it, `side`, `item`, `price` and `margin` of
    an order by that arm [currency], the features by their names, and `click`, `order` and `mute` (0 or 1):
    whether it came of what was shown.  Orders of who has not consented are unknown to the platform: NaN.
    """
    policy = Rounds(chances, log=True)
    played = play(world.night(seed, replication, viewers), policy, "logged", keep=True)
    frame = _frame(policy.log)
    frame.insert(0, "night", replication)
    for name, kind in OUTCOMES.items():
        frame[name] = _came(played, frame, kind)
    frame.loc[frame["consent"] == 0, "order"] = np.nan
    return frame


def _frame(log: Sequence[Logged]) -> pd.DataFrame:
    """Rounds one below the other, as one frame: a frame a round takes longer than what is in it."""
    if not log:
        return pd.DataFrame({name: np.zeros(0, int if name in NUMBERS else float) for name in (*TOLD, *NAMES)})
    moments, people = [entry.moment for entry in log], [len(entry.moment.who) for entry in log]
    paid = [np.array([(price(m.item, arm), worth(m.item, arm)) for arm in ARMS]) for m in moments]
    cost, margin = np.concatenate([money[entry.arm] for money, entry in zip(paid, log, strict=True)]).T
    told = (
        np.repeat([entry.time for entry in log], people),
        np.concatenate([m.who for m in moments]),
        np.concatenate([entry.arm for entry in log]),
        np.concatenate([entry.chance for entry in log]),
        np.repeat([m.side for m in moments], people),
        np.repeat([m.item.key for m in moments], people),
        cost,
        margin,
    )
    x = np.concatenate([m.x for m in moments])
    return pd.DataFrame(dict(zip(TOLD, told, strict=True)) | dict(zip(NAMES, x.T, strict=True)))


def _came(played: Played, frame: pd.DataFrame, kind: Kind) -> np.ndarray:
    """Whether rows of a kind came of what each viewer was shown in each round."""
    rows = played.ledger.rows()
    rows = rows[(rows["kind"] == kind) & (rows["push"] >= 0)]
    said_at = {push: terms.now for push, terms in played.books.terms.items()}
    came = {(int(row["viewer"]), said_at[int(row["push"])]) for row in rows}
    keys = zip(frame["viewer"].tolist(), frame["time"].tolist(), strict=True)
    shown = frame["arm"].to_numpy() > 0
    return np.array([key in came for key in keys], float) * shown
