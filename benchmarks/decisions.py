"""`python -m benchmarks.decisions coverage|pairing|choice|gate`: do comparisons keep promises, on real nights?

`coverage`: two policies that are the same but for luck; how often their 95% interval holds 0.  `pairing`: by how much
common random numbers narrow a difference.  `choice`: how often Kim and Nelson's procedure picks the better policy.
`gate`: how often a planted regression of twice its margin fails, and an unchanged policy passes.
docs/experiments.md keeps what they said.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.season import play_season
from sim.experiment.choosing import choice
from sim.experiment.comparison import bca, half_width
from sim.experiment.executors import executor
from sim.experiment.gate import RANK, Gate, adjusted, looks, until_decided, verdict
from sim.experiment.load import load
from sim.experiment.runs import Done, Plan, Stopping, values_of
from sim.experiment.schedule import PILOT, Schedule
from sim.experiment.session import schedule_of
from sim.measures.outcomes import outcomes
from sim.policy.find import find_all
from sim.world.experiment import Check

ROOT = Path(__file__).parent.parent
FINAL = ROOT / "scenarios/special/world-cup-final-2022.yaml"
LEAGUE = ROOT / "scenarios/daily/league-night.yaml"
PAIRED_ON = (FINAL, LEAGUE, ROOT / "scenarios/holiday/festival-double-header.yaml")
HALVES = tuple(f"{ROOT / 'benchmarks/halves.py'}(half={half})" for half in (0, 1))
CHOICES = ("no_push", "lull_only", "stock_aware")
QUICK = ("days_after=0", "timing.window=60")
TOLD = ("orders", "net_value", "conversion_rate", "annoyance_mean", "stockout_minutes")


def main() -> None:
    """Prints one line a measure."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.decisions", description=__doc__)
    options.add_argument("what", choices=("coverage", "pairing", "choice", "gate"))
    options.add_argument("-n", type=int, default=1000, help="trials; of `pairing` nights")
    options.add_argument("-j", type=int, default=2)
    options.add_argument("--viewers", type=int, default=300)
    options.add_argument("--keep", type=Path, help="file that holds what came of each trial: what was stopped goes on")
    given = options.parse_args()
    {"coverage": coverage, "pairing": pairing, "choice": choices, "gate": gates}[given.what](given)


def plan_of(file: Path, policies: Sequence[str], viewers: int, *, seed: int = 1, **changes: Any) -> Plan:
    """Longer windows and no days after: such nights are played faster."""
    world = load(file, QUICK)
    return replace(Plan(world, find_all(policies), seed, 300, viewers), **changes)


def night(plan: Plan, replication: int, number: int) -> Done:
    """Outcomes alone."""
    policy = plan.policies[number]
    season = play_season(plan.world, policy.make, policy.name, plan.seed, replication, plan.viewers)
    told = outcomes(list(season))
    return Done(
        policy=policy.name, replication=replication, outcomes=told, parts={}, series=None, twins=None,
        ledger_sha256=None, seconds=None, stored=False,
    )  # fmt: skip


def played(plan: Plan, schedule: Schedule) -> list[Done]:
    """All nights that a schedule asks for."""
    done: list[Done] = []
    while jobs := schedule(done):
        done += [night(plan, *job) for job in jobs]
    return done


def trials(trial: Callable[[int], Any], given: argparse.Namespace) -> list[Any]:
    """What came of each, from the file where it is kept or played."""
    told: dict[int, Any] = {}
    if given.keep and given.keep.exists():
        told = dict(map(json.loads, given.keep.read_text(encoding="utf-8").splitlines()))
    missing = [seed for seed in range(1, given.n + 1) if seed not in told]
    with executor(given.j)(_Prepared(trial)) as work:
        for seed, found in zip(missing, work(missing), strict=True):
            told[seed] = json.loads(json.dumps(found))
            if given.keep:
                with given.keep.open("a", encoding="utf-8") as kept:
                    kept.write(f"{json.dumps([seed, found])}\n")
    return [told[seed] for seed in range(1, given.n + 1)]


class _Prepared:
    def __init__(self, trial: Callable[[int], Any]) -> None:
        self.trial = trial

    def __call__(self) -> Callable[[int], Any]:
        return self.trial


