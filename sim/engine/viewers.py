"""The compiled engine: all viewers of a window, each from event to event, over fixed-size records.

A viewer's next thing to do is the earliest of three: a push that reaches them in this window, the errand in hand, and
the next moment of their own accord.  Moments come by thinning: candidate times at a bounded rate, each turned into
a leave, a shop visit, a
message or nothing with the true hazards at that instant.  Each of the three has its own stretch of the bound, so
candidates and stretches are the same under every policy, and annoyance can only turn "nothing" into "leave".

`sim/engine/reference.py` says the same in plain SimPy.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import behaviour as b
from sim import draws
from sim.compiled import compiled, inlined
from sim.engine.board import PUSH_BITS, PUSHES, Board
from sim.engine.ledger import ROW, Kind
from sim.engine.moments import Pace, next_moment, rate
from sim.world.audience import TASTE_STEP
from sim.world.night import Night
from sim.world.stage import BLOCK, Curves

# What a viewer has in hand.
NONE, PAGE, ASKED, PAYING, LAPSING, REFUSED, WAITING = 0, 1, 2, 3, 4, 5, 6
EXPOSED, NOTICED, CLICKED = 0, 1, 2  # layers of Notes.shown
NEVER = np.inf
BATCH = 16  # viewers whose records are fetched together
MAX_ROWS = 512  # rows that one viewer can fill in one window, with room to spare
BANNER = 0x400  # marks an occasion as met in the shop
OCCASIONS = 0x3FF  # and how many occasions of one push are told apart

# Enum members as plain numbers, which compiled code can hold.
(JOIN, RETURN, LEAVE, CHAT, EXPOSURE, NOTICE, CLICK, MUTE, BROWSE, VIEW, SAVE, PAYMENT, LAPSE, MISS, OTHER_SIZE, WAIT,
 WALK, ASK) = (int(k) for k in (
    Kind.JOIN, Kind.RETURN, Kind.LEAVE, Kind.CHAT, Kind.EXPOSURE, Kind.NOTICE, Kind.CLICK, Kind.MUTE, Kind.BROWSE,
    Kind.VIEW, Kind.SAVE, Kind.PAYMENT, Kind.LAPSE, Kind.MISS, Kind.OTHER_SIZE, Kind.WAIT, Kind.WALK, Kind.ASK,
))  # fmt: skip


class People(NamedTuple):
    """The viewers' records, and when each next has something to do."""

    known: NDArray[np.void]  # (N,) KNOWN
    viewers: NDArray[np.void]  # (N,) VIEWER
    tastes: NDArray[np.int8]  # (N, categories)
    due: NDArray[np.float64]  # (N,) s: the earlier of own_at and errand_at


GOOD = np.dtype(
    [
        ("price", "i8"),  # list price [minor units]
        ("reference", "i8"),  # reference price [minor units]
        ("category", "i8"),
        ("side", "i8"),  # HOME, AWAY or NEUTRAL
        ("sized", "u1"),
    ],
    align=True,
)
PLACE = np.dtype(
    [
        ("salience", "f8"),
        ("intrusiveness", "f8"),
        ("forced", "?"),
        ("standing", "?"),
        ("spoken", "?"),
        ("in_shop", "?"),
    ],
    align=True,
)


class Scene(NamedTuple):
    """What stays the same all night."""

    seed: int
    replication: int
    curves: Curves
    goods: NDArray[np.void]  # (P,) GOOD: what of the catalogue viewers look at
    sizes: int  # size slots a product
    places: NDArray[np.void]  # (surfaces,) PLACE
    numbers: NDArray[np.void]  # (1,) the model's numbers as a record, which is passed by address


class Window(NamedTuple):
    """One window: its bounds [s], the board as published at its start, and the slots of the pushes new in it."""

    start: float
    end: float
    board: Board
    fresh: NDArray[np.int64]


