"""Numbers of how a match is believed and felt."""

# fmt: off
from __future__ import annotations

from pydantic import BaseModel

from sim.evidence import NONE, number

TUNED = "Tuned to tweets around Manchester United-Liverpool, 20 Oct 2019 (one match)"
TWEETS = "Tweets around Manchester United-Liverpool, 20 Oct 2019, in 10 s bins (one match)"


class Suspense(BaseModel):
    """What is believed of the match, and how much it grips."""

    stoppage_least: float = number(60, "s", 5, 180, "data",
        "Wyscout open data 2017/18: once in added time, 58-71 s of it are left on average",
        "Added time still expected however long it has gone on")
    penalty_wait: float = number(240, "s", 90, 600, "assumed", NONE,
        "After this, a penalty not taken counts as withdrawn")
    suspense_scale: float = number(0.1, "suspense", 0.02, 1, "assumed",
        "Between the mean suspense of a league match (0.07) and that of its end",
        "Suspense at which its effects reach 63% of their bound")
    surprise_scale: float = number(0.2, "surprise", 0.05, 2, "assumed",
        "So that a first goal in the 10th minute (0.33) already makes a strong burst",
        "Surprise at which its effects reach 63% of their bound")


class Arousal(BaseModel):
    """How a match arouses."""

    arousal_floor: float = number(0.02, "arousal", 0, 0.3, "data", TUNED, "Arousal when nothing happens")
    arousal_suspense: float = number(0.15, "arousal", 0, 0.6, "data", TUNED, "Arousal that boundless suspense adds")
    arousal_kickoff: float = number(0.12, "arousal", 0, 0.6, "data", TUNED, "Arousal that kick-off adds")
    arousal_break: float = number(0.25, "arousal", 0, 0.6, "data", TUNED,
        "Arousal that stays through a break after boundless drama")
    arousal_burst: float = number(0.7, "arousal", 0.2, 1, "data", TUNED, "Peak of the burst after boundless surprise")
    arousal_whistle: float = number(0.8, "arousal", 0, 1, "data", TUNED,
        "Peak of the burst when a half ends after boundless drama")
    drama_fades: float = number(30, "min", 5, 120, "assumed", NONE,
        "Time constant in which surprises cease to be talked about")
    anticipation_rise: float = number(1200, "s", 60, 3600, "data", TUNED,
        "Time constant of the anticipation of kick-off")
    anticipation_fall: float = number(120, "s", 30, 900, "data", TUNED, "Time constant of its fading after kick-off")
    burst_rise: float = number(32, "s", 5, 80, "data", TWEETS,
        "Rise constant of a burst (first goal; the equaliser's could not be told from its decay)")
    burst_decay: float = number(147, "s", 87, 700, "data", TWEETS, "Decay constant of a burst: half-life 102 s")
    whistle_rise: float = number(19, "s", 5, 80, "data", TWEETS, "Rise constant of the burst when a half ends")
    whistle_decay: float = number(352, "s", 87, 1500, "data", TWEETS,
        "Decay constant of the burst when a half ends: half-life 4 min")
    salience_goal: float = number(0.15, "share", 0, 1, "assumed", NONE,
        "Share of the greatest burst that any goal makes, however little it surprises")
    salience_decision: float = number(0.2, "share", 0, 1, "assumed", NONE,
        "The same for a red card, a video check, a penalty given or missed, a kick of a shoot-out, the end of a half")
    salience_shot: float = number(0.04, "share", 0, 0.5, "assumed", NONE, "The same for a shot or a yellow card")
    conceding_share: float = number(0.8, "share", 0.3, 1, "assumed",
        "Heart rates rise less on conceding (Barclays/Firstbeat 2014, marketing): direction only",
        "Burst of a side's fans when the event speaks against them")
    neutral_share: float = number(0.6, "share", 0.1, 1, "assumed", NONE, "Burst of neutral viewers over that of fans")
    hush: float = number(0.3, "share", 0.05, 1, "assumed",
        "'Near silence' before penalties (Twitter's data blog, World Cup 2014); the size is assumed",
        "Arousal kept while a kick from the spot is about to be taken")
    hush_lasts: float = number(20, "s", 5, 60, "assumed", NONE, "How long before a kick the hush holds")
    hush_onset: float = number(5, "s", 1, 20, "assumed", NONE, "Time in which a hush falls, and in which it breaks")


class Mood(BaseModel):
    """How a match pleases and hurts."""

    loss_aversion: float = number(2, "ratio", 1, 3, "published",
        "Brown, Imai, Vieider & Camerer 2024 (abstract): 1.955, 95% interval 1.820-2.102",
        "Weight of losses over gains")
    mood_half_life: float = number(16, "min", 10, 45, "secondary",
        "Fitted to three hours after a win (Dolton & MacKerron 2018, as quoted)",
        "Half-life of the part of mood that fades fast")
    mood_plateau_gain: float = number(0.13, "share", 0, 0.5, "secondary",
        "Fitted to three hours after a win (Dolton & MacKerron 2018, as quoted)",
        "Part of a good mood that fades slowly")
    mood_plateau_loss: float = number(0.2, "share", 0, 0.5, "secondary",
        "Fitted to three hours after a loss (Dolton & MacKerron 2018, as quoted)",
        "Part of a bad mood that fades slowly")
    mood_slow: float = number(24, "h", 4, 24, "assumed", NONE, "Time constant of that slow part")
    neutral_delight: float = number(0.05, "mood", 0, 0.5, "assumed", NONE,
        "Mood that boundless surprise gives neutral viewers")


class Attention(BaseModel):
    """How much the picture holds the eyes."""

    attention_open: float = number(0.4, "share", 0, 1, "assumed", NONE, "How much play without suspense holds the eyes")
    attention_stopped: float = number(0.4, "share", 0, 1, "assumed", NONE,
        "How much of that is left while play is stopped")
    stop_goal: float = number(60, "s", 20, 150, "assumed", NONE, "Play stopped after a goal")
    stop_card: float = number(30, "s", 5, 120, "assumed", NONE, "Play stopped after a card")
    stop_sub: float = number(30, "s", 10, 90, "assumed", NONE, "Play stopped for a substitution")
    stop_var: float = number(60, "s", 15, 240, "assumed", NONE, "Play stopped for a video check")
