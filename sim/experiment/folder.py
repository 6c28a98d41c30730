"""The results folder of a run: everything or nothing.

It is filled under a temporary name and gets its own when it is complete.  Clock times, host and durations stand in
`manifest.json` and `run.log` alone, so that all other files hash equal when the run is repeated.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from sim import draws
from sim.errors import MatchdayError
from sim.experiment.cautions import cautions
from sim.experiment.provenance import MANIFEST, MATCH, SCENARIO, checkout, folder_sha256, text_sha256, versions
from sim.experiment.runs import Done, Plan, table, twins_table, write
from sim.experiment.store import code_identity, world_identity
from sim.experiment.unfinished import is_left, name_until_whole
from sim.measures.parts import PARTS
from sim.policy.find import FoundPolicy
from sim.stop import held, keep
from sim.world.night import World
from sim.world.timeline import timeline_text
from sim.world.yaml_text import yaml_text

SCHEMA_VERSION = 1
DRAFT = re.compile(r"\.\d{8}T\d{6}Z-(sweep-|tune-)?[0-9a-f]{8}-")


@dataclass
class Draft:
    """A results folder in the making, and what it is called once it is complete."""

    folder: Path
    final: Path


@dataclass(frozen=True)
class Command:
    """How a run was asked for."""

    arguments: tuple[str, ...]  # of the command line
    assignments: tuple[str, ...]  # --set
    baseline: str | None
    results: Path


def draft(plan: Plan, command: Command) -> AbstractContextManager[Draft]:
    """A folder for a run to fill, as `drafted`."""
    return drafted(command.results, plan.world, identity(plan, command)[:8])


@contextmanager
def drafted(results: Path, world: World, called: str) -> Iterator[Draft]:
    """A folder to fill; it is renamed when the block ends well and leaves no trace when it does not.

    Its name is the time and what it is `called`.  Drafts of runs that were killed are removed first.  Raises
    MatchdayError where nothing can be written.
    """
    scenario = results / world.file.stem
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{called}"
    made = [p for p in (scenario, *scenario.parents) if not p.exists()]
    unfinished = scenario / name_until_whole(stamp)
    try:
        _sweep(scenario)
        unfinished.mkdir(parents=True)
        making = Draft(unfinished, scenario / stamp)
        yield making
        with held():  # who stops it just now must not be told that nothing is kept
            making.final = _placed(unfinished, scenario / stamp)
            keep(f"{making.final} kept")
    except BaseException as error:
        _remove(unfinished, made)
        if isinstance(error, OSError):
            place = f" ({error.filename})" if error.filename else ""
            raise MatchdayError(f"cannot write results to {results}: {error.strerror or error}{place}") from error
        raise


def _placed(unfinished: Path, wanted: Path) -> Path:
    """Renames a folder to `wanted`, or to the first of `wanted-2`, `wanted-3`, … that no other run has taken."""
    for number in count(1):
        final = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        if final.exists():
            continue
        try:
            os.replace(unfinished, final)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        else:
            return final
    raise AssertionError("there is always a next number")


def _sweep(scenario: Path) -> None:
    for draft in scenario.glob(".*"):
        if DRAFT.match(draft.name) and is_left(draft.name):
            shutil.rmtree(draft, ignore_errors=True)


def _remove(folder: Path, made: Sequence[Path]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for parent in made:
        with suppress(OSError):
            parent.rmdir()


def identity(plan: Plan, command: Command) -> str:
    """SHA-256 of everything that decides what a run gives."""
    told = {
        "scenario": text_sha256(plan.world.source),
        "matches": [timeline_text(match) if match else None for match in plan.world.fixed],
        "set": command.assignments,
        "policies": [(p.name, p.source_sha256) for p in plan.policies],
        **_numbers(plan),
        "draws": draws.SCHEME,
    }
    return text_sha256(json.dumps(told))


def _numbers(plan: Plan) -> dict[str, Any]:
    return {
        "seed": plan.seed,
        "replications": plan.replications,
        **({} if plan.stopping.fixed else {"precision": dict(plan.stopping.precision), "choose": plan.stopping.choose}),
        "viewers": plan.viewers,
        "engine": plan.engine,
    }


def fill(folder: Path, plan: Plan, nights: Sequence[Done], comparison: dict[str, Any]) -> None:
    """Writes what was measured; raises OSError."""
    _write_scenario(folder, plan.world)
    write(table(nights), folder / "replications.parquet")
    if plan.control:
        write(twins_table(nights), folder / "twins.parquet")
    write(_series(nights), folder / "series.parquet")
    for name in PARTS:
        write(_part(nights, name), folder / f"{name}.parquet")
    write_json(folder / "comparison.json", comparison)


def _write_scenario(folder: Path, world: World) -> None:
    """The scenario as written and as played; the latter with the match beside it, so that it can be played again."""
    (folder / "scenario.source.yaml").write_text(world.source, encoding="utf-8")
    resolved = world.scenario.model_dump(mode="json")
    for i, match in enumerate(world.fixed):
        if match is not None:
            file = MATCH if world.scenario.match else f"match-{i + 1}.yaml"
            (folder / file).write_text(timeline_text(match), encoding="utf-8")
            owner = resolved if world.scenario.match else resolved["fixtures"][i]
            owner["match"] = {"source": "timeline", "file": file}
    (folder / SCENARIO).write_text(yaml_text(resolved), encoding="utf-8")


def _series(nights: Sequence[Done]) -> pd.DataFrame:
    return _together((n, n.series) for n in nights if n.series is not None)


def _part(nights: Sequence[Done], name: str) -> pd.DataFrame:
    return _together((n, n.parts[name]) for n in nights)


def _together(tables: Iterable[tuple[Done, pd.DataFrame]]) -> pd.DataFrame:
    """Tables of nights as one, headed by policy and replication; those without rows only when there are no others."""
    told = [(night, rows) for night, rows in tables]
    told = [(night, rows) for night, rows in told if len(rows)] or told[:1]
    frames = []
    for night, rows in told:
        frame = rows.copy()
        frame.insert(0, "policy", night.policy)
        frame.insert(1, "replication", night.replication)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def close(folder: Path, plan: Plan, command: Command, nights: Sequence[Done], started: datetime) -> None:
    """Writes the log and, last, the manifest; raises OSError."""
    ended = datetime.now(UTC)
    lines = [f"{n.policy} replication {n.replication}: {_took(n)}" for n in nights]
    log = [f"started {started.isoformat()}", *lines, f"ended {ended.isoformat()}"]
    (folder / "run.log").write_text("\n".join(log) + "\n", encoding="utf-8")
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "arguments": list(command.arguments),
        "identity": identity(plan, command),
        **asked_for(plan.world, plan.policies, command),
        "baseline": command.baseline,
        **_numbers(plan),
        "replications": 1 + max(night.replication for night in nights),
        **({} if plan.stopping.fixed else {"most": plan.replications}),
        "nights": {
            "played": sum(n.seconds is not None for n in nights),
            "found": sum(n.seconds is None for n in nights),
        },
        "world_sha256": world_identity(plan.world),
        "cautions": cautions(plan, command.assignments),
        **circumstances(folder, started, ended),
        **({"ledger_sha256": ledger_hashes(nights)} if plan.ledger else {}),
    }
    write_json(folder / MANIFEST, manifest)


def _took(night: Done) -> str:
    return "played before" if night.seconds is None else f"{night.seconds:.3f} s"


def asked_for(world: World, policies: Sequence[FoundPolicy], command: Command) -> dict[str, Any]:
    """What a manifest says of a scenario and policies."""
    return {
        "scenario": {
            "name": world.scenario.name,
            "file": str(world.file),
            "sha256": text_sha256(world.source),
            "set": list(command.assignments),
        },
        "policies": {
            p.name: {"spec": p.spec, "source_sha256": p.source_sha256, "bracket": p.bracket} for p in policies
        },
    }


def circumstances(folder: Path, started: datetime, ended: datetime) -> dict[str, Any]:
    """What a manifest says of the program, of when and where it ran, and of the files it has written."""
    return {
        "code_sha256": code_identity(),
        "draws": draws.SCHEME,
        "git": checkout(),
        "versions": versions(),
        "host": platform.platform(),
        "started": started.isoformat(),
        "seconds": (ended - started).total_seconds(),
        "files": folder_sha256(folder),
    }


def ledger_hashes(nights: Sequence[Done]) -> str | dict[str, dict[str, str]]:
    """The one hash of a single night; of several, by policy and replication."""
    hashes: dict[str, dict[str, str]] = {}
    for night in nights:
        hashes.setdefault(night.policy, {})[str(night.replication)] = night.ledger_sha256 or ""
    return next(iter(hashes[nights[0].policy].values())) if len(nights) == 1 else hashes


def write_json(file: Path, content: dict[str, Any]) -> None:
    """JSON without NaN, so that any reader takes it; raises OSError."""
    write_whole(file, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_whole(file: Path, content: str | bytes) -> None:
    """Writes a file that is never seen half written; raises OSError."""
    unfinished = file.with_name(name_until_whole(file.name))
    try:
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(unfinished, file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
