"""Pages that explain every field of a file, made of the same JSON Schema that editors check it with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = dict[str, Any]

_UNIT = re.compile(r" \[([^\]]*)\]$")
_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def reference(root: Schema, intro: str, told: Mapping[str, str]) -> str:
    """The reference of all fields that a schema has, in Markdown; `told` gives fields a text instead of tables."""
    forms = root["$defs"]
    lines = [intro, "## The file\n", *_table(root, {"": None}, forms)]
    for name, field in root["properties"].items():
        lines += [f"\n## `{name}`\n", told[name].rstrip()] if name in told else _sections({name: field}, "", forms)
    return "\n".join(lines) + "\n"


def _sections(fields: Schema, place: str, forms: Schema) -> Iterator[str]:
    """Sections of the mappings among `fields`, which stand at `place`; fields of one form share a section."""
    shared: dict[str, Schema] = {}
    for name, field in fields.items():
        for path, form in _forms_in(f"{place}.{name}".lstrip("."), field):
            shared.setdefault(form, {})[path] = field.get("default")
    for form, defaults in shared.items():
        yield from _section(forms[form], defaults, forms)


def _section(form: Schema, defaults: Schema, forms: Schema) -> Iterator[str]:
    """A form that stands at the paths of `defaults`, and the forms in it."""
    path, *others = defaults
    title = ", ".join(f"`{p}`" for p in (path, *(other.rpartition(".")[2] for other in others)))
    if source := form["properties"].get("source"):
        title += f" with `source: {source['const']}`"
    yield f"\n{'###' if '.' in path else '##'} {title}\n\n{form['description'].replace('.  ', '. ')}\n"
    yield from _table(form, defaults, forms)
    if not others:
        yield from _sections(form["properties"], path, forms)


def _forms_in(path: str, field: Schema) -> Iterator[tuple[str, str]]:
    """Where in a field forms stand, and their names."""
    if "$ref" in field:
        yield path, field["$ref"].rpartition("/")[2]
    for choice in (*field.get("oneOf", ()), *field.get("anyOf", ())):
        yield from _forms_in(path, choice)
    for entry in field.get("patternProperties", {}).values():
        yield from _forms_in(f"{path}.<name>", entry)
    if "items" in field:
        yield from _forms_in(f"{path}.<number>", field["items"])


def _table(form: Schema, defaults: Schema, forms: Schema) -> Iterator[str]:
    """A row a field; where several paths share the form, their own defaults stand a section above."""
    path, *others = defaults
    above = (defaults[path] or {}) if others else {}
    yield "| field | what it is | unit | type | unless given | allowed |"
    yield "|---|---|---|---|---|---|"
    for name, field in form["properties"].items():
        if name == "source":
            continue
        full = f"….{name}" if others else f"{path}.{name}".lstrip(".")
        default = "as above" if name in above else _default(field, name in form.get("required", ()))
        yield f"| `{full}` | {_about(field, forms)} | {_type(field)} | {default} | {_allowed(field)} |"


def _about(field: Schema, forms: Schema) -> str:
    """What a field is and, a cell further, its unit."""
    named = [forms[form]["description"].partition("\n")[0].rstrip(".") for _, form in _forms_in("", field)]
    told = field.get("description") or named[0]
    about, unit = _UNIT.sub("", told), "".join(_UNIT.findall(told))
    return f"{about[:1].upper()}{about[1:]} | {unit}"


def _settled(field: Schema) -> Schema:
    """A field that may be left out, without that choice."""
    return next((choice for choice in field.get("anyOf", ()) if choice != {"type": "null"}), field)


def _entry(field: Schema) -> Schema:
    """What each value of a list of fixed length is, or of a mapping whose keys the scenario chooses."""
    entries = [*field.get("prefixItems", ()), *field.get("patternProperties", {}).values()]
    return next(iter(entries), field.get("additionalProperties") or {})


def _type(field: Schema) -> str:
    field = _settled(field)
    if "items" in field:
        return f"list of {_type(field['items'])}s"
    if entry := _entry(field):
        fixed = len(field.get("prefixItems", ()))
        return f"list of {fixed} {_type(entry)}s" if fixed else f"{_type(entry)}s by name"
    return _WORDS.get(field.get("type", ""), "mapping")


def _default(field: Schema, required: bool) -> str:
    if required:
        return "**required**"
    default = field.get("default")
    if default in (None, "", [], {}) or (
        isinstance(default, dict) and all(value is None for value in default.values())
    ):
        return "—"
    inner = default.values() if isinstance(default, dict) else default if isinstance(default, list) else ()
    nested = any(isinstance(value, dict) for value in inner)
    return "as below" if nested else f"`{_flow(default)}`"


def _flow(value: Any) -> str:
    """A value as YAML has it on one line, what is false or empty left out."""
    if isinstance(value, dict):
        said = {k: v for k, v in value.items() if v is not None and v is not False and v != []}
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in said.items()) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return value if isinstance(value, str) else f"{value:g}"


def _allowed(field: Schema) -> str:
    field = _settled(field)
    told = [" or ".join(f"`{choice}`" for choice in field.get("enum", field.get("items", {}).get("enum", ())))]
    told += [_range(field), _counted(field, "Length", "characters"), _counted(field, "Properties", "entries")]
    told += [f"`{field['pattern']}`, such as `{field['examples'][0]}`"] if "pattern" in field else []
    told += [f"names `{pattern}`" for pattern in field.get("patternProperties", ())]
    told += [f"each {bounds}" for bounds in [_range(_entry(field))] if bounds]
    return ", ".join(filter(None, told))


def _range(field: Schema) -> str:
    if "minimum" in field and "maximum" in field:
        return f"{_amount(field['minimum'])} to {_amount(field['maximum'])}"
    signs = {"exclusiveMinimum": ">", "minimum": "≥", "maximum": "≤", "exclusiveMaximum": "<"}
    return ", ".join(f"{sign} {_amount(field[bound])}" for bound, sign in signs.items() if bound in field)


def _counted(field: Schema, what: str, unit: str) -> str:
    least, most = field.get(f"min{what}", 0), field.get(f"max{what}")
    return f"{least} to {_amount(most)} {unit}" if most else "not empty" if least else ""


def _amount(number: float) -> str:
    return f"{int(number):,}" if float(number).is_integer() else f"{number:g}"
