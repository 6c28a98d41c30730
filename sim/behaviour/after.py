"""The days after a match: what is sent back, what parcels do to trust, visits to the store, coming again."""

from __future__ import annotations

import math
from typing import Any

from numba.extending import register_jitable

from sim.behaviour.scale import MOST, logistic

DAY = 86400.0  # s
WEEK = 7.0 * DAY
LN2 = math.log(2.0)
KEPT, FIT, CLAIM, MIND = 0, 1, 2, 3  # what becomes of a parcel: kept, or why it is sent back


# --- parcels ----------------------------------------------------------------------------------------------------------


@register_jitable
def unfit(sized: bool, distance: int, informed: bool, p: Any) -> float:
    """Odds of sending a garment back because it does not fit, `distance` sizes from one's own; 0 of other goods.

    Even one's own size may not fit: `return_fit`.  Who was informed chooses better.
    """
    if not sized:
        return 0.0
    odds = p.return_fit * math.exp(p.return_size * distance)
    return odds * (1.0 - p.informed_spares) if informed else odds


@register_jitable
def untrue(claim: float, informed: bool, p: Any) -> float:
    """Odds of sending something back because it is not what was said; who was informed did not believe it all."""
    odds = p.return_claim * claim
    return odds * (1.0 - p.informed_spares) if informed else odds


@register_jitable
def haste(pushed: bool, urge: float, discount: float, p: Any) -> float:
    """Log odds of sending back that an unplanned order adds: impulse, emotion, a bargain (the sum is assumed)."""
    x = p.return_urge * urge + p.return_discount * discount
    return x + p.return_impulse if pushed else x


@register_jitable
def parcel_fate(u: float, fit: float, claim: float, hasty: float, p: Any) -> int:
    """What becomes of a parcel, by a multinomial logit against KEPT: FIT, CLAIM or MIND is why it is sent back.

    `fit` and `claim` are odds; `hasty` raises those of every reason alike.
    """
    more = math.exp(max(-MOST, min(MOST, hasty)))
    fit, claim, mind = fit * more, claim * more, p.return_mind * more
    x = u * (1.0 + fit + claim + mind)
    if x < fit:
        return FIT
    if x < fit + claim:
        return CLAIM
    return MIND if x < fit + claim + mind else KEPT


@register_jitable
def size_instead(u: float, size: int, own: int, sizes: int, p: Any) -> int:
    """The size wanted instead of one that does not fit, -1: the money.

    The neighbour on the side of one's own size; if it was one's own, either, but there must be one.
    """
    if u >= p.exchange_share or sizes < 2:
        return -1
    if size != own:
        return size + 1 if own > size else size - 1
    larger = u < 0.5 * p.exchange_share
    if size == 0 or (larger and size < sizes - 1):
        return size + 1
    return size - 1


@register_jitable
def return_delay(u: float, days: float) -> float:
    """Seconds from the door until something is posted back: exponential with a mean of `days`."""
    return -math.log(u) * days * DAY


@register_jitable
def days_late(arrived: float, promised: float, p: Any) -> float:
    """Days past the promise that count, 0 if on time."""
    return max(0.0, min(p.late_most, (arrived - promised) / DAY))


@register_jitable
def trust_after_parcel(trust: float, late: float, claim: float, p: Any) -> float:
    """Trust after a parcel `late` days past its promise, with the exaggeration `claim` found out on opening it."""
    trust = trust * (1.0 - p.late_lost * late) if late > 0.0 else trust + p.on_time_trust * (1.0 - trust)
    return trust * (1.0 - p.claim_lost * claim)


@register_jitable
def pleasure_of_parcel(late: float, claim: float, p: Any) -> float:
    """Change in satisfaction with such a parcel."""
    service = -p.late_displeases * late if late > 0.0 else p.on_time_pleases
    return service - p.claim_displeases * claim


