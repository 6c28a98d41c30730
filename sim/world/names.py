"""Names as people write them, in any script, that can be shown anywhere."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

# Control characters, line ends, and marks that turn round the text after them; joiners and direction marks are text.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def readable(name: str) -> str:
    """The name itself; raises ValueError when it cannot be shown."""
    if not any(char.isprintable() and not char.isspace() for char in name):
        raise ValueError("only blanks: write what readers should see")
    if unfit := _UNFIT.search(name):
        raise ValueError(f"holds {unfit[0]!a}, which cannot be seen and changes what stands around it: remove it")
    return name


Name = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(readable)]
SizeLabel = Annotated[str, Field(min_length=1, max_length=20), AfterValidator(readable)]
