"""`train`: logged nights, models fitted to them, held against nights they have not seen, kept with a card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.provenance import versions
from sim.learning.arms import ARMS
from sim.learning.card import card
from sim.learning.features import NAMES
from sim.learning.logs import logged_night
from sim.learning.model import Model, fit
from sim.learning.offpolicy import Beside, doubly_robust, ips, over_nights, snips
from sim.learning.rounds import Chances, Moment, exploring
from sim.learning.scored import greedy
from sim.policy.items import Item, cards_of
from sim.world.catalogue import stock_up
from sim.world.night import World

POLICY = '''"""Does what models trained on "{scenario}" expect to be worth most, viewer by viewer: see card.md."""

from pathlib import Path

from sim.learning.scored import Scored


class MlScored(Scored):
    """Greedy on the models beside this file."""

    folder = Path(__file__).parent
    sha256 = "{sha256}"
'''
CHECKED = 3  # nights on which the truth about other policies is played


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
    held_out = logs[logs["night"] >= nights - max(1, nights // 5)]
    others: dict[str, Chances] = {
        "learnt": lambda moment: greedy(model, moment),
        "always a panel": lambda moment: _always(2, moment),
        "a panel for one in five": lambda moment: 0.8 * _always(0, moment) + 0.2 * _always(2, moment),
    }
    of = model, held_out, world, seed, nights, viewers
    return Trained(model, logs, tuple(_beside(name, chances, *of) for name, chances in others.items()))


def _always(arm: int, moment: Moment) -> NDArray[np.float64]:
    return np.tile(np.eye(len(ARMS))[arm], (len(moment.who), 1))


def _beside(
    name: str, chances: Chances, model: Model, logs: pd.DataFrame, world: World, seed: int, nights: int, viewers: int
) -> Beside:
    """Estimates from held-out logs, and the truth from other nights."""
    wanted = _chances_in(logs, chances, world)
    arm, reward = logs["arm"].to_numpy(np.intp), logs["click"].to_numpy(float)
    drawn = wanted[np.arange(len(arm)), arm]
    chance, night = logs["chance"].to_numpy(float), logs["night"].to_numpy(np.int64)
    x, price = logs[list(NAMES)].to_numpy(float), float(logs["price"].median())
    clicks = model.chances("click", x, {number: price for number, a in enumerate(ARMS) if a.surface})
    expected = np.stack([np.zeros(len(x)), *clicks.values()], axis=1)
    told = {
        "IPS": ips(reward, chance, drawn),
        "SNIPS": snips(reward, chance, drawn),
        "DR": doubly_robust(reward, chance, wanted, arm, expected),
    }
    truth = [logged_night(world, chances, seed, nights + k, viewers) for k in range(CHECKED)]
    played = pd.concat(truth, ignore_index=True)
    real = over_nights(played["click"].to_numpy(float), played["night"].to_numpy(np.int64))
    return Beside(name, {method: over_nights(values, night) for method, values in told.items()}, real, CHECKED)


def _chances_in(logs: pd.DataFrame, chances: Chances, world: World) -> NDArray[np.float64]:
    """(n, arms) what another policy would have done in each logged round."""
    scenario = world.scenario
    catalogue = stock_up(scenario.shop, scenario.loyalty, 1.0, scenario.assumptions)
    cards = cards_of(catalogue, 10**scenario.shop.decimals)
    out, x = np.zeros((len(logs), len(ARMS))), logs[list(NAMES)].to_numpy(np.float32)
    item, side = logs["item"].to_numpy(str), logs["side"].to_numpy(np.int64)
    for key, of in sorted(set(zip(item.tolist(), side.tolist(), strict=True))):
        rows = np.flatnonzero((item == key) & (side == of))
        on_offer = Item(**cards[key].facts, stock=1, sizes={}, mentions=0.0, surge=1.0)
        out[rows] = chances(Moment(rows, x[rows], of, on_offer))
    return out


# --- kept -------------------------------------------------------------------------------------------------------------


def keep(trained: Trained, folder: Path) -> list[Path]:
    """Writes the models, the policy that uses them and the card into `folder`; raises OSError."""
    sha256 = trained.model.save(folder)
    scenario = str(trained.model.trained["scenario"]).replace('"', "'").replace("\\\\", "/")
    policy, about = folder / "policy.py", folder / "card.md"
    policy.write_text(POLICY.format(scenario=scenario, sha256=sha256), encoding="utf-8")
    about.write_text(card(trained.model, trained.beside), encoding="utf-8")
    return [policy, about]


def export_open_bandit(logs: pd.DataFrame, folder: Path) -> list[Path]:
    """Writes logs as the Open Bandit Dataset has them (Saito et al. 2021); gives the files; raises OSError.

    `exploring/all/all.csv` has timestamp [s], item_id (the arm), position (always 1), click, propensity_score, and
    user_feature_k in the order of `sim.learning.features.NAMES`; `item_context.csv` beside it says what each arm is.
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
    files = [inner / "all.csv", inner / "item_context.csv"]
    for table, file in zip((rounds, items), files, strict=True):
        table.to_csv(file)
    return files
