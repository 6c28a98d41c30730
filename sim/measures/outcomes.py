"""What a scenario came to under a policy: one number a metric, each defined once in `METRICS`.

Of a season, counts and amounts are those of all its matches together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.engine.ledger import Flag, Kind
from sim.engine.play import Played
from sim.measures.facts import Facts, ratio, share

MONEY = "currency"  # the unit of amounts, in the scenario's own


@dataclass(frozen=True)
class Metric:
    """One number about a night: in which unit, which way is better, how it is made and from which ledger rows."""

    name: str
    unit: str
    better: Literal["more", "less"] | None
    formula: str
    rows: tuple[Kind, ...]
    of: Callable[[Facts], float]


METRICS: tuple[Metric, ...] = (
    Metric("orders", "orders", "more", "orders paid", (Kind.PAYMENT,), lambda f: f.rows(Kind.PAYMENT)),
    Metric(
        "conversion_rate", "share", "more", "viewers with at least one paid order / viewers who joined",
        (Kind.PAYMENT, Kind.JOIN), lambda f: share(f.buyers, f.joined),
    ),
    Metric(
        "click_through_rate", "share", None, "clicks on pushes / exposures",
        (Kind.CLICK, Kind.EXPOSURE), lambda f: ratio(f.shown.get("clicked", 0), f.shown.get("exposed", 0)),
    ),
    Metric("gross_revenue", MONEY, "more", "sum of prices paid", (Kind.PAYMENT,), lambda f: f.revenue),
    Metric(
        "margin", MONEY, "more", "prices paid - cost of the units paid; those sold ahead cost when the rest is paid",
        (Kind.PAYMENT,), lambda f: f.revenue - f.cost,
    ),
    Metric(
        "average_order_value", MONEY, None, "gross revenue / paid orders",
        (Kind.PAYMENT,), lambda f: ratio(f.revenue, f.rows(Kind.PAYMENT)),
    ),
    Metric(
        "watch_minutes", "minutes", "more", "time on the stream of all viewers / viewers who joined",
        (Kind.JOIN, Kind.RETURN, Kind.LEAVE), lambda f: share(f.watched / 60.0, f.joined),
    ),
    Metric(
        "annoyance_mean", "average tolerances", "less",
        "mean over viewers who joined of each one's highest annoyance, until the next match",
        (Kind.NOTICE, Kind.JOIN), lambda f: float(f.peak.mean()) if f.joined else 0.0,
    ),
    Metric(
        "annoyance_p95", "average tolerances", "less",
        "95th percentile over viewers who joined of each one's highest annoyance, until the next match",
        (Kind.NOTICE, Kind.JOIN), lambda f: float(np.percentile(f.peak, 95)) if f.joined else 0.0,
    ),
    Metric(
        "annoyed_share", "share", "less", "viewers whose annoyance was above their own tolerance / viewers who joined",
        (Kind.NOTICE, Kind.JOIN), lambda f: share(f.annoyed, f.joined),
    ),
    Metric(
        "mutes", "viewers", "less", "viewers who switched pushes off, at either end", (Kind.MUTE,),
        lambda f: f.rows(Kind.MUTE) + len(f.after(Kind.MUTE)),
    ),
    Metric(
        "pushed_away", "leaves", "less",
        "leaves before the final whistle that would not have happened without annoyance (LEAVE with flag 1); who comes "
        "back may leave again",
        (Kind.LEAVE,), lambda f: float(sum(n.books.counts.pushed_away.sum() for n in f.nights)),
    ),
    Metric(
        "lost_viewers", "viewers", "less",
        "viewers pushed away before the final whistle who did not come back; some would have left later anyway",
        (Kind.LEAVE, Kind.RETURN), lambda f: float(sum(n.books.counts.lost.sum() for n in f.nights)),
    ),
    Metric(
        "exposures", "exposures", None, "pushes on viewers' screens, the store's messages of the days after among them",
        (Kind.EXPOSURE,), lambda f: float(f.shown.get("exposed", 0)),
    ),
    Metric(
        "notices", "notices", None, "pushes that viewers noticed, the store's messages among them",
        (Kind.NOTICE,), lambda f: float(f.shown.get("noticed", 0)),
    ),
    Metric(
        "clicks", "clicks", None, "pushes clicked, the store's messages of the days after among them",
        (Kind.CLICK,), lambda f: float(f.shown.get("clicked", 0)),
    ),
    Metric("chats", "messages", "more", "chat messages", (Kind.CHAT,), lambda f: f.chats),
    Metric("views", "pages", None, "product pages opened on the stream", (Kind.VIEW,), lambda f: f.rows(Kind.VIEW)),
    Metric(
        "saves", "saves", None, "products saved for later, on the stream", (Kind.SAVE,), lambda f: f.rows(Kind.SAVE),
    ),
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
        "missed_units", "units", "less",
        "units wanted on the stream that were not there: shown as sold out, or sold out at checkout",
        (Kind.MISS, Kind.REFUSAL), lambda f: f.rows(Kind.MISS, Kind.REFUSAL),
    ),
    Metric(
        "sold_out_at_checkout", "units", "less",
        "units the stream showed as in stock and the till refused; the longer windows and board_lag, the more",
        (Kind.REFUSAL,), lambda f: f.rows(Kind.REFUSAL),
    ),
    Metric(
        "substitutions", "units", None, "another size taken instead of the wanted one",
        (Kind.OTHER_SIZE,), lambda f: f.rows(Kind.OTHER_SIZE),
    ),
    Metric(
        "delivered", "units", None, "units that replenishment brought until the last cart of the match was settled",
        (Kind.DELIVERY,), lambda f: f.delivered,
    ),
    Metric(
        "left_over", "units", "less",
        "free units on the shelf when the last cart of the last match is settled",
        (Kind.PAYMENT, Kind.DELIVERY), lambda f: float(f.last.closing.stock.free.sum()),
    ),
    # --- offers and content
    Metric(
        "teams_full", "teams", None, "teams that were complete before their deadline",
        (Kind.TEAM_FULL,), lambda f: f.rows(Kind.TEAM_FULL),
    ),
    Metric(
        "team_success", "share", None, "orders of full teams / viewers who joined one",
        (Kind.TEAM, Kind.PAYMENT), lambda f: ratio(f.flagged(f.payments, Flag.TEAM), f.rows(Kind.TEAM)),
    ),
    Metric(
        "team_refunds", "viewers", "less", "members whose team stayed too small, or for whom no unit was left",
        (Kind.TEAM_REFUND,), lambda f: f.rows(Kind.TEAM_REFUND),
    ),
    Metric(
        "coupons_taken", "coupons", None, "coupons that viewers took, at either end",
        (Kind.COUPON,), lambda f: f.rows(Kind.COUPON) + len(f.after(Kind.COUPON)),
    ),
    Metric(
        "coupons_used", "coupons", None, "orders with a coupon, at either end",
        (Kind.PAYMENT,),
        lambda f: f.flagged(f.payments, Flag.COUPON) + f.flagged(f.after(Kind.PAYMENT), Flag.COUPON),
    ),
    Metric(
        "content_seen", "views", "more", "content seen to its end, at either end",
        (Kind.CONTENT_END,), lambda f: f.rows(Kind.CONTENT_END) + len(f.after(Kind.CONTENT_END)),
    ),
    Metric(
        "price_mismatches", "orders", "less", "orders for which the till asked more than the stream showed",
        (Kind.MISMATCH,), lambda f: f.rows(Kind.MISMATCH),
    ),
    Metric(
        "oversell_attempts", "orders", "less",
        "orders at either end for units that were gone: refusals, and members of full teams refunded",
        (Kind.REFUSAL, Kind.TEAM_REFUND),
        lambda f: f.rows(Kind.REFUSAL) + len(f.after(Kind.REFUSAL)) + f.disappointed,
    ),
    Metric(
        "peak_interruptions", "notices", "less",
        "notices of surfaces that cover the picture, in minutes whose mean attention is at least 0.6",
        (Kind.NOTICE,), lambda f: f.interruptions,
    ),
    Metric(
        "red_line_violations", "exposures", "less", "pushes on viewers' screens that crossed a red line",
        (Kind.EXPOSURE,), lambda f: f.crossings(held=False),
    ),
    Metric(
        "red_line_blocks", "exposures", None,
        "pushes that enforced red lines kept from viewers' screens; one never made counts for each who was there",
        (Kind.HELD, Kind.FORBIDDEN), lambda f: f.crossings(held=True),
    ),
    Metric(
        "interaction_density", "per hour", "more",
        "messages, clicks, pages, saves and content opened on the stream / hours on it of all viewers",
        (Kind.CHAT, Kind.CLICK, Kind.VIEW, Kind.SAVE, Kind.CONTENT),
        lambda f: share(
            f.chats + f.rows(Kind.CLICK, Kind.VIEW, Kind.SAVE, Kind.CONTENT),
            f.watched / 3600.0,
        ),
    ),
    Metric(
        "page_click_through", "share", "more", "units reserved or teams joined / product pages opened on the stream",
        (Kind.CART, Kind.ORDER, Kind.TEAM, Kind.VIEW),
        lambda f: ratio(f.rows(Kind.CART, Kind.ORDER, Kind.TEAM), f.rows(Kind.VIEW)),
    ),
    Metric(
        "orders_per_100_hours", "orders", "more", "orders paid / 100 hours on the stream of all viewers",
        (Kind.PAYMENT, Kind.JOIN, Kind.LEAVE), lambda f: share(f.rows(Kind.PAYMENT), f.watched / 360_000.0),
    ),
    Metric(
        "watch_conversion_gap", "share", None,
        "conversion of who watched longer than the median viewer, less that of the others; mean over matches",
        (Kind.PAYMENT, Kind.JOIN, Kind.LEAVE), lambda f: f.linkage,
    ),
    # --- the days after
    Metric(
        "net_revenue", MONEY, "more", "payments at both ends + rests of pre-sales - refunds",
        (Kind.PAYMENT, Kind.BALANCE, Kind.REFUND), lambda f: f.net_revenue,
    ),
    Metric(
        "net_margin", MONEY, "more",
        "net revenue + brands' share of joint discounts, also on what came back later - cost of the units paid for (of "
        "a pre-sale once its rest is paid) that did not come back for sale - cost of the parcels paid for, still to be "
        "packed or not, and of those sent back",
        (Kind.PAYMENT, Kind.BALANCE, Kind.REFUND, Kind.RESTOCK, Kind.RETURN_POSTED, Kind.EXCHANGE),
        lambda f: f.net_margin,
    ),
    Metric(
        "reachable", "viewers", "more",
        "viewers who came to any match, will come to the next after the last, and have not muted",
        (Kind.COMEBACK, Kind.MUTE), lambda f: f.reachable,
    ),
    Metric(
        "net_value", MONEY, "more", "net margin + experiment.viewer_worth x reachable viewers",
        (Kind.PAYMENT, Kind.COMEBACK, Kind.MUTE), lambda f: f.net_margin + f.viewer_worth * f.reachable,
    ),
    Metric(
        "store_orders", "orders", "more", "orders paid at the store's end in the days after",
        (Kind.PAYMENT,), lambda f: float(len(f.after(Kind.PAYMENT))),
    ),
    Metric(
        "store_revenue", MONEY, "more", "sum of prices paid there", (Kind.PAYMENT,), lambda f: f.store_revenue,
    ),
    Metric(
        "cross_end_repeat", "share", "more",
        "viewers who bought on the stream and later at the store's end / viewers who bought on the stream",
        (Kind.PAYMENT,), lambda f: f.cross_end,
    ),
    Metric(
        "promise_kept", "share", "more",
        "parcels at the door by the promised day / parcels at the door, or not there yet though their day is past",
        (Kind.ARRIVAL, Kind.PAYMENT, Kind.BALANCE, Kind.EXCHANGE), lambda f: f.promise_kept,
    ),
    Metric(
        "delivery_days", "days", "less", "mean time from order to door of parcels at the door",
        (Kind.ARRIVAL,), lambda f: ratio(float(f.after(Kind.ARRIVAL)["value"].sum()), len(f.after(Kind.ARRIVAL))),
    ),
    Metric(
        "return_rate", "share", "less", "parcels sent back, exchanges included / parcels at the door",
        (Kind.RETURN_POSTED, Kind.EXCHANGE, Kind.ARRIVAL),
        lambda f: ratio(len(f.after(Kind.RETURN_POSTED, Kind.EXCHANGE)), len(f.after(Kind.ARRIVAL))),
    ),
    Metric(
        "refunds", MONEY, "less", "money given back for returns", (Kind.REFUND,), lambda f: f.money(Kind.REFUND),
    ),
    Metric(
        "trust_mean", "share", "more", "mean trust in the shop when the days are over, over all viewers",
        (), lambda f: float(f.last.crowd.viewers["trust"].mean()),
    ),
    Metric(
        "fatigue_mean", "average tolerances", "less", "mean long-run fatigue of pushes then", (),
        lambda f: float(f.last.crowd.viewers["fatigue"].mean()),
    ),
    Metric(
        "retention", "share", "more",
        "viewers of the first match who will come to the one after the last / viewers of the first match",
        (Kind.JOIN, Kind.COMEBACK), lambda f: f.coming_again,
    ),
    Metric(
        "activity", "share", "more", "matches that viewers came to / matches there were, over viewers who came to any",
        (Kind.JOIN,), lambda f: f.activity,
    ),
    Metric(
        "first_match_orders", "orders", "more", "orders paid in the first match",
        (Kind.PAYMENT,), lambda f: float(f.first.books.total(Kind.PAYMENT)),
    ),
)  # fmt: skip
NAMES = tuple(metric.name for metric in METRICS)
BY_NAME = {metric.name: metric for metric in METRICS}
BETTER = {metric.name: metric.better for metric in METRICS}


def outcomes(nights: Sequence[Played]) -> dict[str, float]:
    """Every metric of a scenario's nights, from their books; no rows need be kept.  NaN: nothing to take it of."""
    facts = Facts(nights)
    return {metric.name: metric.of(facts) for metric in METRICS}
