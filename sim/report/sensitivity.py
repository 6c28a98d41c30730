"""What a sensitivity analysis found, in words and tables: for a terminal, for Markdown, for programs."""

from __future__ import annotations

import csv
import io
import json
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sim.experiment.plausible import Uncertain
from sim.experiment.sensitivity import Sensitivity
from sim.experiment.winners import NOBODY, Condition, Leaf, Share
from sim.measures.outcomes import MONEY, NAMES
from sim.report.table import SHOWN

WIDTH = 80
VAGUE = 0.3  # half interval of an index from which it says little


# --- numbers ----------------------------------------------------------------------------------------------------------


def _number(x: float) -> str:
    """Three figures; thousands in full."""
    if math.isnan(x):
        return "n/a"
    return f"{x:,.0f}" if abs(x) >= 100.0 else f"{x:.3g}"


def _share(share: Share) -> str:
    low, high = share.interval
    return f"{share.share:.0%} ({low:.0%} to {high:.0%})"


def _money(found: Sensitivity, unit: str) -> str:
    return found.space.scenario.shop.currency if unit == MONEY else unit


def _within(half: float) -> str:
    return "" if math.isnan(half) else f" ±{_number(half)}"


def direction(mu: float, mu_star: float) -> str:
    """Which way an effect goes: "up" or "down" with the assumption, or "both", as other assumptions are."""
    if not mu_star or math.isnan(mu_star):
        return ""
    return "both" if abs(mu) < 0.5 * mu_star else "up" if mu > 0.0 else "down"


# --- rows -------------------------------------------------------------------------------------------------------------


def rows(found: Sensitivity) -> list[dict[str, Any]]:
    """What is known of the effect of each assumption on the lead, the strongest first.

    `mu`, `mu_star`, its half interval and `sigma` are in the metric's unit over the whole range; `first` and `total`
    are shares of variance, None of assumptions that were not looked at closely.
    """
    close, effects = found.indices, found.effects
    told = []
    for i, varied in enumerate(found.space.ranges):
        a = varied.assumption
        at = found.kept.index(a.path) if close and a.path in found.kept else None
        indices = {
            name: None if at is None or close is None else _none(float(getattr(close, name)[at]))
            for name in ("first", "first_half", "total", "total_half")
        }
        about = {k: getattr(a, k) for k in ("path", "meaning", "unit", "value", "low", "high", "evidence")}
        effect = {name: _none(float(getattr(effects, name)[i])) for name in ("mu", "mu_star", "half", "sigma")}
        told.append({**about, **effect, "direction": direction(effects.mu[i], effects.mu_star[i]), **indices})
    return sorted(told, key=lambda row: -(row["mu_star"] or 0.0))


def _none(x: float) -> float | None:
    return None if math.isnan(x) else x


