"""The verbs of the command line for notebooks and scripts: they take names and numbers, and give pandas frames.

Every frame is tidy: a row an observation, and a column `unit` beside every value ("share", "minutes", or the scenario's
currency).  What cannot be done raises MatchdayError, with the words of the command line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sim.experiment.abtest.designs import DESIGNS, DesignName
from sim.experiment.abtest.session import Asked, prepared
from sim.experiment.baselines import read_baseline
from sim.experiment.executors import executor
from sim.experiment.folder import Command
from sim.experiment.load import load as load_scenario
from sim.experiment.plausible import space_of
from sim.experiment.request import Request, plan_comparison, plan_gate, plan_run
from sim.experiment.runs import FIXED, Plan, Stopping
from sim.experiment.sensitivity import Budget, check, table
from sim.experiment.sensitivity import sensitivity as vary
from sim.experiment.session import conduct, conduct_gate
from sim.experiment.store import Store
from sim.measures.outcomes import BY_NAME, MONEY
from sim.measures.twins import TWINS
from sim.report.advice import advice
from sim.report.sensitivity import plain, sentences
from sim.world.night import World


@dataclass(frozen=True)
class Scenario:
    """A scenario file that is right, and what is changed in it."""

    file: Path
    changes: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def world(self) -> World:
        """What it is about, with its match found."""
        return load_scenario(self.file, self.assignments)

    @property
    def assignments(self) -> tuple[str, ...]:
        """The changes as `--set` takes them."""
        return tuple(f"{path}={json.dumps(value)}" for path, value in self.changes.items())

    def but(self, **changes: Any) -> Scenario:
        """The same with other values: `derby.but(**{"shop.board_lag": 60})`."""
        return load(self.file, {**self.changes, **changes})


def load(file: str | Path, changes: Mapping[str, Any] | None = None) -> Scenario:
    """A scenario; `changes` are values by path: `{"shop.board_lag": 60}`.  Raises InputError with every fault."""
    scenario = Scenario(Path(file), dict(changes or {}))
    assert scenario.world
    return scenario


def _scenario(given: Scenario | str | Path) -> Scenario:
    return given if isinstance(given, Scenario) else load(given)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Policies played through the same nights."""

    folder: Path
    told: Mapping[str, Any]  # comparison.json
    nights: pd.DataFrame  # policy, replication, metric, value, unit
    currency: str

    @cached_property
    def means(self) -> pd.DataFrame:
        """Of each policy and metric: mean, and low and high of its 95% interval; `nights` stand behind it."""
        return _frame(self.told["policies"], self.currency)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """From the baseline, paired by night: as `means`, with the BCa interval and the variance-reduction factor.

        `verdict`, `p` (Holm) and `margin` are of the metrics that decide, and empty of others.
        """
        frame = _frame(self.told["differences"], self.currency)
        columns = ["policy", "metric", "verdict", "p", "margin"]
        judged = self.told.get("decision", {}).get("verdicts", {})
        rows = [{"policy": p, "metric": m, **said} for p, row in judged.items() for m, said in row.items()]
        return frame.merge(pd.DataFrame(rows, columns=columns), how="left") if len(frame) else frame

    @cached_property
    def twins(self) -> pd.DataFrame:
        """What a policy's viewers did beside the same viewers under the baseline: mean, low and high by measure."""
        units = {measure.name: self.currency if measure.unit == MONEY else measure.unit for measure in TWINS}
        rows = [(p, m, value) for p, row in self.told["twins"].items() for m, value in row.items()]
        return pd.DataFrame([{"policy": p, "measure": m, "unit": units[m], **value} for p, m, value in rows])

    def part(self, name: str) -> pd.DataFrame:
        """A table of the results folder, such as `pushes`, `items` or `series`; raises OSError where there is none."""
        return pd.read_parquet(self.folder / f"{name}.parquet")

    @property
    def take(self) -> str | None:
        """The policy to take; None where that is open."""
        taken: str | None = self.told.get("decision", {}).get("take")
        return taken

    @property
    def advice(self) -> str:
        """What to do, in sentences."""
        return " ".join(f"{said}." for said in advice(self.told, self.currency, "±"))


def _frame(told: Mapping[str, Mapping[str, Mapping[str, Any]]], currency: str) -> pd.DataFrame:
    rows = [(policy, metric, value) for policy, row in told.items() for metric, value in row.items()]
    return pd.DataFrame([{"policy": p, "metric": m, "unit": _unit(m, currency), **value} for p, m, value in rows])


def _unit(metric: str, currency: str) -> str:
    unit = BY_NAME[metric].unit
    return currency if unit == MONEY else unit


def run(
    scenario: Scenario | str | Path,
    policies: Sequence[str],
    n: int = 1,
    *,
    seed: int | None = None,
    viewers: int | None = None,
    jobs: int = 1,
    ray: str | None = None,
    results: str | Path = "results",
) -> Comparison:
    """Plays `n` nights under each policy; no policy is compared with another."""
    of = _scenario(scenario)
    plan = plan_run(Request(of.file, tuple(policies), of.assignments, seed, n, viewers))
    return _conducted(plan, None, of, jobs, ray, Path(results))


