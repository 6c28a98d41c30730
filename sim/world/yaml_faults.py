"""Pydantic's faults in plain words, at the place in the document where each was written."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from sim.errors import did_you_mean
from sim.world.yaml_wording import Location, quoted, shown

Schema = dict[str, Any]
MANY = 20  # keys
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")

_TEMPLATES = {
    "bool_type": "expected true or false, got {given}",
    "int_type": "expected a whole number, got {given}",
    "float_type": "expected a number, got {given}",
    "string_type": "expected text, got {given}",
    "none_required": "expected nothing (null), got {given}",
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), "expected a list, got {given}"),
    **dict.fromkeys(("dict_type", "model_type", "dataclass_type"), "expected a mapping ('key: value'), got {given}"),
    "greater_than": "must be more than {gt}, got {given}",
    "greater_than_equal": "must be at least {ge}, got {given}",
    "less_than": "must be less than {lt}, got {given}",
    "less_than_equal": "must be at most {le}, got {given}",
    "multiple_of": "must be a multiple of {multiple_of}, got {given}",
    "too_short": "needs at least {min_length}, has {actual_length}",
    "too_long": "takes at most {max_length}, has {actual_length}",
    "string_too_short": "needs at least {min_length} characters, got {given}",
    "string_too_long": "takes at most {max_length} characters, got {given}",
    "string_pattern_mismatch": "must match the pattern {pattern}, got {given}",
    "value_error": "{error}",
    "assertion_error": "{error}",
    "misplaced": "{words}",
}


def explained(fault: ErrorDetails, schema: Schema, data: Any) -> tuple[Location, str]:
    """Where in the document pydantic's fault is, and what to tell the reader."""
    kind, loc, given, context = fault["type"], fault["loc"], fault["input"], fault.get("ctx", {})
    if kind in ("missing", "extra_forbidden"):
        name = str(loc[-1])
        location, owner = followed(schema, loc[:-1], data)
        known = owner.get("properties", {})
        if kind == "extra_forbidden":
            return (*location, loc[-1]), f"unknown key {quoted(name)}{_nearest(name, list(known))}"
        about = known.get(name, {}).get("description")
        what = quoted(name) if isinstance(loc[-1], str) else f"item {name}, counted from 0"
        return location, f"missing: needs {what}" + (f" ({about})" if about else "")
    location, owner = followed(schema, loc, data)
    if loc[-1:] == ("[key]",):
        owner = followed(schema, loc[:-2], data)[1].get("propertyNames", {})
    if kind in ("literal_error", "enum"):
        return location, _not_one_of(given, context["expected"])
    if kind == "union_tag_invalid":
        return (*location, *_discriminator(context)), _not_one_of(context["tag"], context["expected_tags"])
    if kind == "union_tag_not_found" and "discriminator" in owner:
        choices = ", ".join(owner["discriminator"]["mapping"])
        return location, f"missing: needs {context['discriminator']} (one of {choices})"
    whole = {k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in context.items()}
    if kind == "too_long" and context["actual_length"] is None:  # pydantic stops counting at the first too many
        whole["actual_length"] = len(given)
    template = _TEMPLATES.get(kind, "{said}, got {given}")
    if kind == "string_too_short" and context["min_length"] == 1:
        template = "must not be empty"
    words = template.format(**{**whole, "given": shown(given), "said": fault["msg"]})
    return (*location, *context.get("at", ())), words + _advice(kind, given, owner)


def misplaced(words: str, *at: str | int) -> PydanticCustomError:
    """For a validator to raise: what is wrong further down, `at` this place within what is being validated."""
    return PydanticCustomError("misplaced", "{words}", {"words": words, "at": at})


def _advice(kind: str, given: Any, owner: Schema) -> str:
    """What to write instead, where that can be told."""
    if kind == "string_type" and isinstance(given, bool | int | float):
        return ": put it in quotes"
    if kind == "int_type" and isinstance(given, float) and given.is_integer() and abs(given) < 1e12:
        return f": write {int(given)}"
    if kind in ("int_type", "float_type") and isinstance(given, str) and _NUMBER.fullmatch(given):
        return ": take the quotes off"
    if kind in ("string_pattern_mismatch", "tuple_type") and "examples" in owner:
        example = owner["examples"][0]
        return f"; right is, for instance, {quoted(example) if isinstance(example, str) else example}"
    return ""


def _nearest(name: str, known: list[str]) -> str:
    """A hint at the right key; of many keys only those near are told."""
    if len(known) <= MANY:
        return did_you_mean(name, known)
    near = get_close_matches(name, known, n=5, cutoff=0.4)
    return f"{did_you_mean(name, near)} (`schema` shows all {len(known)})"


def _not_one_of(given: Any, expected: str) -> str:
    """From what pydantic expected, such as `'home', 'away' or 'neutral'`."""
    known = expected.replace("'", "").replace(" or ", ", ")
    if not isinstance(given, str):
        return f"{shown(given)} is not one of {known}"
    words = known.split(", ")
    same = [word for word in words if word.casefold() == given.casefold()]
    near = same or get_close_matches(given, words, n=1)
    return f"{quoted(given)} is not one of {known}{did_you_mean(given, near)}"


def _discriminator(context: dict[str, Any]) -> Location:
    """The field that tells alternatives apart, none when a function does."""
    name = str(context["discriminator"])
    return (name.strip("'"),) if name.startswith("'") else ()


def schema_of(model: type[BaseModel]) -> Schema:
    """The JSON Schema of a model, empty where it has none."""
    try:
        return model.model_json_schema()
    except PydanticInvalidForJsonSchema:
        return {}


def followed(root: Schema, loc: Location, data: Any) -> tuple[Location, Schema]:
    """The place in the document that a pydantic location means, and the JSON schema that holds there.

    Where the schema has a choice, the next part names what was chosen and is not in the document.
    """
    location: Location = ()
    schema = _settled(root, root)
    for part in loc:
        if "anyOf" in schema or "oneOf" in schema:
            schema = _settled(_chosen(schema, part), root)
            continue
        child, here = _child(schema, part), has(data, part)
        location = (*location, part) if here or child else location
        schema = _settled(child, root)
        data = data[part] if here else data
    return location, schema


def _settled(schema: Schema, root: Schema) -> Schema:
    """The schema behind references and behind `or null`."""
    while True:
        choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
        if "$ref" in schema:
            schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
        elif len(choices) == 1:
            schema = choices[0]
        else:
            return schema


def _chosen(schema: Schema, tag: str | int) -> Schema:
    named = schema.get("discriminator", {}).get("mapping", {}).get(str(tag))
    if named:
        return {"$ref": named} if isinstance(named, str) else named
    return next((c for c in schema.get("anyOf", ()) if c.get("$ref", "").endswith(f"/{tag}")), {})


def _child(schema: Schema, part: str | int) -> Schema:
    if isinstance(part, int):
        fixed = schema.get("prefixItems", ())
        child = fixed[part] if part < len(fixed) else schema.get("items")
    else:
        named = schema.get("properties", {}).get(part) or schema.get("additionalProperties")
        child = named or next(iter(schema.get("patternProperties", {}).values()), None)
    return child if isinstance(child, dict) else {}


def has(holder: Any, part: str | int) -> bool:
    """Whether a mapping has a key, or a list an index."""
    return part in (holder if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ())
