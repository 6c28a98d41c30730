"""Whether what a policy said can be done; if not, the run stops with its name, the match clock and the reason."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import MatchdayError, did_you_mean
from sim.policy.push import EVERYONE, MOST_PUSHES, MOST_WORDS, Offer, Policy, Push
from sim.policy.source import place
from sim.policy.terms import AFTER, terms_problem
from sim.policy.view import View
from sim.world.promotions import MOST_TEAM
from sim.world.surfaces import SURFACES
from sim.world.yaml_wording import cut, safe

MOST_SAID = 400  # letters of what a policy raised
WANTED = "an audience is EVERYONE, or a mask or viewer numbers in one NumPy array"


class PolicyError(MatchdayError):
    """A policy raised, or said something that cannot be done."""

    @classmethod
    def at(cls, view: View, policy: str, reason: str) -> PolicyError:
        """With its name and the match clock."""
        return cls(safe(f"policy '{policy}' at {view.clock} ({view.time:g} s): {reason}"))


@dataclass(frozen=True)
class Order:
    """A push that has been checked: numbers for names, viewer numbers for masks."""

    surface: int
    offer: Offer
    expires: float
    ids: NDArray[np.intp] | None  # None = everyone
    prominence: float
    because: str


def ask(policy: Policy, name: str, view: View, asked: str = "decide") -> list[Order]:
    """What the policy wants now, when `asked` by that method.

    Raises PolicyError if it raises or asks for what there is not.
    """
    try:
        said = getattr(policy, asked)(view)
        return [_checked(push, view) for push in _few(said, asked)]
    except MatchdayError as error:
        raise PolicyError.at(view, name, str(error)) from error
    except (Exception, SystemExit) as error:  # a policy that exits must not look like a run that passed
        where = place(error, type(policy).__module__)
        words = str(error) if len(str(error)) <= MOST_SAID else str(error)[:MOST_SAID] + " …"
        reason = f"raised {type(error).__name__}{': ' if words else ''}{words}" + (f" ({where})" if where else "")
        raise PolicyError.at(view, name, reason) from error


def _few(said: Any, asked: str) -> Iterator[Any]:
    """What was said, push by push, so that each is taken as it is when it is said."""
    if said is None:
        raise MatchdayError(f"{asked}() gave None; return [] to push nothing")
    if not isinstance(said, Iterable) or isinstance(said, str | bytes):
        raise MatchdayError(f"{asked}() must give a list of Push, gave {type(said).__name__}")
    for number, push in enumerate(said):
        if number == MOST_PUSHES:
            raise MatchdayError(f"more than {MOST_PUSHES} pushes in one window")
        yield push


def _checked(push: Any, view: View) -> Order:
    """A push as numbers, none of it the policy's own any more."""
    if not isinstance(push, Push):
        raise MatchdayError(f"decide() must give Push, gave {type(push).__name__}")
    if isinstance(push.offer, Offer):
        push = replace(_plain(push), offer=_plain(push.offer))
    if problem := _problem(push, view):
        because = push.because
        said = f" (because: {_cut(because)})" if because and isinstance(because, str) else ""
        raise MatchdayError(problem + said)
    surface, ids = SURFACES.index(push.surface), _ids(push.audience, len(view.viewers))
    return Order(surface, push.offer, float(push.expires), ids, float(push.prominence), safe(push.because))


def _plain(said: Any) -> Any:
    """A Push or Offer as it is now, whatever a class of the policy's own would answer later."""
    kind: Any = Push if isinstance(said, Push) else Offer
    return kind(**{field.name: getattr(said, field.name) for field in fields(kind)})


