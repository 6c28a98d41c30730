"""A working folder to begin with: a scenario, policies, schemas for editors, and what holds policies to a gate."""

from __future__ import annotations

import shutil
from pathlib import Path

import sim
from sim.errors import MatchdayError
from sim.schemas import write_schemas

FILES = {
    "derby.yaml": "derby.yaml",
    "rules.yaml": "rules.yaml",
    "mine.py": "mine.py",
    ".github/workflows/matchday.yaml": "workflow.yaml",
    ".pre-commit-config.yaml": "pre-commit.yaml",
    ".gitignore": "gitignore",
}  # where it goes, and what it is called here


def write_starter(folder: Path) -> list[Path]:
    """Writes the files into `folder`, which is made if need be; gives them.

    Raises MatchdayError where one of them is there already, and then writes nothing; OSError where it cannot write.
    """
    files = [folder / name for name in FILES]
    if there := [file for file in (*files, folder / "schema") if file.exists()]:
        raise MatchdayError(f"{there[0]} is there already: name a new folder")
    written = write_schemas(folder / "schema")
    for file, name in zip(files, FILES.values(), strict=True):
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(sim.__file__).parent / "starter" / name, file)
    return [*files, *written]