class Notes(NamedTuple):
    """What a walk over viewers writes down: rows, counts, and scratch for the pushes that reach one viewer."""

    keep: bool  # also exposures, notices and messages as rows
    rows: NDArray[np.void]  # (capacity,) ROW
    filled: NDArray[np.int64]  # (3,) rows filled; viewer events handled; rows for which there was no room
    chats: NDArray[np.int64]  # (3, segments)
    shown: NDArray[np.int64]  # (3 layers, 3 sides, segments, surfaces, products)
    times: NDArray[np.float64]  # (PUSHES,) when each fresh push reaches the viewer, inf = not
    luck: NDArray[np.float64]  # (PUSHES, 3) and the draws for noticing, clicking and muting then
    batch: NDArray[np.int64]  # (BATCH,) viewers who have something to do
    touched: NDArray[np.float64]  # (1,) a sum that only keeps the reading of records from being optimised away


def scene_of(night: Night) -> Scene:
    """A night as compiled loops take it."""
    c, surfaces = night.catalogue, night.scenario.surfaces.by_index()
    goods, places = np.zeros(len(c.keys), GOOD), np.zeros(len(surfaces), PLACE)
    for name in GOOD.names or ():
        goods[name] = getattr(c, name)
    for name in PLACE.names or ():
        places[name] = [getattr(s, name) for s in surfaces]
    return Scene(night.seed, night.replication, night.stage.curves, goods, c.sizes, places, night.numbers)


def blank_notes(keep: bool, capacity: int, segments: int, surfaces: int, products: int) -> Notes:
    """Empty notes with room for `capacity` rows."""
    return Notes(
        keep,
        np.zeros(capacity, ROW),
        np.zeros(3, np.int64),
        np.zeros((3, segments), np.int64),
        np.zeros((3, 3, segments, surfaces, products), np.int64),
        np.empty(PUSHES),
        np.empty((PUSHES, 3)),
        np.zeros(BATCH, np.int64),
        np.zeros(1),
    )


# --- writing down
# -----------------------------------------------------------------------------------------------------


@inlined
def _tell(notes, t, i, kind, push, product, size, surface, price, flag, value):
    n = notes.filled[0]
    notes.filled[1] += 1
    if n == notes.rows.shape[0]:
        notes.filled[2] += 1
        return
    row = notes.rows[n]
    row.time = t
    row.value = value
    row.viewer = i
    row.push = push
    row.price = price
    row.product = product
    row.kind = kind
    row.flag = flag
    row.size = size
    row.surface = surface
    notes.filled[0] = n + 1


@inlined
def _tell_if_kept(notes, t, i, kind, push, product, surface, price, value):
    """An event that counts anyway and becomes a row only on request."""
    if notes.keep:
        _tell(notes, t, i, kind, push, product, -1, surface, price, 0, value)
    else:
        notes.filled[1] += 1


@inlined
def _tell_presence(notes, t, i, kind, flag):
    _tell(notes, t, i, kind, -1, -1, -1, -1, 0, flag, 0.0)


@inlined
def _tell_hand(notes, t, i, kind, v, flag):
    """A row about what the viewer has in hand."""
    _tell(notes, t, i, kind, _push_of(v.cause), v.product, v.size, -1, v.price, flag, 0.0)


@inlined
def _push_of(cause):
    return cause & ((1 << PUSH_BITS) - 1) if cause >= 0 else -1


# --- feeling
# ----------------------------------------------------------------------------------------------------------


@inlined
def _now(curves, t):
    """The second of the match that holds `t`."""
    return curves.seconds[min(int(t - curves.opens), curves.seconds.shape[0] - 1)]


@inlined
def _interest(i, product, people, scene):
    side, goods = people.known[i].side, scene.goods[product].side
    allegiance = 0
    if goods < 2:
        allegiance = 1 if goods == side else -1
    taste = people.tastes[i, scene.goods[product].category] * TASTE_STEP
    return b.relevance(taste, people.viewers[i].fandom, allegiance, scene.numbers[0])


