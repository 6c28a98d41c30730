"""The door: `python run_sim.py --help`."""

import sys

try:
    from sim.cli import main
except ModuleNotFoundError as error:
    missing = str(error.name).partition(".")[0]
    if missing == "sim" or missing in sys.stdlib_module_names:
        raise
    print(
        f"Matchday's packages are not installed for this Python ({sys.executable}: no {missing}): "
        "run `make install` and use .venv/bin/python run_sim.py",
        file=sys.stderr,
    )
    sys.exit(2)

if __name__ == "__main__":
    main()
