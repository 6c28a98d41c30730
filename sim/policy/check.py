"""Whether what a policy said can be done; if not, the run stops with its name, the match clock and the reason."""

from __future__ import annotations

from collections.abc import Iterable
from copyreg import __newobj__  # type: ignore[attr-defined]
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import MatchdayError, did_you_mean
from sim.policy.push import EVERYONE, Offer, Policy, Push
from sim.policy.view import View
from sim.world.surfaces import SurfaceIndex

SURFACES = tuple(s.name.lower() for s in SurfaceIndex)
MOST_PUSHES = 16  # in one window
WANTED = "an audience is EVERYONE, a mask or viewer numbers"


class PolicyError(MatchdayError):
    """A policy raised, or said something that cannot be done."""

    def __init__(self, policy: str, view: View, reason: str) -> None:
        super().__init__(f"policy '{policy}' at {view.clock} ({view.time:g} s): {reason}")

    def __reduce__(self) -> tuple[Any, ...]:
        return __newobj__, (PolicyError, str(self))  # the view stays behind when a worker process sends this home


@dataclass(frozen=True)
class Order:
    """A push that has been checked: numbers for names, viewer numbers for masks."""

    surface: int
    product: str
    discount: float
    expires: float
    ids: NDArray[np.intp] | None  # None = everyone


def ask(policy: Policy, name: str, view: View) -> list[Order]:
    """What the policy wants now; raises PolicyError if it raises or asks for what there is not."""
    try:
        said: Any = policy.decide(view)
        several = isinstance(said, Iterable) and not isinstance(said, str | bytes)
        pushes = list(islice(said, MOST_PUSHES + 1)) if several else said
    except (Exception, SystemExit) as error:  # a policy that exits must not look like a run that passed
        raise PolicyError(name, view, f"raised {type(error).__name__}: {error}") from error
    if not isinstance(pushes, list):
        raise PolicyError(name, view, f"decide() must give a list of Push, gave {type(pushes).__name__}")
    if len(pushes) > MOST_PUSHES:
        raise PolicyError(name, view, f"more than {MOST_PUSHES} pushes in one window")
    return [_checked(push, name, view) for push in pushes]


def _checked(push: Any, name: str, view: View) -> Order:
    problem = _problem(push, view)
    if problem:
        raise PolicyError(name, view, problem)
    return Order(
        SURFACES.index(push.surface),
        push.offer.product,
        float(push.offer.discount),
        float(push.expires),
        _ids(push.audience),
    )


def _problem(push: Any, view: View) -> str | None:
    if not isinstance(push, Push):
        return f"decide() must give Push, gave {type(push).__name__}"
    surface: Any = push.surface
    if surface not in SURFACES:
        return f"unknown surface {surface!r}{did_you_mean(str(surface), SURFACES)}"
    if not _number(push.expires) or not push.expires > view.time:
        return f"a push must expire after now ({view.time:g} s), not at {push.expires!r}"
    return _offer_problem(push.offer, view) or _audience_problem(push.audience, len(view.viewers))


def _offer_problem(offer: Any, view: View) -> str | None:
    if not isinstance(offer, Offer):
        return f"a push carries an Offer, not {type(offer).__name__}"
    if not isinstance(offer.product, str) or offer.product not in view.products:
        known = list(view.products)
        return f"unknown product {offer.product!r}{did_you_mean(str(offer.product), known)}"
    if not _number(offer.discount) or not 0.0 <= offer.discount <= 0.9:
        return f"a discount is a share from 0 to 0.9, not {offer.discount!r}"
    return None


def _audience_problem(audience: Any, viewers: int) -> str | None:
    if isinstance(audience, str):
        return None if audience == EVERYONE else f"{WANTED}, not {audience!r}"
    if not isinstance(audience, np.ndarray) or audience.ndim != 1:
        return f"{WANTED}, not {type(audience).__name__}"
    if audience.dtype == np.bool_:
        return None if len(audience) == viewers else f"a mask has one entry a viewer ({viewers}), not {len(audience)}"
    if not np.issubdtype(audience.dtype, np.integer):
        return f"viewer numbers are whole numbers, not {audience.dtype}"
    if len(audience) and not (audience.min() >= 0 and audience.max() < viewers):
        return f"viewer numbers run from 0 to {viewers - 1}; got {audience.min()} to {audience.max()}"
    return "a viewer is named twice" if len(np.unique(audience)) != len(audience) else None


def _ids(audience: str | NDArray[Any]) -> NDArray[np.intp] | None:
    if isinstance(audience, str):
        return None
    return np.flatnonzero(audience) if audience.dtype == np.bool_ else audience.astype(np.intp)


def _number(x: Any) -> bool:
    return isinstance(x, (int, float, np.integer, np.floating)) and not isinstance(x, bool) and bool(np.isfinite(x))
