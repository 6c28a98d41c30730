"""Where a push can appear, and what each place does to people."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SurfaceName = Literal[
    "floating_entry", "side_panel", "pop_up", "short_video", "host_mention", "shop_zone_banner"
]  # fmt: skip


class SurfaceIndex(IntEnum):
    """The surfaces' numbers in records and ledgers."""

    FLOATING_ENTRY = 0
    SIDE_PANEL = 1
    POP_UP = 2
    SHORT_VIDEO = 3
    HOST_MENTION = 4
    SHOP_ZONE_BANNER = 5


class Surface(BaseModel):
    """One place for pushes.  Salience and intrusiveness are assumptions: only their order has support."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    salience: float = Field(ge=0, le=1, description="chance to be noticed with eyes off the game [share]")
    intrusiveness: float = Field(ge=0, le=10, description="annoyance when noticed [average tolerances]")
    forced: bool = Field(description="covers or interrupts the picture: noticed however gripping the game is")
    standing: bool = Field(description="stays until the offer ends, so that those who arrive later meet it too")
    spoken: bool = Field(default=False, description="carried by the host: liking and trusting the host counts")
    in_shop: bool = Field(default=False, description="seen only by those who visit the match shopping zone")


DEFAULTS: dict[str, dict[str, Any]] = {
    "floating_entry": {"salience": 0.35, "intrusiveness": 0.03, "forced": False, "standing": True},
    "side_panel": {"salience": 0.55, "intrusiveness": 0.06, "forced": False, "standing": True},
    "pop_up": {"salience": 0.95, "intrusiveness": 0.25, "forced": True, "standing": False},
    "short_video": {"salience": 0.70, "intrusiveness": 0.15, "forced": False, "standing": False},
    "host_mention": {"salience": 0.80, "intrusiveness": 0.08, "forced": False, "standing": False, "spoken": True},
    "shop_zone_banner": {"salience": 0.70, "intrusiveness": 0.0, "forced": False, "standing": True, "in_shop": True},
}


class Surfaces(BaseModel):
    """The six surfaces; a scenario changes what it names and keeps the rest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    floating_entry: Surface = Surface(**DEFAULTS["floating_entry"])
    side_panel: Surface = Surface(**DEFAULTS["side_panel"])
    pop_up: Surface = Surface(**DEFAULTS["pop_up"])
    short_video: Surface = Surface(**DEFAULTS["short_video"])
    host_mention: Surface = Surface(**DEFAULTS["host_mention"])
    shop_zone_banner: Surface = Surface(**DEFAULTS["shop_zone_banner"])

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {k: {**DEFAULTS.get(k, {}), **v} if isinstance(v, dict) else v for k, v in given.items()}

    def by_index(self) -> list[Surface]:
        """The surfaces in the order of `SurfaceIndex`."""
        return [getattr(self, s.name.lower()) for s in SurfaceIndex]
