"""A push on a viewer's screen: noticed, annoying, clicked."""

from __future__ import annotations

import numpy as np

from sim import behaviour as b
from sim import draws
from sim.compiled import inlined
from sim.engine.compiled.feeling import calm_down, confidence, interest_in, price_pull, second_at, urge_at
from sim.engine.compiled.notes import BY_LINE, CLICKED, CROSSED, EXPOSED, HELD, NOTICED, tell, tell_if_kept
from sim.engine.compiled.offers import lowest_offer, take_coupon
from sim.engine.compiled.scene import NONE
from sim.engine.compiled.shopping import open_page, signal
from sim.engine.compiled.watching import open_content
from sim.engine.ledger import Kind
from sim.engine.redlines import PRICE, Meeting, crossed
from sim.world.redlines import LINES

CONTENT, COUPON_SCALE, MOST_COUNTED = 4, 10_000, 255
OF_LINES = len(LINES)


@inlined
def count_push(notes, layer, people, i, slot, offer):
    """One more on a layer of the funnel."""
    notes.shown[layer, people.known[i].side, people.viewers[i].segment, offer.surface, offer.item] += 1
    notes.met[layer, slot] += 1


@inlined
def honest(i, t, slot, price_lag, people, scene, board):
    """Whether the price that an offer tells is the till's; a team's depends on the team, a coupon's on the order."""
    offer = board.running[slot]
    if offer.team > 0 or scene.goods[offer.item].own_price == 0 or scene.limits[0].watched & PRICE == 0:
        return True
    return offer.price == lowest_offer(i, offer.item, t, price_lag, 0.0, people, scene, board)


@inlined
def hold_lines(i, t, slot, at_store, people, scene, board, notes):
    """Whether red lines let a push be shown to this viewer; notes what is shown, and what crosses them."""
    offer, known, limits = board.running[slot], people.known[i], scene.limits[0]
    place = scene.places[offer.surface]
    lag = 0.0 if at_store else scene.rules.price_lag
    meeting = Meeting(
        t, known.shown, known.shown_at, known.interrupted, known.orders > 0, known.muted == 1, known.consent == 1,
        place.forced, place.in_shop, at_store, offer.everyone == 0, offer.intrusiveness, board.peak,
        board.empty[offer.item], honest(i, t, slot, lag, people, scene, board), offer.exaggerates == 1,
    )  # fmt: skip
    lines = crossed(meeting, limits)
    held = lines & limits.enforced
    if lines != 0:
        notes.crossed[HELD if held != 0 else CROSSED, slot] += 1
        for line in range(OF_LINES):
            notes.crossed[BY_LINE + line, slot] += ((held if held != 0 else lines) >> line) & 1
    if held != 0:
        tell_if_kept(notes, t, i, Kind.HELD, offer.push, offer.item, offer.surface, offer.price, np.float64(held))
        return False
    if not place.in_shop:
        known.shown += 1
        known.shown_at = t
        if place.forced and known.orders <= 0 and known.interrupted < MOST_COUNTED:
            known.interrupted += 1
    count_push(notes, EXPOSED, people, i, slot, offer)
    price, bits = offer.price, np.float64(lines)
    tell_if_kept(notes, t, i, Kind.EXPOSURE, offer.push, offer.item, offer.surface, price, bits)
    return True


@inlined
def expose(i, t, slot, occasion, u_notice, u_click, u_mute, people, scene, board, notes):
    """A push on this viewer's screen: noticed or not, and what that does."""
    offer, v, p = board.running[slot], people.viewers[i], scene.numbers[0]
    if not hold_lines(i, t, slot, False, people, scene, board, notes):
        return
    attention = second_at(scene.curves, t).attention
    if u_notice >= b.notice_probability(offer.salience, attention, scene.places[offer.surface].forced, p):
        return
    interest = interest_in(i, offer.item, people, scene)
    if goes_too_far(i, t, slot, u_mute, attention, interest, people, scene, board, notes) or v.errand != NONE:
        return  # or busy with a page or an order
    if tempted(i, urge_at(i, t, people, scene), u_click, offer, interest, attention, people, scene, board):
        click(i, t, slot, occasion, people, scene, board, notes)


