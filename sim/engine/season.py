"""The matches of a scenario one after the other, each with the days that follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.engine.play import EngineName, Played, play
from sim.policy.push import Policy
from sim.world.carried import Carried
from sim.world.night import World


def play_season(
    world: World,
    make: Callable[[], Policy],
    name: str,
    seed: int,
    replication: int,
    viewers: int | None = None,
    *,
    engine: EngineName = "compiled",
    threads: int = 1,
    keep: bool = False,
    resume: Carried | None = None,
) -> Iterator[Played]:
    """Plays every match in order; one unless the scenario is a season.

    `make` gives a policy for each match: what a policy remembers lives one night.  With `resume`, what a match has
    carried over (`Played.carried`), goes on from there as if it had never been stopped.  Raises PolicyError.
    """
    night = world.night(seed, replication, viewers, threads)
    carried = resume
    for _ in range(resume.fixture if resume else 0, len(world.fixed)):
        if carried is not None:
            night = world.next_night(night, carried)
        played = play(night, make(), name, engine=engine, threads=threads, keep=keep)
        carried = played.carried
        yield played
