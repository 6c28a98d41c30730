"""Each equation's direction, and its value where it is known by hand."""

from __future__ import annotations

import itertools
import math

import pytest

from sim import behaviour as b
from sim.parameters import Parameters

P = Parameters()


def rises(values) -> bool:
    values = list(values)
    return all(x < y for x, y in itertools.pairwise(values))


def test_staying_and_leaving():
    assert rises(-b.settled_leave_hazard(3600.0, age, P) for age in (0, 60, 600, 6000))
    half = b.settled_leave_hazard(3600.0, P.leave_settling, P)
    assert half == pytest.approx(b.settled_leave_hazard(3600.0, 0.0, P) / 2)
    assert rises(-b.leave_pull(1.0, s, 0.0, P) for s in (0, 0.1, 0.5))
    assert b.leave_pull(1.0, 0.1, -0.5, P) == b.leave_pull(1.0, 0.1, 0.5, P) < b.leave_pull(1.0, 0.1, 0.0, P)
    assert b.leave_push(0.0, 1.0, P) == 1.0
    assert rises(b.leave_push(n, 1.0, P) for n in (0, 1, 2))
    assert b.leave_push(50.0, 1.0, P) == b.leave_push(P.leave_annoyance_cap, 1.0, P)
    assert rises(-b.return_hazard(0.2, n, 1.0, P) for n in (0, 1, 2))
    assert rises(b.return_hazard(a, 0.0, 1.0, P) for a in (0, 0.5, 1))


def test_noticing_and_clicking():
    assert b.notice_probability(0.9, 1.0, True, P) == 0.9 > b.notice_probability(0.9, 1.0, False, P)

    def clicked(interest=0.5, attention=0.0, noticed=1, annoyance=0.0):
        """The share of draws that click."""
        given = interest, 0.0, 0.0, attention, noticed, annoyance, 1.0, P
        return sum(b.clicks((u + 0.5) / 10_000, *given) for u in range(10_000)) / 10_000

    assert 0.017 <= clicked() <= 0.046  # the benchmark range of push click-through
    assert rises(clicked(interest=i) for i in (0, 0.5, 1))
    assert rises(-clicked(attention=a) for a in (0, 0.5, 1))
    assert rises(-clicked(annoyance=n) for n in (0, 1, 3))
    odds = [clicked(noticed=k) / (1 - clicked(noticed=k)) for k in (1, 2, 16)]
    assert odds[0] / odds[1] == pytest.approx(2**P.click_wear, rel=0.02)
    assert odds[0] / odds[2] == pytest.approx(16**P.click_wear, rel=0.05)
    assert b.relevance(0.0, 1.0, -1, P) < b.relevance(0.0, 1.0, 0, P) == 0.5 < b.relevance(0.0, 1.0, 1, P)
    assert rises(b.host_pull(a, 0.7, P) for a in (-1, 0, 1))


def test_price():
    cut, rise = b.price_pull(80, 100, 1.0, P), b.price_pull(125, 100, 1.0, P)
    assert b.price_pull(100, 100, 1.0, P) == 0.0
    assert -rise / cut == pytest.approx(P.price_loss_aversion)
    assert (cut - rise) / 2 == pytest.approx(-P.price_elasticity * math.log(1.25))


def test_credit_is_whole_units_of_a_share():
    assert [b.credit_earned(100, share) for share in (0.0, 0.1, 0.29, 0.57)] == [0, 10, 29, 57]
    assert b.credit_earned(99, 0.1) == 9


def test_emotion_has_an_interior_optimum_and_chat_is_concave():
    best = P.impulse_arousal / (2 * P.impulse_arousal_square)
    assert 0 < best < 1
    assert b.impulse(best, 0, P) > max(b.impulse(0, 0, P), b.impulse(1, 0, P))
    steps = [b.social_proof(math.expm1(x), P) for x in (0, 1, 2, 3)]
    assert rises(-(y - x) for x, y in itertools.pairwise(steps))


def test_a_neutral_page_ends_as_the_taobao_log_says():
    ends = [b.decide((u + 0.5) / 10_000, 0.0, P) for u in range(10_000)]
    carts, buys, saves = (ends.count(x) / 10_000 for x in (b.CART, b.BUY, b.SAVE))
    assert saves == pytest.approx(0.0322, abs=0.005)
    assert carts == pytest.approx(0.0616, abs=0.005)
    assert carts * P.cart_paid + buys * P.order_paid == pytest.approx(0.0225, abs=0.003)
    assert rises(sum(b.decide((u + 0.5) / 999, x, P) == b.BUY for u in range(999)) for x in (0, 1, 2))
    assert b.decide(0.5, 1e6, P) in (b.CART, b.BUY)
    assert b.payment_time(1 - 1e-12, 900.0, P) == pytest.approx(900.0)


def test_a_missing_size():
    near = 2 * b.size_weight(1, P)
    ends = [b.missing_size((u + 0.5) / 1000, near, P) for u in range(1000)]
    shares = {x: ends.count(x) / 1000 for x in (b.OTHER_SIZE, b.WAIT, b.WALK)}
    assert 0.3 <= shares[b.OTHER_SIZE] <= 0.5  # Gruen, Corsten & Bharadwaj 2002
    assert 0.3 <= shares[b.WALK] <= 0.6
    assert 0.09 <= shares[b.WAIT] <= 0.22
    assert b.OTHER_SIZE not in [b.missing_size((u + 0.5) / 99, 0.0, P) for u in range(99)]
    assert b.trust_after_refusal(0.7, P) == pytest.approx(0.7 * (1 - P.trust_lost))


def test_annoyance():
    assert b.annoyance_now(1.0, P.annoyance_half_life, P) == pytest.approx(0.5)
    ratio = b.annoyance_cost(0.2, 1.0, 1.0, 0.5, P) / b.annoyance_cost(0.2, 0.0, 1.0, 0.5, P)
    assert 1.31 <= ratio <= 2.06  # Bailey & Konstan 2006
    assert b.annoyance_cost(0.0, 1.0, 3.0, 0.0, P) == 0.0
    assert rises(-b.annoyance_cost(0.2, 0.0, 1.0, i, P) for i in (0, 0.5, 1))
    assert b.wear(0, P) == b.wear(int(P.wear_in), P) == 1.0 < b.wear(int(P.wear_in) + 2, P)
    assert b.wear(1000, P) == P.wear_limit
    muted = [sum(b.mutes((u + 0.5) / 100_000, n, 1.0, P) for u in range(100_000)) for n in (0, 2, 4)]
    assert rises(muted)
    assert muted[0] == pytest.approx(100_000 * (1 - math.exp(-P.mute_rate)), abs=1)
    assert b.mutes(0.5, 1e9, 1.0, P)
