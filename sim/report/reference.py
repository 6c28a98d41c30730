"""The page that explains every field of a scenario, made of the same JSON Schema that editors check it with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sim.world.scenario import schema

Schema = dict[str, Any]

EXAMPLE = """\
name: Derby night                      # what tables and results call it
about: Two segments, a small shop, one shirt that may run out.
match:                                 # or fixtures, of a season: [{day: 0, match: {...}}, {day: 7, match: {...}}]
  source: generated                    # another match every night; or timeline, csv, openfootball, wyscout
  home: {name: Reds, expected_goals: 1.6}
  away: {name: Blues, expected_goals: 1.2}
days_after: 21                         # how long parcels, returns and visits to the store are followed
audience:
  viewers: 5000                        # people who come at any time of the night
  sides: {home: 0.5, away: 0.3, neutral: 0.2}
  segments:                            # names are yours; leave segments out and all viewers are of one kind
    regulars:
      share: 0.4                       # the shares add up to 1
      stay: {median: 90}               # minutes; the spread stays the trait's own
      members: 0.5
      customers: 0.3                   # have bought at the store before
    casuals: {share: 0.6}              # what is not said is the model's default
  arrivals: {before_kickoff: 0.5}
host: {expertise: 0.7, enthusiasm: 0.5, truthfulness: 0.9}
loyalty:
  tiers:                               # in rising order; members are in the first or above
    member: {name: Member, points: 0}
    silver: {name: Silver, points: 300, discount: 0.03}
  early: 0                             # who comes by kick-off is an early supporter
shop:
  currency: EUR
  board_lag: 15                        # seconds: stock figures on the stream are this old
  price_lag: 20                        # seconds: the store's till learns of an offer this late
  size_shares: {S: 0.2, M: 0.35, L: 0.3, XL: 0.15}   # in rising order
  products:                            # keys are yours: policies name what they push by them
    red-scarf: {name: Red scarf, category: fan-gear, side: home, price: 19.90, cost: 6.00, stock: 400}
    red-shirt:
      name: Red shirt
      category: jersey                 # tastes are by category
      side: home
      price: 79.00
      reference_price: 89.00           # what viewers are used to paying
      cost: 32.00
      sizes: {S: 40, M: 70, L: 60, XL: 30}           # instead of stock
      replenishment: {reorder_at: 50, quantity: 100, lead: 30}
      brand: {name: Northwind, funds: 0.5}           # pays half of what a joint promotion takes off
      store_demand: 4                  # units an hour that people who do not watch buy
    cup-shirt:
      name: Cup shirt, numbered
      category: jersey
      side: home
      price: 120.00
      cost: 40.00
      sizes: {M: 20, L: 20}
      access: {tier: silver, early: true}            # either is enough
  presales:
    next-shirt: {name: Next season's shirt, product: cup-shirt, price: 99.00, quota: 60, deposit: 0.25}
  bundles:
    red-set: {name: Shirt and scarf, items: {red-shirt: 1, red-scarf: 1}, price: 89.00}
  coupons:
    tenth: {name: Ten percent, share: 0.1, days: 7}
    fiver: {name: Five off, amount: 5.00, above: 60.00, categories: [jersey]}
  content:
    fit: {name: How a shirt should fit, kind: care_guide, category: jersey, minutes: 1.5}
  stacking: {rule: best, most_off: 0.4}              # where discount, coupon and tier meet
  group_buy: {holds_stock: true}
  rebate: {share: 0.03}                # of a payment comes back as credit
fulfilment:
  shifts: [{opens: 7, closes: 15, packers: 3}]
  carriers: {post: {name: Post, share: 1, median: 2}}
  promise: 4                           # days
surfaces:
  pop_up: {intrusiveness: 0.4}         # the rest of it, and the other six, stay as they are
assumptions: {cart_paid: 0.35, half_time: 16}        # any number of `list assumptions`
timing: {window: 15}                   # seconds

red_lines: {mode: enforce, most: 6}    # what no push may do to a viewer; `audit` only counts
experiment: {seed: 1, replications: 30, baseline: no_push, policies: [peak_flash, lull_only]}
"""
INTRO = f"""\
# A scenario, field by field

A scenario is a YAML file: a match or a season, its audience, a shop, and how they are to be played. Only `name`,
`match` or `fixtures`, `audience.viewers` and `shop.products` must be there. This one has something of everything:

```yaml
{EXAMPLE}```

`validate FILE` checks it and says where a fault is and what to write; keys that are not on this page are faults.
`--set shop.board_lag=60` changes a field for one run, by its path. `<name>` in a path is a name you choose. Texts that
look like something else go in quotes: `"2030-07-21"`, `"no"`.

`make schema` writes this page, and the schemas for editors, from the forms that check a scenario.
"""
ASSUMPTIONS = """\
Numbers of the model, each by its name, with a number as its value: `assumptions: {cart_paid: 0.35}` in the file, or
`--set assumptions.cart_paid=0.35` for one run. `run_sim.py list assumptions` shows every one with its unit, its
plausible range and its source; with `--scenario FILE` as that scenario has them.
"""
_UNIT = re.compile(r" \[([^\]]*)\]$")
_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def scenario_page() -> str:
    """The reference of all fields of a scenario, in Markdown."""
    root = schema()
    forms = root["$defs"]
    lines = [INTRO, "## The file\n", *_table(root, {"": None}, forms)]
    for name, field in root["properties"].items():
        if name == "assumptions":
            lines += ["\n## `assumptions`\n", ASSUMPTIONS.rstrip()]
        else:
            lines += _sections({name: field}, "", forms)
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
    yield f"\n{'###' if '.' in path else '##'} {title}\n\n{form['description']}\n"
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
    if default in (None, "", [], {}):
        return "—"
    inner = default.values() if isinstance(default, dict) else default if isinstance(default, list) else ()
    nested = any(isinstance(value, dict) for value in inner)
    return "as below" if nested else f"`{_flow(default)}`"


def _flow(value: Any) -> str:
    """A value as YAML has it on one line, what is false or empty left out."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items() if v is not False and v != []) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return value if isinstance(value, str) else f"{value:g}"


def _allowed(field: Schema) -> str:
    field = _settled(field)
    told = [" or ".join(f"`{choice}`" for choice in field.get("enum", ()))]
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
