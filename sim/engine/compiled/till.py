"""The store's till: who gets the last one.

At the end of a window it takes what viewers asked, paid and let lapse, and what happened at the shop by itself, in
order of their exact times, and answers.  A payment window that runs out is an errand of the viewer who let it: the
unit is back at exactly that time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import behaviour as b
from sim.compiled import compiled, inlined
from sim.engine.compiled.offers import price_at_till, use_coupon
from sim.engine.compiled.scene import ASKED, DEARER, LAPSING, PAYING, REFUSED
from sim.engine.compiled.shopping import bought, drop, page_draw
from sim.engine.ledger import ROW, Flag, Kind

BUSINESS = np.isin(np.arange(256), (Kind.ASK, Kind.PAYMENT, Kind.LAPSE))  # by kind of row
ONE_CLICK, TEAM, STORE, EXCHANGED = (int(f) for f in (Flag.ONE_CLICK, Flag.TEAM, Flag.STORE, Flag.EXCHANGED))


@inlined
def _shop_row(shop, n, t, kind, item, size, value):
    row = shop[n]
    row.time = t
    row.value = value
    row.viewer = -1
    row.push = -1
    row.price = 0
    row.item = item
    row.kind = kind
    row.flag = 0
    row.size = size
    row.surface = -1
    return n + 1


# --- shelves ----------------------------------------------------------------------------------------------------------


@inlined
def _slot(shelf, size, scene):
    return size if scene.shelf_sized[shelf] else 0


@inlined
def _there(item, size, scene, stock):
    """Whether all that an item is made of is free."""
    for k in range(scene.first_part[item], scene.first_part[item + 1]):
        if stock.free[scene.part[k] * scene.sizes + _slot(scene.part[k], size, scene)] < scene.units[k]:
            return False
    return True


@inlined
def _reserve(item, size, t, scene, stock, shop, n):
    """From the shelf: all of its parts."""
    for k in range(scene.first_part[item], scene.first_part[item + 1]):
        shelf = scene.part[k]
        slot = _slot(shelf, size, scene)
        sku = shelf * scene.sizes + slot
        stock.free[sku] -= scene.units[k]
        stock.reserved[sku] += scene.units[k]
        if stock.free[sku] == 0:
            n = _shop_row(shop, n, t, Kind.SOLD_OUT, shelf, slot, 0.0)
    return n


@inlined
def _release(item, size, t, scene, stock, shop, n):
    """Back to the shelf."""
    for k in range(scene.first_part[item], scene.first_part[item + 1]):
        shelf = scene.part[k]
        slot = _slot(shelf, size, scene)
        stock.reserved[shelf * scene.sizes + slot] -= scene.units[k]
        n = _put(shelf, slot, scene.units[k], t, scene, stock, shop, n)
    return n


@inlined
def _sell(item, size, scene, stock):
    """What was reserved is paid."""
    for k in range(scene.first_part[item], scene.first_part[item + 1]):
        sku = scene.part[k] * scene.sizes + _slot(scene.part[k], size, scene)
        stock.reserved[sku] -= scene.units[k]
        stock.sold[sku] += scene.units[k]


@inlined
def _put(shelf, slot, units, t, scene, stock, shop, n):
    """Units on the shelf."""
    sku = shelf * scene.sizes + slot
    was = stock.free[sku]
    stock.free[sku] += units
    return _shop_row(shop, n, t, Kind.BACK, shelf, slot, 0.0) if was == 0 and units > 0 else n


# --- what happens by itself -------------------------------------------------------------------------------------------


@inlined
def _happen(entry, quantity, people, scene, board, stock, shop, n):
    """A delivery, somebody else's purchase, the deadline of a team, a returned unit."""
    if entry.kind == Kind.DELIVERY:
        return _deliver(entry, quantity, scene, stock, shop, n)
    if entry.kind == Kind.TEAM_FAILED:
        return _fail(entry.slot, entry.time, people, scene, board, stock, shop, n)
    sku = entry.item * scene.sizes + entry.size
    if entry.kind == Kind.RESTOCK:
        stock.restocked[sku] += 1
        n = _shop_row(shop, n, entry.time, Kind.RESTOCK, entry.item, entry.size, 0.0)
        return _put(entry.item, entry.size, 1, entry.time, scene, stock, shop, n)
    if entry.kind == Kind.WRITE_OFF:
        stock.written_off[sku] += 1
        return _shop_row(shop, n, entry.time, Kind.WRITE_OFF, entry.item, entry.size, 0.0)
    if stock.free[sku] > 0:
        stock.free[sku] -= 1
        stock.elsewhere[sku] += 1
        n = _shop_row(shop, n, entry.time, Kind.STORE_SALE, entry.item, entry.size, 0.0)
        if stock.free[sku] == 0:
            n = _shop_row(shop, n, entry.time, Kind.SOLD_OUT, entry.item, entry.size, 0.0)
    return n


