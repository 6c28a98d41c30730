"""Small worlds for tests: hypothesis scenarios, and policies that follow a script."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from sim.engine.play import Played, play
from sim.policy import EVERYONE, Offer, Policy, Push, View
from sim.world.night import World
from sim.world.scenario import Scenario
from sim.world.surfaces import SURFACES

STREAM = tuple(name for name in SURFACES if name != "store_push")  # surfaces of the stream
SIZES = ("S", "M", "L", "XL")
NIGHTLY = 10  # times as many examples, with HYPOTHESIS_PROFILE=nightly


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


def whole_shop(stock: int, **changes: Any) -> dict[str, Any]:
    """The same with all that a shop can offer: something sold ahead, a set, coupons, content, a brand, credit."""
    goods = shop(
        stock,
        presales={
            "ahead": {"name": "Ahead", "product": "blue-shirt", "price": 70.0, "quota": stock, "balance": 3, "ships": 4}
        },
        bundles={"set": {"name": "Set", "items": {"red-shirt": 1, "ball": 2}, "price": 120.0}},
        coupons={
            "tenth": {"name": "A tenth off", "share": 0.1},
            "fiver": {"name": "Five off", "amount": 5.0, "above": 50.0, "categories": ["jersey"]},
        },
        content={"fit": {"name": "How a shirt fits", "kind": "care_guide", "category": "jersey", "minutes": 1.5}},
        rebate={"share": 0.1},
    )
    goods["products"]["red-shirt"]["brand"] = {"name": "Northwind"}
    return {**goods, **changes}


TIERS = {
    "tiers": {"member": {"name": "Member", "points": 0}, "gold": {"name": "Gold", "points": 2, "discount": 0.05}},
    "points_usual": 2.0,
}


def _good(category: str, side: str, price: float) -> dict[str, Any]:
    return {"name": category, "category": category, "side": side, "price": price, "cost": 0.4 * price}


@dataclass
class Scripted(Policy):
    """Says, at the first window from each time on, the pushes of that line of the script.

    A push: surface, item, discount, how long it lasts, audience, and a mapping of other terms where it has any.
    """

    script: list[tuple[float, list[tuple[Any, ...]]]]

    def __post_init__(self) -> None:
        self.said = 0

    def decide(self, view: View) -> Iterable[Push]:
        pushes: list[Push] = []
        while self.said < len(self.script) and self.script[self.said][0] <= view.time:
            pushes += [_push(view.time, *said[:5], **dict(*said[5:])) for said in self.script[self.said][1]]
            self.said += 1
        return pushes[:16]


def _push(
    now: float, surface: Any, item: str, discount: float, lasts: float, audience: Any, prominence: float = 1.0,
    **terms: Any,
) -> Push:  # fmt: skip
    who = EVERYONE if audience is None else np.asarray(audience)
    return Push(surface, Offer(item, discount, **terms), now + lasts, who, prominence)


LOUD = "red-shirt", 0.3, 600.0


def often(audience: Any = None, every: float = 300.0, surface: str = "pop_up") -> Scripted:
    """The same flash sale again and again."""
    return Scripted([(t, [(surface, *LOUD, audience)]) for t in np.arange(-1500.0, 6000.0, every)])


def lived(w: World, policy: Policy, seed: int = 1, replication: int = 0, **how: Any) -> Played:
    """A night of `w` with every row kept."""
    return play(w.night(seed, replication), policy, "scripted", keep=True, **how)


# --- any night --------------------------------------------------------------------------------------------------------


def any_night(examples: int) -> settings:
    """How many worlds and scripts a test is tried on, more in the nightly run."""
    more = NIGHTLY if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 1
    return settings(max_examples=examples * more, deadline=None, suppress_health_check=list(HealthCheck))


GOODS = st.sampled_from(("red-shirt", "blue-shirt", "ball", "set"))
LASTS = st.sampled_from((20.0, 200.0, 300.0, 1500.0))
WORDS = {"claim": st.sampled_from((0.0, 0.7)), "prominence": st.sampled_from((0.5, 1.0, 3.0))}
FEW = st.lists(st.integers(0, 39), max_size=12, unique=True).map(lambda x: np.array(x, int))
audiences = st.one_of(st.none(), st.none(), st.none(), FEW)


def _pushes(
    item: Any, discount: Any, surface: Any = STREAM, lasts: Any = LASTS, **terms: Any
) -> st.SearchStrategy[Any]:
    where, off = st.sampled_from(surface), st.sampled_from(discount)
    return st.tuples(where, item, off, lasts, audiences, st.fixed_dictionaries({**WORDS, **terms}))


pushes = st.one_of(
    _pushes(GOODS, (0.0, 0.1, 0.5)),
    _pushes(GOODS, (0.1, 0.5), team=st.sampled_from((2, 3, 5)), lasts=st.sampled_from((600.0, 2400.0))),
    _pushes(st.just("red-shirt"), (0.1, 0.5), ("host_mention",), joint=st.just(True)),
    _pushes(st.sampled_from(("ahead", "tenth", "fiver")), (0.0,)),
    _pushes(st.just("fit"), (0.0,), claim=st.just(0.0)),
)
ROUND = 300.0  # s, as every window goes into it: what begins so meets what ends so
moments = st.one_of(st.floats(-1800, 6500), st.integers(-6, 21).map(lambda n: n * ROUND))
lines = st.tuples(moments, st.lists(pushes, min_size=1, max_size=4))
scripts = st.lists(lines, min_size=6, max_size=14).map(lambda said: Scripted(sorted(said, key=lambda line: line[0])))
segments = st.fixed_dictionaries(
    {
        "share": st.just(1.0),
        "browse": st.fixed_dictionaries({"median": st.sampled_from((0.5, 4.0, 20.0))}),
        "stay": st.fixed_dictionaries({"median": st.sampled_from((60.0, 3.0, 200.0))}),
        "chat": st.fixed_dictionaries({"median": st.sampled_from((0.05, 1.0))}),
        "tolerance": st.fixed_dictionaries({"median": st.sampled_from((0.1, 1.0))}),
        "members": st.sampled_from((0.0, 0.6)),
        "customers": st.just(0.7),
    }
)
goods = st.builds(
    whole_shop,
    stock=st.sampled_from((0, 1, 3, 40)),
    board_lag=st.sampled_from((0.0, 45.0, 600.0)),
    price_lag=st.sampled_from((0.0, 20.0, 300.0)),
    stacking=st.fixed_dictionaries({"rule": st.sampled_from(("best", "sum")), "most_off": st.sampled_from((0.6, 0.9))}),
    group_buy=st.fixed_dictionaries({"holds_stock": st.booleans()}),
    rebate=st.fixed_dictionaries({"share": st.sampled_from((0.0, 0.2))}),
)


@st.composite
def worlds(draw: st.DrawFn, days: float = 0.0) -> World:
    """Scenarios of 40 viewers in which anything that can run out may run out; `days` of them are followed after."""
    stock, one = draw(goods), st.booleans()
    if draw(one):
        lead = draw(st.sampled_from((0.2, 20.0)))
        stock["products"]["ball"]["replenishment"] = {"reorder_at": 1, "quantity": 3, "lead": lead}
    if draw(one):
        stock["products"]["red-shirt"]["store_demand"] = stock["products"]["ball"]["store_demand"] = 2.0
    if draw(one):
        stock["products"]["blue-shirt"] |= {"access": {"tier": "gold", "early": draw(one)}, "exposure": 5}
    return world(
        audience={"viewers": 40, "segments": {"all": draw(segments)}},
        shop=stock,
        loyalty=TIERS,
        host={"truthfulness": draw(st.sampled_from((0.6, 1.0)))},
        timing={"window": draw(st.sampled_from((15.0, 37.5, 60.0, 60.0)))},
        days_after=days,
        assumptions={
            "click_base": draw(st.sampled_from((-1.0, -1.0, -3.0))),
            "trust_average": 0.1,  # of whom everybody here thinks more: people who buy
            "team_doubt": 0.5,
            "cart_paid": draw(st.sampled_from((0.1, 0.9))),
            "payment_window": 300.0,
            "cart_base": -1.0,
            "buy_base": draw(st.sampled_from((-1.0, -1.0, -4.0))),
            "content_base": -1.0,
            "wait_seconds": 90.0,
            "mismatch_base": 3.0,
            "visit_scale": 1.0,
        },
    )
