"""Measures of a whole shop over a season against the same numbers worked out from the kept rows with pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from policies.whole_shop import WholeShop
from sim.behaviour import DAY
from sim.engine.ledger import Flag, Kind
from sim.engine.play import Played
from sim.engine.season import play_season
from sim.measures.outcomes import NAMES, outcomes
from sim.measures.parts import items, people, pushes
from sim.measures.series import by_minute
from sim.policy import Offer, Push, RedLines
from sim.world.catalogue import ItemKind
from sim.world.night import World
from sim.world.redlines import LINES
from sim.world.surfaces import SurfaceIndex
from tests.engine.test_season import MATCH
from tests.worlds import TIERS, whole_shop, world

DAYS = (0, 6)
BALANCE, SHIPS = 3, 4  # days, of the pre-sale
COSTS = {"parcel_cost": 4.5, "return_cost": 6.0}
ONE_NIGHT = {  # what test_outcomes works out: the measures of one night
    "orders", "conversion_rate", "gross_revenue", "margin", "average_order_value", "watch_minutes",
    "annoyance_p95", "annoyed_share", "pushed_away", "lost_viewers", "exposures", "notices", "views", "saves", "carts",
    "reservations", "unpaid", "chats", "stockout_minutes", "missed_units", "sold_out_at_checkout", "substitutions",
    "delivered", "left_over",
}  # fmt: skip


class Everything(WholeShop):
    """Host and brand and a team at kick-off, too, and pop-ups in play, so that every measure has rows."""

    red_lines = RedLines(mode="enforce", leave_out=[line for line in LINES if line != "cool_down"])

    def decide(self, view):
        loud = [Push("pop_up", Offer("ball"), view.time + 60.0)] * (view.in_play and view.time % 600.0 == 0.0)
        joint = [Push("host_mention", Offer("red-shirt", 0.2, joint=True), view.time + 600.0)] * (view.time == 0.0)
        team = [Push("floating_entry", Offer("ball", 0.4, team=2), view.time + 1800.0)] * (view.time % 1800.0 == 0.0)
        return [*super().decide(view), *loud, *joint, *team]


@pytest.fixture(scope="module")
def season() -> list[Played]:
    goods = whole_shop(6, price_lag=60.0, board_lag=90.0)
    goods["products"]["ball"]["stock"] = 500
    one = world(
        match=None,
        fixtures=[{"day": day, "match": MATCH} for day in DAYS],
        days_after=12.0,
        audience={"viewers": 400, "segments": {"all": {"browse": {"median": 8.0}, "members": 0.5, "customers": 0.6}}},
        shop=goods,
        loyalty=TIERS,
        host={"truthfulness": 0.7},
        experiment={"viewer_worth": 7.5},
        fulfilment={"promise": 2.5, **COSTS},
        assumptions={
            "buy_base": -1.5, "cart_base": -1.0, "click_base": -1.5, "trust_average": 0.1, "content_base": -1.0,
            "team_doubt": 0.5, "visit_scale": 3.0,
        },
    )  # fmt: skip
    w = World(one.scenario, (None,) * len(DAYS), one.file, one.source)
    return list(play_season(w, Everything, "p", 3, 1, keep=True))


def overdue(season: list[Played], rows: pd.DataFrame) -> int:
    """Of all parcels those promised before the end, less those of them that came."""
    last, kinds = season[-1].night, season[0].night.catalogue.kind
    at = rows["time"] + (rows["match"].map(dict(enumerate(DAYS))) - DAYS[-1]) * DAY
    came, lost = rows["kind"] == Kind.ARRIVAL, rows["kind"] == Kind.FORFEIT
    again = (rows["kind"] == Kind.EXCHANGE) | ((rows["flag"] & int(Flag.EXCHANGED)) > 0)
    ahead = (kinds[rows["item"]] == ItemKind.PRESALE) & ~again
    ordered = at - (came * rows["value"] + lost * BALANCE) * DAY
    due = ordered + (last.scenario.fulfilment.promise + ahead * SHIPS) * DAY < last.until
    sent = rows["kind"].isin([Kind.PAYMENT, Kind.EXCHANGE])
    missing = int((due & sent).sum() - (due & (came | lost)).sum())
    assert missing > 0
    return missing


def by_hand(season: list[Played]) -> dict[str, float]:
    nights = [night.ledger.frame().assign(match=i) for i, night in enumerate(season)]
    rows, catalogue = pd.concat(nights), season[0].night.catalogue
    store = (rows["flag"] & int(Flag.STORE)) > 0
    n = {kind.name: int((rows["kind"] == kind).sum()) for kind in Kind}
    on_stream = {kind.name: int(((rows["kind"] == kind) & ~store).sum()) for kind in Kind}

    def of(*kinds: Kind) -> pd.DataFrame:
        return rows[rows["kind"].isin(kinds)]

    paid, ends = of(Kind.PAYMENT), store[rows["kind"] == Kind.PAYMENT]
    at_store, on_stream_paid = paid[ends], paid[~ends]
    arrived, refunds, rests = of(Kind.ARRIVAL), of(Kind.REFUND), of(Kind.BALANCE)
    net = (paid["price"].sum() + rests["price"].sum() - refunds["price"].sum()) / 100
    bought = paid[catalogue.kind[paid["item"]] != ItemKind.PRESALE]
    gone = sum(
        catalogue.cost[item] for item in (*bought["item"], *of(Kind.BALANCE, Kind.FORFEIT, Kind.EXCHANGE)["item"])
    )
    back = sum(catalogue.cost[item] for item in of(Kind.RESTOCK)["item"])
    parcels = len(bought) + len(rests) + n["EXCHANGE"]
    sent_back = n["RETURN_POSTED"] + n["EXCHANGE"]
    hours = sum(night.closing.watched.sum() for night in season) / 3600
    first, second = (set(night.loc[night["kind"] == Kind.JOIN, "viewer"]) for night in nights)
    noticed = of(Kind.NOTICE).groupby(["match", "viewer"])["value"].max()
    highest = noticed[[viewer in (first, second)[match] for match, viewer in noticed.index]]
    comes = {}
    for row in of(Kind.COMEBACK).itertuples():
        comes[row.viewer] = row.flag == 1
    failed = of(Kind.TEAM_FAILED)["value"].sum()
    seen = of(Kind.CHAT, Kind.VIEW, Kind.SAVE, Kind.CONTENT, Kind.CLICK)
    seen = seen[((seen["flag"] & int(Flag.STORE)) == 0) & (seen["surface"] != SurfaceIndex.STORE_PUSH)]
    assert funded(season) > 0.0
    told = {
        "annoyance_mean": highest.sum() / (len(first) + len(second)),
        "mutes": n["MUTE"],
        "clicks": n["CLICK"],
        "click_through_rate": n["CLICK"] / n["EXPOSURE"],
        "teams_full": n["TEAM_FULL"],
        "team_success": ((on_stream_paid["flag"] & int(Flag.TEAM)) > 0).sum() / n["TEAM"],
        "team_refunds": n["TEAM_REFUND"],
        "coupons_taken": n["COUPON"],
        "coupons_used": ((paid["flag"] & int(Flag.COUPON)) > 0).sum(),
        "content_seen": n["CONTENT_END"],
        "price_mismatches": n["MISMATCH"],
        "oversell_attempts": n["REFUSAL"] + n["TEAM_REFUND"] - failed,
        "page_click_through": (on_stream["CART"] + on_stream["ORDER"] + n["TEAM"]) / on_stream["VIEW"],
        "interaction_density": len(seen) / hours,
        "orders_per_100_hours": len(on_stream_paid) / hours * 100,
        "net_revenue": net,
        "net_margin": net + funded(season) - (gone - back) / 100 - 4.5 * parcels - 6.0 * sent_back,
        "reachable": sum(comes.get(viewer, True) for viewer in (first | second) - set(of(Kind.MUTE)["viewer"])),
        "red_line_violations": (of(Kind.EXPOSURE)["value"] > 0).sum(),
        "red_line_blocks": n["HELD"],
        "store_orders": len(at_store),
        "store_revenue": at_store["price"].sum() / 100,
        "cross_end_repeat": later(on_stream_paid, at_store),
        "promise_kept": ((arrived["flag"] & int(Flag.LATE)) == 0).sum() / (len(arrived) + overdue(season, rows)),
        "delivery_days": arrived["value"].mean(),
        "return_rate": sent_back / len(arrived),
        "refunds": refunds["price"].sum() / 100,
        "activity": (len(first) + len(second)) / (2 * len(first | second)),
        "first_match_orders": len(on_stream_paid.query("match == 0")),
        "retention": sum(comes.get(viewer, True) for viewer in first) / len(first),
        "peak_interruptions": sum(map(interrupted, season)),
        "watch_conversion_gap": np.mean([gap(night) for night in season]),
        "trust_mean": season[-1].crowd.viewers["trust"].mean(),
        "fatigue_mean": season[-1].crowd.viewers["fatigue"].mean(),
    }
    return {**told, "net_value": told["net_margin"] + 7.5 * told["reachable"]}


def funded(season: list[Played]) -> float:
    """What the brand pays of shirts bought at the price of a promotion with the host, who speaks of no other price."""
    catalogue, total = season[0].night.catalogue, 0.0
    shirt = catalogue.keys.index("red-shirt")
    for night in season:
        rows = night.ledger.frame()
        mine = rows[rows["item"] == shirt]
        told = mine[(mine["kind"] == Kind.PUSH) & (mine["surface"] == SurfaceIndex.HOST_MENTION)]
        paid = mine[mine["kind"] == Kind.PAYMENT].merge(told[["push", "price"]], on="push", suffixes=("", "_told"))
        had = paid[paid["price"] <= paid["price_told"]]
        total += (80.0 - had["price_told"] / 100).sum() * catalogue.funds[shirt]
    return total


def later(stream: pd.DataFrame, store: pd.DataFrame) -> float:
    """Share of who bought on the stream who bought at the store afterwards."""
    first = {(row.viewer): (row.match, row.time) for row in stream[::-1].itertuples()}
    found = {row.viewer for row in store.itertuples() if (row.match, row.time) > first.get(row.viewer, (np.inf, 0.0))}
    return len(found) / len(first)


def interrupted(night: Played) -> int:
    """Pop-ups noticed in minutes that grip."""
    stage, rows = night.night.stage, night.ledger.frame()
    popped = rows[(rows["kind"] == Kind.NOTICE) & (rows["surface"] == SurfaceIndex.POP_UP)]
    attention = pd.Series(stage.curves.seconds["attention"])
    gripping = attention.groupby(attention.index // 60).mean() >= 0.6
    return int(gripping[((popped["time"] - stage.match.opens) // 60).astype(int)].sum())


def gap(night: Played) -> float:
    """Conversion of who watched longer than the median, less the others'."""
    rows = night.ledger.frame()
    on_stream = (rows["flag"] & int(Flag.STORE)) == 0
    buyers = set(rows.loc[(rows["kind"] == Kind.PAYMENT) & on_stream, "viewer"])
    watched = pd.Series(night.closing.watched).loc[rows.loc[rows["kind"] == Kind.JOIN, "viewer"]]
    bought = watched.index.isin(buyers)
    longer = watched > watched.median()
    return float(bought[longer].mean() - bought[~longer].mean())


