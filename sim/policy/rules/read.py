"""Rule files read: from YAML to a policy, or every fault with its place."""

from __future__ import annotations

from pathlib import Path

from sim.policy.rules.form import RuleFile
from sim.world.kinds import read_as
from sim.world.yaml_source import Document


def read_rules(file: Path) -> tuple[Document, RuleFile]:
    """A rule file, and where each part of it stands; raises InputError with the place of every fault."""
    document = read_as(file, "policy")
    return document, document.validate(RuleFile)
