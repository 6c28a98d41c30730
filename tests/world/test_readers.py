from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.world.match import AWAY, HOME, Team
from sim.world.readers import files, read_csv, read_openfootball, read_wyscout
from sim.world.shootout import decided
from sim.world.timeline import ScoreForm
from tests.validation.check import DATA

needs_data = pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")


def write(path: Path, data: object) -> Path:
    text = json.dumps(data).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def cup(**changes: Any) -> dict[str, Any]:
    final = {
        "round": "Final",
        "date": "2030-07-21",
        "team1": "Reds",
        "team2": "Blues",
        "score": {"p": [3, 4], "et": [2, 2], "ft": [1, 1], "ht": [9, 9]},
        "goals1": [{"name": "Ann", "minute": 23, "penalty": True}, {"name": "Bo", "minute": 121}],
        "goals2": [{"name": "Cy", "minute": 90, "offset": 4, "owngoal": True}, {"name": "Di", "minute": 105}],
        **changes,
    }
    group = {"date": "2030-07-01", "team1": "Reds", "team2": "Greens", "score": {"ft": [0, 0]}, "group": "A"}
    again = {**group, "date": "2030-07-09"}
    return {"name": "Cup 2030", "matches": [group, again, final]}


# ---- openfootball


def test_goals_stand_in_the_middle_of_their_minute(tmp_path: Path) -> None:
    match = read_openfootball(write(tmp_path / "cup.json", cup()), "Reds", "Blues")
    goals = [(match.clock(e.at), e.kind, e.side, e.detail) for e in match.events if e.scores]
    assert goals == [
        ("22:30", "goal", HOME, "Ann, penalty"),
        ("90+03:30", "own_goal", AWAY, "Cy"),
        ("104:30", "goal", AWAY, "Di"),
        ("120+00:30", "goal", HOME, "Bo"),
    ]
    assert match.knockout
    assert match.score == (2, 2)
    assert match.home.expected_goals == match.away.expected_goals == pytest.approx(1.4)


def test_a_shootout_without_kicks_gets_a_legal_order_marked_as_assumed(tmp_path: Path) -> None:
    match = read_openfootball(write(tmp_path / "cup.json", cup()), "Reds", "Blues")
    kicks = [e for e in match.events if e.kind.startswith("shootout")]
    assert match.shootout == (3, 4)
    assert {e.detail for e in kicks} == {"order assumed"}
    order = [(e.side, e.kind == "shootout_goal") for e in kicks]
    assert decided(order)
    assert not decided(order[:-1])


@pytest.mark.parametrize("score", [(3, 0), (5, 4), (4, 2), (1, 0), (12, 11), (11, 12), (2, 3), (4, 1)])
def test_any_possible_shootout_is_read(tmp_path: Path, score: tuple[int, int]) -> None:
    data = cup(score={"p": score, "et": [2, 2], "ft": [1, 1]})
    assert read_openfootball(write(tmp_path / "cup.json", data), "Reds", "Blues").shootout == score


@pytest.mark.parametrize("score", [(5, 0), (3, 3), (7, 5), (60, 60), (90, 3)])
def test_an_impossible_shootout_is_refused(tmp_path: Path, score: tuple[int, int]) -> None:
    data = cup(score={"p": score, "et": [2, 2], "ft": [1, 1]})
    with pytest.raises(InputError, match=f"no shoot-out can end {score[0]}-{score[1]}"):
        read_openfootball(write(tmp_path / "cup.json", data), "Reds", "Blues")


@pytest.mark.parametrize(
    ("home", "away", "date", "said"),
    [
        ("Redz", "Blues", None, "no team 'Redz' — did you mean 'Reds'?"),
        ("Blues", "Reds", None, "listed as 'Reds' against 'Blues'"),
        ("Blues", "Greens", None, "Blues and Greens did not meet in Cup 2030"),
        ("Reds", "Greens", None, "played on 2030-07-01, 2030-07-09: give one as the date"),
        ("Reds", "Greens", "2030-07-02", "played on 2030-07-01, 2030-07-09"),
    ],
)
def test_a_match_that_is_not_there(tmp_path: Path, home: str, away: str, date: str | None, said: str) -> None:
    path = write(tmp_path / "cup.json", cup())
    with pytest.raises(InputError) as caught:
        read_openfootball(path, home, away, date=date)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_the_date_tells_two_meetings_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "cup.json", cup())
    assert "2030-07-09" in read_openfootball(path, "Reds", "Greens", date="2030-07-09").source


