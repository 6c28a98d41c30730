"""The people of a night: how traits are drawn, and what no scenario makes of anybody."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.ledger import Kind
from tests.worlds import Scripted, lived, world


def crowd(viewers: int = 2000, **traits: Any):
    segments = {"all": {"share": 1.0, **traits}}
    return world(audience={"viewers": viewers, "segments": segments}).night(seed=1, replication=0).crowd.viewers


def test_trust_spreads_about_its_mean_within_its_margin():
    assert set(crowd(trust=0.6, trust_spread=0.0)["trust"]) == {0.6}
    wide = crowd(trust=0.5, trust_spread=0.5, trust_margin=0.1)["trust"]
    assert (wide.min(), wide.max()) == (0.1, 0.9)
    assert crowd(trust=0.5, trust_spread=0.1)["trust"].std() == pytest.approx(0.1, rel=0.1)


def test_members_stand_above_the_first_tier_by_what_is_usual():
    tiers = {"first": {"name": "First", "points": 0}, "half": {"name": "Half", "points": 300}}
    tiers["few"] = {"name": "Few", "points": 815}  # e times as many, which is one standard deviation
    for first in (0, 40):
        steps = {key: {**tier, "points": tier["points"] + first} for key, tier in tiers.items()}
        w = world(
            audience={"viewers": 4000, "segments": {"all": {"share": 1.0, "members": 0.5}}},
            loyalty={"tiers": steps, "points_usual": 300.0, "points_spread": 1.0},
        )
        shares = np.bincount(w.night(1, 0).crowd.known["tier"]) / 4000
        assert shares == pytest.approx([0.5, 0.25, 0.17, 0.08], abs=0.02)


def test_nobody_is_faster_than_people_are():
    people = crowd(chat={"median": 30.0, "spread": 3.0}, browse={"median": 60.0, "spread": 3.0})
    assert people["chattiness"].max() == 1.0
    assert people["curiosity"].max() == np.float32(1 / 60)
    assert np.median(people["chattiness"]) == pytest.approx(0.5, rel=0.2)  # the others keep their own


def test_counters_hold_what_the_most_talkative_say():
    absurd = {"share": 1.0, "chat": {"median": 1e6, "spread": 3.0}, "stay": {"median": 1e4, "spread": 0.0}}
    played = lived(world(audience={"viewers": 20, "segments": {"all": absurd}}), Scripted([]))
    rows = played.ledger.rows()
    said = np.bincount(rows["viewer"][rows["kind"] == Kind.CHAT], minlength=20)
    assert said.max() > 500
    np.testing.assert_array_equal(played.crowd.known["chats"], said)
