"""Twenty thousand generated matches against what is known of real ones."""

from __future__ import annotations

import csv
import gzip
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.parameters import Parameters
from sim.world.generator import generate_match
from sim.world.match import AWAY, HOME, Match, Team
from tests.validation.check import DATA, Check

TITLE = "Matches from the generator"
MATCHES = 20_000
SEED = 0
RED_CARDS = "Ridder, Cramer & Hopstaken 1994: +88%; Titman et al. 2015: +64.5%; direction Vecer et al. 2009 (secondary)"
EVIDENCE = "EPL 2010-24 (5,320 games), engsoccerdata"
WYSCOUT = "Wyscout open data 2017/18, 1,826 league matches"
QUARTERS = ("1–15", "16–30", "31–45+", "46–60", "61–75", "76–90+")
SENDINGS_OFF = ("red", "second_yellow")


class Moment(NamedTuple):
    """Something in regular time; `half` is 0 or 1, `minute` the match clock."""

    half: int
    minute: float
    side: int


class Played(NamedTuple):
    """What is compared of one match, real or generated."""

    halves: tuple[float, float]  # minutes
    counts: Counter[str]
    goals: list[Moment]
    sent_off: list[Moment]

    @property
    def score(self) -> tuple[int, int]:
        sides = [goal.side for goal in self.goals]
        return sides.count(HOME), sides.count(AWAY)


def checks() -> list[Check]:
    """Every claim about the generator; those against real matches only where these are."""
    made = generated()
    found = [*_results(made), *_times(made), *_red_cards("V1.9", "generated", made, 45)]
    if (DATA / "wyscout").exists():
        real = played(DATA / "wyscout")
        found += [*_quarters(made, real), *_halves(made, real), *_counts(made, real)]
        found += _red_cards("V1.9r", "in the real data, for comparison", real, 75)
    return found


@lru_cache(maxsize=1)
def generated() -> list[Played]:
    """League-average matches of one seed."""
    parameters = Parameters()
    home = Team("Home", parameters.home_expected_goals)
    away = Team("Away", parameters.away_expected_goals)
    return [
        _played(generate_match(home, away, knockout=False, seed=SEED, replication=r, parameters=parameters))
        for r in range(MATCHES)
    ]


@lru_cache(maxsize=1)
def played(folder: Path) -> list[Played]:
    """The real league matches."""
    with gzip.open(folder / "events.csv.gz", "rt") as file:
        events = {match: list(rows) for match, rows in groupby(csv.DictReader(file), lambda row: row["match_id"])}
    with gzip.open(folder / "matches.csv.gz", "rt") as file:
        return [_real(row, events[row["match_id"]]) for row in csv.DictReader(file)]


def _played(match: Match) -> Played:
    first, second = (period for period in match.periods if period.playing)
    moments = [
        (
            e.kind,
            Moment(0, e.at / 60, e.side) if e.at < first.end else Moment(1, 45 + (e.at - second.start) / 60, e.side),
        )
        for e in match.events
    ]
    return _summary(((first.end - first.start) / 60, (second.end - second.start) / 60), moments)


def _real(match: dict[str, str], events: list[dict[str, str]]) -> Played:
    halves = ("1H", "2H")
    moments = [
        (
            e["type"],
            Moment(
                halves.index(e["period"]),
                (45 if e["period"] == "2H" else 0) + float(e["sec"]) / 60,
                HOME if e["side"] == "home" else AWAY,
            ),
        )
        for e in events
    ]
    return _summary((float(match["len_1H_s"]) / 60, float(match["len_2H_s"]) / 60), moments)


def _summary(halves: tuple[float, float], moments: Sequence[tuple[str, Moment]]) -> Played:
    return Played(
        halves,
        Counter(kind for kind, _ in moments),
        [moment for kind, moment in moments if kind in ("goal", "own_goal")],
        sorted(moment for kind, moment in moments if kind in SENDINGS_OFF),
    )


