"""What produced a result: versions, the state of the checkout, hashes of files."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sim.requirements import required

MANIFEST, SCENARIO, MATCH = "manifest.json", "scenario.resolved.yaml", "match.yaml"  # in a results folder


def versions() -> dict[str, str]:
    """Of Python, of this package and of what it directly depends on."""
    found = {name: _version(name) for name in ["matchday", *required()]}
    return {"python": platform.python_version(), **{name: v for name, v in found.items() if v}}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def checkout() -> dict[str, str | bool] | None:
    """Commit of the checkout around the working directory, and whether its files differ from it; None outside of git.

    Files that git does not know are no difference: what a run reads of them (scenario, policies) is hashed by itself.
    """
    commit, status = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")
    return None if commit is None else {"commit": commit, "dirty": bool(status)}


def _git(*arguments: str) -> str | None:
    try:
        said = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return said.stdout.strip() if said.returncode == 0 else None


def file_sha256(file: Path) -> str:
    """Hash of a file's bytes; raises OSError."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def text_sha256(text: str) -> str:
    """Hash of a text as UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def folder_sha256(folder: Path) -> Mapping[str, str]:
    """Hashes of all files below a folder, by their path in it."""
    return {
        file.relative_to(folder).as_posix(): file_sha256(file) for file in sorted(folder.rglob("*")) if file.is_file()
    }
