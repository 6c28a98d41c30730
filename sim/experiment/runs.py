"""Nights played: replications x policies, in this process or in several, with the same results from each.

Replication by replication, all policies of replication 0 first, so that whatever is finished is balanced and its
pairs are complete.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.play import EngineName, Played, play
from sim.engine.season import play_season
from sim.experiment.executors import Executor, Work, here
from sim.experiment.record import Record, packed, unpacked
from sim.experiment.store import Store, check_code, code_identity, key_of, world_identity
from sim.measures.outcomes import NAMES, outcomes
from sim.measures.parts import parts_of
from sim.measures.rows import ledger, viewers
from sim.measures.series import by_minute
from sim.measures.twins import TWIN_NAMES, Ending, ending, joined
from sim.policy import Push, View
from sim.policy.find import FoundPolicy, Named, find_named, named
from sim.stop import check
from sim.world.night import World

MANY = 200_000  # viewers from which a night is worth several threads
Job = tuple[int, int]  # replication, number of the policy
LONG = 60  # letters of a policy's name in a file's
READY = 32  # plans that a worker has at hand; the match of each as it is felt takes about 2 MB
ENOUGH = 30  # nights among which the typical one is looked for


@dataclass(frozen=True)
class Stopping:
    """When enough is known, where the number of nights is not fixed; at most one of the two."""

    precision: Mapping[str, float] = field(default_factory=dict)  # half widths wanted, by metric [its unit]
    choose: tuple[str, float] | None = None  # the best in this metric, and what difference does not matter [its unit]

    @property
    def fixed(self) -> bool:
        """Whether all nights of the plan are played."""
        return not self.precision and self.choose is None


FIXED = Stopping()


@dataclass(frozen=True)
class Plan:
    """What is played: every policy on the same nights."""

    world: World
    policies: tuple[FoundPolicy, ...]
    seed: int
    replications: int  # at most, where `stopping` says when it is enough
    viewers: int
    engine: EngineName = "compiled"
    stopping: Stopping = FIXED
    ledger: Path | None = None  # folder for the rows of every night; None: they are not kept
    control: str | None = None  # name of the policy, the first, whose viewers the others' are joined with

    @property
    def jobs(self) -> list[Job]:
        """All of them, in order."""
        return [(r, p) for r in range(self.replications) for p in range(len(self.policies))]

    def key(self, job: Job) -> str | None:
        """What the store keeps a night under; None where it must not be kept, or rows are asked for."""
        replication, number = job
        policy = self.policies[number]
        if self.ledger or policy.doubts or policy.unhashed:
            return None
        return key_of(self._identity, policy.identity, self.seed, replication, self.viewers, self.engine)

    @cached_property
    def _identity(self) -> str:
        return world_identity(self.world)

    @cached_property
    def typical(self) -> int:
        """The replication that figures show: the first whose match has as many goals as the median one."""
        goals = [sum(self.world.match(self.seed, r).score) for r in range(min(self.replications, ENOUGH))]
        return goals.index(sorted(goals)[len(goals) // 2])


@dataclass(frozen=True, eq=False, kw_only=True)
class Done:
    """A night that was played, in a plan."""

    policy: str
    replication: int
    outcomes: dict[str, float]
    parts: Mapping[str, pd.DataFrame]  # the night by its parts, as `sim.measures.parts.PARTS` makes them
    series: pd.DataFrame | None  # by minute, of the plan's typical replication
    twins: Mapping[str, float] | None  # `sim.measures.twins.TWINS`; None of the control, and where there is none
    ledger_sha256: str | None
    seconds: float | None  # it took; None: it was there already
    stored: bool  # whether it need not be played again


@dataclass(frozen=True)
class Made:
    """A night as a worker sends it home."""

    record: bytes
    ledger_sha256: str | None = None
    seconds: float | None = None  # it took; None: it was there already


Errand = tuple[Plan, Job]
Play = Callable[[Iterable[Job]], Generator[Done]]
PlayMany = Callable[[Iterable[Errand]], Generator[Done]]


@contextmanager
def playing(plan: Plan, executor: Executor = here, store: Store | None = None) -> Iterator[Play]:
    """Gives what plays jobs of the plan; all else is as with `playing_many`."""
    if plan.control not in (None, plan.policies[0].name):
        raise ValueError(f"{plan.control} is the control and must be the first policy")
    with playing_many(executor, store) as play:
        yield lambda jobs: play((plan, job) for job in jobs)


@contextmanager
def playing_many(executor: Executor = here, store: Store | None = None) -> Iterator[PlayMany]:
    """Gives what plays jobs of any plans, in order; it can be called again and again.

    Nights that are in the store are not played, and those that are played are put there.  Of every plan's replication
    the control comes first, if there is one; `playing` raises ValueError if it is not the plan's first policy.  Playing
    raises PolicyError as the first night that fails does, WorkerLostError when a worker dies, and MatchdayError where
    the store cannot be used.
    """
    parcels: dict[int, tuple[Plan, _Parcel]] = {}  # with the plan, so that nothing else gets its id

    def parcel_of(plan: Plan) -> _Parcel:
        if id(plan) not in parcels:
            threads = (os.cpu_count() or 1) if executor is here and plan.viewers >= MANY else 1
            parcels[id(plan)] = plan, _Parcel.of(plan, len(parcels), threads)
        return parcels[id(plan)][1]

    if store:
        store.sweep()
    with executor(_player) as work:
        yield lambda errands: _told(_found_or_made(parcel_of, work, store, list(errands)))


def play_all(plan: Plan, executor: Executor = here, store: Store | None = None) -> Generator[Done]:
    """Plays the whole plan and gives the nights in order; no worker outlives it.  Raises as `playing`."""
    with playing(plan, executor, store) as play:
        yield from play(plan.jobs)


def _found_or_made(
    parcel_of: Callable[[Plan], _Parcel], work: Work, store: Store | None, errands: Sequence[Errand]
) -> Generator[tuple[Errand, Made, bool]]:
    """The nights of errands in order, from the store or from who plays them, and whether they are in the store now."""

    @cache  # who hands out nights looks ahead, and what it has seen there must be taken from there
    def there(number: int) -> str | None:
        plan, job = errands[number]
        key = plan.key(job) if store else None
        return key if store and key and store.has(key) else None

    away = ((parcel_of(plan), job) for number, (plan, job) in enumerate(errands) if not there(number))
    with closing(work(away)) as made:
        for number, (plan, job) in enumerate(errands):
            key = there(number)
            found = store.get(key) if store and key else None
            if found is not None:
                yield (plan, job), Made(found), True
                continue
            night = play_one(plan, *job) if key else next(made)  # here, where what was there is damaged
            key = plan.key(job) if store else None
            check()  # a policy that has caught the signal may have said something else than it would have
            if store and key:
                store.put(key, night.record)
            yield (plan, job), night, key is not None


def _told(nights: Generator[tuple[Errand, Made, bool]]) -> Generator[Done]:
    """Joins the nights of each replication with the control's, which come first; no ending outlives its replication.

    The join is made here and not by who plays, so that a replication's policies can be played side by side.
    """
    beside: Ending | None = None
    with closing(nights):
        for (plan, (replication, number)), night, stored in nights:
            policy, record = plan.policies[number].name, unpacked(night.record)
            if plan.control is None or policy == plan.control:
                beside = record.ending if plan.control else None
            yield Done(
                policy=policy,
                replication=replication,
                outcomes=record.outcomes,
                parts=record.parts,
                series=record.series if replication == plan.typical else None,
                twins=joined(beside, record.ending) if beside and policy != plan.control else None,
                ledger_sha256=night.ledger_sha256,
                seconds=night.seconds,
                stored=stored,
            )


def play_one(plan: Plan, replication: int, number: int, threads: int = 1) -> Made:
    """Plays one policy through one replication."""
    started = time.perf_counter()
    policy, world, keep = plan.policies[number], plan.world, plan.ledger is not None
    if plan.ledger is not None and number == 0:
        night = world.night(plan.seed, replication, plan.viewers)
        write(viewers(night), plan.ledger / "viewers" / f"{replication}.parquet")
    season = play_season(
        world, policy.make, policy.name, plan.seed, replication, plan.viewers,
        engine=plan.engine, threads=threads, keep=keep,
    )  # fmt: skip
    nights, series = [], pd.DataFrame()
    for played in season:
        if plan.ledger is not None:
            write(ledger(played), plan.ledger / f"{_file_of(plan, policy.name, replication, played)}.parquet")
        if played.night.fixture == 0:
            series = by_minute(played)
        nights.append(played.let_go() if played.carried else played)
    record = Record(outcomes=outcomes(nights), parts=parts_of(nights), series=series, ending=ending(nights))
    return Made(packed(record), sha256_of(nights) if keep else None, time.perf_counter() - started)


def _file_of(plan: Plan, policy: str, replication: int, played: Played) -> str:
    match = f"-match-{played.night.fixture + 1}" if len(plan.world.fixed) > 1 else ""
    return f"{_stem(policy)}-{replication}{match}"


def _stem(policy: str) -> str:
    """A policy's name as a file's; what could not be one gets a hash, so that no two policies write the same file."""
    stem = re.sub(r"[^\w.()=, +-]+", "-", policy)[:LONG]
    return policy if stem == policy else f"{stem}-{hashlib.sha256(policy.encode()).hexdigest()[:8]}"


def sha256_of(nights: Sequence[Played]) -> str:
    """Identity of a scenario's nights: of one its ledger's, of a season's that of all its ledgers' together."""
    if len(nights) == 1:
        return nights[0].ledger.sha256
    return hashlib.sha256("".join(night.ledger.sha256 for night in nights).encode()).hexdigest()


class _Silent:
    def decide(self, view: View) -> list[Push]:
        return []


def warm_up(plan: Plan) -> None:
    """Compiles the loops once, before several worker processes read them from disk."""
    play(plan.world.night(plan.seed, 0, 1), _Silent(), "warm-up", engine=plan.engine)


def write(rows: pd.DataFrame, file: Path) -> None:
    """Writes a table as Parquet, in a folder that is made if need be; raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(file, compression="zstd", index=False)


