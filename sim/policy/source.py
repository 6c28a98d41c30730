"""A policy's own source: its file and the files beside it that it imports, read once, hashed and run as one.

Every night runs them anew.  Each policy gets modules of its own under names of its own, so that two policies whose
helpers are called the same never meet, and nothing of the user's is found by the rest of the program.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import sys
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from symtable import symtable
from traceback import walk_tb
from types import CodeType, ModuleType
from typing import Any


@dataclass(frozen=True)
class Source:
    """The bytes of a policy's file, first, and of the files beside it that it needs, by the names they go by."""

    file: Path
    texts: Mapping[str, bytes]

    @property
    def files(self) -> dict[Path, bytes]:
        """The bytes by file."""
        return {self.path(name): text for name, text in self.texts.items()}

    def path(self, name: str) -> Path:
        """The file that goes by a name."""
        return self.file.with_name(f"{name}.py")

    @property
    def sha256(self) -> str:
        """Hash of the file; of all files and their names where there are several."""
        return sha256_of(self.texts)

    @property
    def module(self) -> str:
        """Name of the module that the file becomes."""
        return f"matchday_policy_{self.file.stem}_{self.sha256[:12]}"

    def run(self) -> ModuleType:
        """The policy's file as a module, run anew; raises whatever running it raises.

        No byte code is left beside it.
        """
        return _Modules(self).load(self.file.stem)


def sha256_of(texts: Mapping[str, bytes]) -> str:
    """Hash of one text; of several, of them all and their names."""
    hashes = {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()}
    whole = "\n".join(f"{name} {hashes[name]}" for name in sorted(hashes))
    return next(iter(hashes.values())) if len(hashes) == 1 else hashlib.sha256(whole.encode()).hexdigest()


def read_source(file: Path) -> Source:
    """Reads a policy's file, and each `name.py` beside it that one of them imports by a plain `name`.

    Imports within functions count too.  Raises OSError.
    """
    texts: dict[str, bytes] = {}
    wanted = [file.stem]
    while wanted:
        name = wanted.pop()
        if name not in texts:
            texts[name] = text = file.with_name(f"{name}.py").read_bytes()
            wanted += [found for found in _imports(text) if file.with_name(f"{found}.py").is_file()]
    return Source(file, texts)


def _imports(text: bytes) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):  # running it will say so
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if "." not in alias.name)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module and "." not in node.module:
            yield node.module


def names_in(file: Path) -> list[str] | None:
    """What a file binds at its top level, None where only running it would tell; raises OSError and SyntaxError."""
    with tokenize.open(file) as stream:
        text = stream.read()
    if "import *" in text:
        return None
    symbols = symtable(text, str(file), "exec").get_symbols()
    return [symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()]


def classes_in(file: Path) -> list[str]:
    """Names of the classes that a file defines at its top level; raises OSError and SyntaxError."""
    return [node.name for node in ast.parse(file.read_bytes()).body if isinstance(node, ast.ClassDef)]


class _Modules:
    """The modules of one policy.  Their `import` looks among the policy's own files first."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.loaded: dict[str, ModuleType] = {}
        self.builtins = {**vars(builtins), "__import__": self.import_}

    def import_(self, name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        if level == 0 and name in self.source.texts:
            return self.load(name)
        return __import__(name, globals, locals, fromlist, level)

    def load(self, name: str) -> ModuleType:
        if name in self.loaded:
            return self.loaded[name]
        file = self.source.path(name)
        own = self.source.module
        module = ModuleType(own if file == self.source.file else f"{own}.{name}")
        vars(module).update(__file__=str(file), __builtins__=self.builtins)
        self.loaded[name] = sys.modules[module.__name__] = module  # dataclasses look their module up
        try:
            exec(_code(self.source.texts[name], str(file)), vars(module))
        except BaseException:
            del self.loaded[name]
            raise
        return module


@cache  # every night runs it
def _code(text: bytes, file: str) -> CodeType:
    return compile(text, file, "exec", dont_inherit=True)


def place(error: BaseException, module: str) -> str:
    """`mine.py:12`: the innermost line of a policy's own source that an error passed through; "" if there is none.

    `module` is where the policy's class was made; modules of one package are one source.
    """
    own = module.partition(".")[0]
    lines = [
        f"{frame.f_code.co_filename}:{line}"
        for frame, line in walk_tb(error.__traceback__)
        if str(frame.f_globals.get("__name__")).partition(".")[0] == own
    ]
    return lines[-1] if lines else ""
