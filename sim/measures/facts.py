"""What metrics are made of: the nights of a scenario and the days after them, read once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.engine.ledger import Flag, Kind
from sim.engine.play import Played
from sim.engine.stock import open_till
from sim.records import joined, picked
from sim.world.catalogue import Catalogue, ItemKind

Rows = NDArray[np.void]
GRIPPED = 0.6  # attention from which a minute of play counts as a peak


class Facts:
    """The nights in order; one unless the scenario is a season."""

    def __init__(self, nights: Sequence[Played]) -> None:
        self.nights = nights
        self.first, self.last = nights[0], nights[-1]
        scenario = self.first.night.scenario
        self.catalogue: Catalogue = self.first.night.catalogue
        self.minor = float(10**scenario.shop.decimals)
        self.joined = sum(int(night.closing.came.sum()) for night in nights)
        self.buyers = sum(int(night.books.counts.bought.sum()) for night in nights)

    def rows(self, *kinds: Kind) -> float:
        """Ledger rows of these kinds in the nights."""
        return float(sum(night.books.total(kind) for night in self.nights for kind in kinds))

    @cached_property
    def days(self) -> Rows:
        """Rows of the days after all nights."""
        return joined(*(night.books.days() for night in self.nights))

    def after(self, *kinds: Kind) -> Rows:
        """Rows of these kinds in the days after."""
        return picked(self.days, np.isin(self.days["kind"], kinds))

    @cached_property
    def payments(self) -> Rows:
        """Rows of what was paid in the nights."""
        return np.concatenate([night.books.payments() for night in self.nights])

    # --- people

    @cached_property
    def shown(self) -> dict[str, int]:
        """Pushes on screen by layer: exposed, noticed, clicked."""
        layers = dict.fromkeys(("exposed", "noticed", "clicked"), 0)
        for night in self.nights:
            for layer, n in night.books.shown().groupby("layer")["n"].sum().items():
                layers[str(layer)] += int(n)
        return layers

    @cached_property
    def peak(self) -> NDArray[np.float64]:
        """Highest annoyance of everybody who joined, night by night [average tolerances]."""
        return np.concatenate([_peak(night)[night.closing.came] for night in self.nights])

    @cached_property
    def annoyed(self) -> int:
        """Viewers whose annoyance was above their own tolerance, added up over the nights."""
        return sum(int(beyond(night).sum()) for night in self.nights)

    @property
    def watched(self) -> float:
        """Time on the stream of all viewers together [s]."""
        return float(sum(night.closing.watched.sum() for night in self.nights))

    def crossings(self, held: bool) -> float:
        """Pushes on viewers' screens across red lines, or kept from them by enforced ones, also by not being made."""
        counted = sum(int(night.books.crossed[int(held)].sum()) for night in self.nights)
        return float(counted + (self._never_made if held else 0))

    @property
    def _never_made(self) -> int:
        """Viewers who were there for pushes that red lines forbid."""
        forbidden = ((night.books, night.books.rare_rows(Kind.FORBIDDEN)["push"]) for night in self.nights)
        return sum(int(books.audience[push].sum()) for books, push in forbidden)

    @property
    def interruptions(self) -> float:
        """Notices of surfaces that cover the picture, in minutes of play that grip."""
        return float(sum(_interruptions(night) for night in self.nights))

    @cached_property
    def linkage(self) -> float:
        """Conversion of who watched longer than most, less that of the others."""
        gaps = [gap for night in self.nights if (gap := _linkage(night)) is not None]
        return float(np.mean(gaps)) if gaps else 0.0

    @property
    def coming_again(self) -> float:
        """Share of who came to the first match who will come to the next after the last."""
        came = self.first.closing.came
        return share(float((came & (self.last.crowd.viewers["away"] == 0)).sum()), float(came.sum()))

    @cached_property
    def reachable(self) -> float:
        """Viewers who came to any match, will come to the next one, and have not switched pushes off."""
        came, crowd = np.any([night.closing.came for night in self.nights], axis=0), self.last.crowd
        return float((came & (crowd.viewers["away"] == 0) & (crowd.known["muted"] == 0)).sum())

    @property
    def viewer_worth(self) -> float:
        """What one of them is worth [currency]."""
        return self.first.night.scenario.experiment.viewer_worth

    @property
    def activity(self) -> float:
        """Matches that viewers came to / matches there were, over who came to any."""
        came = np.sum([night.closing.came for night in self.nights], axis=0)
        return share(float(came.sum()), float((came > 0).sum()) * len(self.nights))

    @property
    def cross_end(self) -> float:
        """Share of who bought on the stream who bought at the store's end later on."""
        stream, again = set[int](), set[int]()
        for night in self.nights:
            days = night.books.days()
            stream.update(night.books.payments()["viewer"].tolist())
            again.update(stream.intersection(days["viewer"][days["kind"] == Kind.PAYMENT].tolist()))
        return ratio(len(again), len(stream))

    @property
    def chats(self) -> float:
        """Messages in the chat."""
        return float(sum(night.books.chats.sum() for night in self.nights))

    @property
    def disappointed(self) -> float:
        """Members of full teams for whom no unit was left."""
        failed = sum(float(night.books.rare_rows(Kind.TEAM_FAILED)["value"].sum()) for night in self.nights)
        return self.rows(Kind.TEAM_REFUND) - failed

    # --- money

    @cached_property
    def revenue(self) -> float:
        """Payments in the nights [currency]."""
        return float(sum(night.books.counts.revenue.sum() for night in self.nights)) / self.minor

    @property
    def cost(self) -> float:
        """Of the units that were paid in the nights [currency]."""
        return float(self.catalogue.cost_at_once[self.payments["item"]].sum()) / self.minor

    @cached_property
    def store_revenue(self) -> float:
        """Payments at the store's end [currency]."""
        return self.money(Kind.PAYMENT)

    def money(self, *kinds: Kind) -> float:
        """Amounts of such rows in the days after [currency]."""
        return float(self.after(*kinds)["price"].astype(np.int64).sum()) / self.minor

    @cached_property
    def net_revenue(self) -> float:
        """What was paid at both ends, and stayed paid [currency]."""
        return self.revenue + self.store_revenue + self.money(Kind.BALANCE) - self.money(Kind.REFUND)

    @cached_property
    def net_margin(self) -> float:
        """What stays of it [currency]."""
        return self.net_revenue + self.funded - self.net_cost - self.carriage

    @property
    def net_cost(self) -> float:
        """Of the units that left for good: paid, and not for sale again [currency]."""
        cost, shelves = self.catalogue.cost, self.catalogue.shelves
        balances = self.after(Kind.BALANCE, Kind.FORFEIT)["item"]  # what is given up is for sale again, too
        sold = np.concatenate([self.payments["item"], self.after(Kind.PAYMENT, Kind.EXCHANGE)["item"]])
        back = self.last.stock.restocked.reshape(shelves, -1).sum(axis=1)
        whole = self.catalogue.cost_at_once[sold].sum() + cost[balances].sum() - (back * cost[:shelves]).sum()
        return float(whole) / self.minor

    @property
    def carriage(self) -> float:
        """What the parcels cost that are paid for, packed by now or not, and those that come back [currency]."""
        costs = self.first.night.scenario.fulfilment
        ordered = np.concatenate([self.payments["item"], self.after(Kind.PAYMENT)["item"]])
        at_once = int((self.catalogue.kind[ordered] != ItemKind.PRESALE).sum())
        sent = at_once + len(self.after(Kind.BALANCE, Kind.EXCHANGE))
        return costs.parcel_cost * sent + costs.return_cost * len(self.after(Kind.RETURN_POSTED, Kind.EXCHANGE))

    @cached_property
    def funded(self) -> float:
        """What brands pay of joint discounts [currency]."""
        return float(sum(_funded(night) for night in self.nights)) / self.minor

    # --- shelves and parcels

    @property
    def promise_kept(self) -> float:
        """Share of the parcels that were, or should have been, at the door by the end that came in time."""
        arrived = self.after(Kind.ARRIVAL)
        return ratio(len(arrived) - self.flagged(arrived, Flag.LATE), len(arrived) + self.last.overdue)

    @property
    def dry(self) -> float:
        """Time of the broadcasts for which SKUs the shop carries had no free unit, added up over SKUs [s]."""
        return float(sum(_dry(night) for night in self.nights))

    @property
    def delivered(self) -> float:
        """Units that replenishment brought until the last carts of the matches were settled."""
        rows = [night.books.rare_rows(Kind.DELIVERY) for night in self.nights]
        return float(sum(row["value"].sum() for row in rows))

    def flagged(self, rows: Rows, flag: Flag) -> float:
        """How many of these rows bear a flag."""
        return float((rows["flag"] & flag != 0).sum())


