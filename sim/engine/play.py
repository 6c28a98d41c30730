"""A night played: SimPy keeps the calendar of what is shared, an engine keeps the viewers.

At the start of each window the board is published and the policy is asked; then the viewers live the window; at its end
the till settles.  Deliveries run on the same calendar.  When the broadcast is over nobody is pushed to any more and
nothing is ordered, but the till stays open until the last page is closed and the last cart is paid or given up.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.engine.board import SLOTS, Publisher, Window
from sim.engine.books import Books, Tally
from sim.engine.closing import Closing, close
from sim.engine.days import Reactions, pass_days, queued
from sim.engine.ledger import ROW, Kind, Ledger
from sim.engine.others import others_purchases
from sim.engine.points import Points
from sim.engine.redlines import CLAIM, PRICE, Limits, limits_of
from sim.engine.rules import coupons_until
from sim.engine.sight import Sight
from sim.engine.stock import ENTRY, Stock, in_time
from sim.engine.store import StoreEnd, carried_over, on_their_way, open_warehouse
from sim.engine.terms import Terms, running
from sim.policy.check import Order, PolicyError, ask
from sim.policy.latent import sees_latent
from sim.policy.push import MOST_PUSHES, Policy
from sim.policy.view import View
from sim.records import joined, picked
from sim.world.audience import Crowd
from sim.world.carried import Carried
from sim.world.night import Night
from sim.world.redlines import RedLines

EngineName = Literal["compiled", "reference"]
NOTHING, NO_ROWS = np.zeros(0, np.int64), np.zeros(0, ROW)
BOUGHT = np.isin(np.arange(256), (Kind.PAYMENT, Kind.CREDIT))  # by kind of row: what the warehouse hears of


class Engine(Protocol):
    """Who lives a window: `sim.engine.compiled` or `sim.engine.reference`."""

    stock: Stock
    crowd: Crowd

    def live(self, window: Window) -> None:
        """Lets every viewer live the window that now starts."""
        ...

    @property
    def busy(self) -> bool:
        """Whether any viewer has an errand in hand, or will do anything else."""
        ...

    def settle_store(
        self, rows: NDArray[np.void], window: Window, entries: NDArray[np.void]
    ) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """Settles what was asked at the store in a day, in place; gives these rows and the shop's."""
        ...

    def reactions(self) -> Reactions:
        """What the viewers do in the days after."""
        ...

    def settle(self, window: Window, entries: NDArray[np.void]) -> tuple[NDArray[np.void], NDArray[np.void], Tally]:
        """Settles it at its end, with what happened at the shop by itself (ENTRY, in order of time).

        Gives viewers' rows (in order if kept), the shop's, and what was only counted.
        """
        ...


@dataclass(frozen=True, eq=False)
class Played:
    """What a night left behind."""

    night: Night
    policy: str
    ledger: Ledger
    books: Books
    stock: Stock
    crowd: Crowd
    closing: Closing  # how the evening ended
    peak: NDArray[np.float32]  # (N,) highest annoyance until the next match [average tolerances]
    carried: Carried | None  # what it leaves to the next match, if there is one
    overdue: int  # parcels that should have been at the door by the end of the days after and are not
    events: int  # things viewers did or met

    def let_go(self) -> Played:
        """The same without its people, who have gone on to the next match: all that measures ask of a night before."""
        nobody, left = self.crowd.nobody(), self.night.carried
        left = left._replace(known=nobody.known, viewers=nobody.viewers) if left else None
        return replace(self, crowd=nobody, carried=None, night=replace(self.night, crowd=nobody, carried=left))


