"""What makes no sense together in a shop is told at its line and column, with the reason."""

from __future__ import annotations

import pytest

from sim.errors import InputError
from sim.world.scenario import Scenario
from sim.world.yaml_source import load

NIGHT = """\
name: Combined
match: {source: generated, home: {name: Reds, expected_goals: 1.6}, away: {name: Blues, expected_goals: 1.2}}
audience: {viewers: 60}
loyalty: {tiers: {member: {name: Member, points: 0}, gold: {name: Gold, points: 500}}}
shop:
  stacking: {most_off: 0.4}
  products:
    ball: {name: Ball, category: gear, price: 30, cost: 12, stock: 4}
    shirt: {name: Shirt, category: jersey, price: 80, cost: 30, sizes: {S: 2, M: 3}}
    jacket:
      {name: Jacket, category: training, price: 60, cost: 20, sizes: {M: 2, L: 3},
       replenishment: {reorder_at: 1, quantity: 3, lead: 5}}
    hat: {name: Hat, category: gear, price: 20, cost: 8, sizes: {L: 4}}
    rare: {name: Rare, category: jersey, price: 90, cost: 30, stock: 4, access: {tier: gold}}
  presales:
    ahead: {name: Ahead, product: shirt, quota: 20}
  bundles:
    set: {name: Set, items: {shirt: 1, ball: 1}, price: 95}
  coupons:
    tenth: {name: A tenth, share: 0.1, categories: [jersey]}
    fiver: {name: Five off, amount: 5, above: 40}
  content:
    fit: {name: Fit, kind: care_guide, category: jersey}
"""
# What is replaced by what, with a mark before the place of the fault, and part of what must be said.
FAULTS = {
    "a pre-sale of nothing": ("product: shirt", "product: ¦shrit", "no product 'shrit' in this shop — did you mean"),
    "a pre-sale of what is replenished": (
        "product: shirt", "product: ¦jacket", "'jacket' is replenished: who can have it within hours does not order"),
    "one key for two things": ("set: {", "fit: ¦{", "'fit' is the key of something else, too"),
    "a product's key again": ("ahead: {", "ball: ¦{", "'ball' is the key of something else, too"),
    "a set of nothing": ("items: {shirt: 1", "items: {shrit: ¦1", "no product 'shrit' in this shop — did you mean"),
    "a set with a pre-sale": ("items: {shirt: 1", "items: {ahead: ¦1", "a pre-sale cannot be part of a set: it would"),
    "a set of one": ("{shirt: 1, ball: 1}, price: 95", "¦{shirt: 1}, price: 75", "a set needs at least two units"),
    "a set dearer than its parts": ("price: 95", "price: ¦111", "more than its parts cost one by one, 110"),
    "a set cheaper than may be": ("price: 95", "price: ¦60", "may take 40% (shop.stacking.most_off)"),
    "a set of what is not for all": (
        "ball: 1}, price: 95", "rare: ¦1}, price: 150", "'rare' is not for everyone, and the set would sell it to all"),
    "a set in no size": (
        "{shirt: 1, ball: 1}", "¦{shirt: 1, hat: 1}", "no size is carried by all of its garments: nobody could wear"),
    "a coupon for what is not sold": ("[jersey]", "¦[jersy]", "no category 'jersy' in this shop — did you mean"),
    "a coupon that takes too much": ("share: 0.1", "share: ¦0.5", "takes off 50%, and all reductions together may"),
    "content about nothing": ("care_guide, category: jersey", "care_guide, category: ¦shoes", "no category 'shoes'"),
    "a coupon worth more than what it is for": (
        "above: 40", "above: ¦5", "takes 5 off prices from 5: it must count only above what it takes off"),
    "a coupon of two kinds": ("{name: A tenth,", "¦{name: A tenth, amount: 5,", "needs 'share' (of the price) or"),
    "a pre-sale that ships unpaid": (
        "quota: 20", "quota: 20, balance: 9, ships: ¦5", "ships after 5 days, before the rest is due after 9"),
    "access for nobody": ("access: {tier: gold}", "access: ¦{early: false}", "needs 'tier', 'early: true' or both"),
    "access for a tier that is not": ("{tier: gold}", "{tier: ¦glod}", "no tier 'glod' — did you mean 'gold'?"),
    "tiers out of order": ("points: 500", "points: ¦0", "needs 0 points, no more than the tier before it"),
    "finer than coins": ("price: 95", "price: ¦95.001", "finer than EUR with 2 decimals: 95.001"),
    "a coupon finer than coins": ("amount: 5,", "amount: ¦5.001,", "finer than EUR with 2 decimals: 5.001"),
}  # fmt: skip


def told(tmp_path, text: str) -> list[str]:
    file = tmp_path / "night.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as stopped:
        load(file, Scenario)
    return [f"{p.line}:{p.column}: {p.message}" for p in stopped.value.problems]


@pytest.mark.parametrize("name", FAULTS)
def test_what_makes_no_sense_is_told_at_its_place(tmp_path, name):
    given, wrong, words = FAULTS[name]
    assert NIGHT.count(given) == 1
    before, _, after = NIGHT.replace(given, wrong).partition("¦")
    (said,) = told(tmp_path, before + after)
    line = before.count("\n") + 1
    assert said.startswith(f"{line}:{len(before.splitlines()[-1]) + 1}: ")
    assert words in said


def test_what_makes_sense_is_taken(tmp_path):
    file = tmp_path / "night.yaml"
    file.write_text(NIGHT.replace("ball: 1}", "jacket: 1}").replace("price: 95", "price: 84"), encoding="utf-8")
    shop = load(file, Scenario).shop  # 40% below its parts, in the one size that both come in
    assert list(shop.bundles["set"].items) == ["shirt", "jacket"]
