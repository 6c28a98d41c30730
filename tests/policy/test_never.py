"""Rules that can never fire in a scenario: told with their place, and never of a rule that could."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.engine.play import play
from sim.experiment.load import load
from sim.measures.parts import pushes
from sim.policy import View
from sim.policy.find import find
from sim.policy.rules.form import RuleFile
from sim.policy.rules.never import never
from sim.policy.rules.read import read_rules
from sim.policy.rules.ruled import Ruled, holds
from sim.policy.rules.stops import stops
from sim.world.match import PERIODS
from sim.world.night import World
from tests.worlds import TIERS, any_night, shop, whole_shop, world

ROOT = Path(__file__).parents[2]

LEAGUE = load(ROOT / "scenarios" / "daily" / "league-night.yaml")
BALL = "show: {surface: pop_up, item: match-ball, lasts: 3}}"
EVERY_9 = "{when: {every: 9}, "
# On the league night: a real match of 4:3, no red card, no extra time; the score is never 0:2.
NEVER = {
    "{when: {events: ¦[shootout_goal]}, " + BALL: "its match has no shootout_goal",
    "{when: {events: ¦[red]}, " + BALL: "its match has no red",
    "{when: {events: [goal], by: away, minute: ¦{below: 5}}, " + BALL: "'events' and 'minute' never hold at the same",
    "{when: {periods: [HT], play: ¦true}, " + BALL: "'periods' and 'play' never hold at the same time",
    "{when: {begins: ¦[E1]}, " + BALL: "its match has no E1",
    "{when: {minute: ¦{at_least: 100}}, " + BALL: "its clock goes from 0 to 90, stoppage time as",
    "{when: {periods: [1H], minute: ¦{at_least: 60}}, " + BALL: "'periods' and 'minute' never hold at the same time",
    "{when: {begins: [HT], into: ¦{at_least: 3}}, " + BALL: "'begins' and 'into' never hold at the same time",
    "{when: {into: ¦{at_least: 90}}, " + BALL: "no part of its broadcast lasts longer than",
    "{when: {score: ¦{leader: away, by: {at_least: 2}}}, " + BALL: "its match has no such moment",
    "{when: {periods: [1H], score: ¦{by: {at_least: 2}}}, " + BALL: "'periods' and 'score' never hold at the same time",
    "{when: {periods: [pre], peak: ¦true}, " + BALL: "'periods' and 'peak' never hold at the same time",
    "{when: {team: ¦{missing: 1}}, " + BALL: "no other rule gathers a team for match-ball",
    "{when: {days: ¦[60]}, show: {surface: store_push, item: match-ball, lasts: 3}}": "14 days after a match",
    EVERY_9 + "who: {tier: ¦{at_least: 9}}, " + BALL: "is 1",
    EVERY_9 + "who: {minutes_watched: ¦{at_least: 400}}, " + BALL: "the broadcast has lasted 16",
    EVERY_9 + "who: {consent: false, orders: ¦{at_least: 1}}, " + BALL: "known only of viewers who consent",
    EVERY_9 + "show: {surface: pop_up, pick: {kind: product, category: ¦jerseys}, lasts: 3}}": "did you mean 'jersey'?",
    "{when: {begins: [HT]}, who: {minutes_watched: ¦{at_least: 80}}, " + BALL: "the broadcast has lasted 77",
    "{when: {begins: [pre]}, who: {clicks: ¦{at_least: 1}}, " + BALL: "when nobody has done anything",
    "{when: {surge: ¦2}, show: {surface: pop_up, pick: {kind: content}, lasts: 3}}": "the chat names goods alone",
    EVERY_9 + "who: {shown: ¦{at_least: 3}}, " + BALL + "\nred_lines: {mode: enforce, most: 3}": "more than 3 pushes",
    "{when: {days: [1]}, who: {consent: false}, show: {surface: ¦store_push, item: match-ball, lasts: 9}}\n"
    "red_lines: {mode: enforce}": "aims at those who have not consented",
    EVERY_9 + "show: {surface: host_mention, pick: {category: equipment}, joint: ¦true, discount: 0.1, lasts: 3}}":
        "no brand",
    EVERY_9 + "limits: {stock_floor: ¦5000}, " + BALL: "there are never 5000 units of match-ball",
    "{when: {stock: ¦{item: match-ball, at_least: 5000}}, " + BALL: "110 of it",
    "{when: {stock: ¦{item: match-ball, below: 1}}, " + BALL: "what there is none of is not shown",
    "{when: {stock: ¦{item: shirt-fit, below: 5}}, " + BALL: "it never runs out",
    EVERY_9 + "who: {minutes_since_shown: ¦{at_least: 400}}, " + BALL: "the broadcast has lasted 16",
    "{when: {days: [1]}, who: {consent: false, clicks: ¦{at_least: 1}}, show: {surface: store_push, item: match-ball, "
    "lasts: 9}}": "the store does not know it",
    EVERY_9 + "show: {surface: side_panel, item: match-ball, claim: ¦0.5, lasts: 3}}\nred_lines: {mode: enforce}":
        "it exaggerates, which the red lines forbid",
    "{when: {peak: true}, show: {surface: ¦pop_up, item: match-ball, lasts: 3}}\nred_lines: {mode: enforce}":
        "too loud for a peak",
}  # fmt: skip
STOPS = {
    EVERY_9 + "who: {interest: {category: ¦boots}}, " + BALL: "no category 'boots'",
    EVERY_9 + "show: {surface: pop_up, item: ¦match-bal, lasts: 3}}": "did you mean 'match-ball'?",
    EVERY_9 + "show: {surface: host_mention, item: match-ball, joint: ¦true, discount: 0.1, lasts: 3}}": "no brand",
    EVERY_9 + "show: {surface: pop_up, item: shirt-fit, discount: ¦0.1, lasts: 3}}": "'shirt-fit' is content",
    EVERY_9 + "show: {surface: pop_up, item: shirt-fit, claim: ¦0.1, lasts: 3}}": "cannot exaggerate",
}


@pytest.mark.parametrize("rule", NEVER)
def test_rules_that_never_fire_in_a_scenario_are_told_with_their_place(rule, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(f"name: Mine\nrules:\n  one: {rule}\n".replace("¦", ""))
    document, rules = read_rules(file)
    (fault,) = never(rules, LEAGUE)
    problem = document.problem(*fault)
    assert (problem.line, problem.column) == (3, f"  one: {rule}".index("¦") + 1)
    assert re.match(r"never (fires|reaches anybody) in 'League night", problem.message)
    assert NEVER[rule] in problem.message
    assert not list(stops(rules, LEAGUE))


@pytest.mark.parametrize("rule", STOPS)
def test_rules_that_would_stop_a_run_are_refused_before_anything_is_played(rule, tmp_path, matchday):
    file = tmp_path / "mine.yaml"
    file.write_text(f"name: Mine\nrules:\n  one: {rule}\n".replace("¦", ""))
    column = f"  one: {rule}".index("¦") + 1
    for command in ("validate", str(file), "--scenario"), ("run", "-p", str(file), "--results", str(tmp_path)):
        code, out, said = matchday(*command, str(LEAGUE.file))
        assert code == 2
        assert f"mine.yaml:3:{column}: rules.one." in out + said
        assert "cannot be said in 'League night" in out + said
        assert STOPS[rule] in out + said
    assert list(tmp_path.iterdir()) == [file]


def test_samples_fire_somewhere():
    """Every rule of every sample can fire in one of the templates."""
    worlds = [
        load(f)
        for folder in ("daily", "holiday", "season", "special")
        for f in (ROOT / "scenarios" / folder).glob("*.yaml")
    ]
    for file in sorted((ROOT / "policies").glob("*.yaml")):
        _, rules = read_rules(file)
        dead = [{place[1] for place, _ in never(rules, w)} for w in worlds]
        assert not set.intersection(*dead), file


def test_shops_without_what_a_sample_wants_are_served_all_the_same():
    for file in sorted((ROOT / "policies").glob("*.yaml")):
        play(world(shop=shop(5), days_after=3.0).night(1, 0), find(str(file)).make(), file.stem)


def test_validate_holds_rule_files_against_a_scenario(tmp_path, matchday, monkeypatch):
    monkeypatch.chdir(ROOT)
    file = tmp_path / "mine.yaml"
    rule = "{when: {days: [60]}, show: {surface: store_push, item: match-ball, lasts: 3}}"
    file.write_text(f"name: Mine\nrules:\n  one: {rule}\n")
    assert matchday("validate", str(file))[0] == 0
    code, out, _ = matchday("validate", str(file), "--scenario", "scenarios/daily/league-night.yaml")
    assert code == 0
    assert out.count(": warning: ") == 1
    assert ": rules.one.when.days: never fires in" in out


# --- what is said of any rule -----------------------------------------------------------------------------------------


class Remembering:
    """Says nothing, and remembers what it was shown."""

    def __init__(self) -> None:
        self.views: list[View] = []

    def decide(self, view: View) -> list[Any]:
        self.views.append(view)
        return []


def views(w: World, replication: int) -> list[View]:
    policy = Remembering()
    play(w.night(1, replication, 30), policy, "p")
    return policy.views


FINAL = load(ROOT / "scenarios" / "special" / "world-cup-final-2022.yaml")
CUP_TIE = world(match={"source": "generated", "knockout": True, "home": {"name": "A", "expected_goals": 0.4},
                       "away": {"name": "B", "expected_goals": 0.4}})  # fmt: skip
SEEN = {"final": (FINAL, [views(FINAL, 0)]), "any tie": (CUP_TIE, [views(CUP_TIE, r) for r in range(4)])}
KINDS = ("goal", "own_goal", "penalty_award", "penalty_miss", "red", "yellow", "sub", "shootout_goal", "var")


def ranges(low: float, high: float) -> st.SearchStrategy[dict[str, float]]:
    edge = st.floats(low, high).map(lambda x: round(x, 1))
    both = st.tuples(edge, edge).filter(lambda e: e[0] < e[1]).map(lambda e: {"at_least": e[0], "below": e[1]})
    return both | edge.map(lambda x: {"at_least": x}) | edge.filter(bool).map(lambda x: {"below": x})


def some(values: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


whens = st.fixed_dictionaries(
    {},
    optional={
        "events": some(KINDS), "begins": some(PERIODS), "periods": some(PERIODS), "play": st.booleans(),
        "peak": st.booleans(), "into": ranges(0, 60), "minute": ranges(0, 125),
        "score": st.fixed_dictionaries({"leader": st.sampled_from(("home", "away", "anybody"))}, optional={
            "by": st.sampled_from(({"at_least": 2}, {"below": 2}, {"at_least": 3})),
        }),
    },
).filter(bool)  # fmt: skip


def fires(when: Any, seen: list[View]) -> bool:
    periods = ["", *(view.period for view in seen)]
    return any(holds(when, view, view.period != periods[i]) for i, view in enumerate(seen))


@pytest.mark.parametrize("match", SEEN)
@any_night(150)
@given(when=whens, by=st.sampled_from((None, "home", "away")))
def test_no_rule_that_fires_is_said_never_to(match, when, by):
    if by and "events" in when:
        when = {**when, "by": by}
    w, nights = SEEN[match]
    key = next(iter(w.scenario.shop.products))
    rule = {"when": when, "show": {"surface": "pop_up", "item": key, "lasts": 3}}
    rules = RuleFile.model_validate({"name": "Any", "rules": {"one": rule}})
    fired = [fires(rules.rules["one"].when, seen) for seen in nights]
    dead = list(never(rules, w))
    assert not (dead and any(fired)), dead
    if match == "final" and "peak" not in when:  # all of it is known beforehand, but for what the chat makes a peak
        assert bool(dead) != fired[0]


# --- and of whole rules -----------------------------------------------------------------------------------------------

PEOPLE = {"viewers": 60, "segments": {"all": {"members": 0.5, "consent": 0.5, "browse": {"median": 6.0}}}}
EASY = {"click_base": -1.0, "chat_names": 0.3, "buy_base": -1.0}
SHOPS = {  # plenty, next to nothing, and hosts who exaggerate under lines that are held
    "plenty": {"shop": whole_shop(500)},
    "little": {"shop": whole_shop(1)},
    "strict": {"shop": whole_shop(50, price_lag=20.0), "host": {"truthfulness": 0.8}, "red_lines": {"mode": "enforce"}},
}
WORLDS = {name: world(audience=PEOPLE, loyalty=TIERS, assumptions=EASY, days_after=2.0, **changes)
          for name, changes in SHOPS.items()}  # fmt: skip
whos = st.fixed_dictionaries({}, optional={
    "sides": some(("home", "away", "neutral")), "tier": ranges(0, 3).filter(lambda r: r.get("below", 1) >= 1),
    "consent": st.booleans(), "early": st.booleans(), "minutes_watched": ranges(0, 200),
    "clicks": st.sampled_from(({"at_least": 1}, {"below": 2})),
    "shown": st.sampled_from(({"at_least": 1}, {"below": 3})),
    "orders": st.sampled_from(({"at_least": 1}, {"below": 1})),
    "interest": st.sampled_from(({"category": "jersey"}, {"category": "equipment", "at_least": 2})),
})  # fmt: skip
kinds = st.sampled_from(("product", "bundle", "coupon", "content", "presale"))
picks = st.fixed_dictionaries({"kind": kinds}, optional={
    "category": st.sampled_from(("jersey", "equipment", "boots")), "limited": st.sampled_from((True, False, None)),
    "colours": st.sampled_from(("own", "home", "away", "neutral", "any")),
    "by": st.sampled_from(("stock", "turns", "margin")),
})  # fmt: skip
stream = st.fixed_dictionaries({"when": whens | st.just({"every": 5}), "who": whos, "show": st.fixed_dictionaries(
    {"surface": st.sampled_from(("pop_up", "side_panel", "host_mention")), "pick": picks, "lasts": st.just(5)},
    optional={"discount": st.sampled_from((0.1, 0.6)), "claim": st.just(0.3)},
)}, optional={"limits": st.fixed_dictionaries({"stock_floor": st.sampled_from((2, 30, 600))})})  # fmt: skip
store = st.fixed_dictionaries({"when": st.fixed_dictionaries({"days": some((1, 2, 3))}), "who": whos, "show":
    st.fixed_dictionaries({"surface": st.just("store_push"), "pick": picks, "lasts": st.just(600)})})  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(rule=stream | store, name=st.sampled_from(list(WORLDS)))
def test_no_rule_that_reaches_anybody_is_said_never_to_fire(rule, name):
    try:
        rules = RuleFile.model_validate({"name": "Any", "rules": {"one": rule}})
    except ValidationError:
        assume(False)
    dead = list(never(rules, WORLDS[name]))
    assume(dead)
    shown = sum(pushes(play(WORLDS[name].night(1, r), Ruled(rules), "p"))["exposures"].sum() for r in range(2))
    assert shown == 0, dead