def apart(done: Sequence[Done], metric: str, n: int | None = None) -> NDArray[np.float64]:
    """(nights,) the second policy's less the first's."""
    first, *_, last = dict.fromkeys(one.policy for one in done)
    values = {name: [one.outcomes[metric] for one in done if one.policy == name] for name in (first, last)}
    return np.subtract(values[last], values[first])[:n]


# --- coverage ---------------------------------------------------------------------------------------------------------


class _Covered:
    """One comparison of the halves: what holds 0 after the pilot, and when precision stops it."""

    def __init__(self, viewers: int, wanted: float) -> None:
        self.viewers, self.wanted = viewers, wanted

    def __call__(self, seed: int) -> dict[str, tuple[bool, bool, bool, int]]:
        plan = plan_of(LEAGUE, HALVES, self.viewers, seed=seed, stopping=Stopping({"orders": self.wanted}))
        done = played(replace(plan, control=plan.policies[0].name), schedule_of(plan))
        return {metric: (*_holds(apart(done, metric, PILOT)), _holds(apart(done, metric))[0], len(done) // 2)
                for metric in TOLD}  # fmt: skip


def _holds(d: NDArray[np.float64]) -> tuple[bool, bool]:
    low, high = bca(d[np.newaxis])[0]
    return bool(abs(d.mean()) <= half_width(d[np.newaxis])[0]), bool(low <= 0.0 <= high)


def coverage(given: argparse.Namespace) -> None:
    """Shares of trials whose interval holds 0: after 30 nights, and at the stop of a rule that wants 45 or so."""
    plan = plan_of(LEAGUE, HALVES, given.viewers, seed=10_000)
    spread = apart([night(plan, r, p) for r in range(60) for p in (0, 1)], "orders").std(ddof=1)
    found = trials(_Covered(given.viewers, 2.02 * spread / 45**0.5), given)
    stops = [one["orders"][3] for one in found]
    print(f"{given.n} trials, stopped after {np.median(stops):.0f} nights (median; {min(stops)} to {max(stops)})")
    for metric in TOLD:
        shares = [100.0 * np.mean([one[metric][k] for one in found]) for k in range(3)]
        print(f"{metric:18} t {shares[0]:.1f}%  BCa {shares[1]:.1f}%  at the stop {shares[2]:.1f}%")


# --- pairing ----------------------------------------------------------------------------------------------------------


PAIRS = (
    ("no_push", "lull_only"),
    ("lull_only", "lull_only(rest=1200)"),
    ("peak_flash", "peak_flash(discount=0.2)"),
    ("context_aware", "context_aware(most=5)"),
)


class _Night:
    def __init__(self, file: Path, viewers: int, policies: Sequence[str]) -> None:
        self.file, self.viewers, self.policies = file, viewers, policies

    def __call__(self) -> Callable[[tuple[int, int]], dict[str, float]]:
        plan = plan_of(self.file, self.policies, self.viewers)
        return lambda job: night(plan, *job).outcomes


def pairing(given: argparse.Namespace) -> None:
    """Variance of a paired difference over that of nights drawn apart, by scenario, pair and measure."""
    policies = list(dict.fromkeys(policy for pair in PAIRS for policy in pair))
    for file in PAIRED_ON:
        jobs = [(r, p) for r in range(given.n) for p in range(len(policies))]
        with executor(given.j)(_Night(file, given.viewers, policies)) as work:
            told = list(work(jobs))
        for pair in PAIRS:
            line = []
            for metric in ("conversion_rate", "annoyance_mean", "net_revenue", "stockout_minutes"):
                one, other = (np.array([x[metric] for x in told[policies.index(p) :: len(policies)]]) for p in pair)
                ratio = (other - one).var(ddof=1) / (other.var(ddof=1) + one.var(ddof=1))
                line.append(f"{metric} {ratio:.3f}")
            print(f"{file.stem}, {' and '.join(pair)}: {', '.join(line)}", flush=True)


# --- choice -----------------------------------------------------------------------------------------------------------


class _Chosen:
    """One choice among three; the truth is taken from nights of their own."""

    def __init__(self, viewers: int, indifference: float) -> None:
        self.viewers, self.indifference = viewers, indifference

    def __call__(self, seed: int) -> tuple[str, int]:
        stopping = Stopping(choose=("orders", self.indifference))
        plan = plan_of(LEAGUE, CHOICES, self.viewers, seed=seed, stopping=stopping)
        done = played(plan, schedule_of(plan))
        return choice(plan, done, "orders", self.indifference).left[0], len(done)


def choices(given: argparse.Namespace) -> None:
    """How often the best of three is picked, whose lead over the next is what the procedure is told not to miss."""
    plan = plan_of(LEAGUE, CHOICES, given.viewers, seed=10_000)
    names = [policy.name for policy in plan.policies]
    told = [[night(plan, r, p).outcomes["orders"] for r in range(200)] for p in range(3)]
    means = dict(zip(names, np.mean(told, axis=1).tolist(), strict=True))
    best, second, *_ = sorted(means, key=lambda name: -means[name])
    lead = means[best] - means[second]
    found = trials(_Chosen(given.viewers, lead), given)
    right, nights = np.mean([name == best for name, _ in found]), np.median([n for _, n in found])
    print(f"{means}: {best} leads by {lead:.2f} orders a night")
    print(f"picked in {100 * right:.1f}% of {given.n} trials, after {nights:.0f} nights (median)")


# --- gate -------------------------------------------------------------------------------------------------------------

MARGIN = 0.05  # of the mean annoyance under blast


class _Gated:
    """Policies held to what they were: unchanged, the same but for luck, and with more annoying pop-ups."""

    def __init__(self, viewers: int, louder: float) -> None:
        self.viewers, self.louder = viewers, louder

    def __call__(self, seed: int) -> tuple[str, ...]:
        plan = plan_of(FINAL, ("blast",), self.viewers, seed=seed, replications=120)
        one, other = (plan_of(FINAL, (half,), self.viewers, seed=seed, replications=120) for half in HALVES)
        worse = load(FINAL, (*QUICK, f"surfaces.pop_up.intrusiveness={self.louder}"))
        own, changed = plan, replace(plan, world=worse)
        return self._verdict(own, own), self._verdict(one, other), self._verdict(own, changed)

    def _verdict(self, before: Plan, after: Plan) -> str:
        check = Check(metric="annoyance_mean", vs="before", require=f"<= {MARGIN:.0%}")
        gate = Gate((check,), ("after",), {"before": "before"})
        names = ("before", "after")
        both = replace(before, policies=tuple(replace(before.policies[0], name=name) for name in names))
        schedule = until_decided(both, gate)
        done: list[Done] = []
        while jobs := schedule(done):
            done += [replace(night((before, after)[p], r, 0), policy=("before", "after")[p]) for r, p in jobs]
        found = gate.evidence(partial(values_of, done))
        return max((verdict(*one) for one in zip(found, adjusted(found, len(looks(120))), strict=True)), key=RANK.index)


def gates(given: argparse.Namespace) -> None:
    """How often each passes and fails; the regression is made to be twice the margin."""
    louder = _louder(given.viewers)
    found = trials(_Gated(given.viewers, louder), given)
    print(f"pop-ups of intrusiveness {louder:.3f}; of {given.n} seeds")
    for k, name in enumerate(("unchanged", "as good, by other luck", "worse by twice the margin")):
        said = [one[k] for one in found]
        print(f"{name}: " + ", ".join(f"{said.count(verdict)} {verdict}" for verdict in RANK))


def _louder(viewers: int) -> float:
    """Intrusiveness of pop-ups that makes annoyance worse by twice the margin, by bisection on nights of their own."""
    plan = plan_of(FINAL, ("blast",), viewers, seed=10_000)

    def mean(intrusiveness: float | None) -> float:
        sets = () if intrusiveness is None else (f"surfaces.pop_up.intrusiveness={intrusiveness}",)
        changed = replace(plan, world=load(FINAL, (*QUICK, *sets)))
        return float(np.mean([night(changed, r, 0).outcomes["annoyance_mean"] for r in range(40)]))

    wanted, low, high = mean(None) * (1.0 + 2.0 * MARGIN), 0.1, 1.0
    for _ in range(10):
        middle = (low + high) / 2.0
        low, high = (middle, high) if mean(middle) < wanted else (low, middle)
    return (low + high) / 2.0


if __name__ == "__main__":
    import_module("benchmarks.decisions").main()  # workers know nothing of __main__
