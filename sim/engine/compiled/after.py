"""The days after a match as loops over records: a day lived, parcels opened, rests paid, coming again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import behaviour as b
from sim import draws
from sim.compiled import compiled, inlined
from sim.engine.compiled.messages import read
from sim.engine.compiled.notes import MAX_ROWS, tell, tell_presence
from sim.engine.compiled.offers import is_for
from sim.engine.compiled.scene import NEVER
from sim.engine.compiled.visits import come_until, ease_of
from sim.engine.ledger import Flag, Kind
from sim.engine.parcels import ParcelState

QUEUED, ARRIVED, FORFEITED = (int(s) for s in (ParcelState.QUEUED, ParcelState.ARRIVED, ParcelState.FORFEITED))
LATE, INFORMED = int(Flag.LATE), int(Flag.INFORMED)


class Diary(NamedTuple):
    """What a loop over viewers writes down: as much of `Notes` as rows need."""

    rows: NDArray[np.void]  # (capacity,) ROW
    filled: NDArray[np.int64]  # (3,) rows filled; events handled; rows for which there was no room


# --- a day ------------------------------------------------------------------------------------------------------------


@compiled
def live_day(first, window, since, people, scene, visits_due, notes):
    """A day, viewer by viewer from `first` on, each one's in order of time; gives the next one when rows run short.

    A message is read in a part of the day of its own, in the order in which those for the viewer were said; not before
    `since`, and not at all once it has expired.
    """
    board, fresh = window.board, window.fresh
    for i in range(first, people.viewers.shape[0]):
        if fresh.shape[0] == 0 and visits_due[i] >= window.end:
            continue
        if notes.filled[0] + MAX_ROWS > notes.rows.shape[0]:
            return i
        meant, n, nth = 0, 0, -1  # bits of the messages that are for the viewer as the day begins
        for k in range(fresh.shape[0]):
            if is_for(i, fresh[k], people, scene, board):
                meant, n = meant | 1 << k, n + 1
        part = (window.end - window.start) / max(1, n)
        for k in range(fresh.shape[0]):
            if meant >> k & 1 == 1:
                nth += 1
                if people.known[i].muted == 1 or not is_for(i, fresh[k], people, scene, board):
                    continue
                offer = board.running[fresh[k]]
                luck = draws.draw(scene.seed, scene.chapter, i, draws.STORE_PUSH, offer.push)
                t = max(since, window.start + (nth + luck[0]) * part)
                if t >= offer.expires:
                    continue
                come_until(i, t, people, scene, board, visits_due, notes)
                read(i, t, fresh[k], luck, people, scene, board, notes)
        come_until(i, window.end, people, scene, board, visits_due, notes)
    return people.viewers.shape[0]


# --- parcels ----------------------------------------------------------------------------------------------------------


@compiled
def unpack(parcels, places, end, return_days, people, scene, visits_due, diary):
    """Opens the parcels at `places`, in order of arrival: pleased or not, kept or to be sent back."""
    p = scene.numbers[0]
    for k in range(places.shape[0]):
        parcel = parcels[places[k]]
        i = parcel.viewer
        v = people.viewers[i]
        t, claim = parcel.arrives, np.float64(parcel.claim)
        late = b.days_late(t, parcel.promised, p)
        before = ease_of(i, people, scene)
        v.trust = b.trust_after_parcel(v.trust, late, claim, p)
        v.satisfaction = b.satisfied(v.satisfaction, b.pleasure_of_parcel(late, claim, p))
        if v.store_at < NEVER:
            moved = b.moved_visit(t, v.store_at, before, ease_of(i, people, scene))
            v.store_at = visits_due[i] = max(end, moved)  # the visits of this day are over
        flags = parcel.flags | LATE if late > 0.0 else parcel.flags
        days = (t - parcel.ordered) / b.DAY
        tell(diary, t, i, Kind.ARRIVAL, parcel.push, parcel.item, parcel.size, -1, parcel.price, flags, days)
        parcel.state = ARRIVED
        try_on(parcel, v, end, return_days, scene)


@inlined
def try_on(parcel, v, end, return_days, scene):
    """Whether what was in the parcel is kept, or why it goes back, when, and what is wanted instead."""
    p, goods = scene.numbers[0], scene.goods[parcel.item]
    sized, informed = goods.sized == 1, parcel.flags & INFORMED != 0
    _, _, u_fate, u_size = draws.draw(scene.seed, parcel.chapter, parcel.viewer, draws.PARCEL, 2 * parcel.number)
    fit = b.unfit(sized, abs(parcel.size - v.own_size), informed, p)
    hasty = b.haste(parcel.push >= 0, parcel.urge, max(0.0, 1.0 - parcel.price / goods.price), p)
    parcel.reason = b.parcel_fate(u_fate, fit, b.untrue(np.float64(parcel.claim), informed, p), hasty, p)
    if parcel.reason == b.KEPT:
        return
    u_delay, _, _, _ = draws.draw(scene.seed, parcel.chapter, parcel.viewer, draws.PARCEL, 2 * parcel.number + 1)
    parcel.posts = max(end, parcel.arrives + b.return_delay(u_delay, return_days))
    if parcel.reason == b.FIT:
        parcel.instead = b.size_instead(u_size, parcel.size, v.own_size, scene.sizes, p)


@compiled
def pay_balances(parcels, places, people, scene, diary):
    """The rests of pre-sales that are due, paid or not."""
    p = scene.numbers[0]
    for k in range(places.shape[0]):
        parcel = parcels[places[k]]
        i = parcel.viewer
        _, _, _, u = draws.draw(scene.seed, parcel.chapter, i, draws.PARCEL, 2 * parcel.number + 1)
        kind, rest = Kind.FORFEIT, 0
        parcel.state = FORFEITED
        if b.pays_balance(u, people.viewers[i].trust, p):
            kind, rest = Kind.BALANCE, scene.goods[parcel.item].own_price - parcel.price
            parcel.state = QUEUED
            parcel.price += rest
        tell(diary, parcel.due, i, kind, parcel.push, parcel.item, parcel.size, -1, rest, parcel.flags, 0.0)


# --- from match to match ----------------------------------------------------------------------------------------------


@compiled
def rest(days, usual, people, scene):
    """Lets `days` pass: fatigue, memory, trust on its way to what is `usual` (segments,), satisfaction."""
    p = scene.numbers[0]
    for i in range(people.viewers.shape[0]):
        v = people.viewers[i]
        v.fatigue = b.fatigue_after(v.fatigue, v.burden, days, p)
        v.burden = 0.0
        v.tolerance = b.tired_tolerance(v.patience, v.fatigue, p)
        v.noticed = b.noticed_after(v.noticed, days, p)
        v.trust = b.trust_at_rest(v.trust, usual[v.segment], days, p)
        v.satisfaction = b.satisfaction_at_rest(v.satisfaction, days, p)


@compiled
def decide_again(first, t, coming, loyal, people, scene, diary):
    """Who comes to the next match, into `coming` (N,); rows of those who change.

    Begins with viewer `first`, and gives the next one when rows run short.  `loyal` (segments,) are log odds.
    """
    p = scene.numbers[0]
    for i in range(first, people.viewers.shape[0]):
        if diary.filled[0] == diary.rows.shape[0]:
            return i
        v = people.viewers[i]
        u, _, _, _ = draws.draw(scene.seed, scene.chapter, i, draws.AGAIN, 0)
        comes = b.comes_again(u, loyal[v.segment], v.trust, v.satisfaction, v.fatigue, p)
        if comes != coming[i]:
            coming[i] = comes
            tell_presence(diary, t, i, Kind.COMEBACK, 1 if comes else 0)
    return people.viewers.shape[0]
