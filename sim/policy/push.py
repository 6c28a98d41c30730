"""What a policy may say: show this offer on this surface to these viewers until then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.policy.view import View
    from sim.world.surfaces import SurfaceName

MOST_PUSHES = 16  # that a policy may say in one window
EVERYONE: Final = "everyone"


@dataclass(frozen=True)
class Offer:
    """A product, plain or at a discount that lasts as long as its push."""

    product: str  # its key in the catalogue
    discount: float = 0.0  # share of the list price, 0 (plain) to 0.9


@dataclass(frozen=True, eq=False)
class Push:
    """An offer on a surface for an audience.

    `audience` is EVERYONE, a mask over all viewers (bool, one a viewer) or an array of viewer numbers.  Those of them
    who are present and have not muted get it within the window; standing surfaces also meet those who arrive before it
    `expires` (seconds of match time).
    """

    surface: SurfaceName
    offer: Offer
    expires: float
    audience: str | NDArray[Any] = EVERYONE


class Policy(Protocol):
    """Anything with `decide`.  One instance lives one night and may remember what it has seen and said.

    What it remembers belongs on `self`.  The source of a policy in a file is run anew for every night, so globals of
    its module live one night too; those of an installed package outlive the night, in no order one could rely on.
    """

    def decide(self, view: View) -> Iterable[Push]:
        """What to push now; called at the start of each window."""
        ...
