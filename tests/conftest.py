"""Fixtures of the command line, and how hypothesis searches.

Hypothesis tries the same examples at every run, so that a change is judged by itself; `search` tries new ones, and
`nightly` ten times as many of any night.  It tries numbers, too, that it finds in the modules loaded so far: all are
loaded here, so that it does not matter which tests a worker has run before.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pkgutil import walk_packages

import pytest
from hypothesis import settings

import policies
import sim
from sim.cli import main
from tests.command_line import SCENARIO, draw_nothing

for package in (sim, policies):
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)

settings.register_profile("steady", derandomize=True)
settings.register_profile("search", derandomize=False, print_blob=True)
settings.register_profile("nightly", derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


COMPILES = ("tests/engine/test_engines.py",)  # all that a night and its days need
COMPILES_LITTLE = (
    "tests/world/", "tests/validation/test_generator.py", "tests/validation/test_beliefs.py",
    "tests/report/test_reference.py", "tests/experiment/test_workers.py",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    """Where nothing is compiled yet, one worker compiles while another does what needs none of it."""
    items.sort(key=lambda item: (not item.nodeid.startswith(COMPILES), not item.nodeid.startswith(COMPILES_LITTLE)))


@pytest.fixture
def undrawn(monkeypatch):
    """Results with a blank figure each: drawing takes longer than a small night, and has tests of its own."""
    draw_nothing(monkeypatch)


@pytest.fixture
def here(tmp_path, monkeypatch, undrawn):
    """An empty working directory with one scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "night.yaml").write_text(SCENARIO)
    return tmp_path


@pytest.fixture
def matchday(monkeypatch, capsys):
    """Runs a command line; gives its exit code, standard output and standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["matchday", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        return (stopped.value.code or 0, *capsys.readouterr())

    return call
