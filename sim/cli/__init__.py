"""The command line.  Commands import what they need when they run: `--help` must not wait for numba or pandas."""

from sim.cli import files, play, explore, judge, learn  # noqa: F401, I001  in the order of `--help`
from sim.cli.app import main

__all__ = ["main"]
