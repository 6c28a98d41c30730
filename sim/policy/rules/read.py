"""Rule files read: from YAML to a policy, or every fault with its place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.policy.rules.form import RuleFile
from sim.world.kinds import read_as
from sim.world.yaml_source import Document, override


def read_rules(file: Path, assignments: Sequence[str] = ()) -> tuple[Document, RuleFile]:
    """A rule file, and where each part of it stands; `assignments` are `path.to.field=value`.

    Raises InputError with the place of every fault.
    """
    document = read_as(file, "policy")
    changed = override(document, assignments, f"{file} with") if assignments else document
    return changed, changed.validate(RuleFile)
