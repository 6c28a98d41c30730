"""Every number the model claims about people, with its unit, its plausible range and where it comes from.

A scenario may set any of them under `assumptions:`; nothing else in the code holds a number about behaviour.
Evidence: "data" was computed from data that can be had, "published" was read in a paper or its abstract, "secondary"
in somebody's account of it, and "assumed" has no source and must be varied before a conclusion rests on it.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Evidence = Literal["data", "published", "secondary", "assumed"]


def number(default: float, unit: str, low: float, high: float, evidence: Evidence, source: str, meaning: str) -> Any:
    """A documented model number: `low` and `high` bound what a scenario may set."""
    extra: dict[str, Any] = {"unit": unit, "evidence": evidence, "source": source}
    return Field(default, ge=low, le=high, description=f"{meaning} [{unit}]", json_schema_extra=extra)


class Parameters(BaseModel):
    """The numbers behind emotion, presence, attention, buying and annoyance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # --- the match ------------------------------------------------------------------------------------------------
    home_expected_goals: float = number(
        1.55, "goals a match", 1.44, 1.68, "data", "engsoccerdata: English first tier 2010-24, 5,320 games",
        "Goals of a league-average side at home",
    )  # fmt: skip
    away_expected_goals: float = number(
        1.25, "goals a match", 1.13, 1.33, "data", "engsoccerdata: English first tier 2010-24, 5,320 games",
        "Goals of a league-average side away",
    )  # fmt: skip
    goal_ramp: float = number(
        1.5, "ratio", 1.4, 1.6, "data", "International matches since 2010, 18,012 goals: trend over minutes 1-89",
        "Goal rate at 90 minutes over the rate at kick-off",
    )  # fmt: skip
    extra_time_goal_rate: float = number(
        0.9, "ratio", 0.6, 1.3, "data", "openfootball: 15 goals in 18 extra times, World Cups 2014-22 (few: ±0.2)",
        "Goals a minute in extra time over the mean of the regular match",
    )  # fmt: skip
    red_card_own: float = number(
        0.67, "ratio", 0.6, 1.0, "data",
        "Wyscout open data 2017/18: .66 over 162 red cards at 15-75 min, strength and score not allowed for",
        "Goal rate of a side after one of its players is sent off",
    )  # fmt: skip
    red_card_opponent: float = number(
        1.5, "ratio", 1.25, 1.88, "secondary",
        "Below +64.5% (Titman et al. 2015) and +88% (Ridder et al. 1994), both as others quote them; Wyscout data +42%",
        "Goal rate of a side after an opponent is sent off",
    )  # fmt: skip
    own_goal_share: float = number(
        0.029, "share", 0.02, 0.04, "data", "International matches since 2010, 18,012 goals (leagues 2017/18: .031)",
        "Goals that are own goals",
    )  # fmt: skip
    penalty_share: float = number(
        0.087, "share", 0.06, 0.11, "data", "International matches since 2010, 18,012 goals (leagues 2017/18: .080)",
        "Goals scored from the spot",
    )  # fmt: skip
    penalty_conversion: float = number(
        0.73, "share", 0.68, 0.82, "data", "Wyscout open data 2017/18: 393 of 541 penalties in 1,826 matches",
        "Penalties in play that are scored",
    )  # fmt: skip
    penalty_delay: float = number(
        75, "s", 60, 90, "assumed", "No source found", "From the award of a penalty to the kick",
    )  # fmt: skip
    shots: float = number(
        20.9, "shots a match", 15, 28, "data", "Wyscout open data 2017/18, 1,826 matches (23.6 with the goals)",
        "Shots of both sides that are no goals",
    )  # fmt: skip
    shot_ramp: float = number(
        1.2, "ratio", 1.0, 1.6, "data", "Wyscout open data 2017/18: shots by quarter of an hour",
        "Shot rate at 90 minutes over the rate at kick-off",
    )  # fmt: skip
    yellow_cards: float = number(
        3.84, "cards a match", 2, 6, "data", "Wyscout open data 2017/18, 1,826 matches",
        "First yellow cards of both sides",
    )  # fmt: skip
    yellow_ramp: float = number(
        5, "ratio", 2, 8, "data", "Wyscout open data 2017/18: yellow cards by quarter of an hour",
        "Rate of yellow cards at 90 minutes over the rate at kick-off",
    )  # fmt: skip
    second_yellow_hazard: float = number(
        0.0006, "per booked player a minute", 0.0002, 0.0012, "data",
        "Wyscout open data 2017/18: .088 a match over about 146 minutes played by booked players",
        "Chance that a booked player is booked again",
    )  # fmt: skip
    red_cards: float = number(
        0.094, "cards a match", 0.04, 0.2, "data", "Wyscout open data 2017/18, 1,826 matches",
        "Straight red cards of both sides",
    )  # fmt: skip
    red_ramp: float = number(
        2.5, "ratio", 1, 5, "data", "Wyscout open data 2017/18: 171 red cards by quarter of an hour",
        "Rate of straight red cards at 90 minutes over the rate at kick-off",
    )  # fmt: skip
    substitutions_allowed: int = number(
        3, "players a side", 3, 5, "data", "Wyscout open data 2017/18, before the five of 2020",
        "Substitutions a side may make",
    )  # fmt: skip
    substitution_use: float = number(
        0.951, "share", 0.5, 1, "data", "Wyscout open data 2017/18: 5.7 of 6 a match",
        "Allowed substitutions that are made",
    )  # fmt: skip
    substitution_minute: float = number(
        72, "min", 55, 80, "data", "Wyscout open data 2017/18", "Median minute of a substitution"
    )
    substitution_shape: float = number(
        1.6, "Weibull shape", 1, 3, "data", "Wyscout open data 2017/18: quartiles of the minute 61.5 and 79.5",
        "How closely substitutions gather about their median",
    )  # fmt: skip
    var_share: float = number(
        0.25, "share", 0, 0.6, "assumed", "No source found",
        "Goals from play and penalty awards followed by a video check the viewers see",
    )  # fmt: skip
    var_delay: float = number(
        30, "s", 10, 90, "assumed", "No source found", "From the goal or award to the announcement of the check"
    )
    first_half_stoppage: float = number(
        1.33, "min", 0.5, 9, "data", "Wyscout open data 2017/18, 1,826 matches: 46.3 min", "Mean stoppage, first half"
    )
    first_half_shape: float = number(
        1.07, "Weibull shape", 0.8, 4, "data", "Wyscout open data 2017/18: 5-95% of the half 45.0-48.6 min",
        "How regular the stoppage of first halves is",
    )  # fmt: skip
    second_half_stoppage: float = number(
        3.68, "min", 1, 12, "data", "Wyscout open data 2017/18, 1,826 matches: 48.7 min", "Mean stoppage, second half"
    )
    second_half_shape: float = number(
        2.6, "Weibull shape", 0.8, 6, "data", "Wyscout open data 2017/18: 5-95% of the half 46.1-51.2 min",
        "How regular the stoppage of second halves is",
    )  # fmt: skip
    first_extra_stoppage: float = number(
        1.1, "min", 0.2, 5, "data", "Wyscout open data, World Cup 2018 and Euro 2016: 16.1 min (few)",
        "Mean stoppage, first half of extra time",
    )  # fmt: skip
    second_extra_stoppage: float = number(
        1.5, "min", 0.2, 6, "data", "Wyscout open data, World Cup 2018 and Euro 2016: 16.5 min (few)",
        "Mean stoppage, second half of extra time",
    )  # fmt: skip
    shootout_conversion: float = number(
        0.75, "share", 0.65, 0.85, "assumed", "No source read", "Kicks of a shoot-out that are scored"
    )
    shootout_interval: float = number(
        42, "s", 35, 60, "data", "Wyscout open data: shoot-outs last 7.7 min; 10.6 kicks at the conversion above",
        "From one kick of a shoot-out to the next",
    )  # fmt: skip
    pre_match: float = number(30, "min", 0, 120, "assumed", "No source found", "Broadcast before kick-off")
    half_time: float = number(15, "min", 5, 30, "assumed", "What is usual; no source read", "Half-time")
    extra_time_break: float = number(5, "min", 1, 15, "assumed", "No source found", "Break before extra time")
    extra_time_half_time: float = number(2, "min", 0.5, 10, "assumed", "No source found", "Half-time of extra time")
    shootout_break: float = number(4, "min", 1, 15, "assumed", "No source found", "Break before a shoot-out")
    post_match: float = number(20, "min", 0, 120, "assumed", "No source found", "Broadcast after the match")

    # --- beliefs and emotion --------------------------------------------------------------------------------------
    stoppage_least: float = number(
        60, "s", 5, 180, "data", "Wyscout open data 2017/18: once in added time, 58-71 s of it are left on average",
        "Added time still expected however long it has gone on",
    )  # fmt: skip
    penalty_wait: float = number(
        240, "s", 90, 600, "assumed", "No source found", "After this, a penalty not taken counts as withdrawn"
    )
    suspense_scale: float = number(
        0.1, "suspense", 0.02, 1, "assumed", "Between the mean suspense of a league match (0.07) and that of its end",
        "Suspense at which its effects reach 63% of their bound",
    )  # fmt: skip
    surprise_scale: float = number(
        0.2, "surprise", 0.05, 2, "assumed",
        "So that a first goal in the 10th minute (0.33) already makes a strong burst",
        "Surprise at which its effects reach 63% of their bound",
    )  # fmt: skip
    arousal_floor: float = number(
        0.02, "arousal", 0, 0.3, "data",
        "Tuned to tweets around Manchester United-Liverpool, 20 Oct 2019 (one match)",
        "Arousal when nothing happens",
    )  # fmt: skip
    arousal_suspense: float = number(
        0.15, "arousal", 0, 0.6, "data",
        "Tuned to tweets around Manchester United-Liverpool, 20 Oct 2019 (one match)",
        "Arousal that boundless suspense adds",
    )  # fmt: skip
    arousal_kickoff: float = number(
        0.12, "arousal", 0, 0.6, "data",
        "Tuned to tweets around Manchester United-Liverpool, 20 Oct 2019 (one match)",
        "Arousal that kick-off adds",
    )  # fmt: skip
    arousal_break: float = number(
        0.25, "arousal", 0, 0.6, "data",
        "Tuned to tweets around Manchester United-Liverpool, 20 Oct 2019 (one match)",
        "Arousal that stays through a break after boundless drama",
    )  # fmt: skip
    arousal_burst: float = number(
        0.7, "arousal", 0.2, 1, "data",
        "Tuned to tweets around Manchester United-Liverpool, 20 Oct 2019 (one match)",
        "Peak of the burst after boundless surprise",
    )  # fmt: skip
    arousal_whistle: float = number(
        0.8, "arousal", 0, 1, "data",
        "Tuned to tweets around Manchester United-Liverpool, 20 Oct 2019 (one match)",
        "Peak of the burst when a half ends after boundless drama",
    )  # fmt: skip
    drama_fades: float = number(
        30, "min", 5, 120, "assumed", "No source found", "Time constant in which surprises cease to be talked about"
    )
    anticipation_rise: float = number(
        1200, "s", 60, 3600, "data", "Tuned to tweets around Manchester United-Liverpool, 20 Oct 2019 (one match)",
        "Time constant of the anticipation of kick-off",
    )  # fmt: skip
    anticipation_fall: float = number(
        120, "s", 30, 900, "data", "Tuned to tweets around Manchester United-Liverpool, 20 Oct 2019 (one match)",
        "Time constant of its fading after kick-off",
    )  # fmt: skip
    burst_rise: float = number(
        32, "s", 5, 80, "data", "Tweets around Manchester United-Liverpool, 20 Oct 2019, in 10 s bins (one match)",
        "Rise constant of a burst (first goal; the equaliser's could not be told from its decay)",
    )  # fmt: skip
    burst_decay: float = number(
        147, "s", 87, 700, "data", "Tweets around Manchester United-Liverpool, 20 Oct 2019, in 10 s bins (one match)",
        "Decay constant of a burst: half-life 102 s",
    )  # fmt: skip
    whistle_rise: float = number(
        19, "s", 5, 80, "data", "Tweets around Manchester United-Liverpool, 20 Oct 2019, in 10 s bins (one match)",
        "Rise constant of the burst when a half ends",
    )  # fmt: skip
    whistle_decay: float = number(
        352, "s", 87, 1500, "data", "Tweets around Manchester United-Liverpool, 20 Oct 2019, in 10 s bins (one match)",
        "Decay constant of the burst when a half ends: half-life 4 min",
    )  # fmt: skip
    salience_goal: float = number(
        0.15, "share", 0, 1, "assumed", "No source found",
        "Share of the greatest burst that any goal makes, however little it surprises",
    )  # fmt: skip
    salience_decision: float = number(
        0.2, "share", 0, 1, "assumed", "No source found",
        "The same for a red card, a video check, a penalty given or missed, a kick of a shoot-out, the end of a half",
    )  # fmt: skip
    salience_shot: float = number(
        0.04, "share", 0, 0.5, "assumed", "No source found", "The same for a shot or a yellow card"
    )
    conceding_share: float = number(
        0.8, "share", 0.3, 1, "assumed",
        "Heart rates rise less on conceding (Barclays/Firstbeat 2014, marketing): direction only",
        "Burst of a side's fans when the event speaks against them",
    )  # fmt: skip
    neutral_share: float = number(
        0.6, "share", 0.1, 1, "assumed", "No source found", "Burst of neutral viewers over that of fans"
    )
    hush: float = number(
        0.3, "share", 0.05, 1, "assumed",
        "'Near silence' before penalties (Twitter's data blog, World Cup 2014); the size is assumed",
        "Arousal kept while a kick from the spot is about to be taken",
    )  # fmt: skip
    hush_lasts: float = number(20, "s", 5, 60, "assumed", "No source found", "How long before a kick the hush holds")
    loss_aversion: float = number(
        2, "ratio", 1, 3, "published",
        "Brown, Imai, Vieider & Camerer 2024 (abstract): 1.955, 95% interval 1.820-2.102",
        "Weight of losses over gains",
    )  # fmt: skip
    mood_half_life: float = number(
        16, "min", 10, 45, "secondary", "Fitted to three hours after a win (Dolton & MacKerron 2018, as quoted)",
        "Half-life of the part of mood that fades fast",
    )  # fmt: skip
    mood_plateau_gain: float = number(
        0.13, "share", 0, 0.5, "secondary", "Fitted to three hours after a win (Dolton & MacKerron 2018, as quoted)",
        "Part of a good mood that fades slowly",
    )  # fmt: skip
    mood_plateau_loss: float = number(
        0.2, "share", 0, 0.5, "secondary", "Fitted to three hours after a loss (Dolton & MacKerron 2018, as quoted)",
        "Part of a bad mood that fades slowly",
    )  # fmt: skip
    mood_slow: float = number(24, "h", 4, 24, "assumed", "No source found", "Time constant of that slow part")
    neutral_delight: float = number(
        0.05, "mood", 0, 0.5, "assumed", "No source found", "Mood that boundless surprise gives neutral viewers"
    )
    attention_open: float = number(
        0.4, "share", 0, 1, "assumed", "No source found", "How much play without suspense holds the eyes"
    )
    attention_stopped: float = number(
        0.4, "share", 0, 1, "assumed", "No source found", "How much of that is left while play is stopped"
    )
    stop_goal: float = number(60, "s", 20, 150, "assumed", "No source found", "Play stopped after a goal")
    stop_card: float = number(30, "s", 5, 120, "assumed", "No source found", "Play stopped after a card")
    stop_sub: float = number(30, "s", 10, 90, "assumed", "No source found", "Play stopped for a substitution")
    stop_var: float = number(60, "s", 15, 240, "assumed", "No source found", "Play stopped for a video check")

    # --- being there ----------------------------------------------------------------------------------------------
    leave_initial: float = number(
        2.5,
        "stays",
        0.5,
        10.0,
        "assumed",
        "gives a decreasing hazard, heavy-tailed stays (Twitch 2015: 91% of minutes "
        "come from views over 5 min, secondary)",
        "leave hazard on arrival, in units of 1 / the viewer's stay",
    )
    leave_settling: float = number(
        240.0,
        "s",
        30.0,
        1800.0,
        "assumed",
        "no source found",
        "time on the stream after which the leave hazard has halved",
    )
    leave_suspense: float = number(
        3.0,
        "per unit of suspense",
        0.0,
        10.0,
        "assumed",
        "sign: Buraimo et al. 2020; Bizzozero et al. 2016 (abstracts); size not found",
        "fall of the log leave hazard with suspense",
    )
    leave_mood: float = number(
        0.25,
        "per unit of |mood|",
        0.0,
        2.0,
        "assumed",
        "sign: shock matters beside suspense (Buraimo et al. 2020, abstract)",
        "fall of the log leave hazard with strength of mood",
    )
    leave_annoyance: float = number(
        0.35,
        "per tolerance",
        0.0,
        1.5,
        "assumed",
        "direction: Goldstein, McAfee & Suri 2013; annoyance is not mass exit (Krishnan & Sitaraman 2013)",
        "rise of the log leave hazard for annoyance equal to the viewer's tolerance",
    )
    leave_annoyance_cap: float = number(
        3.0,
        "tolerances",
        1.0,
        6.0,
        "assumed",
        "bounds the hazard",
        "annoyance beyond which leaving rises no further",
    )
    leave_break: float = number(
        1.6, "times", 0.5, 5.0, "assumed", "no source found", "leave hazard in breaks against play"
    )
    leave_after: float = number(
        12.0, "times", 1.0, 60.0, "assumed", "no source found", "leave hazard after full time against play"
    )
    return_rate: float = number(
        1.0,
        "per hour",
        0.0,
        10.0,
        "assumed",
        "no source found",
        "rate at which somebody who left looks in again, at floor arousal",
    )
    return_arousal: float = number(
        4.0,
        "per unit of arousal",
        0.0,
        20.0,
        "assumed",
        "friends, alerts and noise call people back after a goal; size not found",
        "rise of the return rate with the side's arousal",
    )
    return_annoyance: float = number(
        0.5,
        "per tolerance",
        0.0,
        2.0,
        "assumed",
        "no source found",
        "fall of the log return rate with annoyance on leaving",
    )

    # --- chat and browsing of one's own accord ----------------------------------------------------------------------
    browse_play: float = number(
        0.35, "times", 0.0, 1.0, "assumed", "no source found", "shop visits in open play against breaks"
    )
    browse_stoppage: float = number(
        0.7, "times", 0.0, 2.0, "assumed", "no source found", "shop visits in stoppages against breaks"
    )
    browse_mood: float = number(
        0.6,
        "per unit of mood",
        0.0,
        2.0,
        "assumed",
        "sign: >50% of title merchandise within 72 h (Fanatics 2019, secondary)",
        "rise of shop visits with good mood, none with bad",
    )

    # --- noticing and clicking --------------------------------------------------------------------------------------
    notice_attention: float = number(
        0.4,
        "share",
        0.0,
        1.0,
        "assumed",
        "no source found",
        "share of noticing lost at full attention to play (unforced surfaces)",
    )
    click_base: float = number(
        -3.48,
        "logit",
        -6.0,
        -1.0,
        "secondary",
        "push click-through 1.7-4.6% (CleverTap via businessofapps 2024); 3% at neutral",
        "log odds of clicking a noticed push, everything neutral",
    )
    relevance_side: float = number(
        1.2, "logit", 0.0, 4.0, "assumed", "no source found", "own side's goods, at average fandom"
    )
    relevance_rival: float = number(
        3.0, "logit", 0.0, 8.0, "assumed", "no source found", "penalty of the other side's goods"
    )
    relevance_taste: float = number(
        1.0, "logit per s.d.", 0.0, 3.0, "assumed", "no source found", "taste for the category"
    )
    interest: float = number(
        2.0,
        "logit",
        0.0,
        5.0,
        "assumed",
        "no source found",
        "effect of relevance (0 to 1, centred on a half) on clicking and buying",
    )
    click_attention: float = number(
        0.9,
        "logit",
        0.0,
        3.0,
        "assumed",
        "direction: Bailey & Konstan 2006; engaged viewers tolerate but click less",
        "loss of clicking at full attention to play",
    )
    click_discount: float = number(
        0.5,
        "share",
        0.0,
        1.5,
        "assumed",
        "no source found",
        "share of the price effect on buying that already shows in clicking",
    )
    click_annoyance: float = number(
        0.5, "logit per tolerance", 0.0, 3.0, "assumed", "no source found", "loss of clicking with annoyance"
    )

    # --- emotion, trust and others' voices in buying ------------------------------------------------------------------
    impulse_arousal: float = number(
        2.4,
        "logit",
        0.0,
        6.0,
        "assumed",
        "positive emotion and impulse buying r = .32 (Santini et al. 2019, abstract); form S-O-R",
        "linear effect of arousal",
    )
    impulse_arousal_square: float = number(
        2.0,
        "logit",
        0.0,
        6.0,
        "assumed",
        "inverted U of emotion on sales (Du & Huang 2025, abstract)",
        "quadratic loss with arousal",
    )
    impulse_mood: float = number(
        0.8, "logit", 0.0, 3.0, "assumed", "as for arousal; lift of 2 to 5 at a peak of joy", "effect of mood"
    )
    trust_effect: float = number(
        1.5, "logit", 0.0, 5.0, "assumed", "no source found", "effect of trust (0 to 1) against its average"
    )
    trust_average: float = number(
        0.7, "share", 0.1, 0.95, "assumed", "no source found", "average trust of a viewer in the shop"
    )
    host_effect: float = number(
        0.5, "logit", 0.0, 3.0, "assumed", "no source found", "effect of host affinity x trust on host mentions"
    )
    heat_effect: float = number(
        0.30,
        "logit",
        0.0,
        2.0,
        "assumed",
        "chat count to sales is an inverted U (Zhao et al. 2024, abstract)",
        "linear effect of chat heat",
    )
    heat_effect_square: float = number(0.08, "logit", 0.0, 1.0, "assumed", "as above", "quadratic loss with chat heat")
    heat_usual: float = number(
        0.06,
        "per viewer and minute",
        0.001,
        5.0,
        "assumed",
        "what counts as much chat is relative; no source found",
        "usual chat rate",
    )
    scarcity_effect: float = number(
        0.15,
        "logit",
        0.0,
        1.0,
        "assumed",
        "scarcity meta-analyses conflict (Barton 2022; Ladeira 2023)",
        "effect of a low-stock badge",
    )
    scarcity_share: float = number(
        0.1,
        "share",
        0.0,
        0.5,
        "assumed",
        "no source found",
        "stock left, as share of the first stock, that shows the badge",
    )

    # --- from a page to an order --------------------------------------------------------------------------------------
    page_seconds: float = number(
        25.0, "s", 5.0, 120.0, "assumed", "no source found", "mean time on a product page beyond the first seconds"
    )
    page_minimum: float = number(4.0, "s", 0.0, 30.0, "assumed", "no source found", "shortest time on a product page")
    save_base: float = number(
        -3.32, "logit", -6.0, -1.0, "data", "Taobao UserBehavior 2017: favourites / views 3.22%", "saving, neutral"
    )
    cart_base: float = number(
        -2.68,
        "logit",
        -6.0,
        -1.0,
        "data",
        "Taobao UserBehavior 2017: carts / views 6.16%",
        "adding to the cart, neutral",
    )
    buy_base: float = number(
        -5.4,
        "logit",
        -9.0,
        -1.0,
        "data",
        "with carts paid at 30%: Taobao buys / views 2.25%",
        "buying with one click, neutral",
    )
    save_effect: float = number(
        0.5, "share", 0.0, 1.0, "assumed", "no source found", "share of the pull to buy that also makes people save"
    )
    price_elasticity: float = number(
        -2.0,
        "log odds per log price",
        -4.0,
        0.0,
        "published",
        "Bijmolt et al. 2005 mean -2.62; sportswear not found: -1 to -3",
        "effect of price against the reference price",
    )
    price_loss_aversion: float = number(
        2.0,
        "times",
        1.0,
        3.0,
        "published",
        "Brown et al. 2024 meta-analysis 1.955",
        "weight of a price above the reference against one below",
    )
    buy_annoyance: float = number(
        0.4, "logit per tolerance", 0.0, 3.0, "assumed", "no source found", "loss of buying with annoyance"
    )
    cart_paid: float = number(
        0.30, "share", 0.0, 1.0, "secondary", "cart abandonment 70% (Baymard)", "carts that are paid"
    )
    order_paid: float = number(
        0.92, "share", 0.0, 1.0, "assumed", "unpaid-order rate not found", "one-click orders that are paid"
    )
    payment_delay: float = number(
        0.25, "share", 0.02, 1.0, "assumed", "no source found", "mean time to payment, as share of the payment window"
    )
    payment_window: float = number(
        1800.0,
        "s",
        300.0,
        7200.0,
        "secondary",
        "software defaults 30 to 120 min",
        "time to pay before the stock goes back",
    )
    payment_window_flash: float = number(
        900.0, "s", 60.0, 7200.0, "secondary", "software defaults 15 to 60 min", "the same under a discount"
    )

    # --- the shelf is empty -------------------------------------------------------------------------------------------
    size_misfit: float = number(
        2.0, "logit per size", 0.0, 8.0, "assumed", "no source found", "loss of utility per size away from one's own"
    )
    size_similarity: float = number(
        0.5,
        "mu",
        0.1,
        1.0,
        "assumed",
        "nested logit, 0.3 to 0.7",
        "independence of the sizes of one product (1 = independent)",
    )
    size_value: float = number(
        1.8,
        "logit",
        -5.0,
        5.0,
        "secondary",
        "with a size missing about .45 / .40 / .15 substitute, go, wait (Gruen et al. 2002)",
        "another size of the same product, against walking away",
    )
    wait_value: float = number(
        -1.0, "logit", -8.0, 5.0, "secondary", "as above", "waiting for new stock, against walking away"
    )
    wait_seconds: float = number(
        1200.0, "s", 60.0, 7200.0, "assumed", "no source found", "how long somebody waits before looking again"
    )
    trust_lost: float = number(
        0.2,
        "share",
        0.0,
        0.9,
        "assumed",
        "direction: Anderson, Fitzsimons & Simester 2006; percentages not found",
        "trust lost to one 'sold out at checkout'",
    )

    # --- annoyance ----------------------------------------------------------------------------------------------------
    annoyance_half_life: float = number(
        832.0, "s", 60.0, 7200.0, "assumed", "tau 20 min within a match", "time in which annoyance halves"
    )
    annoyance_peak: float = number(
        0.7,
        "share",
        0.31,
        1.06,
        "published",
        "Bailey & Konstan 2006: 31 to 106% more during a task than at a boundary",
        "extra annoyance at full attention",
    )
    annoyance_relevant: float = number(
        0.6,
        "share",
        0.0,
        1.0,
        "assumed",
        "good against bad ads +19% stay (Goldstein et al. 2013)",
        "annoyance spared by a fully relevant push",
    )
    wear_in: float = number(
        3.0,
        "pushes",
        0.0,
        10.0,
        "assumed",
        "2 to 4 pushes in a match; lab peak 10 (Schmidt & Eisend 2015)",
        "pushes noticed before they wear",
    )
    wear_rate: float = number(
        0.15, "per push", 0.0, 1.0, "assumed", "no source found", "rise of annoyance per push beyond that"
    )
    wear_limit: float = number(3.0, "times", 1.0, 10.0, "assumed", "bounds the wear", "largest factor of wear")
    mute_rate: float = number(
        0.001,
        "per push",
        0.0,
        0.05,
        "assumed",
        "push opt-in 51 to 81% over months; per-push rate not found",
        "hazard of muting at a noticed push, no annoyance",
    )
    mute_annoyance: float = number(
        0.8,
        "per tolerance",
        0.0,
        4.0,
        "data",
        "LinkedIn 2015: complaints grow as volume^1.36-1.51",
        "rise of the log mute hazard with annoyance",
    )
