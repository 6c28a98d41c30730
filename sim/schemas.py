"""JSON Schemas of the files people write, for editors that complete and check them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sim.policy.rules.form import RuleFile
from sim.world.scenario import schema as scenario_schema
from sim.world.timeline import Timeline

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KINDS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "scenario": scenario_schema,
    "timeline": lambda: {"$schema": DIALECT, **Timeline.model_json_schema()},
    "policy": lambda: {"$schema": DIALECT, **RuleFile.model_json_schema()},
}


def schema_text(kind: str) -> str:
    """The schema of a `scenario`, a `timeline` or a `policy`, which is a rule file."""
    return json.dumps(KINDS[kind](), indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Writes all schemas as `<kind>.schema.json`; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / f"{kind}.schema.json": schema_text(kind) for kind in KINDS}
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    return list(files)
