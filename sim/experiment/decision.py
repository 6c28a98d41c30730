"""From a comparison to what to do: verdicts on what decides, the policies worth considering, the one to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.comparison import by_policy, decided, half_interval, half_width
from sim.experiment.front import front
from sim.experiment.verdicts import FRONT, Difference, nights_needed, verdicts
from sim.measures.outcomes import BETTER


def decision(
    comparison: Mapping[str, Any],
    nights: pd.DataFrame,
    *,
    goal: str,
    margins: Mapping[str, Any],
    unfit: Mapping[str, str],
) -> dict[str, Any]:
    """What `comparison` decides, for its JSON.

    `goal` is the metric to be good in; verdicts are on it and on what a policy may cost.  `take` is the policy to take:
    the best of those that are better than the baseline, or the baseline where nobody is better by more than the margin;
    None where that is open.  `level` are others that are better, too, and cannot be told from it; `nights_needed` is
    about how many would decide what is open.  Policies that see what is latent are no candidates, nor are those that
    are `unfit`: by name, the check of the scenario that they fail.  Where the best was chosen by a procedure of its own
    (`sim.experiment.choosing`), its metric is the goal, and what it has left is taken.
    """
    choice = comparison.get("choice")
    goal = choice["metric"] if choice else goal
    baseline, brackets = comparison["baseline"], comparison["brackets"]
    deciding = tuple(dict.fromkeys((goal, *FRONT)))
    differences = {
        name: {metric: _difference(row[metric]) for metric in deciding if row[metric]["mean"] is not None}
        for name, row in comparison["differences"].items()
        if name not in brackets
    }
    base = {metric: value["mean"] for metric, value in comparison["policies"].get(baseline, {}).items()}
    judged = verdicts(differences, base, margins)
    metrics, values = by_policy(nights)
    rows = [metrics.index(metric) for metric in FRONT]
    on_goal = {name: x[metrics.index(goal)] for name, x in values.items()}
    return {
        "goal": goal,
        "margins": {metric: margins[metric] for metric in margins if metric in deciding},
        "verdicts": judged,
        "front": front({name: x[rows] for name, x in values.items() if name not in brackets}, FRONT),
        "unfit": dict(unfit),
        **(_chosen(choice["left"]) if choice else _taken(baseline, goal, judged, differences, on_goal, unfit)),
    }


def _chosen(left: Sequence[str]) -> dict[str, Any]:
    return {"take": left[0] if len(left) == 1 else None, "level": [], "nights_needed": None}


def _difference(told: Mapping[str, Any]) -> Difference:
    return Difference(told["mean"], half_interval(told), told["nights"])


def _taken(
    baseline: str | None,
    goal: str,
    judged: Mapping[str, Mapping[str, Mapping[str, Any]]],
    differences: Mapping[str, Mapping[str, Difference]],
    values: Mapping[str, Any],
    unfit: Mapping[str, str],
) -> dict[str, Any]:
    on_goal = {name: row[goal]["verdict"] for name, row in judged.items() if goal in row and name not in unfit}
    better = [name for name, said in on_goal.items() if said == "better"]
    if better:
        ahead = 1.0 if BETTER[goal] == "more" else -1.0
        best = max(better, key=lambda name: ahead * differences[name][goal].mean)
        return {"take": best, "level": _level(best, better, values), "nights_needed": None}
    unsure = [name for name, said in on_goal.items() if said == "open"]
    needed = [nights_needed(differences[name][goal], judged[name][goal]["margin"]) for name in unsure]
    take = baseline if judged and not unsure and baseline not in unfit else None
    known = [n for n in needed if n is not None]
    return {"take": take, "level": [], "nights_needed": max(known) if known and len(known) == len(needed) else None}


def _level(best: str, others: Sequence[str], values: Mapping[str, Any]) -> list[str]:
    """Those that the nights do not tell apart from the best."""
    level = []
    for name in others:
        apart = values[best] - values[name]
        apart = apart[~np.isnan(apart)]
        if name != best and not decided(apart.mean(), half_width(apart[np.newaxis])[0], len(apart)):
            level.append(name)
    return level
