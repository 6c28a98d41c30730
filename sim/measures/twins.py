"""Twins: every viewer under a policy beside the same viewer under the control.

A viewer's draws are the same under every policy, so viewer i of both is one person who has lived the evening, or the
season, twice, and what a policy changed can be said person by person.  Orders, money and time are told in both
directions: what a viewer has beyond the twin is gained, what is short of it is lost, and one person's gain does not
hide another's loss.  Orders are those of both ends (the metrics `orders` and `store_orders`): one that only moved from
the store to the stream is no gain.  An order counts once it is paid, also if it is sent back later; of a team that
stayed too small nobody paid one.  Money is net of refunds when the days after the last match are over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.ledger import Kind
from sim.engine.play import Played
from sim.measures.outcomes import MONEY

Values = NDArray[np.float64]
Bits = NDArray[np.uint8]
MOVED = (Kind.PAYMENT, Kind.BALANCE, Kind.REFUND)  # rows that move money between a viewer and the shop


@dataclass(frozen=True, eq=False)
class Ending:
    """What is kept of `viewers` people's nights to be joined with others: 4 bytes, 3 bits a night, and what they paid.

    `orders` has a row an order paid at either end, each viewer's in order of time: `viewer`, `item` (its number) and
    `paid` [currency].  `money` (viewer, amount [currency]) has a row for all that was paid or given back.  `came`,
    `watching` (at the final whistle) and `lost` (pushed away before it and not come back) are bits (nights, N / 8),
    packed; `seconds` (N,) on the stream are rounded to single precision.
    """

    viewers: int
    orders: pd.DataFrame
    money: pd.DataFrame
    came: Bits
    watching: Bits
    lost: Bits
    seconds: NDArray[np.float32]


def ending(nights: Sequence[Played]) -> Ending:
    """What is kept of a scenario's nights."""
    minor = 10.0 ** nights[0].night.scenario.shop.decimals
    rows = np.concatenate([part for night in nights for part in (night.books.payments(), night.books.days())])
    rows = rows[np.isin(rows["kind"], MOVED)]
    orders = rows[rows["kind"] == Kind.PAYMENT]
    sign = np.where(rows["kind"] == Kind.REFUND, -1.0, 1.0)
    closings = [night.closing for night in nights]
    return Ending(
        viewers=len(closings[0].came),
        orders=pd.DataFrame({"viewer": orders["viewer"], "item": orders["item"], "paid": orders["price"] / minor}),
        money=pd.DataFrame({"viewer": rows["viewer"], "amount": sign * rows["price"] / minor}),
        came=np.packbits([closing.came for closing in closings], axis=1),
        watching=np.packbits([night.books.counts.watching for night in nights], axis=1),
        lost=np.packbits([night.books.counts.lost for night in nights], axis=1),
        seconds=np.sum([closing.watched for closing in closings], axis=0).astype(np.float32),
    )


@dataclass(frozen=True)
class _By:
    """One quantity, viewer by viewer, under both."""

    policy: Values
    control: Values

    @property
    def gained(self) -> float:
        """What viewers have beyond their twins."""
        return float(np.maximum(self.policy - self.control, 0.0).sum())

    @property
    def lost(self) -> float:
        """What twins have beyond these viewers."""
        return float(np.maximum(self.control - self.policy, 0.0).sum())

    @property
    def shared(self) -> float:
        """What viewers have of what their twins have."""
        return float(np.minimum(self.policy, self.control).sum())


class Pair:
    """Two endings of the same people."""

    def __init__(self, control: Ending, policy: Ending) -> None:
        self.control, self.policy = control, policy

    @cached_property
    def orders(self) -> _By:
        """Orders paid."""
        return _aligned(*(e.orders["viewer"].value_counts() for e in (self.policy, self.control)))

    @cached_property
    def spent(self) -> _By:
        """Paid, and not given back [currency]."""
        return _aligned(*(e.money.groupby("viewer")["amount"].sum() for e in (self.policy, self.control)))

    @property
    def minutes(self) -> _By:
        """Time on the stream [min]."""
        return _By(*(e.seconds.astype(float) / 60.0 for e in (self.policy, self.control)))

    @cached_property
    def same(self) -> pd.DataFrame:
        """Orders of an item that the twin ordered, too, a viewer's k-th beside the twin's k-th: `paid` and `twin`."""
        own, twin = (_counted(e.orders) for e in (self.policy, self.control))
        return own.merge(twin.rename(columns={"paid": "twin"}), on=["viewer", "item", "k"])

    @cached_property
    def saved(self) -> pd.Series:
        """What viewers paid less than their twins for the same [currency], where they did."""
        less = self.same["twin"] - self.same["paid"]
        return less[less > 0]


