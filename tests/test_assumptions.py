"""Every number of the model says what it is, how far it may be off, and what speaks for it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from sim.assumptions import Assumption, assumptions
from sim.evidence import NONE, Evidence
from sim.parameters import Parameters
from sim.world.night import load_world
from sim.world.scenario import Audience, Scenario, Segment, Spread
from sim.world.yaml_source import load
from tests.worlds import world

ROOT = Path(__file__).parents[1]
SHIPPED = [f for f in sorted((ROOT / "scenarios").rglob("*.yaml")) if f.parent.name != "matches"]
DEFAULTS = assumptions()
# What a scenario is about, and how it is played: numbers that make no claim.
GIVEN = (
    "match.*", "fixtures.*", "days_after", "audience.viewers", "shop.decimals", "shop.board_lag", "shop.price_lag",
    "shop.products.*", "shop.presales.*", "shop.bundles.*", "shop.coupons.*", "shop.content.*", "shop.stacking.*",
    "loyalty.tiers.*", "fulfilment.shifts.*", "fulfilment.inspectors",
    "fulfilment.carriers.*.share", "timing.window", "experiment.seed", "experiment.most", "experiment.replications",
)  # fmt: skip
LEAST = """\
name: Least of a night
match: {source: generated, home: {name: Reds, expected_goals: 1.6}, away: {name: Blues, expected_goals: 1.2}}
audience: {viewers: 60}
shop: {products: {ball: {name: Ball, category: equipment, price: 30, cost: 12, stock: 4}}}
"""
NAMES = (
    "Bailey & Konstan 2006", "Baymard", "Bijmolt et al. 2005", "Brown, Imai, Vieider & Camerer 2024", "CleverTap",
    "Dolton & MacKerron 2018", "Du & Huang 2025", "Fader, Hardie & Lee 2005",
    "Fisher, Gallino & Xu 2019", "Gruen, Corsten & Bharadwaj 2002", "International matches since 2010",
    "LinkedIn's blog 2015", "Manchester United-Liverpool, 20 Oct 2019", "Taobao UserBehavior", "Titman et al. 2015",
    "Wyscout open data", "engsoccerdata", "openfootball", "'mall' on GitHub",
)  # fmt: skip


def leaves(data: Any, path: str = "") -> Iterator[str]:
    """Paths of all numbers in plain data."""
    if isinstance(data, dict | list | tuple):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(value, f"{path}.{key}".lstrip("."))
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield path


@pytest.mark.parametrize("file", SHIPPED, ids=lambda f: f.stem)
def test_no_number_of_a_scenario_is_left_out(file):
    scenario = load(file, Scenario)
    claims = {p for p in leaves(scenario.model_dump()) if not any(fnmatchcase(p, given) for given in GIVEN)}
    assert claims == {a.path for a in assumptions(scenario)}, "declare it with sim.evidence, or say that it is given"


def test_the_defaults_are_all_there_and_unchanged():
    assert {f"assumptions.{name}" for name in Parameters.model_fields} < {a.path for a in DEFAULTS}
    assert len({a.path for a in DEFAULTS}) == len(DEFAULTS)
    assert not [a.path for a in DEFAULTS if a.changed]
    without = [a.path for a in DEFAULTS if a.default is None]
    assert without == ["audience.segments.everyone.share"]


@pytest.mark.parametrize("a", DEFAULTS, ids=lambda a: a.path)
def test_a_number_says_what_it_is_and_what_speaks_for_it(a):
    assert a.unit
    assert a.meaning
    assert a.section
    assert a.evidence in get_args(Evidence)
    assert a.low < a.high
    assert a.low <= a.value <= a.high
    if a.evidence == "assumed":
        assert a.source
    else:
        assert NONE not in a.source
        assert any(name in a.source for name in NAMES), f"{a.source!r} names no source that is known here"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda f: f.stem)
def test_shipped_scenarios_keep_to_what_is_plausible(file):
    assert not [(a.path, a.value) for a in assumptions(load(file, Scenario)) if not a.low <= a.value <= a.high]


def test_what_a_scenario_changes_is_known():
    home = {"median": 2.0, "spread": 0.3}
    scenario = world(
        audience={
            "viewers": 10,
            "segments": {"fans": {"share": 0.7, "tolerance": home}, "others": {"share": 0.3}},
            "arrivals": {"never": 0.2},
        },
        surfaces={"pop_up": {"salience": 0.9}},
        assumptions={"click_base": -3.0, "goal_ramp": 1.5},
    ).scenario
    said = {a.path: a for a in assumptions(scenario)}
    assert {path: (a.default, a.value) for path, a in said.items() if a.changed} == {
        "audience.segments.fans.tolerance.median": (1.0, 2.0),
        "audience.segments.fans.tolerance.spread": (0.5, 0.3),
        "audience.arrivals.never": (0.05, 0.2),
        "surfaces.pop_up.salience": (0.95, 0.9),
        "assumptions.click_base": (-3.48, -3.0),
    }
    assert said["surfaces.pop_up.intrusiveness"].value == 0.25
    assert [a.value for a in said.values() if a.name == "share" and a.place.startswith("audience")] == [0.7, 0.3]


def test_sizes_of_ones_own_have_no_default():
    shoes = {"37": 0.5, "M": 0.5}
    product = {"name": "Shoe", "category": "shoes", "price": 50.0, "cost": 20.0, "sizes": {"37": 3, "M": 2}}
    scenario = world(shop={"size_shares": shoes, "products": {"shoe": product}}).scenario
    said = {a.name: (a.default, a.value, a.changed) for a in assumptions(scenario) if a.place == "shop"}
    assert said == {"size_shares.37": (None, 0.5, False), "size_shares.M": (0.35, 0.5, True)}


def _path_takes(a: Assumption, file: Path) -> bool:
    scenario = load_world(file, [f"{a.path}={a.low}"]).scenario
    return next(b.value for b in assumptions(scenario) if b.path == a.path) == a.low


def test_paths_are_what_set_takes():
    file = ROOT / "scenarios/daily/league-night.yaml"
    some = [a for a in assumptions(load(file, Scenario)) if a.name in ("never", "stay.median", "trust", "mood_slow")]
    assert len(some) == 8
    assert all(_path_takes(a, file) for a in some)


def audience_of(segments: dict[str, Any]) -> dict[str, Segment]:
    return Audience.model_validate({"viewers": 10, "segments": segments}).segments


def test_a_segment_alone_needs_no_share():
    usual = Segment(share=1.0)
    assert audience_of({"everyone": {}}) == {"everyone": usual}
    assert audience_of({"fans": {"members": 0.4}}) == {"fans": usual.model_copy(update={"members": 0.4})}


def test_one_trait_of_the_segment_nobody_named_can_be_set(tmp_path):
    file = tmp_path / "night.yaml"
    file.write_text(LEAST)
    scenario = load_world(file, ["audience.segments.everyone.stay.median=30"]).scenario
    assert {a.path: a.value for a in assumptions(scenario) if a.changed} == {
        "audience.segments.everyone.stay.median": 30.0
    }


@pytest.mark.parametrize(
    ("segments", "said"),
    [
        ({"fans": {"share": 0.4}}, "add up to 0.4, not to 1"),
        ({"fans": {"share": 0.4}, "others": {"share": 0.4}}, "add up to 0.8, not to 1"),
        ({"fans": {"share": 0.4}, "others": {}}, "segments.others.share"),
        ({"fans": 0.4}, "segments.fans"),
    ],
)
def test_shares_that_are_missing_or_do_not_add_up_are_refused(segments, said):
    with pytest.raises(ValidationError) as caught:
        audience_of(segments)
    assert said in str(caught.value)


def test_a_median_alone_keeps_the_spread_of_its_trait():
    segment = Segment.model_validate({"share": 1.0, "stay": {"median": 10.0}, "chat": {"median": 1.0, "spread": 0.2}})
    usual = Segment(share=1.0)
    assert segment.stay == Spread(median=10.0, spread=usual.stay.spread)
    assert segment.chat.spread == 0.2
    assert segment.browse == usual.browse
