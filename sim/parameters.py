"""Every number the model claims about people, with its unit, its plausible range and where it comes from.

A scenario may set any of them under `assumptions:`; nothing else in the code holds a number about behaviour.
Evidence: "data" was computed from data that can be had, "published" was read in a paper or its abstract, "secondary"
in somebody's account of it, and "assumed" has no source and must be varied before a conclusion rests on it.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Evidence = Literal["data", "published", "secondary", "assumed"]


def number(default: float, unit: str, low: float, high: float, evidence: Evidence, source: str, meaning: str) -> Any:
    """A documented model number: `low` and `high` bound what a scenario may set."""
    extra: dict[str, Any] = {"unit": unit, "evidence": evidence, "source": source}
    return Field(default, ge=low, le=high, description=f"{meaning} [{unit}]", json_schema_extra=extra)


class Parameters(BaseModel):
    """The numbers behind emotion, presence, attention, buying and annoyance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # --- the match ------------------------------------------------------------------------------------------------

    # --- beliefs and emotion --------------------------------------------------------------------------------------
