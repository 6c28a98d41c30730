"""What this package directly depends on: every run names the versions of it."""

from __future__ import annotations

import re
from importlib.metadata import requires


def required() -> list[str]:
    """Names of the packages that are always installed with this one, as they are installed by."""
    return sorted(re.split(r"[^\w.-]", r)[0] for r in requires("matchday") or () if "extra ==" not in r)
