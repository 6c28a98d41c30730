"""What a timeline must obey to be a football match: its teams, its periods, its clock and its score."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.errors import did_you_mean
from sim.world.clock import clock_text
from sim.world.match import PERIODS, PLAYING
from sim.world.yaml_wording import quoted

if TYPE_CHECKING:
    from sim.world.timeline import Timeline

Fault = tuple[tuple[str | int, ...], str]  # where in the timeline, and what is wrong there
Pair = tuple[int, int]

SHOOTOUT = ("shootout_goal", "shootout_miss")


def faults(timeline: Timeline) -> list[Fault]:
    """Everything wrong with a timeline: its teams and periods, if these are sound its events, and then its score."""
    return [*_teams(timeline), *_periods(timeline)] or [*_events(timeline)] or [*_scores(timeline), *_ending(timeline)]


def namesakes(home: str, away: str) -> str:
    """What is wrong with the names of two teams when nobody could tell them apart; empty when nothing is."""
    alike = home.strip().casefold() == away.strip().casefold()
    return f"both teams are called {quoted(home)}: give each a name of its own" if alike else ""


def _teams(timeline: Timeline) -> Iterator[Fault]:
    if words := namesakes(timeline.home.name, timeline.away.name):
        yield ("away", "name"), words


def _periods(timeline: Timeline) -> Iterator[Fault]:
    names = [stretch.name for stretch in timeline.periods]
    for i, (name, stretch) in enumerate(zip(names, timeline.periods, strict=True)):
        if name in names[:i]:
            yield ("periods", i, "name"), f"{name} is there twice"
        elif i and PERIODS.index(name) < PERIODS.index(names[i - 1]):
            yield ("periods", i, "name"), f"{name} comes before {names[i - 1]}: list the periods in order"
        elif (needed := _NEEDS.get(name)) and needed not in names:
            yield ("periods", i, "name"), f"{name} needs {needed}, which is not listed"
        shortest, longest = _MINUTES.get(name, _BREAK)
        if not shortest * 60 <= stretch.seconds <= longest * 60:
            words = f"{name} cannot last {stretch.lasts}: it takes from {shortest} to {longest} minutes"
            yield ("periods", i, "lasts"), words
    for name in ("1H", "2H"):
        if name not in names:
            yield ("periods",), f"{name} is missing{did_you_mean('', names)}"


# Of 1,826 league matches of 2017/18 (Wyscout) the halves took 43 to 59 minutes; a golden goal may end extra time early.
_MINUTES = {"1H": (40, 75), "2H": (40, 75), "E1": (14, 35), "E2": (1, 35), "P": (1, 60)}
_BREAK = (1, 60)
_NEEDS = {"HT": "2H", "ET_break": "E1", "E1": "E2", "ET_HT": "E2", "E2": "E1", "PK_break": "P"}


def _events(timeline: Timeline) -> Iterator[Fault]:
    lasts = {stretch.name: stretch.seconds for stretch in timeline.periods}
    for i, event in enumerate(timeline.events):
        if event.period not in lasts:
            played = [name for name in lasts if name in PLAYING]
            yield ("events", i, "period"), f"{event.period} is not among the periods{did_you_mean('', played)}"
            continue
        start = PLAYING[event.period][0] * 60
        end = start + lasts[event.period]
        if not start <= event.seconds < end:
            span = f"from {clock_text(start)} to before {clock_text(end)}"
            yield (
                ("events", i, "clock"),
                f"{event.clock} is outside {event.period}, which runs {span} on the match clock",
            )
        if (event.type in SHOOTOUT) != (event.period == "P"):
            right = "only shootout_goal and shootout_miss" if event.period == "P" else "no kicks of a shoot-out"
            yield ("events", i, "type"), f"{event.type} in {event.period}: there can be {right} there"


def _scores(timeline: Timeline) -> Iterator[Fault]:
    score, extra = timeline.score, "E1" in _names(timeline)
    if (score.extra_time is not None) != extra:
        yield _expected(score.extra_time is not None, "extra_time", "E1 and E2")
    if (score.shootout is not None) != ("P" in _names(timeline)):
        yield _expected(score.shootout is not None, "shootout", "P")
    for name, periods in _COUNTED.items():
        said, found = getattr(score, name), goals_in(timeline, periods)
        if said is not None and said != found:
            what = "kicks scored" if name == "shootout" else f"goals in {', '.join(periods)}"
            yield ("score", name), f"the score says {said[0]}-{said[1]}, but the {what} give {found[0]}-{found[1]}"


_COUNTED = {
    "half_time": ("1H",),
    "full_time": ("1H", "2H"),
    "extra_time": ("1H", "2H", "E1", "E2"),
    "shootout": ("P",),
}


def _expected(said: bool, name: str, period: str) -> Fault:
    if said:
        return ("score", name), f"there is a score for {name}, but no period {period}"
    return ("score",), f"there is a period {period}, but no score for {name}"


def _ending(timeline: Timeline) -> Iterator[Fault]:
    names, score = _names(timeline), timeline.score
    final = score.extra_time or score.full_time
    level = final[0] == final[1]
    if not timeline.knockout and names & {"E1", "P"}:
        yield ("knockout",), "extra time and a shoot-out are for knockout matches: write knockout: true"
    if timeline.knockout and level and "P" not in names:
        yield ("score",), f"a knockout match cannot end {final[0]}-{final[1]}: the shoot-out is missing"
    if "P" in names and not level:
        yield ("score", "shootout"), f"no shoot-out after {final[0]}-{final[1]}: the score must be level"
    if score.shootout and score.shootout[0] == score.shootout[1]:
        yield ("score", "shootout"), f"a shoot-out cannot end {score.shootout[0]}-{score.shootout[1]}"


def goals_in(timeline: Timeline, periods: tuple[str, ...]) -> Pair:
    """Goals, or kicks scored, of home and away in some periods."""
    sides = [e.side for e in timeline.events if e.period in periods and e.type in ("goal", "own_goal", "shootout_goal")]
    return sides.count("home"), sides.count("away")


def _names(timeline: Timeline) -> set[str]:
    return {stretch.name for stretch in timeline.periods}
