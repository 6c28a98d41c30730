"""Played nights against what is known of audiences: suspense, surprise and shock hold them; chat follows goals.

Regression as in the minute-audience studies (Buraimo, Forrest, McHale & Tena 2020; their sizes could not be read, so
only signs, order and an upper bound are asked): ln V_t = a_match + f(minute) + rho ln V_(t-1) + b z, by least squares.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from policies.no_push import NoPush
from sim.engine.play import Played, play
from sim.world.night import World
from sim.world.scenario import Scenario
from tests.validation.check import Check

TITLE = "Audience and chat of played nights"
MATCHES, VIEWERS = 80, 3000
AGES = ((0.0, 300.0), (300.0, 1800.0))  # of stays [s]
KEPT = MATCHES  # nights whose rows are kept
SETTLED = "who is still there late has settled, so suspense has less left to hold; no parameter here makes it otherwise"
LEVEL = (
    "a level match stays suspenseful to the end, and suspense is all that holds viewers here; nobody dislikes a draw"
)
BURAIMO = "signs: Buraimo et al. 2020; Bizzozero et al. 2016"


def checks() -> list[Check]:
    """Checks on `MATCHES` generated league matches before `VIEWERS` viewers each, without pushes."""
    return [*_regression(), *_stays(), *_chat()]


@cache
def nights() -> tuple[Played, ...]:
    """The nights all checks share."""
    team = {"expected_goals": 1.4}
    good = {"name": "ball", "category": "equipment", "price": 30.0, "cost": 10.0, "stock": 10**6}
    scenario = Scenario.model_validate(
        {
            "name": "validation",
            "match": {"source": "generated", "home": {"name": "A", **team}, "away": {"name": "B", **team}},
            "audience": {"viewers": VIEWERS},
            "days_after": 0,
            "shop": {"products": {"ball": good}},
        }
    )
    world = World(scenario, (None,), Path("validation.yaml"), "")
    return tuple(play(world.night(7, r), NoPush(), "no_push", keep=r < KEPT) for r in range(MATCHES))


def minutes(played: Played, match: int) -> pd.DataFrame:
    """One row a minute of play: audience, and what was felt in the minute before."""
    beliefs, opens = played.night.stage.beliefs, played.night.stage.match.opens
    present = played.books.counts.presence[:-1].sum(axis=1).cumsum()  # without what is after the broadcast
    minute = np.arange(1, len(present))
    starts = (minute * 60).astype(int)
    playing = [played.night.stage.match.period_at(opens + s).playing for s in starts]
    surprise = np.zeros(len(present))
    for s in beliefs.surprises:
        surprise[int((s.at - opens) // 60)] += s.size
    frame = pd.DataFrame(
        {
            "match": match,
            "minute": minute,
            "y": np.log(present[1:]),
            "lag": np.log(present[:-1].clip(1)),
            "suspense": beliefs.suspense[starts - 60],
            "surprise": surprise[:-1],
            "shock": beliefs.shock[starts],
        }
    )
    return frame[playing]


def fit(frame: pd.DataFrame, effects: list[str]) -> tuple[pd.Series, pd.Series]:
    """Coefficients and t values with effects of match and of minute taken out."""
    z = frame.copy()
    for name in ("suspense", "surprise", "shock"):
        z[name] = (z[name] - z[name].mean()) / z[name].std()
    z["late"] = z["minute"] > z["minute"].median()
    z["late_suspense"], z["late_surprise"] = z["late"] * z["suspense"], z["late"] * z["surprise"]
    columns = ["y", "lag", *effects]
    inner = z[columns].astype(float)
    for key in ("match", "minute", "match", "minute"):
        inner = inner - inner.groupby(z[key]).transform("mean")
    x, y = inner[columns[1:]].to_numpy(), inner["y"].to_numpy()
    beta, *_ = np.linalg.lstsq(x, y, rcond=None)
    residual = y - x @ beta
    variance = residual @ residual / (len(y) - x.shape[1] - MATCHES - z["minute"].nunique())
    error = np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * variance)
    return pd.Series(beta, columns[1:]), pd.Series(beta / error, columns[1:])


def _regression() -> Iterator[Check]:
    frame = pd.concat([minutes(played, i) for i, played in enumerate(nights())])
    beta, t = fit(frame, ["suspense", "surprise", "shock"])
    critical = float(stats.norm.ppf(0.995))
    yield Check("V1.1a", "t value of suspense on ln audience", t["suspense"], critical, np.inf, BURAIMO)
    yield Check("V1.1b", "t value of surprise", t["surprise"], critical, np.inf, BURAIMO)
    yield Check("V1.1c", "t value of shock (may be about 0)", t["shock"], -critical, np.inf, BURAIMO)
    _, late = fit(frame, ["suspense", "surprise", "shock", "late_suspense", "late_surprise"])
    yield Check(
        "V1.2b", "t value of suspense x second half", late["late_suspense"], 0, np.inf, "Bizzozero et al. 2016", SETTLED
    )
    long_run = 100 * (beta["suspense"] + beta["surprise"]) / (1 - beta["lag"])
    bound = "upper bound: attendance +11.2% per s.d. (Ferguson & Lakhani 2021)"
    yield Check("V1.3", "long-run effect of +1 s.d. suspense and surprise [%]", long_run, 0, 11.2, bound)
    alavy = "Alavy et al. 2010"
    yield Check("V1.4a", "late slope of ln audience on P(draw), per unit", _draw_slope(), -np.inf, 0, alavy, LEVEL)
    yield Check("V1.4b", "mean audience, decided matches / draws", _decided(), 1, np.inf, alavy, LEVEL)


def _draw_slope() -> float:
    """Slope of the change in ln audience over the last ten minutes on the mean belief in a draw."""
    change, draw = [], []
    for played in nights():
        stage = played.night.stage
        end = int((stage.match.full_time - stage.match.opens) // 60)
        present = played.books.counts.presence[:-1].sum(axis=1).cumsum()  # without what is after the broadcast
        change.append(np.log(present[end - 1] / present[end - 11]))
        draw.append(stage.beliefs.p[(end - 11) * 60 : (end - 1) * 60, 1].mean())
    return float(np.polyfit(draw, change, 1)[0])


def _decided() -> float:
    mean: dict[bool, list[float]] = {True: [], False: []}
    for played in nights():
        match = played.night.stage.match
        first, last = (int((s - match.opens) // 60) for s in (0.0, match.full_time))
        present = played.books.counts.presence.sum(axis=1).cumsum()
        mean[match.score[0] == match.score[1]].append(present[first:last].mean())
    return float(np.mean(mean[False]) / np.mean(mean[True]))


def _stays() -> Iterator[Check]:
    """Stays have a heavy tail: most minutes come from the long ones."""
    rows = pd.concat([p.ledger.frame().assign(night=i) for i, p in enumerate(nights()[:KEPT])], ignore_index=True)
    moves = rows[rows["kind"] <= 2].sort_values(["night", "viewer", "time"])
    length = moves["time"].shift(-1) - moves["time"]
    same = (moves["viewer"].shift(-1) == moves["viewer"]) & (moves["kind"] != 2)
    stays = length[same]
    share = stays[stays > 300].sum() / stays.sum()
    yield Check("V5.1", "minutes from stays over 5 min [share]", share, 0.85, 1, "Twitch 2015: 91% (secondary)")
    ended = [(stays[stays > a].clip(upper=b) - a).sum() / ((stays > a) & (stays <= b)).sum() for a, b in AGES]
    claim = "hazard of leaving after 5 to 30 min over that of the first 5"
    yield Check("V5.2", claim, ended[0] / ended[1], 0, 1, "own demand: whoever has stayed stays")
    claim = "largest step of the slope of ln(-ln survival) on ln(age), 30 s to 32 min (concave: none is up)"
    yield Check(
        "V5.2",
        claim,
        _steepest(moves[moves["kind"] != 2]["time"], length.where(same, np.inf)),
        -np.inf,
        0,
        "own demand: concave",
    )


def _steepest(since: pd.Series, stays: pd.Series) -> float:
    """Of stays that begin so early in a half that 32 min pass before it ends; inf for who stays to the very end."""
    whole = stays[since.index][since.between(0.0, 60.0 * (45 - 32)) | since.between(3600.0 + 300.0, 60.0 * (110 - 32))]
    ages = 30.0 * 2.0 ** np.arange(7)
    survive = np.array([(whole > age).mean() for age in ages])
    slope = np.diff(np.log(-np.log(survive))) / np.diff(np.log(ages))
    return float(np.diff(slope).max())


def _chat() -> Iterator[Check]:
    """Messages in the ten minutes after a first goal, by 10 s, over all nights that have one in open play."""
    curves, before = [], []
    for played in nights()[:KEPT]:
        chat = played.ledger.frame().query("kind == 3")["time"].to_numpy()
        goals = [e.at for e in played.night.stage.match.events if e.scores]
        alone = len(goals) == 1 or (goals and goals[1] - goals[0] > 660)
        first = [g for g in goals[:1] if alone and 600 < g < 2000]
        for goal in first:
            curves.append(np.histogram(chat, goal + np.arange(0, 601, 10))[0])
            before.append(((chat > goal - 360) & (chat < goal)).sum() / 36)
    burst = np.convolve(np.mean(curves, axis=0), np.ones(3) / 3, "same")  # 30 s running mean
    peak = int(burst.argmax())
    above = burst - np.mean(before)
    half = next(i for i in range(peak, len(above)) if above[i] < above[peak] / 2) - peak
    one = "one match, 118,700 tweets (Hettiarachchi et al. 2022)"
    yield Check(
        "V1.11a",
        "peak of messages after a first goal [s]",
        10 * peak + 5,
        30,
        90,
        "Fusaroli et al. 2015; 48 s in " + one,
    )
    yield Check("V1.11b", "half-life of the burst of messages [s]", 10 * half, 60, 480, f"102 s in {one}")
    yield Check("V1.11c", "peak over the six minutes before", burst[peak] / np.mean(before), 3, 20, f"9.9 in {one}")
