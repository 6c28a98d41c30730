"""Everything a viewer can do or meet is told in words."""

from __future__ import annotations

import pytest

from policies.blast import Blast
from sim.engine.ledger import SHOPS, Kind
from sim.engine.season import play_season
from sim.report.explain import WORDS, explain
from tests.engine.test_season import DAYS, season
from tests.worlds import TIERS, Scripted, lived, whole_shop, world

KEEN = {"click_base": -1.0, "buy_base": -1.0, "cart_base": -1.0, "content_base": -0.5, "trust_average": 0.1}
SAID = Scripted(
    [
        (t, [("pop_up", item, off, 1200.0, None, terms)])
        for t, item, off, terms in (
            (-900.0, "tenth", 0.0, {}),
            (-600.0, "ball", 0.3, {"team": 2}),
            (0.0, "fit", 0.0, {}),
            (900.0, "ahead", 0.0, {}),
            (2800.0, "set", 0.1, {}),
        )
    ]
)


def test_there_are_words_for_all_that_concerns_a_viewer():
    assert set(WORDS) == {kind for kind in Kind if kind < SHOPS} - {Kind.ASK}


@pytest.fixture(scope="module")
def stories():
    people = {"viewers": 60, "segments": {"all": {"members": 1.0, "customers": 1.0}}}
    w = world(shop=whole_shop(60), loyalty=TIERS, audience=people, assumptions=KEEN, days_after=12.0)
    played, before = lived(w, SAID), w.night(1, 0)
    return ["\n".join(explain([played], before, viewer)) for viewer in range(60)]


@pytest.mark.parametrize(
    "words",
    [
        "takes the coupon A tenth off",
        "opens How a shirt fits",
        "joins a team for equipment and pays 21.00 EUR",
        "pays 14.00 EUR for Ahead",
        "of credit",
        "finds Set, size",
        "pays the rest of Ahead: 56.00 EUR",
        "points",
        "is now Gold",
        "day 4",
    ],
)
def test_promotions_parcels_and_points_are_told(stories, words):
    assert any(words in story for story in stories)


def test_only_goods_have_a_price(stories):
    assert not any("A tenth off at" in story or "How a shirt fits at" in story for story in stories)


def test_a_season_is_told_match_by_match():
    w, people, matches = season(), range(20), len(DAYS)
    headings = [f"match {n + 1} of {matches}, day {day} of the season: Reds – Blues" for n, day in enumerate(DAYS)]
    nights, first = list(play_season(w, Blast, "blast", 3, 1, keep=True)), w.night(3, 1)
    stayed = 0
    for viewer in people:
        told = "\n".join(explain(nights, first, viewer))
        assert [heading for heading in headings if heading in told] == headings
        absent = told.count("does not come;")
        assert told.count("-- kick-off") == matches - absent
        stayed += absent
    assert 0 < stayed < matches * len(people)
