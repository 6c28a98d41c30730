"""Where policies come from: a sample's name, `path/to/file.py:Class`, a rule file, or an installed entry point."""

from __future__ import annotations

import ast
import hashlib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from pydantic import ValidationError

import sim
from sim.errors import InputError, MatchdayError, did_you_mean
from sim.policy.latent import sees_latent
from sim.policy.outside import outside
from sim.policy.push import Policy
from sim.policy.source import Source, classes_in, names_in, place, read_source, sha256_of
from sim.world.redlines import RedLines

GROUP = "matchday.policies"
RULES = (".yaml", ".yml")  # of rule files


@dataclass(frozen=True)
class FoundPolicy:
    """A policy that can be played: every night gets a new one from `make`, which raises MatchdayError if that fails."""

    name: str
    spec: str  # as the user wrote it
    source_sha256: str
    origin: str  # its file and class, whatever they were called
    make: Callable[[], Policy]
    bracket: bool = False  # sees what is latent
    rules: tuple[str, ...] = ()  # names of its rules, if it is a rule file
    unhashed: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()  # why the same seed may give other results, each a sentence without its subject

    @property
    def identity(self) -> str:
        return self.source_sha256 + self.origin.rpartition(":")[2]


class Sample(NamedTuple):
    """A policy that lies ready under a name."""

    name: str
    about: str  # first line of its documentation
    file: Path


def find(spec: str) -> FoundPolicy:
    """The policy that `spec` names.

    Raises MatchdayError when there is none, its file fails to import, or it is no policy.
    """
    path, class_name = _parted(spec)
    if path.endswith(".py"):
        return _from_file(class_name or Path(path).stem, spec, Path(path), class_name)
    if path.endswith(RULES):
        return _from_rules(Path(path).stem, spec, Path(path))
    if sample := next((s for s in available() if s.name == spec), None):
        is_rules = sample.file.suffix in RULES
        return _from_rules(spec, spec, sample.file) if is_rules else _from_file(spec, spec, sample.file, "")
    if point := next((p for p in entry_points(group=GROUP) if p.name == spec), None):
        return _from_entry_point(point)
    raise MatchdayError(_unknown(spec))


def lacking(spec: str) -> str | None:
    """Why `spec` names no policy, None where it does, as far as that can be told without running anything."""
    path, class_name = _parted(spec)
    if path.endswith(RULES):
        return _wrong_rules(Path(path))
    if not path.endswith(".py"):
        return None if spec in names() else _unknown(spec)
    try:
        known, classes = names_in(Path(path)), classes_in(Path(path))
    except OSError as error:
        return f"cannot read {path}, seen from the working directory: {error.strerror}"
    except (SyntaxError, ValueError) as error:
        return f"{path}: {error}"
    if not class_name or known is None or class_name in known:
        return None
    return f"{path}: no class '{class_name}'{did_you_mean(class_name, classes)}"


def doubts(spec: str) -> tuple[str, ...]:
    """Why the same seed may give other results with the policy that `spec` names, each a sentence without its subject.

    As far as that can be told without running anything; nothing for entry points and for what `lacking` tells of.
    """
    path, _ = _parted(spec)
    file = Path(path) if path.endswith(".py") else next((s.file for s in available() if s.name == spec), None)
    try:
        return outside(read_source(file).files) if file and file.suffix == ".py" else ()
    except OSError:
        return ()


def _parted(spec: str) -> tuple[str, str]:
    """The path or name, and the class or ""."""
    path, _, class_name = spec.rpartition(":") if ".py:" in spec else (spec, "", "")
    return path, class_name


def _unknown(spec: str) -> str:
    meant = [f"{spec}{suffix}" for suffix in (".py", *RULES) if Path(f"{spec}{suffix}").is_file()]
    if meant:
        return f"no policy '{spec}' — did you mean the file {meant[0]}?"
    if ".yaml:" in spec or ".yml:" in spec:
        return f"no policy '{spec}': a rule file holds one policy, and takes no ':name' behind it"
    return f"no policy '{spec}'{did_you_mean(spec, names())}; your own: path/to/file.py:Class or path/to/rules.yaml"