@inlined
def _feeling(i, t, people, scene, board):
    """Emotion, trust and others' voices together, as log odds."""
    v, side, now = people.viewers[i], people.known[i].side, _now(scene.curves, t)
    arousal = b.own_arousal(v.gain, now.arousal[side])
    mood = b.own_mood(v.gain, now.mood[side])
    return (
        b.impulse(arousal, mood, scene.numbers[0])
        + b.trust_pull(v.trust, scene.numbers[0])
        + b.social_proof(board.heat[side], scene.numbers[0])
    )


@inlined
def _price_pull(v, product, price, scene):
    return b.price_pull(price, scene.goods[product].reference, v.price_sensitivity, scene.numbers[0])


@inlined
def _calm_down(v, t, p):
    v.annoyance = b.annoyance_now(v.annoyance, t - v.annoyed_at, p)
    v.annoyed_at = t


# --- offers
# -----------------------------------------------------------------------------------------------------------


@inlined
def _applies(i, slot, t, board):
    offer = board.running[slot]
    if t < offer.opens or t >= offer.expires:
        return False
    if offer.everyone == 1:
        return True
    return (board.eligible[i] >> np.uint64(slot)) & np.uint64(1) == np.uint64(1)


@inlined
def _price_for(i, product, t, scene, board):
    """The lowest price this viewer can have at `t`."""
    price = scene.goods[product].price
    for slot in board.live:
        offer = board.running[slot]
        if offer.product == product and offer.price < price and _applies(i, slot, t, board):
            price = offer.price
    return price


@inlined
def _occasion(offer, count, met_in_shop):
    mark = (count & OCCASIONS) | (BANNER if met_in_shop else 0)
    return offer.push | (mark << PUSH_BITS)


@inlined
def _count(notes, layer, people, i, offer):
    notes.shown[layer, people.known[i].side, people.viewers[i].segment, offer.surface, offer.product] += 1


@inlined
def _expose(i, t, slot, occasion, u_notice, u_click, u_mute, people, scene, board, notes):
    """A push on this viewer's screen: noticed or not, and what that does."""
    offer, v, p = board.running[slot], people.viewers[i], scene.numbers[0]
    _count(notes, EXPOSED, people, i, offer)
    _tell_if_kept(notes, t, i, EXPOSURE, offer.push, offer.product, offer.surface, offer.price, 0.0)
    attention = _now(scene.curves, t).attention
    forced = scene.places[offer.surface].forced
    if u_notice >= b.notice_probability(scene.places[offer.surface].salience, attention, forced, p):
        return
    interest = _interest(i, offer.product, people, scene)
    _annoy(i, t, offer, attention, interest, people, scene, notes)
    unasked = not scene.places[offer.surface].in_shop
    if unasked and b.mutes(u_mute, v.annoyance, v.tolerance, p):
        people.known[i].muted = 1
        _tell(notes, t, i, MUTE, offer.push, offer.product, -1, offer.surface, 0, 0, v.annoyance)
        return
    if v.errand != NONE:
        return  # busy with a page or an order
    feeling = _feeling(i, t, people, scene, board)
    if scene.places[offer.surface].spoken:
        feeling += b.host_pull(v.host_affinity, v.trust, p)
    price = _price_pull(v, offer.product, offer.price, scene)
    if u_click < b.click_probability(interest, price, feeling, attention, v.annoyance, v.tolerance, p):
        people.known[i].clicks += 1
        _count(notes, CLICKED, people, i, offer)
        _tell(notes, t, i, CLICK, offer.push, offer.product, -1, offer.surface, offer.price, 0, 0.0)
        _open_page(i, t, offer.product, occasion, people, scene, board, notes)


@inlined
def _meet(i, t, slot, count, met_in_shop, people, scene, board, notes):
    """A standing offer that a viewer comes upon."""
    occasion = _occasion(board.running[slot], count, met_in_shop)
    _, u_notice, u_click, u_mute = draws.draw(scene.seed, scene.replication, i, draws.EXPOSE, occasion)
    _expose(i, t, slot, occasion, u_notice, u_click, u_mute, people, scene, board, notes)