@register_jitable
def pays_balance(u: float, trust: float, p: Any) -> bool:
    """Whether the rest of a pre-sale is paid: a logit of trust; otherwise the deposit is lost (form assumed)."""
    return u < logistic(p.balance_base + p.balance_trust * (trust - p.trust_average))


# --- visits to the store ----------------------------------------------------------------------------------------------


@register_jitable
def visit_ease(trust: float, satisfaction: float, member: bool, discount: float, p: Any) -> float:
    """Factor on the rate of store visits, 1 at average trust, no feeling either way, and for who is no member.

    Members come more often for what they save (`discount` of their tier, by the elasticity of buying) and beyond it.
    """
    x = p.visit_trust * (trust - p.trust_average) + p.visit_satisfaction * satisfaction
    if member:
        x += p.member_bond + p.price_elasticity * math.log(1.0 - discount)
    return math.exp(x)


@register_jitable
def next_visit(t: float, u: float, u_joy: float, rate: float, ease: float, joy: float, p: Any) -> float:
    """Time of the next visit to the store after `t` [s since the broadcast ended], inf if there is none.

    The intensity is rate x ease x (1 + after_joy x joy e^(-t / tau)), with `rate` per week and `joy` the good mood the
    broadcast ended in: the earlier of a Poisson process and of one that runs dry, whose integrals both invert.  With
    no joy and at average trust it is that of BG/NBD (Fader, Hardie & Lee 2005).
    """
    usual = rate * ease / WEEK
    if usual <= 0.0:
        return math.inf
    first = -math.log(u) / usual
    tau = p.after_fades * 3600.0
    spike = usual * p.after_joy * max(0.0, joy) * tau * math.exp(-t / tau)  # visits that joy will still bring
    target = -math.log(u_joy)
    if target < spike:
        first = min(first, -tau * math.log(1.0 - target / spike))
    return t + first


@register_jitable
def moved_visit(t: float, visit: float, before: float, now: float) -> float:
    """The next visit once the factor on its rate changes at `t`: a Poisson process in stretched time."""
    return t + (visit - t) * before / now


# --- from match to match ----------------------------------------------------------------------------------------------


@register_jitable
def left_after(elapsed: float, half_life: float) -> float:
    """Share of something that is left after a time, in units of its half-life."""
    return math.exp(-LN2 * elapsed / half_life)


@register_jitable
def fatigue_after(fatigue: float, burden: float, days: float, p: Any) -> float:
    """Fatigue `days` after a night whose pushes have added `burden` annoyance."""
    return (fatigue + p.fatigue_share * burden) * left_after(days, p.fatigue_half_life)


@register_jitable
def tired_tolerance(patience: float, fatigue: float, p: Any) -> float:
    """Tonight's tolerance of somebody who is tired of pushes (form assumed)."""
    return patience / (1.0 + p.fatigue_weight * fatigue)


@register_jitable
def noticed_after(noticed: int, days: float, p: Any) -> int:
    """Pushes still in memory, whole ones."""
    return math.floor(noticed * left_after(days, p.noticed_half_life))


@register_jitable
def trust_at_rest(trust: float, usual: float, days: float, p: Any) -> float:
    """Trust after `days` in which nothing happens: on its way back to the usual."""
    return usual + (trust - usual) * left_after(days, 7.0 * p.trust_half_life)


@register_jitable
def satisfaction_at_rest(satisfaction: float, days: float, p: Any) -> float:
    """Satisfaction after `days` in which nothing happens."""
    return satisfaction * left_after(days, 7.0 * p.satisfaction_half_life)


@register_jitable
def comes_again(u: float, loyal: float, trust: float, satisfaction: float, fatigue: float, p: Any) -> bool:
    """Whether a viewer comes to the next match; `loyal` is the share of the segment who do, as log odds."""
    x = loyal + p.again_trust * (trust - p.trust_average) + p.again_satisfaction * satisfaction
    return u < logistic(x - p.again_fatigue * fatigue)
