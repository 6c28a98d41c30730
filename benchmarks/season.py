"""`python -m benchmarks.season`: ten matches and the days between them, for 100,000 viewers."""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import median
from time import perf_counter

from sim.engine.season import play_season
from sim.policy.find import FoundPolicy, available, find
from sim.world.night import World, load_world

SEASON = Path("scenarios/season/ten-match-days.yaml")
SEED, WARM = 7, 300
TARGET = 15.0  # s


def main() -> None:
    """Prints one line a policy; exits with 1 when a season takes longer than the target."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.season", description=__doc__)
    options.add_argument("--viewers", type=int, default=100_000)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    world, slowest = load_world(SEASON), 0.0
    print(f"| policy | seconds (target {TARGET:g}) | events |\n|---|---:|---:|")
    for policy in map(find, (p.name for p in available())):
        _season(world, policy, WARM, given.threads)
        timed = [_season(world, policy, given.viewers, given.threads) for _ in range(given.runs)]
        seconds = median(took for took, _ in timed)
        slowest = max(slowest, seconds)
        print(f"| {policy.name} | {seconds:.1f} | {timed[0][1]:,} |", flush=True)
    raise SystemExit(0 if slowest <= TARGET else 1)


def _season(world: World, policy: FoundPolicy, viewers: int, threads: int) -> tuple[float, int]:
    """Seconds and events; each match is let go when it is over."""
    start = perf_counter()
    events = sum(p.events for p in play_season(world, policy.make, policy.name, SEED, 0, viewers, threads=threads))
    return perf_counter() - start, events


if __name__ == "__main__":
    main()
