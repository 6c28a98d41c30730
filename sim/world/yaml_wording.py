"""How keys, values and places out of a file are shown: short, and harmless to a terminal."""

from __future__ import annotations

import json
import re
from typing import Any

Location = tuple[str | int, ...]


def dotted(location: Location) -> str:
    """`shop.products.0.price`, the path that `--set` takes."""
    return ".".join(p if isinstance(p, str) and re.fullmatch(r"[\w-]{1,40}", p) else cut(repr(p)) for p in location)


def shown(value: Any) -> str:
    """A value in a message."""
    if isinstance(value, str):
        return f"text {quoted(value)}"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else f"a list of {len(value)}"
    return "nothing" if value is None else cut(json.dumps(value))


def quoted(text: str) -> str:
    """Text in quotes, at most 42 characters."""
    shown = repr(text[:41])
    return shown if len(shown) <= 42 else f"{shown[:39]}…{shown[0]}"


def cut(text: str) -> str:
    """Text without quotes, at most 40 characters."""
    return text if len(text) <= 40 else text[:37] + "…"


def safe(text: str) -> str:
    """Without characters that could command a terminal or hide text."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
