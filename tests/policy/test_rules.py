"""Rule files: what is wrong is said with its place, and what is right is done."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.engine.ledger import Kind
from sim.engine.play import Played, play
from sim.errors import InputError
from sim.measures.parts import pushes, red_lines
from sim.policy import AWAY, HOME, View
from sim.policy.check import PolicyError
from sim.policy.find import find
from sim.policy.rules.ruled import lot
from sim.policy.score import scores
from sim.world.night import World
from tests.worlds import TIERS, whole_shop, world

ROOT = Path(__file__).parents[2]
SHOW = "show: {surface: side_panel, item: ball, lasts: 3}"
EVERY = "when: {every: 5}"
WRONG = {  # the rule with a mark where the fault is, and what is said of it
    "an event that is none": (f"{{when: {{events: [¦gaol]}}, {SHOW}}}", "did you mean 'goal'?"),
    "no moment": (f"{{when: ¦{{}}, {SHOW}}}", "says nothing, so the rule would hold in every window"),
    "no when": (f"¦{{{SHOW}}}", "missing: needs 'when' (the moment)"),
    "a surface that is none": (
        f"{{{EVERY}, show: {{surface: ¦popup, item: ball, lasts: 3}}}}",
        "did you mean 'pop_up'?",
    ),
    "nothing to show": (f"{{{EVERY}, show: ¦{{surface: pop_up, lasts: 3}}}}", "needs 'item' (its key) or 'pick'"),
    "two things to show": (f"{{{EVERY}, show: {{surface: pop_up, item: a, pick: ¦{{}}, lasts: 3}}}}", "not both"),
    "a team by message": (
        "{when: {days: [2]}, show: {surface: store_push, item: a, discount: 0.1, team: ¦3, lasts: 3}}",
        "a team forms on the stream",
    ),
    "a pre-sale by message": (
        "{when: {days: [2]}, show: {surface: store_push, pick: {kind: ¦presale}, lasts: 3}}",
        "sold on the stream",
    ),
    "half an order": (f"{{{EVERY}, who: {{orders: {{at_least: 0.2, below: ¦0.8}}}}, {SHOW}}}", "no whole number"),
    "less than none": (f"{{{EVERY}, who: {{shown: {{below: ¦0}}}}, {SHOW}}}", "must be more than 0"),
    "a sure buyer": (f"{{{EVERY}, who: {{score: {{at_least: ¦1}}}}, {SHOW}}}", "a score is below 1"),
    "nobody by one": (f"{{when: {{score: {{leader: nobody, by: ¦{{at_least: 1}}}}}}, {SHOW}}}", "nobody leads by"),
    "somebody by none": (f"{{when: {{score: {{leader: home, by: ¦{{below: 1}}}}}}, {SHOW}}}", "a goal at least"),
    "no end": (f"{{when: {{heat: {{at_least: ¦.inf}}}}, {SHOW}}}", ""),
    "a negative discount": (
        f"{{{EVERY}, show: {{surface: pop_up, item: a, discount: ¦-0.1, lasts: 3}}}}",
        "must be at least 0, got -0.1",
    ),
    "a discount beyond all": (
        f"{{{EVERY}, show: {{surface: pop_up, item: a, discount: ¦10, lasts: 3}}}}",
        "at most 0.9",
    ),
    "over before it begins": (f"{{{EVERY}, show: {{surface: pop_up, item: a, lasts: ¦-3}}}}", "must be more than 0"),
    "a team of one": (
        f"{{{EVERY}, show: {{surface: pop_up, item: a, discount: 0.1, team: ¦1, lasts: 3}}}}",
        "2 people",
    ),
    "a team for nothing": (f"{{{EVERY}, show: {{surface: pop_up, item: a, team: ¦3, lasts: 3}}}}", "needs a discount"),
    "joint without the host": (
        f"{{{EVERY}, show: {{surface: pop_up, item: a, joint: ¦true, discount: 0.1, lasts: 3}}}}",
        "spoken by the host",
    ),
    "content at a discount": (
        f"{{{EVERY}, show: {{surface: pop_up, pick: {{kind: content}}, discount: ¦0.1, lasts: 3}}}}",
        "no 'discount'",
    ),
    "the side of no event": (f"{{{EVERY}, who: {{sides: ¦[acting]}}, {SHOW}}}", "name events in 'when'"),
    "whose event": (f"{{when: {{by: ¦home}}, {SHOW}}}", "name the events too"),
    "play in the days after": (
        f"{{when: {{days: [2], play: ¦true}}, {SHOW}}}",
        "days after a match have no 'play'",
    ),
    "a panel in the days after": (
        "{when: {days: [2]}, show: {surface: ¦side_panel, item: a, lasts: 3}}",
        "there is only store_push",
    ),
    "a message in the match": (
        f"{{{EVERY}, show: {{surface: ¦store_push, item: a, lasts: 3}}}}",
        "say which, in when.days",
    ),
    "from later to earlier": (f"{{when: {{minute: {{at_least: 80, below: ¦70}}}}, {SHOW}}}", "nothing is at least 80"),
    "an empty range": (f"{{when: {{heat: ¦{{side: home}}}}, {SHOW}}}", "needs 'at_least', 'below' or both"),
    "more than all": (f"{{{EVERY}, who: {{share: {{below: ¦1.4}}}}, {SHOW}}}", "must be at most 1"),
    "what nobody sees": (f"{{{EVERY}, who: {{¦annoyance: {{below: 1}}}}, {SHOW}}}", "unknown key 'annoyance'"),
    "twice": (f"{{{EVERY}, who: {{sides: ¦[home, home]}}, {SHOW}}}", "'home' is named twice"),
    "no number": (f"{{when: {{every: ¦soon}}, {SHOW}}}", "expected a number, got text 'soon'"),
    "no list": (f"{{when: {{events: ¦goal}}, {SHOW}}}", "expected a list, got text 'goal'"),
    "no key": (f"{{{EVERY}, show: {{surface: pop_up, item: ¦Big Ball, lasts: 3}}}}", "must match the pattern"),
    "a limit of none": (f"{{{EVERY}, {SHOW}, limits: {{per_viewer: ¦0}}}}", "must be at least 1, got 0"),
    "surge without a choice": (f"{{when: {{surge: ¦2}}, {SHOW}}}", "'surge' is about the items that 'pick' chooses"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_is_wrong_is_said_with_its_place(fault, tmp_path):
    text, words = WRONG[fault]
    text = f"name: Wrong\nrules:\n  one: {text}\n"
    line = next(i for i, part in enumerate(text.splitlines(), 1) if "¦" in part)
    column = text.splitlines()[line - 1].index("¦") + 1
    file = tmp_path / "wrong.yaml"
    file.write_text(text.replace("¦", ""))
    with pytest.raises(InputError) as wrong:
        find(str(file))
    (problem,) = wrong.value.problems
    assert (problem.line, problem.column) == (line, column), problem
    assert words in problem.message


def test_rules_are_found_by_their_file_and_hashed(tmp_path):
    policy = ruled(tmp_path, "{when: {every: 5}, show: {surface: side_panel, item: ball, lasts: 3}}")
    assert policy.name == "mine"
    assert len(policy.source_sha256) == 64
    assert policy.make() is not policy.make()


def ruled(folder: Path, *rules: str, more: str = "") -> Any:
    text = "".join(f"  rule-{i}: {rule}\n" for i, rule in enumerate(rules, 1))
    (folder / "mine.yaml").write_text(f"name: Mine\nrules:\n{text}{more}")
    return find(str(folder / "mine.yaml"))


# --- what rules do ----------------------------------------------------------------------------------------------------


def rich(stock: int = 5000, **numbers: float) -> World:
    people = {
        "viewers": 200,
        "segments": {"all": {"members": 0.6, "customers": 0.5, "consent": 0.6, "browse": {"median": 6.0}}},
    }
    sides = {"home": {"name": "A", "expected_goals": 4}, "away": {"name": "B", "expected_goals": 3}}
    easy = {"click_base": -1.0, "chat_names": 0.3, "buy_base": -2.0, **numbers}
    match = {"source": "generated", **sides}
    return world(match=match, audience=people, shop=whole_shop(stock), loyalty=TIERS, assumptions=easy, days_after=4.0)


class Watched:
    """Another policy's, with what it saw and said."""

    def __init__(self, policy: Any, keep: Any) -> None:
        self.policy, self.keep, self.red_lines = policy, keep, policy.red_lines
        self.told: list[tuple[Any, Any]] = []

    def decide(self, view: View) -> list[Any]:
        return self._heard(view, list(self.policy.decide(view)))

    def follow_up(self, view: View) -> list[Any]:
        return self._heard(view, list(self.policy.follow_up(view)))

    def _heard(self, view: View, said: list[Any]) -> list[Any]:
        self.told.append((self.keep(view), said))
        return said


