"""A push on a viewer's screen: noticed, annoying, clicked."""

from __future__ import annotations

from sim import behaviour as b
from sim import draws
from sim.compiled import inlined
from sim.engine.compiled.feeling import calm_down, confidence, interest_in, price_pull, second_at, urge_at
from sim.engine.compiled.notes import CLICKED, EXPOSED, NOTICED, tell, tell_if_kept
from sim.engine.compiled.offers import take_coupon
from sim.engine.compiled.scene import NONE
from sim.engine.compiled.shopping import open_page, signal
from sim.engine.compiled.watching import open_content
from sim.engine.ledger import Kind

CONTENT, COUPON_SCALE = 4, 10_000


@inlined
def count_push(notes, layer, people, i, slot, offer):
    """One more on a layer of the funnel."""
    notes.shown[layer, people.known[i].side, people.viewers[i].segment, offer.surface, offer.item] += 1
    notes.met[layer, slot] += 1


@inlined
def expose(i, t, slot, occasion, u_notice, u_click, u_mute, people, scene, board, notes):
    """A push on this viewer's screen: noticed or not, and what that does."""
    offer, v, p = board.running[slot], people.viewers[i], scene.numbers[0]
    count_push(notes, EXPOSED, people, i, slot, offer)
    tell_if_kept(notes, t, i, Kind.EXPOSURE, offer.push, offer.item, offer.surface, offer.price, 0.0)
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
