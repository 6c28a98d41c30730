"""`python -m tests.validation > docs/validation.md`: every check with its figure, holding or not."""

from __future__ import annotations

import importlib

from tests.validation.check import DATA, Check

MODULES = ("generator", "beliefs", "emotion", "audience", "shop", "promotions", "choice", "after", "people")


SET = """\
Some numbers of the model were set so that a check holds, which therefore proves little: how annoyance acts on clicks,
orders and mutes (V3.3, V3.4), returns (V2.11), what customers do about a missing size (V4.2), the worth of a membership
(V5.4), how often customers come (V5.3). The others were not.
"""


def table(checks: list[Check]) -> str:
    rows = ["| check | claim | figure | range | holds | source |", "|---|---|---:|---:|---|---|"]
    for c in checks:
        rows.append(
            f"| {c.id} | {c.claim} | {c.figure:.4g} | {c.low:.4g} to {c.high:.4g} "
            f"| {'yes' if c.holds else f'**no**: {c.note}'} | {c.source} |"
        )
    return "\n".join(rows)


def main() -> None:
    print("# Validation\n\nMade by `python -m tests.validation`; ranges are the sources', set before measuring.\n")
    print(SET)
    if not DATA.exists():
        print(f"The real data ({DATA.name}/) is absent: the checks against it were left out.\n")
    for name in MODULES:
        module = importlib.import_module(f"tests.validation.{name}")
        print(f"## {module.TITLE}\n\n{table(module.checks())}\n")


if __name__ == "__main__":
    main()
