"""What a policy's source takes from outside the night: chance and clocks of the machine, or what no platform sees.

Read from the syntax tree, so that it can be told without running anything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

OTHER = "the same seed can give other results"
CHANCE, CLOCK = f"{OTHER}; draw from view.random instead", f"{OTHER}; read view.time instead"
BEYOND = "it can reach what no platform sees, and its results then prove nothing"
OUTSIDE = {
    "random": CHANCE,
    "secrets": CHANCE,
    "uuid": CHANCE,
    "os.urandom": CHANCE,
    "numpy.random": CHANCE,
    "time": CLOCK,
    "datetime": CLOCK,
    "os.environ": f"{OTHER}; keep what it needs in its source",
    "hash": f"{OTHER}; take zlib.crc32 instead",
    **dict.fromkeys(("gc", "inspect", "ctypes", "importlib", "sys._getframe", "sim.engine", "sim.world.night"), BEYOND),
}
HARMLESS = ("numpy.random", "numpy.random.Generator")  # a module that may go unused, and the type of `view.random`


class _Taken(NamedTuple):
    line: int
    name: str  # in full, as numpy.random.default_rng
    how: str


def outside(texts: Mapping[Path, bytes]) -> tuple[str, ...]:
    """For each thing that a policy takes from outside, what speaks against it; a sentence without its subject.

    `texts` are all files of the policy: what bears the name of one of them is that file.  A file that cannot be parsed
    is passed over; running it says so.
    """
    own = {file.stem for file in texts}
    told: dict[str, str] = {}
    for file, text in texts.items():
        for line, name, how in sorted(_taken(text)):
            found = next((x for x in OUTSIDE if f"{name}.".startswith(f"{x}.")), None)
            if found and name not in HARMLESS and name.partition(".")[0] not in own:
                where = f"{how} {found} ({file}:{line})"
                told.setdefault(found, f"{where}: {OUTSIDE[found]}")
    return tuple(told.values())


def _taken(text: bytes) -> Iterator[_Taken]:
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return
    meant: dict[str, str] = {}  # full name by the name that an import binds
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = f"{'.' * node.level}{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                yield _Taken(node.lineno, module + alias.name, "imports")
                first = alias.name.partition(".")[0]  # all that `import a.b` binds
                meant |= {alias.asname: module + alias.name} if alias.asname else {first: module + first}
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hash":
            yield _Taken(node.lineno, "hash", "uses")
        if isinstance(node, ast.Attribute):
            first, *rest = _dotted(node)
            if first in meant:
                yield _Taken(node.lineno, ".".join((meant[first], *rest)), "uses")


def _dotted(node: ast.expr) -> list[str]:
    """`np.random.rand` as its names; one that is no name where anything else is inside."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id if isinstance(node, ast.Name) else "", *reversed(names)]
