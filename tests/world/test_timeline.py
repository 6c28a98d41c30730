from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.parameters import Parameters
from sim.world.clock import clock_text
from sim.world.kinds import KEYS
from sim.world.match import AWAY, HOME, Match
from sim.world.readers import read_csv, read_openfootball, read_wyscout
from sim.world.scenario import Scenario
from sim.world.timeline import MAX_EVENTS, Timeline, build, load_timeline, timeline_text
from sim.world.yaml_source import parse
from tests.validation.check import DATA
from tests.world.test_readers import DRAW, EVENTS, SIDES, TABLE, cup, meta

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios" / "matches").glob("*.yaml"))

Load = Callable[[str], Match]

LEAGUE = """\
name: Reds–Blues
sport: football
knockout: false
home: {name: Reds, expected_goals: 1.5}
away: {name: Blues, expected_goals: 1.2}
score:
  half_time: [1, 0]
  full_time: [1, 1]
source: made up for a test
precision: exact
periods:
  - {name: 1H, lasts: "46:30"}
  - {name: 2H, lasts: "48:00"}
events:
  - {period: 2H, clock: "92:59.5", type: own_goal, side: away}
  - {period: 1H, clock: "23:10", type: goal, side: home, detail: "Smith, penalty"}
  - {period: 2H, clock: "45:00", type: sub, side: home, detail: first}
  - {period: 2H, clock: "45:00", type: sub, side: home, detail: second}
"""

CUP = """\
name: Reds–Blues
sport: football
knockout: true
home: {name: Reds, expected_goals: 1.5}
away: {name: Blues, expected_goals: 1.2}
score: {full_time: [0, 0], extra_time: [0, 0], shootout: [1, 0]}
source: made up for a test
precision: exact
periods:
  - {name: 1H, lasts: "45:00"}
  - {name: 2H, lasts: "45:00"}
  - {name: E1, lasts: "15:00"}
  - {name: E2, lasts: "15:00"}
  - {name: P, lasts: "09:00"}
events:
  - {period: P, clock: "121:00", type: shootout_goal, side: home}
"""


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def loaded(text: str) -> Match:
        path = tmp_path / "match.yaml"
        path.write_text(text)
        return load_timeline(path)

    return loaded


def test_times_run_from_kick_off_through_the_assumed_break(load: Load) -> None:
    match = load(LEAGUE)
    assert [(p.name, p.start, p.end) for p in match.periods] == [
        ("pre", -1800, 0),
        ("1H", 0, 2790),
        ("HT", 2790, 3690),
        ("2H", 3690, 6570),
        ("post", 6570, 7770),
    ]
    assert match.score_at(23 * 60 + 9) == (0, 0)
    assert match.score_at(23 * 60 + 10) == (1, 0)
    assert match.events[-1].at == 3690 + 47 * 60 + 59.5


def test_an_own_goal_counts_for_the_side_it_is_given(load: Load) -> None:
    own_goal = load(LEAGUE).events[-1]
    assert (own_goal.kind, own_goal.side) == ("own_goal", AWAY)


def test_equal_times_keep_the_order_of_the_file(load: Load) -> None:
    assert [e.detail for e in load(LEAGUE).events if e.kind == "sub"] == ["first", "second"]


def test_a_known_break_replaces_the_assumed_one(load: Load) -> None:
    match = load(LEAGUE.replace("  - {name: 2H", '  - {name: HT, lasts: "16:40"}\n  - {name: 2H'))
    assert [p.end - p.start for p in match.periods if p.name == "HT"] == [1000]


def test_extra_time_and_shootout_have_their_breaks(load: Load) -> None:
    names = [p.name for p in load(CUP).periods]
    assert names == ["pre", "1H", "HT", "2H", "ET_break", "E1", "ET_HT", "E2", "PK_break", "P", "post"]


def test_a_penalty_is_awarded_before_it_is_scored(load: Load) -> None:
    award, goal = load(LEAGUE).events[:2]
    assert (award.kind, award.side, goal.kind) == ("penalty_award", HOME, "goal")
    assert 60 <= goal.at - award.at <= 90


def test_an_award_stays_within_the_period(load: Load) -> None:
    events = load(LEAGUE.replace('"23:10"', '"00:20"')).events
    assert [(e.kind, e.at) for e in events[:2]] == [("penalty_award", 0), ("goal", 20)]