def twins_table(nights: Sequence[Done]) -> pd.DataFrame:
    """One row a policy but the control, and replication: `policy`, `replication`, and a column a measure of twins."""
    rows = [{"policy": n.policy, "replication": n.replication, **n.twins} for n in nights if n.twins is not None]
    return pd.DataFrame(rows, columns=["policy", "replication", *TWIN_NAMES])


def values_of(nights: Sequence[Done], metric: str) -> dict[str, NDArray[np.float64]]:
    """(replications,) of a metric by policy; NaN where a policy has not played one that others have."""
    n = 1 + max(night.replication for night in nights)
    values = {policy: np.full(n, np.nan) for policy in dict.fromkeys(night.policy for night in nights)}
    for night in nights:
        values[night.policy][night.replication] = night.outcomes[metric]
    return values


def table(nights: Sequence[Done]) -> pd.DataFrame:
    """One row a policy and replication: `policy`, `replication`, and a column a metric."""
    rows = [{"policy": n.policy, "replication": n.replication, **n.outcomes} for n in nights]
    return pd.DataFrame(rows, columns=["policy", "replication", *NAMES])


# --- several processes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Parcel:
    """A plan as it travels with each of its jobs: policies by what finds them, for their classes do not."""

    number: int  # by which a worker knows it again
    plan: Plan = field(compare=False)  # without policies
    policies: Named = field(compare=False)
    threads: int = field(compare=False)
    code: str = field(compare=False)  # what makes nights where the plan is

    @classmethod
    def of(cls, plan: Plan, number: int, threads: int) -> _Parcel:
        world = replace(plan.world, _stages={})  # which would weigh megabytes
        return cls(number, replace(plan, policies=(), world=world), named(plan.policies), threads, code_identity())

    def unpacked(self) -> Callable[[Job], Made]:
        """What plays a job of it; raises MatchdayError where a policy, or this program, is another one here."""
        check_code(self.code)
        world = replace(self.plan.world, _stages={})  # which go when this does
        plan = replace(self.plan, policies=find_named(self.policies), world=world)
        return lambda job: play_one(plan, *job, self.threads)


def _player() -> Callable[[tuple[_Parcel, Job]], Made]:
    """What plays jobs of any plans; those it has played last lie ready."""
    ready = lru_cache(READY)(_Parcel.unpacked)
    return lambda told: ready(told[0])(told[1])
