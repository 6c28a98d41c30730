"""A sweep: policies on the same nights at every point of what is varied, and where the goal is best.

Points are compared as policies are: paired by replication, each with the one that is nearest what is there now.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.comparison import LEVEL, compare, half_width
from sim.experiment.design import Design, designed, space_of
from sim.experiment.executors import Executor, here
from sim.experiment.folder import SCHEMA_VERSION, Command, asked_for, circumstances, drafted, write_json
from sim.experiment.limits import SAMPLES
from sim.experiment.provenance import MANIFEST, text_sha256
from sim.experiment.range import Range
from sim.experiment.request import Request
from sim.experiment.runs import playing_many, write
from sim.experiment.session import SILENCE, Keeping, Tell
from sim.experiment.show import NOTHING, Show
from sim.experiment.store import Store, code_identity, world_identity
from sim.experiment.vary import Space, grid, nearest, neighbours, samples
from sim.experiment.verdicts import FRONT, Difference, holm
from sim.measures.outcomes import BETTER
from sim.stop import check

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Sweep:
    """A sweep that can be played."""

    design: Design
    gridded: bool  # whether its points are a grid


def prepared(request: Request, vary: Sequence[str], sampled: int | None = None) -> Sweep:
    """What is asked for: a grid over `vary`, or so many samples; raises MatchdayError before anything is played."""
    if sampled is not None:
        SAMPLES.held("--samples", sampled)
    space = space_of(request, vary)
    told = space.world.scenario.experiment
    seed = told.seed if request.seed is None else request.seed
    points = samples(space.varied, sampled, seed) if sampled else grid(space.varied)
    return Sweep(designed(space, points, request, request.replications or told.replications), not sampled)


@dataclass(frozen=True, eq=False)
class Swept:
    """A sweep that is done."""

    folder: Path
    result: dict[str, Any]  # as its JSON says it
    nights: pd.DataFrame  # as `Design.table`


def conduct_sweep(
    sweep: Sweep,
    command: Command,
    *,
    metrics: Sequence[str] = (),
    executor: Executor = here,
    store: Store | None = None,
    tell: Tell = SILENCE,
    show: Show = NOTHING,
) -> Swept:
    """Plays a sweep and keeps what comes of it.

    `metrics` are those that are shown beside the goal, the usual ones if none is named.  Raises as
    `sim.experiment.session.conduct`.
    """
    started, design = datetime.now(UTC), sweep.design
    world, plan = design.space.world, design.plans[0]
    goal = world.scenario.experiment.goal
    replications = range(plan.replications)
    with drafted(command.results, world, f"sweep-{identity(design)[:8]}") as made:
        with playing_many(executor, store) as play:
            tell.expect(len(design.nights(replications)))
            nights = design.table(design.play(play, replications, Keeping(tell)), replications)
        result = swept(design, nights, tuple(dict.fromkeys((goal, *(metrics or FRONT)))), sweep.gridded)
        write(nights, made.folder / "points.parquet")
        write_json(made.folder / "sweep.json", result)
        show.sweep(made.folder, result, world.scenario.shop.currency)
        close(made.folder, "sweep", design, command, started)
        check()
    return Swept(made.final, result, nights)


def identity(design: Design, *also: Any) -> str:
    """SHA-256 of everything that decides what comes of it."""
    plans = [
        (world_identity(p.world), [policy.identity for policy in p.policies], p.seed, p.replications, p.viewers)
        for p in design.plans
    ]
    return text_sha256(json.dumps([plans, design.cells, also, code_identity()]))


def close(folder: Path, kind: str, design: Design, command: Command, started: datetime, **also: Any) -> None:
    """Writes the scenario as it was read and, last, the manifest; raises OSError."""
    world, plan = design.space.world, design.plans[0]
    (folder / "scenario.source.yaml").write_text(world.source, encoding="utf-8")
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "kind": kind,
        "arguments": list(command.arguments),
        "identity": identity(design),
        **asked_for(world, design.space.policies, command),
        "varied": varied(design.space),
        "seed": plan.seed,
        "replications": plan.replications,
        "viewers": plan.viewers,
        **also,
        **circumstances(folder, started, datetime.now(UTC)),
    }
    write_json(folder / MANIFEST, manifest)


def varied(space: Space) -> list[dict[str, Any]]:
    """What is varied, as JSON says it: `values`, or `low` and `high` of a range; `own` is what it is now."""
    told: list[dict[str, Any]] = []
    for v in space.varied:
        whole = {"low": v.over.low, "high": v.over.high} if isinstance(v.over, Range) else {"values": list(v.over)}
        told.append({"path": v.path, "policy": v.policy, "own": v.own, **whole})
    return told


def swept(design: Design, nights: pd.DataFrame, metrics: tuple[str, ...], gridded: bool) -> dict[str, Any]:
    """What came of it, as its JSON says it; the first of `metrics` is the goal."""
    space, plan = design.space, design.plans[0]
    own = nearest(space.varied, design.points, space.own)
    return {
        "schema_version": SCHEMA_VERSION,
        "scenario": space.world.scenario.name,
        "seed": plan.seed,
        "replications": plan.replications,
        "level": LEVEL,
        "goal": metrics[0],
        "metrics": list(metrics),
        "gridded": gridded,
        "varied": varied(space),
        "points": [list(point) for point in design.points],
        "compared_with": own,
        "policies": {
            policy.name: {
                "bracket": policy.bracket,
                **_of_policy(design, space.touching(policy), nights[nights["policy"] == policy.name], metrics, gridded),
            }
            for policy in space.policies
        },
    }


def _of_policy(
    design: Design, touched: Sequence[int], nights: pd.DataFrame, metrics: tuple[str, ...], gridded: bool
) -> dict[str, Any]:
    """Means and differences by point, as a comparison has them by policy, and where the goal is best.

    `touched` is which of what is varied makes a difference to the policy, `shown` are points that differ in it.
    """
    space, points = design.space, design.points
    own = nearest(space.varied, points, space.own)
    rows = nights[["replication", *metrics]].assign(policy=nights["point"].astype(str))
    compared = compare(rows, scenario="", seed=0, baseline=str(own))
    parts = [tuple(point[i] for i in touched) for point in points]
    shown = [own if part == parts[own] else parts.index(part) for part in dict.fromkeys(parts)]
    axes, at = [space.varied[i] for i in touched], [parts[k] for k in shown]
    beside = [neighbours(axes, at, k, gridded) for k in range(len(shown))]
    goal = nights.pivot(index="point", columns="replication", values=metrics[0]).to_numpy(float)[shown]
    return {
        "touched": list(touched),
        "shown": shown,
        "means": [compared["policies"][str(k)] for k in range(len(points))],
        "differences": [compared["differences"].get(str(k)) for k in range(len(points))],
        "best": best(goal, metrics[0], shown.index(own), beside),
    }


def best(values: Values, metric: str, own: int, beside: Sequence[Sequence[int]]) -> dict[str, Any] | None:
    """The point with the best mean, which of its neighbours the nights do not tell from it, and its lead over `own`.

    `values` are (points, replications); None where no night has any.  P-values are adjusted for the number of
    neighbours, and that of the lead for the number of points it was chosen among (Holm 1979, Bonferroni).  Points are
    told by their row in `values`.
    """
    known = [not np.isnan(row).all() for row in values]
    if not any(known):
        return None
    sign = 1.0 if BETTER[metric] == "more" else -1.0
    means = np.array([sign * np.nanmean(row) if some else -np.inf for row, some in zip(values, known, strict=True)])
    top = own if means[own] == means.max() else int(np.argmax(means))  # of those that are level
    near = [k for k in beside[top] if known[k]]
    p = holm([apart(values[top], values[k]).p for k in near])
    lead = apart(values[top], values[own])
    return {
        "point": top,
        "neighbours": near,
        "level": [k for k, each in zip(near, p, strict=True) if each >= 1.0 - LEVEL],
        "lead": {"mean": lead.mean, "half": lead.half, "nights": lead.nights},
        "leads": bool(top != own and min(lead.p * (len(values) - 1), 1.0) < 1.0 - LEVEL),
    }


def apart(x: Values, base: Values) -> Difference:
    """The paired difference of nights in which both have a value."""
    d = x - base
    d = d[~np.isnan(d)]
    if not len(d):
        return Difference(0.0, 0.0, 0)
    return Difference(float(d.mean()), float(half_width(d[np.newaxis])[0]), len(d))
