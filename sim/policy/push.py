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
MOST_WORDS = 120  # letters of why
EVERYONE: Final = "everyone"


@dataclass(frozen=True)
class Offer:
    """An item of the catalogue (a product, a pre-sale, a set, a coupon, content), and the terms it comes on.

    `claim` is how much of what is said of it is exaggerated: it sells now, and costs trust and returns later.
    """

    item: str  # its key
    discount: float = 0.0  # share of its price, 0 (plain) to 0.9, for as long as its push runs
    team: int = 0  # people who must join before the push expires for the discount to hold; 0: no team is needed
    joint: bool = False  # promoted by the host and the brand together, who share the discount
    claim: float = 0.0  # 0: all true, to 1: all exaggerated


@dataclass(frozen=True, eq=False)
class Push:
    """An offer on a surface for an audience.

    `audience` is EVERYONE, a mask over all viewers (bool, one a viewer) or an array of viewer numbers.  Those of them
    who are present and have not muted get it within the window; standing surfaces also meet those who arrive before it
    `expires` (seconds of match time).  Limited editions reach only those who may buy them.
    """

    surface: SurfaceName
    offer: Offer
    expires: float
    audience: str | NDArray[Any] = EVERYONE
    prominence: float = 1.0  # size and place on its surface: noticed more, and annoying more; 0.25 to 4
    because: str = ""  # why, in the policy's own words, for those who read the results


class Policy(Protocol):
    """Anything with `decide`.  One instance lives one night and may remember what it has seen and said.

    What it remembers belongs on `self`.  The source of a policy in a file is run anew for every night, so globals of
    its module live one night too; those of an installed package outlive the night, in no order one could rely on.

    A policy may have `red_lines`, a `RedLines` of its own, which is held beside the scenario's: the stricter counts.

    A policy may also have `follow_up(view)`: it is asked at the start of each day after the match, and may say pushes
    on the surface `store_push`, which are messages of the store's.
    """

    def decide(self, view: View) -> Iterable[Push]:
        """What to push now; called at the start of each window."""
        ...
