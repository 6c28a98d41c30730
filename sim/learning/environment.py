"""A night to learn in: a Gymnasium environment in which an agent chooses, every minute, what viewers are shown."""

from __future__ import annotations

from math import isfinite
from typing import Any, ClassVar

import gymnasium
import numpy as np
import simpy
from gymnasium import spaces
from numpy.typing import NDArray

from sim.engine.play import Play, start
from sim.learning.arms import ARMS, pushes_of
from sim.policy import Push, View
from sim.world.night import World

STEP = 60.0  # s between two actions
MOST_NIGHTS = 100_000  # replications that a seed may choose
OBSERVED = (
    "time", "play", "peak", "lead", "heat_home", "heat_away", "heat_neutral", "present_home", "present_away",
    "present_neutral", "muted", "shown", "rested", "clicks", "orders", "stock",
)  # fmt: skip


class MatchNight(gymnasium.Env):  # type: ignore[misc]
    """One night of a scenario.

    An action is the number of one of `sim.learning.arms.ARMS`, for everybody who is there and has rested for `rest`
    minutes; it takes effect in the window that begins next, so an observation is a window old when it is acted on.
    An observation is a vector of `OBSERVED`, of order 1, of what a platform sees.  The reward of a step is what was
    paid in it, less the cost of what was sold [currency], less `muted_costs` for each viewer who switched pushes off.
    The last step goes on until the last cart is paid or given up.  `seed` of `reset` chooses the night; without one,
    nights come in an order that follows from the seed given last.  `reset` tells the night's `replication`, `step` the
    `time` [s from kick-off] and the `orders` so far.

    Raises ValueError for a season, and for arguments that make no sense.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": []}

    def __init__(self, world: World, *, viewers: int = 2000, rest: float = 5.0, muted_costs: float = 3.0) -> None:
        if not isinstance(world, World) or len(world.scenario.matches) > 1:
            raise ValueError(
                "wants the World of a scenario with one match: sim.experiment.load.load(Path('night.yaml'))"
            )
        if viewers < 1 or not rest >= 0 or not isfinite(muted_costs):
            raise ValueError(f"needs viewers and no less than no rest, not {viewers=}, {rest=}, {muted_costs=}")
        self.world, self.viewers, self.rest, self.muted_costs = world, viewers, rest, muted_costs
        self.action_space = spaces.Discrete(len(ARMS))
        self.observation_space = spaces.Box(-5.0, 5.0, (len(OBSERVED),), np.float32)
        self.night: Play | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begins a night; gives what is seen of its first window."""
        super().reset(seed=seed)
        replication = int(self.np_random.integers(MOST_NIGHTS))
        self.agent = _Agent(self.rest)
        night = self.world.night(self.world.scenario.experiment.seed, replication, self.viewers)
        self.calendar = simpy.Environment(initial_time=night.stage.match.opens)
        self.night = start(night, self.agent, "agent", self.calendar)
        self.earned = 0.0
        self.calendar.run(until=night.stage.match.opens + night.scenario.timing.window / 2)
        return self._seen(), {"replication": replication}

    def step(self, action: int) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Lets a minute pass in which the action is taken once."""
        night = self._night()
        if not self.action_space.contains(action):
            raise ValueError(f"an action is a whole number from 0 to {len(ARMS) - 1}, not {action!r}")
        self.agent.action = int(action)
        over = self.calendar.now + STEP >= night.match.closes
        self.calendar.run(until=night.settled if over else self.calendar.now + STEP)
        before, self.earned = self.earned, self._earned()
        return (
            self._seen(),
            self.earned - before,
            over,
            False,
            {"time": self.calendar.now, "orders": night.books.orders},
        )

    def _night(self) -> Play:
        if self.night is None or self.night.settled.triggered:
            raise gymnasium.error.ResetNeeded("the night is over, or none has begun: call reset() before step()")
        return self.night

    def _earned(self) -> float:
        """Margin of what was paid so far, less what muting costs [currency]."""
        assert self.night is not None
        night, paid = self.night, self.night.books.payments()
        minor = 10**night.night.scenario.shop.decimals
        margin: float = float(paid["price"].sum() - night.night.catalogue.cost_at_once[paid["item"]].sum()) / minor
        muted = float(night.engine.crowd.known["muted"].sum())
        return margin - self.muted_costs * muted

    def _seen(self) -> NDArray[np.float32]:
        seen = [self.agent.seen[name] for name in OBSERVED]
        return np.asarray(np.clip(seen, -5.0, 5.0), np.float32)


class _Agent:
    """A policy that does what it was told last, once, and notes what the platform sees."""

    def __init__(self, rest: float) -> None:
        self.rest, self.action, self.turn = rest, 0, 0
        self.seen: dict[str, float] = {}
        self.first = 0

    def decide(self, view: View) -> list[Push]:
        """The action in hand, for whom it may reach."""
        self.seen = self._observed(view)
        action, self.action = self.action, 0
        if ARMS[action].surface is None:
            return []
        self.turn += 1
        v = view.viewers
        who = v.present & ~v.muted & (v.minutes_since_shown >= self.rest)
        return pushes_of(view, np.where(who, action, 0).astype(np.int8), self.turn)

    def _observed(self, view: View) -> dict[str, float]:
        v, stock = view.viewers, sum(item.stock for item in view.products.values())
        self.first = self.first or max(stock, 1)
        here, size = v.present, len(v)
        some = bool(here.any())
        heat, present = np.log(np.array(view.heat)), np.array(view.present) / size
        return {
            "time": view.time / 5400.0, "play": float(view.in_play), "peak": float(view.peak),
            "lead": float(view.score[0] - view.score[1]),
            **dict(zip(("heat_home", "heat_away", "heat_neutral"), heat.tolist(), strict=True)),
            **dict(zip(("present_home", "present_away", "present_neutral"), present.tolist(), strict=True)),
            "muted": float(v.muted.mean()), "shown": float(np.log1p(v.shown[here]).mean()) if some else 0.0,
            "rested": float(np.minimum(v.minutes_since_shown[here], 60.0).mean()) / 60.0 if some else 1.0,
            "clicks": float(np.log1p(1000.0 * view.clicks / size)) / 3.0,
            "orders": float(np.log1p(1000.0 * view.orders / size)) / 3.0, "stock": stock / self.first,
        }  # fmt: skip
