"""From what a user asks for to a plan that can be played; everything is checked before anything is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.engine.play import EngineName
from sim.errors import InputError, MatchdayError
from sim.experiment.baselines import Baseline, differs
from sim.experiment.gate import Gate
from sim.experiment.limits import MOST, NIGHTS, SEED, VIEWERS
from sim.experiment.lint import rule_problems_of
from sim.experiment.load import load, unknown_goal, unknown_metric
from sim.experiment.runs import FIXED, Plan, Stopping
from sim.experiment.store import world_identity
from sim.policy.find import FoundPolicy, available, find, find_all, lacking
from sim.world.experiment import STORED
from sim.world.night import World


class NothingCheckedError(MatchdayError):
    """A gate without a check, which is no pass."""

    exit_code = 12


@dataclass(frozen=True)
class Request:
    """What the command line says; None leaves it to the scenario."""

    scenario: Path
    policies: tuple[str, ...] = ()
    assignments: tuple[str, ...] = ()
    seed: int | None = None
    replications: int | None = None
    viewers: int | None = None
    engine: EngineName = "compiled"
    stopping: Stopping = FIXED
    most: int | None = None  # nights, where `stopping` says when it is enough

    def __post_init__(self) -> None:
        """Raises MatchdayError for numbers that cannot be, or contradict each other."""
        for option, name, limit in LIMITS:
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, limit.held(option, value))
        rules = [option for option, told in _rules(self.stopping) if told]
        if said := ["-n"] * (self.replications is not None) + rules:
            if len(said) > 1:
                raise MatchdayError(f"{' and '.join(said)} both say how many nights are played: give one")
            if not rules and self.most:
                raise MatchdayError("-n says how many nights are played: it takes no --most")


LIMITS = (
    ("--seed", "seed", SEED),
    ("-n", "replications", NIGHTS),
    ("--viewers", "viewers", VIEWERS),
    ("--most", "most", MOST),
)


def _rules(stopping: Stopping) -> tuple[tuple[str, Any], ...]:
    return ("--precision", stopping.precision), ("--choose", stopping.choose)


def stopping(precision: Mapping[str, float], choose: tuple[str, float] | None = None) -> Stopping:
    """When enough is known: half widths of intervals by metric, or the metric that chooses and what does not matter.

    Raises MatchdayError.
    """
    for metric, half in precision.items():
        _check_size("--precision", metric, half, unknown_metric)
    if choose:
        _check_size("--choose", *choose, unknown_goal)
    return Stopping(dict(precision), choose)


def _check_size(option: str, metric: str, size: float, unknown: Callable[[str], str | None]) -> None:
    if why := unknown(metric):
        raise MatchdayError(f"{option} {metric}: {why}")
    try:
        number = float(size)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 < number < math.inf:
        raise MatchdayError(f"{option} {metric}={size}: expected a number above 0, such as {metric}=5")


def aims(told: Sequence[str]) -> dict[str, float]:
    """What `--precision METRIC=HALF` asks for; raises MatchdayError."""
    return dict(_sized("--precision", text) for text in told)


def choice(told: str) -> tuple[str, float]:
    """What `--choose METRIC=SIZE` asks for; raises MatchdayError."""
    return _sized("--choose", told)


def _sized(option: str, text: str) -> tuple[str, float]:
    metric, _, number = text.partition("=")
    try:
        return metric, float(number)
    except ValueError as error:
        raise MatchdayError(f"{option} {text}: expected METRIC=NUMBER, such as orders=5") from error


def plan_run(request: Request) -> Plan:
    """The policies that are named, one replication unless told otherwise.  Raises MatchdayError for bad input."""
    if not request.policies:
        raise MatchdayError("say which policy plays: -p NAME (`list policies` shows them)")
    world = load(request.scenario, request.assignments)
    nights = _nights(request, request.stopping, 1, world.scenario.experiment.most)
    return made_plan(world, find_all(request.policies), request, request.stopping, nights)


def _nights(request: Request, stopping: Stopping, usual: int, most: int) -> int:
    """How many a policy plays, at most where `stopping` says when it is enough."""
    if not stopping.fixed:
        return request.most or most
    if request.most:
        raise MatchdayError(f"--most {request.most}: nothing says when fewer are enough: --precision or --choose")
    return request.replications or usual


def plan_comparison(request: Request, baseline: str | None) -> tuple[Plan, str]:
    """The policies to compare, the baseline first, and its name.

    Policies not named are the scenario's, or else all samples but those that see what is latent.  Raises MatchdayError
    for bad input.
    """
    world = load(request.scenario, request.assignments)
    told = world.scenario.experiment
    specs = request.policies or told.policies or _samples()
    found, name = _led_by(baseline or told.baseline, specs)
    stopping = request.stopping
    if stopping.fixed and request.replications is None:
        stopping = Stopping(told.precision)
    nights = _nights(request, stopping, told.replications, told.most)
    return made_plan(world, found, request, stopping, nights), name


def plan_gate(request: Request, stored: Baseline | None) -> tuple[Plan, Gate]:
    """The policies that are held to the scenario's checks, those they are compared with, and the gate.

    Policies not named are the scenario's, or else the one that was blessed.  Raises MatchdayError for bad input.
    """
    world = load(request.scenario, request.assignments)
    told = world.scenario.experiment
    checks = told.gate
    if not checks:
        raise NothingCheckedError(f"nothing was checked: {request.scenario} has no `experiment.gate`")
    named = request.policies or told.policies or ((stored.spec,) if stored else ())
    if not named:
        raise MatchdayError("say which policy is held to the checks: -p NAME")
    if stored and (why := differs(stored, world_identity(world))):
        raise MatchdayError(f"the baseline cannot be compared with: {why}; bless a run of it again")
    if stored is None and any(check.vs == STORED for check in checks):
        raise MatchdayError("a check compares with a stored baseline: say which with --baseline NAME")
    others = tuple(dict.fromkeys(c.vs for c in checks if c.vs and c.vs != STORED and c.vs not in named))
    found = find_all([*named, *others])
    for policy in found[: len(named)]:
        if policy.bracket:
            raise MatchdayError(f"policy '{policy.name}' sees what no platform sees: no gate lets it pass")
    if stored:
        request = replace(request, seed=stored.seed, viewers=stored.viewers)
    most = request.most or told.most
    plan = made_plan(world, found, request, FIXED, min(most, stored.replications) if stored else most)
    names = {policy.spec: policy.name for policy in found}
    candidates = tuple(policy.name for policy in found[: len(named)])
    if all(check.vs and names.get(check.vs) == candidate for check in checks for candidate in candidates):
        raise NothingCheckedError(f"nothing was checked: {' and '.join(candidates)} would be held to itself")
    return plan, Gate(checks, candidates, names, stored)


def _samples() -> tuple[str, ...]:
    """All that lie ready, but those that bracket the others."""
    return tuple(sample.name for sample in available() if "oracle" not in sample.name)


def _led_by(baseline: str, specs: Sequence[str]) -> tuple[tuple[FoundPolicy, ...], str]:
    found = find_all(specs)
    first = _among(found, baseline)
    if first is None:
        found = find_all([baseline, *specs])
        first = found[0]
    return (first, *(p for p in found if p is not first)), first.name


def _among(found: Sequence[FoundPolicy], baseline: str) -> FoundPolicy | None:
    """The baseline, if it is there: as it was asked for, or under another of its names.

    A class of the user's that is called like a sample is not that sample.
    """
    told = next((p for p in found if p.spec == baseline), None)
    if told or lacking(baseline):
        return told or next((p for p in found if p.name == baseline), None)
    origin = find(baseline).origin
    return next((p for p in found if p.origin == origin), None)


def made_plan(
    world: World, policies: tuple[FoundPolicy, ...], request: Request, stopping: Stopping, replications: int
) -> Plan:
    """A plan for policies that are found; raises InputError where a rule file cannot be played in this scenario."""
    told = world.scenario
    faults = [p for policy in policies for p in rule_problems_of(policy.spec, world) if p.severity == "error"]
    if faults:
        raise InputError(faults)
    seed = told.experiment.seed if request.seed is None else request.seed
    viewers = request.viewers or told.audience.viewers
    return Plan(world, policies, seed, replications, viewers, request.engine, stopping)
