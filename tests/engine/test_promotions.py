"""Teams, sets, goods sold ahead, coupons, credit, limited editions, words and content: what each does to a night."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from policies.no_push import NoPush
from sim.engine.ledger import Flag, Kind
from sim.engine.play import Played
from tests.engine.shelf import flagged, rows
from tests.worlds import TIERS, Scripted, lived, shop, whole_shop, world

KEEN = {"click_base": -1.0, "buy_base": -1.0, "cart_base": -1.0, "content_base": -0.5, "trust_average": 0.1}
PLENTY = 100_000


def evening(said: Any, viewers: int = 200, goods: Any = None, engine: str = "compiled", **changes: Any) -> Played:
    """A night of people who buy, nobody browsing by themselves; `said` are pushes at given times."""
    segment = {"share": 1.0, "browse": {"median": 1e-9}, **changes.pop("segment", {})}
    numbers = {**KEEN, **changes.pop("assumptions", {})}
    w = world(
        audience={"viewers": viewers, "segments": {"all": segment}},
        shop=goods or whole_shop(PLENTY), assumptions=numbers, **changes,
    )  # fmt: skip
    return lived(w, said if isinstance(said, Scripted) else Scripted(said), engine=engine)


def push(item: str, discount: float = 0.0, at: float = 0.0, lasts: float = 1800.0, to: Any = None, **terms: Any):
    surface = "host_mention" if terms.get("joint") else terms.pop("surface", "pop_up")
    return at, [(surface, item, discount, lasts, to, terms)]


# --- teams ------------------------------------------------------------------------------------------------------------


def test_a_full_team_pays_its_price_and_what_is_left_over_is_refunded():
    played = evening([push("ball", 0.3, team=3)])
    joined, paid, back = (rows(played, kind) for kind in (Kind.TEAM, Kind.PAYMENT, Kind.TEAM_REFUND))
    full, failed = rows(played, Kind.TEAM_FULL), rows(played, Kind.TEAM_FAILED)
    assert len(full) > 3
    assert set(joined["price"]) == set(paid["price"]) == {2100}
    assert len(paid) == 3 * len(full)
    assert len(back) == failed["value"].sum() == len(joined) - len(paid) < 3
    assert (failed["time"] == 1800.0).all()
    third = joined.sort_values("time")["time"].to_numpy()[2::3]
    assert full["time"].tolist() == third[: len(full)].tolist()
    assert not joined.duplicated("viewer").any()


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_who_waits_is_refunded_although_the_next_offer_begins_as_the_team_s_time_is_up(engine):
    second = push("red-shirt", at=1800.0)
    played = evening([push("ball", 0.3, team=50), second], engine=engine)
    joined, back = rows(played, Kind.TEAM), rows(played, Kind.TEAM_REFUND)
    assert second[0] in rows(played, Kind.PUSH)["time"].to_numpy()
    assert len(joined) == len(back) > 5
    assert set(joined["item"]) == set(back["item"])
    assert set(joined["push"]) == set(back["push"])
    assert (back["time"] == 1800.0).all()


def test_a_team_too_large_for_the_evening_gets_its_money_back_and_trusts_less():
    played, calm = evening([push("ball", 0.3, team=50)]), evening([])
    joined, back = rows(played, Kind.TEAM), rows(played, Kind.TEAM_REFUND)
    assert len(joined) == len(back) > 5
    assert rows(played, Kind.PAYMENT).empty
    assert (played.stock.free == played.stock.initial).all()
    trust = [night.crowd.viewers["trust"][joined["viewer"]] for night in (played, calm)]
    assert (trust[0] < 0.95 * trust[1]).all()


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_what_is_not_held_for_a_team_may_be_gone_when_it_is_full(engine):
    scarce = whole_shop(2, group_buy={"holds_stock": False}, board_lag=3600.0)
    played = evening([push("ball", 0.5, team=5)], goods=scarce, engine=engine)
    full, back = rows(played, Kind.TEAM_FULL), rows(played, Kind.TEAM_REFUND)
    gone = back[back["time"].isin(full["time"])]
    assert len(full) >= 2
    assert played.stock.sold.sum() == 2
    assert len(gone) == 5 * len(full) - 2
    held = evening([push("ball", 0.5, team=5)], goods=whole_shop(2, board_lag=3600.0), engine=engine)
    assert rows(held, Kind.TEAM_FULL).empty
    assert len(rows(held, Kind.TEAM)) == 2
    assert len(rows(held, Kind.REFUSAL)) > 2


def test_more_viewers_fill_more_teams_and_a_larger_share_of_who_joins_gets_the_price():
    filled = []
    for viewers in (30, 100, 400):
        played = evening([push("ball", 0.3, team=5)], viewers)
        filled.append((len(rows(played, Kind.TEAM_FULL)), len(rows(played, Kind.TEAM_REFUND))))
    full, back = np.array(filled).T
    assert full[0] < full[1] < full[2]
    success = 5 * full / (5 * full + back)
    assert success[0] < success[2]


def test_who_has_seen_a_team_full_joins_more_readily():
    least, most = (
        len(rows(evening([push("ball", 0.3, team=5)], 300, assumptions={"team_proof": p, "team_sure": p / 2}),
                 Kind.TEAM))
        for p in (0.0, 2.0)
    )  # fmt: skip
    assert most > 1.1 * least


# --- sets and goods sold ahead ----------------------------------------------------------------------------------------


def test_a_set_takes_its_parts_from_their_shelves_or_is_not_to_be_had():
    goods = whole_shop(PLENTY)
    goods["products"]["ball"]["stock"] = 5
    played = evening([push("set", 0.1)], goods=goods)
    paid = rows(played, Kind.PAYMENT)
    sold = played.stock.sold.reshape(-1, 4).sum(axis=1)
    assert 1 <= len(paid) <= 2
    assert (sold[0], sold[2]) == (len(paid), 2 * len(paid))
    assert set(rows(played, Kind.CART, Kind.ORDER)["price"]) == {10800}
    assert len(rows(played, Kind.MISS)) > 10
    assert set(paid["item"]) == {played.night.catalogue.keys.index("set")}


def test_a_pre_sale_takes_its_deposit_and_never_more_orders_than_its_quota():
    goods = whole_shop(PLENTY)
    goods["presales"]["ahead"]["quota"] = 7
    played = evening([push("ahead")], 800, goods=goods, days_after=6.0)
    paid = rows(played, Kind.PAYMENT)
    key = played.night.catalogue.keys.index("ahead")
    ahead, out = paid[paid["item"] == key], rows(played, Kind.SOLD_OUT)
    assert (out["item"] == key).any()
    assert 3 < len(ahead) <= 7
    assert set(ahead["price"]) == {1400}
    rest = rows(played, Kind.BALANCE)
    assert set(rest["price"]) == {5600}
    assert len(rest) + len(rows(played, Kind.FORFEIT)) == len(ahead)
    blue = played.stock.sold.reshape(-1, 4)[1]
    assert blue.sum() == (paid["item"] == 1).sum()  # not off the shelf of the shirt it is made as


# --- reductions -------------------------------------------------------------------------------------------------------


def prices(rule: str, most: float, discount: float, **goods: Any) -> set[int]:
    """What members ask for the red shirt (80) at, with a coupon of a tenth and a discount."""
    stock = whole_shop(PLENTY, stacking={"rule": rule, "most_off": most}, rebate={"share": 0.0}, **goods)
    script = [push("tenth", at=-900.0, lasts=7200.0), push("red-shirt", discount, at=2800.0)]
    played = evening(script, 1_500, goods=stock, loyalty=TIERS, segment={"members": 1.0})
    taken = set(rows(played, Kind.COUPON)["viewer"])
    asked = rows(played, Kind.CART, Kind.ORDER)
    with_coupon = asked[asked["viewer"].isin(taken)].drop_duplicates("viewer")  # it is used once
    assert len(with_coupon) > 5
    return set(with_coupon["price"])


def test_only_the_largest_reduction_counts_or_their_sum():
    assert prices("best", 0.9, 0.0) == {7200}
    assert prices("best", 0.9, 0.2) == {6400}
    assert prices("sum", 0.9, 0.2) <= {5600, 5200}  # gold members have a twentieth more off
    assert 5200 in prices("sum", 0.9, 0.2)


def test_reductions_never_take_more_than_they_may():
    assert prices("sum", 0.25, 0.2) == {6000}
    assert prices("best", 0.25, 0.2) == {6400}


def test_a_coupon_is_had_once_and_used_once():
    script = [push("tenth", at=t, lasts=7000.0 - t) for t in (-900.0, -600.0, 2700.0)]
    script += [push("ball", at=t) for t in (0.0, 2800.0, 3000.0, 3200.0, 5700.0)]
    played = evening(script, 1_500, segment={"tolerance": {"median": 20.0}})
    taken, paid = rows(played, Kind.COUPON), rows(played, Kind.PAYMENT)
    used = paid[flagged(paid, Flag.COUPON)]
    assert not taken.duplicated("viewer").any()
    assert not used.duplicated("viewer").any()
    assert set(used["viewer"]) <= set(taken["viewer"])
    again = paid[paid["viewer"].isin(used["viewer"])].groupby("viewer").size()
    assert (again > 1).sum() > 3
    kept = set(taken["viewer"]) - set(used["viewer"])
    has = np.flatnonzero(played.crowd.viewers["coupons"][:, 0])
    assert set(has) == kept


def test_credit_is_a_share_of_what_was_paid_and_is_spent_on_the_next_order():
    script = [push("ball", at=t) for t in (-900.0, 0.0, 2800.0, 3000.0, 5700.0)]
    played = evening(
        script, 300, goods=whole_shop(PLENTY, rebate={"share": 0.2}), segment={"tolerance": {"median": 20}}
    )
    paid, credit = rows(played, Kind.PAYMENT), rows(played, Kind.CREDIT)
    issued = np.floor(paid["price"] * 0.2)
    first = ~paid.duplicated("viewer")
    assert (paid["price"][first] == 3000).all()
    assert (paid["price"][~first] < 3000).all()
    assert (~first).sum() > 10
    spent = (3000 - paid["price"]).sum()
    assert issued.sum() - spent == credit["value"].sum() == played.crowd.viewers["credit"].sum()


# --- who may have what, and where it is seen --------------------------------------------------------------------------


def limited(access: dict[str, Any]) -> Played:
    goods = shop(PLENTY)
    goods["products"]["ball"]["access"] = access
    seen = [push("ball", at=600.0), push("ball", at=700.0, surface="shop_zone_banner")]
    return evening(seen, 400, goods=goods, loyalty=TIERS, segment={"members": 0.6, "browse": {"median": 10.0}})


@pytest.mark.parametrize("access", [{"tier": "gold"}, {"early": True}, {"tier": "gold", "early": True}])
def test_a_limited_edition_reaches_only_those_it_is_for(access):
    played = limited(access)
    ball = rows(played, Kind.EXPOSURE, Kind.VIEW)
    met = ball.loc[ball["item"] == 2, "viewer"].unique()
    before = world(
        shop=shop(PLENTY), loyalty=TIERS,
        audience={"viewers": 400, "segments": {"all": {"members": 0.6, "browse": {"median": 10.0}}}},
    ).night(1, 0)  # fmt: skip
    gold = before.crowd.known["tier"] == 2
    joined = rows(played, Kind.JOIN)
    early = np.isin(np.arange(400), joined.loc[joined["time"] <= 0.0, "viewer"])
    allowed = gold * ("tier" in access) | early * ("early" in access)
    assert 0 < allowed.sum() < 400
    assert allowed[met].all()
    assert len(met) > 20


def test_what_the_zone_shows_more_is_looked_at_more():
    seen = []
    for weight in (0.0, 1.0, 5.0):
        goods = shop(PLENTY)
        goods["products"]["ball"]["exposure"] = weight
        pages = rows(evening([], 400, goods=goods, segment={"browse": {"median": 5.0}}), Kind.VIEW)
        seen.append((pages["item"] == 2).mean())
    assert seen[0] == 0.0
    assert 0.1 < seen[1] < seen[2] - 0.2


def test_prominence_is_noticed_more_and_annoys_more():
    shares, annoyance = [], []
    for prominence in (0.25, 1.0, 4.0):
        played = evening([push("ball", prominence=prominence, surface="side_panel")], 400)
        shares.append(len(rows(played, Kind.NOTICE)) / len(rows(played, Kind.EXPOSURE)))
        annoyance.append(rows(played, Kind.NOTICE)["value"].mean())
    assert shares[0] < 0.5 * shares[1] < shares[1] < shares[2] <= 1.0
    assert annoyance[0] < 0.5 * annoyance[1] < annoyance[1] < 0.5 * annoyance[2]


# --- words ------------------------------------------------------------------------------------------------------------


def clicks(script: list[Any], **changes: Any) -> int:
    calm = {"click_base": -3.0, **changes.pop("assumptions", {})}
    return len(rows(evening(script, 2_000, assumptions=calm, **changes), Kind.CLICK))


def test_an_exaggerated_claim_and_a_joint_promotion_sell_more_now():
    plain = clicks([push("red-shirt", 0.1)])
    assert clicks([push("red-shirt", 0.1, claim=1.0)]) > 1.5 * plain
    spoken = clicks([push("red-shirt", 0.1, surface="host_mention")])
    strong = {"assumptions": {"joint_effect": 1.0}}
    assert clicks([push("red-shirt", 0.1, joint=True)], **strong) > 1.5 * spoken
    assert clicks([push("red-shirt", 0.1, surface="host_mention")], **strong) == spoken


def test_a_host_who_exaggerates_sells_more_but_only_what_is_spoken():
    said = [push("red-shirt", surface="host_mention")]
    assert clicks(said, host={"truthfulness": 0.0}) > 1.5 * clicks(said)
    shown = [push("red-shirt")]
    assert clicks(shown, host={"truthfulness": 0.0}) == clicks(shown)


def test_a_host_sells_most_neither_cool_nor_beside_themselves():
    said = [push("red-shirt", surface="host_mention")]
    cool, warm, wild = (
        clicks(said, host={"enthusiasm": x}, assumptions={"host_warmth": 8.0}) for x in (0.0, 0.43, 1.0)
    )
    assert warm > 1.5 * cool
    assert warm > 1.5 * wild


# --- content ----------------------------------------------------------------------------------------------------------

LESSON = [push("fit", at=2900.0)]


def test_content_is_watched_to_its_end_by_who_stays():
    played = evening(LESSON, 500)
    opened, seen = rows(played, Kind.CONTENT), rows(played, Kind.CONTENT_END)
    assert 20 < len(seen) <= len(opened)
    start = opened.set_index("viewer")["time"]
    assert (seen["time"] - start[seen["viewer"]].to_numpy()).to_numpy() == pytest.approx(90.0)
    left = rows(played, Kind.LEAVE).groupby("viewer")["time"].apply(list)
    for viewer in set(opened["viewer"]) - set(seen["viewer"]):
        assert any(0.0 < t - start[viewer] <= 90.0 for t in left[viewer])


def test_content_informs_calms_and_builds_trust():
    played, without = evening(LESSON, 500), evening([], 500)
    seen = rows(played, Kind.CONTENT_END)["viewer"].unique()
    assert (played.crowd.viewers["informed"][seen] == 2).all()  # jersey, the second category
    assert (played.crowd.viewers["informed"].sum()) == 2 * len(seen)
    trust = played.crowd.viewers["trust"] - without.crowd.viewers["trust"]
    assert trust[seen].min() > 0.0
    assert np.delete(trust, seen) == pytest.approx(0.0)
    pleased = played.crowd.viewers["satisfaction"]
    assert pleased[seen].min() > 0.0
    assert not np.delete(pleased, seen).any()
    later = [push("ball", at=3000.0)]
    after, plain = (rows(evening(LESSON + later, 500, assumptions={"content_calm": calm}), Kind.NOTICE)
                    for calm in (0.9, 0.0))  # fmt: skip
    assert after[after["viewer"].isin(seen)]["value"].mean() < plain[plain["viewer"].isin(seen)]["value"].mean()


def test_who_knows_orders_as_one_who_knows():
    played = evening([*LESSON, push("red-shirt", 0.3, at=3300.0)], 500, segment={"stay": {"median": 500.0}})
    seen = set(rows(played, Kind.CONTENT_END)["viewer"])
    paid = rows(played, Kind.PAYMENT)
    assert (flagged(paid, Flag.INFORMED) == paid["viewer"].isin(seen)).all()
    assert flagged(paid, Flag.INFORMED).sum() > 3


def test_content_holds_those_who_watch_it():
    restless = {"stay": {"median": 2.0}}
    long = whole_shop(PLENTY)
    long["content"]["fit"]["minutes"] = 5.0
    stayed = [
        len(rows(night, Kind.CONTENT_END)) / len(rows(night, Kind.CONTENT))
        for hold in (0.1, 1.0)
        for night in [evening([push("fit", at=t) for t in (-600.0, 2800.0, 3000.0)], 500, goods=long, segment=restless,
                              assumptions={"content_hold": hold})]
    ]  # fmt: skip
    assert stayed[0] > 1.3 * stayed[1]


def test_nothing_new_happens_where_nothing_new_is_said():
    new = (Kind.TEAM, Kind.COUPON, Kind.CONTENT, Kind.MISMATCH, Kind.REGRET)
    played = lived(world(shop=whole_shop(6)), NoPush())
    assert rows(played, *new).empty
    assert len(rows(played, Kind.VIEW)) > 20


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_nobody_has_two_seats_in_one_team(engine):
    """Not even who has joined another team in between."""
    few = np.arange(30)
    terms = [("ball", 0.5, {"team": 6}), ("set", 0.1, {"team": 7})]
    script = [
        (t, [("shop_zone_banner", item, off, 4000.0, few, team) for item, off, team in terms])
        for t in (0.0, 1200.0, 2400.0, 3600.0)
    ]
    keen = {"browse": {"median": 40.0}, "tolerance": {"median": 50.0}, "stay": {"median": 200.0}}
    sure = {"team_doubt": 0.5, "cart_base": -1.0, "buy_base": -1.0, "click_base": -1.0, "trust_average": 0.1}
    w = world(audience={"viewers": 60, "segments": {"all": keen}}, shop=whole_shop(PLENTY), assumptions=sure)
    full = 0
    for replication in range(4):
        played = lived(w, Scripted(script), replication=replication, engine=engine)
        paid = rows(played, Kind.PAYMENT)
        paid = paid[flagged(paid, Flag.TEAM)]
        full += len(paid)
        assert not paid.duplicated(["viewer", "push", "time"]).any()
    assert full > 60