WHENS = {
    "{events: [goal, own_goal]}": lambda v: any(e.scores for e in v.news),
    "{events: [goal, own_goal], by: home}": lambda v: any(e.scores and e.side == HOME for e in v.news),
    "{periods: [HT, post]}": lambda v: v.period in ("HT", "post"),
    "{play: false}": lambda v: not v.in_play and v.day == 0,
    "{play: true, peak: false}": lambda v: v.in_play and not v.peak,
    "{minute: {at_least: 70, below: 80}}": lambda v: v.minute is not None and 70 <= v.minute < 80,
    "{periods: [pre, HT], into: {at_least: 5, below: 10}}": lambda v: v.period in ("pre", "HT") and 5 <= v.into < 10,
    "{heat: {at_least: 1.5}}": lambda v: max(v.heat) >= 1.5 and v.day == 0,
    "{heat: {below: 1, side: home}}": lambda v: v.heat[0] < 1 and v.day == 0,
    "{score: {leader: home}}": lambda v: v.score[0] > v.score[1] and v.day == 0,
    "{score: {leader: nobody}}": lambda v: v.score[0] == v.score[1] and v.day == 0,
    "{score: {by: {at_least: 1}}}": lambda v: abs(v.score[0] - v.score[1]) >= 1 and v.day == 0,
    "{stock: {item: red-shirt, below: 19990}}": lambda v: v.items["red-shirt"].stock < 19990 and v.day == 0,
    "{days: [1, 3]}": lambda v: v.day in (1, 3),
}


