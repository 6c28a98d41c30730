"""Moments of a viewer's own accord: coming, leaving, writing, a visit to the shop.

They come by thinning: candidate times at a bounded rate (`sim.engine.moments`), each turned into a leave, a shop visit,
a message or nothing with the true hazards at that instant.  Each of the three has its own stretch of the bound, so
candidates and stretches are the same under every policy, and annoyance can only turn "nothing" into "leave".
"""

from __future__ import annotations

import math

import numpy as np

from sim import behaviour as b
from sim import draws
from sim.compiled import inlined
from sim.engine import occasions
from sim.engine.compiled.exposure import meet
from sim.engine.compiled.feeling import calm_down, interest_in, second_at
from sim.engine.compiled.notes import tell_if_kept, tell_presence
from sim.engine.compiled.offers import applies, may_have
from sim.engine.compiled.scene import NONE, PAGE, READING, WAITING
from sim.engine.compiled.shopping import drop, open_page, signal
from sim.engine.ledger import Kind
from sim.engine.moments import Pace, next_moment, rate
from sim.world.stage import BLOCK


@inlined
def pace_of(i, people, scene):
    """This viewer's part of the bound on what they might do; no hazard is above its part of it."""
    v, p = people.viewers[i], scene.numbers[0]
    gain = np.float64(v.gain)  # records hold single precision; all arithmetic is in double
    if people.known[i].present == 0:
        base = b.return_hazard(0.0, 0.0, 1.0, p)
        return Pace(base, 0.0, 0.0, base * p.return_arousal * gain)
    return Pace(0.0, np.float64(v.leave_bound), np.float64(v.curiosity), b.chat_hazard(v.chattiness, gain))


@inlined
def plan_moment(i, t, u, people, scene):
    """The next candidate moment after `t`; `u` is a uniform draw."""
    v, known = people.viewers[i], people.known[i]
    v.moment += 1
    if known.present == 1:
        cap = b.leave_push(scene.numbers[0].leave_annoyance_cap, 1.0, scene.numbers[0])
        v.leave_bound = b.settled_leave_hazard(v.stay, t - known.joined_at, scene.numbers[0]) * cap
    v.own_at = next_moment(t, u, pace_of(i, people, scene), known.side, scene.curves)


@inlined
def arrive(i, t, kind, u, people, scene, board, notes):
    """Comes to the stream, and meets the offers that stand there."""
    known, v = people.known[i], people.viewers[i]
    known.present = 1
    known.joined_at = t
    if t <= scene.rules.early:
        known.early = 1
    v.arrivals += 1
    tell_presence(notes, t, i, kind, 0)
    plan_moment(i, t, u, people, scene)
    for slot in board.live:
        surface = board.running[slot].surface
        standing = scene.places[surface].standing and not scene.places[surface].in_shop
        if standing and known.muted == 0 and applies(i, slot, t, people, scene, board):
            occasion = occasions.on_stream(board.running[slot].push, v.arrivals)
            meet(i, t, slot, occasion, people, scene, board, notes)


@inlined
def depart(i, t, pushed, u, people, scene, notes):
    """Leaves the stream, and whatever page is open."""
    known, v = people.known[i], people.viewers[i]
    known.present = 0
    known.watched += t - known.joined_at
    if v.errand in (PAGE, WAITING, READING):
        drop(v)
    tell_presence(notes, t, i, Kind.LEAVE, 1 if pushed else 0)
    plan_moment(i, t, u, people, scene)


@inlined
def absent_moment(i, t, people, scene, board, notes):
    """The first arrival, or a candidate for a return."""
    v, p = people.viewers[i], scene.numbers[0]
    u_gap, u, _, _ = draws.draw(scene.seed, scene.chapter, i, draws.OWN, v.moment)
    if v.arrivals == 0:
        arrive(i, t, Kind.JOIN, u_gap, people, scene, board, notes)
        return
    now, side, block = second_at(scene.curves, t), people.known[i].side, int(t - scene.curves.opens) // BLOCK
    calm_down(v, t, p)
    hazard = b.return_hazard(b.own_arousal(v.gain, now.arousal[side]), v.annoyance, v.tolerance, p)
    if u * rate(pace_of(i, people, scene), side, block, scene.curves) < hazard:
        arrive(i, t, Kind.RETURN, u_gap, people, scene, board, notes)
    else:
        plan_moment(i, t, u_gap, people, scene)


