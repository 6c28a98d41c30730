"""A tuning told: what was found, what is left of it on other nights, and the settings to paste."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from sim.report.outputs import Writers, as_json
from sim.report.sweep import amount, difference_unit, number
from sim.report.table import ASCII, GAP, UNICODE, literal

Result = Mapping[str, Any]  # of a tuning, as its JSON says it
HEADS = ("found", "checked", "optimism")
WORDS = {"better": "survives", "open": "may be luck", "worse": "worse"}


def pasted(found: Mapping[str, Any]) -> str:
    """`-p 'peak_flash(discount=0.22)'`: a setting as a command line takes it."""
    return " ".join(["-p", shlex.quote(found["spec"]), *(f"--set {shlex.quote(text)}" for text in found["set"])])


def headline(result: Result) -> str:
    """What was done."""
    return (
        f"{result['policy']}, seed {result['seed']}: {result['trials']} trials of {result['nights']} nights, "
        f"{result['allowed']} of them within all requirements; the best checked on {result['check_nights']} other "
        "nights"
    )


def sentences(result: Result, currency: str, within: str) -> list[str]:
    """What came of it, the settings to take first."""
    if not result["allowed"]:
        return [f"No setting that was tried is within all requirements: {_listed(result)}"]
    if not result["best"]:
        return [f"Nothing that was tried within the requirements is better than {result['policy']} as it is: keep it"]
    return [_said(result, found, currency, within) for found in result["best"]]


def _said(result: Result, found: Mapping[str, Any], currency: str, within: str) -> str:
    missed = [_requirement(r) for r, x in zip(result["requirements"], found["beyond"], strict=True) if x > 0.0]
    but = f"; on the other nights it misses {' and '.join(missed)}" if missed else ""
    told = [_gain(metric, of, currency, within) for metric, of in found["objectives"].items()]
    gains = [of["verdict"] for of in found["objectives"].values()]
    if "better" not in gains:
        return f"The gain of {pasted(found)} does not survive: {', '.join(told)}{but}; keep {result['policy']} as it is"
    return f"{'Take' if not missed else 'Not yet'} {pasted(found)}: {', '.join(told)}{but}"


def _gain(metric: str, of: Mapping[str, Any], currency: str, within: str) -> str:
    checked = amount(metric, of["checked"]["mean"], of["checked"]["half"], currency, within, sign="+")
    found = amount(metric, of["tuned"]["mean"], 0.0, currency, within, sign="+")
    size = amount(metric, of["margin"], 0.0, currency, within, sign="+").removeprefix("+")
    small = f", within the margin of {size} that does not matter" if abs(of["checked"]["mean"]) <= of["margin"] else ""
    return f"{metric} {checked} on other nights (found with {found}){small}"


def _listed(result: Result) -> str:
    return " and ".join(map(_requirement, result["requirements"]))


def _requirement(told: Mapping[str, Any]) -> str:
    beside = f" vs {told['vs']}" if told["vs"] else ""
    return f"{told['metric']}{beside} {told['require']}"


def _rows(found: Mapping[str, Any], currency: str, within: str) -> Iterator[tuple[str, list[str], str]]:
    """Of each objective: numbers, and what is left of the gain."""
    for metric, of in found["objectives"].items():
        parts = [(of[part]["mean"], of[part]["half"]) for part in ("tuned", "checked")]
        numbers = [number(metric, *part, within, "+") for part in (*parts, (of["optimism"], 0.0))]
        unit = difference_unit(metric, currency)
        yield f"{metric} [{unit}]" if unit else metric, numbers, WORDS[of["verdict"]]


def terminal(result: Result, currency: str) -> RenderableType:
    """Tables and sentences, in signs that the console's encoding has."""
    return _Told(result, currency)


@dataclass(frozen=True)
class _Told:
    result: Result
    currency: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        within = (ASCII if options.ascii_only else UNICODE).within
        yield Text(f"{headline(self.result)}.\n")
        for found in self.result["best"]:
            yield Text(pasted(found), style="bold")
            yield _table(found, self.currency, within)
            yield ""
        for said in sentences(self.result, self.currency, within):
            yield Text(f"{said}.", style="bold")
        yield Text(legend(self.result), style="dim")


def _table(found: Mapping[str, Any], currency: str, within: str) -> Table:
    table = Table(box=None, padding=(0, 2 * GAP, 0, 0), header_style="bold", pad_edge=False)
    table.add_column()
    for head in HEADS:
        table.add_column(head, justify="right")
    table.add_column()
    for metric, numbers, word in _rows(found, currency, within):
        table.add_row(Text(metric), *map(Text, numbers), Text(word))
    return table


def legend(result: Result) -> str:
    """What the numbers are, and what had to hold."""
    return (
        "Differences from the policy as it is, paired by night, and half their 95% intervals; those of nights the "
        "settings were found on are flattered by luck (optimism: found less checked, in the direction that is better). "
        f"What survives is more than luck among all that were checked (Holm). Required: {_listed(result) or 'nothing'}."
    )


def markdown(result: Result, currency: str) -> str:
    """A report of a few lines and a table."""
    lines = [
        f"# {literal(result['scenario'])}: {literal(result['policy'])} tuned",
        "",
        f"{literal(headline(result))}.",
        "",
    ]
    lines += [f"**{literal(said)}.**\n" for said in sentences(result, currency, UNICODE.within)]
    if result["best"]:
        lines += ["| settings | measure | " + " | ".join(HEADS) + " | |", "|---|---|" + "---:|" * len(HEADS) + "---|"]
    for found in result["best"]:
        for metric, numbers, word in _rows(found, currency, UNICODE.within):
            lines.append(f"| `{pasted(found)}` | {metric} | {' | '.join(numbers)} | {word} |")
    return "\n".join([*lines, "", literal(legend(result))]) + "\n"


def writers(result: Result, nights: pd.DataFrame, currency: str) -> Writers:
    """By extension; `nights` are the rows behind the result."""
    return {
        ".json": lambda: as_json(result),
        ".md": lambda: markdown(result, currency),
        ".csv": lambda: nights.to_csv(index=False, lineterminator="\n"),
        ".parquet": lambda: nights.to_parquet(None, compression="zstd", index=False),
    }
