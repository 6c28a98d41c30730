"""What a results folder says of itself, and whether it is still what it was."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from sim.errors import MatchdayError
from sim.experiment.json_form import read_json
from sim.experiment.provenance import MANIFEST, file_sha256


class Source(BaseModel):
    """A policy of a run."""

    spec: str
    source_sha256: str
    bracket: bool = False


class Named(BaseModel):
    """A scenario of a run."""

    name: str


class Manifest(BaseModel):
    """What it takes to play a run again, and to tell whether it gave the same."""

    kind: str = "run"
    scenario: Named
    policies: dict[str, Source] = Field(min_length=1)
    baseline: str | None = None
    seed: int
    replications: int  # that were played
    most: int | None = None  # nights, where their number was not fixed
    precision: dict[str, float] = {}
    choose: tuple[str, float] | None = None
    viewers: int
    world_sha256: str = ""
    code_sha256: str = ""
    draws: str = ""
    versions: dict[str, str] = {}
    files: dict[str, str]  # hashes

    @property
    def names(self) -> str:
        """Its policies, for people."""
        return ", ".join(self.policies)


def read_manifest(folder: Path) -> Manifest:
    """What a results folder says of itself; raises MatchdayError where it is none."""
    file = folder / MANIFEST
    if not file.is_file():
        raise MatchdayError(f"{folder} is no results folder: it holds no {MANIFEST}{_latest_below(folder)}")
    read = read_json(file, Manifest, "manifest of a run")
    if read.kind != "run":
        raise MatchdayError(f"{folder} is no run but a {read.kind}: the `arguments` in its {MANIFEST} play it again")
    return read


def _latest_below(folder: Path) -> str:
    """Their names begin with the time."""
    runs = [f.parent for depth in ("", "*/") for f in folder.glob(f"{depth}[!.]*/{MANIFEST}")]
    return f" — the latest run below it is {max(runs, key=lambda run: run.name)}" if runs else ""


def damaged(folder: Path, kept: Manifest) -> list[str]:
    """Files of a run that are no longer what they were, or gone."""
    return [name for name, sha256 in kept.files.items() if _sha256(folder / name) != sha256]


def _sha256(file: Path) -> str:
    try:
        return file_sha256(file)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise MatchdayError(f"{file} cannot be read: {error.strerror}") from error


def one_policy(folder: Path, kept: Manifest, policy: str | None) -> str:
    """The policy that is asked for, or the only one there is; raises MatchdayError where that cannot be told."""
    if policy is None and len(kept.policies) > 1:
        raise MatchdayError(f"{folder} holds several policies: say which with -p, one of {kept.names}")
    chosen = policy or next(iter(kept.policies))
    if chosen not in kept.policies:
        raise MatchdayError(f"{folder} holds no policy '{chosen}' — there is: {kept.names}")
    return chosen
