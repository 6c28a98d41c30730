"""What a gate found: for the terminal, for a job's summary, for CI that reads JUnit, as annotations on GitHub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from sim.errors import Problem
from sim.measures.outcomes import BY_NAME, MONEY
from sim.report.decimals import decimals
from sim.report.outputs import Writers, as_json
from sim.report.problems import FORMATS
from sim.report.table import literal
from sim.world.yaml_source import Document

Result = Mapping[str, Any]  # of a gate: verdict, passed, checks
Found = Mapping[str, Any]  # of one check, as `sim.experiment.gate.judged` tells it
SIGNS = {"pass": "✓", "fail": "✗", "inconclusive": "?"}
WORDS = {"pass": "passed", "fail": "failed", "inconclusive": "inconclusive"}


def measured(found: Found, currency: str) -> str:
    """`+0.021 [0.019, 0.023], bound 0.05, 60 nights`."""
    if found["mean"] is None:
        return "no night has a value"
    unit = {MONEY: currency, "average tolerances": ""}.get(BY_NAME[found["metric"]].unit, BY_NAME[found["metric"]].unit)
    ends = [x for x in (found["low"], found["high"]) if x is not None]
    width = [(found["mean"], (ends[1] - ends[0]) / 2.0)] if ends else []
    places = decimals([found["mean"], found["bound"]], width)
    sign = "+" if found["vs"] else ""
    mean, bound = f"{found['mean']:{sign}z,.{places}f}", f"{found['bound']:z,.{places}f}"
    within = f" [{ends[0]:z,.{places}f}, {ends[1]:z,.{places}f}]" if ends else ""
    needed = f"; about {found['nights_needed']:,} would tell" if found["nights_needed"] else ""
    return f"{mean}{within} {unit}".rstrip() + f", bound {bound}, {found['nights']:,} nights{needed}"


def text(result: Result, currency: str) -> str:
    """Two lines a check, and what came of all."""
    lines = []
    for found in result["checks"]:
        sign, said = _verdict(found).split(" ", maxsplit=1)
        lines.append(f"{sign} {found['policy']}: {found['check']}: {said}")
        lines.append(f"    {measured(found, currency)}")
    return "\n".join([*lines, legend(result), *result["notes"], headline(result)])


def legend(result: Result) -> str:
    """Of which nights, and what the numbers are."""
    return (
        f"Nights of {result['viewers']:,} viewers, seed {result['seed']}: mean [interval], bound. A check is decided "
        "where its interval, as wide as all checks and looks make it, lies on one side of the bound; the luck of what "
        "a bound is a share of is in it."
    )


def _verdict(found: Found) -> str:
    return f"{SIGNS[found['verdict']]} {found['verdict']}{' (warning)' * (found['severity'] == 'warning')}"


def headline(result: Result) -> str:
    """One sentence."""
    checks = [found for found in result["checks"] if found["severity"] == "error"]
    count = {verdict: sum(found["verdict"] == verdict for found in checks) for verdict in SIGNS}
    told = ", ".join(f"{n} {WORDS[verdict]}" for verdict, n in count.items() if n)
    only = len(result["checks"]) - len(checks)
    warned = f"; {only} only told" if only else ""
    return f"gate {WORDS[result['verdict']]}: {told or 'no check that counts'}{warned}"


def markdown(result: Result, currency: str) -> str:
    """For a job's summary."""
    rows = [f"| {_verdict(f)} | {literal(f['policy'])} | {literal(f['check'])} | {measured(f, currency)} |"
            for f in result["checks"]]  # fmt: skip
    head = ["| verdict | policy | check | measured |", "|---|---|---|---|"]
    title, below = f"## {headline(result).capitalize()}", literal(legend(result))
    return "\n".join([title, "", *head, *rows, "", below, *result["notes"]]).rstrip() + "\n"


def junit(result: Result, currency: str) -> str:
    """JUnit XML, a suite a policy: what does not pass and counts is a failure, what is only told is skipped."""
    xml = JUnitXml("matchday gate")
    for policy in dict.fromkeys(found["policy"] for found in result["checks"]):
        suite = TestSuite(policy)
        for found in result["checks"]:
            if found["policy"] == policy:
                suite.add_testcase(_case(found, result, currency))
        xml.add_testsuite(suite)
    xml.update_statistics()
    told: bytes = xml.tostring()
    return told.decode() + "\n"


def _case(found: Found, result: Result, currency: str) -> TestCase:
    warning = " (warning)" * (found["severity"] == "warning")
    case = TestCase(f"{found['check']}{warning}", f"matchday.{found['policy']}")
    said = measured(found, currency)
    if found["verdict"] != "pass":
        counts = found["severity"] == "error" and (found["verdict"] == "fail" or result["strict"])
        case.result = [Failure(said, found["verdict"]) if counts else Skipped(f"{found['verdict']}: {said}")]
    case.system_out = said
    return case


def github(result: Result, currency: str, scenario: Document) -> str:
    """A line a check that does not pass, which GitHub shows beside the check in the scenario, and all as `text`."""
    problems = [_problem(found, result, currency, scenario) for found in result["checks"] if found["verdict"] != "pass"]
    annotations = [FORMATS["github"]([], problems)] if problems else []
    return "\n".join([*annotations, text(result, currency)])


def _problem(found: Found, result: Result, currency: str, scenario: Document) -> Problem:
    counts = found["severity"] == "error" and (found["verdict"] == "fail" or result["strict"])
    told = f"{found['policy']}: {found['check']}: {found['verdict']}: {measured(found, currency)}"
    problem = scenario.problem(("experiment", "gate", found["place"]), told)
    return replace(problem, severity="error" if counts else "warning")


def writers(result: Result, currency: str) -> Writers:
    """By extension."""
    return {
        ".json": lambda: as_json(result),
        ".md": lambda: markdown(result, currency),
        ".xml": lambda: junit(result, currency),
    }


FILES = {"gate.junit.xml": ".xml", "gate.md": ".md"}  # in a results folder, beside gate.json