@inlined
def _deliver(entry, quantity, scene, stock, shop, n):
    for slot in range(scene.sizes):
        sku = entry.item * scene.sizes + slot
        if quantity[sku] > 0:
            stock.delivered[sku] += quantity[sku]
            n = _shop_row(shop, n, entry.time, Kind.DELIVERY, entry.item, slot, float(quantity[sku]))
            n = _put(entry.item, slot, quantity[sku], entry.time, scene, stock, shop, n)
    return n


# --- teams ------------------------------------------------------------------------------------------------------------


@inlined
def _member_row(slot, m, t, kind, item, price, teams, board, shop, n):
    n = _shop_row(shop, n, t, kind, item, teams.size[slot, m], teams.value[slot, m])
    row = shop[n - 1]
    row.viewer = teams.viewer[slot, m]
    row.push = board.running[slot].push
    row.price = price
    row.flag = teams.flag[slot, m]
    return n


@inlined
def _refund(slot, m, t, people, scene, board, shop, n):
    """Money back, and the disappointment of it."""
    v = people.viewers[board.teams.viewer[slot, m]]
    v.trust = b.trust_after_failed_team(v.trust, scene.numbers[0])
    offer = board.running[slot]
    return _member_row(slot, m, t, Kind.TEAM_REFUND, offer.item, offer.price, board.teams, board, shop, n)


@inlined
def _join(row, slot, people, scene, board, stock, shop, n):
    """One more in the team; the last one makes it an order for all."""
    v, teams, size = people.viewers[row.viewer], board.teams, board.running[slot].team
    m = teams.waiting[slot]
    teams.viewer[slot, m], teams.size[slot, m] = row.viewer, row.size
    teams.value[slot, m], teams.flag[slot, m] = row.value, row.flag
    teams.waiting[slot] = m + 1
    v.team = row.push
    row.kind = Kind.TEAM
    drop(v)
    if teams.waiting[slot] < size:
        return n
    n = _shop_row(shop, n, row.time, Kind.TEAM_FULL, row.item, -1, float(size))
    for m in range(size):
        n = _order_of_member(slot, m, row.time, people, scene, board, stock, shop, n)
    teams.waiting[slot] = 0
    teams.full[slot] += 1
    return n


@inlined
def _order_of_member(slot, m, t, people, scene, board, stock, shop, n):
    """Sold if kept, or still there."""
    offer, i, size = board.running[slot], board.teams.viewer[slot, m], board.teams.size[slot, m]
    if not scene.rules.holds_stock:
        if not _there(offer.item, size, scene, stock):
            return _refund(slot, m, t, people, scene, board, shop, n)
        n = _reserve(offer.item, size, t, scene, stock, shop, n)
    _sell(offer.item, size, scene, stock)
    n = _member_row(slot, m, t, Kind.PAYMENT, offer.item, offer.price, board.teams, board, shop, n)
    change = bought(i, offer.item, offer.price, offer.price, 0, people, scene)
    if change != 0:
        n = _member_row(slot, m, t, Kind.CREDIT, offer.item, 0, board.teams, board, shop, n)
        shop[n - 1].value = float(change)
    return n


@inlined
def _fail(slot, t, people, scene, board, stock, shop, n):
    """The deadline: who waits gets the money back."""
    teams = board.teams
    if teams.waiting[slot] == 0:
        return n
    item = board.running[slot].item
    n = _shop_row(shop, n, t, Kind.TEAM_FAILED, item, -1, float(teams.waiting[slot]))
    for m in range(teams.waiting[slot]):
        n = _refund(slot, m, t, people, scene, board, shop, n)
        if scene.rules.holds_stock:
            n = _release(item, teams.size[slot, m], t, scene, stock, shop, n)
    teams.waiting[slot] = 0
    return n


# --- requests ---------------------------------------------------------------------------------------------------------


@inlined
def _grant(row, end, people, scene):
    """Reserved: the viewer will pay within the window, or let it lapse at its very end."""
    v, p = people.viewers[row.viewer], scene.numbers[0]
    _, _, u_pays, u_time = page_draw(row.viewer, v, scene)
    flash = v.price < scene.goods[v.item].own_price
    window = p.payment_window_flash if flash else p.payment_window
    one_click = row.flag & ONE_CLICK != 0
    if u_pays < b.payment_share(one_click, p):
        v.errand = PAYING
        v.errand_at = max(end, row.time + b.payment_time(u_time, window, p))
    else:
        v.errand = LAPSING
        v.errand_at = row.time + window
    row.kind = Kind.ORDER if one_click else Kind.CART


@inlined
def _refuse(row, end, people):
    v = people.viewers[row.viewer]
    v.errand = REFUSED
    v.errand_at = end
    row.kind = Kind.REFUSAL