@inlined
def _annoy(i, t, offer, attention, interest, people, scene, notes):
    v, p = people.viewers[i], scene.numbers[0]
    _calm_down(v, t, p)
    worn = b.wear(v.noticed, p)
    v.annoyance += b.annoyance_cost(scene.places[offer.surface].intrusiveness, attention, worn, interest, p)
    v.peak_annoyance = max(v.peak_annoyance, v.annoyance)
    v.noticed += 1
    _count(notes, NOTICED, people, i, offer)
    _tell_if_kept(notes, t, i, NOTICE, offer.push, offer.product, offer.surface, offer.price, v.annoyance)


# --- pages and orders
# -------------------------------------------------------------------------------------------------


@inlined
def _page_draw(i, v, scene):
    if v.cause >= 0:
        return draws.draw(scene.seed, scene.replication, i, draws.PAGE, v.cause)
    return draws.draw(scene.seed, scene.replication, i, draws.PAGE_OWN, -1 - v.cause)


@inlined
def _size_draw(i, v, scene):
    if v.cause >= 0:
        return draws.draw(scene.seed, scene.replication, i, draws.SIZE, v.cause)
    return draws.draw(scene.seed, scene.replication, i, draws.SIZE_OWN, -1 - v.cause)


@inlined
def _drop(v):
    v.errand = NONE
    v.errand_at = NEVER


@inlined
def _open_page(i, t, product, cause, people, scene, board, notes):
    v = people.viewers[i]
    v.product = product
    v.cause = cause
    v.size = v.own_size if scene.goods[product].sized else 0
    v.price = _price_for(i, product, t, scene, board)
    v.tries = 0
    v.errand = PAGE
    v.errand_at = t + b.page_time(_page_draw(i, v, scene)[0], scene.numbers[0])
    _tell_hand(notes, t, i, VIEW, v, 0)


@inlined
def _decide(i, t, people, scene, board, notes):
    v, p = people.viewers[i], scene.numbers[0]
    _calm_down(v, t, p)
    v.price = _price_for(i, v.product, t, scene, board)
    pull = b.pull_to_buy(
        _interest(i, v.product, people, scene),
        _price_pull(v, v.product, v.price, scene),
        _feeling(i, t, people, scene, board),
        board.scarce[v.product],
        v.annoyance,
        v.tolerance,
        p,
    )
    choice = b.decide(_page_draw(i, v, scene)[1], pull, p)
    if choice in (b.BUY, b.CART):
        v.one_click = choice == b.BUY
        _want(i, t, people, scene, board, notes)
        return
    if choice == b.SAVE:
        _tell_hand(notes, t, i, SAVE, v, 0)
    _drop(v)


@inlined
def _want(i, t, people, scene, board, notes):
    v = people.viewers[i]
    if board.stock[v.product * scene.sizes + v.size] > 0:
        _ask(i, t, v, notes)
    else:
        _tell_hand(notes, t, i, MISS, v, v.one_click)
        u, _, _, u_size = _size_draw(i, v, scene)
        _go_without(i, t, u, u_size, people, scene, board, notes)


@inlined
def _ask(i, t, v, notes):
    v.errand = ASKED
    v.errand_at = NEVER  # until the till answers
    v.tries += 1
    _tell_hand(notes, t, i, ASK, v, v.one_click)


@inlined
def _go_without(i, t, u, u_size, people, scene, board, notes):
    """The wanted size is not there: another size, later, or not at all."""
    v, p = people.viewers[i], scene.numbers[0]
    choice = b.missing_size(u, _inclusive(v, scene, board), p)
    if choice == b.OTHER_SIZE:
        v.size = _other_size(v, u_size, scene, board)
        _tell_hand(notes, t, i, OTHER_SIZE, v, v.one_click)
        _ask(i, t, v, notes)
    elif choice == b.WAIT:
        v.errand = WAITING
        v.errand_at = t + p.wait_seconds
        _tell_hand(notes, t, i, WAIT, v, v.one_click)
    else:
        _walk(i, t, v, notes)


