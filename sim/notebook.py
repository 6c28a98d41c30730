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

from sim.errors import MatchdayError, did_you_mean
from sim.experiment.abtest.designs import DESIGNS, DesignName
from sim.experiment.abtest.session import Asked
from sim.experiment.abtest.session import prepared as prepared_test
from sim.experiment.baselines import read_baseline
from sim.experiment.executors import executor
from sim.experiment.folder import Command
from sim.experiment.load import load as load_scenario
from sim.experiment.request import Request, plan_comparison, plan_gate, plan_run, stopping
from sim.experiment.runs import Plan
from sim.experiment.sensitivity import Budget, prepared, table
from sim.experiment.sensitivity import sensitivity as vary
from sim.experiment.session import conduct, conduct_gate
from sim.experiment.store import Store
from sim.experiment.sweep import conduct_sweep
from sim.experiment.sweep import prepared as prepared_sweep
from sim.experiment.tune import conduct_tuning
from sim.experiment.tune import prepared as prepared_tuning
from sim.measures.outcomes import BY_NAME, MONEY
from sim.measures.twins import TWINS
from sim.policy.parameters import Value, written
from sim.report import pages
from sim.report.advice import advice
from sim.report.sensitivity import plain, sentences
from sim.report.sweep import sentences as sweep_sentences
from sim.report.tune import sentences as tune_sentences
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


def _specs(policies: str | Sequence[str]) -> tuple[str, ...]:
    """One policy may be named by itself."""
    return (policies,) if isinstance(policies, str) else tuple(policies)


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
        """A table of the results folder, such as `pushes` or `items`; raises MatchdayError where there is none."""
        there = sorted(file.stem for file in self.folder.glob("*.parquet"))
        if name not in there:
            raise MatchdayError(f"{self.folder} has no table '{name}'{did_you_mean(name, there)}")
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
    policies: str | Sequence[str],
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
    plan = plan_run(Request(of.file, _specs(policies), of.assignments, seed, n, viewers))
    return _conducted(plan, None, of, jobs, ray, Path(results))


