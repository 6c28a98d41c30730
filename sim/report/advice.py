"""What a comparison says should be done, in sentences: first the one to act on, then what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.experiment.comparison import ENOUGH, half_interval
from sim.experiment.verdicts import FRONT, USUAL_MARGIN
from sim.measures.outcomes import BY_NAME, MONEY
from sim.report.decimals import decimals

Comparison = Mapping[str, Any]
UNCHANGED = "unchanged"


def advice(comparison: Comparison, currency: str, within: str) -> list[str]:
    """Sentences; none where nothing is compared.  `within` is how "plus or minus" is written."""
    return [
        *_of_precision(comparison, currency, within),
        *_of_choice(comparison, currency),
        *(
            _beside(comparison, currency, within)
            if "choice" in comparison
            else _of_decision(comparison, currency, within)
        ),
        *_of_unfit(comparison),
        *_of_front(comparison),
    ]


def _of_decision(comparison: Comparison, currency: str, within: str) -> Iterator[str]:
    told = comparison.get("decision")
    if not told or not told["verdicts"]:
        return
    baseline, goal, take = comparison["baseline"], told["goal"], told["take"]
    if comparison["replications"] == 1:
        yield "One night decides nothing: play more (-n 30)"
    elif take == baseline:
        yield (
            f"Keep {baseline}: no policy is better in {goal} by more than {_margin(comparison, currency)}"
            f"{_closest(comparison, currency, within)}"
        )
    elif take:
        gain = _difference(comparison, take, goal, currency, within)
        level = f" ({_listed(told['level'])} cannot be told from it)" if told["level"] else ""
        small = _small(comparison, take, currency)
        yield f"Take {take}{level}: {gain} a night over {baseline}{small}; {_costs(comparison, take, currency, within)}"
    elif not (unsure := _unsure(told)):
        yield f"Nothing to take: {baseline} fails the scenario's checks, and no policy that passes them is better"
    else:
        yield (
            f"Not decided: whether {_listed(unsure)} {'is' if len(unsure) == 1 else 'are'} better than {baseline} in "
            f"{goal}, or not by more than {_margin(comparison, currency)}{_closest(comparison, currency, within)}"
            f"{_more_nights(comparison)}"
        )


def _unsure(told: Mapping[str, Any]) -> list[str]:
    """Of whom it is open whether they are better."""
    rows = ((name, row.get(told["goal"])) for name, row in told["verdicts"].items() if name not in told["unfit"])
    return [name for name, judged in rows if judged and judged["verdict"] == "open"]


def _beside(comparison: Comparison, currency: str, within: str) -> Iterator[str]:
    """What a policy that was chosen brings and costs."""
    told, baseline = comparison.get("decision"), comparison["baseline"]
    if told and (take := told["take"]) and take != baseline:
        metrics = told["verdicts"][take]
        said = ", ".join(_difference(comparison, take, metric, currency, within) for metric in metrics)
        yield f"Beside {baseline}: {said} (a little less sure, as the nights' number hung on what they said)"


def _of_unfit(comparison: Comparison) -> Iterator[str]:
    unfit = (comparison.get("decision") or comparison.get("choice") or {}).get("unfit")
    if unfit:
        yield "Not to be taken: " + ", ".join(f"{name} fails {check}" for name, check in unfit.items())


def _costs(comparison: Comparison, policy: str, currency: str, within: str) -> str:
    goal, verdicts = comparison["decision"]["goal"], comparison["decision"]["verdicts"][policy]
    others = [metric for metric in verdicts if metric != goal]
    said = ((_difference(comparison, policy, m, currency, within), verdicts[m]["verdict"]) for m in others)
    return ", ".join(text if text.endswith(UNCHANGED) else f"{text} ({verdict})" for text, verdict in said)


def _more_nights(comparison: Comparison) -> str:
    needed, now = comparison["decision"]["nights_needed"], comparison["replications"]
    return f"; about {needed:,} nights would tell, these are {now:,}" if needed and needed > now else ""


def _small(comparison: Comparison, policy: str, currency: str) -> str:
    """What is said of a gain that may lie within the margin."""
    goal = comparison["decision"]["goal"]
    value, margin = comparison["differences"][policy][goal], comparison["decision"]["verdicts"][policy][goal]["margin"]
    if abs(value["mean"]) - half_interval(value) > margin:
        return ""
    return f" (perhaps no more than the {_amount(goal, margin, currency)} that would not matter)"


def _closest(comparison: Comparison, currency: str, within: str) -> str:
    """How far the best of the others is, which the nights may or may not tell from the baseline."""
    told = comparison["decision"]
    goal, ahead = told["goal"], 1.0 if BY_NAME[told["goal"]].better == "more" else -1.0
    fit = [name for name, row in told["verdicts"].items() if goal in row and name not in told["unfit"]]
    if not fit:
        return ""
    apart = comparison["differences"]
    best = max(fit, key=lambda name: ahead * apart[name][goal]["mean"])
    return f" (the best of the others, {best}: {_difference(comparison, best, goal, currency, within)})"


def _margin(comparison: Comparison, currency: str) -> str:
    goal = comparison["decision"]["goal"]
    told = comparison["decision"]["margins"].get(goal, f"{USUAL_MARGIN:.0%}")
    return f"{told} of {comparison['baseline']}'s" if isinstance(told, str) else _amount(goal, told, currency)


def _amount(metric: str, size: float, currency: str) -> str:
    """A size as it is said: shares in points."""
    scale = 100.0 if BY_NAME[metric].unit == "share" else 1.0
    return f"{scale * size:,.3g} {_unit(metric, currency)}".rstrip()


def _difference(comparison: Comparison, policy: str, metric: str, currency: str, within: str) -> str:
    """`orders +12.3 ± 4.5`: a paired difference, in percentage points for shares."""
    value = comparison["differences"][policy][metric]
    if value["mean"] == 0.0 and not half_interval(value):
        return f"{metric} {UNCHANGED}"
    scale = 100.0 if BY_NAME[metric].unit == "share" else 1.0
    mean, half = scale * value["mean"], scale * half_interval(value)
    places = decimals([mean], [(mean, half)])
    unit = _unit(metric, currency)
    return f"{metric} {mean:+z,.{places}f}" + (f" {within}{half:,.{places}f}" if half else "") + f" {unit}" * bool(unit)


def _unit(metric: str, currency: str) -> str:
    """As it is said behind a number; "" where the metric's name says it."""
    unit = {"share": "points", MONEY: currency, "average tolerances": ""}.get(
        BY_NAME[metric].unit, BY_NAME[metric].unit
    )
    return "" if unit in metric else unit


