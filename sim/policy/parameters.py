"""Parameters of policies in Python: the keywords of a constructor that have defaults, told from it or from its source.

What is given must be of the default's type, so that a slip is told before anything is played.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.errors import MatchdayError, did_you_mean
from sim.world.yaml_scalars import plain
from sim.world.yaml_source import scalar
from sim.world.yaml_wording import safe, shown

Value = bool | int | float | str | None
UNTOLD = object()  # a default that only running the source would tell
_KINDS: dict[type, tuple[type | tuple[type, ...], str]] = {
    bool: (bool, "true or false"),
    int: (int, "a whole number"),
    float: ((int, float), "a number"),
    str: (str, "text"),
}
_WORD = re.compile(r"[A-Za-z_][\w-]*")


def parameters_of(chosen: type[Any]) -> dict[str, Any]:
    """Defaults by name of what a class can be made with."""
    try:
        wanted = inspect.signature(chosen).parameters.values()
    except (TypeError, ValueError):  # Python cannot tell
        return {}
    keyword = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {p.name: p.default for p in wanted if p.kind in keyword and p.default is not p.empty}


def parameters_in(text: bytes, class_name: str) -> tuple[str, dict[str, Any]] | None:
    """The same from source that is not run, and the class's name; None where only running it would tell.

    `class_name` may be "" where one class has a method `decide`.  Raises SyntaxError and ValueError.
    """
    classes = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    wanted = [c for c in classes if (c.name == class_name if class_name else _method(c, "decide"))]
    if len(wanted) != 1 or wanted[0].keywords or wanted[0].decorator_list:
        return None
    (chosen,) = wanted
    made = _method(chosen, "__init__")
    if made is None:
        return None if chosen.bases or _method(chosen, "__new__") else (chosen.name, {})
    return chosen.name, dict(_defaults(made.args))


def _method(owner: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((node for node in owner.body if isinstance(node, ast.FunctionDef) and node.name == name), None)


def _defaults(args: ast.arguments) -> Iterator[tuple[str, Any]]:
    places = [*args.posonlyargs, *args.args]
    first = len(places) - len(args.defaults)
    by_place = zip(places[first:], args.defaults, strict=True)
    for arg, default in [*by_place, *zip(args.kwonlyargs, args.kw_defaults, strict=True)]:
        if default is not None and arg not in args.posonlyargs:
            yield arg.arg, _literal(default)


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return UNTOLD


def taken(given: Iterable[tuple[str, str]], parameters: Mapping[str, Any], owner: str) -> dict[str, Value]:
    """Values for what is given, a whole number made a float where the default is one; `owner` is whose they are.

    Raises MatchdayError for a name that is not there, a value that is no YAML scalar, and one of another type.
    """
    values: dict[str, Value] = {}
    for name, text in given:
        if name not in parameters:
            raise MatchdayError(safe(_unknown(name, parameters, owner)))
        value = scalar(text, Path(safe(f"{owner}({name}={text})")), ())
        values[name] = _fitting(value, parameters[name], f"{owner}: parameter '{name}'")
    return values


def _unknown(name: str, parameters: Mapping[str, Any], owner: str) -> str:
    if not parameters:
        return f"{owner} takes no parameters, such as '{name}': its constructor has no keywords with defaults"
    near = did_you_mean(name, list(parameters))
    hint = f"{near} It" if "?" in near else ": it"
    return f"{owner} takes no parameter '{name}'{hint} takes {listed(parameters)}"


def _fitting(value: Value, default: Any, what: str) -> Value:
    if default is None or default is UNTOLD:
        return value
    if type(default) not in _KINDS:
        raise MatchdayError(f"{what} is {type(default).__name__}, which can only be changed in the source")
    kinds, words = _KINDS[type(default)]
    if not isinstance(value, kinds) or isinstance(value, bool) != isinstance(default, bool):
        raise MatchdayError(f"{what} is {words} ({written(default)} unless given), got {shown(value)}")
    return float(value) if isinstance(default, float) and value is not None else value


def listed(parameters: Mapping[str, Any]) -> str:
    """`discount=0.15, lasts=360`; the name alone where a default cannot be written."""
    simple = (bool, int, float, str, type(None))
    return ", ".join(f"{n}={written(x)}" if isinstance(x, simple) else n for n, x in parameters.items())


def written(value: Value) -> str:
    """A value as a spec has it, the same for 240 and 240.0."""
    if isinstance(value, str):
        return value if _is_word(value) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and not isinstance(value, bool):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return json.dumps(value)


def _is_word(text: str) -> bool:
    try:
        return bool(_WORD.fullmatch(text)) and plain(text) == text
    except ValueError:  # such as `yes`
        return False
