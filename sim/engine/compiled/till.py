"""The store's till: who gets the last one.

At the end of a window it takes what viewers asked, paid and let lapse, and what was delivered, in order of their exact
times, and answers.  A payment window that runs out is an errand of the viewer who let it: the unit is back at exactly
that time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import behaviour as b
from sim.compiled import compiled, inlined
from sim.engine.compiled.scene import LAPSING, PAYING, REFUSED
from sim.engine.compiled.shopping import page_draw
from sim.engine.ledger import ROW, Kind

BUSINESS = np.isin(np.arange(256), (Kind.ASK, Kind.PAYMENT, Kind.LAPSE))  # by kind of row


@inlined
def _shop_row(shop, n, t, kind, product, size, value):
    row = shop[n]
    row.time = t
    row.value = value
    row.viewer = -1
    row.push = -1
    row.price = 0
    row.product = product
    row.kind = kind
    row.flag = 0
    row.size = size
    row.surface = -1
    return n + 1


@inlined
def _take(stock, sku, t, product, size, shop, n):
    stock.free[sku] -= 1
    stock.reserved[sku] += 1
    return _shop_row(shop, n, t, Kind.SOLD_OUT, product, size, 0.0) if stock.free[sku] == 0 else n


@inlined
def _put_back(stock, sku, units, t, product, size, shop, n):
    was = stock.free[sku]
    stock.free[sku] += units
    return _shop_row(shop, n, t, Kind.BACK, product, size, 0.0) if was == 0 and units > 0 else n


@inlined
def _deliver(delivery, stock, quantity, sizes, shop, n):
    product = delivery.product
    for size in range(sizes):
        sku = product * sizes + size
        if quantity[sku] > 0:
            stock.delivered[sku] += quantity[sku]
            n = _shop_row(shop, n, delivery.time, Kind.DELIVERY, product, size, float(quantity[sku]))
            n = _put_back(stock, sku, quantity[sku], delivery.time, product, size, shop, n)
    return n


@inlined
def _grant(row, end, people, scene):
    """Reserved: the viewer will pay within the window, or let it lapse at its very end."""
    v, p = people.viewers[row.viewer], scene.numbers[0]
    _, _, u_pays, u_time = page_draw(row.viewer, v, scene)
    flash = v.price < scene.goods[v.product].price
    window = p.payment_window_flash if flash else p.payment_window
    if u_pays < b.payment_share(row.flag == 1, p):
        v.errand = PAYING
        v.errand_at = max(end, row.time + b.payment_time(u_time, window, p))
    else:
        v.errand = LAPSING
        v.errand_at = row.time + window
    row.kind = Kind.ORDER if row.flag == 1 else Kind.CART


@inlined
def _answer(row, end, people, scene, stock, shop, n):
    v = people.viewers[row.viewer]
    sku = row.product * scene.sizes + row.size
    if stock.free[sku] > 0:
        n = _take(stock, sku, row.time, row.product, row.size, shop, n)
        _grant(row, end, people, scene)
    else:
        v.errand = REFUSED
        v.errand_at = end
        row.kind = Kind.REFUSAL
    people.due[row.viewer] = min(v.own_at, v.errand_at)
    return n


@compiled
def settle(rows, deliveries, quantity, end, people, scene, stock, shop):
    """Settles a window: turns each ASK of `rows` (in order of time) into CART, ORDER or REFUSAL, and moves stock.

    `deliveries` (DELIVERED, in order of time) arrived in the window.  Gives the number of rows written to `shop`,
    which has room for one a row and two a delivered SKU.
    """
    n, d, sizes = 0, 0, scene.sizes
    for r in range(rows.shape[0]):
        row = rows[r]
        while d < deliveries.shape[0] and deliveries[d].time <= row.time:
            n = _deliver(deliveries[d], stock, quantity, sizes, shop, n)
            d += 1
        if row.kind == Kind.ASK:
            n = _answer(row, end, people, scene, stock, shop, n)
        elif row.kind == Kind.PAYMENT:
            sku = row.product * sizes + row.size
            stock.reserved[sku] -= 1
            stock.sold[sku] += 1
        elif row.kind == Kind.LAPSE:
            sku = row.product * sizes + row.size
            stock.reserved[sku] -= 1
            n = _put_back(stock, sku, 1, row.time, row.product, row.size, shop, n)
    while d < deliveries.shape[0]:
        n = _deliver(deliveries[d], stock, quantity, sizes, shop, n)
        d += 1
    return n


def business(kinds: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Which rows are the till's business."""
    return np.flatnonzero(BUSINESS[kinds])


def shop_room(rows: int, deliveries: int, sizes: int) -> NDArray[np.void]:
    """Blank rows for everything one settlement can write."""
    return np.zeros(rows + 2 * sizes * deliveries, ROW)