def test_goals_that_do_not_add_up_are_refused_with_both_figures(tmp_path: Path) -> None:
    path = write(tmp_path / "cup.json", cup(goals2=[]))
    with pytest.raises(InputError, match=r"Reds – Blues, 2030-07-21: the score says 2-2, .* give 2-0"):
        read_openfootball(path, "Reds", "Blues")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"name": "Cup",\n "matches": [,]}', "cup.json:2:14: not valid JSON"),
        (b'{"name": "Cup"}', "cup.json: missing: needs 'matches' (docs/inputs.md says which files are read)"),
        (b'{"name": "Cup", "matches": [{"date": 5}]}', "cup.json: matches[0].date: expected text, got 5"),
        (b'{"name": 3}', "cup.json: name: expected text, got 3: put it in quotes (docs/inputs.md"),
        (b"[]", "cup.json: expected a mapping"),
        (b'{"name": "\xff"}', "cup.json:1:11: the byte 0xff is not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b"1" * 5000, "not usable JSON"),
        (b" " * 3000, "cup.json:1:3001: not valid JSON"),
    ],
)
def test_a_broken_file(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "cup.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_openfootball(path, "Reds", "Blues")
    assert said in str(caught.value)


def test_packed_files_are_read_and_broken_ones_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "cup.json.gz", cup())
    assert read_openfootball(path, "Reds", "Blues").score == (2, 2)
    packed = path.read_bytes()
    for content, said in (
        (packed[:-20], "ends too soon"),
        (b"plain", "not a sound gzip"),
        (packed[:40] + b"x" * 90, "gzip"),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError, match=said):
            read_openfootball(path, "Reds", "Blues")


def test_files_too_large_even_once_unpacked_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 2**20)
    path = tmp_path / "cup.json.gz"
    path.write_bytes(gzip.compress(b" " * 2**21))
    with pytest.raises(InputError, match="larger than 1 MiB unpacked"):
        read_openfootball(path, "Reds", "Blues")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_openfootball(tmp_path / "nothing.json", "Reds", "Blues")
    with pytest.raises(InputError, match="cannot read this file"):
        read_openfootball(tmp_path, "Reds", "Blues")


@needs_data
@pytest.mark.parametrize("year", [2014, 2018, 2022])
def test_every_world_cup_match_is_read(year: int) -> None:
    path = DATA / "openfootball" / f"worldcup_{year}.json"
    fixtures = json.loads(path.read_text())["matches"]
    assert len(fixtures) == 64
    for fixture in fixtures:
        match = read_openfootball(path, fixture["team1"], fixture["team2"], date=fixture["date"])
        score = fixture["score"]
        assert list(match.score) == score.get("et", score["ft"])
        assert list(match.shootout) == score.get("p", [0, 0])


# ---- Wyscout

RED_TEAM, BLUE_TEAM = 11, 22


def event(period: str, sec: float, name: str, sub: str, team: int, *tags: int, match: int = 7) -> dict[str, Any]:
    return {
        "matchId": match,
        "teamId": team,
        "matchPeriod": period,
        "eventSec": sec,
        "eventName": name,
        "subEventName": sub,
        "tags": [{"id": tag} for tag in tags],
    }


EVENTS = [
    event("1H", 1.5, "Pass", "Simple pass", RED_TEAM, 1801),
    event("1H", 600.25, "Others on the ball", "Clearance", BLUE_TEAM, 102, 1801),
    event("1H", 601.5, "Save attempt", "Reflexes", BLUE_TEAM, 101, 1802),
    event("1H", 700, "Shot", "Shot", BLUE_TEAM, 101, 1801),
    event("1H", 701, "Save attempt", "Save attempt", RED_TEAM, 101, 1802),
    event("1H", 2760.2, "Foul", "Foul", RED_TEAM, 1702),
    event("2H", 300, "Free Kick", "Penalty", RED_TEAM, 1802),
    event("2H", 400, "Free Kick", "Free kick shot", RED_TEAM, 1802),
    event("2H", 500, "Foul", "Foul", RED_TEAM, 1703),
    event("2H", 600, "Free Kick", "Penalty", BLUE_TEAM, 101, 1801),
    event("2H", 2900.8, "Shot", "Shot", RED_TEAM, 101, 1801),
    event("1H", 5, "Shot", "Shot", RED_TEAM, 101, match=8),
]


def meta(kicks: int = 0, **changes: Any) -> list[dict[str, Any]]:
    team = {"formation": {"substitutions": [{"minute": 92}]}}
    teams = {
        "11": {**team, "teamId": RED_TEAM, "side": "home", "scoreP": kicks},
        "22": {**team, "teamId": BLUE_TEAM, "side": "away", "scoreP": 0},
    }
    return [
        {
            "wyId": 7,
            "label": "Reds - Blues, 2 - 2",
            "duration": "Regular",
            "dateutc": "2030-01-01 20:00:00",
            "teamsData": teams,
            **changes,
        }
    ]


