"""Matchday: a testbed for live-sports commerce.  `sim.load`, `sim.compare` and the other verbs of the command line.

They come from `sim.notebook`, which is imported when one of them is first used: the command line must start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.notebook import abtest, compare, gate, load, run, sensitivity, sweep, tune

__all__ = ["abtest", "compare", "gate", "load", "run", "sensitivity", "sweep", "tune"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("sim.notebook"), name)
    raise AttributeError(f"module 'sim' has no attribute '{name}'")
