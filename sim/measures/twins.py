"""Twins: every viewer under a policy beside the same viewer under the control.

A viewer's draws are the same under every policy, so viewer i of both is one person who has lived the evening, or the
season, twice, and what a policy changed can be said person by person.  Orders, money and time are told in both
directions: what a viewer has beyond the twin is gained, what is short of it is lost, and one person's gain does not
hide another's loss.  Orders are those of both ends: one that only moved from the store to the stream is no gain.
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
from sim.measures.facts import Facts
from sim.measures.outcomes import MONEY

Values = NDArray[np.float64]
Bits = NDArray[np.uint8]
PAID = {Kind.PAYMENT: 1.0, Kind.BALANCE: 1.0, Kind.REFUND: -1.0}  # what an amount in the days after is to the shop


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
    facts = Facts(nights)
    stream, days = facts.payments, facts.after(*PAID)
    orders = np.concatenate([stream, days[days["kind"] == Kind.PAYMENT]])
    sign = np.select([days["kind"] == kind for kind in PAID], list(PAID.values()))
    closings = [night.closing for night in nights]
    return Ending(
        viewers=len(nights[0].night.crowd),
        orders=pd.DataFrame(
            {"viewer": orders["viewer"], "item": orders["item"], "paid": orders["price"] / facts.minor}
        ),
        money=pd.DataFrame(
            {
                "viewer": np.concatenate([stream["viewer"], days["viewer"]]),
                "amount": np.concatenate([stream["price"], sign * days["price"]]) / facts.minor,
            }
        ),
        came=np.packbits([closing.came for closing in closings], axis=1),
        watching=np.packbits([night.books.counts.watching for night in nights], axis=1),
        lost=np.packbits([night.books.counts.lost for night in nights], axis=1),
        seconds=np.sum([closing.watched for closing in closings], axis=0).astype(np.float32),
    )


@dataclass(frozen=True)
class _By:
    """One quantity, of every viewer or of every viewer and night, under both."""

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

    def _by(self, of: Callable[[Ending], Values]) -> _By:
        return _By(of(self.policy), of(self.control))

    @cached_property
    def orders(self) -> _By:
        """Orders paid."""
        return self._by(lambda e: _summed(e, e.orders["viewer"], np.ones(len(e.orders))))

    @cached_property
    def spent(self) -> _By:
        """Paid, and not given back [currency]."""
        return self._by(lambda e: _summed(e, e.money["viewer"], e.money["amount"]))

    @cached_property
    def minutes(self) -> _By:
        """Time on the stream [min]."""
        return self._by(lambda e: e.seconds.astype(float) / 60.0)

    @cached_property
    def visits(self) -> _By:
        """1 of who came to a match."""
        return self._by(lambda e: _bits(e, e.came))

    @cached_property
    def watching(self) -> _By:
        """1 of who was on the stream at the final whistle."""
        return self._by(lambda e: _bits(e, e.watching))

    @property
    def lost_anyway(self) -> float:
        """Who was pushed away for good, and whose twin was gone at the whistle, too."""
        return float((_bits(self.policy, self.policy.lost) * (1.0 - self.watching.control)).sum())

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


def _summed(e: Ending, viewer: pd.Series, values: Values | pd.Series) -> Values:
    return np.bincount(viewer, weights=values, minlength=e.viewers).astype(float)


def _bits(e: Ending, packed: Bits) -> Values:
    return np.unpackbits(packed, axis=1, count=e.viewers).astype(float)


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
        "discount_given_away", MONEY, "price the twin paid - price paid, added up over anyway_at_discount",
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
        lambda p: p.watching.lost,
    ),
    Measure(
        "viewers_kept", "viewers", "viewers on the stream at the final whistle whose twin was gone then; match "
        "by match",
        lambda p: p.watching.gained,
    ),
    Measure(
        "lost_anyway", "viewers", "viewers pushed away before the final whistle who did not come back, and whose "
        "twin was gone at the whistle, too; match by match",
        lambda p: p.lost_anyway,
    ),
    Measure(
        "visits_lost", "visits", "matches the twin came to and this viewer did not, added up over viewers",
        lambda p: p.visits.lost,
    ),
    Measure(
        "visits_gained", "visits", "matches this viewer came to and the twin did not, added up over viewers",
        lambda p: p.visits.gained,
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
