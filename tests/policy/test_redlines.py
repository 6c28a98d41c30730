"""Red lines: nothing crosses them where they are enforced, and every crossing is found where they are audited."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from operator import itemgetter
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.blast import Blast
from sim.engine.board import Publisher
from sim.engine.ledger import Kind
from sim.engine.play import Played, play
from sim.measures.outcomes import outcomes
from sim.measures.parts import pushes, red_lines
from sim.policy import EVERYONE, Offer, Push, RedLines
from sim.world.match import DAY
from sim.world.night import Night, World
from sim.world.redlines import LINES
from sim.world.surfaces import Surface
from tests.worlds import TIERS, Scripted, any_night, lived, scripts, shop, whole_shop, world, worlds

STIRRING = {"goal", "own_goal", "penalty_award", "penalty_miss", "red", "second_yellow"}
SAID = {"pushes": 0}


class Noting(Scripted):
    """Says what the script says, messages of the days after too, and notes what the board shows."""

    def __post_init__(self):
        super().__post_init__()
        self.windows: list[float] = []
        self.aimed: dict[int, bool] = {}  # by number of the push
        self.windows_asked = 0

    def _note(self, view, said):
        self.windows.append(view.time)
        for place, push in enumerate(said):
            self.aimed[self.windows_asked * 16 + place] = not isinstance(push.audience, str)
        SAID["pushes"] += len(said)
        self.windows_asked += 1
        return said

    def decide(self, view):
        return self._note(view, list(super().decide(view)))

    def follow_up(self, view):
        goods = [key for key, item in view.items.items() if item.price and key != "ahead"]
        who = EVERYONE if view.day % 2 else np.arange(0, len(view.viewers), 2)
        claim = 0.5 if view.day == 2 else 0.0
        return self._note(
            view, [Push("store_push", Offer(key, claim=claim), view.time + DAY, who) for key in goods[:3]]
        )


limits = st.fixed_dictionaries(
    {
        "mode": st.just("enforce"),
        "forced": st.sampled_from((0, 1, 3)),
        "intrusive": st.sampled_from((0.0, 0.07, 0.15)),
        "most": st.sampled_from((0, 2, 6, 30)),
        "cool_down": st.sampled_from((0, 30, 600)),
        "peak_seconds": st.sampled_from((0, 60, 300)),
    }
)


def test_nothing_crosses_an_enforced_line_on_any_night():
    """Ten thousand pushes in the nightly run."""
    SAID["pushes"] = 0
    on_any_night()
    assert SAID["pushes"] >= (10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 500)


@any_night(30)
@given(w=worlds(days=2.5), script=scripts, lines=limits, seed=st.integers(0, 10**6))
def on_any_night(w, script, lines, seed):
    policy = Noting(script.script)
    w = changed(w, lines)
    played, till = watched(w.night(seed, 0), policy)
    assert next(crossings(played, policy, till, RedLines(**lines)), None) is None
    assert outcomes([played])["red_line_violations"] == 0


def watched(night: Night, policy: Noting) -> tuple[Played, list[tuple[float, np.ndarray]]]:
    """A night played, and what the till had whenever a board was published."""
    till, publish = [], Publisher.publish

    def publishing(self, now, free, heat):
        till.append((now, free.copy()))
        publish(self, now, free, heat)

    with patch.object(Publisher, "publish", publishing):
        return play(night, policy, "p", keep=True), till


def there(played: Played, item: int, free: np.ndarray) -> bool:
    """Whether one of an item could be sold."""
    c = played.night.catalogue
    parts, shelves = c.parts(item), free.reshape(c.shelves, c.sizes)
    sizes = range(c.sizes) if any(c.sized[shelf] for shelf, _ in parts) else (0,)
    return any(all(shelves[shelf, size if c.sized[shelf] else 0] >= n for shelf, n in parts) for size in sizes)


def changed(w: World, lines: dict[str, Any]) -> World:
    scenario = w.scenario.model_copy(update={"red_lines": RedLines(**lines)})
    return World(scenario, w.fixed, w.file, w.source)


def crossings(played: Played, policy: Noting, till: Any, lines: RedLines) -> Iterator[str]:
    """Every crossing that the rows tell of, worked out from them alone."""
    rows = played.ledger.frame()
    if (rows["kind"] == Kind.MISMATCH).any():
        yield "a till that asks more"
    told = rows[rows["kind"] == Kind.EXPOSURE].sort_values("time", kind="stable")
    yield from _too_often(played, told, rows, lines)
    muted = rows[rows["kind"] == Kind.MUTE].groupby("viewer")["time"].min()
    consent, asked = played.night.crowd.known["consent"] == 1, np.array(policy.windows)
    said = list(rows[rows["kind"] == Kind.PUSH].itertuples())
    for row in told.itertuples():
        place, terms = _place(played, row), played.books.terms[row.push]
        at = int(np.searchsorted(asked, row.time, side="right")) - 1
        key = terms.order.offer.item
        if (place.forced or _intrusiveness(played, row) >= lines.intrusive) and _stirs(played, asked[at], lines):
            yield f"loud at a peak, at {asked[at]}"
        if terms.claim > 0:
            yield "exaggerated"
        if muted.get(row.viewer, np.inf) < row.time:
            yield f"shown to viewer {row.viewer}, who has muted"
        if place.at_store and not consent[row.viewer] and policy.aimed[row.push]:
            yield f"aimed at viewer {row.viewer}, who has not consented"
        free = till[bisect_right(till, row.time, key=itemgetter(0)) - 1][1]
        if not there(played, row.item, free):
            yield f"{key} shown though the till had none when the window began"
        if not terms.order.offer.team and any(_cheaper(played, other, row) for other in said):
            yield f"{key} shown at {row.price}, and the till asks less"


def _too_often(played: Played, told: pd.DataFrame, rows: pd.DataFrame, lines: RedLines) -> Iterator[str]:
    consent = played.night.crowd.known["consent"] == 1
    paid = rows[rows["kind"] == Kind.PAYMENT].groupby("viewer")["time"].min()
    times: dict[int, list[float]] = defaultdict(list)
    forced: dict[int, int] = defaultdict(int)
    for row in told.itertuples():
        place, earlier = _place(played, row), times[row.viewer]
        if place.forced:
            bought = consent[row.viewer] and paid.get(row.viewer, np.inf) < row.time
            if not bought and forced[row.viewer] >= lines.forced:
                yield f"forced again on viewer {row.viewer}"
            forced[row.viewer] += not bought
        if place.in_shop:
            continue
        if len(earlier) >= lines.most:
            yield f"more than {lines.most} for viewer {row.viewer}"
        if earlier and row.time - earlier[-1] < lines.cool_down - 1e-6:
            yield f"{row.time - earlier[-1]} s apart for viewer {row.viewer}"
        earlier.append(row.time)


def _place(played: Played, row: Any) -> Surface:
    return played.night.scenario.surfaces.by_index()[row.surface]


def _intrusiveness(played: Played, row: Any) -> float:
    order = played.books.terms[row.push].order
    gentle = played.night.scenario.assumptions.content_gentle if order.offer.item == "fit" else 1.0
    return _place(played, row).intrusiveness * order.prominence * gentle + 1e-12


def _stirs(played: Played, window: float, lines: RedLines) -> bool:
    match = played.night.stage.match
    if window >= match.closes:
        return False
    stirred = any(e.kind in STIRRING and e.at <= window < e.at + lines.peak_seconds for e in match.events)
    return stirred or match.period_at(window).name == "P"


def _cheaper(played: Played, other: Any, row: Any) -> bool:
    """Whether another offer to everybody, of the same goods, runs at a lower price when this one is shown."""
    runs = other.time <= row.time < other.value and other.flag == 1 and other.item == row.item
    goods = played.night.catalogue.own_price[row.item] > 0
    return bool(runs and goods and other.price < row.price and not played.books.terms[other.push].order.offer.team)


# --- planted ----------------------------------------------------------------------------------------------------------


def told(*said: tuple[float, list[tuple[Any, ...]]]) -> Scripted:
    return Scripted(list(said))


class Messages:
    """Writes to every second viewer on the first day."""

    def decide(self, view):
        return []

    def follow_up(self, view):
        return [Push("store_push", Offer("ball"), view.time + DAY, np.arange(0, len(view.viewers), 2))]


class AtGoals:
    """A video the moment a goal is scored."""

    def decide(self, view):
        return [Push("short_video", Offer("ball"), view.time + 60.0)] * any(e.scores for e in view.news)


BALL = "ball", 0.0, 600.0, None
PLANTED: dict[str, tuple[Any, dict[str, Any]]] = {
    "forced": (told((0.0, [("pop_up", *BALL)]), (600.0, [("pop_up", *BALL)])), {}),
    "peak": (AtGoals(), {}),
    "most": (told(*((t, [("side_panel", "ball", 0.0, 60.0, None)]) for t in np.arange(0.0, 4000.0, 150.0))), {}),
    "cool_down": (told((0.0, [("side_panel", *BALL), ("floating_entry", *BALL)])), {}),
    "price": (told((0.0, [("side_panel", *BALL)]), (300.0, [("floating_entry", "ball", 0.2, 60.0, None)]),
                   (330.0, [("short_video", *BALL)])), {}),
    "stock": (told((0.0, [("side_panel", "red-shirt", 0.0, 600.0, None)])), {"shop": shop(0)}),
    "consent": (Messages(), {"days_after": 2.0}),
    "muted": (told((0.0, [("pop_up", *BALL)]), (60.0, [("shop_zone_banner", "ball", 0.0, 6000.0, None)])),
              {"assumptions": {"mute_rate": 0.05, "mute_annoyance": 4.0, "browse_play": 1.0}}),
    "claim": (told((0.0, [("side_panel", *BALL, {"claim": 0.5})])), {}),
}  # fmt: skip


def night(mode: str, changes: dict[str, Any]) -> World:
    people = {
        "viewers": 300,
        "segments": {"all": {"browse": {"median": 40.0}, "consent": 0.5, "stay": {"median": 300}}},
    }
    sides = {"home": {"name": "A", "expected_goals": 6}, "away": {"name": "B", "expected_goals": 5}}
    match = {"source": "generated", **sides}
    return world(**{"match": match, "shop": shop(5000), "audience": people, "red_lines": {"mode": mode}, **changes})


def test_there_is_a_plant_of_each_kind():
    assert set(PLANTED) == set(LINES)


@pytest.mark.parametrize("line", PLANTED)
def test_an_audit_finds_what_was_planted(line):
    policy, changes = PLANTED[line]
    policy.said = 0
    played = lived(night("audit", changes), policy)
    found = red_lines(played).query("line == @line")
    assert found["viewers"].sum() > 0
    assert not found["enforced"].any()
    assert found["reason"].str.len().min() > 10
    measured = outcomes([played])
    assert measured["red_line_violations"] >= found["viewers"].sum()
    assert measured["red_line_blocks"] == 0


@pytest.mark.parametrize("line", PLANTED)
def test_enforced_lines_keep_it_from_viewers_and_say_why(line):
    policy, changes = PLANTED[line]
    policy.said = 0
    played = lived(night("enforce", changes), policy)
    found = red_lines(played).query("line == @line")
    assert found["viewers"].sum() > 0
    assert found["enforced"].all()
    measured = outcomes([played])
    assert measured["red_line_violations"] == 0
    assert measured["red_line_blocks"] > 0 or found["forbidden"].all()


@pytest.mark.parametrize("line", PLANTED)
def test_a_line_that_is_left_out_is_not_held(line):
    policy, changes = PLANTED[line]
    policy.said = 0
    w = night("audit", changes)
    w = changed(w, {"mode": "enforce", "leave_out": [line]})
    assert line not in set(red_lines(lived(w, policy))["line"])


def test_lines_that_are_off_count_nothing_and_change_nothing():
    off, audit = (lived(night(mode, {}), Blast()) for mode in ("off", "audit"))
    assert outcomes([off])["red_line_violations"] == 0 < outcomes([audit])["red_line_violations"]
    assert not len(red_lines(off))
    rows = [x.ledger.frame().drop(columns="value") for x in (off, audit)]
    pd.testing.assert_frame_equal(*rows)


def test_a_till_that_learns_late_may_not_be_advertised_against():
    flash = told((0.0, [("side_panel", "ball", 0.3, 600.0, None)]))
    goods = shop(5000, price_lag=120.0)
    audit = lived(night("audit", {"shop": goods, "assumptions": {"click_base": -1.0, "buy_base": -1.0}}), flash)
    assert outcomes([audit])["price_mismatches"] > 0
    assert set(red_lines(audit)["line"]) == {"price"}
    flash.said = 0
    enforced = lived(night("enforce", {"shop": goods, "assumptions": {"click_base": -1.0, "buy_base": -1.0}}), flash)
    assert red_lines(enforced)["forbidden"].all()
    assert outcomes([enforced])["price_mismatches"] == outcomes([enforced])["exposures"] == 0
    assert not len(pushes(enforced))


class Careful(Blast):
    """Has red lines of its own."""

    red_lines = RedLines(mode="enforce", most=2, cool_down=0, leave_out=["peak", "forced"])


def test_a_policy_s_own_lines_are_held_beside_the_scenario_s():
    played = lived(night("audit", {}), Careful())
    shown = played.ledger.frame().query(f"kind == {int(Kind.EXPOSURE)}").groupby("viewer").size()
    assert shown.max() == 2
    held = red_lines(played).groupby("line")["enforced"].all()
    assert held["most"]
    assert not held["peak"]  # which the scenario audits, and the policy leaves out
    measured = outcomes([played])
    assert measured["red_line_violations"] > 0 < measured["red_line_blocks"]


def test_the_stricter_limit_counts():
    strict = night("enforce", {"red_lines": {"mode": "enforce", "most": 1}})
    played = lived(strict, Careful())
    assert played.ledger.frame().query(f"kind == {int(Kind.EXPOSURE)}").groupby("viewer").size().max() == 1


def test_content_is_gentle_and_banners_in_the_shop_wear_nobody_down():
    quiet = told((0.0, [("short_video", "fit", 0.0, 60.0, None)]), (30.0, [("shop_zone_banner", *BALL)]))
    w = night("audit", {"shop": whole_shop(5000), "loyalty": TIERS, "red_lines": {"mode": "audit", "most": 1}})
    assert set(red_lines(lived(w, quiet))["line"]) <= {"muted"}
