"""Content on a viewer's screen: opened, seen to its end."""

from __future__ import annotations

import numpy as np

from sim import behaviour as b
from sim.compiled import inlined
from sim.engine.compiled.feeling import calm_down
from sim.engine.compiled.notes import tell_hand
from sim.engine.compiled.scene import READING
from sim.engine.compiled.shopping import drop
from sim.engine.ledger import Kind


@inlined
def open_content(i, t, item, cause, people, scene, notes):
    """Begins to watch or read."""
    v = people.viewers[i]
    v.item, v.cause, v.size, v.price = item, cause, -1, 0
    v.errand = READING
    v.errand_at = t + scene.goods[item].length
    tell_hand(notes, t, i, Kind.CONTENT, v, 0)


@inlined
def end_content(i, t, people, scene, notes):
    """Has seen it to its end."""
    v = people.viewers[i]
    take_in(i, t, people, scene)
    tell_hand(notes, t, i, Kind.CONTENT_END, v, 0)
    drop(v)


@inlined
def take_in(i, t, people, scene):
    """Knows more, is calmer, trusts more."""
    v, p = people.viewers[i], scene.numbers[0]
    calm_down(v, t, p)
    v.annoyance = b.annoyance_after_content(v.annoyance, p)
    v.trust = b.trust_after_content(v.trust, scene.rules.expertise, p)
    v.satisfaction = b.satisfied(v.satisfaction, p.content_satisfies)
    v.informed |= np.uint64(1) << np.uint64(scene.goods[v.item].category)
