"""`python -m benchmarks.engines`: the same ledgers from both engines and any number of threads, on every template.

The test run does the same with fewer viewers; this is the heavier check behind `docs/engines.md`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.engine.ledger import Kind
from sim.engine.play import Played
from sim.engine.season import play_season
from sim.experiment.runs import sha256_of
from sim.policy.find import FoundPolicy, available, find
from sim.world.night import World, load_world

TEMPLATES = tuple(
    Path("scenarios", *parts)
    for parts in (
        ("daily", "league-night.yaml"),
        ("holiday", "festival-double-header.yaml"),
        ("special", "world-cup-final-2022.yaml"),
        ("season", "ten-match-days.yaml"),
    )
)
WAYS: tuple[dict[str, Any], ...] = ({"engine": "reference"}, {}, {"threads": 2})


def main() -> None:
    """Prints one line a template, policy and seed; exits with 1 when any hash differs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scenario", type=Path, nargs="+", default=TEMPLATES)
    options.add_argument("--viewers", type=int, default=1000)
    options.add_argument("-p", "--policy", nargs="+", default=[sample.name for sample in available()])
    options.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    given = options.parse_args()
    print(
        "| scenario | policy | seed | kinds of rows | ledger rows | SHA-256 | reference = compiled = 2 threads |\n"
        "|---|---|---:|---:|---:|---|---|"
    )
    same = True
    for file in given.scenario:
        world = load_world(file)
        for name in given.policy:
            for seed in given.seeds:
                same &= compare(file.parent.name, world, find(name), seed, given.viewers)
    raise SystemExit(0 if same else 1)


def compare(name: str, world: World, policy: FoundPolicy, seed: int, viewers: int) -> bool:
    """Plays the scenario in every way, prints a line, and says whether all ways gave the same."""
    played = [list(play_season(world, policy.make, policy.name, seed, 0, viewers, keep=True, **how)) for how in WAYS]
    hashes = [sha256_of(nights) for nights in played]
    agree = len(set(hashes)) == 1
    print(
        f"| {name} | {policy.name} | {seed} | {len(kinds(played[0]))} of {len(Kind)} | {rows(played[0]):,} "
        f"| `{hashes[0][:16]}…` | {'yes' if agree else '**no**'} |",
        flush=True,
    )
    return agree


def kinds(nights: Sequence[Played]) -> set[int]:
    """The kinds of rows that occurred."""
    return {int(kind) for night in nights for kind in night.ledger.rows()["kind"]}


def rows(nights: Sequence[Played]) -> int:
    """All rows of the ledgers."""
    return sum(len(night.ledger.rows()) for night in nights)


if __name__ == "__main__":
    main()
