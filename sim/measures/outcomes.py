"""What a night came to: one number a metric, each defined once in `METRICS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from sim.engine.ledger import Kind
from sim.engine.play import Played

MONEY = "currency"  # the unit of amounts, in the scenario's own


class Facts:
    """What metrics are made of, read once from a night's books and from the crowd as it went home."""

    def __init__(self, played: Played) -> None:
        self.night, self.books, self.stock = played.night, played.books, played.stock
        crowd = played.crowd
        self.known, self.closes = crowd.known, played.night.stage.match.closes  # s
        came = crowd.viewers["arrivals"] > 0
        self.joined = int(came.sum())
        self.buyers = int(self.books.counts.bought.sum())
        self.peak = crowd.viewers["peak_annoyance"][came].astype(float)  # [average tolerances]
        self.tolerance = crowd.viewers["tolerance"][came].astype(float)
        self.minor = float(10**self.night.scenario.shop.decimals)

    def rows(self, *kinds: Kind) -> float:
        """Ledger rows of these kinds."""
        return float(sum(self.books.total(kind) for kind in kinds))

    @cached_property
    def shown(self) -> dict[str, int]:
        """Pushes on screen by layer: exposed, noticed, clicked."""
        table = self.books.shown()
        return {str(layer): int(n) for layer, n in table.groupby("layer")["n"].sum().items()}

    @cached_property
    def revenue(self) -> float:
        """Payments [currency]."""
        return float(self.books.counts.revenue.sum()) / self.minor

    @property
    def cost(self) -> float:
        """Of the units that were paid [currency]."""
        units = self.books.counts.kinds[:, Kind.PAYMENT, :-1].sum(axis=0)
        return float(units @ self.night.catalogue.cost_at_once) / self.minor

    @property
    def watched(self) -> float:
        """Time on the stream of all viewers together [s]; stays that are still open end with the broadcast."""
        open_stays = self.known["present"] * (self.closes - self.known["joined_at"])
        return float((self.known["watched"] + open_stays).sum())

    @property
    def dry(self) -> float:
        """Time of the broadcast for which SKUs the shop carries had no free unit, added up over SKUs [s]."""
        catalogue = self.night.catalogue
        bare = int((catalogue.carried & (catalogue.stock == 0)).sum())
        out, back = (np.minimum(self.books.rare_rows(k)["time"], self.closes) for k in (Kind.SOLD_OUT, Kind.BACK))
        still = bare + len(out) - len(back)
        return float(back.sum() - out.sum() - bare * self.books.opens + still * self.closes)


@dataclass(frozen=True)
class Metric:
    """One number about a night: in which unit, which way is better, how it is made and from which ledger rows."""

    name: str
    unit: str
    better: Literal["more", "less"] | None
    formula: str
    rows: tuple[Kind, ...]
    of: Callable[[Facts], float]


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


