"""Noticing a push and clicking it."""

from __future__ import annotations

import math
from typing import Any

from numba.extending import register_jitable

from sim.behaviour.scale import logistic


@register_jitable
def relevance(taste: float, fandom: float, allegiance: int, p: Any) -> float:
    """How much a product is this viewer's thing, in (0, 1).

    `taste` for its category in standard deviations; `allegiance` +1 own side's goods, -1 the rival's, 0 nobody's.
    """
    x = p.relevance_taste * taste
    if allegiance > 0:
        x += p.relevance_side * fandom
    elif allegiance < 0:
        x -= p.relevance_rival * fandom
    return logistic(x)


@register_jitable
def notice_probability(salience: float, attention: float, forced: bool, p: Any) -> float:
    """P(notice) = salience x f(attention): eyes on the game miss what does not force itself on them."""
    if forced:
        return salience
    return salience * (1.0 - p.notice_attention * attention)


@register_jitable
def price_pull(price: float, reference: float, sensitivity: float, p: Any) -> float:
    """Log odds of buying from price: elasticity x ln(price / reference), losses weighing more than gains.

    Constant elasticity around a reference price (Bijmolt et al. 2005), the part above it times `price_loss_aversion`
    halved against 1 so that the mean of both sides keeps the elasticity (Kalyanaram & Winer form, assumed).
    """
    if price == reference:
        return 0.0
    x = p.price_elasticity * sensitivity * math.log(price / reference)
    weight = 2.0 / (1.0 + p.price_loss_aversion)
    return x * weight * p.price_loss_aversion if price > reference else x * weight


@register_jitable
def impulse(arousal: float, mood: float, p: Any) -> float:
    """Log odds from emotion: b_A A - b_A2 A^2 + b_M M, an interior optimum in arousal (S-O-R; Du & Huang 2025)."""
    return p.impulse_arousal * arousal - p.impulse_arousal_square * arousal * arousal + p.impulse_mood * mood


@register_jitable
def social_proof(heat: float, p: Any) -> float:
    """Log odds from others' voices: b ln(1+h) - b2 ln(1+h)^2, concave; `heat` = rate / usual (Zhao et al. 2024)."""
    x = math.log(1.0 + heat)
    return p.heat_effect * x - p.heat_effect_square * x * x


@register_jitable
def trust_pull(trust: float, p: Any) -> float:
    """Log odds from trust in the shop against the average viewer's."""
    return p.trust_effect * (trust - p.trust_average)


@register_jitable
def host_pull(affinity: float, trust: float, p: Any) -> float:
    """Log odds from a host who is liked (`affinity`, standard deviations) and trusted."""
    return p.host_effect * affinity * trust


@register_jitable
def clicks(
    u: float,
    interest: float,
    price: float,
    feeling: float,
    attention: float,
    noticed: int,
    annoyance: float,
    tolerance: float,
    p: Any,
) -> bool:
    """Whether a noticed push is clicked: a logit of relevance, price, feeling, attention, annoyance and wear.

    Feeling is emotion, trust and voices together.  The `noticed`-th push of the night, from 1, loses
    click_wear ln(noticed): at 1 the odds of the k-th are 1/k of the first's, so more and more pushes bring less and
    less ("ads blindness", Hohnhold, O'Brien & Tang 2015: direction).
    """
    x = p.click_base + p.interest * (interest - 0.5) + p.click_discount * price + feeling
    x -= p.click_attention * attention + p.click_annoyance * annoyance / tolerance
    return u < logistic(x) and u < logistic(x - p.click_wear * math.log(noticed))  # the first settles most cases
