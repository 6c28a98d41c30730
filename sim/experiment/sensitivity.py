"""Which assumptions the outcomes hang on, and where another policy would be best.

Three samples of worlds, all of which live the same nights (common random numbers):

- *plausible*: every assumption anywhere in its range, a Latin hypercube; who is best in how many of them, and where;
- *screen*: Morris's trajectories, which move one assumption after the other, for all assumptions;
- *sobol*: Saltelli's design for the few that move the difference between the two best policies the most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from sim.errors import MatchdayError
from sim.experiment import winners
from sim.experiment.effects import Effects, Indices, base_sample, effects, indices, luck, sizes, trajectories
from sim.experiment.executors import Executor, here
from sim.experiment.limits import CLOSELY, IN_A_WORLD, TRAJECTORIES, WORLDS
from sim.experiment.lives import Tell, Values, living
from sim.experiment.load import unknown_goal
from sim.experiment.plausible import Space, Uncertain, space_of
from sim.experiment.range import Array
from sim.experiment.request import Request, plan_run
from sim.experiment.runs import Plan
from sim.experiment.store import Store
from sim.experiment.winners import NOBODY, Rule, Share
from sim.measures.outcomes import METRICS, NAMES, Metric

BY_NAME = {metric.name: metric for metric in METRICS}
ENOUGH_VIEWERS = 10_000  # a night takes a fifth longer than with 2,000; luck moves differences a viewer a third as far
TOLD = 5  # assumptions that are named for each outcome


@dataclass(frozen=True)
class Budget:
    """How much is played: worlds of each kind."""

    worlds: int = 128  # plausible ones
    trajectories: int = 8
    sobol: int = 32  # rows of the base sample, a power of two; 0: no indices
    keep: int = 8  # assumptions that are looked at closely

    def __post_init__(self) -> None:
        """Raises MatchdayError for numbers that cannot be, such as rows that Saltelli's design cannot have."""
        WORLDS.held("--worlds", self.worlds)
        TRAJECTORIES.held("--trajectories", self.trajectories)
        CLOSELY.held("--keep", self.keep)
        if self.sobol and (self.sobol < 4 or self.sobol & (self.sobol - 1)):
            raise MatchdayError(f"--sobol {self.sobol}: it takes a power of two from 4 on, or 0")

    def count(self, space: Space) -> int:
        """All worlds, the scenario's own among them."""
        varied = len(space.ranges)
        close = self.sobol * (min(self.keep, varied) + 2)
        return 1 + self.worlds + self.trajectories * (varied + 1) + close


@dataclass(frozen=True, eq=False)
class Sample:
    """Worlds that were lived."""

    name: str
    points: Array  # (worlds, assumptions) in the unit cube
    values: Sequence[Values]
    outcomes: Array  # (worlds, policies, nights, metrics); NaN of a world that the scenario's form refuses

    def of(self, metric: str) -> Array:
        """One metric, (worlds, policies, nights)."""
        found: Array = self.outcomes[..., NAMES.index(metric)]
        return found


