"""Unquoted scalars: the YAML 1.2 core schema, less what YAML 1.1 tools read otherwise."""

from __future__ import annotations

import re
from typing import Any

from sim.world.yaml_wording import cut, quoted

_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BASE_60 = re.compile(r"[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?")
_DATE = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9:.]+[ \t]*(Z|[-+][0-9:]+)?"
)
_MISREAD = {
    r"y|Y|n|N|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF": "some YAML tools take it for true or false: "
    "quote the word, or write true or false",
    _DATE: "other YAML tools make a date of it: quote it",
    r"[-+]?0[0-9]+": "other YAML tools read a number that begins with 0 as octal: drop the 0, or quote it",
    r"[-+]?0b[01_]+|[-+]0x[0-9a-fA-F_]+": "other YAML tools read it as a number: write it in decimal, or quote it",
    r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)": "numbers must be finite: write a number, or quote it",
    r"=|<<": "it has a special meaning in other YAML tools: quote it if it is text",
}


def plain(text: str) -> Any:
    """The value of an unquoted scalar; raises ValueError with what to write instead."""
    if text in _WORDS:
        return _WORDS[text]
    _refuse_misread(text)
    if _INTEGER.fullmatch(text):
        if len(text) > 40 or not -(2**63) <= int(text, 0) < 2**63:
            raise ValueError(f"{quoted(text)} does not fit in 64 bits: write a smaller number, or quote it")
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        if abs(float(text)) == float("inf"):
            raise ValueError(f"{quoted(text)} is too large: numbers must be finite")
        return float(text)
    return text


def _refuse_misread(text: str) -> None:
    for pattern, why in _MISREAD.items():
        if re.fullmatch(pattern, text):
            raise ValueError(f"unquoted {quoted(text)}: {why}")
    if _BASE_60.fullmatch(text):
        seconds = 0.0
        for part in text.lstrip("+-").split(":"):
            seconds = seconds * 60 + float(part)
        number = f"{'-' * text.startswith('-')}{seconds:.15g}"
        words = f'{cut(text)} unquoted is read as {number} by other YAML tools: write "{cut(text)}"'
        raise ValueError(f"{words}, or {number} if a number is meant")
    digits = text.replace("_", "")
    if digits != text and text[0] != "_" and any(form.fullmatch(digits) for form in (_INTEGER, _FLOAT, _BASE_60)):
        raise ValueError(f"{quoted(text)} has '_' within a number: write {cut(digits)}, or quote it")


def quoted_scalar(text: str) -> str:
    """The value of a quoted scalar; raises ValueError where it holds half a character."""
    if lone := re.search("[\ud800-\udfff]", text):
        raise ValueError(f"{lone[0]!a} is half a character: write the character itself")
    return text
