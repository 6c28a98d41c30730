"""Terms of a push that make no sense together stop the run, and it is said why."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.ledger import Kind
from sim.policy import Offer, Push
from sim.policy.check import PolicyError
from tests.engine.shelf import rows
from tests.worlds import TIERS, lived, whole_shop, world

SHOP = whole_shop(20, stacking={"rule": "best", "most_off": 0.5})
NIGHT = world(shop=SHOP, loyalty=TIERS, audience={"viewers": 10}, days_after=2.0)


class Says:
    """One push at the first window, and one at the first day after the match."""

    def __init__(self, now: dict[str, Any] | None, later: dict[str, Any] | None = None) -> None:
        self.now, self.later = now, later

    def decide(self, view):
        said, self.now = self.now, None
        return [_push(view, **said)] if said is not None else []

    def follow_up(self, view):
        said, self.later = self.later, None
        return [_push(view, **said)] if said is not None else []


def _push(view, item: str = "red-shirt", surface: str = "pop_up", prominence: Any = 1.0, **terms: Any) -> Push:
    return Push(surface, Offer(item, **terms), view.time + 600.0, prominence=prominence)


REFUSED = {
    "less for a pre-sale": ({"item": "ahead", "discount": 0.1}, "'ahead' is a pre-sale: it takes no discount"),
    "a team for a pre-sale": ({"item": "ahead", "team": 3}, "its price is a deposit and the rest"),
    "less for a coupon": ({"item": "tenth", "discount": 0.1}, "'tenth' is a coupon: it takes no discount"),
    "a joint coupon": ({"item": "tenth", "joint": True}, "what it takes off stands in the scenario"),
    "less for content": ({"item": "fit", "discount": 0.1}, "'fit' is content: it takes no discount"),
    "a claim about content": ({"item": "fit", "claim": 0.5}, "'fit' is content: it informs, and cannot exaggerate"),
    "a team for nothing": ({"team": 3}, "a team needs a discount: nobody would wait for others to pay the same"),
    "a team of one": ({"discount": 0.1, "team": 1}, "a team has 2 to 50 people (0: no team is needed), not 1"),
    "a team of too many": ({"discount": 0.1, "team": 51}, "a team has 2 to 50 people"),
    "a team of True": ({"discount": 0.1, "team": True}, "a team has 2 to 50 people"),
    "too much off": ({"discount": 0.6}, "60% off 'red-shirt': all reductions together may take 50% off"),
    "too much off a set": (
        {"item": "set", "discount": 0.45},
        "45% off 'set', which is 14% below its parts already: all reductions together may take 50% off its list"
        " price (shop.stacking)",
    ),
    "joint without a brand": ({"item": "ball", "discount": 0.1, "joint": True, "surface": "host_mention"},
                              "'ball' has no brand that joins in promotions"),
    "joint but not spoken": ({"discount": 0.1, "joint": True}, "push it as host_mention, not as pop_up"),
    "joint and a team": ({"discount": 0.1, "joint": True, "team": 3, "surface": "host_mention"}, "are two deals"),
    "joint for nothing": ({"joint": True, "surface": "host_mention"}, "shares a discount between host and brand"),
    "joint as a word": ({"joint": "yes"}, "joint is True or False, not 'yes'"),
    "a claim beyond all": ({"claim": 1.5}, "a claim is a share from 0 (all true) to 1, not 1.5"),
    "a claim that is no number": ({"claim": float("nan")}, "a claim is a share from 0 (all true) to 1, not nan"),
    "no size at all": ({"prominence": 0.0}, "prominence is a number from 0.25 to 4, not 0.0"),
    "larger than the screen": ({"prominence": 5}, "prominence is a number from 0.25 to 4, not 5"),
    "the store's on the stream": ({"surface": "store_push"}, "store_push is for the days after a match: say it"),
}  # fmt: skip
REFUSED_LATER = {
    "a pop-up when nobody watches": ({}, "pop_up is on the stream, which is over"),
    "a team at the store": ({"surface": "store_push", "discount": 0.1, "team": 3}, "a team forms on the stream"),
    "a pre-sale at the store": ({"surface": "store_push", "item": "ahead"}, "'ahead' is a pre-sale: it is sold on"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_terms_that_make_no_sense_stop_the_run(name):
    said, words = REFUSED[name]
    with pytest.raises(PolicyError, match=r"policy 'scripted' at -30:00 \(-1800 s\)") as stopped:
        lived(NIGHT, Says(said))
    assert words in str(stopped.value)


@pytest.mark.parametrize("name", REFUSED_LATER)
def test_so_do_those_of_the_days_after(name):
    said, words = REFUSED_LATER[name]
    with pytest.raises(PolicyError) as stopped:
        lived(NIGHT, Says(None, said))
    assert words in str(stopped.value)


@pytest.mark.parametrize(
    "said",
    [
        {"discount": 0.5, "team": 50},
        {"item": "set", "discount": 0.4, "team": 2},
        {"discount": 0.5, "joint": True, "surface": "host_mention", "claim": 1.0},
        {"item": "ahead", "claim": 0.3},
        {"item": "tenth", "claim": 0.3, "prominence": 0.25},
        {"item": "fit", "prominence": 4},
    ],
)
def test_terms_that_make_sense_are_taken(said):
    assert len(rows(lived(NIGHT, Says(said)), Kind.PUSH)) == 1
