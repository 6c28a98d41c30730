"""What a policy's source takes from outside the night: chance and clocks of the machine, or what no platform sees.

And what it takes from outside of its own files: other packages, and data.  Read from the syntax tree, so that it can
be told without running anything.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sim.requirements import required

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

PACKAGE = "what that package does is no part of the policy's hash"
DATA = "what it finds there is no part of the policy's hash"
MODEL = "another model in its folder would be played under the same hash"
IMPORTED_AS = {"scikit-learn": "sklearn", "pyyaml": "yaml"}  # where a package is not imported by its own name
READS = {
    "open", "read", "load", "loadtxt", "genfromtxt", "fromfile", "memmap", "glob", "rglob", "iglob", "iterdir",
    "listdir", "scandir", "walk", "exists", "is_file", "is_dir", "stat", "getenv", "environ", "argv", "stdin",
}  # fmt: skip
BUILT_IN = {"open", "input", "__import__"}
# Of the standard library: modules that are there to take in what is outside.
DOORS = {
    "ctypes", "dbm", "fileinput", "ftplib", "http", "importlib", "linecache", "mmap", "pkgutil", "runpy", "shelve",
    "socket", "sqlite3", "subprocess", "urllib",
}  # fmt: skip


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


def unhashed(texts: Mapping[Path, bytes], own: Iterable[str]) -> tuple[str, ...]:
    """For each thing that a policy takes in beside its own files, where; a sentence without its subject.

    `own` are the names that modules of its own are imported by.  Packages that every run names the version of are no
    such thing, nor is a model whose hash the source holds.  What is reached by `getattr` or `exec` is not seen.
    """
    told: dict[str, str] = {}
    for file, text in texts.items():
        for line, what, why in sorted(_brought(text, frozenset(own))):
            told.setdefault(what, f"{what} ({file}:{line}): {why}")
    return tuple(told.values())


def _brought(text: bytes, own: frozenset[str]) -> Iterator[tuple[int, str, str]]:
    for line, name, how in _taken(text):
        first = name.partition(".")[0]
        if how != "imports" or not first or first in own:
            continue
        if first not in _covered():
            yield line, f"imports {first}", PACKAGE
        elif _reads(name.rpartition(".")[2]):
            yield line, f"imports {name}", DATA
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return
    called = {a.asname: a.name for node in nodes if isinstance(node, ast.ImportFrom) for a in node.names if a.asname}
    for node in nodes:
        yield from _read_by(node, called)


def _read_by(node: ast.AST, called: Mapping[str, str]) -> Iterator[tuple[int, str, str]]:
    """What one node takes in; `called` are the full names of what is imported under another."""

    def name_of(named: ast.expr) -> str:
        last = _dotted(named)[-1]
        return called.get(last, last)

    match node:
        case ast.Name(id=name) if name in BUILT_IN:
            yield node.lineno, f"uses {name}", DATA
        case ast.Attribute(value=ast.Name(id="self" | "cls")):
            return  # its own
        case ast.Attribute(attr=name) if _reads(name):
            yield node.lineno, f"uses {name}", DATA
        case ast.Call(func=func) if name_of(func) == "load_model" and not _hash_given(node):
            yield node.lineno, "uses load_model without a hash", MODEL
        case ast.ClassDef(name=name, bases=bases) if "Scored" in map(name_of, bases):
            if not any(_holds_hash(part) for part in node.body):
                yield node.lineno, f"has a class {name} without sha256", MODEL


def _reads(name: str) -> bool:
    return name in READS or (name.startswith(("read_", "load_")) and name != "load_model")


def _hash_given(call: ast.Call) -> bool:
    given = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "sha256")]
    return bool(given) and not _is_none(given[0])


def _holds_hash(part: ast.stmt) -> bool:
    match part:
        case ast.Assign(targets=[ast.Name(id="sha256")], value=value):
            return not _is_none(value)
        case ast.AnnAssign(target=ast.Name(id="sha256"), value=ast.expr() as value):
            return not _is_none(value)
    return False


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


@cache
def _covered() -> frozenset[str]:
    """Modules that are those of every run, or of Python itself."""
    packages = {IMPORTED_AS.get(name.lower(), name) for name in required()}
    return frozenset({"sim", *packages, *sys.stdlib_module_names} - DOORS)
