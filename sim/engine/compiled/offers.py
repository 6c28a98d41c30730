"""Which of the offers that run are for this viewer, and what an order costs with them."""

from __future__ import annotations

import numpy as np

from sim import behaviour as b
from sim.compiled import inlined
from sim.engine.occasions import push_of


@inlined
def take_coupon(v, coupon, scene):
    """Into the wallet, once a match."""
    v.coupons[coupon] = scene.coupon_until.shape[0]
    v.coupons_had |= 1 << coupon


@inlined
def use_coupon(v):
    """Out of the wallet, if one is in the price in hand."""
    if v.coupon >= 0:
        v.coupons[v.coupon] = 0


@inlined
def may_have(i, item, people, scene):
    """Whether a limited edition is for this viewer, and a coupon has not been had already."""
    goods, known = scene.goods[item], people.known[i]
    if goods.coupon >= 0:
        return (people.viewers[i].coupons_had >> goods.coupon) & 1 == 0
    return known.tier >= goods.tier or (goods.early == 1 and known.early == 1)


@inlined
def is_for(i, slot, people, scene, board):
    """Whether the offer in a slot is for this viewer."""
    offer = board.running[slot]
    if offer.gated == 1 and not may_have(i, offer.item, people, scene):
        return False
    if offer.everyone == 1:
        return True
    return (board.eligible[i] >> np.uint64(slot)) & np.uint64(1) == np.uint64(1)


@inlined
def applies(i, slot, t, people, scene, board):
    """Whether the offer in a slot runs at `t` and is for this viewer."""
    offer = board.running[slot]
    return offer.opens <= t < offer.expires and is_for(i, slot, people, scene, board)


@inlined
def lowest_offer(i, item, t, early, late, people, scene, board):
    """Lowest price of an item at `t`, by offers that start `early` seconds late and end `late` seconds late."""
    price = scene.goods[item].own_price
    for slot in board.live:
        offer = board.running[slot]
        better = offer.item == item and offer.team == 0 and offer.price < price
        if better and offer.opens + early <= t < offer.expires + late and is_for(i, slot, people, scene, board):
            price = offer.price
    return price


@inlined
def put_price(i, lowest, t, people, scene):
    """Puts the price of what is in hand together: the lowest offer with tier, coupon and credit."""
    v, goods, tier = people.viewers[i], scene.goods[people.viewers[i].item], people.known[i].tier
    v.coupon, v.spends, v.price = -1, 0, lowest
    if goods.due < 1.0:
        return
    offer, by_tier, coupon = goods.price - lowest, scene.tier_off[tier, v.item], best_coupon(v, t, scene)
    by_coupon = scene.coupon_off[coupon, v.item] if coupon >= 0 else 0
    off = b.taken_off(offer, by_tier, by_coupon, goods.most_off, scene.rules.stacks)
    if by_coupon > 0 and b.coupon_counts(offer, by_tier, by_coupon, goods.most_off, scene.rules.stacks):
        v.coupon = coupon
    v.spends = max(0, min(v.credit, goods.most_off - off, goods.price - off - 1))
    v.price = max(1, goods.price - off - v.spends)


@inlined
def best_coupon(v, t, scene):
    """The coupon in the viewer's wallet that takes most off what is in hand, -1 if there is none."""
    best, most = -1, 0
    for c in range(scene.coupon_off.shape[0]):
        taken = v.coupons[c]
        if taken > 0 and t < scene.coupon_until[taken - 1, c] and scene.coupon_off[c, v.item] > most:
            best, most = c, scene.coupon_off[c, v.item]
    return best


@inlined
def price_in_hand(i, t, people, scene, board):
    """What the stream shows for what is in hand: an offer ends there later than at the till."""
    v = people.viewers[i]
    if v.slot >= 0:
        if in_team_offer(i, t, people, scene, board):
            v.coupon, v.spends, v.price = -1, 0, board.running[v.slot].price
            return
        v.slot = -1
    lowest = lowest_offer(i, v.item, t, 0.0, scene.rules.price_lag, people, scene, board)
    put_price(i, lowest, t, people, scene)


@inlined
def in_team_offer(i, t, people, scene, board):
    """Whether the team offer that the page in hand was opened from still takes this viewer."""
    v = people.viewers[i]
    offer = board.running[v.slot]
    mine = push_of(v.cause) == offer.push and v.team != offer.push
    return mine and applies(i, v.slot, t, people, scene, board) and not waits(i, v.slot, board.teams)


@inlined
def waits(i, slot, teams):
    """Whether the viewer has a seat in the open team of a slot already."""
    seated = False
    for m in range(teams.waiting[slot]):
        seated = seated or teams.viewer[slot, m] == i
    return seated


@inlined
def price_at_till(i, t, people, scene, board):
    """The same at the till, which learns of an offer later."""
    v = people.viewers[i]
    lowest = lowest_offer(i, v.item, t, scene.rules.price_lag, 0.0, people, scene, board)
    put_price(i, lowest, t, people, scene)


@inlined
def put_store_price(i, item, t, people, scene, board):
    """Takes an item in hand at the store's end, and puts its price together."""
    v = people.viewers[i]
    v.item, v.slot = item, -1
    put_price(i, lowest_offer(i, item, t, 0.0, 0.0, people, scene, board), t, people, scene)


@inlined
def plain_store_price(i, item, t, people, scene, board):
    """The price at the store's end for who has asked for something today already: no coupon, no credit."""
    goods = scene.goods[item]
    offer = goods.price - lowest_offer(i, item, t, 0.0, 0.0, people, scene, board)
    tier = scene.tier_off[people.known[i].tier, item]
    return max(1, goods.price - b.taken_off(offer, tier, 0, goods.most_off, scene.rules.stacks))
