"""How a number of the model is declared: with its unit, its plausible range, and what speaks for it.

Evidence: "data" was computed from data that can be had, "published" was read in a paper or its abstract, "secondary"
in somebody's account of it, and "assumed" has no source for its size and must be varied before a conclusion rests on
it.  `sim/assumptions.py` collects what is declared with this.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field
from pydantic.config import JsonDict

Evidence = Literal["data", "published", "secondary", "assumed"]
NONE = "No source found"


def note(unit: str, low: float, high: float, evidence: Evidence, source: str, meaning: str) -> JsonDict:
    """What is known of a number; `low` to `high` is plausible, and holds its default."""
    facts: JsonDict = {"unit": unit, "low": low, "high": high, "evidence": evidence, "source": source}
    return {"description": f"{meaning} [{unit}]", **facts}


def number(
    default: Any, unit: str, low: float, high: float, evidence: Evidence, source: str, meaning: str, **bounds: Any
) -> Any:
    """A field that is a number of the model, or a mapping of such numbers.

    `bounds` are what a scenario may set, as pydantic names them (gt, ge, lt, le); `low` and `high` unless given.
    """
    facts = note(unit, low, high, evidence, source, meaning)
    return Field(default, json_schema_extra=facts, **bounds or {"ge": low, "le": high})


def numbers(default: BaseModel, meaning: str, **notes: JsonDict) -> Any:
    """A field that holds a form with numbers of the model in it; `notes` by their names say what they are here."""
    inner: JsonDict = {**notes}
    return Field(default, description=meaning, json_schema_extra={"numbers": inner})