@pytest.mark.parametrize(("clock", "awards"), [("20:00", 1), ("18:00", 2)])
def test_an_award_in_the_five_minutes_before_is_not_repeated(load: Load, clock: str, awards: int) -> None:
    text = LEAGUE + f'  - {{period: 1H, clock: "{clock}", type: penalty_award, side: home}}\n'
    assert [e.kind for e in load(text).events].count("penalty_award") == awards


@pytest.mark.parametrize(
    ("text", "old", "new", "at", "said"),
    [
        (LEAGUE, '"23:10"', '"46:31"', '"46:31"', "events.1.clock: 46:31 is outside 1H, which runs from 00:00"),
        (LEAGUE, '"23:10"', "23:10", "23:10", 'write "23:10"'),
        (LEAGUE, "half_time: [1, 0]", "half_time: [0, 0]", "[0, 0]", "says 0-0, but the goals in 1H give 1-0"),
        (LEAGUE, "full_time: [1, 1]", "full_time: [2, 1]", "[2, 1]", "says 2-1, but the goals in 1H, 2H give 1-1"),
        (LEAGUE, "knockout: false", "knockout: true", "half_time", "the shoot-out is missing"),
        (LEAGUE, "name: 1H", "name: 3H", "3H", "periods.0.name"),
        (LEAGUE, "{name: 2H,", "{name: E1,", "E1", "E1 needs E2"),
        (LEAGUE, "own_goal", "shootout_goal", "shootout_goal", "no kicks of a shoot-out"),
        (LEAGUE, "own_goal", "own-goal", "own-goal", "own_goal"),
        (LEAGUE, 'lasts: "46:30"', 'lasts: "00:00"', '"00:00"', "1H cannot last 00:00: it takes from 40 to 75 minutes"),
        (LEAGUE, 'lasts: "48:00"', 'lasts: "948:26"', '"948:26"', "2H cannot last 948:26: it takes from 40 to 75"),
        (LEAGUE, 'lasts: "48:00"', 'lasts: "75:01"', '"75:01"', "2H cannot last 75:01"),
        (LEAGUE, 'lasts: "48:00"', 'lasts: "39:59"', '"39:59"', "2H cannot last 39:59"),
        (LEAGUE, "  - {name: 2H", '  - {name: HT, lasts: "15"}\n  - {name: 2H', '"15"', "is, for instance, '23:10'"),
        (LEAGUE, "  - {name: 2H", '  - {name: HT, lasts: "61:00"}\n  - {name: 2H', '"61:00"', "HT cannot last 61:00"),
        (LEAGUE, "full_time: [1, 1]", "full_time: 1-1", "1-1", "got text '1-1'; right is, for instance, [2, 1]"),
        (LEAGUE, "sport: football", "audience: {}", "name: Reds", "missing: needs 'sport'"),
        (CUP, '"15:00"', '"35:01"', '"35:01"', "E1 cannot last 35:01: it takes from 14 to 35 minutes"),
        (LEAGUE, "precision: exact", "precise: exact", "precise", "precise"),
        (CUP, "knockout: true", "knockout: false", "false", "knockout: true"),
        (CUP, "shootout: [1, 0]", "shootout: [0, 1]", "[0, 1]", "says 0-1, but the kicks scored give 1-0"),
        (CUP, ", shootout: [1, 0]", "", "{full_time", "no score for shootout"),
        (CUP, '  - {name: P, lasts: "09:00"}\n', "", "P, clock", "P is not among the periods"),
        (CUP, '"121:00"', '"90:00"', '"90:00"', "which runs from 120:00 to before 129:00"),
        (CUP, "extra_time: [0, 0]", "extra_time: [1, 0]", "[1, 0]", "but the goals in 1H, 2H, E1, E2 give 0-0"),
    ],
)  # fmt: skip
def test_faults_are_told_with_their_place(load: Load, text: str, old: str, new: str, at: str, said: str) -> None:
    assert old in text
    text = text.replace(old, new, 1)
    before = text[: text.index(at)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    with pytest.raises(InputError) as caught:
        load(text)
    assert f"match.yaml:{line}:{column}: " in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("lasts", ["40:00", "75:00"])
def test_long_and_short_halves_that_happen_are_taken(load: Load, lasts: str) -> None:
    events = LEAGUE.index("events:")
    text = LEAGUE[:events].replace('"48:00"', f'"{lasts}"').replace("1]", "0]") + "events: []\n"
    assert load(text.replace("[1, 0]", "[0, 0]")).score == (0, 0)


@pytest.mark.parametrize("lasts", ["15:00", "08:40"])  # a golden goal ends extra time early
def test_extra_time_may_end_early(load: Load, lasts: str) -> None:
    text = CUP.replace('{name: E2, lasts: "15:00"}', f'{{name: E2, lasts: "{lasts}"}}')
    assert [p.end - p.start for p in load(text).periods if p.name == "E2"] == [int(lasts[:2]) * 60 + int(lasts[3:])]


def test_keys_tell_scenarios_and_timelines_apart() -> None:
    for own, other, keys in (
        (Scenario, Timeline, KEYS["scenario"]),
        (Timeline, Scenario, KEYS["timeline"]),
    ):
        assert all(own.model_fields[key].is_required() for key in keys - {"match", "fixtures"})  # one of these
        assert not keys & set(other.model_fields)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\nmatch: {}\naudience: {}\n", "match.yaml:1:1: this is a scenario, not a timeline of a match"),
        ("services: {}\nversion: 3\n", "match.yaml:1:1: neither a scenario"),
        ("services: {}\nversion: 3\n", "; its keys are services, version"),
        (
            "match: {}\nscore: {}\n",
            "'match' belongs in a scenario, and 'score' belongs in a timeline of a match: a file is one of them",
        ),
        ("period,clock,type\n1H,23:10,goal\n", "match.yaml:1:1: neither a scenario"),
    ],
)
def test_what_is_no_timeline_is_said_to_be_none(load: Load, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load(text)
    assert len(caught.value.problems) == 1
    assert said in str(caught.value)


def test_no_shootout_after_a_decided_match(load: Load) -> None:
    text = CUP.replace("extra_time: [0, 0]", "extra_time: [1, 0]")
    text += '  - {period: E2, clock: "110:00", type: goal, side: home}\n'
    with pytest.raises(InputError, match="no shoot-out after 1-0"):
        load(text)


def test_periods_out_of_order_are_a_fault(load: Load) -> None:
    first, second = '  - {name: 1H, lasts: "46:30"}\n', '  - {name: 2H, lasts: "48:00"}\n'
    with pytest.raises(InputError, match="1H comes before 2H"):
        load(LEAGUE.replace(first + second, second + first))


def test_there_are_real_matches_to_choose_from() -> None:
    assert len(SHIPPED) >= 10


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_matches_load_and_name_their_source(path: Path) -> None:
    match = load_timeline(path)
    assert match.source
    assert match.precision
    assert path.read_text().startswith("# yaml-language-server: $schema=../schema/timeline.schema.json\n")


@pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")
@pytest.mark.parametrize("path", [p for p in SHIPPED if p.stem.startswith("wc")], ids=lambda path: path.stem)
def test_shipped_world_cup_matches_agree_with_openfootball(path: Path) -> None:
    match = load_timeline(path)
    cup = json.loads((DATA / "openfootball" / f"worldcup_{path.stem[2:6]}.json").read_text())
    teams = (match.home.name, match.away.name)
    (fixture,) = (m for m in cup["matches"] if (m["team1"], m["team2"]) == teams)
    score = fixture["score"]
    assert list(match.score) == score.get("et", score["ft"])
    assert list(match.shootout) == score.get("p", [0, 0])
    assert match.knockout == ("group" not in fixture)
    for side, goals in ((HOME, fixture.get("goals1", [])), (AWAY, fixture.get("goals2", []))):
        ours = [(e.kind == "own_goal", e.from_spot) for e in match.events if e.scores and e.side == side]
        theirs = sorted(goals, key=lambda g: (g["minute"], g.get("offset", 0)))
        assert ours == [(g.get("owngoal", False), g.get("penalty", False)) for g in theirs]


# --- written and read again -------------------------------------------------------------------------------------------


ASSUMED = Parameters()


def again(match: Match, assumed: Parameters = ASSUMED) -> Match:
    """The match read from what was written of it."""
    document = parse(timeline_text(match), Path("again.yaml"))
    return build(document.validate(Timeline), document.problem, assumed)


@pytest.mark.parametrize("uneven", [1.00007, 3.33333, 7.77777])
def test_a_match_with_assumed_breaks_of_any_length_survives_being_written(uneven: float) -> None:
    breaks = dict.fromkeys(("extra_time_break", "extra_time_half_time", "shootout_break"), uneven)
    assumed = Parameters(**breaks, half_time=10 + uneven, pre_match=20 + uneven, post_match=2 * uneven)
    for path in SHIPPED:
        match = load_timeline(path, assumed)
        assert again(match, assumed) == match


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_matches_survive_being_written(path: Path) -> None:
    match = load_timeline(path)
    assert again(match) == match


STRANGE = LEAGUE.replace("{name: Reds", '{name: "1e3"').replace("Smith", r"Ü\u2028\x85 😀")


@pytest.mark.parametrize("text", [LEAGUE, CUP, STRANGE], ids=["league", "cup", "strange"])
def test_what_else_a_timeline_may_hold_survives_being_written(load: Load, text: str) -> None:
    match = load(text)
    assert again(match) == match
    assert 'clock: "' in timeline_text(match)


def test_matches_of_all_readers_survive_being_written(tmp_path: Path) -> None:
    files = {"cup.json": cup(), "events.json": EVENTS, "meta.json": meta(), "match.csv": TABLE}
    for name, data in files.items():
        (tmp_path / name).write_text(data if isinstance(data, str) else json.dumps(data))
    matches = [
        read_openfootball(tmp_path / "cup.json", "Reds", "Blues"),
        read_wyscout(tmp_path / "events.json", tmp_path / "meta.json", 7),
        read_csv(tmp_path / "match.csv", *SIDES, DRAW),
    ]
    for match in matches:
        assert again(match) == match


@pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")
def test_real_matches_survive_being_written() -> None:
    for match in real_matches():
        assert again(match) == match


def real_matches() -> Iterator[Match]:
    """As many as are here."""
    for file in sorted((DATA / "openfootball").glob("worldcup_*.json")):
        for m in json.loads(file.read_text())["matches"]:
            yield read_openfootball(file, m["team1"], m["team2"], date=m["date"])
    raw = DATA / "wyscout" / "raw"
    for file in sorted(raw.glob("[0-9]*.json.gz")):
        yield read_wyscout(file, raw / "matches_meta.json", int(file.name.partition(".")[0]))


milliseconds = st.integers(2_400_000, 4_500_000)


@given(halves=st.tuples(milliseconds, milliseconds), data=st.data())
def test_times_survive_to_the_millisecond(halves: tuple[int, int], data: st.DataObject) -> None:
    moments = []
    for period, start, length in zip(("1H", "2H"), (0, 2700), halves, strict=True):
        for at in data.draw(st.lists(st.integers(0, length - 1), max_size=4)):
            clock = clock_text(start + at / 1000)
            moments.append({"period": period, "clock": clock, "type": "penalty_miss", "side": "home"})
    periods = [{"name": n, "lasts": clock_text(h / 1000)} for n, h in zip(("1H", "2H"), halves, strict=True)]
    score = {"full_time": [0, 0]}
    timeline = Timeline.model_validate(
        {**parse(LEAGUE, Path("x")).data, "score": score, "periods": periods, "events": moments}
    )
    match = build(timeline, lambda *_: pytest.fail("a fault"), Parameters())
    assert again(match) == match
    assert all(match.period_at(e.at).playing for e in match.events)


def test_penalty_awards_count_among_the_events(load: Load) -> None:
    minutes = [f"{m:02d}:{s:02d}" for m in range(46) for s in range(60)][: MAX_EVENTS - 1]
    text = LEAGUE[: LEAGUE.index("events:")] + "events:\n"
    text = text.replace("full_time: [1, 1]", "full_time: [1, 0]")
    text += "".join(f'  - {{period: 1H, clock: "{clock}", type: shot, side: home}}\n' for clock in minutes)
    text += '  - {period: 1H, clock: "23:10", type: goal, side: home, detail: penalty}\n'
    with pytest.raises(InputError, match="2001 events with the penalty awards they need, more than the 2000"):
        load(text)