def _of_front(comparison: Comparison) -> Iterator[str]:
    front = (comparison.get("decision") or {}).get("front", {})
    if len(front) < 3 or comparison["replications"] < ENOUGH:
        return
    best = [name for name, beaten in front.items() if beaten is None]
    if len(best) == len(front):
        yield f"No policy is beaten in {_listed(FRONT)} together by another"
    else:
        yield f"Not beaten in {_listed(FRONT)} together by any other policy: {_listed(best)}"


def _of_precision(comparison: Comparison, currency: str, within: str) -> Iterator[str]:
    if not (told := comparison.get("precision")):
        return
    n, wide = comparison["replications"], told["not_reached"]
    wanted = {m: f"{m} {within}{_amount(m, half, currency)}" for m, half in told["half_widths"].items()}
    if not wide:
        yield f"As precise as asked after {n:,} nights: {_listed(wanted.values())}"
        return
    missed = [f"{wanted[m]} (it is {within}{_amount(m, half, currency)})" for m, half in wide.items()]
    yield f"Not as precise as asked after {n:,} nights, the most that were allowed: {_listed(missed)}"


def _of_choice(comparison: Comparison, currency: str) -> Iterator[str]:
    if not (told := comparison.get("choice")):
        return
    metric, left, dropped = told["metric"], told["left"], told["dropped"]
    size = _amount(metric, told["indifference"], currency)
    if not left:
        yield f"No policy passes the scenario's checks: nothing is left to choose in {metric}"
    elif len(left) == 1:
        yield (
            f"{'Keep' if left[0] == comparison['baseline'] else 'Take'} {left[0]}: the best in {metric}, with 95% "
            f"confidence if the next is at least {size} behind "
            "(Kim and Nelson's procedure)"
        )
    else:
        yield (
            f"Not decided which is best in {metric}, {' or '.join(left)}: {told['most']:,} nights, the most that were "
            f"allowed, do not say by {size}"
        )
    if told["unsure"]:
        yield f"Whether {left[0]} meets {_listed(told['unsure'])} the nights do not say"
    if dropped:
        yield "Dropped: " + ", ".join(f"{name} after {n:,} nights" for name, n in dropped.items())
    whole = comparison["replications"] * len(comparison["policies"])
    yield f"{told['nights']:,} nights were played, where all policies to the end would have been {whole:,}"


def _listed(names: Any) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
