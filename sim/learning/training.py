"""`train`: logged nights, models fitted to them, held against nights they have not seen, kept with a card."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.provenance import versions
from sim.learning.arms import ARMS
from sim.learning.beside import Beside, Nights, beside
from sim.learning.card import card
from sim.learning.features import NAMES
from sim.learning.logs import logged_night
from sim.learning.model import Model, fit, parted
from sim.learning.rounds import Chances, Moment, exploring
from sim.learning.scored import greedy
from sim.world.night import World

POLICY = '''"""Does what the models beside this file expect to be worth most, viewer by viewer: see card.md."""

from pathlib import Path

from sim.learning.scored import Scored


class MlScored(Scored):
    """Greedy on the models beside this file."""

    folder = Path(__file__).parent
    sha256 = "{sha256}"
'''


@dataclass(frozen=True, eq=False)
class Trained:
    """What training has brought."""

    model: Model
    logs: pd.DataFrame
    beside: tuple[Beside, ...]


def train(
    world: World, *, nights: int, viewers: int, seed: int, tell: Callable[[int], None] = lambda _: None
) -> Trained:
    """Plays `nights` under the exploring policy, fits, and holds what the logs say of others against the truth.

    `tell` is called after each night, with how many have been played.  Raises MatchdayError where there is too little
    to learn from.
    """
    parts = []
    for night in range(nights):
        parts.append(logged_night(world, exploring, seed, night, viewers))
        tell(night + 1)
    logs = pd.concat(parts, ignore_index=True)
    trained = {"scenario": world.scenario.name, "seed": seed, "nights": nights, "viewers": viewers}
    model = fit(logs, range(nights), trained | {"versions": versions()})
    held_out = logs[logs["night"].isin(parted(range(nights))[-1])]
    others: dict[str, Chances] = {
        "learnt": lambda moment: greedy(model, moment),
        "always a panel": lambda moment: _always(2, moment),
        "a panel for one in five": lambda moment: 0.8 * _always(0, moment) + 0.2 * _always(2, moment),
    }
    new = Nights(world, seed, nights, max(3, nights // 2), viewers)
    told = [each for name, chances in others.items() for each in beside(name, chances, held_out, model, new)]
    return Trained(model, logs, tuple(told))


def _always(arm: int, moment: Moment) -> NDArray[np.float64]:
    return np.tile(np.eye(len(ARMS))[arm], (len(moment.who), 1))


# --- kept -------------------------------------------------------------------------------------------------------------


def keep(trained: Trained, folder: Path) -> list[Path]:
    """Writes the models, the policy that uses them and the card into `folder`; raises OSError.

    The policy is called like the folder, for that is its name in tables.
    """
    sha256 = trained.model.save(folder)
    name = re.sub(r"\W+", "_", folder.resolve().name).strip("_")
    policy, about = folder / f"{name or 'learnt'}.py", folder / "card.md"
    policy.write_text(POLICY.format(sha256=sha256), encoding="utf-8")
    about.write_text(card(trained.model, trained.beside), encoding="utf-8")
    return [policy, about]


def export_open_bandit(logs: pd.DataFrame, folder: Path) -> list[Path]:
    """Writes logs as the Open Bandit Dataset has them (Saito et al. 2021); gives the files; raises OSError.

    `exploring/all/all.csv` has timestamp (night x 1,000,000 + s from kick-off), item_id (the arm), position (always 1),
    click, propensity_score, and user_feature_k; `item_context.csv` says what each arm is.  `features.csv`, which that
    form has not, names the features.
    """
    inner = folder / "exploring" / "all"
    inner.mkdir(parents=True, exist_ok=True)
    users = {f"user_feature_{i}": logs[name].round(5) for i, name in enumerate(NAMES)}
    rounds = pd.DataFrame(
        {
            "timestamp": logs["night"] * 1_000_000 + logs["time"], "item_id": logs["arm"], "position": 1,
            "click": logs["click"].astype(int), "propensity_score": logs["chance"].astype(float).round(6), **users,
        }
    )  # fmt: skip
    items = pd.DataFrame(
        {
            "item_id": range(len(ARMS)),
            "item_feature_0": [arm.discount for arm in ARMS],
            "item_feature_1": [arm.surface or "none" for arm in ARMS],
        }
    )
    names = {**{f"user_feature_{i}": name for i, name in enumerate(NAMES)}, "item_feature_0": "discount",
             "item_feature_1": "surface"}  # fmt: skip
    features = pd.DataFrame({"column": names.keys(), "what": names.values()})
    tables = {inner / "all.csv": rounds, inner / "item_context.csv": items, inner / "features.csv": features}
    for file, table in tables.items():
        table.to_csv(file)
    return list(tables)