def _cells(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Range, mu_star, direction and total index of a row."""
    span = f"{_number(row['low'])} to {_number(row['high'])}"
    total = "" if row["total"] is None else f"{row['total']:.2f}{_within(row['total_half'])}"
    effect = "n/a" if row["mu_star"] is None else f"{_number(row['mu_star'])}{_within(row['half'])}"
    return span, effect, row["direction"], total


# --- sentences --------------------------------------------------------------------------------------------------------


def sentences(found: Sensitivity) -> Iterator[str]:
    """What was found, in order of weight."""
    yield _best(found)
    yield _beaten(found)
    yield from _rule(found)
    yield _luck(found)
    if found.indices and np.nanmax(found.indices.total_half, initial=0.0) > VAGUE:
        yield "The sample is too small for the indices (see the intervals of ST): a larger --sobol tells them better."
    yield from _not_lived(found)
    for name in found.brackets:
        yield f"{name} sees what no platform sees: it was played, and is no advice."


def _best(found: Sensitivity) -> str:
    metric, unit = found.metric.name, _money(found, found.metric.unit)
    own = found.own.of(metric)[0].mean(axis=1)
    values = {name: float(own[found.policies.index(name)]) for name in found.contenders}
    order = sorted(values, key=lambda name: values[name] * (-1.0 if found.metric.better == "more" else 1.0))
    told = [f"{name} {_share(share)}" for name, share in found.shares.items() if name != NOBODY or share.worlds]
    varied = f"all {len(found.space.ranges)} assumptions that vary anywhere in their ranges"
    return (
        f"Of {len(found.winners)} plausible worlds, with {varied}, this share has each policy best in {metric} (95% "
        f"interval): {'; '.join(told)}. As the scenario has it: "
        f"{', '.join(f'{name} {_number(values[name])}' for name in order)} [{unit}], means of {_nights(found)}."
    )


def _nights(found: Sensitivity) -> str:
    return "one night" if found.nights == 1 else f"{found.nights} nights"


def _beaten(found: Sensitivity) -> str:
    more = f" by more than {_number(found.margin)} {_money(found, found.metric.unit)}" if found.margin else ""
    ahead, behind = found.ahead, found.behind
    return (
        f"{ahead} beats {behind}{more} in {_share(found.beats(ahead, behind))} of them, "
        f"{behind} beats {ahead}{more} in {_share(found.beats(behind, ahead))}."
    )


def _rule(found: Sensitivity) -> Iterator[str]:
    """The rule, where it helps; a rule that does not would only be believed."""
    rule = found.rule
    majority = f"always naming {rule.majority} is right in {rule.majority_right / rule.worlds:.0%}"
    right = f"{rule.right / rule.worlds:.0%} of worlds it was not learned from"
    if len(rule.leaves) == 1:
        yield f"No rule by thresholds of the assumptions above names anybody but {rule.majority}: {majority}."
    elif not rule.helps:
        yield (
            "Where another policy would be best cannot be told by one or two thresholds: the best such rule is right "
            f"in {right}, {majority}, and {rule.worlds} worlds do not tell the two apart."
        )
    else:
        yield f"Who wins where, by a rule that is right in {right} ({majority}):"
        yield from (f"- {_leaf(found, leaf)}" for leaf in rule.leaves)
        asked = (found.range(found.kept[i]).assumption for i in rule.inputs)
        yield " ".join(f"{a.path}: {a.meaning[0].lower()}{a.meaning[1:]} [{a.unit}]." for a in asked)


def _leaf(found: Sensitivity, leaf: Leaf) -> str:
    where = " and ".join(condition_told(found, c) for c in leaf.conditions)
    winner = "Nobody is best alone" if leaf.winner == NOBODY else f"{leaf.winner} wins"
    return f"{winner} when {where}: {leaf.worlds} worlds, in {leaf.right / leaf.worlds:.0%} of which it does."


def condition_told(found: Sensitivity, condition: Condition) -> str:
    """A condition of the rule with its threshold in the assumption's own unit."""
    varied = found.range(found.kept[condition.input])
    return f"{varied.path} {'<' if condition.below else '≥'} {threshold_told(varied, condition.threshold)}"


def threshold_told(varied: Uncertain, threshold: float) -> str:
    """Of whole numbers the first that is not below."""
    at = varied.over.back(threshold)
    return f"{math.ceil(at) if varied.over.whole else _number(at)} {varied.assumption.unit}"


def _luck(found: Sensitivity) -> str:
    pair = f"{found.ahead} and {found.behind}"
    if found.nights == 1:
        return f"With one night a world, luck cannot be told from the difference between {pair}: try -n 2."
    least = _number(found.luck_effect)
    return (
        f"Luck: with {found.nights} nights a world the difference between {pair} is settled (its 95% interval "
        f"excludes 0) in {found.settled.share:.0%} of the plausible worlds. At most {found.luck:.0%} of how it varies "
        f"from world to world is luck of the nights; a mu* up to about {least} may be luck, too."
    )


def _not_lived(found: Sensitivity) -> Iterator[str]:
    if found.refused:
        told = "; ".join(f"{why} ({n})" for why, n in sorted(found.refused.items()))
        yield (
            f"{sum(found.refused.values())} worlds were refused by the scenario's form and are left out, so these "
            f"cannot be varied freely: {told}."
        )
    lost = len(found.plausible.points) - len(found.winners)
    if lost:
        yield f"{lost} plausible worlds have no {found.metric.name} under some policy and are left out."


def heading(found: Sensitivity) -> str:
    """What the table shows."""
    unit = _money(found, found.metric.unit)
    total = "" if found.indices is None else "; ST: share of its variance when only these vary"
    return (
        f"What moves the lead of {found.ahead} over {found.behind} in {found.metric.name} [{unit}]: mu*, its mean "
        f"change over the whole range ± half its 95% interval, and which way the lead goes as the assumption rises"
        f"{total}. {_nights(found).capitalize()} a world of {found.viewers:,} viewers, seed {found.seed}."
    )


# --- forms ------------------------------------------------------------------------------------------------------------


def terminal(found: Sensitivity) -> Iterator[RenderableType]:
    """A table of the assumptions looked at closely, what moves the outcomes, and the sentences; 80 columns."""
    yield Text("\n".join(textwrap.wrap(heading(found), WIDTH)))
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), width=WIDTH)
    table.add_column("assumption", overflow="fold", ratio=1)
    for name in ("range", "mu*", "way", "ST")[: None if found.indices else -1]:
        table.add_column(name, justify="left" if name == "way" else "right", no_wrap=True)
    for row in _close(found):
        label = Text.assemble(row["path"], "\n", (f"{row['meaning']} [{row['unit']}]", "dim"))
        table.add_row(label, *(Text(cell) for cell in _cells(row)[: None if found.indices else -1]))
    yield table
    if others := _others(found):
        yield Text("\n" + textwrap.fill(others, WIDTH))
    yield Text(f"\nWhat moves the other outcomes of {found.ahead} most (mu*):")
    yield _driven(found)
    yield from (Text(_filled(sentence)) for sentence in sentences(found))


