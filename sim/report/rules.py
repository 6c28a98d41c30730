"""What each rule of a rule file did, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

HEADS = {
    "said": "pushes", "exposures": "shown", "held_back": "held back", "clicks": "clicks", "orders": "orders",
    "given": "given away",
}  # fmt: skip
WIDE = 11  # of a column: six and a rule of twelve letters take 80


def rule_lines(policy: str, rules: pd.DataFrame, nights: int) -> Iterator[str]:
    """A line a rule, per night: those that did nothing say so."""
    width = max(len("rule"), *(len(str(rule)) for rule in rules.index))
    yield f"\nwhat the rules of {policy} did, a night:"
    yield f"  {'rule':{width}}" + "".join(f"{head:>{WIDE}}" for head in HEADS.values())
    for rule, row in (rules / nights).iterrows():
        numbers = "".join(f"{row[name]:{WIDE},.1f}" for name in HEADS)
        yield f"  {rule!s:{width}}" + (numbers if row["said"] else "  never fired")
    yield ""