def _peak(night: Played) -> NDArray[np.float64]:
    """(N,) highest annoyance since the broadcast opened, the store's messages included [average tolerances]."""
    return night.peak.astype(float)


def beyond(night: Played) -> NDArray[np.bool_]:
    """(N,) who joined and was annoyed beyond the tolerance of that night."""
    return np.asarray(night.closing.came & (_peak(night) > night.closing.tolerance))


def share(part: float, whole: float) -> float:
    """`part` of `whole`, of an audience say; 0 of nobody."""
    return part / whole if whole else 0.0


def ratio(part: float, whole: float) -> float:
    """The same where nothing says nothing: no parcel is neither late nor in time.  NaN of nothing."""
    return part / whole if whole else np.nan


def _interruptions(night: Played) -> int:
    surfaces = night.night.scenario.surfaces
    forced = {name for name, surface in surfaces if surface.forced}
    attention = night.night.stage.curves.seconds["attention"]
    minutes = np.add.reduceat(attention, np.arange(0, len(attention), 60)) / 60.0
    shown = night.books.shown()
    noticed = shown[(shown["layer"] == "noticed") & shown["surface"].isin(forced)]
    places = np.minimum(noticed["minute"].to_numpy(np.int64), len(minutes) - 1)
    return int(noticed["n"].to_numpy(np.int64)[minutes[places] >= GRIPPED].sum()) if len(places) else 0


