"""The card of a model: what it is, what it was learnt from, how good it is, and what it must not be used for."""

from __future__ import annotations

from math import isnan

from sim.learning.arms import ARMS
from sim.learning.beside import Beside
from sim.learning.model import Model, Quality, parted
from sim.learning.offpolicy import Estimate
from sim.learning.rounds import EVERY, EXPLORING

CARD = """\
# Model card

Three calibrated logistic models of what comes of a push: clicked, ordered, muted. Learnt from {nights} nights of
“{scenario}” with {viewers:,} viewers each (seed {seed}), in which every {minutes:g} minutes each viewer was shown
something by lot: {lot}.
Fitted to the first three fifths of the nights, calibrated on the next fifth, and held here against the last, which
they have not seen.

| model | showings | events | AUC | calibration error | predicted | observed |
|---|---:|---:|---:|---:|---:|---:|
{qualities}

AUC: the chance that one with the event is ranked before one without. Calibration error: mean distance of predicted
and observed shares over ten groups of equal size.

## What the logs say of other policies

Clicks and orders a viewer and round, in thousandths, with 95% intervals over nights: estimated from the {held_out}
held-out nights (with one there is no interval, n/a: play more), and counted in {checked} other nights in which the
policy was played. Orders are those of viewers who have consented.

| policy | of | IPS | SNIPS | doubly robust | truth |
|---|---|---:|---:|---:|---:|
{besides}

“learnt” is what the models choose for the item of the moment in every such round; the policy beside this card also
chooses the item, and speaks in lulls alone. The logs tell of viewers as the exploring policy has left them. One that
pushes more tires them more, and brings less than they say; one that pushes less brings more.

## Use and limits

- It sees what a platform sees, and orders only of viewers who have consented; of nobody what they feel.
- `order` counts who bought after a click. Some would have bought anyway: it tells more than a push adds.
- Learnt from simulated people: it shows what can be learnt in the testbed, and nothing about real ones.
- The files hold numbers and names of scikit-learn's classes, no code, and are loaded only if nothing else is in them.
"""


def card(model: Model, besides: tuple[Beside, ...]) -> str:
    """Markdown."""
    of = {name: model.trained[name] for name in ("scenario", "seed", "nights", "viewers")}
    lot = ", ".join(f"{arm.name.replace('_', ' ')} {p:.0%}" for arm, p in zip(ARMS, EXPLORING, strict=True))
    return CARD.format(
        **of,
        minutes=EVERY / 60.0,
        lot=lot,
        checked=besides[0].nights,
        held_out=len(parted(range(int(of["nights"])))[-1]),
        qualities="\n".join(_quality(name, q) for name, q in model.quality.items()),
        besides="\n".join(map(_beside, besides)),
    )


def _quality(name: str, q: Quality) -> str:
    shares = f"{q.calibration_error:.4%} | {q.predicted:.4%} | {q.observed:.4%}"
    return f"| {name} | {q.rows:,} | {q.events:,} | {q.auc:.3f} | {shares} |"


def _beside(beside: Beside) -> str:
    cells = (*beside.estimates.values(), beside.truth)
    return f"| {beside.policy} | {beside.reward}s | " + " | ".join(map(_thousandths, cells)) + " |"


def _thousandths(estimate: Estimate) -> str:
    half = "n/a" if isnan(estimate.half_width) else f"{1e3 * estimate.half_width:.2f}"
    return f"{1e3 * estimate.mean:.2f} ± {half}"
