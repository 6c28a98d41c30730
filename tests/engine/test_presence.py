"""Every moment of a viewer's own accord, worked out again one by one from the draws and the match."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from policies.no_push import NoPush
from sim import draws
from sim.engine.ledger import Kind
from sim.engine.moments import Pace, next_moment, rate
from sim.engine.play import Played
from sim.world.audience import Crowd
from sim.world.stage import BLOCK
from tests.engine.test_people import interest
from tests.worlds import lived, often, shop, world

OWN = [Kind.JOIN, Kind.RETURN, Kind.LEAVE, Kind.CHAT, Kind.BROWSE]


class Life:
    """One viewer: what they do unasked, given when they were busy and how annoyed they were."""

    def __init__(self, played: Played, before: Crowd, viewer: int, rows: pd.DataFrame) -> None:
        self.p, self.curves, self.viewer = played.night.scenario.assumptions, played.night.stage.curves, viewer
        self.v, self.side = before.viewers[viewer], int(before.known["side"][viewer])
        self.gain, self.tolerance = float(self.v["gain"]), float(self.v["tolerance"])
        self.noticed = rows[rows["kind"] == Kind.NOTICE]
        self.joined = self.leave_bound = 0.0
        self.moment = 0

    def moments(self) -> Iterator[tuple[float, Kind]]:
        t, came, here = float(self.v["own_at"]), False, False
        while t < math.inf:
            u_gap, u, _, _ = draws.draw(5, 0, self.viewer, draws.OWN, self.moment)
            done = self.on_stream(t, u) if here else self.away(t, u) if came else Kind.JOIN
            if done in (Kind.JOIN, Kind.RETURN):
                self.joined, came, here = t, True, True
            here = here and done != Kind.LEAVE
            if done is not None:
                yield t, done
            self.moment += 1
            cap = math.exp(self.p.leave_annoyance * self.p.leave_annoyance_cap)
            self.leave_bound = float(np.float32(self.settled(t) * cap)) if here else 0.0
            t = next_moment(t, u_gap, self.pace(here), self.side, self.curves)

    def pace(self, here: bool) -> Pace:
        base = self.p.return_rate / 3600
        if here:
            return Pace(0.0, self.leave_bound, float(self.v["curiosity"]), float(self.v["chattiness"]) * self.gain)
        return Pace(base, 0.0, 0.0, base * self.p.return_arousal * self.gain)

    def now(self, t: float) -> np.void:
        return self.curves.seconds[int(t - self.curves.opens)]

    def most(self, t: float) -> tuple[int, np.void]:
        block = int(t - self.curves.opens) // BLOCK
        return block, self.curves.most[block]

    def mood(self, t: float) -> float:
        return max(-1.0, min(1.0, self.gain * float(self.now(t)["mood"][self.side])))

    def arousal(self, t: float) -> float:
        return min(1.0, self.gain * float(self.now(t)["arousal"][self.side]))

    def annoyance(self, t: float) -> float:
        earlier = self.noticed[self.noticed["time"] < t]
        if not len(earlier):
            return 0.0
        last = earlier.iloc[-1]
        return float(last["value"] * 0.5 ** ((t - last["time"]) / self.p.annoyance_half_life)) / self.tolerance

    def settled(self, t: float) -> float:
        return self.p.leave_initial / float(self.v["stay"]) / (1 + (t - self.joined) / self.p.leave_settling)

    def away(self, t: float, u: float) -> Kind | None:
        hazard = self.p.return_rate / 3600 * (1 + self.p.return_arousal * self.arousal(t))
        hazard *= math.exp(-self.p.return_annoyance * self.annoyance(t))
        bound = rate(self.pace(False), self.side, self.most(t)[0], self.curves)
        return Kind.RETURN if u * bound < hazard else None

    def on_stream(self, t: float, u: float) -> Kind | None:
        p, now, (block, most) = self.p, self.now(t), self.most(t)
        x = u * rate(self.pace(True), self.side, block, self.curves)
        leave = self.leave_bound * float(most["leave"])
        browse = float(self.v["curiosity"]) * float(most["browse"][self.side])
        if x < leave:
            calm = self.settled(t) * float(now["leave_phase"])
            calm *= math.exp(-p.leave_suspense * float(now["suspense"]) - p.leave_mood * abs(self.mood(t)))
            annoyed = calm * math.exp(p.leave_annoyance * min(self.annoyance(t), p.leave_annoyance_cap))
            return Kind.LEAVE if x < annoyed else None
        if x < leave + browse:
            joy = 1 + p.browse_mood * max(0.0, self.mood(t))
            keen = float(self.v["curiosity"]) * float(now["browse_phase"]) * joy
            return Kind.BROWSE if x - leave < keen else None
        return Kind.CHAT if x - leave - browse < float(self.v["chattiness"]) * self.arousal(t) else None


def test_coming_leaving_writing_and_looking_into_the_shop():
    lively = {"share": 1.0, "browse": {"median": 6.0}, "chat": {"median": 1.0}, "stay": {"median": 15.0}}
    w = world(
        shop=shop(100_000_000),
        audience={"viewers": 150, "segments": {"all": {**lively, "tolerance": {"median": 0.3}}}},
        assumptions={"return_rate": 6.0, "page_seconds": 5.0},
    )
    played, before = lived(w, often(every=400.0), seed=5), w.night(5, 0).crowd
    frame = played.ledger.frame()
    found: dict[Kind, int] = dict.fromkeys(OWN, 0)
    for viewer, rows in frame[frame["viewer"] >= 0].groupby("viewer"):
        told = [(round(t, 6), k) for t, k in zip(rows["time"], rows["kind"], strict=True) if k in OWN]
        due = [(round(t, 6), k) for t, k in Life(played, before, viewer, rows).moments()]
        assert [x for x in told if x[1] != Kind.BROWSE] == [x for x in due if x[1] != Kind.BROWSE]
        visits = {x for x in due if x[1] == Kind.BROWSE}
        assert visits >= {x for x in told if x[1] == Kind.BROWSE}
        assert all(busy(rows, t) for t, _ in visits.difference(told))
        for _, kind in told:
            found[Kind(kind)] += 1
    assert min(found.values()) > 100
    assert (frame["flag"][frame["kind"] == Kind.LEAVE] == 1).sum() > 20


def busy(rows: pd.DataFrame, t: float) -> bool:
    """Whether somebody had a page open or an order unpaid; hardly anybody stays on a page for two minutes."""
    opened = rows[rows["kind"] == Kind.VIEW]["time"]
    held = rows["kind"].map({Kind.CART: 1, Kind.ORDER: 1, Kind.PAYMENT: -1, Kind.LAPSE: -1}).fillna(0)
    return bool(opened.between(t - 120.0, t).any() or held[rows["time"] < t].sum() > 0)


def test_in_the_shop_people_look_at_what_they_like():
    eager = {"viewers": 2000, "segments": {"all": {"share": 1.0, "browse": {"median": 6.0}}}}
    w = world(shop=shop(100_000_000), audience=eager)
    frame, before = lived(w, NoPush()).ledger.frame(), w.night(1, 0).crowd
    p = w.scenario.assumptions
    viewed = frame[(frame["kind"] == Kind.VIEW) & (frame["push"] == -1)]
    odds = np.array([[math.exp(p.interest * interest(w, before, v, k)) for k in range(3)] for v in viewed["viewer"]])
    chances = odds / odds.sum(axis=1, keepdims=True)
    assert len(viewed) > 1000
    gained = chances[np.arange(len(viewed)), viewed["item"]].mean()
    assert gained == pytest.approx((chances**2).sum(axis=1).mean(), abs=0.02)
    assert (chances**2).sum(axis=1).mean() > 1 / 3 + 0.06  # or liking would not be told from chance