def _linkage(night: Played) -> float | None:
    came, bought = night.closing.came, night.books.counts.bought
    if came.sum() < 2:
        return None
    watched = night.closing.watched[came]
    longer = watched > np.median(watched)
    if longer.all() or not longer.any():
        return None
    return float(bought[came][longer].mean() - bought[came][~longer].mean())


def _funded(night: Played) -> float:
    """Brands' share of the discounts that were had through a joint promotion [minor units].

    Had is one where no more was paid than its price: what tier, coupon and credit took off beyond it is the shop's.
    """
    paid, catalogue = night.books.payments(), night.night.catalogue
    joint = [terms for terms in night.books.terms.values() if terms.order.offer.joint]
    return float(
        sum(
            ((paid["push"] == t.push) & (paid["item"] == t.item) & (paid["price"] <= t.price)).sum()
            * catalogue.funds[t.item]
            * (catalogue.own_price[t.item] - t.price)
            for t in joint
        )
    )


def _dry(played: Played) -> float:
    books, catalogue = played.books, played.night.catalogue
    closes = played.night.stage.match.closes
    first = open_till(played.night).free
    bare = int((catalogue.carried & (first == 0)).sum())
    out, back = (np.minimum(books.rare_rows(kind)["time"], closes) for kind in (Kind.SOLD_OUT, Kind.BACK))
    still = bare + len(out) - len(back)
    return float(back.sum() - out.sum() - bare * books.opens + still * closes)
