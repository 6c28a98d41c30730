"""Red lines: what no push may do to a viewer, whichever policy says it ("experience first", as the article has it)."""

from __future__ import annotations

from enum import IntEnum
from typing import Literal, get_args

from pydantic import Field

from sim.evidence import NONE, number
from sim.world.forms import Form

LineName = Literal[
    "forced", "peak", "most", "cool_down", "price", "stock", "consent", "muted", "claim"
]  # fmt: skip
LINES: tuple[LineName, ...] = get_args(LineName)


class Line(IntEnum):
    """Numbers of the lines: bit `1 << line` in ledgers."""

    FORCED = 0
    PEAK = 1
    MOST = 2
    COOL_DOWN = 3
    PRICE = 4
    STOCK = 5
    CONSENT = 6
    MUTED = 7
    CLAIM = 8


MEANING: dict[LineName, str] = {
    "forced": "covers the picture again before the viewer's first purchase is completed",
    "peak": "high intrusion while play is at a peak",
    "most": "more pushes than a viewer may be shown in a night",
    "cool_down": "too soon after the push before",
    "price": "advertises a price that is not the till's",
    "stock": "advertises what is not there to sell",
    "consent": "aims at a viewer of the store's end who has not consented",
    "muted": "shown to a viewer who has switched pushes off",
    "claim": "exaggerates",
}


class RedLines(Form):
    """Whether red lines are held, and where they run.

    `audit` counts what crosses them, `enforce` lets nothing cross them.  They are held where pushes are shown, so those
    who come later and standing offers are covered, too.
    """

    mode: Literal["off", "audit", "enforce"] = Field(
        default="audit",
        description='`"off"` (in quotes); `audit`: crossings are counted; `enforce`: they are kept from viewers',
    )
    leave_out: tuple[LineName, ...] = Field(default=(), description="lines that are not held, whatever the mode")
    # fmt: off
    forced: float = number(1, "pushes", 0, 4, "assumed",
        'The article: "before one purchase is completed, do not forcibly disturb a viewer repeatedly"; once is not',
        "Pushes that cover the picture which a viewer may be shown before the first purchase that the stream sees",
        ge=0, le=250)
    intrusive: float = number(0.15, "average tolerances", 0.05, 0.5, "assumed", NONE,
        "Intrusiveness from which a push is high intrusion; one that covers the picture always is", ge=0, le=10)
    most: float = number(10, "pushes", 3, 30, "assumed", NONE,
        "Pushes a viewer may be shown until the next match; banners in the shop are not counted", ge=0, le=1000)
    cool_down: float = number(60, "s", 0, 900, "assumed", NONE,
        "Time that must pass between two pushes a viewer is shown", ge=0, le=86_400)
    peak_heat: float = number(2, "times", 1.5, 5, "assumed", NONE,
        "Heat of a side's chat from which play that goes on is at a peak", gt=1, le=100)
    peak_seconds: float = number(60, "s", 15, 180, "assumed",
        "No source found; chat about a goal has its peak within a minute (Twitter, 20 Oct 2019)",
        "How long a goal, a penalty or a red card is a peak, play or no play", ge=0, le=900)
    peak_closing: float = number(5, "minutes", 0, 15, "assumed", NONE,
        "Last minutes of a half that ends the match which are a peak when no more than a goal lies between the sides",
        ge=0, le=45)
    # fmt: on

    def watches(self, line: LineName) -> bool:
        """Whether a line is held at all."""
        return self.mode != "off" and line not in self.leave_out

    def enforces(self, line: LineName) -> bool:
        """Whether nothing may cross a line."""
        return self.mode == "enforce" and line not in self.leave_out
