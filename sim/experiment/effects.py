"""How strongly each of many inputs moves an output: Morris's screening and Sobol' indices, as SALib works them out.

Inputs are coordinates of the unit cube, so an effect is that of moving an input over its whole range.  An output is NaN
where there is none; what belongs together with it in the design (a trajectory, a row of the base sample) is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEVELS = 4  # of the grid that trajectories walk on: SALib's and Morris's usual choice
STEP = LEVELS / (2.0 * (LEVELS - 1.0))  # length of a move on it
RESAMPLES = 500
RESAMPLES_SEED = 19910501
LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Effects:
    """Elementary effects (Morris 1991) of each input, in the output's unit a whole range; NaN where none is known."""

    mu: Array  # their mean
    mu_star: Array  # the mean of their sizes (Campolongo, Cariboni & Saltelli 2007)
    half: Array  # of the bootstrap interval of mu_star
    sigma: Array  # their standard deviation: what the effect depends on the other inputs and bends


@dataclass(frozen=True, eq=False)
class Indices:
    """Shares of the output's variance (Saltelli et al. 2010) by input, each with half its bootstrap interval."""

    first: Array  # that the input accounts for alone: S1
    first_half: Array
    total: Array  # alone and together with others: ST
    total_half: Array


def trajectories(inputs: int, number: int, rng: np.random.Generator) -> Array:
    """Morris's design: `number` walks through the unit cube that move one input after the other, a row a point.

    Gives (number x (inputs + 1), inputs).
    """
    from SALib.sample import morris

    design: Array = morris.sample(_problem(inputs), number, num_levels=LEVELS, seed=rng)
    return design


def effects(design: Array, output: Array) -> Effects:
    """Elementary effects of the inputs on one output (points), by the trajectories that have it everywhere."""
    from SALib.analyze import morris

    inputs = design.shape[1]
    walks = ~np.isnan(output.reshape(-1, inputs + 1)).any(axis=1)
    if walks.sum() < 2:
        return Effects(*np.full((4, inputs), np.nan))
    points = np.repeat(walks, inputs + 1)
    found = morris.analyze(
        _problem(inputs), design[points], output[points],
        num_levels=LEVELS, num_resamples=RESAMPLES, conf_level=LEVEL, seed=RESAMPLES_SEED,
    )  # fmt: skip
    return Effects(*(np.asarray(found[key], float) for key in ("mu", "mu_star", "mu_star_conf", "sigma")))


def sizes(design: Array, outputs: Array) -> Array:
    """mu_star alone, (inputs, outputs), of many outputs (points, outputs) at once."""
    inputs = design.shape[1]
    walks = outputs.reshape(-1, inputs + 1, outputs.shape[1])
    moved = np.abs(np.diff(design.reshape(-1, inputs + 1, inputs), axis=1)).argmax(axis=2)  # which input, by walk
    by_input = np.take_along_axis(np.abs(np.diff(walks, axis=1)), moved.argsort(axis=1)[:, :, np.newaxis], axis=1)
    whole = ~np.isnan(by_input).any(axis=1, keepdims=True)
    walked = whole.sum(axis=0)
    total = np.where(whole, by_input, 0.0).sum(axis=0) / STEP
    found: Array = np.divide(total, walked, out=np.full_like(total, np.nan), where=walked > 0)
    return found


def base_sample(inputs: int, number: int, rng: np.random.Generator) -> Array:
    """Saltelli's design of `number` rows, a power of two, from a scrambled Sobol' sequence.

    Gives (number x (inputs + 2), inputs).
    """
    from SALib.sample import sobol

    design: Array = sobol.sample(_problem(inputs), number, calc_second_order=False, seed=rng)
    return design


def indices(inputs: int, output: Array) -> Indices:
    """Sobol' indices of one output (points) of the design; zeros where it is the same everywhere."""
    from SALib.analyze import sobol

    rows = output.reshape(-1, inputs + 2)
    rows = rows[~np.isnan(rows).any(axis=1)]
    if len(rows) < 2:
        return Indices(*np.full((4, inputs), np.nan))
    if np.ptp(rows) == 0.0:
        return Indices(*np.zeros((4, inputs)))
    found = sobol.analyze(
        _problem(inputs), rows.ravel(),
        calc_second_order=False, num_resamples=RESAMPLES, conf_level=LEVEL, seed=RESAMPLES_SEED,
    )  # fmt: skip
    return Indices(*(np.asarray(found[key], float) for key in ("S1", "S1_conf", "ST", "ST_conf")))


def luck(spread: float) -> float:
    """mu_star of an input that does nothing, if what is called the output has a standard error `spread` of luck.

    The mean size of a normal number: of the difference of two such outputs, over a step.  That is the most it may be:
    where the nights of two worlds have their luck in common, it is less.
    """
    return float(np.sqrt(2.0) * spread / STEP * np.sqrt(2.0 / np.pi))


def _problem(inputs: int) -> dict[str, Any]:
    names = [f"x{i}" for i in range(inputs)]
    return {"num_vars": inputs, "names": names, "bounds": [[0.0, 1.0]] * inputs}
