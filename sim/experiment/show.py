"""Who writes what people look at into a results folder: told from outside, so that experiments know of no page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from sim.experiment.runs import Done, Plan

Told = Mapping[str, Any]  # a result as its JSON says it


class Show(Protocol):
    """Each is given the folder of what has been measured, and may write more into it; raises OSError."""

    def run(self, folder: Path, plan: Plan, nights: Sequence[Done], comparison: Told) -> None:
        """Nights of one policy or several."""

    def gate(self, folder: Path, result: Told, currency: str) -> None:
        """Checks of a gate; its nights are shown as a run, too."""

    def sweep(self, folder: Path, result: Told, currency: str) -> None:
        """Points of a sweep."""

    def tuning(self, folder: Path, result: Told, currency: str) -> None:
        """Settings that were tried, and those that were checked."""


class _Nothing:
    def run(self, folder: Path, plan: Plan, nights: Sequence[Done], comparison: Told) -> None:
        pass

    def gate(self, folder: Path, result: Told, currency: str) -> None:
        pass

    def sweep(self, folder: Path, result: Told, currency: str) -> None:
        pass

    def tuning(self, folder: Path, result: Told, currency: str) -> None:
        pass


NOTHING = _Nothing()  # what was measured is enough
