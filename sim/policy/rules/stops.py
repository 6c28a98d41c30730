"""What in a rule file would stop a run of a given scenario: goods it does not have, terms they cannot be offered on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.errors import did_you_mean
from sim.policy.items import Items
from sim.policy.push import Offer, Push
from sim.policy.rules.form import STORE, Rule, RuleFile, Show
from sim.policy.rules.never import Fault, most_there_can_be
from sim.policy.terms import terms_problem
from sim.world.night import World


def stops(rules: RuleFile, world: World) -> Iterator[Fault]:
    """Where in the rule file, and what a policy may not say in this scenario."""
    items = most_there_can_be(world.scenario)
    categories = sorted({product.category for product in world.scenario.shop.products.values()})
    for key, rule in rules.rules.items():
        for place, why in (*_goods(rule.show, items), *_interest(rule, categories)):
            yield ("rules", key, *place), f"cannot be said in '{world.scenario.name}': {why}"


def _goods(show: Show, items: Items) -> Iterator[Fault]:
    if show.item is None:
        return
    if show.item not in items:
        yield ("show", "item"), f"its shop has no item '{show.item}'{did_you_mean(show.item, list(items))}"
        return
    offer = Offer(show.item, show.discount, show.team, show.joint, show.claim)
    if problem := terms_problem(Push(show.surface, offer, np.inf), items[show.item], after=show.surface == STORE):
        term = next((name for name in ("joint", "team", "discount", "claim") if getattr(show, name)), "item")
        yield ("show", term), problem


def _interest(rule: Rule, categories: list[str]) -> Iterator[Fault]:
    wanted = rule.who.interest
    if wanted and wanted.category not in categories:
        words = f"its shop has no category '{wanted.category}'{did_you_mean(wanted.category, categories)}"
        yield ("who", "interest", "category"), words