METRICS: tuple[Metric, ...] = (
    Metric("orders", "orders", "more", "orders paid", (Kind.PAYMENT,), lambda f: f.rows(Kind.PAYMENT)),
    Metric(
        "conversion_rate", "share", "more", "viewers with at least one paid order / viewers who joined",
        (Kind.PAYMENT, Kind.JOIN), lambda f: _share(f.buyers, f.joined),
    ),
    Metric(
        "click_through_rate", "share", None, "clicks on pushes / exposures; 0 when nothing was shown",
        (Kind.CLICK, Kind.EXPOSURE), lambda f: _share(f.shown.get("clicked", 0), f.shown.get("exposed", 0)),
    ),
    Metric("gross_revenue", MONEY, "more", "sum of prices paid", (Kind.PAYMENT,), lambda f: f.revenue),
    Metric(
        "margin", MONEY, "more", "prices paid - cost of the units paid",
        (Kind.PAYMENT,), lambda f: f.revenue - f.cost,
    ),
    Metric(
        "average_order_value", MONEY, None, "gross revenue / paid orders; 0 without orders",
        (Kind.PAYMENT,), lambda f: _share(f.revenue, f.rows(Kind.PAYMENT)),
    ),
    Metric(
        "watch_minutes", "minutes", "more", "time on the stream of all viewers / viewers who joined",
        (Kind.JOIN, Kind.RETURN, Kind.LEAVE), lambda f: _share(f.watched / 60.0, f.joined),
    ),
    Metric(
        "annoyance_mean", "average tolerances", "less", "mean over viewers who joined of each one's highest annoyance",
        (Kind.NOTICE, Kind.JOIN), lambda f: float(f.peak.mean()) if f.joined else 0.0,
    ),
    Metric(
        "annoyance_p95", "average tolerances", "less",
        "95th percentile over viewers who joined of each one's highest annoyance",
        (Kind.NOTICE, Kind.JOIN), lambda f: float(np.percentile(f.peak, 95)) if f.joined else 0.0,
    ),
    Metric(
        "annoyed_share", "share", "less", "viewers whose annoyance was above their own tolerance / viewers who joined",
        (Kind.NOTICE, Kind.JOIN), lambda f: _share(float((f.peak > f.tolerance).sum()), f.joined),
    ),
    Metric("mutes", "viewers", "less", "viewers who switched pushes off", (Kind.MUTE,), lambda f: f.rows(Kind.MUTE)),
    Metric(
        "pushed_away", "leaves", "less",
        "leaves before the final whistle that would not have happened without annoyance (LEAVE with flag 1); who comes "
        "back may leave again",
        (Kind.LEAVE,), lambda f: float(f.books.counts.pushed_away.sum()),
    ),
    Metric(
        "lost_viewers", "viewers", "less",
        "viewers pushed away before the final whistle who did not come back; some would have left later anyway",
        (Kind.LEAVE, Kind.RETURN), lambda f: float(f.books.counts.lost.sum()),
    ),
    Metric(
        "exposures", "exposures", None, "pushes on viewers' screens",
        (Kind.EXPOSURE,), lambda f: float(f.shown.get("exposed", 0)),
    ),
    Metric(
        "notices", "notices", None, "pushes that viewers noticed",
        (Kind.NOTICE,), lambda f: float(f.shown.get("noticed", 0)),
    ),
    Metric("clicks", "clicks", None, "pushes clicked", (Kind.CLICK,), lambda f: f.rows(Kind.CLICK)),
    Metric("chats", "messages", "more", "chat messages", (Kind.CHAT,), lambda f: float(f.books.chats.sum())),
    Metric("views", "pages", None, "product pages opened", (Kind.VIEW,), lambda f: f.rows(Kind.VIEW)),
    Metric("saves", "saves", None, "products saved for later", (Kind.SAVE,), lambda f: f.rows(Kind.SAVE)),
    Metric(
        "carts", "units", None, "units reserved in carts, to be paid within the payment window",
        (Kind.CART,), lambda f: f.rows(Kind.CART),
    ),
    Metric(
        "reservations", "units", None, "units reserved, in carts or by one-click orders",
        (Kind.CART, Kind.ORDER), lambda f: f.rows(Kind.CART, Kind.ORDER),
    ),
    Metric(
        "unpaid", "units", "less", "reservations not paid in time",
        (Kind.LAPSE,), lambda f: f.rows(Kind.LAPSE),
    ),
    Metric(
        "stockout_minutes", "SKU-minutes", "less",
        "minutes of the broadcast without a free unit, added up over the SKUs the shop carries",
        (Kind.SOLD_OUT, Kind.BACK), lambda f: f.dry / 60.0,
    ),
    Metric(
        "missed_units", "units", "less", "wanted units that were not there: shown as sold out, or sold out at checkout",
        (Kind.MISS, Kind.REFUSAL), lambda f: f.rows(Kind.MISS, Kind.REFUSAL),
    ),
    Metric(
        "sold_out_at_checkout", "units", "less",
        "units shown as in stock and refused at the till; the longer windows and board_lag, the more",
        (Kind.REFUSAL,), lambda f: f.rows(Kind.REFUSAL),
    ),
    Metric(
        "substitutions", "units", None, "another size taken instead of the wanted one",
        (Kind.OTHER_SIZE,), lambda f: f.rows(Kind.OTHER_SIZE),
    ),
    Metric(
        "delivered", "units", None, "units that replenishment brought during the broadcast",
        (Kind.DELIVERY,), lambda f: float(f.stock.delivered.sum()),
    ),
    Metric(
        "left_over", "units", "less",
        "units on the shelf when all is paid or given up: first stock + deliveries - orders",
        (Kind.PAYMENT, Kind.DELIVERY), lambda f: float(f.stock.free.sum()),
    ),
)  # fmt: skip
NAMES = tuple(metric.name for metric in METRICS)


def outcomes(played: Played) -> dict[str, float]:
    """Every metric of a night, from its books and its closing crowd; no rows need be kept."""
    facts = Facts(played)
    return {metric.name: metric.of(facts) for metric in METRICS}
