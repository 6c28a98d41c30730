"""The football clock as text."""

from __future__ import annotations


def clock_seconds(text: str) -> float:
    """`"47:30.5"` as seconds: 2850.5."""
    minutes, seconds = text.split(":")
    return int(minutes) * 60 + float(seconds)


def clock_text(seconds: float) -> str:
    """Seconds as `"47:30"`, or `"47:30.5"` down to thousandths."""
    minutes, thousandths = divmod(round(seconds * 1000), 60_000)
    return f"{minutes:02d}:{thousandths / 1000:06.3f}".rstrip("0").rstrip(".")
