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
def interest_in(i, product, people, scene):
    """How much a product is this viewer's thing, in (0, 1)."""
    side, goods = people.known[i].side, scene.goods[product].side
    allegiance = 0
    if goods < 2:
        allegiance = 1 if goods == side else -1
    taste = people.tastes[i, scene.goods[product].category] * TASTE_STEP
    return b.relevance(taste, people.viewers[i].fandom, allegiance, scene.numbers[0])


@inlined
def feeling_at(i, t, people, scene, board):
    """Emotion, trust and others' voices together, as log odds."""
    v, side, now = people.viewers[i], people.known[i].side, second_at(scene.curves, t)
    arousal = b.own_arousal(v.gain, now.arousal[side])
    mood = b.own_mood(v.gain, now.mood[side])
    return b.impulse(arousal, mood, scene.numbers[0]) + b.trust_pull(v.trust, scene.numbers[0]) + board.voices[side]


@inlined
def price_pull(v, product, price, scene):
    """Log odds from a price [minor units]."""
    return b.price_pull(price, scene.goods[product].reference, v.price_sensitivity, scene.numbers[0])


@inlined
def calm_down(v, t, p):
    """Brings annoyance up to date."""
    v.annoyance = b.annoyance_now(v.annoyance, t - v.annoyed_at, p)
    v.annoyed_at = t