def test_wyscout_events_become_a_match(tmp_path: Path) -> None:
    events = write(tmp_path / "events.json.gz", {"events": EVENTS, "teams": {}})
    match = read_wyscout(events, write(tmp_path / "matches.json", meta()), 7)
    happened = [(match.clock(e.at), e.kind, e.side) for e in match.events if e.kind != "sub"]
    assert happened == [
        ("10:00", "own_goal", HOME),
        ("11:40", "goal", AWAY),
        ("45+01:00", "yellow", HOME),
        ("48:45", "penalty_award", HOME),
        ("50:00", "penalty_miss", HOME),
        ("51:40", "shot", HOME),
        ("53:20", "second_yellow", HOME),
        ("53:45", "penalty_award", AWAY),
        ("55:00", "goal", AWAY),
        ("90+03:20", "goal", HOME),
    ]
    assert [match.clock(e.at) for e in match.events if e.kind == "sub"] == ["90+01:30", "90+01:30"]
    assert (match.home.name, match.away.name) == ("Reds", "Blues")


def test_wyscout_extra_time_and_shootout(tmp_path: Path) -> None:
    extra = [
        event("E1", 900, "Pass", "Simple pass", RED_TEAM),
        event("E2", 910, "Pass", "Simple pass", RED_TEAM),
        *[event("P", 30 * n, "Free Kick", "Penalty", team, tag) for n, (team, tag) in enumerate(
            [(RED_TEAM, 101), (BLUE_TEAM, 1802)] * 3, start=1)],
    ]  # fmt: skip
    path = write(tmp_path / "matches.json", meta(kicks=3, label="Reds - Blues, 2 - 2 (P)", duration="Penalties"))
    match = read_wyscout(write(tmp_path / "events.json", EVENTS + extra), path, 7)
    assert match.knockout
    assert match.score == (2, 2)
    assert match.shootout == (3, 0)