@inlined
def _is_dearer(row, end, people, scene, board):
    """Whether the till asks more than the stream showed; the viewer hears of it at the end of the window."""
    v = people.viewers[row.viewer]
    v.seen = row.price
    price_at_till(row.viewer, row.time, people, scene, board)
    row.price = v.price  # which may also be less: an offer the till has learnt of since
    if v.price <= v.seen:
        return False
    v.errand = DEARER
    v.errand_at = end
    row.kind = Kind.MISMATCH
    row.value = float(v.seen)
    return True


@inlined
def _answer(row, end, people, scene, board, stock, shop, n):
    """What the till says to one request."""
    if row.flag & TEAM != 0:
        slot = people.viewers[row.viewer].slot
        if not scene.rules.holds_stock:
            return _join(row, slot, people, scene, board, stock, shop, n)
        if _there(row.item, row.size, scene, stock):
            n = _reserve(row.item, row.size, row.time, scene, stock, shop, n)
            return _join(row, slot, people, scene, board, stock, shop, n)
        _refuse(row, end, people)
        return n
    if scene.rules.price_lag > 0.0 and _is_dearer(row, end, people, scene, board):
        return n
    if _there(row.item, row.size, scene, stock):
        n = _reserve(row.item, row.size, row.time, scene, stock, shop, n)
        _grant(row, end, people, scene)
    else:
        _refuse(row, end, people)
    return n


@inlined
def _answer_store(row, people, scene, stock, shop, n):
    """At the store's end what is there is sold at once; a size that cannot be exchanged is sent back for good."""
    exchanged, v = row.flag & EXCHANGED != 0, people.viewers[row.viewer]
    in_hand = not exchanged and v.errand == ASKED and v.item == row.item and v.price == row.price
    if in_hand:
        drop(v)
    if not _there(row.item, row.size, scene, stock):
        row.kind = Kind.RETURN_POSTED if exchanged else Kind.REFUSAL
        return n
    n = _reserve(row.item, row.size, row.time, scene, stock, shop, n)
    _sell(row.item, row.size, scene, stock)
    row.kind = Kind.EXCHANGE if exchanged else Kind.PAYMENT
    if exchanged:
        return n
    change = bought(row.viewer, row.item, row.price, row.price, v.spends if in_hand else 0, people, scene)
    if in_hand:
        use_coupon(v)
    if change != 0:
        n = _shop_row(shop, n, row.time, Kind.CREDIT, row.item, row.size, float(change))
        shop[n - 1].viewer, shop[n - 1].push = row.viewer, row.push
    return n


@inlined
def _undo_credit(row, people, shop, n):
    """What an order changed in credit is undone with it; what is spent already is owed until more is earned."""
    if row.value == 0.0:
        return n
    people.viewers[row.viewer].credit -= int(row.value)
    n = _shop_row(shop, n, row.time, Kind.CREDIT, row.item, row.size, -row.value)
    shop[n - 1].viewer, shop[n - 1].push = row.viewer, row.push
    return n


@compiled
def settle(rows, entries, quantity, end, people, scene, board, stock, shop):
    """Settles a window: answers each ASK of `rows` (in order of time), and moves stock.

    `entries` (ENTRY, in order of time) happened in the window.  Gives the number of rows written to `shop`, for which
    `shop_room` makes room.
    """
    n, e = 0, 0
    for r in range(rows.shape[0]):
        row = rows[r]
        while e < entries.shape[0] and entries[e].time <= row.time:
            n = _happen(entries[e], quantity, people, scene, board, stock, shop, n)
            e += 1
        if row.kind == Kind.ASK and row.flag & STORE != 0:
            n = _answer_store(row, people, scene, stock, shop, n)
        elif row.kind == Kind.ASK:
            n = _answer(row, end, people, scene, board, stock, shop, n)
            people.due[row.viewer] = min(people.viewers[row.viewer].own_at, people.viewers[row.viewer].errand_at)
        elif row.kind == Kind.PAYMENT:
            _sell(row.item, row.size, scene, stock)
        elif row.kind == Kind.LAPSE:
            n = _release(row.item, row.size, row.time, scene, stock, shop, n)
        elif row.kind == Kind.REFUND:
            n = _undo_credit(row, people, shop, n)
    while e < entries.shape[0]:
        n = _happen(entries[e], quantity, people, scene, board, stock, shop, n)
        e += 1
    return n


def business(kinds: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Which rows are the till's business."""
    return np.flatnonzero(BUSINESS[kinds])


def shop_room(rows: int, entries: NDArray[np.void], waiting: int, parts: int, sizes: int) -> NDArray[np.void]:
    """Blank rows for all that one settlement can write: a row a part, and three a member of a team beside them."""
    deliveries = int((entries["kind"] == Kind.DELIVERY).sum())
    return np.zeros((rows + waiting) * (parts + 4) + 2 * len(entries) + 2 * sizes * deliveries, ROW)