@inlined
def _walk(i, t, v, notes):
    _tell_hand(notes, t, i, WALK, v, v.one_click)
    _drop(v)


@inlined
def _weight(v, size, scene, board):
    """Weight of a size other than the one in hand; 0 where it is shown as sold out."""
    if size == v.size or board.stock[v.product * scene.sizes + size] <= 0:
        return 0.0
    return b.size_weight(abs(size - v.own_size), scene.numbers[0])


@inlined
def _inclusive(v, scene, board):
    total = 0.0
    if scene.goods[v.product].sized:
        for size in range(scene.sizes):
            total += _weight(v, size, scene, board)
    return total


@inlined
def _other_size(v, u, scene, board):
    left = u * _inclusive(v, scene, board)
    chosen = v.size
    for size in range(scene.sizes):
        weight = _weight(v, size, scene, board)
        if weight > 0.0 and left >= 0.0:
            chosen = size
        left -= weight
    return chosen


@inlined
def _hear_refusal(i, t, people, scene, board, notes):
    """Sold out at checkout: trust goes; who is still watching may take another size, once."""
    v = people.viewers[i]
    v.trust = b.trust_after_refusal(v.trust, scene.numbers[0])
    if people.known[i].present == 1 and v.tries < 2:
        v.price = _price_for(i, v.product, t, scene, board)
        _, u, u_size, _ = _size_draw(i, v, scene)
        _go_without(i, t, u, u_size, people, scene, board, notes)
    else:
        _walk(i, t, v, notes)


@inlined
def _look_again(i, t, people, scene, board, notes):
    v = people.viewers[i]
    if board.stock[v.product * scene.sizes + v.size] > 0:
        v.price = _price_for(i, v.product, t, scene, board)
        _ask(i, t, v, notes)
    else:
        _walk(i, t, v, notes)


@inlined
def _run_errand(i, t, people, scene, board, notes):
    v = people.viewers[i]
    if v.errand == PAGE:
        _decide(i, t, people, scene, board, notes)
    elif v.errand == PAYING:
        people.known[i].orders += 1
        _tell_hand(notes, t, i, PAYMENT, v, v.one_click)
        _drop(v)
    elif v.errand == LAPSING:
        _tell_hand(notes, t, i, LAPSE, v, v.one_click)
        _drop(v)
    elif v.errand == REFUSED:
        _hear_refusal(i, t, people, scene, board, notes)
    else:
        _look_again(i, t, people, scene, board, notes)


# --- of one's own accord
# ----------------------------------------------------------------------------------------------


@inlined
def _pace(i, people, scene):
    """This viewer's part of the bound on what they might do; no hazard is above its part of it."""
    v, p = people.viewers[i], scene.numbers[0]
    gain = np.float64(v.gain)  # records hold single precision; all arithmetic is in double
    if people.known[i].present == 0:
        base = b.return_hazard(0.0, 0.0, 1.0, p)
        return Pace(base, 0.0, 0.0, base * p.return_arousal * gain)
    return Pace(0.0, np.float64(v.leave_bound), np.float64(v.curiosity), b.chat_hazard(v.chattiness, gain))


@inlined
def _plan_moment(i, t, u, people, scene):
    v, known = people.viewers[i], people.known[i]
    v.moment += 1
    if known.present == 1:
        cap = b.leave_push(scene.numbers[0].leave_annoyance_cap, 1.0, scene.numbers[0])
        v.leave_bound = b.settled_leave_hazard(v.stay, t - known.joined_at, scene.numbers[0]) * cap
    v.own_at = next_moment(t, u, _pace(i, people, scene), known.side, scene.curves)


@inlined
def _arrive(i, t, kind, u, people, scene, board, notes):
    known, v = people.known[i], people.viewers[i]
    known.present = 1
    known.joined_at = t
    v.arrivals += 1
    _tell_presence(notes, t, i, kind, 0)
    _plan_moment(i, t, u, people, scene)
    for slot in board.live:
        surface = board.running[slot].surface
        standing = scene.places[surface].standing and not scene.places[surface].in_shop
        if standing and known.muted == 0 and _applies(i, slot, t, board):
            _meet(i, t, slot, v.arrivals, False, people, scene, board, notes)