def _problem(push: Any, view: View) -> str | None:
    surface: Any = push.surface
    if not isinstance(surface, str) or surface not in SURFACES:
        return f"unknown surface {_cut(surface)}{did_you_mean(str(surface), SURFACES)}"
    if not _number(push.expires) or not push.expires > view.time:
        return f"a push must expire some time after now ({view.time:g} s), not at {_cut(push.expires)}"
    if not _number(push.prominence) or not 0.25 <= push.prominence <= 4.0:
        return f"prominence is a number from 0.25 to 4, not {_cut(push.prominence)}"
    if not isinstance(push.because, str) or len(push.because) > MOST_WORDS:
        return f"because is a text of at most {MOST_WORDS} letters, not {_cut(push.because)}"
    return (
        _offer_problem(push.offer, view)
        or terms_problem(push, view.items[push.offer.item], after=view.period == AFTER)
        or _audience_problem(push.audience, len(view.viewers))
    )


def _offer_problem(offer: Any, view: View) -> str | None:
    if not isinstance(offer, Offer):
        return f"a push carries an Offer, not {type(offer).__name__}"
    if not isinstance(offer.item, str) or offer.item not in view.items:
        return f"there is no item {_cut(offer.item)} to offer{did_you_mean(str(offer.item), list(view.items))}"
    return next(_terms_problems(offer), None)


def _terms_problems(offer: Any) -> Iterator[str]:
    if not _number(offer.discount) or not 0.0 <= offer.discount <= 0.9:
        yield f"a discount is a share from 0 to 0.9, not {_cut(offer.discount)}"
    whole = isinstance(offer.team, int) and not isinstance(offer.team, bool)
    if not whole or not (offer.team == 0 or 2 <= offer.team <= MOST_TEAM):
        yield f"a team has 2 to {MOST_TEAM} people (0: no team is needed), not {_cut(offer.team)}"
    if not isinstance(offer.joint, bool):
        yield f"joint is True or False, not {_cut(offer.joint)}"
    if not _number(offer.claim) or not 0.0 <= offer.claim <= 1.0:
        yield f"a claim is a share from 0 (all true) to 1, not {_cut(offer.claim)}"


def _audience_problem(audience: Any, viewers: int) -> str | None:
    if isinstance(audience, str):
        return None if audience == EVERYONE else f"{WANTED}, not {_cut(audience)}"
    if not isinstance(audience, np.ndarray):
        return f"{WANTED}, not {type(audience).__name__}"
    came = f"got an array of {audience.dtype} of shape {audience.shape}"
    if audience.ndim != 1:
        return f"{WANTED}, with one dimension; {came}"
    if audience.dtype == np.bool_:
        return None if len(audience) == viewers else f"a mask has one entry a viewer, shape ({viewers},); {came}"
    if not np.issubdtype(audience.dtype, np.integer):
        return f"a mask is of bool and viewer numbers are of int; {came}"
    return _numbers_problem(audience, viewers)


def _numbers_problem(numbers: NDArray[Any], viewers: int) -> str | None:
    if len(numbers) and not (numbers.min() >= 0 and numbers.max() < viewers):
        return f"viewer numbers run from 0 to {viewers - 1}; got {numbers.min()} to {numbers.max()}"
    named = np.zeros(viewers, bool)
    named[numbers] = True
    if np.count_nonzero(named) == len(numbers):
        return None
    sorted_ = np.sort(numbers)
    return f"viewer {sorted_[1:][sorted_[1:] == sorted_[:-1]][0]} is named twice"


def _cut(given: Any) -> str:
    return cut(" ".join(repr(given).split()))


def _ids(audience: str | NDArray[Any], viewers: int) -> NDArray[np.intp] | None:
    """Viewer numbers; None for everyone, however that was said: who leaves out nobody aims at nobody."""
    if isinstance(audience, str):
        return None
    numbers = np.flatnonzero(audience) if audience.dtype == np.bool_ else audience.astype(np.intp)
    return numbers if len(numbers) < viewers else None


def _number(x: Any) -> bool:
    try:
        return isinstance(x, (int, float, np.integer, np.floating)) and not isinstance(x, bool) and math.isfinite(x)
    except OverflowError:  # an int that no float can hold
        return False
