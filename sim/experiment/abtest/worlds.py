"""The worlds of a replication: all viewers under the control, all under the treatment, and the night of each test."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.ledger import Kind
from sim.engine.play import Played
from sim.engine.season import play_season
from sim.engine.stock import open_till
from sim.experiment.abtest.designs import CONTROL, SPLIT, TREATMENT, DesignName, People, Split, SplitName, Turns, split
from sim.experiment.abtest.mixed import Mixed
from sim.experiment.executors import Executor, here
from sim.experiment.store import check_code, code_identity
from sim.measures.outcomes import MONEY
from sim.policy.find import FoundPolicy, Named, find_named, named
from sim.policy.push import Policy
from sim.records import joined, picked
from sim.world.night import World

Values = NDArray[np.float64]
WorldName = Literal["control", "treatment"] | SplitName
Job = tuple[int, WorldName]


class Measure(NamedTuple):
    """What is counted of each viewer, and so of each arm."""

    name: str
    unit: str
    about: str


MEASURES = (
    Measure("orders", "orders", "paid at both ends"),
    Measure("buyers", "viewers", "with at least one paid order"),
    Measure("net_revenue", MONEY, "paid at both ends and not given back"),
    Measure("annoyance", "average tolerances", "each viewer's highest annoyance, added up; not told by time"),
    Measure("mutes", "viewers", "who switched pushes off"),
)
NAMES = tuple(measure.name for measure in MEASURES)
MOVED = (Kind.PAYMENT, Kind.BALANCE, Kind.REFUND)  # rows that move money between a viewer and the shop


@dataclass(frozen=True, eq=False)
class Told:
    """What a world's night came to, arm by arm (CONTROL, TREATMENT)."""

    replication: int
    world: WorldName
    totals: Values  # (2, measures)
    squares: Values  # (2, measures) squared values of viewers, added up; NaN by time
    viewers: Values  # (2,) NaN by time
    sold_out: bool  # whether the last unit of anything went
    taken: NDArray[np.int64]  # (SKUs,) units that left the shelf


@dataclass(frozen=True, eq=False)
class Trial:
    """What is played: a control and a treatment, and designs to test one against the other."""

    world: World
    arms: tuple[FoundPolicy, ...]  # control and treatment
    designs: tuple[DesignName, ...]
    seed: int
    replications: int
    viewers: int
    block: float  # s, of switchbacks

    @property
    def jobs(self) -> list[Job]:
        """All of them, replication by replication."""
        worlds: list[WorldName] = ["control", "treatment", *(d for d in SPLIT if d in self.designs)]
        return [(r, name) for r in range(self.replications) for name in worlds]


@contextmanager
def playing(trial: Trial, executor: Executor = here) -> Iterator[Callable[[Iterable[Job]], Generator[Told]]]:
    """Gives what plays jobs of the trial, in order.  That raises PolicyError and WorkerLostError."""
    with executor(_Parcel.of(trial).unpacked) as work:
        yield work


@dataclass(frozen=True)
class _Parcel:
    """A trial as it travels: policies by what finds them, for their classes do not."""

    arms: Named
    without: Trial  # policies
    code: str  # what makes nights where the trial is

    @classmethod
    def of(cls, trial: Trial) -> _Parcel:
        return cls(named(trial.arms), replace(trial, arms=()), code_identity())

    def unpacked(self) -> Callable[[Job], Told]:
        check_code(self.code)
        trial = replace(self.without, arms=arms_of(find_named(tuple(dict.fromkeys(self.arms)))))
        return lambda job: play_one(trial, *job)


def arms_of(found: Sequence[FoundPolicy]) -> tuple[FoundPolicy, FoundPolicy]:
    """Control and treatment; one alone is tested against itself, and is called `-again` as the treatment."""
    control, treatment = found if len(found) == 2 else (found[0], replace(found[0], name=f"{found[0].name}-again"))
    return control, treatment


def play_one(trial: Trial, replication: int, name: WorldName) -> Told:
    """Plays one world of a replication, with all matches of a season and the days after."""
    match name:
        case "control" | "treatment":
            arm = TREATMENT if name == "treatment" else CONTROL
            policy, all_ = trial.arms[arm], People(np.full(trial.viewers, arm))
            return _counted(trial, replication, name, [all_] * len(trial.world.fixed), policy.make, policy.name)
        case _:
            splits = split(name, trial.world, trial.seed, replication, trial.viewers, trial.block)
            mixed = (Mixed(each, trial.arms) for each in splits)  # one a match, in their order
            called = " and ".join(each.name for each in trial.arms)
            return _counted(trial, replication, name, splits, mixed.__next__, called)


