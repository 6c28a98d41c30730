"""Parts of a night against the same numbers worked out from the kept rows, and against the whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from policies.blast import Blast
from policies.lull_only import LullOnly
from policies.no_push import NoPush
from sim.measures.outcomes import outcomes
from sim.measures.parts import items, people, pushes, scenes
from sim.measures.rows import ledger, viewers
from sim.world.match import SIDES
from tests.worlds import Scripted, lived, shop, world

FILLED = shop(stock=2, decimals=2)
FILLED["products"]["ball"]["replenishment"] = {"reorder_at": 2, "quantity": 5, "lead": 9}
SEGMENTS = {
    "keen": {"share": 0.6, "browse": {"median": 30.0}, "tolerance": {"median": 0.1}},
    "calm": {"share": 0.4, "browse": {"median": 2.0}, "tolerance": {"median": 1.0}},
}
WORLD = world(audience={"viewers": 200, "segments": SEGMENTS}, shop=FILLED)
FEW = np.arange(0, 200, 3)
FLASHES = Scripted(
    [
        (-600.0, [("side_panel", "ball", 0.2, 900.0, None), ("shop_zone_banner", "red-shirt", 0.1, 5000.0, FEW)]),
        (600.0, [("pop_up", "red-shirt", 0.5, 300.0, FEW), ("pop_up", "ball", 0.9, 300.0, None)]),
    ]
)
POLICIES = {"no_push": NoPush, "blast": Blast, "lull_only": LullOnly, "flashes": lambda: Scripted(FLASHES.script)}


@pytest.fixture(scope="module", params=POLICIES)
def played(request):
    return lived(WORLD, POLICIES[request.param]())


@pytest.fixture(scope="module")
def rows(played):
    who = viewers(WORLD.night(1, 0)).drop(columns="size")
    return ledger(played).merge(who, on="viewer", how="left")


def count(rows: pd.DataFrame, kinds: tuple[str, ...], by: list[str]) -> pd.Series:
    return rows[rows["kind"].isin(kinds)].groupby(by, observed=True).size()


KINDS = {
    "exposures": ("exposure",), "notices": ("notice",), "clicks": ("click",), "views": ("view",), "saves": ("save",),
    "orders": ("payment",), "unpaid": ("lapse",), "missed_units": ("miss", "refusal"),
    "sold_out_at_checkout": ("refusal",), "substitutions": ("other_size",), "chats": ("chat",), "leaves": ("leave",),
    "mutes": ("mute",),
}  # fmt: skip
SHOWN = {"exposures", "notices", "clicks"}
SHOP = {"views", "saves", "orders", "unpaid", "missed_units", "sold_out_at_checkout", "substitutions"}
COUNTED = {items: SHOWN | SHOP, people: SHOWN | SHOP | {"chats", "leaves", "mutes"}, pushes: SHOWN | {"orders"}}
BY = {items: ["item"], people: ["side", "segment"], pushes: ["push"]}


@pytest.mark.parametrize("part", BY, ids=lambda p: p.__name__)
def test_parts_count_what_the_rows_say(played, rows, part):
    by = BY[part]
    table = part(played).set_index(by)
    assert {name for name in KINDS if name in table} == COUNTED[part]
    for name in COUNTED[part]:
        told = count(rows, KINDS[name], by).reindex(table.index, fill_value=0)
        assert table[name].tolist() == told.tolist(), name
    paid = rows[rows["kind"] == "payment"].groupby(by, observed=True)["price"].sum().reindex(table.index, fill_value=0)
    assert table["revenue"].to_numpy() == pytest.approx(paid.to_numpy())


def test_parts_add_up_to_the_outcomes(played):
    whole = outcomes([played])
    for part in (items, people):
        table = part(played)
        for name in set(table) & set(whole):
            assert table[name].sum() == pytest.approx(whole[name]), name
    told = pushes(played)
    assert told[["exposures", "notices", "clicks"]].sum().tolist() == [
        whole[x] for x in ("exposures", "notices", "clicks")
    ]
    goods, groups = items(played), people(played)
    assert goods["revenue"].sum() == groups["revenue"].sum() == pytest.approx(whole["gross_revenue"])
    assert (goods["stock"] + goods["delivered"] - goods["orders"] == goods["left_over"]).all()
    assert groups["annoyed"].sum() == pytest.approx(whole["annoyed_share"] * groups["viewers"].sum())
    assert groups["buyers"].sum() == pytest.approx(whole["conversion_rate"] * groups["viewers"].sum())


def test_every_product_group_and_push_has_its_row(played):
    assert items(played)["item"].tolist() == list(FILLED["products"])
    groups = [(side, segment) for side in SIDES for segment in SEGMENTS]
    assert list(people(played)[["side", "segment"]].itertuples(index=False, name=None)) == groups


def test_a_push_is_told_as_it_was_said():
    told = pushes(lived(WORLD, Scripted(FLASHES.script), seed=11))
    assert told["surface"].tolist() == ["side_panel", "shop_zone_banner", "pop_up", "pop_up"]
    assert told["item"].tolist() == ["ball", "red-shirt", "red-shirt", "ball"]
    assert told["discount"].to_numpy() == pytest.approx([0.2, 0.1, 0.5, 0.9])
    assert told["price"].tolist() == [24.0, 72.0, 40.0, 3.0]
    assert told["audience"].tolist() == [200, len(FEW), len(FEW), 200]
    assert told["time"].tolist() == [-600.0, -600.0, 600.0, 600.0]
    assert (told["expires"] - told["time"]).tolist() == [900.0, 5000.0, 300.0, 300.0]
    assert told["clock"].tolist()[2:] == ["10:00", "10:00"]
    assert told["push"].is_unique
    plain = {"team": 0, "joint": False, "claim": 0.0, "prominence": 1.0}
    assert (told[list(plain)] == list(plain.values())).all(axis=None)
    assert (told["orders"] <= told["clicks"]).all()
    assert told["orders"].sum() > 0


def test_the_terms_of_a_push_are_told_too():
    said = [
        ("side_panel", "ball", 0.2, 900.0, None, {"team": 3, "prominence": 2.0}),
        ("host_mention", "red-shirt", 0.1, 900.0, None, {"joint": True}),
        ("pop_up", "ball", 0.0, 900.0, None, {"claim": 0.5}),
    ]
    goods = shop(stock=9)
    goods["products"]["red-shirt"]["brand"] = {"name": "Northwind", "funds": 0.5}
    told = pushes(lived(world(shop=goods, host={"truthfulness": 0.7}), Scripted([(0.0, said)])))
    assert told["team"].tolist() == [3, 0, 0]
    assert told["joint"].tolist() == [False, True, False]
    assert told["claim"].tolist() == pytest.approx([0.0, 0.3, 0.5])  # the host exaggerates by himself
    assert told["prominence"].tolist() == [2.0, 1.0, 1.0]


def test_a_night_without_pushes_has_their_columns_all_the_same(tmp_path):
    none, some = (pushes(lived(WORLD, policy)) for policy in (NoPush(), Scripted(FLASHES.script)))
    assert len(none) == 0
    assert none.dtypes.equals(some.dtypes)


def test_viewers_are_told_as_they_came(rows):
    who = viewers(WORLD.night(1, 0))
    assert who["viewer"].tolist() == list(range(200))
    assert set(who["segment"]) == set(SEGMENTS)
    assert set(who["size"]) <= {"S", "M", "L", "XL"}
    assert {"taste_jersey", "taste_equipment"} < set(who)
    assert who["trust"].between(0, 1).all()
    pd.testing.assert_frame_equal(who, viewers(WORLD.night(1, 0)))
    assert not viewers(WORLD.night(2, 0)).equals(who)


def test_the_ledger_reads_without_the_code(played, rows):
    told = ledger(played)
    tonight = (told["viewer"] >= 0) & ~told["kind"].isin(["points", "tier", "comeback"])
    assert (told["kind"] == "join").sum() == told.loc[tonight, "viewer"].nunique()
    paid = told[told["kind"] == "payment"]
    assert paid["price"].notna().all()
    assert set(paid["item"]) <= set(FILLED["products"])
    assert (paid["size"].isna() == (paid["item"] == "ball")).all()
    about_no_good = told[told["kind"].isin(["join", "leave"])]
    assert about_no_good[["item", "size", "surface", "price"]].isna().all(axis=None)
    assert told.loc[told["kind"] == "chat", ["size", "surface", "price"]].isna().all(axis=None)
    assert len(told) == len(played.ledger.rows())
    said = told[told["kind"] == "push"]
    assert said["surface"].tolist() == pushes(played)["surface"].tolist()


def test_scenes_are_what_the_rows_say_of_each_part_of_the_broadcast(played):
    match, told = played.night.stage.match, scenes(played).set_index("scene")
    rows = ledger(played)
    paid = rows[rows["kind"] == "payment"]
    names = [match.period_at(t).name if t < match.closes else "later" for t in paid["time"]]
    off = 60.0  # s, for a scene is whole minutes
    sure = np.array([min(abs(t - p.start) for p in match.periods) > off for t in paid["time"]], bool)
    for scene in told.index:
        mine = np.array([name == scene for name in names], bool)
        assert (mine & sure).sum() <= told["orders"][scene] <= mine.sum() + (~sure).sum()
    whole = outcomes([played])
    assert told["orders"].sum() == whole["orders"] + whole["store_orders"]
    assert told["revenue"].sum() == pytest.approx(whole["gross_revenue"] + whole["store_revenue"])
    assert told["exposures"].sum() == whole["exposures"]
    assert told["clicks"].sum() == whole["clicks"] or played.night.until > match.closes
    assert told["exposures"]["later"] == told["clicks"]["later"] == 0
    assert (told["average_order_value"].isna() == (told["orders"] == 0)).all()
    assert told["share_of_revenue"].sum() == pytest.approx(1.0 if told["revenue"].sum() else 0.0)