@inlined
def _depart(i, t, pushed, u, people, scene, notes):
    known, v = people.known[i], people.viewers[i]
    known.present = 0
    known.watched += t - known.joined_at
    if v.errand in (PAGE, WAITING):
        _drop(v)
    _tell_presence(notes, t, i, LEAVE, 1 if pushed else 0)
    _plan_moment(i, t, u, people, scene)


@inlined
def _absent_moment(i, t, people, scene, board, notes):
    v, p = people.viewers[i], scene.numbers[0]
    u_gap, u, _, _ = draws.draw(scene.seed, scene.replication, i, draws.OWN, v.moment)
    if v.arrivals == 0:
        _arrive(i, t, JOIN, u_gap, people, scene, board, notes)
        return
    now, side, block = _now(scene.curves, t), people.known[i].side, int(t - scene.curves.opens) // BLOCK
    _calm_down(v, t, p)
    hazard = b.return_hazard(b.own_arousal(v.gain, now.arousal[side]), v.annoyance, v.tolerance, p)
    if u * rate(_pace(i, people, scene), side, block, scene.curves) < hazard:
        _arrive(i, t, RETURN, u_gap, people, scene, board, notes)
    else:
        _plan_moment(i, t, u_gap, people, scene)


@inlined
def _present_moment(i, t, people, scene, board, notes):
    """A candidate moment: its place on the bound says what it may become, the true hazard whether it does."""
    v, known, curves, p = people.viewers[i], people.known[i], scene.curves, scene.numbers[0]
    u_gap, u, u_product, _ = draws.draw(scene.seed, scene.replication, i, draws.OWN, v.moment)
    moment, side, now, pace = v.moment, known.side, _now(curves, t), _pace(i, people, scene)
    block = int(t - curves.opens) // BLOCK
    mood = b.own_mood(v.gain, now.mood[side])
    x = u * rate(pace, side, block, curves)
    leave, browse = pace.leave * curves.most[block].leave, pace.browse * curves.most[block].browse[side]
    if x < leave:
        calm = b.settled_leave_hazard(v.stay, t - known.joined_at, p)
        calm *= b.leave_pull(now.leave_phase, now.suspense, mood, p)
        _calm_down(v, t, p)
        if x < calm * b.leave_push(v.annoyance, v.tolerance, p):
            _depart(i, t, x >= calm, u_gap, people, scene, notes)
            return
    elif x < leave + browse:
        if x - leave < b.browse_hazard(v.curiosity, now.browse_phase, mood, p):
            _browse(i, t, moment, u_product, people, scene, board, notes)
    elif x - leave - browse < b.chat_hazard(v.chattiness, b.own_arousal(v.gain, now.arousal[side])):
        _chat(i, t, people, notes)
    _plan_moment(i, t, u_gap, people, scene)


@inlined
def _chat(i, t, people, notes):
    people.known[i].chats += 1
    notes.chats[people.known[i].side, people.viewers[i].segment] += 1
    _tell_if_kept(notes, t, i, CHAT, -1, -1, -1, 0, 0.0)


@inlined
def _browse(i, t, moment, u, people, scene, board, notes):
    """A visit to the shop: its banners are met there; otherwise a product after one's own heart."""
    v = people.viewers[i]
    if v.errand != NONE:
        return
    _tell_presence(notes, t, i, BROWSE, 0)
    for slot in board.live:
        if scene.places[board.running[slot].surface].in_shop and _applies(i, slot, t, board):
            _meet(i, t, slot, moment, True, people, scene, board, notes)
    if v.errand == NONE:
        _open_page(i, t, _favourite(i, u, people, scene), -1 - moment, people, scene, board, notes)


