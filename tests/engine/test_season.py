"""Matches one after the other: both engines, stopped and resumed, and what goes on from one to the next."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from policies.blast import Blast
from policies.no_push import NoPush
from sim.engine.ledger import Flag, Kind
from sim.engine.parcels import Parcels, ParcelState
from sim.engine.season import play_season
from sim.measures.outcomes import outcomes
from sim.measures.parts import parts_of
from sim.measures.twins import ending, joined
from sim.policy import Offer, Push
from sim.world.carried import Carried
from sim.world.night import World
from tests.engine.shelf import flagged, rows
from tests.worlds import shop, whole_shop, world

VIEWERS = 80
MATCH = {
    "source": "generated",
    "home": {"name": "Reds", "expected_goals": 1.8},
    "away": {"name": "Blues", "expected_goals": 1.4},
}
DAYS = (0, 3, 10)


def season(**changes) -> World:
    goods = shop(8, rebate={"share": 0.1})
    goods["products"]["ball"]["replenishment"] = {"reorder_at": 4, "quantity": 6, "lead": 1440}
    given = {
        "fixtures": [{"day": day, "match": MATCH} for day in DAYS],
        "days_after": 4.0,
        "audience": {
            "viewers": VIEWERS,
            "segments": {"all": {"browse": {"median": 8.0}, "members": 0.5, "customers": 0.6}},
        },
        "shop": goods,
        "assumptions": {"buy_base": -1.5, "visit_shape": 5.0},
    }
    one = world(**{**given, **changes}, match=None)
    return World(one.scenario, (None,) * len(DAYS), one.file, one.source)


def played(policy=Blast, **how):
    return list(play_season(season(), policy, "p", 3, 1, keep=True, **how))


@pytest.fixture(scope="module")
def whole():
    return played()


def hashes(nights):
    return [night.ledger.sha256 for night in nights]


def test_both_engines_write_the_same_season(whole):
    assert hashes(played(engine="reference")) == hashes(whole)
    assert len(set(hashes(whole))) == len(DAYS)


@pytest.mark.parametrize("after", [0, 1])
def test_a_season_that_was_stopped_goes_on_as_if_it_had_not_been(whole, after, tmp_path):
    nights = play_season(season(), Blast, "p", 3, 1, keep=True)
    for _ in range(after + 1):
        stopped = next(nights)
    stopped.carried.save(tmp_path / "state.npz")
    resumed = played(resume=Carried.load(tmp_path / "state.npz"))
    assert hashes(resumed) == hashes(whole)[after + 1 :]


def test_people_shelves_and_parcels_go_on(whole):
    first, second, third = whole
    assert first.carried.fixture == 1
    assert third.carried is None
    assert len(first.carried.parcels)
    for before, after in ((first, second), (second, third)):
        ended, began = before.closing.stock, after.night.carried.stock[4]
        assert (began >= 0).all()
        assert (after.stock.initial == ended.initial).all()
    stock = third.stock
    held = stock.free + stock.reserved + stock.sold + stock.elsewhere
    assert (stock.initial + stock.delivered + stock.restocked == held).all()
    assert stock.delivered.sum() > 0


def test_points_and_credit_add_up_over_a_season(whole):
    start = season().night(3, 1)
    rows = np.concatenate([night.ledger.rows() for night in whole])
    for kind, table, name in ((Kind.POINTS, "viewers", "points"), (Kind.CREDIT, "viewers", "credit")):
        changes = rows[rows["kind"] == kind]
        assert len(changes)
        begun = getattr(start.crowd, table)[name].astype(float)
        np.add.at(begun, changes["viewer"], changes["value"])
        np.testing.assert_array_equal(begun, getattr(whole[-1].crowd, table)[name])


def test_who_stays_away_is_not_there_and_may_come_back(whole):
    away = np.zeros(VIEWERS, bool)
    for night in whole:
        assert not (night.closing.came & away).any()
        rows = night.ledger.rows()
        for row in rows[rows["kind"] == Kind.COMEBACK]:
            assert away[row["viewer"]] == (row["flag"] == 1)
            away[row["viewer"]] = row["flag"] == 0
    assert away.any()


def test_pushes_tire_people_over_weeks(whole):
    quiet = played(NoPush)
    assert outcomes(whole)["fatigue_mean"] > 0.0 == outcomes(quiet)["fatigue_mean"]
    tolerance = [nights[-1].crowd.viewers["tolerance"].mean() for nights in (whole, quiet)]
    assert tolerance[0] < tolerance[1]


def test_outcomes_are_those_of_all_matches(whole):
    told = outcomes(whole)
    assert told["orders"] == sum(outcomes([night])["orders"] for night in whole)
    assert told["first_match_orders"] == outcomes(whole[:1])["orders"]
    rows = np.concatenate([night.ledger.rows() for night in whole])
    money = {kind: rows["price"][rows["kind"] == kind].sum() for kind in (Kind.PAYMENT, Kind.BALANCE, Kind.REFUND)}
    net = money[Kind.PAYMENT] + money[Kind.BALANCE] - money[Kind.REFUND]
    assert told["net_revenue"] == pytest.approx(net / 100)


def test_what_a_match_leaves_behind_is_not_changed_by_the_next(whole):
    again = list(play_season(season(), Blast, "p", 3, 1, keep=True, resume=whole[0].carried))
    assert [a.ledger.sha256 for a in again] == [b.ledger.sha256 for b in whole[1:]]
    assert outcomes(whole[:1]) == outcomes(played()[:1])


def test_returns_that_are_being_looked_at_as_the_next_match_begins_are_refunded_all_the_same():
    w = season(
        fixtures=[{"day": day, "match": MATCH} for day in (0, 3, 6)],
        days_after=40.0,
        audience={"viewers": 400, "segments": {"all": {"browse": {"median": 8.0}, "loyal": 0.99}}},
        shop=shop(5000),
        assumptions={"buy_base": -1.0, "return_mind": 0.25, "return_fit": 0.6, "exchange_share": 0.0},
        fulfilment={
            "kickoff": 13.0, "inspected_per_hour": 5, "return_days": 1.0,
            "carriers": {"post": {"name": "Post", "share": 1.0, "median": 0.5, "spread": 0.2}},
        },
    )  # fmt: skip
    nights = list(play_season(w, NoPush, "p", 3, 1, keep=True))
    kinds = np.concatenate([night.ledger.rows()["kind"] for night in nights])
    posted, refunded = ((kinds == kind).sum() for kind in (Kind.RETURN_POSTED, Kind.REFUND))
    assert posted - 3 <= refunded <= posted  # the last ones are on their way
    in_hand = [(night.carried.parcels["state"] == ParcelState.CHECKED).sum() for night in nights[:-1]]
    assert sum(in_hand) > 20


class CouponAt:
    """Offers a coupon at one match of a season, and at no other."""

    matches = 0

    def __init__(self, match):
        self.here = CouponAt.matches == match
        CouponAt.matches += 1

    def decide(self, view):
        if self.here and view.news:
            yield Push("pop_up", Offer("tenth"), view.time + 600.0)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize(("days", "used_at"), [(0, {0}), (5, {0, 1}), (20, {0, 1, 2})])
def test_a_coupon_lasts_as_long_as_was_said_also_into_the_next_match(days, used_at, engine):
    coupons = {"tenth": {"name": "A tenth off", "share": 0.1, "days": days}}
    keen = {"viewers": 200, "segments": {"all": {"browse": {"median": 8.0}, "tolerance": {"median": 20.0}}}}
    w = season(shop=whole_shop(5000, coupons=coupons), audience=keen, assumptions={"buy_base": -2.0})
    CouponAt.matches = 0
    nights = list(play_season(w, lambda: CouponAt(0), "p", 3, 1, engine=engine, keep=True))
    start, had, found = 0.0, {}, set()
    for number, night in enumerate(nights):
        told = rows(night, Kind.COUPON, Kind.PAYMENT)
        had |= dict.fromkeys(told["viewer"][told["kind"] == Kind.COUPON])
        used = told[flagged(told, Flag.COUPON) & (told["kind"] == Kind.PAYMENT)]
        assert set(used["viewer"]) <= set(had)
        assert (used["time"] + start < nights[0].night.stage.match.full_time + days * 86_400.0 + 3600.0).all()
        if (used["time"] < night.night.stage.match.closes).any():
            found.add(number)
        start += (DAYS[number + 1] - DAYS[number]) * 86_400.0 if number < 2 else 0.0
    assert found == used_at


def returning(days_after=60.0, pre_match=30.0, days=(0, 4, 8), **assumptions):
    """A season in which much is sent back, and quickly."""
    return season(
        fixtures=[{"day": day, "match": MATCH} for day in days],
        days_after=days_after,
        audience={"viewers": 400, "segments": {"all": {"browse": {"median": 15.0}, "loyal": 0.97}}},
        shop=shop(5000),
        fulfilment={"return_days": 0.1, "carriers": {"post": {"name": "Post", "share": 1.0, "median": 2.0}}},
        assumptions={"buy_base": -1.0, "return_fit": 0.6, "return_mind": 0.25, "pre_match": pre_match, **assumptions},
    )


@pytest.mark.parametrize("pre_match", [30.0, 21.37])
def test_what_is_to_be_sent_back_as_a_match_opens_is_sent_back(pre_match):
    """Whatever the clocks of two matches are rounded to."""
    w = returning(pre_match=pre_match, exchange_share=0.0)
    nights = list(play_season(w, NoPush, "p", 3, 1, keep=True))
    for before, after in pairwise(nights):
        parcels = before.carried.parcels
        waits = parcels[parcels["state"] == ParcelState.ARRIVED]
        posted = rows(after, Kind.RETURN_POSTED)
        due = Counter(zip(waits["viewer"].tolist(), waits["item"].tolist(), strict=True))
        assert due.total() > 20
        assert due <= Counter(zip(posted["viewer"], posted["item"], strict=True))


def test_no_two_parcels_share_their_luck(monkeypatch):
    made = []
    blank = Parcels._blank
    monkeypatch.setattr(Parcels, "_blank", lambda *args: made.append(blank(*args)) or made[-1])
    list(play_season(returning(exchange_share=0.8), NoPush, "p", 3, 1))
    rows = np.concatenate(made)
    assert (rows["number"] & 0xF > 1).sum() > 10  # exchanges of exchanges
    keys = list(zip(rows["chapter"].tolist(), rows["viewer"].tolist(), rows["number"].tolist(), strict=True))
    assert len(set(keys)) == len(keys) > 500


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_what_came_while_the_last_match_was_on_is_told_also_without_days_after_it(engine):
    nights = list(play_season(returning(days_after=0.0), NoPush, "p", 3, 1, keep=True, engine=engine))
    assert all(len(rows(night, Kind.REFUND, Kind.ARRIVAL, Kind.RETURN_POSTED)) > 0 for night in nights)
    told = rows(nights[-1], Kind.REFUND, Kind.ARRIVAL, Kind.RETURN_POSTED)
    assert (told["time"] <= nights[-1].night.stage.match.closes + 7200.0).all()


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_what_comes_back_while_a_match_is_on_is_for_sale_when_its_evening_is_over(engine):
    nights = list(play_season(returning(days=(0, 4)), NoPush, "p", 3, 1, keep=True, engine=engine))
    back = rows(nights[1], Kind.RESTOCK, Kind.WRITE_OFF)
    first = back["time"].min()
    assert first > nights[1].night.stage.match.closes
    assert (back["time"] == first).sum() > 3  # what was looked at during the broadcast


def test_measures_need_only_the_people_of_the_last_match(whole):
    light = [*(night.let_go() for night in whole[:-1]), whole[-1]]
    assert outcomes(light) == outcomes(whole)
    for told, again in zip(parts_of(whole).values(), parts_of(light).values(), strict=True):
        assert told.equals(again)
    assert joined(ending(whole), ending(light)) == joined(ending(light), ending(whole))


@pytest.mark.parametrize("content", [b"", b"no archive", "array", "another"])
def test_a_file_that_no_match_has_left_is_refused(content, tmp_path):
    file = tmp_path / "state.npz"
    if content == "array":
        with file.open("wb") as out:
            np.save(out, np.zeros(3))
    elif content == "another":
        np.savez(file, fixture=1, known=np.zeros(3))
    else:
        file.write_bytes(content)
    with pytest.raises(ValueError, match=r"state\.npz is not what a match of this version has left"):
        Carried.load(file)


def test_who_came_to_the_store_once_more_after_one_match_has_the_same_luck_after_the_next():
    """Twins stay comparable: the times of their visits go together though their numbers of visits did not."""
    w = season(
        audience={"viewers": 1000, "segments": {"all": {"browse": {"median": 8.0}, "customers": 0.8}}},
        shop=shop(50_000),
        fixtures=[{"day": day, "match": MATCH} for day in (0, 14, 28)],
        assumptions={"visit_shape": 5.0, "buy_base": -2.5, "click_base": -2.0},
    )
    calm, loud = (visits(play_season(w, policy, "p", 3, 1, keep=True)) for policy in (NoPush, Boasting))
    other = [v for v in calm[1].keys() & loud[1].keys() if len(calm[0].get(v, ())) != len(loud[0].get(v, ()))]
    assert len(other) > 20
    first = [[after[v][0] for v in other] for after in (calm[1], loud[1])]
    assert np.corrcoef(first)[0, 1] > 0.7


class Boasting:
    def decide(self, view):
        often = view.time % 600.0 < view.window
        return [Push("pop_up", Offer("red-shirt", 0.3, claim=1.0), view.time + 600.0)] if often else []


def visits(nights) -> list[dict[int, list[float]]]:
    """Match by match, when each viewer came to the store after it."""
    return [rows(n, Kind.STORE_VISIT).groupby("viewer")["time"].apply(list).to_dict() for n in nights]