@inlined
def present_moment(i, t, people, scene, board, notes):
    """A candidate moment: its place on the bound says what it may become, the true hazard whether it does."""
    v, known, curves, p = people.viewers[i], people.known[i], scene.curves, scene.numbers[0]
    u_gap, u, u_product, u_names = draws.draw(scene.seed, scene.chapter, i, draws.OWN, v.moment)
    moment, side, now, pace = v.moment, known.side, second_at(curves, t), pace_of(i, people, scene)
    block = int(t - curves.opens) // BLOCK
    mood = b.own_mood(v.gain, now.mood[side])
    x = u * rate(pace, side, block, curves)
    leave, browse = pace.leave * curves.most[block].leave, pace.browse * curves.most[block].browse[side]
    if x < leave:
        calm = b.settled_leave_hazard(v.stay, t - known.joined_at, p)
        calm *= b.leave_pull(now.leave_phase, now.suspense, mood, p)
        if v.errand == READING:
            calm *= p.content_hold
        calm_down(v, t, p)
        if x < calm * b.leave_push(v.annoyance, v.tolerance, p):
            depart(i, t, x >= calm, u_gap, people, scene, notes)
            return
    elif x < leave + browse:
        if x - leave < b.browse_hazard(v.curiosity, now.browse_phase, mood, p):
            visit_shop(i, t, moment, u_product, people, scene, board, notes)
    elif x - leave - browse < b.chat_hazard(v.chattiness, b.own_arousal(v.gain, now.arousal[side])):
        write_message(i, t, u_names, u_product, people, scene, notes)
    plan_moment(i, t, u_gap, people, scene)


@inlined
def write_message(i, t, u_names, u_product, people, scene, notes):
    """A message in the chat, now and then about something of the shop's."""
    item = -1
    if u_names < scene.numbers[0].chat_names:
        item = favourite(i, u_product, True, people, scene)
    people.known[i].chats += 1
    notes.chats[people.known[i].side, people.viewers[i].segment] += 1
    if item >= 0:
        notes.named[item] += 1
        signal(i, scene.goods[item].category, people)
    tell_if_kept(notes, t, i, Kind.CHAT, -1, item, -1, 0, 0.0)


@inlined
def visit_shop(i, t, moment, u, people, scene, board, notes):
    """A visit to the shop: its banners are met there; otherwise a product after one's own heart."""
    v = people.viewers[i]
    if v.errand != NONE:
        return
    tell_presence(notes, t, i, Kind.BROWSE, 0)
    for slot in board.live:
        if scene.places[board.running[slot].surface].in_shop and applies(i, slot, t, people, scene, board):
            meet(
                i,
                t,
                slot,
                occasions.in_shop(board.running[slot].push, t - scene.curves.opens),
                people,
                scene,
                board,
                notes,
            )
    if v.errand == NONE:
        item = favourite(i, u, True, people, scene)
        if item >= 0:
            open_page(i, t, item, occasions.of_own_accord(moment), -1, 0.0, people, scene, board, notes)


@inlined
def favourite(i, u, ahead, people, scene):
    """Multinomial logit over what the shop shows this viewer, by interest and exposure; -1 if that is nothing.

    Goods that are sold `ahead` are the stream's: the store does not show them.
    """
    items = scene.goods.shape[0]
    total = 0.0
    for item in range(items):
        total += shown_weight(i, item, ahead, people, scene)
    left, chosen = u * total, -1
    for item in range(items):
        weight = shown_weight(i, item, ahead, people, scene)
        if weight > 0.0 and left >= 0.0:
            chosen = item
        left -= weight
    return chosen


@inlined
def shown_weight(i, item, ahead, people, scene):
    """How likely an item is looked at; 0 if it is not shown to this viewer."""
    goods = scene.goods[item]
    if goods.exposure <= 0.0 or (goods.due < 1.0 and not ahead) or not may_have(i, item, people, scene):
        return 0.0
    return goods.exposure * math.exp(scene.numbers[0].interest * interest_in(i, item, people, scene))
