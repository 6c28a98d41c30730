"""Where a push can appear, and what each place does to people."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.evidence import NONE, note, numbers

SurfaceName = Literal[
    "floating_entry", "side_panel", "pop_up", "short_video", "host_mention", "shop_zone_banner", "store_push"
]  # fmt: skip


class SurfaceIndex(IntEnum):
    """The surfaces' numbers in records and ledgers."""

    FLOATING_ENTRY = 0
    SIDE_PANEL = 1
    POP_UP = 2
    SHORT_VIDEO = 3
    HOST_MENTION = 4
    SHOP_ZONE_BANNER = 5
    STORE_PUSH = 6


SURFACES: tuple[SurfaceName, ...] = get_args(SurfaceName)  # by number


class Surface(BaseModel):
    """One place for pushes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    salience: float = Field(ge=0, le=1, description="chance to be noticed with eyes off the game [share]")
    intrusiveness: float = Field(ge=0, le=10, description="annoyance when noticed [average tolerances]")
    forced: bool = Field(
        default=False, description="covers or interrupts the picture: noticed however gripping the game is"
    )
    standing: bool = Field(
        default=False, description="stays until the offer ends, so that those who arrive later meet it too"
    )
    spoken: bool = Field(default=False, description="carried by the host: liking and trusting the host counts")
    in_shop: bool = Field(default=False, description="seen only by those who visit the match shopping zone")
    at_store: bool = Field(default=False, description="a message of the store's, in the days after the match")


Range = tuple[float, float, float]  # default, and from where to where it is plausible


def _surface(salience: Range, intrusiveness: Range, **kind: bool) -> Any:
    seen, least_seen, most_seen = salience
    felt, least_felt, most_felt = intrusiveness
    return numbers(
        Surface(salience=seen, intrusiveness=felt, **kind),
        "How much it is noticed, how much it annoys, and what it is like",
        salience=note("share", least_seen, most_seen, "assumed", NONE, "Chance to be noticed with eyes off the game"),
        intrusiveness=note("average tolerances", least_felt, most_felt, "assumed", NONE, "Annoyance when noticed"),
    )


class Surfaces(BaseModel):
    """The seven surfaces; a scenario changes what it names and keeps the rest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    floating_entry: Surface = _surface((0.35, 0.1, 0.6), (0.03, 0, 0.1), standing=True)
    side_panel: Surface = _surface((0.55, 0.2, 0.8), (0.06, 0, 0.2), standing=True)
    pop_up: Surface = _surface((0.95, 0.7, 1), (0.25, 0.1, 1), forced=True)
    short_video: Surface = _surface((0.70, 0.4, 0.9), (0.15, 0.05, 0.5))
    host_mention: Surface = _surface((0.80, 0.4, 0.95), (0.08, 0.02, 0.3), spoken=True)
    shop_zone_banner: Surface = _surface((0.70, 0.3, 0.95), (0.0, 0, 0.05), standing=True, in_shop=True)
    store_push: Surface = _surface((0.40, 0.1, 0.8), (0.12, 0.03, 0.4), at_store=True)

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        usual = {name: field.default.model_dump() for name, field in cls.model_fields.items()}
        return {k: {**usual.get(k, {}), **v} if isinstance(v, dict) else v for k, v in given.items()}

    def by_index(self) -> list[Surface]:
        """The surfaces in the order of `SurfaceIndex`."""
        return [getattr(self, name) for name in SURFACES]
