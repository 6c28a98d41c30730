"""What a policy can reach from its view: nothing latent, nothing that is to come, nothing it could write on."""

from __future__ import annotations

import gc
import types
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd
import pytest

from policies.whole_shop import WholeShop
from sim.engine.board import Publisher
from sim.engine.books import Books
from sim.engine.play import Play, play
from sim.engine.sight import Sight
from sim.policy import View
from sim.policy.check import PolicyError
from sim.policy.find import available, find
from sim.policy.latent import Latent, sees_latent
from sim.world.audience import VIEWER, Crowd
from sim.world.beliefs import Beliefs
from sim.world.catalogue import Catalogue
from sim.world.emotion import Emotion
from sim.world.match import Match, MatchEvent
from sim.world.night import Night, World
from sim.world.scenario import Scenario
from sim.world.stage import Stage
from tests.worlds import TIERS, lived, whole_shop, world

HIDDEN = (
    Crowd, Night, World, Stage, Match, Beliefs, Emotion, Scenario, Catalogue, Books, Play, Sight, Publisher, Latent,
)  # fmt: skip
PLACES = (type, types.ModuleType, types.BuiltinFunctionType, types.GetSetDescriptorType, types.MemberDescriptorType)
BLIND = [sample.name for sample in available() if not sees_latent(find(sample.name).make())]
RIGGED = ("oracle", "anti_oracle")


def reachable(start: Any) -> Iterator[Any]:
    """Everything that can be got at from an object, by whatever path, but for code and the modules it lives in."""
    seen, left = set(), [start]
    while left:
        thing = left.pop()
        if id(thing) in seen or isinstance(thing, PLACES):
            continue
        seen.add(id(thing))
        yield thing
        if isinstance(thing, types.FunctionType):
            left += [
                *(cell.cell_contents for cell in thing.__closure__ or ()),
                thing.__defaults__,
                thing.__kwdefaults__,
            ]
        elif isinstance(thing, types.MethodType):
            left += [thing.__self__, thing.__func__]
        elif isinstance(thing, np.ndarray):
            left.append(thing.base)
        else:
            left += gc.get_referents(thing)


