"""Stored baselines: what a policy's nights came to when somebody blessed them, kept as JSON for git.

`bless` alone writes them.  A gate plays the same nights again and pairs them with these.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim import draws
from sim.errors import MatchdayError, did_you_mean
from sim.experiment.folder import write_whole
from sim.experiment.json_form import read_json
from sim.experiment.manifest import damaged, one_policy, read_manifest
from sim.experiment.provenance import text_sha256
from sim.experiment.store import code_identity
from sim.measures.outcomes import NAMES

FOLDER = "baselines"  # in the results
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Baseline(BaseModel):
    """A policy's nights: `outcomes` holds a list a metric, a value a replication; None where a night has none."""

    model_config = ConfigDict(frozen=True)

    schema_version: int = 1
    run: str  # the folder they were blessed from
    scenario: str
    world_sha256: str
    policy: str
    spec: str
    source_sha256: str
    seed: int
    viewers: int
    draws: str
    code_sha256: str
    outcomes: dict[str, list[Annotated[float, Field(allow_inf_nan=False)] | None]] = Field(min_length=1)
    sha256: str = ""  # of all else, so that a change by hand is seen

    @model_validator(mode="after")
    def _whole(self) -> Baseline:
        nights = self.replications
        for metric, values in self.outcomes.items():
            if len(values) != nights:
                raise ValueError(f"outcomes.{metric} has {len(values)} nights, others {nights}")
        return self

    @property
    def content_sha256(self) -> str:
        """Of everything but the hash itself."""
        return text_sha256(self.model_dump_json(exclude={"sha256"}))

    @property
    def replications(self) -> int:
        """How many nights."""
        return len(next(iter(self.outcomes.values())))

    def values(self, metric: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """(replications,) of a metric; NaN where a night has no value, or the baseline does not know the metric."""
        told = self.outcomes.get(metric, [None] * self.replications)
        return np.array([math.nan if value is None else value for value in told])


def bless(run: Path, results: Path, name: str, policy: str | None) -> tuple[Path, Baseline, Baseline | None]:
    """Stores a run's nights of one policy as the baseline `name`; gives its file, it, and what it was before.

    Raises MatchdayError where the run is not whole, holds several policies and none is named, or nothing can be
    written.
    """
    file = _file(results, name)
    kept = read_manifest(run)
    if lost := damaged(run, kept):
        raise MatchdayError(f"{run} is not what it was: {', '.join(lost)} changed or gone; run it again")
    chosen = one_policy(run, kept, policy)
    source = kept.policies[chosen]
    if source.bracket:
        raise MatchdayError(f"policy '{chosen}' sees what no platform sees: nothing can be held to it")
    before = _before(file)
    baseline = Baseline(
        run=run.name,
        scenario=kept.scenario.name,
        world_sha256=kept.world_sha256,
        policy=chosen,
        spec=source.spec,
        source_sha256=source.source_sha256,
        seed=kept.seed,
        viewers=kept.viewers,
        draws=kept.draws,
        code_sha256=kept.code_sha256,
        outcomes=_outcomes(run / "replications.parquet", chosen),
    )
    baseline = baseline.model_copy(update={"sha256": baseline.content_sha256})
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, baseline.model_dump_json(indent=1) + "\n")
    except OSError as error:
        raise MatchdayError(f"cannot write {file}: {error.strerror or error}") from error
    return file, baseline, before


def _before(file: Path) -> Baseline | None:
    """What is there, if it is any."""
    with suppress(MatchdayError):
        return read_json(file, Baseline, "baseline")
    return None


def _outcomes(file: Path, policy: str) -> dict[str, list[float | None]]:
    rows = pd.read_parquet(file)
    rows = rows[rows["policy"] == policy].sort_values("replication")
    return {name: [None if math.isnan(x) else x for x in rows[name].tolist()] for name in NAMES if name in rows}


def read_baseline(results: Path, name: str) -> Baseline:
    """A stored baseline; raises MatchdayError where there is none of that name, or it cannot be read."""
    file = _file(results, name)
    if not file.is_file():
        there = names(results)
        known = did_you_mean(name, there) if there else "; `bless RUN --as NAME` stores the first"
        raise MatchdayError(f"no baseline '{name}' in {file.parent}{known}")
    read = read_json(file, Baseline, "baseline")
    if read.sha256 != read.content_sha256:
        raise MatchdayError(f"{file} is not what `bless` wrote: take it from git again, or bless a run anew")
    return read


def names(results: Path) -> list[str]:
    """All baselines there are."""
    return sorted(file.stem for file in (results / FOLDER).glob("*.json"))


def _file(results: Path, name: str) -> Path:
    if not NAME.fullmatch(name):
        raise MatchdayError(f"'{name}' is no name for a baseline: letters, digits, '.', '_' and '-', at most 64")
    return results / FOLDER / f"{name}.json"


def differs(baseline: Baseline, world_sha256: str) -> str | None:
    """Why nights of a scenario cannot be paired with the baseline's."""
    if baseline.world_sha256 != world_sha256:
        return f"it was blessed on another scenario than this one is now ({baseline.scenario}, run {baseline.run})"
    if baseline.draws != draws.SCHEME:
        return f"its nights were drawn in another way ({baseline.draws})"
    return None


def is_older(baseline: Baseline) -> bool:
    """Whether this program is another one than that which played the baseline."""
    return baseline.code_sha256 != code_identity()
