"""The warehouse: packers send parcels out, inspectors look at what comes back.

People work in waves: who is free takes the oldest few parcels and is busy with them for as long as they take.  Waves
begin within shifts only; one that has begun is finished.  All that a warehouse knows is when each of its people is free
and the parcels themselves, so that it can be left between two matches and taken up again.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any, NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.behaviour import DAY
from sim.engine.ledger import ROW, Kind
from sim.engine.parcels import Parcels, ParcelState
from sim.records import picked

HOUR = 3600.0  # s


class Hours(NamedTuple):
    """A shift as a station works it."""

    opens: float  # s after the kick-off's midnight, every day
    closes: float
    people: int
    takes: float  # time one of them takes for a parcel [s]


class Task(NamedTuple):
    """What a station does to parcels: from one state and time to the next."""

    queued: ParcelState
    since: str  # time from which they wait
    done: ParcelState
    at: str  # time at which they are done with


PACKING = Task(ParcelState.QUEUED, "ready", ParcelState.PACKED, "packed")
CHECKING = Task(ParcelState.GOING_BACK, "back", ParcelState.CHECKED, "checked")


class Station:
    """People at one task, as a process on the calendar: it acts when a wave begins, and only then."""

    def __init__(
        self, env: simpy.Environment, task: Task, hours: list[Hours], wave: int, midnight: float, parcels: Parcels,
        busy: NDArray[np.float64] | None = None,
    ) -> None:  # fmt: skip
        self.env, self.task, self.hours, self.wave, self.midnight = env, task, hours, wave, midnight
        self.parcels = parcels
        people = max(shift.people for shift in hours)
        self.busy = np.full(people, -math.inf) if busy is None else busy  # until when [s]
        self.queue, self.times = np.zeros(0, np.intp), np.zeros(0)  # places of parcels, and since when they wait
        self.bell = env.event()
        self.take(np.flatnonzero(parcels.rows["state"] == task.queued))
        env.process(self._work())

    def take(self, places: NDArray[np.intp]) -> None:
        """Queues parcels, from now on or from when they are due here."""
        since = self.parcels.rows[self.task.since]
        since[places] = np.maximum(since[places], self.env.now)
        places = np.concatenate([self.queue, places])
        part = picked(self.parcels.rows, places)
        self.queue = places[np.lexsort((part["number"], part["viewer"], part[self.task.since]))]
        self.times = since[self.queue]
        if not self.bell.triggered:
            self.bell.succeed()

    def _work(self) -> Generator[Any, Any, None]:
        while True:
            if self.bell.triggered:
                self.bell = self.env.event()
            if not len(self.queue):
                yield self.bell
                continue
            at, person, takes = self._next(self.times[0])
            yield self.env.timeout(max(0.0, at - self.env.now)) | self.bell
            if not self.bell.triggered:
                self._begin(at, person, takes)

    def _next(self, earliest: float) -> tuple[float, int, float]:
        """When the next wave begins, who begins it, and the time a parcel then takes [s]."""
        day = math.floor((max(earliest, float(self.busy.min())) - self.midnight) / DAY)
        while True:
            for shift in self.hours:
                midnight = self.midnight + day * DAY
                person = int(self.busy[: shift.people].argmin())
                at = max(earliest, midnight + shift.opens, float(self.busy[person]))
                if at < midnight + shift.closes:
                    return at, person, shift.takes
            day += 1

    def _begin(self, at: float, person: int, takes: float) -> None:
        """Takes the oldest parcels, and knows when they will be done."""
        n = int(np.searchsorted(self.times[: self.wave], at, side="right"))
        places = self.queue[:n]
        self.queue, self.times = self.queue[n:], self.times[n:]
        self.busy[person] = at + n * takes
        rows = self.parcels.rows
        rows[self.task.at][places] = self.busy[person]
        rows["state"][places] = self.task.done
        if self.task is PACKING:
            rows["arrives"][places] = self.busy[person] + rows["transit"][places]


class Warehouse:
    """Both stations over one lot of parcels.

    `scale` makes a smaller crowd's warehouse: fewer people, and slower ones where it would be less than one.  `day` is
    that of the match on the season's calendar; `busy` is what `free_at` of a warehouse left behind.
    """

    def __init__(
        self,
        env: simpy.Environment,
        parcels: Parcels,
        scale: float,
        day: float = 0.0,
        busy: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    ) -> None:
        f, wave = parcels.fulfilment, int(parcels.night.scenario.assumptions.packing_wave)
        midnight = -(f.kickoff * HOUR + day % 1.0 * DAY)
        packing = [(s.opens, s.closes, s.packers, f.parcels_per_hour) for s in f.shifts]
        checking = [(s.opens, s.closes, f.inspectors, f.inspected_per_hour) for s in f.shifts]
        self.parcels = parcels
        self.packers, self.inspectors = (
            Station(env, task, [_hours(*s, scale) for s in shifts], wave, midnight, parcels, free)
            for task, shifts, free in zip((PACKING, CHECKING), (packing, checking), busy or (None, None), strict=True)
        )

    def free_at(self, seconds: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """When each packer and each inspector is free, on the clock of a match `seconds` after this one."""
        return self.packers.busy - seconds, self.inspectors.busy - seconds

    def packed(self, start: float, end: float) -> NDArray[np.void]:
        """PACKED rows of the parcels that leave the packers in a window; value: how many at once."""
        times = self.parcels.rows["packed"]
        at, parcels = np.unique(times[(times >= start) & (times < end)], return_counts=True)
        rows = np.zeros(len(at), ROW)
        for name in ("viewer", "push", "item", "size", "surface"):
            rows[name] = -1
        rows["time"], rows["value"], rows["kind"] = at, parcels, Kind.PACKED
        return rows


def _hours(opens: float, closes: float, people: int, rate: float, scale: float) -> Hours:
    there = max(1, round(people * scale))
    return Hours(opens * HOUR, closes * HOUR, there, HOUR * there / (rate * people * scale))