def _counted(
    trial: Trial,
    replication: int,
    name: WorldName,
    splits: Sequence[Split],
    make: Callable[[], Policy],
    called: str,
) -> Told:
    season = play_season(trial.world, make, called, trial.seed, replication, trial.viewers)
    people, turns = [s for s in splits if isinstance(s, People)], [s for s in splits if isinstance(s, Turns)]
    count: _ByTime | _ByViewer = _ByViewer(iter(people), trial.viewers) if people else _ByTime(iter(turns))
    sold_out, taken = False, np.zeros(0, np.int64)
    for played in season:
        count.add(played)
        sold_out |= played.books.total(Kind.SOLD_OUT) > 0
        left = open_till(played.night).free - played.closing.stock.free
        taken = left + taken if len(taken) else left
    return Told(replication, name, *count.by_arm(), sold_out, taken)


class _ByViewer:
    """Counts of each viewer, for arms of people."""

    def __init__(self, people: Iterator[People], viewers: int) -> None:
        self.people = people  # of each match
        self.values, self.arms = np.zeros((len(MEASURES), viewers)), np.zeros(viewers, np.int64)

    def add(self, played: Played) -> None:
        """Takes the next match, while its people are still there."""
        orders, _, money, annoyance, mutes = self.values
        paid, moved = _paid(played), _moved(played)
        orders += np.bincount(paid["viewer"], minlength=len(orders))
        money += np.bincount(moved["viewer"], _amounts(played, moved), len(money))
        annoyance += np.where(played.closing.came, played.peak, 0.0)
        mutes[:] = played.crowd.known["muted"]
        self.arms = next(self.people).arms

    def by_arm(self) -> tuple[Values, Values, Values]:
        """Totals and squares (2, measures), and viewers (2,)."""
        self.values[NAMES.index("buyers")] = self.values[NAMES.index("orders")] > 0.0
        of = np.stack([self.arms == CONTROL, self.arms == TREATMENT]).astype(float)
        return of @ self.values.T, of @ (self.values**2).T, of.sum(axis=1)


class _ByTime:
    """Counts of what happens in each arm's turns, whatever it came of: all that can be said of arms of time."""

    def __init__(self, turns: Iterator[Turns]) -> None:
        self.turns = turns  # of each match
        self.totals, self.bought = np.zeros((2, len(MEASURES))), np.zeros(0, np.int32)

    def add(self, played: Played) -> None:
        """Takes the next match."""
        turns = next(self.turns)
        orders, buyers, money, annoyance, mutes = self.totals.T
        paid, moved, books = _paid(played), _moved(played), played.books
        orders += np.bincount(turns.at(paid["time"]), minlength=2)
        in_time = paid[np.argsort(paid["time"], kind="stable")]
        viewers, first = np.unique(in_time["viewer"], return_index=True)
        new = first[~np.isin(viewers, self.bought)]
        buyers += np.bincount(turns.at(in_time["time"][new]), minlength=2)
        self.bought = np.union1d(self.bought, viewers)
        money += np.bincount(turns.at(moved["time"]), _amounts(played, moved), 2)
        annoyance[:] = np.nan
        minutes = books.opens + 60.0 * np.arange(books.minutes)
        muted = books.counts.kinds[:, Kind.MUTE].sum(axis=1)
        later = books.days()
        times = np.concatenate([minutes, later["time"]])
        mutes += np.bincount(turns.at(times), np.concatenate([muted, later["kind"] == Kind.MUTE]), 2)

    def by_arm(self) -> tuple[Values, Values, Values]:
        """Totals (2, measures); there are no viewers of an arm, nor squares of theirs."""
        return self.totals, np.full_like(self.totals, np.nan), np.full(2, np.nan)


def _moved(played: Played) -> NDArray[np.void]:
    """Rows that move money, of the night and the days after."""
    rows = joined(played.books.payments(), played.books.days())
    return picked(rows, np.isin(rows["kind"], MOVED))


def _paid(played: Played) -> NDArray[np.void]:
    rows = _moved(played)
    return picked(rows, rows["kind"] == Kind.PAYMENT)


def _amounts(played: Played, rows: NDArray[np.void]) -> Values:
    """What each brought the shop [currency]."""
    sign = np.where(rows["kind"] == Kind.REFUND, -1.0, 1.0)
    return np.asarray(sign * rows["price"] / 10.0**played.night.scenario.shop.decimals)