class Play:
    """One night in progress."""

    def __init__(
        self,
        night: Night,
        policy: Policy,
        name: str,
        engine: Engine,
        enforced: int,  # bits of the red lines that nothing may cross
        env: simpy.Environment,
        keep: bool,
    ) -> None:
        self.night, self.policy, self.name, self.engine, self.env = night, policy, name, engine, env
        stage = night.stage
        shop, host = night.scenario.shop, night.scenario.host
        self.publisher = Publisher(
            night.catalogue,
            engine.stock.free,
            len(night.crowd),
            shop.board_lag,
            shop.price_lag,
            night.scenario.assumptions,
        )
        self.surfaces, self.exaggerates = night.scenario.surfaces.by_index(), 1.0 - host.truthfulness
        self.ledger = Ledger(keep)
        self.books = Books(night)
        self.books.enforced = enforced
        self.match = stage.match
        self.entries = in_time(others_purchases(night, night.until), on_their_way(night))
        self.on_order = np.zeros(night.catalogue.shelves, bool)
        self.on_order[self.entries["item"][self.entries["kind"] == Kind.DELIVERY]] = True
        self.points = Points(night)
        self.coupons_until = coupons_until(night)[-1]  # what is taken tonight
        self.warehouse = open_warehouse(env, night)
        self.unpacked: list[NDArray[np.void]] = []  # payments that the warehouse has not heard of
        self.handed = env.now  # when it last did
        lines = red_lines(night, policy)
        self.sight = Sight(night, engine.crowd, self.books, lines, latent=sees_latent(policy))
        self.number = 0  # of the last time that the policy was asked
        self.closing: Closing
        self.settled = env.event()  # the broadcast is over, and the last cart of the night is paid or given up
        self.over = env.process(self._story())

    def _story(self) -> Generator[Any, Any, None]:
        """The night, and the days until the next match."""
        yield from self._windows()
        self._hand_over()
        crowd, match = self.engine.crowd, self.match
        self.closing = close(crowd, self.engine.stock, match.closes)
        self.settled.succeed()
        store = StoreEnd(self)
        store.begin(self.closing)
        if self.env.now < self.night.until or self.night.carried is not None:
            yield from pass_days(
                self.env,
                match.opens,
                match.closes,
                self.night.until,
                store.reactions,
                store,
                self.warehouse,
                self.books.claims,
            )
        store.close()

    def _windows(self) -> Generator[Any, Any, None]:
        number, start, closes = 0, float(self.match.opens), float(self.match.closes)
        while (on_air := start < closes) or self._unsettled:
            end = self._edge(number + 1) if on_air else start + self.night.scenario.assumptions.after_window
            self.publisher.publish(start, self.engine.stock.free, self._heat())
            self.publisher.tell_peak(on_air and self.sight.at_peak(start))
            fresh = self._push(number, start, end) if on_air else NOTHING
            window = Window(start, end, self.publisher.board, fresh)
            self.engine.live(window)
            yield self.env.timeout(end - self.env.now)
            self._settle(window)
            if on_air:
                self.tell(self.reorder(end))
            number, start = number + 1, end

    @property
    def _unsettled(self) -> bool:
        """Whether a viewer has an errand in hand, or a team waits."""
        return self.engine.busy or bool(self.publisher.board.teams.waiting.any())

    def _edge(self, number: int) -> float:
        """End of the `number`-th window of the broadcast; rounding makes no window of its own."""
        edge = self.match.opens + number * self.night.scenario.timing.window
        return edge if edge < self.match.closes - 1e-6 else self.match.closes

    def _heat(self) -> NDArray[np.float64]:
        present = np.maximum(self.books.counts.present, 1)
        return np.asarray(self.sight.chat_rate / present / self.night.scenario.assumptions.heat_usual)

    def _push(self, number: int, start: float, end: float) -> NDArray[np.int64]:
        """Asks the policy and opens what it says; gives the slots of the new offers."""
        self.number = number
        return self._open_all(self.sight.view(number, start, end, self.publisher.board), "decide")

    def push_messages(self, day: int, start: float, end: float) -> NDArray[np.int64]:
        """The same for the store's messages of the `day`-th day after the match, if the policy has any to say."""
        if not hasattr(self.policy, "follow_up"):
            return NOTHING
        self.number += 1
        return self._open_all(self.sight.view(self.number, start, end, self.publisher.board, day), "follow_up")

    def _asked(self, view: View, method: str) -> list[Order]:
        """What the policy wants; it finds nothing that it could write to, nor anything that goes on when it is done."""
        crowd = self.engine.crowd
        tables = crowd.known, crowd.viewers, crowd.tastes, crowd.signals
        for table in tables:
            table.flags.writeable = False
        try:
            orders = ask(self.policy, self.name, view, method)
            if any(table.flags.writeable for table in tables):
                raise PolicyError.at(view, self.name, "has opened for writing what it may only read")
        finally:
            for table in tables:
                table.flags.writeable = True
            view.viewers.close()
        return [order for order in orders if order.ids is None or len(order.ids)]  # a push to nobody is no push

    def _open_all(self, view: View, method: str) -> NDArray[np.int64]:
        """Opens what the policy says when asked by that method; gives the slots."""
        orders, catalogue = self._asked(view, method), self.night.catalogue
        slots = []
        for push, order in enumerate(orders, self.number * MOST_PUSHES):
            item = catalogue.keys.index(order.offer.item)
            if view.time >= self._usable_until(item):
                days = view.items[order.offer.item].days
                words = f"'{order.offer.item}' can be used for {days:g} days after the match"
                raise PolicyError.at(view, self.name, f"{words}: nobody could use it any more")
            terms = self._terms(push, item, order, view.time)
            if forbidden := self._forbidden(terms) & self.books.enforced:
                self._tell_of(terms, Kind.FORBIDDEN, float(forbidden), self._there(order, day=view.day))
            elif self.publisher.free_slots:
                slots.append(self._open(terms))
            else:
                lag = self.publisher.price_lag
                late = f" (the stream shows each for {lag:g} s after its end: shop.price_lag)" if lag else ""
                words = f"more than {SLOTS} offers at the same time{late}; let some expire first"
                raise PolicyError.at(view, self.name, words)
        return np.array(slots, np.int64)

    def _forbidden(self, terms: Terms) -> int:
        """Bits of the red lines that a push crosses whoever is shown it.

        A till that learns of prices later asks for another one at first, whether they have been advertised by then or
        not; at the store's end there is no such lag.
        """
        exaggerates = CLAIM if terms.claim > 0.0 else 0
        late = self.publisher.price_lag > 0.0 and not self.surfaces[terms.order.surface].at_store
        cheaper = terms.price < self.night.catalogue.own_price[terms.item] and not terms.order.offer.team
        return exaggerates | PRICE if late and cheaper else exaggerates

    def _usable_until(self, item: int) -> float:
        """Until when what is offered is of any use: a coupon until its days are over."""
        coupon = self.night.catalogue.coupon[item]
        return float(self.coupons_until[coupon]) if coupon >= 0 else np.inf

    def _terms(self, push: int, item: int, order: Order, now: float) -> Terms:
        offer, surface, catalogue = order.offer, self.surfaces[order.surface], self.night.catalogue
        claim = max(offer.claim, self.exaggerates if surface.spoken and catalogue.price[item] else 0.0)
        expires = min(order.expires, self.match.closes if offer.team else self._usable_until(item))
        return Terms(push, item, order, self._price(item, offer.discount), now, expires, claim)

    def _open(self, terms: Terms) -> int:
        """Starts the offer that a push makes, and gives its slot."""
        order, surface = terms.order, self.surfaces[terms.order.surface]
        self._tell_of(terms, Kind.PUSH, terms.expires, self._reach(order))
        self.sight.note(terms, self._reach(order))
        if order.offer.team:
            self._schedule(terms.expires, Kind.TEAM_FAILED, slot=self.publisher.free_slots[0])
        p = self.night.scenario.assumptions
        return self.publisher.open(running(terms, surface, self.night.catalogue, p), order.ids)

    def _tell_of(self, terms: Terms, kind: Kind, value: float, viewers: int) -> None:
        """Writes a push down."""
        order = terms.order
        row = (
            terms.now, value, -1, terms.push, terms.price, terms.item, kind, order.ids is None, -1, order.surface,
        )  # fmt: skip
        self.tell(np.array([row], ROW))
        self.books.open(terms, viewers)

    def _reach(self, order: Order) -> int:
        """Viewers a push is for."""
        return len(self.night.crowd) if order.ids is None else len(order.ids)

    def _there(self, order: Order, day: int) -> int:
        """Those of them who would be shown it now: on the stream, or after the match at home, and not muted."""
        known = self.engine.crowd.known if order.ids is None else self.engine.crowd.known[order.ids]
        return int(np.count_nonzero((known["muted"] == 0) & ((known["present"] == 1) | (day > 0))))

    def _price(self, item: int, discount: float) -> int:
        own = int(self.night.catalogue.own_price[item])
        return max(1, round(own * (1.0 - discount))) if own else 0

    def _settle(self, window: Window) -> None:
        rows, shop, tally = self.engine.settle(window, self.happened(window.end))
        self.tell(rows)
        self.tell(shop)
        self.unpacked += [picked(part, BOUGHT[part["kind"]]) for part in (rows, shop) if len(part)]
        if window.end - self.handed >= self.night.scenario.assumptions.handover:
            self._hand_over()
        self.books.add_tally(tally, window)
        self.books.add_level(self.engine.stock.free, window.end)
        self.sight.hear(tally, window.end - window.start)

    def _hand_over(self) -> None:
        """The warehouse hears of what was paid."""
        self.handed = self.env.now
        parcels = self.warehouse.parcels
        places = parcels.of(joined(NO_ROWS, *self.unpacked), self.books.claims)
        self.warehouse.packers.take(queued(parcels, places))
        self.unpacked = []

    def tell(self, rows: NDArray[np.void]) -> None:
        """Writes down rows of the night."""
        self.ledger.add(rows)
        self.books.add_rows(rows)

    def _schedule(self, at: float, kind: Kind, item: int = -1, slot: int = -1) -> None:
        """Something will happen at the shop by itself."""
        entry = np.zeros(1, ENTRY)
        entry["time"], entry["kind"], entry["item"], entry["slot"], entry["viewer"] = at, kind, item, slot, -1
        self.entries = in_time(self.entries, entry)

    def happened(self, end: float) -> NDArray[np.void]:
        """Takes from the calendar what happens at the shop by itself before `end` (ENTRY)."""
        n = int(np.searchsorted(self.entries["time"], end))
        here, self.entries = self.entries[:n], self.entries[n:]
        if n:
            self.on_order[here["item"][here["kind"] == Kind.DELIVERY]] = False  # not before: it would be ordered twice
        return here

    def reorder(self, now: float) -> NDArray[np.void]:
        """Orders more of what has run low, one order of a product at a time; gives the rows that say so."""
        catalogue = self.night.catalogue
        left = self.engine.stock.free.reshape(catalogue.shelves, -1).sum(axis=1)
        low = np.flatnonzero((left <= catalogue.reorder_at) & ~self.on_order)
        if not len(low):
            return NO_ROWS
        self.on_order[low] = True
        for product in low.tolist():
            self._schedule(now + float(catalogue.lead[product]), Kind.DELIVERY, item=product)
        return np.array([(now, 0.0, -1, -1, 0, product, Kind.REORDER, 0, -1, -1) for product in low], ROW)