def test_outcomes_of_a_season_are_what_the_rows_say(season):
    got, wanted = outcomes(season), by_hand(season)
    assert set(wanted) == set(NAMES) - ONE_NIGHT
    for name in wanted:
        assert got[name] == pytest.approx(wanted[name], rel=1e-6, abs=1e-7), name
        assert got[name] != 0.0, name


def test_what_came_of_the_store_s_messages_stands_with_them(season):
    told = pd.concat([pushes(night).assign(match=i) for i, night in enumerate(season)])
    rows = pd.concat([night.ledger.frame().assign(match=i) for i, night in enumerate(season)])
    paid = rows[(rows["kind"] == Kind.PAYMENT) & (rows["push"] >= 0)].groupby(["match", "push"])["price"]
    by_push = told.set_index(["match", "push"])
    np.testing.assert_array_equal(by_push["orders"], paid.size().reindex(by_push.index, fill_value=0))
    np.testing.assert_allclose(by_push["revenue"], paid.sum().reindex(by_push.index, fill_value=0) / 100)
    assert by_push.loc[by_push["surface"] == "store_push", "orders"].sum() > 0


def test_tables_tell_of_the_night_or_of_both_ends_as_they_say(season):
    told = outcomes(season)
    assert sum(people(night)["mutes"].sum() for night in season) == told["mutes"]
    for night in season:
        rows, minutes = night.ledger.frame(), by_minute(night)
        on_stream = rows[rows["surface"] != SurfaceIndex.STORE_PUSH]
        for column, kind in (("exposures", Kind.EXPOSURE), ("notices", Kind.NOTICE), ("clicks", Kind.CLICK)):
            assert minutes[column].sum() == (on_stream["kind"] == kind).sum() > 0


def test_each_match_finds_the_shelf_that_the_one_before_has_left(season):
    first, second = (items(night).set_index("item") for night in season)
    opened = by_minute(season[1])
    for item in ("red-shirt", "ball"):
        assert first.loc[item, "stock"] > second.loc[item, "stock"] >= opened[f"stock_{item}"].iloc[0]
        assert first.loc[item, "delivered"] == second.loc[item, "delivered"] == 0
    bare = season[1].night.carried.stock[4] == 0
    assert opened["sold_out_skus"].iloc[0] >= (bare & season[1].night.catalogue.carried).sum() > 0
