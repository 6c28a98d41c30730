"""How people respond: every equation of the model, once, as a pure scalar function.

Both engines call these functions: the reference engine as plain Python, the compiled engine through numba
(`register_jitable` leaves them plain).  `p` is the table of `sim/parameters/`; where a number comes from and how far
it can be trusted stands there.  Times are seconds, hazards are per second, annoyance is in units of an average
viewer's tolerance, trust, arousal and attention lie in [0, 1], mood in [-1, 1].  `u` is a uniform draw in (0, 1).
"""

from __future__ import annotations

import math
from typing import Any

from numba.extending import register_jitable

LN2 = math.log(2.0)
MOST = 50.0  # log odds beyond which nothing is more certain; keeps exponentials finite
NOTHING, SAVE, CART, BUY = 0, 1, 2, 3  # what a look at a product page ends in
WALK, WAIT, OTHER_SIZE = 0, 1, 2  # what a missing size ends in


@register_jitable
def logistic(x: float) -> float:
    """1 / (1 + e^-x), the probability whose log odds are `x`."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    odds = math.exp(x)
    return odds / (1.0 + odds)


# --- being there ------------------------------------------------------------------------------------------------------


@register_jitable
def settled_leave_hazard(stay: float, age: float, p: Any) -> float:
    """Baseline hazard of leaving after `age` seconds on the stream, for a viewer whose scale of stay is `stay` seconds.

    h0(a) = (leave_initial / stay) / (1 + a / leave_settling): a Lomax law, bounded at 0 and decreasing, so that a few
    stay for long and many leave soon (the form is an assumption).
    """
    return p.leave_initial / stay / (1.0 + age / p.leave_settling)


@register_jitable
def leave_pull(phase: float, suspense: float, mood: float, p: Any) -> float:
    """Factor on the leave hazard from the match: `phase` (play 1, breaks and the end more) x e^(-suspense, -|mood|).

    Suspense and shock hold viewers (Ely, Frankel & Kamenica 2015; Buraimo et al. 2020: sign and order only).
    """
    return phase * math.exp(-p.leave_suspense * suspense - p.leave_mood * abs(mood))


@register_jitable
def leave_push(annoyance: float, tolerance: float, p: Any) -> float:
    """Factor (at least 1) on the leave hazard from annoyance: e^(leave_annoyance x min(N / tolerance, cap))."""
    return math.exp(p.leave_annoyance * min(annoyance / tolerance, p.leave_annoyance_cap))


@register_jitable
def return_hazard(arousal: float, annoyance: float, tolerance: float, p: Any) -> float:
    """Hazard of looking in again for somebody who left; noise on the stream calls them, annoyance keeps them away."""
    calm = math.exp(-p.return_annoyance * annoyance / tolerance)
    return p.return_rate / 3600.0 * (1.0 + p.return_arousal * arousal) * calm


@register_jitable
def own_arousal(gain: float, side_arousal: float) -> float:
    """A viewer's arousal: the curve of their side times their emotional gain, at most 1."""
    return min(1.0, gain * side_arousal)


@register_jitable
def own_mood(gain: float, side_mood: float) -> float:
    """A viewer's mood: the curve of their side times their emotional gain, within [-1, 1]."""
    return max(-1.0, min(1.0, gain * side_mood))


@register_jitable
def chat_hazard(chattiness: float, arousal: float) -> float:
    """Messages per second: `chattiness` (per second at full arousal) x arousal (chat follows emotion)."""
    return chattiness * arousal


@register_jitable
def browse_hazard(curiosity: float, phase: float, mood: float, p: Any) -> float:
    """Own visits to the match shopping zone per second: mostly in breaks (`phase`), more in good mood."""
    return curiosity * phase * (1.0 + p.browse_mood * max(0.0, mood))


# --- noticing and clicking --------------------------------------------------------------------------------------------


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


# --- from a page to an order ------------------------------------------------------------------------------------------


@register_jitable
def page_time(u: float, p: Any) -> float:
    """Seconds on a product page until its visitor decides: a minimum plus an exponential."""
    return p.page_minimum - p.page_seconds * math.log(u)


@register_jitable
def pull_to_buy(
    interest: float, price: float, feeling: float, scarce: bool, annoyance: float, tolerance: float, p: Any
) -> float:
    """Log odds, against the neutral visitor, of wanting the product on the page."""
    x = p.interest * (interest - 0.5) + price + feeling - p.buy_annoyance * annoyance / tolerance
    return x + p.scarcity_effect if scarce else x


@register_jitable
def decide(u: float, pull: float, p: Any) -> int:
    """What a look at a page ends in: NOTHING, SAVE, CART or BUY, by a multinomial logit against NOTHING.

    Neutral weights from the Taobao log (UserBehavior 2017); `u` below the first share buys, so a stronger pull moves
    the same person up the same scale.
    """
    pull = max(-MOST, min(MOST, pull))
    buy = math.exp(p.buy_base + pull)
    cart = math.exp(p.cart_base + pull)
    save = math.exp(p.save_base + p.save_effect * pull)
    x = u * (1.0 + save + cart + buy)
    if x < buy:
        return BUY
    if x < buy + cart:
        return CART
    return SAVE if x < buy + cart + save else NOTHING


@register_jitable
def payment_share(one_click: bool, p: Any) -> float:
    """Share of reservations that are paid."""
    return p.order_paid if one_click else p.cart_paid


@register_jitable
def payment_time(u: float, window: float, p: Any) -> float:
    """Seconds to payment for somebody who pays: exponential with mean payment_delay x window, cut at the window."""
    scale = p.payment_delay * window
    return -scale * math.log(1.0 - u * (1.0 - math.exp(-window / scale)))


# --- the shelf is empty -----------------------------------------------------------------------------------------------


@register_jitable
def size_weight(distance: int, p: Any) -> float:
    """e^(V / mu) of a size `distance` steps from one's own: the leaf of the nested logit."""
    return math.exp(-p.size_misfit * distance / p.size_similarity)


@register_jitable
def missing_size(u: float, inclusive: float, p: Any) -> int:
    """A wanted size is missing: OTHER_SIZE, WAIT or WALK, by nested logit.

    `inclusive` is the sum of `size_weight` over the sizes that are there (availability mask); the nest's value is
    size_value + mu ln(inclusive), walking away is 0 (Gruen, Corsten & Bharadwaj 2002 for the shares).
    """
    other = math.exp(p.size_value) * math.pow(inclusive, p.size_similarity) if inclusive > 0.0 else 0.0
    wait = math.exp(p.wait_value)
    x = u * (1.0 + wait + other)
    if x < other:
        return OTHER_SIZE
    return WAIT if x < other + wait else WALK


@register_jitable
def trust_after_refusal(trust: float, p: Any) -> float:
    """Trust after "sold out at checkout": each takes a share (Anderson, Fitzsimons & Simester 2006: direction only)."""
    return trust * (1.0 - p.trust_lost)


# --- annoyance --------------------------------------------------------------------------------------------------------


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
