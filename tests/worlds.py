"""Small worlds for tests: hypothesis scenarios, and policies that follow a script."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim.engine.play import Played, play
from sim.policy import EVERYONE, Offer, Policy, Push, View
from sim.world.night import World
from sim.world.scenario import Scenario
from sim.world.surfaces import SurfaceIndex

SURFACES = tuple(s.name.lower() for s in SurfaceIndex)
SIZES = ("S", "M", "L", "XL")


def world(**changes: Any) -> World:
    """A generated league match, few people, a small shop; `changes` replace top-level parts of the scenario."""
    given: dict[str, Any] = {
        "name": "test",
        "match": {
            "source": "generated",
            "home": {"name": "Reds", "expected_goals": 1.8},
            "away": {"name": "Blues", "expected_goals": 1.4},
        },
        "audience": {"viewers": 80, "segments": {"all": {"share": 1.0, "browse": {"median": 3.0}}}},
        "shop": shop(stock=6),
        "timing": {"window": 30.0},
        "days_after": 0.0,
    }
    return World(Scenario.model_validate({**given, **changes}), (None,), Path("test.yaml"), "")


def shop(stock: int, **changes: Any) -> dict[str, Any]:
    """Two shirts in sizes and a ball, `stock` of each SKU."""
    return {
        "products": {
            "red-shirt": _good("jersey", "home", 80.0) | {"sizes": dict.fromkeys(SIZES, stock)},
            "blue-shirt": _good("jersey", "away", 80.0) | {"sizes": dict.fromkeys(SIZES[:3], stock)},
            "ball": _good("equipment", "neutral", 30.0) | {"stock": stock},
        },
        **changes,
    }


def _good(category: str, side: str, price: float) -> dict[str, Any]:
    return {"name": category, "category": category, "side": side, "price": price, "cost": 0.4 * price}


@dataclass
class Scripted(Policy):
    """Says, at the first window from each time on, the pushes of that line of the script."""

    script: list[tuple[float, list[tuple[str, str, float, float, Any]]]]

    def __post_init__(self) -> None:
        self.said = 0

    def decide(self, view: View) -> Iterable[Push]:
        pushes = []
        while self.said < len(self.script) and self.script[self.said][0] <= view.time:
            for surface, product, discount, lasts, audience in self.script[self.said][1]:
                who = EVERYONE if audience is None else np.asarray(audience)
                pushes.append(Push(surface, Offer(product, discount), view.time + lasts, who))
            self.said += 1
        return pushes[:16]


LOUD = "red-shirt", 0.3, 600.0


def often(audience: Any = None, every: float = 300.0, surface: str = "pop_up") -> Scripted:
    """The same flash sale again and again."""
    return Scripted([(t, [(surface, *LOUD, audience)]) for t in np.arange(-1500.0, 6000.0, every)])


def lived(w: World, policy: Policy, seed: int = 1, replication: int = 0, **how: Any) -> Played:
    """A night of `w` with every row kept."""
    return play(w.night(seed, replication), policy, "scripted", keep=True, **how)


pushes = st.tuples(
    st.sampled_from(SURFACES),
    st.sampled_from(("red-shirt", "blue-shirt", "ball")),
    st.sampled_from((0.0, 0.1, 0.5)),
    st.sampled_from((20.0, 200.0, 1500.0)),
    st.one_of(st.none(), st.lists(st.integers(0, 39), max_size=12, unique=True).map(lambda x: np.array(x, int))),
)
scripts = st.lists(st.tuples(st.floats(-1800, 6500), st.lists(pushes, max_size=3)), max_size=12).map(
    lambda lines: Scripted(sorted(lines, key=lambda line: line[0]))
)
segments = st.fixed_dictionaries(
    {
        "share": st.just(1.0),
        "browse": st.fixed_dictionaries({"median": st.sampled_from((0.5, 4.0, 20.0))}),
        "stay": st.fixed_dictionaries({"median": st.sampled_from((3.0, 60.0))}),
        "chat": st.fixed_dictionaries({"median": st.sampled_from((0.05, 1.0))}),
        "tolerance": st.fixed_dictionaries({"median": st.sampled_from((0.1, 1.0))}),
    }
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Scenarios of 40 viewers in which anything that can run out may run out."""
    stock = shop(draw(st.sampled_from((0, 1, 3, 40))), board_lag=draw(st.sampled_from((0.0, 45.0, 600.0))))
    if draw(st.booleans()):
        stock["products"]["ball"]["replenishment"] = {
            "reorder_at": 1,
            "quantity": 3,
            "lead": draw(st.sampled_from((0.2, 20.0))),
        }
    return world(
        audience={"viewers": 40, "segments": {"all": draw(segments)}},
        shop=stock,
        timing={"window": draw(st.sampled_from((15.0, 37.5, 60.0)))},
        assumptions={
            "cart_paid": draw(st.sampled_from((0.1, 0.9))),
            "payment_window": 300.0,
            "cart_base": -1.0,
            "wait_seconds": 90.0,
        },
    )
