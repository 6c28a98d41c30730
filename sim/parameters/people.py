"""Numbers of what viewers do, and of what pushes do to them."""

# fmt: off
from __future__ import annotations

from pydantic import BaseModel

from sim.evidence import NONE, number


class Presence(BaseModel):
    """Staying, leaving and coming back."""

    leave_initial: float = number(2.5, "stays", 0.5, 10, "assumed",
        "Twitch's blog 2015: 91% of minutes come from views over 5 min; only the heavy tail follows from it",
        "Leave hazard on arrival, in units of 1 / the viewer's stay")
    leave_settling: float = number(240, "s", 30, 1800, "assumed", NONE,
        "Time on the stream after which the leave hazard has halved")
    leave_suspense: float = number(3, "per unit of suspense", 0, 10, "assumed",
        "Sign: Buraimo et al. 2020; Bizzozero et al. 2016 (abstracts); size not found",
        "Fall of the log leave hazard with suspense")
    leave_mood: float = number(0.25, "per unit of |mood|", 0, 2, "assumed",
        "Sign: shock matters beside suspense (Buraimo et al. 2020, abstract); size not found",
        "Fall of the log leave hazard with strength of mood")
    leave_annoyance: float = number(0.35, "per tolerance", 0, 1.5, "assumed",
        "Direction: Goldstein, McAfee & Suri 2013; annoyance is not mass exit (Krishnan & Sitaraman 2013)",
        "Rise of the log leave hazard for annoyance equal to the viewer's tolerance")
    leave_annoyance_cap: float = number(3, "tolerances", 1, 6, "assumed", "No source found; it bounds the hazard",
        "Annoyance beyond which leaving rises no further")
    leave_break: float = number(1.6, "times", 0.5, 5, "assumed", NONE, "Leave hazard in breaks over that in play")
    leave_after: float = number(12, "times", 1, 60, "assumed", NONE, "Leave hazard after full time over that in play")
    return_rate: float = number(1, "per hour", 0, 10, "assumed", NONE,
        "Rate at which somebody who left looks in again, at floor arousal")
    return_arousal: float = number(4, "per unit of arousal", 0, 20, "assumed",
        "No source found; friends, alerts and noise call people back after a goal",
        "Rise of the return rate with the side's arousal")
    return_annoyance: float = number(0.5, "per tolerance", 0, 2, "assumed", NONE,
        "Fall of the log return rate with annoyance on leaving")


class Browsing(BaseModel):
    """Visits to the shop of one's own accord."""

    browse_play: float = number(0.35, "times", 0, 1, "assumed", NONE, "Shop visits in open play over those in breaks")
    browse_stoppage: float = number(0.7, "times", 0, 2, "assumed", NONE,
        "Shop visits in stoppages over those in breaks")
    browse_mood: float = number(0.6, "per unit of mood", 0, 2, "assumed",
        "Sign: >50% of title merchandise sold within 72 h (Fanatics 2019, secondary); size not found",
        "Rise of shop visits with good mood, none with bad")
    chat_names: float = number(0.05, "share", 0, 0.3, "assumed", NONE,
        "Messages in the chat that name something of the shop's, chosen as on a visit to it")


class Noticing(BaseModel):
    """Noticing and clicking a push."""

    notice_attention: float = number(0.4, "share", 0, 1, "assumed", NONE,
        "Share of noticing lost at full attention to play (unforced surfaces)")
    click_base: float = number(-3.48, "logit", -6, -1, "secondary",
        "Push click-through 1.7-4.6% (CleverTap via businessofapps 2024); 3% at neutral",
        "Log odds of clicking a noticed push, everything neutral")
    relevance_side: float = number(1.2, "logit", 0, 4, "assumed", NONE, "Pull of own side's goods, at average fandom")
    relevance_rival: float = number(3, "logit", 0, 8, "assumed", NONE,
        "Loss of the other side's goods, at average fandom")
    relevance_taste: float = number(1, "logit per s.d.", 0, 3, "assumed", NONE, "Pull of taste for the category")
    interest: float = number(2, "logit", 0, 5, "assumed", NONE,
        "Effect of relevance (0 to 1, centred on a half) on clicking and buying")
    click_attention: float = number(0.9, "logit", 0, 3, "assumed",
        "Direction: Bailey & Konstan 2006; engaged viewers tolerate but click less; size not found",
        "Loss of clicking at full attention to play")
    click_discount: float = number(0.5, "share", 0, 1.5, "assumed", NONE,
        "Share of the price effect on buying that already shows in clicking")
    click_annoyance: float = number(0.2, "logit per tolerance", 0, 3, "assumed",
        "Size not found; so small that more pushes still sell more in the first days, as SmartNews 2022 found (V3.4)",
        "Loss of clicking with annoyance")
    click_wear: float = number(0.4, "logit per log push", 0, 1.5, "assumed",
        "Direction: ads blindness (Hohnhold, O'Brien & Tang 2015). Size: walking after a push, +107% at first and +24% "
        "on average of some 130-210 pushes (Klasnja et al. 2019), fades as k^-0.4; another kind of push, over weeks",
        "Loss of clicking with the logarithm of the pushes noticed tonight")


class Annoyance(BaseModel):
    """Annoyance and muting."""

    annoyance_half_life: float = number(832, "s", 60, 7200, "assumed",
        "No source found; a time constant of 20 min within a match", "Time in which annoyance halves")
    annoyance_peak: float = number(0.7, "share", 0.31, 1.06, "published",
        "Bailey & Konstan 2006 (abstract): 31 to 106% more during a task than at a boundary",
        "Extra annoyance at full attention")
    annoyance_relevant: float = number(0.6, "share", 0, 1, "assumed",
        "Good against bad ads: +19% stay (Goldstein et al. 2013); this size not found",
        "Annoyance spared by a fully relevant push")
    wear_in: float = number(3, "pushes", 0, 10, "assumed",
        "No source found; 2 to 4 pushes in a match, where a lab finds its peak at 10 (Schmidt & Eisend 2015)",
        "Pushes noticed before they wear")
    wear_rate: float = number(0.15, "per push", 0, 1, "assumed", NONE, "Rise of annoyance per push beyond that")
    wear_limit: float = number(3, "times", 1, 10, "assumed", "No source found; it bounds the wear",
        "Largest factor of wear")
    mute_rate: float = number(0.001, "per push", 0, 0.05, "assumed",
        "Push opt-in is 51 to 81% over months (CleverTap via businessofapps 2024); per-push rate not found",
        "Hazard of muting at a noticed push, no annoyance")
    mute_annoyance: float = number(0.5, "per tolerance", 0, 4, "secondary",
        "LinkedIn's blog 2015: complaints grow as volume^1.36-1.51; set so that mutes do, over 4 to 16 pop-ups "
        "a match (V3.3)",
        "Rise of the log mute hazard with annoyance")
