"""A kept run played again from its own folder, and what came of it held against what was kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.experiment.executors import Executor
from sim.experiment.folder import Command
from sim.experiment.kept import whole_plan_again
from sim.experiment.manifest import damaged, read_manifest
from sim.experiment.provenance import versions
from sim.experiment.session import Tell, conduct
from sim.experiment.show import Show
from sim.experiment.store import code_identity

# Of one run: times, the file it was asked with, a gate's verdicts.
OWN = re.compile(r"run\.log|scenario\.source\.yaml|gate\..*")


@dataclass(frozen=True)
class Reproduction:
    """What became of each file of a run."""

    files: Mapping[str, str]  # "same", "differs", "damaged" (no longer what the run wrote) or "missing"
    notes: tuple[str, ...]  # what may be behind a difference

    @property
    def same(self) -> bool:
        """Whether every file is what it was and came out again."""
        return set(self.files.values()) <= {"same"}

    @property
    def sentence(self) -> str:
        """What came of it."""
        wrong = sum(what != "same" for what in self.files.values())
        if self.same:
            return f"reproduced: all {len(self.files)} files are the same"
        return f"not reproduced: {wrong} of {len(self.files)} files are not the same"


def reproduce(folder: Path, executor: Executor, tell: Tell, show: Show) -> Reproduction:
    """Plays all nights of a run anew, without the store, and compares hashes.

    Raises MatchdayError where the scenario or a policy is no longer what it was, so that nothing can be played.
    """
    kept = read_manifest(folder)
    plan = whole_plan_again(folder, kept)
    lost = damaged(folder, kept)
    with TemporaryDirectory(prefix="matchday-") as place:
        command = Command((), (), kept.baseline, Path(place))
        ledger = any(name.startswith("ledger/") for name in kept.files)
        again = read_manifest(conduct(plan, command, executor=executor, ledger=ledger, tell=tell, show=show).folder)
    files = {
        name: "damaged" if name in lost else _held(then, again.files.get(name))
        for name, then in kept.files.items()
        if name in lost or not OWN.fullmatch(name)
    }
    return Reproduction(files, tuple(_changes(kept.versions, kept.code_sha256)))


def _held(then: str, now: str | None) -> str:
    return "missing" if now is None else "same" if now == then else "differs"


def _changes(then: Mapping[str, str], code: str) -> list[str]:
    now = versions()
    changed = [f"{name} {then[name]} then, {now[name]} now" for name in then if now.get(name, then[name]) != then[name]]
    return [*changed, *(["the program has changed since this run"] if code != code_identity() else [])]
