"""What was learnt, held against what was written by hand: `python -m benchmarks.learning`.

The models of the sample `ml_scored` were learnt from generated nights (scenarios/training).  Here they meet the four
templates, none of whose matches, people or shops they have seen.  Prints, as Markdown: how good the models are there
(AUC, calibration), and `ml_scored` and `bandit` against `context_aware` and `blast`, night by night.  `ml_scored_quiet`
is `ml_scored` with so high a price of annoyance that on the nights it was learnt from it annoys no more than
`context_aware`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pandas as pd
from scipy import stats

from benchmarks.library import ROOT, TEMPLATES
from policies.ml_scored import MlScored
from sim.experiment.executors import executor
from sim.experiment.load import load
from sim.experiment.runs import Plan, play_all, table, warm_up
from sim.learning.logs import logged_night
from sim.learning.model import TARGETS, load_model, quality_on
from sim.learning.rounds import exploring
from sim.policy.find import find_all
from sim.world.night import World

LEARNT, BY_HAND = ("ml_scored", "ml_scored_quiet", "bandit"), ("context_aware", "blast")
PRICES = [round(0.1 * tenth, 1) for tenth in range(3, 31)]  # of annoyance [currency]
GAPS = ("net_revenue", "net_value", "annoyance_mean")
QUIET = "ml_scored(price_of_annoyance={price})"
LOGGED = 3  # nights on which the models are judged


def main() -> None:
    """Plays and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning", description=__doc__)
    parser.add_argument("-n", type=int, default=10, help="nights each policy plays")
    parser.add_argument("-j", type=int, default=2, help="processes")
    options = parser.parse_args()
    price = _price(options.n, options.j)
    print(f"`ml_scored_quiet` takes {price:g} for an average tolerance of annoyance, `ml_scored` 0.3.\n")
    for title, (file, viewers) in TEMPLATES.items():
        world = load(file)
        print(f"### On {title}: {options.n} nights of {viewers:,} viewers [{world.scenario.shop.currency}]\n")
        print(*_models(world, viewers), sep="\n", flush=True)
        specs = ("no_push", *BY_HAND, "ml_scored", QUIET.format(price=price), "bandit")
        print(*_compared(_nights(world, specs, options.n, options.j, viewers)), sep="\n", flush=True)


def _price(n: int, jobs: int) -> float:
    """The lowest price at which it annoys no more than `context_aware` on nights like those it was learnt from."""
    world = load(ROOT / "training" / "generated-nights.yaml")
    for price in PRICES:
        nights = _nights(world, ("context_aware", QUIET.format(price=price)), n, jobs, 8_000)
        annoyance = nights.groupby("policy")["annoyance_mean"].mean()
        if annoyance["ml_scored_quiet"] <= annoyance["context_aware"]:
            break
    return price


def _nights(world: World, specs: tuple[str, ...], n: int, jobs: int, viewers: int) -> pd.DataFrame:
    plan = Plan(world, find_all(specs), world.scenario.experiment.seed, n, viewers)
    warm_up(plan)
    nights = table(list(play_all(plan, executor(jobs))))
    return nights.replace({"policy": {policy.name: "ml_scored_quiet" for policy in plan.policies if policy.parameters}})


def _models(world: World, viewers: int) -> Iterator[str]:
    """How good the models are on nights of this scenario, of a season on its first match."""
    model = load_model(MlScored.folder, MlScored.sha256)
    seed = world.scenario.experiment.seed
    logs = pd.concat([logged_night(world, exploring, seed, r, viewers) for r in range(LOGGED)], ignore_index=True)
    yield "| model | showings | events | AUC | calibration error | predicted | observed |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for target in TARGETS:
        shown = logs[(logs["arm"] > 0) & logs[target].notna()]
        q = quality_on(model.estimators[target], shown, target)
        shares = f"{q.calibration_error:.4%} | {q.predicted:.4%} | {q.observed:.4%}"
        yield f"| {target} | {q.rows:,} | {q.events:,} | {q.auc:.3f} | {shares} |"
    yield ""


def _compared(nights: pd.DataFrame) -> Iterator[str]:
    wide = nights.pivot(index="replication", columns="policy")
    yield "| policy | against | net revenue | net value | annoyance | no more annoyance |"
    yield "|---|---|---:|---:|---:|---|"
    for policy in LEARNT:
        for other in BY_HAND:
            gaps = {name: wide[name][policy] - wide[name][other] for name in GAPS}
            half = {name: stats.sem(gap) * stats.t.ppf(0.975, len(gap) - 1) for name, gap in gaps.items()}
            money = " | ".join(f"{gaps[name].mean():+,.0f} ± {half[name]:,.0f}" for name in GAPS[:2])
            annoys = gaps["annoyance_mean"].mean()
            less = "yes" if annoys <= 0 else "no"
            yield f"| {policy} | {other} | {money} | {annoys:+.3f} ± {half['annoyance_mean']:.3f} | {less} |"
    means = ", ".join(f"{policy} {wide['annoyance_mean'][policy].mean():.3f}" for policy in (*LEARNT, *BY_HAND))
    yield f"\nAnnoyance: {means}.\n"


if __name__ == "__main__":
    main()
