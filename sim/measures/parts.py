"""A night by its parts: which items sold, when, to whom, who was annoyed, and what came of each push."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.books import LAYERS, Books
from sim.engine.ledger import Kind
from sim.engine.play import Played
from sim.engine.redlines import lines_in
from sim.engine.stock import open_till
from sim.measures.facts import beyond
from sim.world.catalogue import ItemKind
from sim.world.match import SIDES
from sim.world.redlines import LINES, MEANING
from sim.world.surfaces import SURFACES

Counted = NDArray[np.int64]
RED_LINE_COLUMNS = {
    "push": "int64", "because": "str", "time": "float64", "clock": "str", "surface": "str", "item": "str",
    "line": "str", "reason": "str", "enforced": "bool", "forbidden": "bool", "viewers": "int64",
}  # fmt: skip
FUNNEL = dict(zip(LAYERS, ("exposures", "notices", "clicks"), strict=True))
BY_PRODUCT: Mapping[str, tuple[Kind, ...]] = {
    "views": (Kind.VIEW,),
    "saves": (Kind.SAVE,),
    "orders": (Kind.PAYMENT,),
    "unpaid": (Kind.LAPSE,),
    "missed_units": (Kind.MISS, Kind.REFUSAL),
    "sold_out_at_checkout": (Kind.REFUSAL,),
    "substitutions": (Kind.OTHER_SIZE,),
}
BY_GROUP: Mapping[str, tuple[Kind, ...]] = {
    **BY_PRODUCT,
    "leaves": (Kind.LEAVE,),
}


def items(played: Played) -> pd.DataFrame:
    """One row an item; amounts in currency units, the rest as metrics of these names count.

    `stock` is what the match found on the shelf; when its last cart was settled `delivered` had come and `left_over`
    was there.  Only products and pre-sales have a shelf: of other items these are missing.
    """
    night, began, stock, counts = played.night, open_till(played.night), played.closing.stock, played.books.counts
    keys, minor, shelves = night.catalogue.keys, _minor(played), night.catalogue.shelves
    shown = _shown(played, ["item"], pd.Index(keys, name="item"))
    revenue = counts.revenue.sum(axis=0) / minor
    orders = counts.kinds[:, Kind.PAYMENT, :-1].sum(axis=0)

    def of_skus(units: Counted) -> pd.Series:
        return pd.Series(units.reshape(shelves, -1).sum(axis=1)).reindex(range(len(keys))).astype("Int64")

    columns: dict[str, Any] = {
        "item": list(keys),
        "kind": [ItemKind(kind).name.lower() for kind in night.catalogue.kind],
        "stock": of_skus(began.free),
        "delivered": of_skus(stock.delivered - began.delivered),
        "mentions": played.books.named.sum(axis=0),
        **shown,
        **_sums(BY_PRODUCT, lambda kind: counts.kinds[:, kind, :-1].sum(axis=0)),
        "revenue": revenue,
        "margin": revenue - orders * night.catalogue.cost_at_once / minor,
        "left_over": of_skus(stock.free),
    }
    return pd.DataFrame(columns)


def people(played: Played) -> pd.DataFrame:
    """One row a side and segment: `viewers` who joined, how many of them were `annoyed` beyond tolerance, and so on."""
    books, closing = played.books, played.closing
    counts, segments = books.counts, books.segments
    groups = pd.MultiIndex.from_product([SIDES, segments], names=["side", "segment"])
    shown = _shown(played, ["side", "segment"], groups)
    came, days = closing.came, books.days()
    later = days[days["kind"] == Kind.MUTE]

    def among(chosen: NDArray[np.bool_]) -> Counted:
        return np.bincount(counts.group[chosen], minlength=len(groups))

    columns: dict[str, Any] = {
        "viewers": among(came),
        **shown,
        "chats": books.chats.sum(axis=0).ravel(),
        **_sums(BY_GROUP, lambda kind: counts.by_group[kind]),
        "mutes": counts.by_group[Kind.MUTE] + np.bincount(counts.group[later["viewer"]], minlength=len(groups)),
        "revenue": counts.spent / _minor(played),
        "buyers": among(counts.bought),
        "annoyed": among(beyond(played)),
        "lost_viewers": among(counts.lost),
    }
    return pd.DataFrame(columns, index=groups).reset_index()


def pushes(played: Played) -> pd.DataFrame:
    """One row a push: `time`, `expires` [s from kick-off], `clock`, what was shown to how many, and what came of it.

    `because` is why, in the policy's own words.  `audience` are those it was for; those of them who are present and
    have not muted get it, and the store's messages all who have not.  `claim` is how much of it was exaggerated, by the
    policy or by the host who said it.  `held_back` are showings that red lines prevented.  `orders` and `revenue`
    [currency] are those whose page was opened by a click on the push; who would have bought anyway is among them.
    `discount` is what was said, off the item's own price, and `given` [currency] what it took off these orders.
    """
    books, night = played.books, played.night
    rows = books.rare_rows(Kind.PUSH)
    number, plain = rows["push"], night.catalogue.own_price[rows["item"]]
    places, keys = np.array(SURFACES), np.array(night.catalogue.keys)
    met, paid = books.met[:, number], books.counts.by_push[number]
    terms = [books.terms[push] for push in number.tolist()]
    offers = [each.order.offer for each in terms]
    return pd.DataFrame(
        {
            "push": number,
            "because": np.array([each.order.because for each in terms], str),
            "time": rows["time"],
            "clock": np.array([night.stage.match.clock(t) for t in rows["time"]], str),
            "expires": rows["value"],
            "surface": places[rows["surface"]],
            "item": keys[rows["item"]],
            "price": rows["price"] / _minor(played),
            "discount": np.array([offer.discount for offer in offers], np.float64),
            "team": np.array([offer.team for offer in offers], np.int64),
            "joint": np.array([offer.joint for offer in offers], np.bool_),
            "claim": np.array([each.claim for each in terms], np.float64),
            "prominence": np.array([each.order.prominence for each in terms], np.float64),
            "audience": books.audience[number],
            **{name: met[layer] for layer, name in enumerate(FUNNEL.values())},
            "held_back": books.crossed[1, number],
            "orders": paid[:, 0],
            "revenue": paid[:, 1] / _minor(played),
            "given": paid[:, 0] * (plain - rows["price"]) / _minor(played),
        }
    )


def red_lines(played: Played) -> pd.DataFrame:
    """One row a push and red line that it crossed, or would have: how many `viewers` it was shown to, or kept from.

    `enforced` lines keep pushes from viewers; of the others crossings are counted.  A `forbidden` push was not made at
    all, because it would have crossed the line with everybody it was for: its `viewers` are those who were there.
    """
    books, match = played.books, played.night.stage.match
    forbidden = books.rare_rows(Kind.FORBIDDEN)
    shown = [(push, int(line), n, False) for line, push, n in _crossings(books)]
    refused = [(int(r["push"]), int(line), int(books.audience[r["push"]]), True) for r in forbidden
               for line in lines_in(int(r["value"]))]  # fmt: skip
    rows = []
    for push, line, viewers, never in sorted(shown + refused):
        terms = books.terms[push]
        rows.append(
            {
                "push": push, "because": terms.order.because, "time": terms.now, "clock": match.clock(terms.now),
                "surface": SURFACES[terms.order.surface], "item": terms.order.offer.item, "line": LINES[line],
                "reason": MEANING[LINES[line]], "enforced": bool(books.enforced >> line & 1), "forbidden": never,
                "viewers": viewers,
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(RED_LINE_COLUMNS)).astype(RED_LINE_COLUMNS)


def _crossings(books: Books) -> Iterator[tuple[int, int, int]]:
    """Line, push and how many viewers, where there are any."""
    by_line = books.crossed[2:]
    for line, push in zip(*np.nonzero(by_line), strict=True):
        yield int(line), int(push), int(by_line[line, push])


def scenes(played: Played) -> pd.DataFrame:
    """One row a scene: a part of the broadcast (whole minutes of it), what was paid later, and the store's end.

    `minutes` it lasted; `revenue`, `margin`, `average_order_value` [currency]; `share_of_revenue` of the whole.
    A mean or share of nothing is missing.
    """
    books, night = played.books, played.night
    counts, cost, minor = books.counts, night.catalogue.cost_at_once, _minor(played)
    names = [period.name for period in night.stage.match.periods]
    scene = _scene_of_minutes(played)
    days = books.days()
    store = days[days["kind"] == Kind.PAYMENT]
    shown = books.shown()

    def summed(by_minute: Counted, at_store: float = 0) -> Counted:
        return np.append(np.bincount(scene, by_minute, minlength=len(names) + 1), at_store)

    def met(layer: str) -> Counted:
        minutes = shown[shown["layer"] == layer].groupby("minute")["n"].sum()
        n = summed(minutes.reindex(range(books.minutes), fill_value=0).to_numpy(np.int64)).astype(np.int64)
        n[-2:] = n[-2:][::-1]  # what is shown after the broadcast are the store's messages
        return n

    paid = counts.kinds[:, Kind.PAYMENT, :-1]
    orders = summed(paid.sum(axis=1), len(store)).astype(np.int64)
    revenue = summed(counts.revenue.sum(axis=1), store["price"].astype(np.int64).sum()) / minor
    costs = summed(paid @ cost, cost[store["item"]].sum()) / minor
    lasted = [(period.end - period.start) / 60.0 for period in night.stage.match.periods]
    columns: dict[str, Any] = {
        "scene": [*names, "later", "store"],
        "minutes": [*lasted, np.nan, np.nan],
        "exposures": met("exposed"),
        "clicks": met("clicked"),
        "orders": orders,
        "revenue": revenue,
        "margin": revenue - costs,
        "average_order_value": _by(revenue, orders),
        "share_of_revenue": _by(revenue, np.full(len(revenue), revenue.sum())),
    }
    return pd.DataFrame(columns)


def _scene_of_minutes(played: Played) -> Counted:
    """Number of the period that each minute of the books is most of; that of the last one is `later`."""
    books, periods = played.books, played.night.stage.match.periods
    middles = books.opens + 60.0 * np.arange(books.minutes - 1) + 30.0
    inside = np.searchsorted([period.start for period in periods], middles, side="right") - 1
    return np.append(inside, len(periods))


def _by(part: NDArray[np.float64], whole: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0))


PARTS: Mapping[str, Callable[[Played], pd.DataFrame]] = {
    "items": items,
    "people": people,
    "pushes": pushes,
    "red_lines": red_lines,
    "scenes": scenes,
}


def _minor(played: Played) -> float:
    return float(10**played.night.scenario.shop.decimals)


def _sums(kinds: Mapping[str, tuple[Kind, ...]], count: Callable[[Kind], Counted]) -> dict[str, Counted]:
    return {name: np.sum([count(kind) for kind in some], axis=0) for name, some in kinds.items()}


def _shown(played: Played, by: list[str], index: pd.Index) -> dict[str, Counted]:
    """Exposures, notices and clicks for every entry of `index`."""
    table = played.books.shown().groupby([*by, "layer"])["n"].sum().unstack("layer")
    whole = table.reindex(index=index, columns=list(FUNNEL)).fillna(0).astype(np.int64)
    return {name: whole[layer].to_numpy() for layer, name in FUNNEL.items()}


def parts_of(nights: Sequence[Played]) -> dict[str, pd.DataFrame]:
    """Every part of a scenario's nights; of a season, all matches one below the other, by `match` from 1."""
    if len(nights) == 1:
        return {name: part(nights[0]) for name, part in PARTS.items()}
    return {
        name: pd.concat([_of_match(part(night), night) for night in nights], ignore_index=True)
        for name, part in PARTS.items()
    }


def _of_match(part: pd.DataFrame, played: Played) -> pd.DataFrame:
    part.insert(0, "match", played.night.fixture + 1)
    return part
