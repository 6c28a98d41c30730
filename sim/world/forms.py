"""What every part of a scenario has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sim.world.yaml_faults import misplaced

Share = Annotated[float, Field(ge=0, le=1)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", examples=["red-scarf"])]


class Form(BaseModel):
    """A part of a scenario: frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def add_to_one(what: str, shares: list[float], *at: str) -> None:
    """Raises where shares do not add up to 1."""
    if abs(sum(shares) - 1.0) > 1e-6:
        raise misplaced(f"{what} add up to {sum(shares):g}, not to 1", *at)