@inlined
def _favourite(i, u, people, scene):
    """Multinomial logit over the catalogue by interest."""
    products = scene.goods.shape[0]
    total = 0.0
    for product in range(products):
        total += math.exp(scene.numbers[0].interest * _interest(i, product, people, scene))
    left = u * total
    for product in range(products - 1):
        left -= math.exp(scene.numbers[0].interest * _interest(i, product, people, scene))
        if left < 0.0:
            return product
    return products - 1


# --- a window
# ---------------------------------------------------------------------------------------------------------


@inlined
def _reach(i, people, scene, window, notes):
    """When each of the window's new pushes reaches this viewer; inf where it does not."""
    board, width = window.board, window.end - window.start
    for j in range(window.fresh.shape[0]):
        slot = window.fresh[j]
        notes.times[j] = NEVER
        if not scene.places[board.running[slot].surface].in_shop and _applies(i, slot, window.start, board):
            occasion = _occasion(board.running[slot], people.viewers[i].arrivals, False)
            u, u_notice, u_click, u_mute = draws.draw(scene.seed, scene.replication, i, draws.EXPOSE, occasion)
            notes.times[j] = window.start + u * width
            notes.luck[j, 0], notes.luck[j, 1], notes.luck[j, 2] = u_notice, u_click, u_mute


@inlined
def _first_push(fresh, notes):
    first = -1
    for j in range(fresh):
        if notes.times[j] < NEVER and (first < 0 or notes.times[j] < notes.times[first]):
            first = j
    return first


@inlined
def _live(i, reached, people, scene, window, notes):
    """One viewer's window, event by event."""
    v, known, board = people.viewers[i], people.known[i], window.board
    stay = v.arrivals
    while True:
        j = _first_push(reached, notes)
        push_at = notes.times[j] if j >= 0 else NEVER
        t = min(v.own_at, v.errand_at, push_at)
        if t >= window.end:
            break
        if t == push_at:
            notes.times[j] = NEVER
            slot = window.fresh[j]
            here = known.present == 1 and v.arrivals == stay
            if here and known.muted == 0 and _applies(i, slot, t, board):
                occasion, luck = _occasion(board.running[slot], stay, False), notes.luck
                _expose(i, t, slot, occasion, luck[j, 0], luck[j, 1], luck[j, 2], people, scene, board, notes)
        elif t == v.errand_at:
            _run_errand(i, t, people, scene, board, notes)
        elif known.present == 1:
            _present_moment(i, t, people, scene, board, notes)
        else:
            _absent_moment(i, t, people, scene, board, notes)
    people.due[i] = min(v.own_at, v.errand_at)


@inlined
def _gather(i, last, fresh, due, end, known, batch):
    """Fills `batch` with the next viewers who have something to do; gives how many, and the viewer to go on with."""
    n = 0
    while i < last and n < BATCH:
        if due[i] < end or (fresh > 0 and known[i].present == 1 and known[i].muted == 0):
            batch[n] = i
            n += 1
        i += 1
    return n, i


@inlined
def _touch(n, people, notes):
    """Reads each of the batch's records once, so that they come from memory together and not one after another."""
    for k in range(n):
        v, known = people.viewers[notes.batch[k]], people.known[notes.batch[k]]
        notes.touched[0] += v.own_at + v.gain + v.cause + known.joined_at + people.tastes[notes.batch[k], 0]


@compiled
def walk(first, last, people, scene, window, notes):
    """Lives the window of the viewers `first` to `last`; gives the first one left when the notes are nearly full."""
    fresh, room = window.fresh.shape[0], notes.rows.shape[0] - BATCH * MAX_ROWS
    while first < last and notes.filled[0] <= room:
        n, first = _gather(first, last, fresh, people.due, window.end, people.known, notes.batch)
        _touch(n, people, notes)
        for k in range(n):
            i = notes.batch[k]
            reached = fresh if fresh > 0 and people.known[i].present == 1 and people.known[i].muted == 0 else 0
            if reached > 0:
                _reach(i, people, scene, window, notes)
            _live(i, reached, people, scene, window, notes)
    return first
