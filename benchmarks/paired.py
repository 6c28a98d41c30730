"""`python -m benchmarks.paired OTHER`: the big night here against that of another checkout, by turns.

Each plays its own league night, draws included and days left out; a ratio of times measured side by side says what a
change costs, where times of different hours say what the machine was doing.  `OTHER` must be able to run with the
packages that are installed here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
SEED = 7
NIGHT = """
import json, sys, time
from pathlib import Path
from sim.engine.play import play
from sim.policy.find import find
from sim.world.night import load_world
policy, viewers, threads = find(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
world = load_world(Path("scenarios/daily/league-night.yaml"), sys.argv[4:])
play(world.night(SEED, 0, 500), policy.make(), policy.name, threads=threads)
begun, used = time.perf_counter(), time.process_time()
played = play(world.night(SEED, 0, viewers), policy.make(), policy.name, threads=threads)
print(json.dumps([time.perf_counter() - begun, time.process_time() - used, played.events]))
""".replace("SEED", str(SEED))


class Side(NamedTuple):
    """Who plays what."""

    name: str
    checkout: Path
    policy: str
    sets: tuple[str, ...] = ()


def main() -> None:
    """Prints one line a side: medians, and the median ratio to the other checkout."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.paired", description=__doc__)
    options.add_argument("other", type=Path)
    options.add_argument("--viewers", type=int, default=1_000_000)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    alone = ("days_after=0",)
    sides = [
        Side("other, blast", given.other, "blast"),
        Side("here, blast", ROOT, "blast", alone),
        Side("here, whole shop", ROOT, "whole_shop", alone),
        Side("here, whole shop and the days after", ROOT, "whole_shop"),
    ]
    every = [[_played(side, given.viewers, given.threads) for side in sides] for _ in range(given.runs)]
    print("| night | seconds | CPU seconds | events | times the other |\n|---|---:|---:|---:|---:|")
    for i, side in enumerate(sides):
        seconds, cpu, events = (median(run[i][k] for run in every) for k in range(3))
        ratio = median(run[i][0] / run[0][0] for run in every)
        print(f"| {side.name} | {seconds:.2f} | {cpu:.2f} | {events:,.0f} | {ratio:.2f} |")


def _played(side: Side, viewers: int, threads: int) -> tuple[float, float, float]:
    words = [sys.executable, "-c", NIGHT, side.policy, str(viewers), str(threads), *side.sets]
    environment = {**os.environ, "PYTHONPATH": str(side.checkout.resolve())}
    done = subprocess.run(words, cwd=side.checkout, env=environment, check=True, capture_output=True, text=True)
    seconds, cpu, events = json.loads(done.stdout)
    return seconds, cpu, events


if __name__ == "__main__":
    main()