@dataclass(frozen=True)
class Driver:
    """An assumption that moves an outcome, and how far over its whole range, on average."""

    path: str
    mu_star: float


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What was found; `ahead` and `behind` are the two policies that are best most often."""

    scenario: str
    seed: int
    nights: int
    viewers: int
    metric: Metric
    margin: float  # by which a policy must be better to beat another [unit of the metric]
    policies: tuple[str, ...]
    brackets: tuple[str, ...]
    space: Space
    own: Sample  # the scenario's own world
    plausible: Sample
    screen: Sample
    sobol: Sample | None
    kept: tuple[str, ...]  # paths of the assumptions looked at closely, the strongest first
    ahead: str
    behind: str
    refused: Mapping[str, int]  # worlds by what their scenario's form said

    @property
    def contenders(self) -> tuple[str, ...]:
        """The policies that may be advised."""
        return tuple(name for name in self.policies if name not in self.brackets)

    def lead(self, sample: Sample) -> Array:
        """By how much `ahead` is better than `behind` (worlds, nights), in the metric's unit."""
        return self._better(sample, self.ahead, self.behind)

    def _better(self, sample: Sample, one: str, other: str) -> Array:
        values = sample.of(self.metric.name)
        difference: Array = values[:, self.policies.index(one)] - values[:, self.policies.index(other)]
        return difference if self.metric.better == "more" else -difference

    @cached_property
    def effects(self) -> Effects:
        """Of every assumption that is varied on the lead."""
        return effects(self.screen.points, self.lead(self.screen).mean(axis=1))

    @cached_property
    def indices(self) -> Indices | None:
        """Of the kept assumptions on the lead, the others at the scenario's values."""
        return indices(len(self.kept), self.lead(self.sobol).mean(axis=1)) if self.sobol else None

    @cached_property
    def winners(self) -> list[str]:
        """The best policy of each plausible world that could be lived."""
        return _winners(self.plausible, self.metric, self.policies, self.contenders)

    @property
    def shares(self) -> dict[str, Share]:
        """In how many plausible worlds each policy is best, the most frequent first."""
        counted = Counter(self.winners)
        told = {name: Share(counted[name], len(self.winners)) for name in (*self.contenders, NOBODY)}
        return dict(sorted(told.items(), key=lambda item: -item[1].worlds))

    def beats(self, one: str, other: str) -> Share:
        """In how many plausible worlds one policy is better than another by more than the margin."""
        leads = self._better(self.plausible, one, other).mean(axis=1)
        return Share(int((leads > self.margin).sum()), int((~np.isnan(leads)).sum()))

    @cached_property
    def _plausible_leads(self) -> Array:
        leads = self.lead(self.plausible)
        return leads[self.lived]

    @property
    def settled(self) -> Share:
        """In how many plausible worlds the lead is more than luck."""
        return winners.settled(self._plausible_leads)

    @cached_property
    def luck(self) -> float:
        """Share of the lead's variance over plausible worlds that is luck of the nights, at most."""
        return winners.luck(self._plausible_leads)[1]

    @cached_property
    def luck_effect(self) -> float:
        """mu_star on the lead that an assumption which does nothing may seem to have."""
        return luck(winners.luck(self._plausible_leads)[0])

    @cached_property
    def rule(self) -> Rule:
        """Who wins where, by the kept assumptions, on the scale of their ranges (`Range.straight`)."""
        close = self.space.only(self.kept)
        lived = [v for v, told in zip(self.plausible.values, self.lived, strict=True) if told]
        inputs = np.array([[world[path] for path in self.kept] for world in lived])
        return winners.rule(
            np.stack([r.over.straight(x) for r, x in zip(close.ranges, inputs.T, strict=True)], axis=1), self.winners
        )

    @cached_property
    def lived(self) -> NDArray[np.bool_]:
        """Which plausible worlds could be lived and have the metric under every policy that may be advised."""
        return _lived(self.plausible, self.metric, self.policies, self.contenders)

    def drivers(self, policy: str) -> dict[str, tuple[Driver, ...]]:
        """The assumptions that move each outcome of a policy the most; none where nothing does."""
        means = self.screen.outcomes[:, self.policies.index(policy)].mean(axis=1)
        found = sizes(self.screen.points, means)
        return {name: _strongest(self.space.paths, column) for name, column in zip(NAMES, found.T, strict=True)}

    def range(self, path: str) -> Uncertain:
        """Of an assumption that was varied."""
        return next(r for r in self.space.ranges if r.path == path)


def sensitivity(
    plan: Plan,
    space: Space,
    metric: str,
    budget: Budget,
    *,
    margin: float = 0.0,
    executor: Executor = here,
    store: Store | None = None,
    tell: Tell = lambda _: None,
) -> Sensitivity:
    """Plays the worlds of the plan's scenario and says what they differ by; `tell` is called after each night.

    Worlds that are in the store are not played, and those that are played are put there.  Raises MatchdayError where
    the metric or the policies leave nothing to be said, and PolicyError as a night does.
    """
    check(plan, space, metric)
    rng = np.random.default_rng([plan.seed, len(space.ranges)])
    names = tuple(policy.name for policy in plan.policies)
    brackets = tuple(policy.name for policy in plan.policies if policy.bracket)
    with living(plan, space, executor, store, tell) as lives:

        def lived(name: str, points: Array, varied: Space = space) -> Sample:
            values = varied.values(points)
            return Sample(name, points, values, lives.outcomes(values))

        own = lived("own", np.empty((1, 0)), space.only([]))
        cube = qmc.LatinHypercube(len(space.ranges), rng=rng).random(budget.worlds)
        plausible = lived("plausible", cube)
        told = (name for name in names if name not in brackets)
        pair = _closest(plausible, BY_NAME[metric], names, tuple(told))
        screen = lived("screen", trajectories(len(space.ranges), budget.trajectories, rng))
        found = Sensitivity(
            plan.world.scenario.name, plan.seed, plan.replications, plan.viewers, BY_NAME[metric], margin,
            names, brackets, space, own, plausible, screen, None, (), *pair, lives.refused,
        )  # fmt: skip
        kept = tuple(d.path for d in _strongest(space.paths, found.effects.mu_star, budget.keep))
        close = None
        if budget.sobol and kept:
            close = lived("sobol", base_sample(len(kept), budget.sobol, rng), space.only(kept))
    return replace(found, kept=kept or space.paths[: budget.keep], sobol=close, refused=dict(lives.refused))


