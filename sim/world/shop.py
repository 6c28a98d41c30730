"""What is for sale, and how fast the stream learns of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.evidence import NONE, number
from sim.world.combinations import faults
from sim.world.content import Content
from sim.world.currencies import decimals_of
from sim.world.forms import Form, Key, Share, add_to_one
from sim.world.names import Name, SizeLabel
from sim.world.promotions import MOST_COUPONS, Bundle, Coupon, GroupBuy, Presale, Rebate, Stacking
from sim.world.yaml_faults import misplaced


class Replenishment(Form):
    """New stock is ordered when the shelf runs low and arrives after a lead time."""

    reorder_at: int = Field(ge=0, description="units left, over all sizes, at which more is ordered [units]")
    quantity: int = Field(ge=1, description="units ordered each time, split as the first stock was [units]")
    lead: float = Field(gt=0, le=1440, description="time from order to shelf [minutes]")


class Brand(Form):
    """A maker who joins in promotions with the host."""

    name: Name = Field(description="what viewers read")
    funds: float = Field(default=0.5, ge=0, le=1, description="share of a joint discount that the brand pays [share]")


class Access(Form):
    """Who may buy a limited edition; where both are said, either is enough."""

    tier: Key | None = Field(default=None, description="members of this tier or above")
    early: bool = Field(default=False, description="early supporters: who came to the stream by `loyalty.early`")

    @model_validator(mode="after")
    def _somebody(self) -> Access:
        if self.tier is None and not self.early:
            raise ValueError("needs 'tier', 'early: true' or both; leave 'access' out to sell to everyone")
        return self


class Product(Form):
    """Something to buy.  Give `stock` for one size, or `sizes` for a garment."""

    name: Name = Field(description="what viewers read")
    category: Key = Field(description="kind of good; tastes are by category")
    side: Literal["home", "away", "neutral"] = Field(default="neutral", description="whose colours it carries")
    price: float = Field(gt=0, le=1e7, description="list price; nothing is free [currency]")
    reference_price: float | None = Field(
        default=None,
        gt=0,
        le=1e7,
        description="what viewers are used to paying, the list price unless given: what moves them is a price, listed "
        "or offered, that differs from it [currency]",
    )
    cost: float = Field(ge=0, le=1e7, description="what one unit costs the shop; may be 0 [currency]")
    stock: int | None = Field(
        default=None, ge=0, le=1_000_000_000, description="units on the shelf, one size; 0 is sold out [units]"
    )
    sizes: dict[SizeLabel, Annotated[int, Field(ge=0, le=1_000_000_000)]] | None = Field(
        default=None, min_length=1, description="units on the shelf by size of shop.size_shares; 0 is sold out [units]"
    )
    replenishment: Replenishment | None = None
    access: Access | None = Field(default=None, description="who may buy it, everyone unless given")
    brand: Brand | None = Field(default=None, description="its maker, if joint promotions with the host are agreed")
    exposure: float = Field(
        default=1, ge=0, le=20, description="weight among what visitors of the zone and the store are shown [times]"
    )
    store_demand: float = Field(
        default=0, ge=0, le=1e6, description="units an hour that people who do not watch buy at the store [per hour]"
    )

    @model_validator(mode="after")
    def _stocked(self) -> Product:
        if (self.stock is None) == (self.sizes is None):
            raise ValueError("needs 'stock' (one size) or 'sizes' (units by size), not both")
        return self


class Shop(Form):
    """What is for sale, and how fast the stream learns of it."""

    currency: str = Field(
        default="EUR", pattern=r"^[A-Z]{3}$", examples=["EUR"], description="ISO code of the currency"
    )
    decimals: int = Field(
        default_factory=lambda said: decimals_of(said.get("currency", "")),
        ge=0,
        le=3,
        description="decimals of the smallest coin; unless given the currency's: EUR 2, JPY 0, KWD 3",
    )
    board_lag: float = Field(
        default=0.0, ge=0, le=3600, description="age of the stock figures on the stream, beyond one window [s]"
    )
    size_shares: dict[SizeLabel, Share] = number(
        {"S": 0.2, "M": 0.35, "L": 0.3, "XL": 0.15}, "share", 0, 0.6, "assumed", NONE,
        "Garment sizes in rising order, with the share of viewers who wear each", min_length=1, max_length=12,
    )  # fmt: skip
    price_lag: float = Field(
        default=0.0,
        ge=0,
        le=3600,
        description="how much later than the stream the store's till starts an offer, and the stream ends it [s]",
    )
    products: dict[Key, Product] = Field(min_length=1, max_length=64, description="what is on the shelf, by key")
    presales: dict[Key, Presale] = Field(default={}, max_length=16, description="what is sold ahead, by key")
    bundles: dict[Key, Bundle] = Field(default={}, max_length=16, description="sets of products, by key")
    coupons: dict[Key, Coupon] = Field(
        default={}, max_length=MOST_COUPONS, description="coupons that can be given, by key"
    )
    content: dict[Key, Content] = Field(default={}, max_length=32, description="what else a push can carry, by key")
    stacking: Stacking = Stacking()
    group_buy: GroupBuy = GroupBuy()
    rebate: Rebate = Rebate()

    @model_validator(mode="after")
    def _consistent(self) -> Shop:
        add_to_one("the size shares", list(self.size_shares.values()), "size_shares")
        for key, product in self.products.items():
            self._check_sizes(key, product)
            self._check_money(("products", key), product, ("price", "cost", "reference_price"))
        for group, forms, amounts in (
            ("presales", self.presales, ("price",)),
            ("bundles", self.bundles, ("price",)),
            ("coupons", self.coupons, ("amount", "above")),
        ):
            for key, form in forms.items():
                self._check_money((group, key), form, amounts)
        for at, words in faults(self):
            raise misplaced(words, *at)
        return self

    def _check_sizes(self, key: str, product: Product) -> None:
        for size in product.sizes or ():
            if size not in self.size_shares:
                words = f"'{size}' is not among shop.size_shares: {', '.join(self.size_shares)}"
                raise misplaced(words, "products", key, "sizes", size)

    def _check_money(self, at: tuple[str, str], form: Form, labels: tuple[str, ...]) -> None:
        coins = f"{self.currency} with {self.decimals} decimals"
        for label in labels:
            amount = getattr(form, label)
            minor = 0.0 if amount is None else amount * 10**self.decimals
            if minor >= 2**31:
                raise misplaced(f"too large for {coins}: {amount}", *at, label)
            if amount is not None and label not in ("cost", "above") and minor < 0.5:
                raise misplaced(f"less than the smallest coin: {amount}", *at, label)
            if abs(minor - round(minor)) > 1e-6:
                raise misplaced(f"finer than {coins}: {amount}", *at, label)