@pytest.mark.parametrize("when", WHENS)
def test_a_rule_fires_when_its_moment_is_and_not_otherwise(when, tmp_path):
    surface = "store_push" if "days" in when else "side_panel"
    rule = f"{{when: {when}, show: {{surface: {surface}, item: ball, lasts: 0.5}}}}"
    policy = Watched(ruled(tmp_path, rule).make(), WHENS[when])
    play(rich().night(3, 0), policy, "p")
    fired = [bool(said) for _, said in policy.told]
    assert fired == [bool(due) for due, _ in policy.told]
    assert 0 < sum(fired) < len(fired)


WHOS = {
    "{sides: [home, neutral]}": lambda v: v.viewers.side != AWAY,
    "{tier: {at_least: 1}}": lambda v: v.viewers.tier >= 1,
    "{consent: false}": lambda v: ~v.viewers.consent,
    "{early: true}": lambda v: v.viewers.early,
    "{interest: {category: jersey, at_least: 2}}": lambda v: v.viewers.interest("jersey") >= 2,
    "{minutes_watched: {at_least: 30}}": lambda v: v.viewers.minutes_watched >= 30,
    "{clicks: {at_least: 1}, shown: {below: 9}}": lambda v: (v.viewers.clicks >= 1) & (v.viewers.shown < 9),
    "{chats: {at_least: 1}}": lambda v: v.viewers.chats >= 1,
    "{minutes_since_shown: {at_least: 9}}": lambda v: v.viewers.minutes_since_shown >= 9,
    "{history: {at_least: 1}}": lambda v: v.viewers.history >= 1,
    "{orders: {below: 1}}": lambda v: v.viewers.orders == 0,
    "{score: {at_least: 0.5}}": lambda v: scores(v) >= 0.5,
    "{share: {below: 0.3}}": lambda v: lot(len(v.viewers), "lot") < 0.3,
}