def find_all(specs: Iterable[str]) -> tuple[FoundPolicy, ...]:
    """The policies in order; different ones of the same name get `-2`, `-3`, … behind it.

    Raises MatchdayError where one is named twice, whatever it is called, and as `find`.
    """
    told: dict[str, str] = {}
    policies = []
    for spec in specs:
        policy = find(spec)
        if policy.origin in told:
            raise MatchdayError(_repeated(told[policy.origin], spec))
        told[policy.origin] = spec
        policies.append(policy)
    taken = {policy.name for policy in policies if policy.name == policy.spec}  # samples keep their names
    named = []
    for policy in policies:
        name = policy.name if policy.name == policy.spec else _free(policy.name, taken)
        taken.add(name)
        named.append(replace(policy, name=name))
    return tuple(named)


def _repeated(first: str, second: str) -> str:
    if first == second:
        return f"policy '{first}' is named twice: name it once"
    return f"'{first}' and '{second}' are the same policy: name one of them"


def _free(name: str, taken: Iterable[str]) -> str:
    """Names are file names too, and some disks take `blast` and `Blast` for one."""
    used = {other.casefold() for other in taken}
    numbered = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(free for free in numbered if free.casefold() not in used)


def names() -> list[str]:
    """All names that `find` knows."""
    return [*(s.name for s in available()), *(p.name for p in entry_points(group=GROUP))]


def available() -> list[Sample]:
    """Sample policies by name: those of the working directory, then those that come with the package."""
    files: dict[str, Path] = {}
    for folder in (Path("policies"), shipped("policies")):
        for file in sorted(f for f in folder.glob("[a-z]*") if f.suffix in (".py", *RULES)):
            files.setdefault(file.stem, file)
    return [Sample(name, _first_line(files[name]), files[name]) for name in sorted(files)]


def installed() -> list[tuple[str, str]]:
    """Policies of installed packages: names, and what they say of themselves or why they cannot be had."""
    ready = {sample.name for sample in available()}
    return [(p.name, "hidden by the sample of that name" if p.name in ready else _about(p))
            for p in entry_points(group=GROUP)]  # fmt: skip


def _about(point: EntryPoint) -> str:
    try:
        about = (inspect.getdoc(point.load()) or "").partition("\n")[0]
    except (Exception, SystemExit) as error:  # whatever is installed: one that is broken must not hide the others
        return f"cannot be imported: {_said(error)}"
    return f"{about} (installed: {point.value})" if about else f"installed: {point.value}"


def shipped(what: str) -> Path:
    """The folder `policies` or `scenarios` that came with the package: inside a wheel, beside it in a checkout."""
    package = Path(sim.__file__).parent
    inside = package / "shipped" / what
    return inside if inside.is_dir() else package.parent / what


def _first_line(file: Path) -> str:
    if file.suffix in RULES:
        from sim.policy.rules.read import read_rules

        try:
            return re.split(r"(?<=[.:])\s", read_rules(file)[1].about.strip())[0]
        except InputError as error:
            return f"cannot be read: {error.problems[0].message}"
    try:
        text = ast.get_docstring(ast.parse(file.read_bytes())) or ""
    except (OSError, SyntaxError, ValueError) as error:
        return f"cannot be read: {error}"
    return text.partition("\n")[0]


def _from_file(name: str, spec: str, file: Path, class_name: str) -> FoundPolicy:
    try:
        source = read_source(file)
    except OSError as error:
        raise MatchdayError(f"policy '{spec}': cannot read {error.filename}: {error.strerror}") from error

    def make() -> Policy:
        module = _imported(source)  # anew, so that no night finds what another has left in its globals
        return _made(_named(module, class_name, file) if class_name else _only(module, file), file)

    made = make()  # so that what cannot be made is known before anything is played
    origin = f"{file.resolve()}:{type(made).__qualname__}"
    doubts = outside(source.files)
    return FoundPolicy(name, spec, source.sha256, origin, make, bracket=sees_latent(made), doubts=doubts)


def _from_rules(name: str, spec: str, file: Path) -> FoundPolicy:
    from sim.policy.rules.read import read_rules  # rule files need more than policies in Python do
    from sim.policy.rules.ruled import Ruled

    document, rules = read_rules(file)
    sha = hashlib.sha256(document.text.encode()).hexdigest()
    return FoundPolicy(name, spec, sha, str(file.resolve()), lambda: Ruled(rules), rules=tuple(rules.rules))


