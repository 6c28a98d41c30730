"""`python -m benchmarks.engines`: the same ledger from both engines and any number of threads, at 2,000 viewers.

The test run does the same with fewer viewers; this is the heavier check behind `docs/validation.md`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.engine.play import play
from sim.policy.find import available, find
from sim.world.night import load_world

FINAL = Path("scenarios/special/world-cup-final-2022.yaml")


def main() -> None:
    """Prints one line a policy and seed; exits with 1 when any hash differs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scenario", type=Path, default=FINAL)
    options.add_argument("--viewers", type=int, default=2000)
    options.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    given = options.parse_args()
    world = load_world(given.scenario)
    same = True
    print("| policy | seed | ledger rows | SHA-256 | reference = compiled = 2 threads |\n|---|---:|---:|---|---|")
    for policy in available():
        make = find(policy.name).make
        for seed in given.seeds:
            nights = [
                play(world.night(seed, 0, given.viewers), make(), policy.name, keep=True, **how)
                for how in ({"engine": "reference"}, {}, {"threads": 2})
            ]
            hashes = {night.ledger.sha256 for night in nights}
            same &= len(hashes) == 1
            rows, short = len(nights[0].ledger.rows()), min(hashes)[:16]
            agree = "yes" if len(hashes) == 1 else "**no**"
            print(f"| {policy.name} | {seed} | {rows:,} | `{short}…` | {agree} |")
    raise SystemExit(0 if same else 1)


if __name__ == "__main__":
    main()
