"""What a shop can offer beyond its shelf: goods sold ahead, sets, teams that buy together, coupons, credit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.evidence import NONE, number
from sim.world.forms import Form, Key, Share
from sim.world.names import Name
from sim.world.yaml_faults import misplaced

MOST_TEAM = 50  # people in a team
MOST_COUPONS = 8  # of a shop: a viewer's wallet has a byte for each


class Presale(Form):
    """A product sold before it is there: a deposit now, the rest later, and a quota of its own."""

    name: Name = Field(description="what viewers read")
    product: Key = Field(description="product that is sold ahead; its size is made to order")
    price: float | None = Field(
        default=None, gt=0, le=1e7, description="whole price, the product's unless given [currency]"
    )
    quota: int = Field(ge=0, le=1_000_000_000, description="units that can be ordered ahead [units]")
    deposit: float = Field(default=0.2, gt=0, lt=1, description="share of the price that is paid at once [share]")
    balance: float = Field(default=7, gt=0, le=60, description="time after which the rest is due [days]")
    ships: float = Field(default=14, gt=0, le=120, description="time after which it goes out, if paid [days]")

    @model_validator(mode="after")
    def _in_order(self) -> Presale:
        if self.ships < self.balance:
            words = f"ships after {self.ships:g} days, before the rest is due after {self.balance:g}"
            raise misplaced(words, "ships")
        return self


class Bundle(Form):
    """A set of products at one price: all of it or nothing."""

    name: Name = Field(description="what viewers read")
    items: dict[Key, Annotated[int, Field(ge=1, le=9)]] = Field(
        min_length=1, max_length=6, description="units of each product in the set [units]"
    )
    price: float = Field(gt=0, le=1e7, description="price of the set [currency]")


class Coupon(Form):
    """Money off one order, at the stream's end or the store's; each viewer can have it once a match."""

    name: Name = Field(description="what viewers read")
    share: float | None = Field(default=None, gt=0, le=0.9, description="share of the price it takes off [share]")
    amount: float | None = Field(default=None, gt=0, le=1e7, description="amount it takes off, instead [currency]")
    above: float = Field(default=0, ge=0, le=1e7, description="list price from which it counts [currency]")
    categories: tuple[Key, ...] = Field(default=(), description="categories it is for, all if empty")
    days: int = Field(
        default=7, ge=0, le=60, description="how long after the match at which it was taken it can be used [days]"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Coupon:
        if (self.share is None) == (self.amount is None):
            raise ValueError("needs 'share' (of the price) or 'amount' (of money), not both")
        if self.amount is not None and self.amount >= self.above:
            words = f"takes {self.amount:g} off prices from {self.above:g}: it must count only above what it takes off"
            raise misplaced(words, "above")
        return self


class Stacking(Form):
    """What happens where several reductions meet on one order: the same rule at both ends.

    Discounts, coupons, a tier's discount and credit count, and what a set costs less than its parts; the price of a
    team or a pre-sale takes none of them.
    """

    rule: Literal["best", "sum"] = Field(
        default="best", description="only the largest of discount, coupon and tier counts, or their sum"
    )
    most_off: Share = Field(default=0.9, description="what all reductions together may take off the list price [share]")


class GroupBuy(Form):
    """Teams that buy together: who joins pays the team's price at once and is refunded if the team stays too small."""

    holds_stock: bool = Field(
        default=True, description="a unit is kept for who has joined; otherwise it is looked for when the team is full"
    )


class Rebate(Form):
    """Part of what was paid comes back as credit for the next order, at either end."""

    share: float = number(0.0, "share", 0, 0.2, "assumed", NONE, "Share of a payment that comes back as credit",
        ge=0, le=0.5)  # fmt: skip