@pytest.mark.parametrize("who", WHOS)
def test_a_rule_is_for_whom_it_says(who, tmp_path):
    rule = f"{{when: {{play: false, every: 10}}, who: {who}, show: {{surface: side_panel, item: ball, lasts: 4}}}}"
    others = "{when: {every: 7}, show: {surface: pop_up, pick: {}, lasts: 2}}"
    policy = Watched(ruled(tmp_path, rule, others).make(), WHOS[who])
    play(rich().night(3, 0), policy, "p")
    met = [(due, said[0].audience) for due, said in policy.told if said and said[0].because == "rule-1"]
    assert met
    assert all((due == audience).all() for due, audience in met)
    assert any(0 < due.sum() < len(due) for due, _ in met)


def test_lots_are_even_and_other_draws_are_others():
    lots, others = lot(10_000, "lot"), lot(10_000, "other")
    assert abs((lots < 0.3).mean() - 0.3) < 0.02
    assert abs(np.corrcoef(lots, others)[0, 1]) < 0.03
    assert (lot(100, "lot") == lots[:100]).all()


def said_by(folder: Path, *rules: str, more: str = "", w: World | None = None) -> tuple[Played, list[tuple[View, Any]]]:
    def facts(v: View) -> tuple[Any, ...]:
        there = v.viewers.present & ~v.viewers.muted
        return v.time, there, {k: (i.stock, i.mentions, i.surge) for k, i in v.items.items()}

    policy = Watched(ruled(folder, *rules, more=more).make(), facts)
    played = play((w or rich()).night(3, 0), policy, "p", keep=True)
    return played, [(fact, push) for fact, said in policy.told for push in said]


def test_items_are_picked_as_said(tmp_path):
    show = "show: {{surface: floating_entry, pick: {}, lasts: 2}}"
    for pick, right in {
        "{by: stock}": lambda item, facts: facts[2][item][0] == max(f[0] for k, f in facts[2].items() if k in GOODS),
        "{by: price}": lambda item, _: item in ("red-shirt", "blue-shirt"),
        "{category: equipment}": lambda item, _: item == "ball",
        "{kind: bundle}": lambda item, _: item == "set",
        "{kind: content}": lambda item, _: item == "fit",
        "{colours: away}": lambda item, _: item == "blue-shirt",
        "{by: chat}": lambda item, facts: facts[2][item][1] == max(f[1] for k, f in facts[2].items() if k in GOODS),
    }.items():
        _, told = said_by(tmp_path, f"{{when: {{every: 10}}, {show.format(pick)}}}")
        assert told, pick
        assert all(right(push.offer.item, facts) for facts, push in told), pick


GOODS = ("red-shirt", "blue-shirt", "ball")


def test_items_come_by_turns(tmp_path):
    _, told = said_by(tmp_path, "{when: {every: 10}, show: {surface: floating_entry, pick: {}, lasts: 2}}")
    items = [push.offer.item for _, push in told]
    assert all(a != b for a, b in pairwise(items))
    assert set(items) == set(GOODS)


