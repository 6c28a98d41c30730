"""The numbers of the model that a scenario rests on, each with its unit, plausible range, evidence and source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from sim.evidence import Evidence
from sim.world.scenario import Audience, Scenario
from sim.world.shop import Shop


@dataclass(frozen=True)
class Assumption:
    """One number of the model, as a scenario has it."""

    section: str  # what it and the numbers around it are about
    place: str  # where the scenario has its form: `audience.segments.ultras`
    name: str  # and what it is called there: `tolerance.median`
    value: float
    default: float | None  # None: there is none, every scenario says its own
    unit: str
    low: float  # plausible from here
    high: float  # to here
    evidence: Evidence
    source: str
    meaning: str

    @property
    def path(self) -> str:
        """Where it stands in the scenario."""
        return f"{self.place}.{self.name}"

    @property
    def changed(self) -> bool:
        """Whether the scenario says something else than the model."""
        return self.default is not None and self.value != self.default


def assumptions(scenario: Scenario | None = None) -> list[Assumption]:
    """Every number of the model in `scenario`, in its order; without one, the model's defaults, for one segment."""
    # What has no default (a name, a match, products) holds no number of the model.
    defaults = Scenario.model_construct(audience=Audience(viewers=1), shop=Shop.model_construct())
    return list(_within(scenario or defaults, ""))


def _within(part: Any, place: str) -> Iterator[Assumption]:
    """The numbers in a part of the scenario that stands at `place`."""
    if isinstance(part, BaseModel):
        for name, value in part:
            if name in _facts(type(part)):
                yield from _declared(part, name, value, place)
            else:
                yield from _within(value, f"{place}.{name}".lstrip("."))
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from _within(value, f"{place}.{key}")


def _declared(form: BaseModel, name: str, value: Any, place: str) -> Iterator[Assumption]:
    """The numbers of one field of a form that `sim.evidence` declared."""
    field = type(form).model_fields[name]
    default = None if field.is_required() else field.get_default()
    section = _section(type(form), name)
    for inner, number, usual, facts in _numbers(value, default, _facts(type(form))[name]):
        known = {k: facts[k] for k in ("unit", "low", "high", "evidence", "source")}
        meaning = facts["description"].removesuffix(f" [{facts['unit']}]")
        yield Assumption(section, place, f"{name}{inner}", number, usual, meaning=meaning, **known)


@cache
def _facts(form: type[BaseModel]) -> dict[str, Any]:
    """What is known of the fields of a form that are, or hold, numbers of the model."""
    extras = {name: field.json_schema_extra for name, field in form.model_fields.items()}
    return {name: x for name, x in extras.items() if isinstance(x, dict) and x.keys() & {"evidence", "numbers"}}


def _numbers(value: Any, default: Any, facts: Any) -> Iterator[tuple[str, float, float | None, Any]]:
    """What each number of a field is called below it, its value, its default, and what is known of it."""
    if "numbers" in facts:
        for name, fact in facts["numbers"].items():
            yield f".{name}", getattr(value, name), getattr(default, name), fact
    elif isinstance(value, Mapping):
        for key, number in value.items():
            yield f".{key}", number, default.get(key), facts
    else:
        yield "", value, default, facts


def _section(form: type[BaseModel], name: str) -> str:
    """What the class that declares a field says it is about."""
    declares = next(c for c in reversed(form.__mro__) if name in getattr(c, "model_fields", ()))
    return (declares.__doc__ or declares.__name__).partition("\n")[0].partition(".  ")[0].removesuffix(".")
