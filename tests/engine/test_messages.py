"""The store's messages in the days after: several on one day, and what a policy sees then."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.ledger import Flag, Kind
from sim.measures.parts import red_lines
from sim.policy import Offer, Push
from sim.policy.check import PolicyError
from sim.world.surfaces import SurfaceIndex
from tests.engine.shelf import rows
from tests.worlds import lived, whole_shop, world

DAY = 86_400.0


class Writes:
    """Messages about these items on every day; remembers what it has seen."""

    def __init__(self, *items):
        self.items, self.seen = items, []

    def decide(self, view):
        if view.period == "post":
            self.minutes = view.viewers.minutes_watched.max()
        return []

    def follow_up(self, view):
        v = view.viewers
        knows = v.clicks + v.chats + v.minutes_watched + v.early + v.interest("jersey")
        self.without_consent, self.with_consent = knows[~v.consent].sum(), knows[v.consent].sum()
        self.seen.append((view.viewers.present.sum(), sum(view.present), view.viewers.minutes_watched.max()))
        return [Push("store_push", Offer(item), view.time + DAY) for item in self.items]


def days(policy, engine="compiled", numbers=None, **segment):
    people = {"viewers": 400, "segments": {"all": {"share": 1.0, "browse": {"median": 6.0}, **segment}}}
    keen = {"buy_base": -1.0, "click_base": -1.0, "trust_average": 0.1, **(numbers or {})}
    return lived(world(audience=people, shop=whole_shop(5000), days_after=3.0, assumptions=keen), policy, engine=engine)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_messages_of_a_day_are_read_in_the_order_in_which_they_were_said(engine):
    noticed = rows(days(Writes("ball", "set", "red-shirt"), engine), Kind.NOTICE)
    twice = 0
    for _, mine in noticed.sort_values("push").groupby("viewer"):
        twice += len(mine) > 1
        assert mine["time"].is_monotonic_increasing
    assert twice > 100
    assert noticed["value"].max() < 1.0  # a message adds some tenth of a tolerance, which is gone in an hour


def test_a_coupon_can_be_had_once():
    taken = rows(days(Writes("tenth", "ball"), tolerance={"median": 50.0}), Kind.COUPON, Kind.PAYMENT)
    coupons = taken[taken["kind"] == Kind.COUPON]["viewer"]
    assert len(coupons) > 50
    assert coupons.is_unique


def test_nobody_is_present_in_the_days_after():
    policy = Writes("ball")
    days(policy, consent=1.0)
    assert len(policy.seen) == 3
    for present, counted, minutes in policy.seen:
        assert (present, counted) == (0, 0)
        assert policy.minutes <= minutes <= policy.minutes + 1.0


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_what_is_read_in_the_evening_does_nothing_in_the_morning(engine):
    """Messages and visits of a day are in order of time: a coupon cannot pay for what was bought before it was had."""
    often_there = {"visit_scale": 0.5, "visit_shape": 1.0}
    told = rows(days(Writes("tenth"), engine, customers=1.0, numbers=often_there), Kind.COUPON, Kind.PAYMENT)
    had = told[told["kind"] == Kind.COUPON].groupby("viewer")["time"].min()
    bought = told[(told["kind"] == Kind.PAYMENT) & (told["flag"] & int(Flag.STORE) != 0)]
    used = bought[bought["flag"] & int(Flag.COUPON) != 0]
    assert len(used) > 20
    assert (used["time"] > used["viewer"].map(had)).all()
    before = bought["time"] < bought["viewer"].map(had)
    assert before.sum() > 20  # and many had come earlier on the same day


def test_the_store_knows_of_the_stream_only_with_consent():
    policy = Writes("ball")
    days(policy, consent=0.5)
    assert policy.without_consent == 0
    assert policy.with_consent > 100


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_message_that_has_expired_is_not_read(engine):
    class Short(Writes):
        def follow_up(self, view):
            return [Push("store_push", Offer(item), view.time + DAY / 4.0) for item in self.items]

    met = rows(days(Short("ball"), engine), Kind.EXPOSURE)
    met = met[met["surface"] == SurfaceIndex.STORE_PUSH]
    said = rows(days(Short("ball"), engine), Kind.PUSH).set_index("push")["time"]
    assert (met["time"] < met["push"].map(said) + DAY / 4.0).all()
    assert 0.15 < len(met) / (3 * 400) < 0.35  # a quarter of the day, of three


@pytest.mark.parametrize(("usable", "when"), [(0, "at +20:00"), (2, "at day 3")])
def test_a_coupon_whose_days_are_over_is_refused(usable, when):
    shop = whole_shop(50, coupons={"tenth": {"name": "A tenth off", "share": 0.1, "days": usable}})
    w = world(shop=shop, days_after=5.0, audience={"viewers": 50})
    with pytest.raises(PolicyError, match=f"'tenth' can be used for {usable} days after the match") as stopped:
        lived(w, Writes("tenth"))
    assert when in str(stopped.value)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_who_first_buys_by_a_message_comes_to_the_store_from_then_on(engine):
    """As who first bought on the stream does."""
    often = {"visit_shape": 10.0, "visit_scale": 0.5, "drop_a": 0.05}
    played = days(Writes("ball"), engine, often, customers=0.0, browse={"median": 0.001})
    first = rows(played, Kind.PAYMENT).groupby("viewer").first()
    first = first[(first["push"] >= 0) & (first["time"] < played.night.stage.match.closes + DAY)]
    visits = rows(played, Kind.STORE_VISIT).groupby("viewer")["time"].min()
    assert len(first) > 20
    assert first.index.isin(visits.index).mean() > 0.9
    assert (visits.reindex(first.index).dropna() > first["time"]).all()


class ToHalves(Writes):
    """A message to each half of the viewers, which nobody gets two of, for the first half of the day."""

    def follow_up(self, view):
        halves = np.arange(len(view.viewers)) % 2 == 0
        until = view.time + DAY / 2
        return [Push("store_push", Offer(i), until, h) for i, h in zip(self.items, (halves, ~halves), strict=True)]


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_message_that_one_gets_alone_is_read_at_any_time_of_the_day_whatever_others_get(engine):
    told = rows(days(ToHalves("ball", "set"), engine), Kind.NOTICE)
    by_item = told.groupby("item")["viewer"].count()
    assert len(by_item) == 2
    assert by_item.min() > 0.8 * by_item.max()


def test_after_the_broadcast_nobody_chats_and_play_is_at_no_peak():
    """Also where it closes with the whistle, at a peak."""
    seen = []

    class Looks(Writes):
        def follow_up(self, view):
            seen.append((view.peak, max(view.chat_rate), max(view.heat), max(i.mentions for i in view.items.values())))
            return super().follow_up(view)

    shown = days(Looks("ball"), numbers={"post_match": 0.0, "chat_names": 0.3}, chat={"median": 1.0})
    assert len(seen) == 3
    assert set(seen) == {(False, 0.0, 1.0, 0.0)}
    assert "peak" not in set(red_lines(shown)["line"])