def red_lines(night: Night, policy: Policy) -> tuple[RedLines, ...]:
    """Those that are held: the scenario's, and the policy's own if it has any."""
    own = getattr(policy, "red_lines", None)
    return (night.scenario.red_lines, own) if isinstance(own, RedLines) else (night.scenario.red_lines,)


def play(
    night: Night, policy: Policy, name: str, *, engine: EngineName = "compiled", threads: int = 1, keep: bool = False
) -> Played:
    """Plays `night` under `policy`.  `keep` keeps every row of the ledger and their hash.

    Raises PolicyError when the policy raises or asks for what there is not.
    """
    env = simpy.Environment(initial_time=night.stage.match.opens)
    game = start(night, policy, name, env, engine=engine, threads=threads, keep=keep)
    env.run(until=game.over)
    return Played(
        night,
        name,
        game.ledger,
        game.books,
        game.engine.stock,
        game.engine.crowd,
        game.closing,
        game.engine.crowd.viewers["peak_annoyance"].copy(),
        carried_over(game),
        game.warehouse.parcels.overdue(night.until),
        game.books.events,
    )


def start(
    night: Night,
    policy: Policy,
    name: str,
    env: simpy.Environment,
    *,
    engine: EngineName = "compiled",
    threads: int = 1,
    keep: bool = False,
) -> Play:
    """The night about to begin on the calendar `env`, which stands at the opening of the broadcast."""
    limits = limits_of(red_lines(night, policy))
    return Play(night, policy, name, _engine(engine, night, limits, env, threads, keep), limits.enforced, env, keep)


def _engine(
    engine: EngineName, night: Night, limits: Limits, env: simpy.Environment, threads: int, keep: bool
) -> Engine:
    if engine == "reference":
        from sim.engine.reference.engine import ReferenceEngine

        return ReferenceEngine(night, limits, env, keep)
    from sim.engine.compiled.engine import CompiledEngine

    return CompiledEngine(night, limits, threads, keep)
