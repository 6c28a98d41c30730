"""What has been pushed so far tonight, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

FEWEST = 20  # viewers that a push must be for if what they bought is to be told


class Said(NamedTuple):
    """What was said in a push."""

    time: float  # when [s from kick-off]
    item: str
    surface: str
    discount: float  # share
    expires: float  # s from kick-off
    because: str  # the policy's own words
    audience: int  # viewers it was for


@dataclass(frozen=True)
class Pushed:
    """A push of tonight's, running or over, and what came of it so far.

    Orders are those whose page was opened by a click on it; some would have come anyway.  Of a push for fewer than
    FEWEST viewers they are not told, and 0, for they would tell who has bought: not all of them let that be seen.
    """

    said: Said
    shown: int  # how often it was on a screen
    clicks: int
    orders: int  # paid
    revenue: float  # paid in them [currency]
    given: float  # what its reduction took off them [currency]


class Pushes(Sequence[Pushed]):
    """The night's pushes in the order in which they were said; each is put together when looked at.

    `counts` (4, n) shown, clicks, orders and revenue; `off` (n,) what each takes off its item [currency].
    """

    def __init__(self, said: tuple[Said, ...], counts: NDArray[np.float64], off: NDArray[np.float64]) -> None:
        several = np.array([said_.audience >= FEWEST for said_ in said], float)
        self._said, self._off = said, off
        self._counts = np.concatenate([counts[:2], counts[2:] * several])

    def __len__(self) -> int:
        return len(self._said)

    @overload
    def __getitem__(self, at: int) -> Pushed: ...
    @overload
    def __getitem__(self, at: slice) -> list[Pushed]: ...
    def __getitem__(self, at: int | slice) -> Pushed | list[Pushed]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        said = self._said[at]
        shown, clicks, orders, revenue = self._counts[:, at].tolist()
        return Pushed(said, int(shown), int(clicks), int(orders), revenue, orders * float(self._off[at]))
