"""What moves a viewer at an instant: emotion, interest, price, annoyance."""

from __future__ import annotations

from sim import behaviour as b
from sim.compiled import inlined
from sim.world.audience import TASTE_STEP


@inlined
def second_at(curves, t):
    """The second of the match that holds `t`."""
    return curves.seconds[min(int(t - curves.opens), curves.seconds.shape[0] - 1)]


@inlined
def interest_in(i, item, people, scene):
    """How much an item is this viewer's thing, in (0, 1)."""
    goods, side = scene.goods[item], people.known[i].side
    allegiance, taste = 0, 0.0
    if goods.side < 2:
        allegiance = 1 if goods.side == side else -1
    if goods.category >= 0:
        taste = people.tastes[i, goods.category] * TASTE_STEP
    return b.relevance(taste, people.viewers[i].fandom, allegiance, scene.numbers[0])


@inlined
def urge_at(i, t, people, scene):
    """What emotion adds to the log odds of clicking and buying."""
    gain, side, now = people.viewers[i].gain, people.known[i].side, second_at(scene.curves, t)
    return b.impulse(b.own_arousal(gain, now.arousal[side]), b.own_mood(gain, now.mood[side]), scene.numbers[0])


@inlined
def confidence(i, people, scene, board):
    """What trust and others' voices add."""
    return b.trust_pull(people.viewers[i].trust, scene.numbers[0]) + board.voices[people.known[i].side]


@inlined
def price_pull(v, item, price, scene):
    """Log odds from a price [minor units]."""
    return b.price_pull(price, scene.goods[item].reference, v.price_sensitivity, scene.numbers[0])


@inlined
def calm_down(v, t, p):
    """Brings annoyance up to date."""
    v.annoyance = b.annoyance_now(v.annoyance, t - v.annoyed_at, p)
    v.annoyed_at = t
