"""Curves that viewers live by: no look ahead, and bounds that hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim import behaviour as b
from sim.engine.moments import Pace, rate
from sim.parameters import Parameters
from sim.world.generator import generate_match
from sim.world.match import Team
from sim.world.scenario import Arrivals
from sim.world.stage import BLOCK, set_stage


def match(seed: int, knockout: bool = False):
    return generate_match(
        Team("A", 1.6), Team("B", 1.2), knockout=knockout, seed=seed, replication=0, parameters=Parameters()
    )


@pytest.mark.parametrize("seed", range(6))
def test_how_many_have_come_does_not_tell_what_is_to_come(seed):
    played = match(seed, knockout=True)
    cut = 1500.0
    other = replace(played, events=tuple(e for e in played.events if e.at < cut), knockout=False)
    stages = [set_stage(m, Arrivals(), Parameters()) for m in (played, other)]
    until = int(cut - played.opens) - 100  # a hush before a penalty may be known a moment ahead
    assert any(e.at >= cut for e in played.events)
    league, cup = (s.arrivals[:, :until] for s in stages)
    np.testing.assert_allclose(league, cup, atol=0.02)


def test_arrivals_are_measured_by_a_usual_match():
    def come(**changed):
        return set_stage(match(1), Arrivals(**changed), Parameters()).arrivals

    usual = come()
    assert (come(never=0.3)[:, -1] < usual[:, -1]).all()
    assert (come(usual_arousal=0.3)[:, -1] < usual[:, -1]).all()
    kickoff = int(-match(1).opens)
    later = come(usual_length=150.0)
    assert (later[:, kickoff + 1200] < usual[:, kickoff + 1200]).all()
    np.testing.assert_allclose(usual[:, kickoff], 0.6, atol=1e-3)


@pytest.mark.parametrize("changed", [{}, {"browse_mood": 2.0}, {"leave_suspense": 10.0}, {"return_arousal": 20.0}])
def test_no_hazard_is_above_its_bound(changed):
    p = Parameters(**changed)
    stage = set_stage(match(3), Arrivals(), p)
    curves = stage.curves
    for second in range(0, len(curves.seconds), 7):
        now, block = curves.seconds[second], second // BLOCK
        for side in range(3):
            for gain in (0.2, 1.0, 8.0):
                mood, arousal = b.own_mood(gain, now["mood"][side]), b.own_arousal(gain, now["arousal"][side])
                leave = b.leave_pull(now["leave_phase"], now["suspense"], mood, p)
                assert leave <= rate(Pace(0, 1, 0, 0), side, block, curves) * (1 + 1e-12)
                browse = b.browse_hazard(1.0, now["browse_phase"], mood, p)
                assert browse <= rate(Pace(0, 0, 1, 0), side, block, curves) * (1 + 1e-12)
                assert b.chat_hazard(1.0, arousal) <= rate(Pace(0, 0, 0, gain), side, block, curves) * (1 + 1e-12)
                base = b.return_hazard(0.0, 0.0, 1.0, p)
                most = rate(Pace(base, 0, 0, base * p.return_arousal * gain), side, block, curves)
                assert b.return_hazard(arousal, 0.3, 1.0, p) <= most * (1 + 1e-12)
