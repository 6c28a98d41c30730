"""Teams, words, content, and prices that are not what they were."""

from __future__ import annotations

import math
from typing import Any

from numba.extending import register_jitable

from sim.behaviour.scale import logistic


@register_jitable
def team_pull(waiting: int, size: int, full: int, p: Any) -> float:
    """Log odds of joining a team of `size` in which `waiting` wait already, after `full` complete teams of this offer.

    Doubt that it will ever be full shrinks with every member, and mostly goes once a team has been full, which is proof
    besides that others want it (Luo et al. 2014; Hu, Man & Winer 2019: signs).
    """
    doubt = p.team_doubt * (size - 1 - waiting) / size
    if full > 0:
        return p.team_proof - doubt * (1.0 - p.team_sure)
    return -doubt


@register_jitable
def trust_after_failed_team(trust: float, p: Any) -> float:
    """Trust after a team that stayed too small."""
    return trust * (1.0 - p.team_failed)


@register_jitable
def pays_more(u: float, shown: float, asked: float, sensitivity: float, p: Any) -> bool:
    """Whether somebody pays what the till asks although the stream showed less (form assumed)."""
    return u < logistic(p.mismatch_base - p.mismatch_effect * sensitivity * math.log(asked / shown))


@register_jitable
def trust_after_mismatch(trust: float, p: Any) -> float:
    """Trust after a till that asks more than the stream showed."""
    return trust * (1.0 - p.mismatch_lost)


@register_jitable
def regrets(price: float, paid: float, p: Any) -> bool:
    """Whether what one paid looks foolish beside this price (Anderson & Simester 2010: direction)."""
    return price < paid * (1.0 - p.regret_least)


@register_jitable
def trust_after_regret(trust: float, p: Any) -> float:
    """Trust after seeing what one has bought cheaper."""
    return trust * (1.0 - p.regret_lost)


@register_jitable
def said_pull(claim: float, joint: bool, p: Any) -> float:
    """Log odds from words: exaggeration `claim` (0: all true, 1: none), host and brand speaking together."""
    x = p.claim_effect * claim
    return x + p.joint_effect if joint else x


@register_jitable
def host_manner(enthusiasm: float, expertise: float, p: Any) -> float:
    """Log odds from how a host speaks: an interior optimum of enthusiasm (Du & Huang 2025), more with expertise."""
    off = enthusiasm - p.host_best
    return p.host_expertise * (expertise - p.host_usual) - p.host_warmth * off * off


@register_jitable
def opens_content(
    u: float, interest: float, attention: float, noticed: int, annoyance: float, tolerance: float, p: Any
) -> bool:
    """Whether noticed content is opened: a logit as for clicks, but it is breaks that it is for, and nobody pays."""
    x = p.content_base + p.interest * (interest - 0.5) - p.content_attention * attention
    x -= p.click_annoyance * annoyance / tolerance
    return u < logistic(x) and u < logistic(x - p.click_wear * math.log(noticed))  # the first settles most cases


@register_jitable
def annoyance_after_content(annoyance: float, p: Any) -> float:
    """Content calms."""
    return annoyance * (1.0 - p.content_calm)


@register_jitable
def trust_after_content(trust: float, expertise: float, p: Any) -> float:
    """Content from somebody who knows builds trust: a share of what is lacking."""
    return trust + p.content_trust * expertise * (1.0 - trust)


@register_jitable
def satisfied(satisfaction: float, change: float) -> float:
    """Satisfaction after a change, within [-1, 1]."""
    return max(-1.0, min(1.0, satisfaction + change))
