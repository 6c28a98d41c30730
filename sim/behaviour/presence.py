"""Being there: staying, leaving, coming back, writing, looking round the shop."""

from __future__ import annotations

import math
from typing import Any

from numba.extending import register_jitable


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