def compare(
    scenario: Scenario | str | Path,
    policies: Sequence[str] = (),
    n: int | None = None,
    *,
    baseline: str | None = None,
    precision: Mapping[str, float] | None = None,
    choose: tuple[str, float] | None = None,
    most: int | None = None,
    seed: int | None = None,
    viewers: int | None = None,
    jobs: int = 1,
    ray: str | None = None,
    results: str | Path = "results",
) -> Comparison:
    """Plays policies through the same nights; what is not given is the scenario's.

    Instead of `n`, `precision` holds half widths of intervals wanted by metric, and `choose` a metric and what
    difference in it does not matter (Kim and Nelson's procedure).  Finished nights below `results` are used again.
    """
    of = _scenario(scenario)
    stopping = Stopping(dict(precision or {}), choose) if precision or choose else FIXED
    request = Request(of.file, tuple(policies), of.assignments, seed, n, viewers, stopping=stopping, most=most)
    plan, name = plan_comparison(request, baseline)
    return _conducted(plan, name, of, jobs, ray, Path(results))


def _conducted(plan: Plan, baseline: str | None, of: Scenario, jobs: int, ray: str | None, results: Path) -> Comparison:
    command = Command((), of.assignments, baseline, results)
    done = conduct(plan, command, executor=executor(jobs, ray), store=Store(results))
    currency = plan.world.scenario.shop.currency
    nights = done.nights.melt(["policy", "replication"], var_name="metric")
    nights["unit"] = nights["metric"].map({name: _unit(name, currency) for name in BY_NAME})
    return Comparison(done.folder, done.comparison, nights, currency)


@dataclass(frozen=True, eq=False)
class Gated:
    """What a gate found."""

    folder: Path
    told: Mapping[str, Any]  # gate.json

    @property
    def passed(self) -> bool:
        """Whether nothing that counts failed or could not be told."""
        return bool(self.told["passed"])

    @cached_property
    def checks(self) -> pd.DataFrame:
        """A row a policy and check: `verdict`, what was measured with its interval, and the `bound`."""
        return pd.DataFrame(self.told["checks"])


def gate(
    scenario: Scenario | str | Path,
    policies: Sequence[str] = (),
    *,
    baseline: str | None = None,
    most: int | None = None,
    jobs: int = 1,
    ray: str | None = None,
    results: str | Path = "results",
) -> Gated:
    """Holds policies to the checks of the scenario; raises MatchdayError where it has none."""
    of, kept = _scenario(scenario), Path(results)
    stored = read_baseline(kept, baseline) if baseline else None
    plan, held = plan_gate(Request(of.file, tuple(policies), of.assignments, most=most), stored)
    command = Command((), of.assignments, None, kept)
    done = conduct_gate(plan, held, command, executor=executor(jobs, ray), store=Store(kept))
    return Gated(done.folder, done.result)


@dataclass(frozen=True, eq=False)
class ABTest:
    """What tests of each design would report, beside the truth."""

    told: Mapping[str, Any]

    @cached_property
    def designs(self) -> pd.DataFrame:
        """A row a shelf, design and measure: what tests report, as the JSON of `abtest` has it."""
        rows = [
            {"stock": shelf["stock"], "design": design, "nights": told["nights"], "measure": measure, **values}
            for shelf in self.told["shelves"]
            for design, told in shelf["designs"].items()
            for measure, values in told["measures"].items()
        ]
        return pd.json_normalize(rows)

    @cached_property
    def truth(self) -> pd.DataFrame:
        """A row a shelf and measure: the true total effect, with its interval."""
        rows = [(shelf["stock"], m, value) for shelf in self.told["shelves"] for m, value in shelf["true"].items()]
        return pd.DataFrame([{"stock": stock, "measure": m, **value} for stock, m, value in rows])


def abtest(
    scenario: Scenario | str | Path,
    control: str,
    treatment: str,
    *,
    designs: Sequence[DesignName] = DESIGNS,
    n: int | None = None,
    nights: int | None = None,
    block: float = 15.0,
    stocks: Sequence[float] = (),
    seed: int | None = None,
    viewers: int | None = None,
    jobs: int = 1,
    ray: str | None = None,
) -> ABTest:
    """What an A/B test of two policies would report; `stocks` are multiples of what the control would sell."""
    of = _scenario(scenario)
    request = Request(of.file, (control, treatment), of.assignments, seed, n, viewers)
    test = prepared(Asked(request, tuple(designs), nights, block, tuple(stocks)))
    return ABTest(test.played(executor(jobs, ray)))


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What assumptions decide between policies."""

    told: Mapping[str, Any]
    worlds: pd.DataFrame  # a row a world and policy: the assumptions' values, and the outcomes
    words: str  # in how many worlds each is best, and where


def sensitivity(
    scenario: Scenario | str | Path,
    policies: Sequence[str],
    metric: str = "net_value",
    *,
    patterns: Sequence[str] = (),
    worlds: int = 128,
    trajectories: int = 8,
    sobol: int = 32,
    keep: int = 8,
    margin: float = 0.0,
    n: int = 2,
    seed: int | None = None,
    viewers: int | None = None,
    jobs: int = 1,
    ray: str | None = None,
) -> Sensitivity:
    """Varies assumptions (those whose path fits one of `patterns`) within their plausible ranges."""
    of = _scenario(scenario)
    plan = plan_run(Request(of.file, tuple(policies), of.assignments, seed, n, viewers))
    space = space_of(plan.world.scenario, patterns)
    check(plan, space, metric)
    budget = Budget(worlds, trajectories, sobol, keep)
    found = vary(plan, space, metric, budget, margin=margin, executor=executor(jobs, ray))
    return Sensitivity(plain(found), table(found), " ".join(sentences(found)))