def prepared(request: Request, metric: str, patterns: Sequence[str] = ()) -> tuple[Plan, Space]:
    """What is asked for, with an audience of `ENOUGH_VIEWERS` at most unless told; raises MatchdayError."""
    IN_A_WORLD.held("-n", request.replications or 1)
    plan = plan_run(request)
    if request.viewers is None:
        plan = replace(plan, viewers=min(plan.viewers, ENOUGH_VIEWERS))
    space = space_of(plan.world.scenario, patterns)
    check(plan, space, metric)
    return plan, space


def check(plan: Plan, space: Space, metric: str) -> None:
    """Raises MatchdayError where nothing could be said."""
    if why := unknown_goal(metric):
        raise MatchdayError(why)
    if sum(not policy.bracket for policy in plan.policies) < 2:
        raise MatchdayError("name two policies at least that may be advised: -p no_push -p lull_only")
    if not space.ranges:
        raise MatchdayError("nothing is varied: no assumption of this scenario has a range")


def table(found: Sensitivity) -> pd.DataFrame:
    """One row a world and policy: `sample`, `world`, `policy`, a column a metric (means of its nights), and one an
    assumption, by path.
    """
    own = {r.path: r.assumption.value for r in found.space.ranges}
    samples = [s for s in (found.own, found.plausible, found.screen, found.sobol) if s]
    rows = [
        {"sample": sample.name, "world": w, "policy": policy, **dict(zip(NAMES, means[p], strict=True)), **own, **world}
        for sample in samples
        for w, (world, means) in enumerate(zip(sample.values, sample.outcomes.mean(axis=2), strict=True))
        for p, policy in enumerate(found.policies)
    ]
    return pd.DataFrame(rows)


# --- what is said of samples ------------------------------------------------------------------------------------------


def _lived(sample: Sample, metric: Metric, names: Sequence[str], told: Sequence[str]) -> NDArray[np.bool_]:
    """Which worlds have the metric under every policy that may be advised."""
    values = sample.of(metric.name)[:, [names.index(name) for name in told]]
    return np.asarray(~np.isnan(values).any(axis=(1, 2)))


def _winners(sample: Sample, metric: Metric, names: Sequence[str], told: Sequence[str]) -> list[str]:
    values = sample.of(metric.name)[:, [names.index(name) for name in told]].mean(axis=2)
    return winners.best(values[_lived(sample, metric, names, told)], told, more=metric.better == "more")


def _closest(sample: Sample, metric: Metric, names: Sequence[str], told: Sequence[str]) -> tuple[str, str]:
    """The two that are best most often; of as many, those with the better mean."""
    found = Counter(_winners(sample, metric, names, told))
    if not found:
        raise MatchdayError(f"{metric.name} has no value in any plausible world: choose another metric")
    means = np.nanmean(sample.of(metric.name), axis=(0, 2)) * (1.0 if metric.better == "more" else -1.0)
    first, second, *_ = sorted(told, key=lambda name: (-found[name], -means[names.index(name)]))
    return first, second


def _strongest(paths: Sequence[str], found: Array, most: int = TOLD) -> tuple[Driver, ...]:
    """Those that move an output at all, the strongest first."""
    order = np.argsort(-np.nan_to_num(found), kind="stable")[:most]
    return tuple(Driver(paths[i], float(found[i])) for i in order if found[i] > 0.0)
