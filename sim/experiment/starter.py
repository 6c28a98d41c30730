"""A working folder to begin with: a scenario, a policy as rules, one in Python, and the schemas for editors."""

from __future__ import annotations

import shutil
from pathlib import Path

import sim
from sim.errors import MatchdayError
from sim.schemas import write_schemas

FILES = ("derby.yaml", "rules.yaml", "mine.py")


def write_starter(folder: Path) -> list[Path]:
    """Writes the files into `folder`, which is made if need be; gives them.

    Raises MatchdayError where one of them is there already, and then writes nothing; OSError where it cannot write.
    """
    files = [folder / name for name in FILES]
    if there := [file for file in (*files, folder / "schema") if file.exists()]:
        raise MatchdayError(f"{there[0]} is there already: name a new folder")
    written = write_schemas(folder / "schema")
    for file in files:
        shutil.copyfile(Path(sim.__file__).parent / "starter" / file.name, file)
    return [*files, *written]
