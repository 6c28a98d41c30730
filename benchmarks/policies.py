"""What deciding costs: `python -m benchmarks.policies`.

Every sample policy plays the same large night.  Its night may take at most 1.5 times what it takes without deciding:
what the viewers do in answer to pushes is no cost of deciding.  Deciding is timed inside the night, so both figures are
of one run.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.night import ALONE, LEAGUE, SEED, WARM
from sim.engine.play import play
from sim.policy.find import available, find
from sim.world.night import load_world

MOST = 1.5


class Timed:
    """A policy with a clock around it."""

    def __init__(self, policy: Any) -> None:
        self.policy, self.seconds = policy, 0.0
        for name in ("red_lines", "sees_what_is_latent"):
            if hasattr(policy, name):
                setattr(self, name, getattr(policy, name))

    def decide(self, view: Any) -> list[Any]:
        """The policy's pushes; the time until they are there counts."""
        began = perf_counter()
        pushes = list(self.policy.decide(view))
        self.seconds += perf_counter() - began
        return pushes


def main() -> None:
    """Plays and prints a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.policies", description=__doc__)
    parser.add_argument("--viewers", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--scenario", type=Path, default=LEAGUE)
    parser.add_argument("-p", "--policy", action="append")
    options = parser.parse_args()
    world = load_world(options.scenario, ALONE)
    play(world.night(SEED, 0, WARM), find("no_push").make(), "warm", threads=options.threads)
    print("| policy | night [s] | of it deciding [s] | times without deciding | |\n|---|---:|---:|---:|---|")
    for name in options.policy or [sample.name for sample in available()]:
        policy, night = Timed(find(name).make()), world.night(SEED, 0, options.viewers)
        began = perf_counter()
        play(night, policy, name, threads=options.threads)
        took = perf_counter() - began
        times = took / (took - policy.seconds)
        verdict = "met" if times <= MOST else "MISSED"
        print(f"| {name} | {took:.1f} | {policy.seconds:.2f} | {times:.2f} | {verdict} |", flush=True)


if __name__ == "__main__":
    main()