def _wrong_rules(file: Path) -> str | None:
    from sim.policy.rules.read import read_rules

    try:
        read_rules(file)
    except InputError as error:
        more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        return f"{error.problems[0]}{more}"
    return None


def _from_entry_point(point: EntryPoint) -> FoundPolicy:
    try:
        chosen = point.load()
        file = Path(inspect.getsourcefile(chosen) or point.value)
        texts = {str(path): path.read_bytes() for path in _sources(file, chosen.__module__)}
    except (Exception, SystemExit) as error:
        raise MatchdayError(f"policy '{point.name}' ({point.value}): {_said(error)}") from error
    _check_class(chosen, point.value, file)
    bracket = sees_latent(_made(chosen, file))
    origin = f"{file.resolve()}:{chosen.__qualname__}"
    sha, doubts = sha256_of(texts), outside({file: file.read_bytes()})
    return FoundPolicy(point.name, point.name, sha, origin, lambda: _made(chosen, file), bracket, doubts=doubts)


def _sources(file: Path, module: str) -> list[Path]:
    """The file of a module, or all sources of its outermost package: any of them may be what a policy does."""
    up = module.count(".") - (file.stem != "__init__")
    return sorted(file.parents[up].rglob("*.py")) if up >= 0 else [file]


def _imported(source: Source) -> ModuleType:
    try:
        return source.run()
    except (Exception, SystemExit) as error:
        if isinstance(error, SyntaxError) and error.lineno:
            raise MatchdayError(f"{error.filename}:{error.lineno}:{error.offset}: {error.msg}") from error
        where = place(error, source.module) or source.file
        raise MatchdayError(f"{where}: cannot be imported: {_said(error)}") from error


def _only(module: ModuleType, file: Path) -> type[Any]:
    own = list(_own_policies(module))
    if len(own) == 1:
        return own[0]
    if not own:
        raise MatchdayError(f"{file}: no class with a method decide(view)")
    listed = ", ".join(f"{file}:{c.__name__}" for c in own)
    raise MatchdayError(f"{file}: several classes with decide(): say which, one of {listed}")


def _own_policies(module: ModuleType) -> Iterator[type[Any]]:
    for thing in vars(module).values():
        own = inspect.isclass(thing) and thing.__module__ == module.__name__
        if own and callable(getattr(thing, "decide", None)) and not inspect.isabstract(thing):
            yield thing


def _named(module: ModuleType, name: str, file: Path) -> type[Any]:
    classes = [n for n, thing in vars(module).items() if inspect.isclass(thing) and thing.__module__ == module.__name__]
    if not hasattr(module, name):
        raise MatchdayError(f"{file}: no class '{name}'{did_you_mean(name, classes)}")
    return _check_class(getattr(module, name), name, file)


def _check_class(thing: Any, name: str, file: Path) -> type[Any]:
    if not inspect.isclass(thing):
        raise MatchdayError(f"{file}: '{name}' is no class but {type(thing).__name__}")
    decide = getattr(thing, "decide", None)
    if not callable(decide):
        raise MatchdayError(f"{file}: class '{name}' has no method decide(view)")
    if inspect.iscoroutinefunction(decide):
        raise MatchdayError(f"{file}: {name}.decide is async; a plain method is wanted")
    return thing


def _made(chosen: type[Any], file: Path) -> Policy:
    try:
        policy: Policy = chosen()
    except (Exception, SystemExit) as error:
        where = place(error, chosen.__module__) or file
        raise MatchdayError(f"{where}: {chosen.__name__}() cannot be made: {_said(error)}") from error
    if sees_latent(policy) and "oracle" not in chosen.__name__.lower():
        words = "sees what is latent: a policy that does so says it in its name, which must have 'oracle' in it"
        raise MatchdayError(f"{file}: {chosen.__name__} {words}")
    _check_lines(policy, chosen, file)
    return policy


def _check_lines(policy: Policy, chosen: type[Any], file: Path) -> None:
    lines = getattr(policy, "red_lines", None)
    if lines is not None and not isinstance(lines, RedLines):
        raise MatchdayError(f"{file}: {chosen.__name__}.red_lines must be RedLines(...), not {type(lines).__name__}")


def _said(error: BaseException) -> str:
    if isinstance(error, MatchdayError):
        return str(error)
    if isinstance(error, ValidationError):  # red lines of a policy's own
        faults = error.errors(include_url=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
    return f"{type(error).__name__}: {error}"