def test_own_colours_go_to_their_fans_and_tastes_to_those_who_have_them(tmp_path):
    show = "show: {{surface: floating_entry, pick: {{{}}}, lasts: 2}}"
    played, told = said_by(tmp_path, f"{{when: {{every: 10}}, {show.format('colours: own')}}}")
    side = played.night.crowd.known["side"]
    for _, push in told:
        wanted = {"red-shirt": HOME, "blue-shirt": AWAY, "ball": 2}[push.offer.item]
        assert (side[push.audience] == wanted).all()
    played, told = said_by(tmp_path, f"{{when: {{every: 10}}, {show.format('by: viewer')}}}")
    shirts = [push for _, push in told if push.offer.item == "red-shirt"]
    assert all((side[push.audience] != AWAY).all() for push in shirts)
    together = np.sum([push.audience for (at, *_), push in told if at == told[-1][0][0]], axis=0)
    assert (together == 1).all()  # everybody one thing


def test_what_surges_in_chat_is_shown(tmp_path):
    _, told = said_by(tmp_path, "{when: {surge: 1.5}, show: {surface: floating_entry, pick: {by: chat}, lasts: 2}}")
    assert told
    assert all(facts[2][push.offer.item][2] >= 1.5 for facts, push in told)


def test_a_call_for_the_last_seat_names_what_the_team_is_for(tmp_path):
    team = "{when: {every: 4}, show: {surface: pop_up, pick: {kind: product}, discount: 0.4, team: 3, lasts: 9}}"
    call = "{when: {team: {missing: 1}}, show: {surface: floating_entry, pick: {}, lasts: 1}}"
    of_ball = "{when: {team: {missing: 2}}, show: {surface: floating_entry, item: ball, lasts: 1}}"
    lacking = Watched(
        ruled(tmp_path, team, call, of_ball).make(),
        lambda v: {(x.item, x.team - x.waiting) for x in v.running if x.waiting},
    )
    play(rich().night(3, 0), lacking, "p")
    calls = {"rule-2": 0, "rule-3": 0}
    for seats, said in lacking.told:
        short = {key for key, missing in seats if missing == 1}
        called = {push.because: push.offer.item for push in said if push.because in calls}
        assert ("rule-2" in called) == bool(short)
        assert ("rule-3" in called) == any(key == "ball" for key, _ in seats)
        assert called.get("rule-2") in {None, *short}
        for rule in called:
            calls[rule] += 1
    assert min(calls.values()) > 0