def compare(
    scenario: Scenario | str | Path,
    policies: str | Sequence[str] = (),
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
    stops = stopping(precision or {}, choose)
    request = Request(of.file, _specs(policies), of.assignments, seed, n, viewers, stopping=stops, most=most)
    plan, name = plan_comparison(request, baseline)
    return _conducted(plan, name, of, jobs, ray, Path(results))


def _conducted(plan: Plan, baseline: str | None, of: Scenario, jobs: int, ray: str | None, results: Path) -> Comparison:
    command = Command((), of.assignments, baseline, results)
    done = conduct(plan, command, executor=executor(jobs, ray), store=Store(results), show=pages)
    currency = plan.world.scenario.shop.currency
    return Comparison(done.folder, done.comparison, _tidy(done.nights, currency), currency)


def _tidy(nights: pd.DataFrame, currency: str) -> pd.DataFrame:
    """A row a metric, of a table with a column a metric."""
    tidy = nights.melt([name for name in nights if name not in BY_NAME], var_name="metric")
    return tidy.assign(unit=tidy["metric"].map({name: _unit(name, currency) for name in BY_NAME}))


@dataclass(frozen=True, eq=False)
class Sweep:
    """Policies on the same nights at every point of what was varied."""

    folder: Path
    told: Mapping[str, Any]  # sweep.json
    nights: pd.DataFrame  # point, what is varied by path, policy, replication, metric, value, unit
    currency: str

    @property
    def advice(self) -> str:
        """Where the goal is best, and whether that is more than luck."""
        return " ".join(f"{said}." for said in sweep_sentences(self.told, self.currency, "±"))


def sweep(
    scenario: Scenario | str | Path,
    policies: str | Sequence[str],
    vary: Mapping[str, str | Sequence[Value]],
    *,
    samples: int | None = None,
    n: int | None = None,
    seed: int | None = None,
    viewers: int | None = None,
    jobs: int = 1,
    ray: str | None = None,
    results: str | Path = "results",
) -> Sweep:
    """Plays policies at every point of a grid, or at so many `samples`.

    `vary` is over what by path, as values or as the command line says it:
    `{"peak_flash.discount": [0.1, 0.2], "shop.board_lag": "15..240/4"}`.
    """
    of, kept = _scenario(scenario), Path(results)
    asked = prepared_sweep(Request(of.file, _specs(policies), of.assignments, seed, n, viewers), _varied(vary), samples)
    command = Command((), of.assignments, None, kept)
    done = conduct_sweep(asked, command, executor=executor(jobs, ray), store=Store(kept), show=pages)
    currency = asked.design.space.world.scenario.shop.currency
    return Sweep(done.folder, done.result, _tidy(done.nights, currency), currency)


def _varied(vary: Mapping[str, str | Sequence[Value]]) -> list[str]:
    """As `--vary` takes it."""
    return [f"{path}={over if isinstance(over, str) else ','.join(map(written, over))}" for path, over in vary.items()]


@dataclass(frozen=True, eq=False)
class Tuning:
    """Settings that were sought on some nights, and checked on others."""

    folder: Path
    told: Mapping[str, Any]  # tune.json
    nights: pd.DataFrame  # as of a sweep; `nights` in it says whether they are of the tuning or of the check
    currency: str

    @cached_property
    def best(self) -> pd.DataFrame:
        """A row a setting and objective: its gain over the policy as it is, as `tuned` and as `checked`."""
        rows = [
            {"spec": found["spec"], "set": found["set"], "objective": m, "unit": _unit(m, self.currency), **told}
            for found in self.told["best"]
            for m, told in found["objectives"].items()
        ]
        return pd.json_normalize(rows)

    @property
    def advice(self) -> str:
        """What was found, and what of it survives the check."""
        return " ".join(f"{said}." for said in tune_sentences(self.told, self.currency, "±"))


def tune(
    scenario: Scenario | str | Path,
    policy: str,
    vary: Mapping[str, str | Sequence[Value]],
    objectives: Sequence[str] = (),
    require: Sequence[str] = (),
    *,
    trials: int = 40,
    n: int = 10,
    check_nights: int = 50,
    seed: int | None = None,
    viewers: int | None = None,
    jobs: int = 1,
    ray: str | None = None,
    results: str | Path = "results",
) -> Tuning:
    """Searches settings that are best by `objectives` and keep to what `require` says ("annoyed_share <= 0.05").

    What is varied is said as for `sweep`; ranges ("0.05..0.4") are searched whole.
    """
    of, kept = _scenario(scenario), Path(results)
    asked = prepared_tuning(
        Request(of.file, (policy,), of.assignments, seed, n, viewers),
        _varied(vary),
        goals=objectives,
        require=require,
        trials=trials,
        nights=n,
        check_nights=check_nights,
    )
    command = Command((), of.assignments, None, kept)
    done = conduct_tuning(asked, command, executor=executor(jobs, ray), store=Store(kept), show=pages)
    currency = asked.space.world.scenario.shop.currency
    return Tuning(done.folder, done.result, _tidy(done.nights, currency), currency)


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
    policies: str | Sequence[str] = (),
    *,
    baseline: str | None = None,
    most: int | None = None,
    jobs: int = 1,
    ray: str | None = None,
    results: str | Path = "results",
) -> Gated:
    """Holds policies to the checks of the scenario; raises NothingCheckedError where it has none."""
    of, kept = _scenario(scenario), Path(results)
    stored = read_baseline(kept, baseline) if baseline else None
    plan, held = plan_gate(Request(of.file, _specs(policies), of.assignments, most=most), stored)
    command = Command((), of.assignments, None, kept)
    done = conduct_gate(plan, held, command, executor=executor(jobs, ray), store=Store(kept), show=pages)
    return Gated(done.folder, done.result)


@dataclass(frozen=True, eq=False)
class ABTest:
    """What tests of each design would report, beside the truth."""

    told: Mapping[str, Any]

    @cached_property
    def designs(self) -> pd.DataFrame:
        """A row a shelf, design and measure: what tests report, as the JSON of `abtest` has it."""
        rows = [
            {"stock": shelf["stock"], "design": design, "nights": told["nights"], "measure": measure, **(values or {})}
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
    test = prepared_test(Asked(request, tuple(designs), nights, block, tuple(stocks)))
    return ABTest(test.played(executor(jobs, ray)))


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What assumptions decide between policies."""

    told: Mapping[str, Any]
    worlds: pd.DataFrame  # a row a world and policy: the assumptions' values, and the outcomes
    words: str  # in how many worlds each is best, and where


def sensitivity(
    scenario: Scenario | str | Path,
    policies: str | Sequence[str],
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
    results: str | Path = "results",
) -> Sensitivity:
    """Varies assumptions (those whose path fits one of `patterns`) within their plausible ranges.

    Who wins counts by more than `margin`.  The audience is the scenario's, 10,000 at most, unless told.
    """
    of = _scenario(scenario)
    budget = Budget(worlds, trajectories, sobol, keep)
    plan, space = prepared(Request(of.file, _specs(policies), of.assignments, seed, n, viewers), metric, patterns)
    found = vary(plan, space, metric, budget, margin=margin, executor=executor(jobs, ray), store=Store(Path(results)))
    return Sensitivity(plain(found), table(found), " ".join(sentences(found)))
