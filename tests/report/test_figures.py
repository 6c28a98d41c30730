import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from sim.engine.play import play
from sim.measures.series import by_minute, pushes
from sim.policy import Offer, Push, View
from sim.report.figures import draw_all, draw_funnel, draw_night, draw_tradeoff
from sim.report.style import looks, shorten
from sim.world.match import Match
from tests.worlds import world

ODD = 'mine.py:Odd<&"$x$\n>'
METRICS = (
    "conversion_rate", "annoyance_p95", "stockout_minutes", "exposures", "clicks", "views", "reservations", "orders",
)  # fmt: skip


class Loud:
    def decide(self, view: View) -> list[Push]:
        return [Push("pop_up", Offer(p.key), view.time + 60.0) for p in view.everything()[:1]]


class Quiet:
    def decide(self, view: View) -> list[Push]:
        return []


@pytest.fixture(scope="module")
def night() -> tuple[Match, dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    small = world()
    played = {name: play(small.night(1, 0), policy, name) for name, policy in ((ODD, Loud()), ("quiet", Quiet()))}
    match = played["quiet"].night.stage.match
    return match, {n: by_minute(p) for n, p in played.items()}, {n: pushes(p) for n, p in played.items()}


def comparison(names: list[str], value: float = 2.0, interval: bool = True) -> dict:
    low, high = (0.9 * value, 1.1 * value) if interval else (None, None)
    metrics = {m: {"mean": value, "low": low, "high": high} for m in METRICS}
    return {"policies": dict.fromkeys(names, metrics), "replications": 30 if interval else 1, "baseline": names[0]}


def texts(file: Path) -> list[str]:
    return ["".join(e.itertext()) for e in ET.parse(file).iter() if e.tag.endswith("}text")]


def test_draws_the_same_bytes_again_and_leaves_settings_alone(tmp_path, night):
    match, series, said = night
    before = dict(mpl.rcParams)
    first = draw_all(tmp_path / "a", comparison(list(series)), series, match, said)
    second = draw_all(tmp_path / "b", comparison(list(series)), series, match, said)
    assert len({f.name for f in first}) == 4
    assert [f.read_bytes() for f in first] == [f.read_bytes() for f in second]
    assert dict(mpl.rcParams) == before


def test_night_says_units_and_escapes_names(tmp_path, night):
    match, series, said = night
    words = texts(draw_night(tmp_path / "n.svg", ODD, series[ODD], match, said[ODD]))
    everything = " ".join(words)
    assert 'Odd<&"$x$ >' in everything
    for unit in ("[%]", "[0 to 1]", "[a minute]", "[units]", "match minute", "45'", "90'"):
        assert unit in everything


def test_night_without_pushes_or_orders_says_so(tmp_path, night):
    match, series, said = night
    nothing = series["quiet"].assign(orders=0, exposures=0)
    words = texts(draw_night(tmp_path / "n.svg", "quiet", nothing, match, said["quiet"]))
    assert {"nothing was pushed", "nothing was sold"} <= set(words)


def test_many_products_share_a_line(tmp_path, night):
    match, series, _ = night
    many = series["quiet"].assign(**{f"stock_extra-{k}": np.arange(len(series["quiet"]))[::-1] for k in range(20)})
    words = texts(draw_night(tmp_path / "n.svg", "quiet", many, match))
    assert sum("extra-" in w for w in words) + sum("others together" in w for w in words) == 8


@pytest.mark.parametrize(("value", "interval"), [(2.0, True), (2.0, False), (0.0, True), (0.0, False)])
def test_comparison_figures_hold_for_twelve_policies_one_night_and_nothing_sold(tmp_path, value, interval):
    given = comparison([f"policies/with/a/long/path/{k}.py:{ODD}" for k in range(12)], value, interval)
    tradeoff, funnel = draw_tradeoff(tmp_path / "t.svg", given), draw_funnel(tmp_path / "f.svg", given)
    assert "conversion: viewers who bought [%" in " ".join(texts(tradeoff))
    assert {"pushes on screen", "orders paid"} <= set(texts(funnel))
    assert any("30 nights" in w if interval else "One night" in w for w in texts(tradeoff))


def test_a_policy_looks_the_same_in_other_company():
    assert looks(["blast"])["blast"] == looks(["no_push", "blast"])["blast"]
    many = looks([f"p{k}" for k in range(12)])
    assert len(set(map(str, many.values()))) == 12


def test_long_names_keep_both_ends():
    assert shorten("policies/a/b/c/mine.py:Policy", 15) == "policie…:Policy"
