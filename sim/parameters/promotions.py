"""Numbers of promotions and content, and of what words do."""

# fmt: off
from __future__ import annotations

from pydantic import BaseModel

from sim.evidence import NONE, number


class Promotions(BaseModel):
    """Teams, coupons, words, and prices that change."""

    team_doubt: float = number(1.5, "logit", 0, 4, "assumed",
        "No source found; success rates of teams neither (40 to 80% is thought usual)",
        "Loss of joining a team that nobody has joined yet; it shrinks with every member")
    team_proof: float = number(0.6, "logit", 0, 2, "assumed",
        "Sign: deal popularity raises purchase (Luo et al. 2014), a deal that is on sells faster (Hu, Man & Winer): "
        "abstracts; size not found", "Gain of joining once a team of this offer has been full")
    team_sure: float = number(0.7, "share", 0, 1, "assumed", NONE, "Doubt that goes once a team has been full")
    team_failed: float = number(0.1, "share", 0, 0.5, "assumed",
        "Direction: failing to get a scarce promotion lowers attitude (Guclu Ozer 2019, abstract); size not found",
        "Trust lost when a team one has joined stays too small")
    mismatch_lost: float = number(0.1, "share", 0, 0.5, "assumed",
        "Not found; a shock of 0.1 to 0.4 logits is thought plausible, which is some 0.1 to 0.3 of trust",
        "Trust lost to a till that asks more than the stream showed")
    mismatch_base: float = number(1.0, "logit", -2, 4, "assumed", NONE,
        "Log odds of paying the till's price all the same, were it hardly more")
    mismatch_effect: float = number(8.0, "logit per log price", 1, 20, "assumed", NONE,
        "Fall of these with the logarithm of the till's price over the one shown")
    regret_least: float = number(0.03, "share", 0, 0.2, "assumed", NONE,
        "How much cheaper a thing one has bought must be to be regretted")
    regret_lost: float = number(0.1, "share", 0, 0.5, "assumed",
        "Direction: customers who see it cheaper after buying buy less later (Anderson & Simester 2010, abstract)",
        "Trust lost on seeing what one has bought cheaper")
    claim_effect: float = number(0.8, "logit", 0, 2, "assumed", NONE,
        "Effect of a claim that is all exaggeration on clicking and buying")
    joint_effect: float = number(0.25, "logit", 0, 1.5, "assumed", NONE,
        "Effect of host and brand speaking together on clicking and buying")
    host_best: float = number(0.43, "share", 0.2, 0.8, "secondary",
        "Du & Huang 2025 (abstract): inverted U of influencer happiness on sales, peak at 0.43",
        "Enthusiasm of the host that sells most")
    host_warmth: float = number(2.0, "logit per square", 0, 8, "assumed",
        "Du & Huang 2025 (abstract) for the form; size not found", "Loss with the square of the distance from it")
    host_expertise: float = number(0.8, "logit", 0, 3, "assumed", NONE,
        "Effect of a host's expertise, against the usual, on what the host speaks of")
    host_usual: float = number(0.6, "share", 0.3, 0.9, "assumed", NONE, "Expertise of a usual host")


class Watching(BaseModel):
    """Content: lessons, reviews, stories."""

    content_base: float = number(-2.4, "logit", -5, -0.5, "assumed",
        "No source found; somewhat more than a push for goods, whose click-through is 1.7 to 4.6%",
        "Log odds of opening noticed content, everything neutral")
    content_attention: float = number(1.8, "logit", 0, 5, "assumed",
        "No source found; who is gripped by play does not study, in breaks people do",
        "Loss of opening content at full attention to play")
    content_gentle: float = number(0.4, "share", 0, 1, "assumed",
        "Good against bad ads: +19% stay (Goldstein et al. 2013); this size not found",
        "Annoyance of a push of content over that of a push for goods")
    content_calm: float = number(0.3, "share", 0, 0.9, "assumed", NONE, "Annoyance that goes with content one has seen")
    content_trust: float = number(0.08, "share", 0, 0.3, "assumed", NONE,
        "Part of what trust lacks that content seen from a host who knows everything adds")
    content_hold: float = number(0.5, "times", 0.1, 1, "assumed", NONE, "Leave hazard while content is on over without")
    content_satisfies: float = number(0.05, "units of -1 to 1", 0, 0.3, "assumed", NONE,
        "Satisfaction that content one has seen adds")
