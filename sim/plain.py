"""What a stream writes whose encoding lacks a sign: the nearest that ASCII has."""

from __future__ import annotations

import codecs
import io
from typing import TextIO

NEAREST = {
    "–": "-", "—": "-", "−": "-", "±": "+/-", "✓": "*", "✗": "!", "≠": "~", "≤": "<=", "≥": ">=", "×": "x", "·": ".",
    "…": "...", "‘": "'", "’": "'", "“": '"', "”": '"',
}  # fmt: skip


def make_plain(stream: TextIO) -> None:
    """A terminal without "✓" is no reason to stop."""
    if isinstance(stream, io.TextIOWrapper):
        codecs.register_error("plain", _nearest)
        stream.reconfigure(errors="plain")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """What has no likeness becomes a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(NEAREST.get(sign, "?") for sign in error.object[error.start : error.end]), error.end
