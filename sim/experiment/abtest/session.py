"""An A/B test from beginning to end: what is asked for is checked, its worlds are played, its verdicts are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.errors import MatchdayError, did_you_mean
from sim.experiment.abtest.designs import CONTROL, DESIGNS, SPLIT, TREATMENT, DesignName
from sim.experiment.abtest.mixed import check_lines
from sim.experiment.abtest.stocks import base_demand, stocked, units_of, with_endless_stock
from sim.experiment.abtest.verdicts import Nights, verdicts
from sim.experiment.abtest.worlds import Told, Trial, arms_of, playing
from sim.experiment.comparison import LEVEL
from sim.experiment.executors import Executor, here
from sim.experiment.request import Request, plan_run
from sim.experiment.runs import Plan, warm_up
from sim.stop import check

USUAL = {"viewer": 1, "match": 20, "switchback": 20, "cluster": 20}  # nights of a test unless told
LEAST = {"viewer": 1, "match": 4, "switchback": 4, "cluster": 4}  # two pairs: an interval takes two differences
BLOCKS = 1.0, 240.0  # minutes of a turn
MOST_STOCK = 1000.0  # times what the control would sell
FEWEST = 4  # replications
SMALLEST = 40  # viewers of whom coins leave neither arm without: one in 10^11 times


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    request: Request
    designs: tuple[DesignName, ...] = DESIGNS
    nights: int | None = None  # of a test
    block: float = 15.0  # minutes, of switchbacks
    stocks: tuple[float, ...] = ()  # multiples of what the control would sell; none: the scenario's stock


@dataclass(frozen=True)
class Conduct:
    """An A/B test that can be played."""

    asked: Asked
    plan: Plan
    trial: Trial
    sizes: Mapping[DesignName, int]

    @property
    def worlds(self) -> int:
        """How many are played."""
        stocks = len(self.asked.stocks)
        return len(self.trial.jobs) * max(1, stocks) + self.trial.replications * bool(stocks)

    def played(self, executor: Executor = here, tell: Callable[[Told], None] = lambda _: None) -> dict[str, Any]:
        """Plays all of it, and gives what is said of it, as JSON."""
        trial, stocks = self.trial, self.asked.stocks
        warm_up(self.plan)
        if not stocks:
            return self._said(trial, [self._shelf(None, trial, executor, tell)])
        endless = with_endless_stock(trial, self.asked.request)
        jobs = [(r, "control") for r in range(trial.replications)]
        demand = base_demand(endless, _told(endless, jobs, executor, tell))
        shelves = {x: stocked(trial, self.asked.request, x * demand) for x in stocks}
        return self._said(trial, [self._shelf(x, shelf, executor, tell) for x, shelf in shelves.items()])

    def _shelf(
        self, multiple: float | None, trial: Trial, executor: Executor, tell: Callable[[Told], None]
    ) -> dict[str, Any]:
        nights = Nights(_told(trial, trial.jobs, executor, tell))
        return {"stock": multiple, "units": units_of(trial), **verdicts(nights, self.sizes)}

    def _said(self, trial: Trial, shelves: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "schema_version": 1,
            "scenario": trial.world.scenario.name,
            "currency": trial.world.scenario.shop.currency,
            "control": trial.arms[CONTROL].name,
            "treatment": trial.arms[TREATMENT].name,
            "seed": trial.seed,
            "replications": trial.replications,
            "viewers": trial.viewers,
            "block": self.asked.block,
            "level": LEVEL,
            "shelves": shelves,
        }


def _told(trial: Trial, jobs: Sequence[Any], executor: Executor, tell: Callable[[Told], None]) -> list[Told]:
    worlds = []
    with playing(trial, executor) as work:
        for told in work(jobs):
            worlds.append(told)
            tell(told)
            check()
    return worlds


def prepared(asked: Asked) -> Conduct:
    """What is asked for, checked before anything is played; raises MatchdayError."""
    request = asked.request
    if wrong := [d for d in asked.designs if d not in DESIGNS]:
        raise MatchdayError(f"--design {wrong[0]}: no such design{did_you_mean(wrong[0], DESIGNS)}")
    if not BLOCKS[0] <= asked.block <= BLOCKS[1]:
        raise MatchdayError(f"--block {asked.block:g}: a turn takes from {BLOCKS[0]:g} to {BLOCKS[1]:g} minutes")
    if not all(0.0 <= x <= MOST_STOCK for x in asked.stocks):
        raise MatchdayError(f"--stock: multiples go from 0 to {MOST_STOCK:g}")
    if len(request.policies) != 2:
        raise MatchdayError(f"a test has two policies, the control first: -p A -p B; {len(request.policies)} named")
    plan = plan_run(replace(request, policies=tuple(dict.fromkeys(request.policies))))
    arms, designs = arms_of(plan.policies), tuple(d for d in DESIGNS if d in asked.designs)
    if plan.viewers < SMALLEST:
        raise MatchdayError(f"{plan.viewers} viewers cannot be split between two arms: it takes at least {SMALLEST}")
    if any(design in SPLIT for design in designs):
        check_lines(arms)
    n = request.replications or plan.world.scenario.experiment.replications
    sizes = {design: asked.nights or min(USUAL[design], max(LEAST[design], n // 4 * 2)) for design in designs}
    _check_sizes(sizes, n)
    trial = Trial(plan.world, arms, designs, plan.seed, n, plan.viewers, 60.0 * asked.block)
    return Conduct(asked, plan, trial, sizes)


def _check_sizes(sizes: Mapping[DesignName, int], n: int) -> None:
    if n < FEWEST:
        raise MatchdayError(f"-n {n}: bias and coverage need at least {FEWEST} nights")
    for design, nights in sizes.items():
        if nights < LEAST[design] or (design != "viewer" and nights % 2):
            raise MatchdayError(
                f"--nights {nights}: a test by {design} goes in pairs of nights, at least two: 4, 6, 8, …; "
                "by viewer it may have one (--design viewer)"
            )
        if nights > n:
            raise MatchdayError(f"--nights {nights}: a test cannot have more nights than are played (-n {n})")
