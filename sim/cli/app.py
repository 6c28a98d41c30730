"""The program, and how it ends."""

from __future__ import annotations

import atexit
import gc
import sys

import typer

from sim.errors import MatchdayError
from sim.plain import make_plain
from sim.stop import Stopped, stoppable

atexit.register(gc.freeze)  # else a process looks through all it has compiled once more before it ends: half a second

app = typer.Typer(
    name="matchday",
    help="A testbed for live-sports commerce: push and promotion policies tried on viewers who do not exist.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Runs the command line; what the user can mend is said on stderr and exits with the error's code."""
    for stream in (sys.stdout, sys.stderr):
        make_plain(stream)
    with stoppable():
        try:
            app()
        except MatchdayError as error:
            print(error, file=sys.stderr)
            sys.exit(error.exit_code)
        except Stopped as stopped:
            print(f"stopped; {stopped.kept}", file=sys.stderr)
            sys.exit(stopped.exit_code)