class Walking(WholeShop):
    """Looks at everything there is, now and then, and at what it has looked at before."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.walked = 0
        self.hidden: list[np.ndarray] = []  # arrays of what is latent
        self.live: list[np.ndarray] = []  # arrays that go on changing

    def decide(self, view: View) -> list[Any]:
        said = super().decide(view)
        if said or view.time % 1500.0 == 0.0 or any(view.news):
            self.walk(view)
        return said

    def follow_up(self, view: View) -> list[Any]:
        self.walk(view)
        return super().follow_up(view)

    def walk(self, view: View) -> None:
        view.viewers.minutes_watched, view.random.random(), list(view.pushes), dict(view.items)
        self.walked += 1
        for thing in reachable(view):
            if isinstance(thing, HIDDEN):
                self.problems.append(f"{type(thing).__name__} at {view.clock}")
            if isinstance(thing, MatchEvent) and thing.at > view.time:
                self.problems.append(f"a {thing.kind} that is still to come, at {view.clock}")
            if isinstance(thing, np.ndarray):
                self.problems += self.problems_of(thing, view)

    def problems_of(self, array: np.ndarray, view: View) -> Iterator[str]:
        if array.dtype == VIEWER or any(np.shares_memory(array, hidden) for hidden in self.hidden):
            yield f"what is latent, at {view.clock}"
        if array.flags.writeable and any(np.shares_memory(array, live) for live in self.live):
            yield f"what could be written on, at {view.clock}"


def rich_night() -> Night:
    return rich().night(3, 0)


def rich() -> World:
    people = {"viewers": 60, "segments": {"all": {"members": 0.6, "customers": 0.6, "browse": {"median": 5.0}}}}
    return world(audience=people, shop=whole_shop(8), loyalty=TIERS, days_after=4.0, assumptions={"click_base": -1.0})


def test_nothing_latent_and_nothing_to_come_can_be_reached_from_a_view():
    night, policy = rich_night(), Walking()
    crowd, stage = night.crowd, night.stage
    curves = [stage.curves.seconds, stage.curves.most, stage.curves.sums, stage.arrivals]
    feelings = [x for x in vars(stage.emotion).values() if isinstance(x, np.ndarray)]
    policy.hidden = [crowd.viewers, crowd.tastes, *curves, *feelings]
    policy.live = [crowd.known, crowd.signals]
    play(night, policy, "walking")
    assert policy.walked > 10
    assert not policy.problems
    assert crowd.known.flags.writeable  # for those whose records they are


def test_the_walk_finds_what_is_hidden():
    night, policy = rich_night(), Walking()
    policy.hidden = [night.crowd.known]  # as if that were latent
    play(night, policy, "walking")
    assert policy.problems


def test_who_has_not_consented_is_masked_in_all_that_can_be_reached():
    night, found = rich_night(), []

    closed = night.crowd.known["consent"] == 0

    class Prying:
        def decide(self, view):
            tables = [x for x in reachable(view) if isinstance(x, np.ndarray) and x.dtype.names]
            found.extend(table[name][closed] for table in tables for name in ("orders", "history", "points"))
            return []

    play(night, Prying(), "prying")
    assert found
    assert all((column == -1).all() for column in found)


@pytest.mark.parametrize("name", BLIND)
def test_what_somebody_feels_changes_nothing_that_a_policy_says_before_they_act(name):
    viewer, said, rows = 11, [], []
    for shift in (False, True):
        night = rich_night()
        if shift:
            change(night.crowd, viewer)
        policy = find(name).make()
        notes = noting(policy)
        played = play(night, policy, name, keep=True)
        said.append(notes)
        own = played.ledger.frame()
        rows.append(own[own["viewer"] == viewer].reset_index(drop=True))
    acts = first_difference(*rows)
    before = [[note for note in notes if note[0] <= acts] for notes in said]
    assert before[0] == before[1]


def change(crowd: Crowd, viewer: int) -> None:
    """Another person with the same looks: temper, tastes, trust, wealth."""
    v = crowd.viewers
    for trait, factor in (
        ("tolerance", 0.3),
        ("patience", 0.3),
        ("gain", 1.7),
        ("fandom", 0.2),
        ("price_sensitivity", 2.0),
    ):
        v[trait][viewer] *= factor
    v["trust"][viewer] = 0.2
    v["host_affinity"][viewer] += 1.5
    v["fatigue"][viewer] += 0.4
    crowd.tastes[viewer] *= -1


def noting(policy: Any) -> list[tuple[Any, ...]]:
    """Has a policy note what it says: when, and every word of it."""
    notes: list[tuple[Any, ...]] = []

    def listen(method: Any) -> Any:
        def said(view: View) -> list[Any]:
            pushes = list(method(view))
            for p in pushes:
                who = p.audience if isinstance(p.audience, str) else p.audience.tobytes()
                notes.append((view.time, p.surface, p.offer, p.expires, who, p.prominence, p.because))
            return pushes

        return said

    policy.decide = listen(policy.decide)
    if hasattr(policy, "follow_up"):
        policy.follow_up = listen(policy.follow_up)
    return notes


def first_difference(a: pd.DataFrame, b: pd.DataFrame) -> float:
    """When two lists of rows part; never, if they do not."""
    n = min(len(a), len(b))
    differ = (a[:n] != b[:n]).any(axis=1)
    if differ.any():
        row = int(differ.argmax())
        return float(min(a["time"][row], b["time"][row]))
    rest = [x["time"][n] for x in (a, b) if len(x) > n]
    return float(min(rest, default=np.inf))


def test_the_brackets_alone_see_what_is_latent_and_say_so_in_their_names():
    assert {s.name for s in available()} - set(BLIND) == set(RIGGED)
    seen = []

    class Curious:
        def decide(self, view):
            seen.append(view.latent)

    with pytest.raises(PolicyError, match="what is latent is for oracle and anti_oracle alone"):
        lived(world(), Curious())
    assert not seen


def test_even_a_bracket_cannot_write_on_people():
    class Oracle:
        sees_what_is_latent = True

        def decide(self, view):
            view.latent.people["trust"][:] = 1.0
            return []

    with pytest.raises(PolicyError, match="read-only"):
        lived(world(), Oracle())


def test_copies_of_a_view_s_columns_may_be_written_on():
    class Scribbling:
        def decide(self, view):
            view.viewers.side[:] = 9
            assert (view.viewers.side < 3).all()
            return []

    night = rich_night()
    kept = deepcopy(night.crowd.known["side"])
    play(night, Scribbling(), "scribbling")
    assert (night.crowd.known["side"] == kept).all()