def _results(made: list[Played]) -> Iterator[Check]:
    scores = np.array([match.score for match in made])
    home, away = scores[:, 0], scores[:, 1]
    for what, figure, middle, margin in (
        ("goals a match", float((home + away).mean()), 2.80, 0.05),
        ("goals at home", float(home.mean()), 1.55, 0.05),
        ("goals away", float(away.mean()), 1.25, 0.05),
        ("share of home wins", float((home > away).mean()), 0.446, 0.02),
        ("share of draws", float((home == away).mean()), 0.241, 0.02),
        ("share of away wins", float((home < away).mean()), 0.313, 0.02),
        ("share of goalless matches", float((home + away == 0).mean()), 0.07, 0.01),
    ):
        yield Check("V1.6", what, figure, middle - margin, middle + margin, EVIDENCE)


def _times(made: list[Played]) -> Iterator[Check]:
    shares = _shares(made)
    yield Check("V1.7", "share of goals in the second half", float(shares[3:].sum()), 0.55, 0.60, EVIDENCE)
    yield Check("V1.7", "share of goals in the last 15 minutes", float(shares[5]), 0.22, 0.26, EVIDENCE)


def _shares(matches: Iterable[Played]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Share of goals by quarter of an hour, stoppage with the last of its half."""
    quarters = [goal.half * 3 + min(int(goal.minute - goal.half * 45) // 15, 2) for m in matches for goal in m.goals]
    return np.bincount(quarters, minlength=6) / len(quarters)


def _quarters(made: list[Played], real: list[Played]) -> Iterator[Check]:
    for name, ours, theirs in zip(QUARTERS, _shares(made), _shares(real), strict=True):
        claim = f"share of goals in minutes {name} (real: {theirs:.3f}, ±.02)"
        yield Check("V1.7", claim, float(ours), float(theirs) - 0.02, float(theirs) + 0.02, WYSCOUT)


def _halves(made: list[Played], real: list[Played]) -> Iterator[Check]:
    for half, name in enumerate(("first", "second")):
        ours, theirs = (np.array([match.halves[half] for match in matches]) for matches in (made, real))
        for what, measure in (
            ("mean", np.mean),
            ("5% quantile", lambda x: np.quantile(x, 0.05)),
            ("95% quantile", lambda x: np.quantile(x, 0.95)),
        ):
            figure, target = float(measure(ours)), float(measure(theirs))
            claim = f"length of the {name} half, {what}, min (real: {target:.1f}, ±0.3)"
            yield Check("E9", claim, figure, target - 0.3, target + 0.3, WYSCOUT)


def _counts(made: list[Played], real: list[Played]) -> Iterator[Check]:
    for what, kinds, margin in (
        ("shots that are no goals", ("shot",), 0.05),
        ("yellow cards", ("yellow",), 0.05),
        ("players sent off", SENDINGS_OFF, 0.15),
        ("second yellow cards", ("second_yellow",), 0.15),
        ("substitutions", ("sub",), 0.05),
    ):
        figure, target = (
            sum(match.counts[kind] for match in matches for kind in kinds) / len(matches) for matches in (made, real)
        )
        claim = f"{what} a match (real: {target:.3g}, ±{margin:.0%})"
        yield Check("E9", claim, figure, target * (1 - margin), target * (1 + margin), WYSCOUT)


def _red_cards(id_: str, where: str, matches: list[Played], before: float) -> Iterator[Check]:
    """Goals after the first sending-off, between 15 minutes and `before`, over those of matches without one."""
    even = [match for match in matches if not match.sent_off]
    later = [sorted((g.half, g.minute) for m in even for g in m.goals if g.side == side) for side in (HOME, AWAY)]
    sent = [m for m in matches if m.sent_off and 15 <= m.sent_off[0].minute < before]
    for who, flip, low, high in (("the opponents", True, 1.25, 1.9), ("the side sent off", False, 0.0, 1.0)):
        goals, expected = 0, 0.0
        for match in sent:
            card = match.sent_off[0]
            side = AWAY - card.side if flip else card.side
            goals += sum(goal.side == side and goal[:2] > card[:2] for goal in match.goals)
            expected += (len(later[side]) - bisect_left(later[side], card[:2])) / len(even)
        claim = f"goal rate of {who} after a red card at 15–{before:.0f}', {where} ({len(sent)} matches)"
        yield Check(id_, claim, goals / expected, low, high, RED_CARDS)
