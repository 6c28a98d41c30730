"""Points, the tiers they lead to, and what a tier is good for."""

from __future__ import annotations

from pydantic import Field, model_validator

from sim.evidence import NONE, number
from sim.world.forms import Form, Key
from sim.world.names import Name
from sim.world.yaml_faults import misplaced


class Tier(Form):
    """A step of the membership."""

    name: Name = Field(description="what members read")
    points: int = Field(ge=0, le=1_000_000_000, description="points from which one belongs to it [points]")
    discount: float = Field(default=0, ge=0, le=0.5, description="off every list price [share]")


class Loyalty(Form):
    """Members collect points with what they pay and watch; enough of them make a tier."""

    # fmt: off
    tiers: dict[Key, Tier] = Field(
        default={"member": Tier(name="Member", points=0)}, min_length=1, max_length=7,
        description="tiers by key, in rising order; `members` of a segment are in the first or above",
    )
    points_per_unit: float = number(1.0, "points per unit of currency", 0, 10, "assumed", NONE,
        "Points for what a member pays", ge=0, le=1000)
    points_per_hour: float = number(10.0, "points per hour", 0, 100, "assumed", NONE, "Points for time on the stream",
        ge=0, le=10_000)
    points_usual: float = number(200.0, "points", 20, 2000, "assumed", NONE,
        "What the median member has beyond the first tier when the season begins", ge=0, le=1_000_000_000)
    points_spread: float = number(1.0, "s.d. of the logarithm", 0.3, 2, "assumed", NONE,
        "How far members' points at that time lie apart", ge=0, le=3)
    early: float = number(0.0, "minutes", -30, 15, "assumed", "What the scenario supposes",
        "Time from kick-off until which those who come are early supporters", ge=-240, le=240)
    # fmt: on

    @model_validator(mode="after")
    def _rising(self) -> Loyalty:
        points = [tier.points for tier in self.tiers.values()]
        for i, (key, tier) in enumerate(self.tiers.items()):
            if i and tier.points <= points[i - 1]:
                words = f"needs {tier.points} points, no more than the tier before it: list tiers in rising order"
                raise misplaced(words, "tiers", key, "points")
        return self
