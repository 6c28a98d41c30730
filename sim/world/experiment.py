"""What a scenario says about comparing policies in it: nights, margins, the measure that decides, a gate's checks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.evidence import NONE, number
from sim.world.forms import Form

STORED = "baseline"  # what a check is held against: the stored one that `gate` names
NUMBER = r"\d+(\.\d+)?"
Share = Annotated[str, Field(pattern=rf"^{NUMBER} ?%$", examples=["2%"])]
Size = Annotated[float, Field(ge=0)]
Requirement = Annotated[str, Field(pattern=rf"^(<=|<|>=|>) ?[-+]?{NUMBER} ?%?$", examples=["<= 5%", "> 0"])]


class Check(Form):
    """One requirement that a policy is held to by `gate`."""

    metric: str = Field(description="the measure it is about (`list metrics`)")
    vs: str | None = Field(
        default=STORED,
        description="what the policy is compared with, paired by night: `baseline` is the stored one that `gate` "
        "names, anything else a policy; null holds the measure itself to the requirement",
    )
    require: Requirement = Field(
        description="what the difference, or the measure, must be: <=, <, >= or > and a number in the measure's unit, "
        "or of a difference a share of the other's mean: '<= 5%' lets it be worse by that much",
    )
    confidence: float = Field(
        default=0.95, ge=0.5, lt=1, description="of the interval that must lie within, over all checks together [share]"
    )
    severity: Literal["error", "warning"] = Field(
        default="error", description="whether a check that does not pass stops the gate, or is only told"
    )


class Experiment(Form):
    """What a comparison does unless the command line says otherwise."""

    seed: int = Field(default=1, ge=0, lt=2**63, description="seed of all draws")
    replications: int = Field(default=30, ge=1, le=100_000, description="nights each policy plays [nights]")
    precision: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default={},
        description="instead of a number of nights: play until the 95% interval of every difference from the baseline "
        "is no wider than ± this, by measure [its unit]",
    )
    most: int = Field(
        default=300, ge=30, le=100_000, description="nights at most where their number is not fixed [nights]"
    )
    viewer_worth: float = number(3.0, "currency", 0.5, 15, "assumed", NONE,
        "Worth of a viewer who will come again and can still be reached, beyond the days that are followed",
        ge=0, le=10_000)  # fmt: skip
    goal: str = Field(default="net_value", description="the measure that decides which policy to take")
    margins: dict[str, Size | Share] = Field(
        default={},
        description="differences that do not matter, by measure: in its unit, or as a share of the baseline's mean "
        "('5%'); 2% where nothing is said",
    )
    baseline: str = Field(default="no_push", description="the policy others are compared with")
    policies: tuple[str, ...] = Field(
        default=(),
        description="policies to compare, by name or as path/to/file.py:Class from the working directory, with "
        "parameters as in 'peak_flash(discount=0.3)'; all sample policies but the brackets if empty",
    )
    gate: tuple[Check, ...] = Field(default=(), max_length=100, description="what `gate` holds a policy to")