def _filled(sentence: str) -> str:
    if sentence.startswith("-"):
        return textwrap.fill(sentence, WIDTH, subsequent_indent="  ")
    return "\n" + textwrap.fill(sentence, WIDTH)


def _close(found: Sensitivity) -> list[dict[str, Any]]:
    by_path = {row["path"]: row for row in rows(found)}
    return [by_path[path] for path in found.kept]


def _others(found: Sensitivity) -> str:
    """Where those are that the table leaves out."""
    rest = len(rows(found)) - len(found.kept)
    return f"{rest} other{'s' * (rest > 1)} moved it less; -o FILE.csv lists all." if rest else ""


def _driven(found: Sensitivity) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), width=WIDTH, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(justify="right", no_wrap=True)
    drivers = found.drivers(found.ahead)
    for name in SHOWN:
        if name != found.metric.name and drivers[name]:
            first = drivers[name][0]
            table.add_row(name, first.path, _number(first.mu_star))
    return table


def markdown(found: Sensitivity) -> str:
    """A report: the sentences, the table, and what moves each outcome of each policy."""
    columns = ["assumption", "meaning", "range", "mu*", "way", "ST"]
    lines = [f"# What {found.metric.name} hangs on: {found.scenario}", ""]
    for sentence in sentences(found):
        lines += [sentence] if sentence.startswith("-") else ["", sentence]
    lines += ["", heading(found), "", "| " + " | ".join(columns) + " |", "|---|---|---:|---:|---|---:|"]
    for row in _close(found):
        lines.append(f"| {row['path']} | {row['meaning']} [{row['unit']}] | {' | '.join(_cells(row))} |")
    if others := _others(found):
        lines += ["", others]
    lines += ["", "What moves each outcome most (mu*):", "", "| outcome | " + " | ".join(found.policies) + " |"]
    lines.append("|---" * (len(found.policies) + 1) + "|")
    told = {policy: found.drivers(policy) for policy in found.policies}
    for name in NAMES:
        firsts = [f"{d[name][0].path} ({_number(d[name][0].mu_star)})" if d[name] else "" for d in told.values()]
        lines.append(f"| {name} | {' | '.join(firsts)} |")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def spreadsheet(found: Sensitivity) -> str:
    """CSV, one line an assumption that was varied, the strongest first, as `rows` tells it."""
    out, told = io.StringIO(), rows(found)
    writer = csv.DictWriter(out, list(told[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(told)
    return out.getvalue()


def as_json(found: Sensitivity) -> str:
    """Everything but the single worlds, which are in the Parquet file."""
    return json.dumps(plain(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def plain(found: Sensitivity) -> dict[str, Any]:
    """The same as plain data."""
    rule = found.rule
    samples = [s for s in (found.own, found.plausible, found.screen, found.sobol) if s]
    return {
        "schema_version": 1,
        "scenario": found.scenario,
        "seed": found.seed,
        "nights": found.nights,
        "viewers": found.viewers,
        "metric": found.metric.name,
        "unit": _money(found, found.metric.unit),
        "policies": list(found.policies),
        "brackets": list(found.brackets),
        "worlds": {sample.name: len(sample.points) for sample in samples},
        "refused": dict(found.refused),
        "best": {name: _told(share) for name, share in found.shares.items()},
        "ahead": found.ahead,
        "behind": found.behind,
        "margin": found.margin,
        "beats": {
            one: {other: _told(found.beats(one, other)) for other in found.contenders if other != one}
            for one in found.contenders
        },
        "settled": _told(found.settled),
        "luck": {"of_variance": _none(found.luck), "mu_star": _none(found.luck_effect)},
        "assumptions": rows(found),
        "kept": list(found.kept),
        "rule": {
            "leaves": [_plain_leaf(found, leaf) for leaf in rule.leaves],
            "right": _told(Share(rule.right, rule.worlds)),
            "majority": rule.majority,
            "majority_right": _told(Share(rule.majority_right, rule.worlds)),
            "helps": rule.helps,
        },
        "drivers": {
            policy: {
                name: [{"path": d.path, "mu_star": d.mu_star} for d in drivers]
                for name, drivers in found.drivers(policy).items()
            }
            for policy in found.policies
        },
        "sentences": list(sentences(found)),
    }


def _told(share: Share) -> dict[str, Any]:
    return {"worlds": share.worlds, "of": share.of, "share": _none(share.share), "interval": list(share.interval)}


def _plain_leaf(found: Sensitivity, leaf: Leaf) -> dict[str, Any]:
    return {
        "winner": leaf.winner,
        "worlds": leaf.worlds,
        "right": leaf.right,
        "conditions": [
            {
                "path": found.kept[c.input],
                "below": c.below,
                "threshold": found.range(found.kept[c.input]).over.back(c.threshold),
            }
            for c in leaf.conditions
        ],
    }


# --- files ------------------------------------------------------------------------------------------------------------

TEXTS = {".json": as_json, ".md": markdown, ".csv": spreadsheet}
FORMATS = (*TEXTS, ".parquet", ".svg")


def write_outputs(files: Sequence[Path], found: Sensitivity) -> None:
    """Writes each file in the form its extension asks for; raises MatchdayError where that fails."""
    from sim.experiment.folder import write_whole
    from sim.experiment.runs import write
    from sim.experiment.sensitivity import table
    from sim.report.outputs import writing
    from sim.report.sensitivity_figure import draw_sensitivity

    for file in files:
        with writing(file):
            if file.suffix == ".parquet":
                write(table(found), file)
            elif file.suffix == ".svg":
                draw_sensitivity(file, found)
            else:
                write_whole(file, TEXTS[file.suffix](found))