def test_a_goal_of_either_side_is_told_to_its_own(tmp_path):
    rule = (
        "{when: {events: [goal]}, who: {sides: [acting]}, "
        "show: {surface: side_panel, pick: {colours: acting}, discount: 0.1, lasts: 3}}"
    )
    played, told = said_by(tmp_path, rule)
    goals = {(e.at // 30, e.side) for e in played.night.stage.match.events if e.kind == "goal"}
    assert len(told) == len(goals)
    assert {push.offer.item for _, push in told} == {"red-shirt", "blue-shirt"}


LIMITED = "{{when: {{play: false}}, show: {{surface: side_panel, item: ball, {}lasts: 2}}, limits: {}}}"


def test_limits_hold(tmp_path):
    _, told = said_by(tmp_path, LIMITED.format("", "{per_match: 3}"))
    assert len(told) == 3
    _, told = said_by(tmp_path, LIMITED.format("", "{per_viewer: 2, cool_down: 5}"))
    times = np.array([at for (at, *_), _ in told])
    sent = np.array([there & (p.audience if len(p.audience) == 200 else True) for (_, there, _), p in told])
    assert sent.sum(axis=0).max() == 2
    assert all(np.diff(times[sent[:, viewer]]).min(initial=300.0) >= 300.0 for viewer in range(200))
    whole, _ = said_by(tmp_path, LIMITED.format("discount: 0.5, ", "{}"))
    some, _ = said_by(tmp_path, LIMITED.format("discount: 0.5, ", "{budget: 60}"))
    given = [(30.0 * pushes(x)["orders"] - pushes(x)["revenue"]).sum() for x in (whole, some)]
    assert 60.0 <= given[1] < 0.7 * given[0]
    _, told = said_by(tmp_path, LIMITED.format("", "{stock_floor: 55}"), w=rich(60))
    assert 0 < len(told) < len(said_by(tmp_path, LIMITED.format("", "{}"), w=rich(60))[1])
    assert all(facts[2]["ball"][0] >= 55 for facts, _ in told)


def test_no_viewer_is_shown_more_pushes_than_the_limits_allow(tmp_path):
    """Standing surfaces too, which latecomers meet: counted from the rows."""
    rule = (
        "{when: {every: 3}, show: {surface: side_panel, item: ball, lasts: 9}, limits: {per_viewer: 2, cool_down: 8}}"
    )
    played, _ = said_by(tmp_path, rule)
    told = played.ledger.frame().query(f"kind == {int(Kind.EXPOSURE)}")
    first = told.groupby(["viewer", "push"])["time"].min().reset_index()
    assert first.groupby("viewer").size().max() == 2
    said = pushes(played).set_index("push")["time"]
    gaps = first.assign(said=first["push"].map(said)).groupby("viewer")["said"].diff().dropna()
    assert len(gaps)
    assert gaps.min() >= 480.0


def test_a_message_to_all_aims_at_nobody_though_it_has_limits(tmp_path):
    rule = "{when: {days: [1]}, show: {surface: store_push, item: ball, lasts: 1440}, limits: {per_viewer: 1}}"
    others = "{when: {days: [2]}, who: {tier: {at_least: 1}}, show: {surface: store_push, item: ball, lasts: 1440}}"
    loud = "{when: {every: 5}, show: {surface: pop_up, pick: {}, lasts: 2}}"
    played, _ = said_by(tmp_path, rule, others, loud, w=rich(mute_rate=0.02))
    assert 0 < played.crowd.known["muted"].sum() < 200
    crossed = red_lines(played).query("line == 'consent'")
    assert set(crossed["because"]) == {"rule-2"}


def test_rules_wait_while_there_is_no_room(tmp_path):
    many = [f"{{when: {{periods: [1H]}}, show: {{surface: pop_up, item: {item}, lasts: 60}}}}" for item in GOODS] * 6
    late = "{when: {periods: [1H, HT]}, show: {surface: pop_up, item: ball, lasts: 1}, limits: {per_match: 1}}"
    _, told = said_by(tmp_path, *many, late)
    at = [time for (time, *_), _ in told]
    assert max(at.count(time) for time in set(at)) == 16
    assert [push.because for _, push in told].count("rule-19") == 1  # and not used up while it waited


def test_limits_of_all_rules_together_hold(tmp_path):
    rules = [LIMITED.format("", "{}").replace("ball", item) for item in GOODS]
    _, told = said_by(tmp_path, *rules, more="limits: {per_match: 4}\n")
    assert len(told) == 4


def test_results_and_stories_say_which_rule_it_was(tmp_path):
    played, _ = said_by(tmp_path, "{when: {every: 9}, show: {surface: pop_up, item: ball, lasts: 2}}")
    assert set(pushes(played)["because"]) == {"rule-1"}


def test_red_lines_of_a_rule_file_are_held(tmp_path):
    rule = "{when: {every: 3}, show: {surface: side_panel, item: ball, lasts: 2}}"
    played, _ = said_by(tmp_path, rule, more="red_lines: {mode: enforce, most: 2}\n")
    assert played.crowd.known["shown"].max() == 2


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("{when: {every: 5}, show: {surface: pop_up, item: bat, lasts: 3}}", "there is no item 'bat' to offer"),
        ("{when: {every: 5}, who: {interest: {category: jersy}}, show: {surface: pop_up, item: ball, lasts: 3}}",
         "rule 'rule-1': there is no category 'jersy' to be interested in — did you mean 'jersey'?"),
    ],
)  # fmt: skip
def test_what_another_scenario_has_is_refused_with_name_rule_and_clock(rule, words, tmp_path):
    with pytest.raises(PolicyError) as refused:
        play(rich().night(3, 0), ruled(tmp_path, rule).make(), "mine")
    assert str(refused.value).startswith("policy 'mine' at -30:00 (-1800 s): ")
    assert words in str(refused.value)
    assert "rule-1" in str(refused.value)
