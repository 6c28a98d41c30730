"""Where policies come from: a sample's name, `path/to/file.py:Class`, a rule file, or an installed entry point.

Each may be followed by parameters: `peak_flash(discount=0.3)`.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from sim.policy.outside import outside, unhashed
from sim.policy.parameters import Value, listed, parameters_in, parameters_of, taken
from sim.policy.push import Policy
from sim.policy.source import Source, classes_in, names_in, place, read_source, sha256_of
from sim.policy.spec import RULES, Spec, parted
from sim.world.redlines import RedLines
from sim.world.yaml_source import scalar

GROUP = "matchday.policies"


@dataclass(frozen=True)
class FoundPolicy:
    """A policy that can be played: every night gets a new one from `make`, which raises MatchdayError if that fails."""

    name: str  # with the parameters that are given
    spec: str  # as the user wrote it
    source_sha256: str
    file: Path
    class_name: str  # "" of a rule file
    make: Callable[[], Policy]
    parameters: Mapping[str, Value]  # those that are given
    bracket: bool = False  # sees what is latent
    rules: tuple[str, ...] = ()  # names of its rules, if it is a rule file
    doubts: tuple[str, ...] = ()  # why the same seed may give other results, each a sentence without its subject
    unhashed: tuple[str, ...] = ()  # what it takes in that `identity` does not cover, in the same manner

    @property
    def origin(self) -> str:
        """Its file, class and parameters, whatever they were called."""
        return f"{self.file.resolve()}:{self.class_name}({self._given})"

    @property
    def identity(self) -> str:
        """Hash of what decides what it does, wherever its file lies: source, class and parameters."""
        return hashlib.sha256(f"{self.source_sha256}:{self.class_name}({self._given})".encode()).hexdigest()

    @property
    def _given(self) -> str:
        return listed(dict(sorted(self.parameters.items())))  # their order makes no difference


class Sample(NamedTuple):
    """A policy that lies ready under a name."""

    name: str
    about: str  # first line of its documentation
    file: Path


def find(spec: str) -> FoundPolicy:
    """The policy that `spec` names.

    Raises MatchdayError when there is none, its file fails to import, it is no policy, or it does not take a parameter.
    """
    asked = parted(spec)
    if file := _file_of(asked):
        return _from_rules(spec, asked, file) if file.suffix in RULES else _from_file(spec, asked, file)
    if point := next((p for p in entry_points(group=GROUP) if p.name == asked.path), None):
        return _from_entry_point(spec, asked, point)
    raise MatchdayError(_unknown(asked.path))


def lacking(spec: str) -> str | None:
    """Why `spec` names no policy, None where it does, as far as that can be told without running anything."""
    try:
        asked = parted(spec)
    except MatchdayError as error:
        return str(error)
    file = _file_of(asked)
    if file is None:
        return None if asked.path in names() else _unknown(asked.path)
    if file.suffix in RULES:
        return _wrong_rules(file, asked.assignments)
    return _wrong_class(file, asked) or _wrong_parameter(file, asked)


def doubts(spec: str) -> tuple[str, ...]:
    """Why the same seed may give other results with the policy that `spec` names, each a sentence without its subject.

    As far as that can be told without running anything; nothing for entry points and for what `lacking` tells of.
    """
    try:
        file = _file_of(parted(spec))
        return outside(read_source(file).files) if file and file.suffix == ".py" else ()
    except (OSError, MatchdayError):
        return ()


def _file_of(asked: Spec) -> Path | None:
    """The file that is named by its path or as a sample, None where neither is."""
    if asked.is_python or asked.is_rules:
        return Path(asked.path)
    return _samples().get(asked.path)


def _wrong_class(file: Path, asked: Spec) -> str | None:
    try:
        known, classes = names_in(file), classes_in(file)
    except OSError as error:
        return f"cannot read {file}, seen from the working directory: {error.strerror}"
    except (SyntaxError, ValueError) as error:
        return f"{file}: {error}"
    if not asked.class_name or known is None or asked.class_name in known:
        return None
    return f"{file}: no class '{asked.class_name}'{did_you_mean(asked.class_name, classes)}"


def _wrong_parameter(file: Path, asked: Spec) -> str | None:
    told = parameters_in(file.read_bytes(), asked.class_name) if asked.given else None
    try:
        if told:
            taken(asked.given, told[1], f"{file}: {told[0]}")
    except MatchdayError as error:
        return str(error)
    return None


def _unknown(name: str) -> str:
    meant = [f"{name}{suffix}" for suffix in (".py", *RULES) if Path(f"{name}{suffix}").is_file()]
    if meant:
        return f"no policy '{name}' — did you mean the file {meant[0]}?"
    if ".yaml:" in name or ".yml:" in name:
        return f"no policy '{name}': a rule file holds one policy, and takes no ':name' behind it"
    return f"no policy '{name}'{did_you_mean(name, names())}; your own: path/to/file.py:Class or path/to/rules.yaml"


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
    ready = {policy.name for policy in policies if _is_ready(policy)}  # samples keep their names
    used, named = set(ready), []
    for policy in policies:
        name = policy.name if _is_ready(policy) else _free(policy.name, used)
        used.add(name)
        named.append(replace(policy, name=name))
    return tuple(named)


def _is_ready(policy: FoundPolicy) -> bool:
    asked = parted(policy.spec)
    return not (asked.is_python or asked.is_rules)


Named = tuple[tuple[str, str], ...]  # policies as they travel: what finds each, and its source's hash


def named(policies: Iterable[FoundPolicy]) -> Named:
    """What `find_named` finds policies by: their classes do not travel."""
    return tuple((policy.spec, policy.source_sha256) for policy in policies)


def find_named(told: Named) -> tuple[FoundPolicy, ...]:
    """The policies again; raises MatchdayError where one is no longer, or over here, what it was."""
    found = find_all(spec for spec, _ in told)
    for policy, (spec, sha256) in zip(found, told, strict=True):
        if policy.source_sha256 != sha256:
            raise MatchdayError(f"policy {spec} has changed while its nights were played")
    return found


def _repeated(first: str, second: str) -> str:
    if first == second:
        return f"policy '{first}' is named twice: name it once"
    return f"'{first}' and '{second}' are the same policy: name one of them"


def _free(name: str, used: Iterable[str]) -> str:
    """Names are file names too, and some disks take `blast` and `Blast` for one."""
    folded = {other.casefold() for other in used}
    numbered = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(free for free in numbered if free.casefold() not in folded)


def names() -> list[str]:
    """All names that `find` knows."""
    return [*sorted(_samples()), *(p.name for p in entry_points(group=GROUP))]


def available() -> list[Sample]:
    """Sample policies by name: those of the working directory, then those that come with the package."""
    files = _samples()
    return [Sample(name, _first_line(files[name]), files[name]) for name in sorted(files)]


def _samples() -> dict[str, Path]:
    files: dict[str, Path] = {}
    for folder in (Path("policies"), shipped("policies")):
        for file in sorted(f for f in folder.glob("[a-z]*") if f.suffix in (".py", *RULES)):
            files.setdefault(file.stem, file)
    return files


def installed() -> list[tuple[str, str]]:
    """Policies of installed packages: names, and what they say of themselves or why they cannot be had."""
    ready = {sample.name for sample in available()}
    return [(p.name, "hidden by the sample of that name" if p.name in ready else _about(p))
            for p in entry_points(group=GROUP)]  # fmt: skip


def takes(sample: Sample) -> str:
    """`discount=0.15, lasts=360`: what a sample in Python can be given; "" where its source does not tell."""
    try:
        told = parameters_in(sample.file.read_bytes(), "") if sample.file.suffix == ".py" else None
    except (OSError, SyntaxError, ValueError):  # which its first line tells
        return ""
    return listed(told[1]) if told else ""


def _about(point: EntryPoint) -> str:
    try:
        chosen = point.load()
        about = (inspect.getdoc(chosen) or "").partition("\n")[0]
    except (Exception, SystemExit) as error:  # whatever is installed: one that is broken must not hide the others
        return f"cannot be imported: {_said(error)}"
    where = f"{about} (installed: {point.value})" if about else f"installed: {point.value}"
    parameters = listed(parameters_of(chosen)) if inspect.isclass(chosen) else ""
    return f"{where} ({parameters})" if parameters else where


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


def _from_file(spec: str, asked: Spec, file: Path) -> FoundPolicy:
    try:
        source = read_source(file)
    except OSError as error:
        raise MatchdayError(f"policy '{spec}': cannot read {error.filename}: {error.strerror}") from error

    def chosen() -> type[Any]:
        module = _imported(source)  # anew, so that no night finds what another has left in its globals
        return _named(module, asked.class_name, file) if asked.class_name else _only(module, file)

    first = chosen()
    given = taken(asked.given, parameters_of(first), f"{file}: {first.__name__}")
    made = _made(first, file, given)  # so that what cannot be made is known before anything is played
    return FoundPolicy(
        _called(asked, given), spec, source.sha256, file, type(made).__qualname__,
        lambda: _made(chosen(), file, given), given,
        bracket=sees_latent(made), doubts=outside(source.files), unhashed=unhashed(source.files, set(source.texts)),
    )  # fmt: skip


def _from_rules(spec: str, asked: Spec, file: Path) -> FoundPolicy:
    from sim.policy.rules.read import read_rules  # rule files need more than policies in Python do
    from sim.policy.rules.ruled import Ruled

    document, rules = read_rules(file, asked.assignments)
    sha = hashlib.sha256(document.text.encode()).hexdigest()
    given: dict[str, Value] = {name: scalar(text, file, ()) for name, text in asked.given}
    name = _called(asked, given)
    return FoundPolicy(name, spec, sha, file, "", lambda: Ruled(rules), given, rules=tuple(rules.rules))


def _wrong_rules(file: Path, assignments: Iterable[str]) -> str | None:
    from sim.policy.rules.read import read_rules

    try:
        read_rules(file, tuple(assignments))
    except InputError as error:
        more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        return f"{error.problems[0]}{more}"
    return None


def _from_entry_point(spec: str, asked: Spec, point: EntryPoint) -> FoundPolicy:
    try:
        chosen = point.load()
        file = Path(inspect.getsourcefile(chosen) or point.value)
        folder, files = _sources(file, chosen.__module__)
        texts = {path: path.read_bytes() for path in files}
    except (Exception, SystemExit) as error:
        raise MatchdayError(f"policy '{point.name}' ({point.value}): {_said(error)}") from error
    _check_class(chosen, point.value, file)
    given = taken(asked.given, parameters_of(chosen), f"policy '{point.name}' ({point.value})")
    sha = sha256_of({path.relative_to(folder).as_posix(): text for path, text in texts.items()})
    package = {chosen.__module__.partition(".")[0]}
    return FoundPolicy(
        _called(asked, given), spec, sha, file, chosen.__qualname__, lambda: _made(chosen, file, given), given,
        bracket=sees_latent(_made(chosen, file, given)),
        doubts=outside({file: file.read_bytes()}), unhashed=unhashed(texts, package),
    )  # fmt: skip


def _called(asked: Spec, given: Mapping[str, Value]) -> str:
    return f"{asked.stem}({listed(given)})" if given else asked.stem


def _sources(file: Path, module: str) -> tuple[Path, list[Path]]:
    """The file of a module, or all sources of its outermost package: any of them may be what a policy does.

    With the folder that holds them, for they are the same wherever that lies.
    """
    up = module.count(".") - (file.stem != "__init__")
    return (file.parents[up], sorted(file.parents[up].rglob("*.py"))) if up >= 0 else (file.parent, [file])


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


def _made(chosen: type[Any], file: Path, given: Mapping[str, Value]) -> Policy:
    try:
        policy: Policy = chosen(**given)
    except (Exception, SystemExit) as error:
        where, how = place(error, chosen.__module__) or file, f"{chosen.__name__}({listed(given)})"
        raise MatchdayError(f"{where}: {how} cannot be made: {_said(error)}") from error
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