def _aligned(policy: pd.Series, control: pd.Series) -> _By:
    """Of viewers who have any under either, for most have none."""
    return _By(*(side.to_numpy(float) for side in policy.align(control, fill_value=0)))


def _only(these: Bits, those: Bits) -> float:
    """How many are among these and not among those; as bits, for a season's would be large as numbers."""
    return float(np.bitwise_count(these & ~those).sum())


def _counted(orders: pd.DataFrame) -> pd.DataFrame:
    return orders.assign(k=orders.groupby(["viewer", "item"]).cumcount())


@dataclass(frozen=True)
class Measure:
    """One number about a pair of nights: in which unit, and how it is made."""

    name: str
    unit: str
    formula: str
    of: Callable[[Pair], float]


# "Twin" is the same viewer under the control.  Of orders:  orders = orders_anyway + incremental_orders, the control's
# orders = orders_anyway + orders_lost;  of money and time:  the policy's - the control's = gained - lost.
TWINS: tuple[Measure, ...] = (
    Measure(
        "incremental_orders", "orders", "orders paid beyond as many as the twin paid, added up over viewers",
        lambda p: p.orders.gained,
    ),
    Measure(
        "orders_anyway", "orders", "orders paid of which the twin paid as many, whatever was ordered: the smaller "
        "number of the two, added up over viewers",
        lambda p: p.orders.shared,
    ),
    Measure(
        "anyway_other_item", "orders", "of orders_anyway those of something else than the twin's",
        lambda p: p.orders.shared - len(p.same),
    ),
    Measure(
        "anyway_at_discount", "orders", "of orders_anyway those of what the twin ordered, at a lower price than the "
        "twin paid (a viewer's first order of an item beside the twin's first, and so on)",
        lambda p: float(len(p.saved)),
    ),
    Measure(
        "discount_given_away", MONEY, "price the twin paid - price paid (of a pre-sale the deposits), added up over "
        "anyway_at_discount",
        lambda p: float(p.saved.sum()),
    ),
    Measure(
        "orders_lost", "orders", "orders the twin paid beyond as many as this viewer paid, added up over viewers",
        lambda p: p.orders.lost,
    ),
    Measure(
        "incremental_revenue", MONEY, "net revenue (paid at both ends, and not given back) beyond the twin's, added up "
        "over viewers who brought more",
        lambda p: p.spent.gained,
    ),
    Measure(
        "revenue_lost", MONEY, "the twin's net revenue beyond this viewer's, added up over viewers who brought less, "
        "be it for fewer or other goods, at a discount, or sent back",
        lambda p: p.spent.lost,
    ),
    Measure(
        "viewers_driven_away", "viewers", "viewers gone at the final whistle whose twin was on the stream then; match "
        "by match",
        lambda p: _only(p.control.watching, p.policy.watching),
    ),
    Measure(
        "viewers_kept", "viewers", "viewers on the stream at the final whistle whose twin was gone then; match "
        "by match",
        lambda p: _only(p.policy.watching, p.control.watching),
    ),
    Measure(
        "lost_anyway", "viewers", "viewers pushed away before the final whistle who did not come back, and whose "
        "twin was gone at the whistle, too; match by match",
        lambda p: _only(p.policy.lost, p.control.watching),
    ),
    Measure(
        "visits_lost", "visits", "matches the twin came to and this viewer did not, added up over viewers",
        lambda p: _only(p.control.came, p.policy.came),
    ),
    Measure(
        "visits_gained", "visits", "matches this viewer came to and the twin did not, added up over viewers",
        lambda p: _only(p.policy.came, p.control.came),
    ),
    Measure(
        "minutes_lost", "minutes", "time on the stream short of the twin's, added up over viewers",
        lambda p: p.minutes.lost,
    ),
    Measure(
        "minutes_gained", "minutes", "time on the stream beyond the twin's, added up over viewers",
        lambda p: p.minutes.gained,
    ),
)  # fmt: skip
TWIN_NAMES = tuple(measure.name for measure in TWINS)


def joined(control: Ending, policy: Ending) -> dict[str, float]:
    """Every measure of a policy's nights beside the control's, which must be the same replication's."""
    pair = Pair(control, policy)
    return {measure.name: measure.of(pair) for measure in TWINS}
