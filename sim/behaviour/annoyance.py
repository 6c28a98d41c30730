"""Annoyance: what adds to it, how it passes, and when it is too much."""

from __future__ import annotations

import math
from typing import Any

from numba.extending import register_jitable

from sim.behaviour.scale import MOST

LN2 = math.log(2.0)


@register_jitable
def annoyance_now(annoyance: float, elapsed: float, p: Any) -> float:
    """N e^(-dt / tau), tau = half-life / ln 2."""
    return annoyance * math.exp(-LN2 * elapsed / p.annoyance_half_life)


@register_jitable
def wear(noticed: int, p: Any) -> float:
    """Factor from `noticed` earlier pushes of the night: 1 until wear_in, then rising to a limit (wear-out)."""
    return min(p.wear_limit, 1.0 + p.wear_rate * max(0.0, noticed - p.wear_in))


@register_jitable
def annoyance_cost(intrusiveness: float, attention: float, worn: float, interest: float, p: Any) -> float:
    """What noticing one push adds: c (1 + kappa attention) wear (1 - spared x relevance) (Bailey & Konstan 2006)."""
    return intrusiveness * (1.0 + p.annoyance_peak * attention) * worn * (1.0 - p.annoyance_relevant * interest)


@register_jitable
def mutes(u: float, annoyance: float, tolerance: float, p: Any) -> bool:
    """Whether a noticed push is one too many: P = 1 - exp(-m0 e^(theta N / tolerance)), convex (LinkedIn 2015)."""
    hazard = p.mute_rate * math.exp(min(MOST, p.mute_annoyance * annoyance / tolerance))
    return u < hazard and u < 1.0 - math.exp(-hazard)  # P is below the hazard, which settles most cases
