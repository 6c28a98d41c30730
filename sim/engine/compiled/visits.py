"""Visits to the store in the days after a match, and wanting something there."""

from __future__ import annotations

from sim import behaviour as b
from sim import draws
from sim.compiled import compiled, inlined
from sim.engine.compiled.notes import tell, tell_presence
from sim.engine.compiled.offers import plain_store_price, put_store_price
from sim.engine.compiled.presence import favourite
from sim.engine.compiled.scene import ASKED, NEVER, NONE
from sim.engine.compiled.shopping import shown
from sim.engine.ledger import Flag, Kind
from sim.world.audience import LOST

STORE, INFORMED, COUPON, MEMBER = (int(f) for f in (Flag.STORE, Flag.INFORMED, Flag.COUPON, Flag.MEMBER))


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
def plan_visits(who, t, since, people, scene, visits_due):
    """When these customers next come to the store after `t`; who would have come before `since` does so then."""
    for k in range(who.shape[0]):
        i = who[k]
        plan_visit(i, t, people, scene, visits_due)
        visits_due[i] = people.viewers[i].store_at = max(since, people.viewers[i].store_at)


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
