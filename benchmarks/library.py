"""The whole library on the four templates: `python -m benchmarks.library`.

Prints, for each template, every sample policy by what it is worth (`net_value`), as Markdown: the mean, and the paired
difference from `no_push` with its 95% interval; and says whether the brackets hold.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from scipy import stats

from sim.experiment.executors import executor
from sim.experiment.load import load
from sim.experiment.runs import Plan, play_all, table, warm_up
from sim.policy.find import available, find_all

ROOT = Path(__file__).parent.parent / "scenarios"
TEMPLATES = {
    "the final": (ROOT / "special" / "world-cup-final-2022.yaml", 10_000),
    "the league night": (ROOT / "daily" / "league-night.yaml", 10_000),
    "the holiday": (ROOT / "holiday" / "festival-double-header.yaml", 10_000),
    "the season": (ROOT / "season" / "ten-match-days.yaml", 3_000),
}
SHOWN = {
    "net_value": "net value", "net_revenue": "net revenue", "annoyance_mean": "annoyance", "mutes": "mutes",
    "stockout_minutes": "sold-out SKU-minutes", "red_line_violations": "red lines crossed",
}  # fmt: skip


def main() -> None:
    """Plays and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.library", description=__doc__)
    parser.add_argument("-n", type=int, default=10, help="nights each policy plays")
    parser.add_argument("-j", type=int, default=2, help="processes")
    options = parser.parse_args()
    names = ["no_push", *(sample.name for sample in available() if sample.name != "no_push")]
    for title, (file, viewers) in TEMPLATES.items():
        world = load(file)
        plan = Plan(world, find_all(names), world.scenario.experiment.seed, options.n, viewers)
        warm_up(plan)
        nights = table(list(play_all(plan, executor(options.j))))
        print(f"### On {title}: {options.n} nights of {viewers:,} viewers [{world.scenario.shop.currency}]\n")
        print(*_lines(nights), sep="\n", flush=True)


def _lines(nights: pd.DataFrame) -> list[str]:
    means = nights.groupby("policy")[list(SHOWN)].mean().sort_values("net_value", ascending=False)
    lines = [
        "| policy | net value | against no_push | " + " | ".join(list(SHOWN.values())[1:]) + " |",
        "|---|" + "---:|" * (len(SHOWN) + 1),
    ]
    for policy, row in means.iterrows():
        cells = [f"{row[name]:,.2f}" if name == "annoyance_mean" else f"{row[name]:,.0f}" for name in list(SHOWN)[1:]]
        lines.append(f"| {policy} | {row['net_value']:,.0f} | {_against(nights, str(policy))} | {' | '.join(cells)} |")
    between = means.drop(index=["oracle", "anti_oracle"])["net_value"]
    holds = means["net_value"]["anti_oracle"] < between.min() and between.max() < means["net_value"]["oracle"]
    return [*lines, "", f"anti_oracle < every policy < oracle: {'holds' if holds else 'does NOT hold'}.", ""]


def _against(nights: pd.DataFrame, policy: str) -> str:
    wide = nights.pivot(index="replication", columns="policy", values="net_value")
    gap = wide[policy] - wide["no_push"]
    if policy == "no_push":
        return ""
    return f"{gap.mean():+,.0f} ± {stats.sem(gap) * stats.t.ppf(0.975, len(gap) - 1):,.0f}"


if __name__ == "__main__":
    main()
