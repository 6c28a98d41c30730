"""A push on a viewer's screen: noticed, annoying, clicked."""

from __future__ import annotations

from sim import behaviour as b
from sim import draws
from sim.compiled import inlined
from sim.engine.compiled.feeling import calm_down, feeling_at, interest_in, price_pull, second_at
from sim.engine.compiled.notes import CLICKED, EXPOSED, NOTICED, tell, tell_if_kept
from sim.engine.compiled.scene import NONE
from sim.engine.compiled.shopping import open_page
from sim.engine.ledger import Kind


@inlined
def count_push(notes, layer, people, i, slot, offer):
    """One more on a layer of the funnel."""
    notes.shown[layer, people.known[i].side, people.viewers[i].segment, offer.surface, offer.product] += 1
    notes.met[layer, slot] += 1


@inlined
def expose(i, t, slot, occasion, u_notice, u_click, u_mute, people, scene, board, notes):
    """A push on this viewer's screen: noticed or not, and what that does."""
    offer, v, p = board.running[slot], people.viewers[i], scene.numbers[0]
    count_push(notes, EXPOSED, people, i, slot, offer)
    tell_if_kept(notes, t, i, Kind.EXPOSURE, offer.push, offer.product, offer.surface, offer.price, 0.0)
    attention = second_at(scene.curves, t).attention
    forced = scene.places[offer.surface].forced
    if u_notice >= b.notice_probability(scene.places[offer.surface].salience, attention, forced, p):
        return
    interest = interest_in(i, offer.product, people, scene)
    annoy(i, t, slot, offer, attention, interest, people, scene, notes)
    unasked = not scene.places[offer.surface].in_shop
    if unasked and b.mutes(u_mute, v.annoyance, v.tolerance, p):
        people.known[i].muted = 1
        tell(notes, t, i, Kind.MUTE, offer.push, offer.product, -1, offer.surface, 0, 0, v.annoyance)
        return
    if v.errand != NONE:
        return  # busy with a page or an order
    feeling = feeling_at(i, t, people, scene, board)
    if scene.places[offer.surface].spoken:
        feeling += b.host_pull(v.host_affinity, v.trust, p)
    price = price_pull(v, offer.product, offer.price, scene)
    if b.clicks(u_click, interest, price, feeling, attention, v.noticed, v.annoyance, v.tolerance, p):
        people.known[i].clicks += 1
        count_push(notes, CLICKED, people, i, slot, offer)
        tell(notes, t, i, Kind.CLICK, offer.push, offer.product, -1, offer.surface, offer.price, 0, 0.0)
        open_page(i, t, offer.product, occasion, people, scene, board, notes)


@inlined
def meet(i, t, slot, occasion, people, scene, board, notes):
    """A standing offer that a viewer comes upon."""
    _, u_notice, u_click, u_mute = draws.draw(scene.seed, scene.replication, i, draws.EXPOSE, occasion)
    expose(i, t, slot, occasion, u_notice, u_click, u_mute, people, scene, board, notes)


@inlined
def annoy(i, t, slot, offer, attention, interest, people, scene, notes):
    """What noticing a push does to the viewer's annoyance."""
    v, p = people.viewers[i], scene.numbers[0]
    calm_down(v, t, p)
    worn = b.wear(v.noticed, p)
    v.annoyance += b.annoyance_cost(scene.places[offer.surface].intrusiveness, attention, worn, interest, p)
    v.peak_annoyance = max(v.peak_annoyance, v.annoyance)
    v.noticed += 1
    count_push(notes, NOTICED, people, i, slot, offer)
    tell_if_kept(notes, t, i, Kind.NOTICE, offer.push, offer.product, offer.surface, offer.price, v.annoyance)
