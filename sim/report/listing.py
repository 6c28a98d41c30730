"""What there is: scenarios, policies, metrics, matches and runs, a line each; and the numbers of the model."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import MatchdayError
from sim.policy.find import available, installed, shipped, takes

if TYPE_CHECKING:
    from sim.assumptions import Assumption

Rows = list[tuple[str, str]]
WIDTH = 80


def scenarios(results: Path) -> Rows:
    """Scenario files, with what each is called."""
    from sim.world.scenario import Scenario
    from sim.world.yaml_source import load

    files = [f for f in _files() if f.parent.name != "matches"]
    return [(str(f), _told(lambda f=f: load(f, Scenario).name)) for f in files]  # type: ignore[misc]


def matches(results: Path) -> Rows:
    """Timelines of real matches, with their scores."""
    return [(str(f), _told(lambda f=f: _match(f))) for f in _files() if f.parent.name == "matches"]  # type: ignore[misc]


def policies(results: Path) -> Rows:
    """Names that `-p` takes, with the parameters that can stand behind them."""
    samples = [
        (s.name, "(bracket) " * ("oracle" in s.name) + s.about + (f" ({told})" if (told := takes(s)) else ""))
        for s in available()
    ]
    return [*samples, *installed()]


def metrics(results: Path) -> Rows:
    """What is measured, with its unit and which way is better."""
    from sim.measures.outcomes import METRICS

    better = {"more": "more is better", "less": "less is better", None: "neither way is better"}
    return [(m.name, f"[{m.unit}] {m.formula} ({better[m.better]})") for m in METRICS]


def runs(results: Path) -> Rows:
    """Results folders that are complete; raises MatchdayError where there is no folder to look into."""
    if not results.is_dir():
        raise MatchdayError(f"there are no runs yet: no folder {results}")
    return [(str(f.parent), _told(lambda f=f: _run(f))) for f in sorted(results.glob("*/[!.]*/manifest.json"))]  # type: ignore[misc]


KINDS: Mapping[str, Callable[[Path], Rows]] = {
    "scenarios": scenarios,
    "policies": policies,
    "metrics": metrics,
    "matches": matches,
    "runs": runs,
}


def assumption_lines(file: Path | None) -> Iterator[str]:
    """The numbers of the model as text, by section: those of a scenario `file`, or else the defaults.

    Raises InputError when the scenario is not valid.
    """
    from sim.assumptions import assumptions
    from sim.world.scenario import Scenario
    from sim.world.yaml_source import load

    listed = assumptions(load(file, Scenario) if file else None)
    for (section, place), group in groupby(listed, key=lambda a: (a.section, a.place)):
        rows = list(group)
        width = max(len(a.name) for a in rows)
        yield from textwrap.wrap(f"{section} ({place})", WIDTH)
        for a in rows:
            yield from _told_in_full(a, width)
        yield ""
    yield _summary(listed)


def _told_in_full(a: Assumption, width: int) -> Iterator[str]:
    mark, usual = ("*", f"; default {a.default:g}") if a.changed else (" ", "")
    first = f"{mark} {a.name:{width}}  {a.value:g} {a.unit} ({a.low:g} to {a.high:g}{usual})"
    yield from textwrap.wrap(first, WIDTH, subsequent_indent=" " * (width + 4), break_on_hyphens=False)
    for text in (a.meaning, f"{a.evidence}: {a.source}"):
        yield from textwrap.wrap(text, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)


def _summary(listed: list[Assumption]) -> str:
    of = Counter(a.evidence for a in listed)
    changed = sum(a.changed for a in listed)
    text = (
        f"{len(listed)} numbers: {of['data']} from data, {of['published']} published, {of['secondary']} secondary, "
        f"{of['assumed']} assumed (no source: vary them before a decision rests on them)."
        + (f" The scenario changes {changed}, marked *." if changed else "")
    )
    return textwrap.fill(text, WIDTH)


def _files() -> list[Path]:
    """YAML files of the working directory's scenarios, or else of those that come with the package."""
    here = Path("scenarios")
    return sorted((here if here.is_dir() else shipped("scenarios")).rglob("*.yaml"))


def _told(tell: Callable[[], str]) -> str:
    """One bad file is no reason to show nothing of the others."""
    try:
        return tell()
    except (MatchdayError, OSError, ValueError, KeyError) as error:
        return f"cannot be used: {str(error).partition(chr(10))[0]}"


def _match(file: Path) -> str:
    from sim.world.timeline import load_timeline

    match = load_timeline(file)
    pens = f" ({match.shootout[0]}–{match.shootout[1]} on penalties)" if any(match.shootout) else ""
    return f"{match.name}: {match.score[0]}–{match.score[1]}{pens}"


def _run(file: Path) -> str:
    manifest = json.loads(file.read_text(encoding="utf-8"))
    names, changes = ", ".join(manifest["policies"]), "".join(f", {a}" for a in manifest["scenario"]["set"])
    kind = "" if manifest.get("kind", "run") == "run" else f" ({manifest['kind']})"
    n, seed = manifest["replications"], manifest["seed"]
    return f"{manifest['scenario']['name']}{kind}: {names}; n = {n}, seed {seed}{changes}"
