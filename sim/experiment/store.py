"""Nights that are finished, kept under the hash of all that decides what they are: played once, used again.

Whoever has the same scenario, policy, code, seed and number of viewers finds them there.  What is not to be trusted is
not kept (a policy that takes in what its hash does not cover), and what is damaged is named and played again.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import sim
from sim import draws
from sim.errors import MatchdayError
from sim.experiment.provenance import text_sha256, versions
from sim.experiment.record import DamagedError, check
from sim.experiment.unfinished import is_left, name_until_whole
from sim.world.night import World
from sim.world.timeline import timeline_text

FOLDER = ".nights"  # in the results
MADE_WITH = ("numpy", "numba", "scipy", "simpy", "scikit-learn", "skops", "pandas", "pyarrow")
SHOWN = {
    "assumptions.py", "cli", "notebook.py", "plain.py", "report", "requirements.py", "schemas.py", "shipped", "starter",
}  # of the package: what shows nights and does not make them  # fmt: skip
MAKE = {
    "runs.py",
    "record.py",
    "load.py",
    "lives.py",
    "plausible.py",
}  # of `experiment`: all else compares nights that are there


class Store:
    """Finished nights below a folder, which several processes may use at the same time.

    `warn` is told of files that are damaged.
    """

    def __init__(self, results: Path, warn: Callable[[str], None] = lambda _: None) -> None:
        self.folder, self.warn = results / FOLDER, warn

    def file(self, key: str) -> Path:
        """Where the night of a key is, or would be."""
        return self.folder / key[:2] / f"{key}.zip"

    def has(self, key: str) -> bool:
        """Whether a night is there, as far as can be told without reading it."""
        return self.file(key).is_file()

    def get(self, key: str) -> bytes | None:
        """The record of a night; None where it is not there, or not whole."""
        file = self.file(key)
        try:
            told = file.read_bytes()
            check(told)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise MatchdayError(f"cannot read the finished night {file}: {error.strerror}") from error
        except DamagedError as error:
            self.warn(f"{file} is damaged ({error}): that night is played again")
            return None
        return told

    def put(self, key: str, told: bytes) -> None:
        """Keeps a night, whole or not at all, whoever else does so; raises MatchdayError where it cannot."""
        file = self.file(key)
        unfinished = file.with_name(name_until_whole(file.name))
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                unfinished.write_bytes(told)
                os.replace(unfinished, file)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise MatchdayError(f"cannot keep the night {file}: {error.strerror or error}") from error

    def sweep(self) -> None:
        """Removes what processes of this host that were killed have left unfinished."""
        for file in self.folder.glob("*/.*"):
            if is_left(file.name):
                file.unlink(missing_ok=True)


def key_of(world: str, policy: str, seed: int, replication: int, viewers: int, engine: str) -> str:
    """What a night is kept under; `world` is `world_identity`, `policy` the identity of a policy."""
    told = {
        "world": world,
        "policy": policy,
        "seed": seed,
        "replication": replication,
        "viewers": viewers,
        "engine": engine,
        "code": code_identity(),
    }
    return text_sha256(json.dumps(told))


def world_identity(world: World) -> str:
    """Hash of all of a scenario that a night depends on: not its name, nor how it is to be compared.

    A match that is found is told by what happens in it, wherever it was found.
    """
    told: dict[str, Any] = world.scenario.model_dump(mode="json", exclude={"name", "about", "experiment"})
    told["viewer_worth"] = world.scenario.experiment.viewer_worth
    owners = [told] if world.scenario.match else told["fixtures"]
    for owner, match in zip(owners, world.fixed, strict=True):
        if match is not None:
            owner["match"] = timeline_text(match)
    return text_sha256(json.dumps(told))


@cache
def code_identity() -> str:
    """Hash of what makes nights in this program, and of what it works with."""
    package = Path(sim.__file__).parent
    files = sorted(f for f in package.rglob("*.py") if _makes_nights(f.relative_to(package).parts))
    code = [(f.relative_to(package).as_posix(), sha256(f.read_bytes()).hexdigest()) for f in files]
    with_ = {name: version for name, version in versions().items() if name in MADE_WITH}
    return text_sha256(json.dumps([code, draws.SCHEME, with_, platform.python_version_tuple()[:2], platform.machine()]))


def check_code(there: str) -> None:
    """Raises MatchdayError where nights that are made here would not be those of a program with another identity."""
    if there != code_identity():
        raise MatchdayError(
            f"{platform.node()} has another version of this program, of Python or of a package: its nights would not "
            "be the same"
        )


def _makes_nights(parts: tuple[str, ...]) -> bool:
    """Whether a file of the package may, by its path."""
    return parts[-1] in MAKE if parts[0] == "experiment" else parts[0] not in SHOWN
