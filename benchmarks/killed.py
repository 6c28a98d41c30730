"""`python -m benchmarks.killed [--ray]`: a comparison that is killed again and again, and goes on each time.

SIGKILL at random moments, as many times as asked for, each followed by the same command; what is left at the end must
be, byte for byte, what a comparison that nobody disturbed leaves, and nothing else.  Prints how far each attempt had
come.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
SCENARIO = ROOT / "scenarios/daily/league-night.yaml"
OWN = {"manifest.json", "run.log"}  # tell times


def main() -> None:
    """Exits with 1 where something differs."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.killed", description=__doc__)
    options.add_argument("--times", type=int, default=20)
    options.add_argument("--ray", action="store_true")
    options.add_argument("-n", type=int, default=40)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    way = ["--ray", "auto"] if given.ray else ["-j", "2"]
    with TemporaryDirectory() as place:
        calm, killed = Path(place) / "calm", Path(place) / "killed"
        subprocess.run(command(calm, given.n, way), check=True, capture_output=True)
        rng, least = random.Random(given.seed), 8.0 if given.ray else 2.0  # s to the first night, or nearly
        for attempt in range(given.times):
            after = rng.uniform(least, least + 8.0)
            print(
                f"{attempt + 1}: killed after {after:.1f} s, {disturbed(killed, given.n, way, after)} nights finished"
            )
        subprocess.run(command(killed, given.n, way), check=True, capture_output=True)
        one, other = (told(folder) for folder in (calm, killed))
        differ = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
        print(f"{len(one)} files, {'all the same' if not differ else 'not the same: ' + ', '.join(differ)}")
        left = [str(f.relative_to(killed)) for f in killed.rglob(".*") if f.name != ".nights"]
        print(f"left over: {', '.join(left) or 'nothing'}")
    sys.exit(bool(differ or left))


def command(results: Path, n: int, way: list[str]) -> list[str]:
    """The comparison, on few viewers."""
    policies = [x for name in ("no_push", "lull_only", "blast") for x in ("-p", name)]
    words = ["compare", str(SCENARIO), *policies, "-n", str(n), "--viewers", "500", "--results", str(results), *way]
    return [sys.executable, str(ROOT / "run_sim.py"), *words]


def disturbed(results: Path, n: int, way: list[str], after: float) -> int:
    """Starts it, kills it (unless it has ended), and counts the finished nights it has left."""
    run = subprocess.Popen(command(results, n, way), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        run.wait(after)
    except subprocess.TimeoutExpired:
        run.send_signal(signal.SIGKILL)
        run.wait()
    return len(list((results / ".nights").rglob("*.zip")))


def told(results: Path) -> dict[str, bytes]:
    """Every file of the last run, and every finished night, by name."""
    run = max(f.parent for f in results.glob("*/*/manifest.json"))
    files = {f.relative_to(run).as_posix(): f.read_bytes() for f in run.rglob("*") if f.is_file() and f.name not in OWN}
    return files | {f.name: f.read_bytes() for f in (results / ".nights").rglob("*.zip")}


if __name__ == "__main__":
    main()
