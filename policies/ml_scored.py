"""Do what models learnt from logged nights expect to be worth most, viewer by viewer, in real time.

From the article: "machine-learning models score time watched, heat of interaction and purchase history in real time and
adjust priority, depth of promotion and visibility of the entry".  The models beside this file (ml_scored/card.md) were
learnt from scenarios/training/generated-nights.yaml; `train` makes a policy like this one from nights of your own.  Use
it where logs of earlier nights are at hand and audiences are like those that made them.
"""

from __future__ import annotations

from pathlib import Path

from sim.learning.scored import Scored


class MlScored(Scored):
    """Greedy on the models in `ml_scored`: what an order brings, less what muting and annoyance cost.

    `price_of_annoyance` is that of an average tolerance [currency]; a round comes after a `rest` [s] at the earliest.
    """

    folder = Path(__file__).parent / "ml_scored"
    sha256 = "54f0c0d0fd095a6a883aeaf06d97ca24d9afd73770e4285a785bd71c4c90d444"
