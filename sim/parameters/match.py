"""Numbers of matches: what happens in them, and how long they last."""

# fmt: off
from __future__ import annotations

from pydantic import BaseModel

from sim.evidence import NONE, number


class Play(BaseModel):
    """Goals, shots, cards, substitutions and video checks."""

    home_expected_goals: float = number(1.55, "goals a match", 1.44, 1.68, "data",
        "engsoccerdata: English first tier 2010-24, 5,320 games", "Goals of a league-average side at home")
    away_expected_goals: float = number(1.25, "goals a match", 1.13, 1.33, "data",
        "engsoccerdata: English first tier 2010-24, 5,320 games", "Goals of a league-average side away")
    goal_ramp: float = number(1.5, "ratio", 1.4, 1.6, "data",
        "International matches since 2010, 18,012 goals: trend over minutes 1-89",
        "Goal rate at 90 minutes over the rate at kick-off")
    extra_time_goal_rate: float = number(0.9, "ratio", 0.6, 1.3, "data",
        "openfootball: 15 goals in 18 extra times, World Cups 2014-22 (few: ±0.2)",
        "Goals a minute in extra time over the mean of the regular match")
    red_card_own: float = number(0.67, "ratio", 0.6, 1, "data",
        "Wyscout open data 2017/18: .66 over 162 red cards at 15-75 min, strength and score not allowed for",
        "Goal rate of a side after one of its players is sent off")
    red_card_opponent: float = number(1.5, "ratio", 1.25, 1.88, "secondary",
        "Below +64.5% (Titman et al. 2015) and +88% (Ridder et al. 1994), both as others quote them; Wyscout data +42%",
        "Goal rate of a side after an opponent is sent off")
    own_goal_share: float = number(0.029, "share", 0.02, 0.04, "data",
        "International matches since 2010, 18,012 goals (leagues 2017/18: .031)", "Goals that are own goals")
    penalty_share: float = number(0.087, "share", 0.06, 0.11, "data",
        "International matches since 2010, 18,012 goals (leagues 2017/18: .080)", "Goals scored from the spot")
    penalty_conversion: float = number(0.73, "share", 0.68, 0.82, "data",
        "Wyscout open data 2017/18: 393 of 541 penalties in 1,826 matches", "Penalties in play that are scored")
    penalty_delay: float = number(75, "s", 60, 90, "assumed", NONE, "From the award of a penalty to the kick")
    penalty_known: float = number(300, "s", 120, 600, "assumed", NONE,
        "How long before a kick an award of the same side is taken to be its own")
    shots: float = number(20.9, "shots a match", 15, 28, "data",
        "Wyscout open data 2017/18, 1,826 matches (23.6 with the goals)", "Shots of both sides that are no goals")
    shot_ramp: float = number(1.2, "ratio", 1, 1.6, "data", "Wyscout open data 2017/18: shots by quarter of an hour",
        "Shot rate at 90 minutes over the rate at kick-off")
    yellow_cards: float = number(3.84, "cards a match", 2, 6, "data", "Wyscout open data 2017/18, 1,826 matches",
        "First yellow cards of both sides")
    yellow_ramp: float = number(5, "ratio", 2, 8, "data",
        "Wyscout open data 2017/18: yellow cards by quarter of an hour",
        "Rate of yellow cards at 90 minutes over the rate at kick-off")
    second_yellow_hazard: float = number(0.0006, "per booked player a minute", 0.0002, 0.0012, "data",
        "Wyscout open data 2017/18: .088 a match over about 146 minutes played by booked players",
        "Chance that a booked player is booked again")
    red_cards: float = number(0.094, "cards a match", 0.04, 0.2, "data", "Wyscout open data 2017/18, 1,826 matches",
        "Straight red cards of both sides")
    red_ramp: float = number(2.5, "ratio", 1, 5, "data",
        "Wyscout open data 2017/18: 171 red cards by quarter of an hour",
        "Rate of straight red cards at 90 minutes over the rate at kick-off")
    substitutions_allowed: int = number(3, "players a side", 3, 5, "data",
        "Wyscout open data 2017/18, before the five of 2020", "Substitutions a side may make")
    substitution_use: float = number(0.951, "share", 0.5, 1, "data", "Wyscout open data 2017/18: 5.7 of 6 a match",
        "Allowed substitutions that are made")
    substitution_minute: float = number(72, "min", 55, 80, "data", "Wyscout open data 2017/18",
        "Median minute of a substitution")
    substitution_shape: float = number(1.6, "Weibull shape", 1, 3, "data",
        "Wyscout open data 2017/18: quartiles of the minute 61.5 and 79.5",
        "How closely substitutions gather about their median")
    var_share: float = number(0.25, "share", 0, 0.6, "assumed", NONE,
        "Goals from play and penalty awards followed by a video check the viewers see")
    var_delay: float = number(30, "s", 10, 90, "assumed", NONE,
        "From the goal or award to the announcement of the check")
    shootout_conversion: float = number(0.75, "share", 0.65, 0.85, "assumed", "No source read",
        "Kicks of a shoot-out that are scored")


class Timetable(BaseModel):
    """How long halves, breaks and shoot-outs last."""

    first_half_stoppage: float = number(1.33, "min", 0.5, 9, "data",
        "Wyscout open data 2017/18, 1,826 matches: 46.3 min", "Mean stoppage, first half")
    first_half_shape: float = number(1.07, "Weibull shape", 0.8, 4, "data",
        "Wyscout open data 2017/18: 5-95% of the half 45.0-48.6 min", "How regular the stoppage of first halves is")
    second_half_stoppage: float = number(3.68, "min", 1, 12, "data",
        "Wyscout open data 2017/18, 1,826 matches: 48.7 min", "Mean stoppage, second half")
    second_half_shape: float = number(2.6, "Weibull shape", 0.8, 6, "data",
        "Wyscout open data 2017/18: 5-95% of the half 46.1-51.2 min", "How regular the stoppage of second halves is")
    first_extra_stoppage: float = number(1.1, "min", 0.2, 5, "data",
        "Wyscout open data, World Cup 2018 and Euro 2016: 16.1 min (few)", "Mean stoppage, first half of extra time")
    second_extra_stoppage: float = number(1.5, "min", 0.2, 6, "data",
        "Wyscout open data, World Cup 2018 and Euro 2016: 16.5 min (few)", "Mean stoppage, second half of extra time")
    shootout_interval: float = number(42, "s", 35, 60, "data",
        "Wyscout open data: shoot-outs last 7.7 min; 10.6 kicks at the conversion above",
        "From one kick of a shoot-out to the next")
    pre_match: float = number(30, "min", 0, 120, "assumed", NONE, "Broadcast before kick-off")
    half_time: float = number(15, "min", 5, 30, "assumed", "What is usual; no source read", "Half-time")
    extra_time_break: float = number(5, "min", 1, 15, "assumed", NONE, "Break before extra time")
    extra_time_half_time: float = number(2, "min", 1, 10, "assumed", NONE, "Half-time of extra time")
    shootout_break: float = number(4, "min", 1, 15, "assumed", NONE, "Break before a shoot-out")
    post_match: float = number(20, "min", 0, 120, "assumed", NONE, "Broadcast after the match")
