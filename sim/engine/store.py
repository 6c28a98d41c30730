"""The store's end in the days after a match: its board and till, and what is left when the days are over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.engine.board import Window
from sim.engine.books import Tally
from sim.engine.closing import Closing
from sim.engine.days import loyalty, usual_trust
from sim.engine.ledger import Kind
from sim.engine.parcels import Parcels
from sim.engine.rules import coupons_until
from sim.engine.stock import ENTRY, in_time
from sim.engine.warehouse import Warehouse
from sim.records import copied, joined, picked
from sim.world.carried import Carried
from sim.world.match import DAY
from sim.world.night import Night

if TYPE_CHECKING:
    from sim.engine.play import Play

SILENT = np.zeros(3)
NOTHING = np.zeros(0, np.int64)


class StoreEnd:
    """What `pass_days` needs of a night that is over."""

    def __init__(self, play: Play) -> None:
        self.play, self.engine, self.night = play, play.engine, play.night
        self.reactions = play.engine.reactions()
        self.since = play.env.now

    def begin(self, closing: Closing) -> None:
        """The evening is counted: points for it, and no offer of the stream's runs any more.

        From now on the board is the store's, which knows its own shelf.
        """
        at, publisher = self.since, self.play.publisher
        self.tell(self.play.points.of_time(closing.watched, at))
        self.tell(self.play.points.of_money(self.play.books.payments(), at))
        publisher.board = publisher.board._replace(live=NOTHING, peak=False)
        publisher.lag = 0.0
        self.play.sight.hush()

    def open(self, day: int, start: float, end: float) -> Window:
        """The board of the day that begins, and the messages that the policy sends on it."""
        self.since, publisher = max(start, self.since), self.play.publisher
        publisher.publish(self.since, self.engine.stock.free, SILENT)
        fresh = self.play.push_messages(day, self.since, end)
        return Window(start, end, publisher.board, fresh)

    def count(self, tally: Tally, window: Window) -> None:
        """Counts what the messages of a day did."""
        self.play.books.add_tally(tally, window)

    def settle(
        self, end: float, rows: NDArray[np.void], entries: NDArray[np.void]
    ) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """Settles a day, and counts its points; gives the answers and the shop's rows."""
        window = Window(self.since, end, self.play.publisher.board, NOTHING)
        rows, shop = self.engine.settle_store(rows, window, in_time(entries, self.play.happened(end)))
        return rows, joined(shop, self.play.points.of_money(rows, end), self.play.reorder(end))

    def tell(self, rows: NDArray[np.void]) -> None:
        """Writes down rows of the days."""
        self.play.ledger.add(rows)
        self.play.books.add_after(rows)

    def close(self) -> None:
        """The days are over: what fades has faded, and everybody knows whether to come again."""
        night, crowd = self.night, self.engine.crowd
        segments = night.scenario.audience.segments.values()
        self.reactions.rest((night.until - night.stage.match.opens) / DAY, usual_trust(segments))
        coming = crowd.viewers["away"] == 0
        self.tell(self.reactions.decide_again(night.until, coming, loyalty(segments)))
        crowd.viewers["away"] = ~coming
        seen = crowd.known["orders"] > 0
        crowd.known["history"][seen] += crowd.known["orders"][seen]


def open_warehouse(env: simpy.Environment, night: Night) -> Warehouse:
    """The warehouse as the night finds it."""
    carried, day = night.carried, night.scenario.days[night.fixture]
    parcels = Parcels(night, copied(carried.parcels) if carried else None)
    parcels.not_before(night.stage.match.opens)
    busy = (carried.packers.copy(), carried.inspectors.copy()) if carried else None
    return Warehouse(env, parcels, len(night.crowd) / night.scenario.audience.viewers, day, busy)


def on_their_way(night: Night) -> NDArray[np.void]:
    """Deliveries ordered before this match (ENTRY)."""
    return night.carried.entries if night.carried else np.zeros(0, ENTRY)


def carried_over(play: Play) -> Carried | None:
    """What the match leaves to the next one, on its clock; None after the last."""
    night, days = play.night, play.night.scenario.days
    if night.fixture + 1 == len(days):
        return None
    seconds = (days[night.fixture + 1] - days[night.fixture]) * DAY
    entries = picked(play.entries, play.entries["kind"] == Kind.DELIVERY)
    entries["time"] -= seconds
    packers, inspectors = play.warehouse.free_at(seconds)
    return Carried(
        fixture=night.fixture + 1,
        known=play.engine.crowd.known,
        viewers=play.engine.crowd.viewers,
        stock=np.array(play.engine.stock),
        parcels=play.warehouse.parcels.at_next_match(night, seconds).rows,
        entries=entries,
        packers=packers,
        inspectors=inspectors,
        coupons_until=coupons_until(night) - seconds,
    )