@inlined
def goes_too_far(i, t, slot, u, attention, interest, people, scene, board, notes):
    """What noticing a push does; whether its receiver switches pushes off."""
    offer, v, p = board.running[slot], people.viewers[i], scene.numbers[0]
    annoy(i, t, slot, offer, attention, interest, people, scene, notes)
    unasked = not scene.places[offer.surface].in_shop
    if unasked and b.mutes(u, v.annoyance, v.tolerance, p):
        people.known[i].muted = 1
        tell(notes, t, i, Kind.MUTE, offer.push, offer.item, -1, offer.surface, 0, 0, v.annoyance)
        return True
    if offer.item == v.last_item and b.regrets(float(offer.price), float(v.last_price), p):
        v.last_item = -1  # once is enough
        v.trust = b.trust_after_regret(v.trust, p)
        tell(notes, t, i, Kind.REGRET, offer.push, offer.item, -1, offer.surface, offer.price, 0, float(v.last_price))
    return False


@inlined
def tempted(i, urge, u, offer, interest, attention, people, scene, board):
    """Whether the push is clicked."""
    v, p, goods = people.viewers[i], scene.numbers[0], scene.goods[offer.item]
    if goods.kind == CONTENT:
        return b.opens_content(u, interest, attention, v.noticed, v.annoyance, v.tolerance, p)
    feeling = urge + confidence(i, people, scene, board) + offer.said
    if scene.places[offer.surface].spoken:
        feeling += b.host_pull(v.host_affinity, v.trust, p) + scene.rules.manner
    if goods.coupon >= 0:
        price = b.price_pull(offer.price, COUPON_SCALE, v.price_sensitivity, p)
    else:
        price = price_pull(v, offer.item, offer.price, scene)
    return b.clicks(u, interest, price, feeling, attention, v.noticed, v.annoyance, v.tolerance, p)


@inlined
def click(i, t, slot, occasion, people, scene, board, notes):
    """Goods open their page, content begins, a coupon is taken."""
    offer, v = board.running[slot], people.viewers[i]
    goods = scene.goods[offer.item]
    people.known[i].clicks += 1
    signal(i, goods.category, people)
    count_push(notes, CLICKED, people, i, slot, offer)
    tell(notes, t, i, Kind.CLICK, offer.push, offer.item, -1, offer.surface, offer.price, 0, 0.0)
    if goods.kind == CONTENT:
        open_content(i, t, offer.item, occasion, people, scene, notes)
    elif goods.coupon >= 0:
        take_coupon(v, goods.coupon, scene)
        tell(notes, t, i, Kind.COUPON, offer.push, offer.item, -1, offer.surface, 0, 0, 0.0)
    else:
        slot_in_hand = slot if offer.team > 0 else -1
        open_page(i, t, offer.item, occasion, slot_in_hand, offer.said, people, scene, board, notes)


@inlined
def meet(i, t, slot, occasion, people, scene, board, notes):
    """A standing offer that a viewer comes upon."""
    _, u_notice, u_click, u_mute = draws.draw(scene.seed, scene.chapter, i, draws.EXPOSE, occasion)
    expose(i, t, slot, occasion, u_notice, u_click, u_mute, people, scene, board, notes)


@inlined
def annoy(i, t, slot, offer, attention, interest, people, scene, notes):
    """What noticing a push does to the viewer's annoyance."""
    v, p = people.viewers[i], scene.numbers[0]
    calm_down(v, t, p)
    cost = b.annoyance_cost(offer.intrusiveness, attention, b.wear(v.noticed, p), interest, p)
    v.annoyance += cost
    v.burden += cost
    v.peak_annoyance = max(v.peak_annoyance, v.annoyance)
    v.noticed += 1
    count_push(notes, NOTICED, people, i, slot, offer)
    tell_if_kept(notes, t, i, Kind.NOTICE, offer.push, offer.item, offer.surface, offer.price, v.annoyance)
