"""From a paid order to the door and back: who packs when, who carries, what is promised, what happens to returns."""

from __future__ import annotations

from pydantic import Field, model_validator

from sim.evidence import NONE, number
from sim.world.forms import Form, Key, add_to_one
from sim.world.names import Name
from sim.world.yaml_faults import misplaced


class Shift(Form):
    """Hours of the day in which the warehouse works."""

    opens: float = Field(ge=0, lt=24, description="hour of the day at which it begins [hours]")
    closes: float = Field(gt=0, le=24, description="hour of the day at which it ends [hours]")
    packers: int = Field(ge=1, le=10_000, description="people who pick and pack [people]")

    @model_validator(mode="after")
    def _in_order(self) -> Shift:
        if self.closes <= self.opens:
            raise misplaced(f"ends at {self.closes:g}, not after it begins at {self.opens:g}", "closes")
        return self


class Carrier(Form):
    """Who brings parcels, and how long that takes: log-normal."""

    name: Name = Field(description="what reports call it")
    share: float = Field(ge=0, le=1, description="share of the parcels it takes [share]")
    # fmt: off
    median: float = number(2.0, "days", 0.5, 10, "assumed", NONE, "Time from the warehouse to the door, in the middle",
        gt=0, le=60)
    spread: float = number(0.35, "s.d. of the logarithm", 0.1, 0.8, "assumed", NONE, "How much that differs",
        ge=0, le=2)
    # fmt: on


class Fulfilment(Form):
    """The warehouse, the carriers and the promise."""

    # fmt: off
    kickoff: float = number(20.0, "hour of the day", 12, 22, "assumed", "What the scenario supposes",
        "Local time of the kick-off, which shifts are set against", ge=0, lt=24)
    shifts: tuple[Shift, ...] = Field(
        default=(Shift(opens=6, closes=14, packers=10), Shift(opens=14, closes=22, packers=6)),
        min_length=1, max_length=6, description="when how many people pack, every day",
    )
    parcels_per_hour: float = number(30.0, "parcels per hour", 10, 80, "assumed", NONE, "What one packer packs",
        gt=0, le=10_000)
    parcel_cost: float = number(0.0, "currency", 0, 15, "assumed", "What the scenario supposes",
        "What packing and sending a parcel costs the shop; packers cost nothing else", ge=0, le=1e6)
    return_cost: float = number(0.0, "currency", 0, 20, "assumed", "What the scenario supposes",
        "What a parcel that is sent back costs the shop", ge=0, le=1e6)
    inspectors: int = Field(default=2, ge=1, le=10_000, description="people who look at returned goods, in every shift "
        "[people]")
    inspected_per_hour: float = number(20.0, "parcels per hour", 5, 60, "assumed", NONE, "What one inspector gets done",
        gt=0, le=10_000)
    carriers: dict[Key, Carrier] = Field(
        default={"post": Carrier(name="Post", share=1.0)}, min_length=1, max_length=8,
        description="carriers by key; their shares add up to 1",
    )
    promise: float = number(4.0, "days", 1, 10, "assumed", NONE, "Time from order to door that the shop promises",
        gt=0, le=60)
    return_days: float = number(3.0, "days", 1, 14, "assumed", NONE,
        "Mean time from the door to when who returns something posts it", gt=0, le=60)
    resalable: float = number(0.9, "share", 0.5, 1, "assumed", NONE, "Returned units that can be sold again",
        ge=0, le=1)
    # fmt: on

    @model_validator(mode="after")
    def _whole(self) -> Fulfilment:
        add_to_one("the shares of the carriers", [c.share for c in self.carriers.values()], "carriers")
        for i, shift in enumerate(self.shifts):
            if i and shift.opens < self.shifts[i - 1].closes:
                words = f"begins at {shift.opens:g}, before the one before it ends: list shifts in order of the day"
                raise misplaced(words, "shifts", str(i), "opens")
        return self