@pytest.mark.parametrize(
    ("matches", "match_id", "said"),
    [
        (meta(), 77, "no match 77 — near it: 7 (Reds - Blues, 2 - 2)"),
        (meta(label="Reds - Blues, 3 - 2"), 7, "the score says 3-2, but the goals in 1H, 2H give 2-2"),
        (meta(label="Re\u202eds - Blues, 2 - 2"), 7, "which cannot be seen"),
        (meta(label="  - Blues, 2 - 2"), 7, "only blanks"),
        (meta(label="Reds v Blues"), 7, "the label 'Reds v Blues' is not 'Home - Away, 2 - 1'"),
        (meta(teamsData={}), 7, "one home and one away team"),
        (
            meta(duration="Golden"),
            7,
            "matches.json: [0].duration: 'Golden' is not one of Regular, ExtraTime, Penalties",
        ),
        (meta(wyId=9), 9, "no events of match 9"),
    ],
)
def test_wyscout_faults(tmp_path: Path, matches: object, match_id: int, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_wyscout(write(tmp_path / "events.json", EVENTS), write(tmp_path / "matches.json", matches), match_id)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([{**EVENTS[0], "matchPeriod": "3H"}], "events.json: [0].matchPeriod: '3H' is not one of 1H, 2H, E1, E2, P"),
        ({"events": [{**EVENTS[0], "eventSec": "x"}]}, "events.json: [0].eventSec: "),
        ({"matches": []}, "events.json: expected a list, got a mapping (docs/inputs.md says which files are read)"),
        ([{**EVENTS[0], "eventSec": float("nan")}], "events.json: [0].eventSec: "),
    ],
)
def test_wyscout_events_of_another_form(tmp_path: Path, events: object, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_wyscout(write(tmp_path / "events.json", events), write(tmp_path / "matches.json", meta()), 7)
    assert said in str(caught.value)


def test_what_is_echoed_from_a_file_is_short_and_harmless(tmp_path: Path) -> None:
    teams = {"\x1b[2J" + "k" * 500: {"teamId": "x" * 500}}
    with pytest.raises(InputError) as caught:
        read_wyscout(
            write(tmp_path / "events.json", EVENTS), write(tmp_path / "matches.json", meta(teamsData=teams)), 7
        )
    for problem in caught.value.problems:
        assert problem.where.isprintable()
        assert problem.message.isprintable()
        assert len(problem.where) + len(problem.message) < 250


def test_a_team_unknown_to_the_match_is_refused(tmp_path: Path) -> None:
    stranger = [*EVENTS, event("1H", 9, "Shot", "Shot", 33)]
    with pytest.raises(InputError, match="team 33"):
        read_wyscout(write(tmp_path / "events.json", stranger), write(tmp_path / "matches.json", meta()), 7)


@needs_data
def test_the_own_goal_of_the_2018_final_survives() -> None:
    raw = DATA / "wyscout" / "raw"
    match = read_wyscout(raw / "2058017.json.gz", raw / "matches_meta.json", 2058017)
    assert match.score == (4, 2)
    own_goal = next(e for e in match.events if e.scores)
    assert (own_goal.kind, own_goal.side, match.clock(own_goal.at)) == ("own_goal", HOME, "17:58")
    assert [e.kind for e in match.events].count("sub") == 5


# ---- CSV

TABLE = """\
period,clock,type,side,detail
1H,23:10,goal,home,"Ann, penalty"
1H,46:20,period_end,,
2H,80:00.5,own_goal,away,
2H,93:40,period_end,,
"""
SIDES = (Team("Reds", 1.5), Team("Blues", 1.2))
DRAW = ScoreForm(full_time=(1, 1))


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "match.csv"
    path.write_text(text)
    return path


def test_a_table_becomes_a_match(tmp_path: Path) -> None:
    match = read_csv(table(tmp_path, TABLE), *SIDES, DRAW)
    assert [(match.clock(e.at), e.kind, e.side) for e in match.events] == [
        ("21:55", "penalty_award", HOME),
        ("23:10", "goal", HOME),
        ("80:00", "own_goal", AWAY),
    ]
    assert [p.end - p.start for p in match.periods if p.playing] == [2780, 2920]


def test_seconds_of_the_period_say_the_same_as_the_clock(tmp_path: Path) -> None:
    text = "type,seconds,period,side\ngoal,1390,1H,home\nperiod_end,2780,1H,\n"
    text += "own_goal,2100.5,2H,away\nperiod_end,2920,2H,\n"
    by_seconds = read_csv(table(tmp_path, text), *SIDES, DRAW)
    by_clock = read_csv(table(tmp_path, TABLE.replace(", penalty", "")), *SIDES, DRAW)
    assert [(e.at, e.kind, e.side) for e in by_seconds.events] == [(e.at, e.kind, e.side) for e in by_clock.events]
    assert by_seconds.periods == by_clock.periods


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2H,80:00.5", "3H,80:00.5", "match.csv:4:1: period: '3H' is not known here"),
        ("own_goal", "owngoal", "match.csv:4:12: type: 'owngoal' is not known here — did you mean 'own_goal'?"),
        ("away", "guests", "match.csv:4:21: side: 'guests' is not known here"),
        ("80:00.5", "80.5", "match.csv:4:4: clock: expected mm:ss, got '80.5'"),
        ("80:00.5", "93:40", "match.csv:4:4: clock: 93:40 is outside 2H"),
        ("80:00.5", "05:00", "match.csv:4:4: clock: 05:00 is outside 2H"),
        (
            "46:20,period_end,,",
            "46:20,period_end,home,",
            "match.csv:3:21: side: 'home' is not known here: leave it empty",
        ),
        ('"Ann, penalty"', f'"{"x" * 201}"', "match.csv:2:20: detail: longer than 200 characters"),
        ("1H,46:20,period_end,,\n", "", "match.csv:2:1: period: no row of type period_end says when 1H ended"),
        (TABLE[TABLE.index("1H") :], "", "match.csv: 1H is missing"),
        ("46:20", "76:20", "match.csv:3:4: clock: 1H cannot last 76:20: it takes from 40 to 75 minutes"),
        ("period,clock", "name: Reds\x1b", "match.csv:1:1: unknown column 'name: Reds\\x1b'"),
        (",goal,home", ",goal,away", "score: the score says 1-1, but the goals in 1H, 2H give 0-2"),
        ("period,clock", "period,time", "match.csv:1:1: unknown column 'time'"),
        ("period,clock", "period,detail", "match.csv:1:1: there must be one of the columns clock and seconds"),
        ("type,side", "type,detail", "match.csv:1:1: missing column: side (docs/inputs.md shows"),
        ('"Ann, penalty"', "Ann, penalty", "match.csv:2:1: 6 cells where there are 5 columns"),
        ('"Ann, penalty"', '"Ann', "match.csv:2:1: not a row of CSV"),
        ("own_goal,away,\n", 'own_goal,guests,"a ""b"", c"\n', "match.csv:4:21: side: 'guests' is not known here"),
        (TABLE, "", "match.csv: the file is empty"),
    ],
)
def test_table_faults_are_told_with_their_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TABLE
    with pytest.raises(InputError) as caught:
        read_csv(table(tmp_path, TABLE.replace(old, new, 1)), *SIDES, DRAW)
    assert said in str(caught.value)
