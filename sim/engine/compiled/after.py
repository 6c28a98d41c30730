"""The days after a match as loops over records: parcels opened, visits to the store, rests paid, coming again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import behaviour as b
from sim import draws
from sim.compiled import compiled, inlined
from sim.engine.compiled.notes import tell, tell_presence
from sim.engine.compiled.offers import plain_store_price, put_store_price
from sim.engine.compiled.presence import favourite
from sim.engine.compiled.scene import ASKED, NEVER, NONE
from sim.engine.compiled.shopping import shown
from sim.engine.ledger import Flag, Kind
from sim.engine.parcels import ParcelState
from sim.world.audience import CUSTOMER, LOST

QUEUED, ARRIVED, FORFEITED = (int(s) for s in (ParcelState.QUEUED, ParcelState.ARRIVED, ParcelState.FORFEITED))
STORE, LATE, INFORMED, COUPON, MEMBER = (
    int(f) for f in (Flag.STORE, Flag.LATE, Flag.INFORMED, Flag.COUPON, Flag.MEMBER)
)


class Diary(NamedTuple):
    """What a loop over viewers writes down: as much of `Notes` as rows need."""

    rows: NDArray[np.void]  # (capacity,) ROW
    filled: NDArray[np.int64]  # (3,) rows filled; events handled; rows for which there was no room


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


# --- visits to the store ----------------------------------------------------------------------------------------------


@inlined
def ease_of(i, people, scene):
    """Factor on the rate of visits to the store."""
    v, tier = people.viewers[i], people.known[i].tier
    return b.visit_ease(v.trust, v.satisfaction, tier > 0, scene.tier_share[tier], scene.numbers[0])


@inlined
def plan_visit(i, t, people, scene, visits_due):
    """When the viewer next comes to the store after `t`."""
    v, curves = people.viewers[i], scene.curves
    u, u_joy, _, _ = draws.draw(scene.seed, scene.chapter, i, draws.STORE, v.visits)
    joy = b.own_mood(v.gain, curves.seconds[curves.seconds.shape[0] - 1].mood[people.known[i].side])
    ease = ease_of(i, people, scene)
    v.store_at = curves.closes + b.next_visit(t - curves.closes, u, u_joy, v.rate, ease, joy, scene.numbers[0])
    visits_due[i] = v.store_at


@compiled
def plan_visits(t, people, scene, visits_due):
    """When each customer next comes to the store after `t`; anew after every match, which a Poisson process allows."""
    for i in range(people.viewers.shape[0]):
        visits_due[i] = people.viewers[i].store_at = NEVER
        if people.viewers[i].customer == CUSTOMER:
            plan_visit(i, t, people, scene, visits_due)


@inlined
def come_until(i, t, people, scene, board, visits_due, diary):
    """The viewer's visits to the store before `t`."""
    while visits_due[i] < t:
        look_round(i, visits_due[i], people, scene, board, visits_due, diary)


@inlined
def look_round(i, t, people, scene, board, visits_due, diary):
    """One visit: something after one's own heart, and perhaps it was the last, whether that was to be had or not."""
    v = people.viewers[i]
    tell_presence(diary, t, i, Kind.STORE_VISIT, 0)
    _, _, u_item, u_last = draws.draw(scene.seed, scene.chapter, i, draws.STORE, v.visits)
    item = favourite(i, u_item, False, people, scene)
    if item >= 0:
        want_at_store(i, t, item, -1, False, people, scene, board, diary)
    v.visits += 1
    if u_last < v.drop:
        v.customer = LOST
        v.store_at = visits_due[i] = NEVER
    else:
        plan_visit(i, t, people, scene, visits_due)


@inlined
def want_at_store(i, t, item, push, advised, people, scene, board, diary):
    """Wants an item in one's own size: asks the till for it if the store shows it."""
    v = people.viewers[i]
    size = v.own_size if scene.goods[item].sized == 1 else 0
    flag = STORE
    if advised or (v.informed >> scene.goods[item].category) & 1 == 1:
        flag |= INFORMED
    if scene.tier_off[people.known[i].tier, item] > 0:
        flag |= MEMBER
    if not shown(item, size, scene, board):
        tell(diary, t, i, Kind.MISS, push, item, size, -1, scene.goods[item].own_price, flag, 0.0)
    elif v.errand == NONE:
        put_store_price(i, item, t, people, scene, board)
        v.errand = ASKED
        flag = flag | COUPON if v.coupon >= 0 else flag
        tell(diary, t, i, Kind.ASK, push, item, size, -1, v.price, flag, 0.0)
    else:
        price = plain_store_price(i, item, t, people, scene, board)
        tell(diary, t, i, Kind.ASK, push, item, size, -1, price, flag, 0.0)


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
