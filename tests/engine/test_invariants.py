"""What follows from what: more of one thing, and what it may and may not change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from policies.no_push import NoPush
from sim.engine.ledger import Kind
from sim.policy import Offer, Push, View
from sim.policy.push import MOST_PUSHES
from tests.engine.shelf import rows
from tests.worlds import lived, often, shop, world

ENDLESS = 100_000_000


def test_whom_no_push_touches_lives_the_same_night_when_nothing_is_shared():
    w = world(shop=shop(ENDLESS), assumptions={"heat_effect": 0.0, "heat_effect_square": 0.0})
    alone, pushed = lived(w, NoPush()), lived(w, often(audience=[7]))
    a, b = alone.ledger.frame(), pushed.ledger.frame()
    assert (b["viewer"] == 7).sum() > (a["viewer"] == 7).sum()
    rest = [f[(f["viewer"] >= 0) & (f["viewer"] != 7)].reset_index(drop=True) for f in (a, b)]
    pd.testing.assert_frame_equal(*rest)


def test_one_more_viewer_changes_nothing_else_when_nothing_is_shared():
    free = {"shop": shop(ENDLESS), "assumptions": {"heat_effect": 0.0, "heat_effect_square": 0.0}}
    few, more = (lived(world(audience={"viewers": n}, **free), often()).ledger.frame() for n in (60, 61))
    old = more[more["viewer"] < 60].reset_index(drop=True)
    pd.testing.assert_frame_equal(few, old)
    assert (more["viewer"] == 60).any()


def test_annoyance_only_ever_drives_viewers_away_earlier():
    w = world(shop=shop(ENDLESS), assumptions={"heat_effect": 0.0, "heat_effect_square": 0.0})
    calm, loud = lived(w, NoPush()), lived(w, often(every=60.0))
    first = [rows(x, Kind.LEAVE).groupby("viewer")["time"].min() for x in (calm, loud)]
    both = pd.concat(first, axis=1, keys=["calm", "loud"])
    assert (both["loud"].fillna(np.inf) <= both["calm"].fillna(np.inf)).all()
    assert (both["loud"] < both["calm"]).any()


def test_no_intrusiveness_no_annoyance():
    mute = {name: {"intrusiveness": 0.0} for name in ("pop_up", "side_panel")}
    played = lived(world(surfaces=mute), often())
    assert len(rows(played, Kind.NOTICE)) > 100
    assert played.crowd.viewers["peak_annoyance"].max() == 0.0
    assert not rows(played, Kind.LEAVE)["flag"].any()
    assert lived(world(), often()).crowd.viewers["peak_annoyance"].max() > 0.0


def test_endless_stock_no_stock_outs():
    wanting = (Kind.SOLD_OUT, Kind.REFUSAL, Kind.MISS, Kind.WAIT, Kind.OTHER_SIZE)
    assert rows(lived(world(shop=shop(ENDLESS)), often()), *wanting).empty
    assert not rows(lived(world(shop=shop(1)), often()), *wanting).empty


def test_prices_at_the_till_are_those_that_were_offered():
    played = lived(world(shop=shop(ENDLESS)), often(every=900.0))
    asked = rows(played, Kind.CART, Kind.ORDER)
    pushes = rows(played, Kind.PUSH)
    for row in asked.itertuples():
        running = pushes[(pushes["item"] == row.item) & (pushes["time"] <= row.time) & (row.time < pushes["value"])]
        offered = min([played.night.catalogue.price[row.item], *running["price"]])
        assert row.price == offered
    assert asked["price"].nunique() > 1


def test_a_push_to_nobody_is_no_push():
    nobody, silent = lived(world(), often(audience=np.zeros(80, bool))), lived(world(), NoPush())
    frame = nobody.ledger.frame()
    pd.testing.assert_frame_equal(
        frame[frame["kind"] != Kind.PUSH].reset_index(drop=True), silent.ledger.frame().reset_index(drop=True)
    )


def test_muted_is_muted_and_absent_is_absent():
    played = lived(
        world(audience={"viewers": 200, "segments": {"all": {"share": 1.0, "tolerance": {"median": 0.05}}}}),
        often(every=60.0),
    )
    frame = played.ledger.frame()
    assert (frame["kind"] == Kind.MUTE).sum() > 20
    for _, mine in frame[frame["viewer"] >= 0].groupby("viewer"):
        here, muted = False, False
        for row in mine.itertuples():
            here = row.kind in (Kind.JOIN, Kind.RETURN) or (here and row.kind != Kind.LEAVE)
            assert not (row.kind == Kind.EXPOSURE and (muted or not here))
            muted |= row.kind == Kind.MUTE


@pytest.mark.parametrize("width", [7.3, 11.1])
def test_an_offer_that_lasts_four_windows_leaves_room_in_the_fifth(width):
    """Sixteen pushes a window, each for four windows, are the most that may run; rounding must not make them more."""

    class Full:
        def decide(self, view: View) -> list[Push]:
            if view.time < 4500.0:
                return []
            return [Push("side_panel", Offer("ball"), view.time + 4 * view.window, np.array([0]))] * MOST_PUSHES

    w = world(audience={"viewers": 1}, timing={"window": width})
    assert len(rows(lived(w, Full()), Kind.PUSH)) > 2000
