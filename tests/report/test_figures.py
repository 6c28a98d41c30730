import warnings
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from sim.engine.play import play
from sim.experiment.comparison import compare
from sim.measures.parts import pushes
from sim.measures.series import by_minute
from sim.policy import Offer, Push, View
from sim.report.figures import draw_all, draw_funnel, draw_night, draw_tradeoff
from sim.report.style import looks, shorten
from sim.world.match import Match
from tests.worlds import world

ODD = 'mine.py:Odd<&"$x$\n>'
ODDER = ["_hidden", r"\frac{1}{2}$", "$x_1^2$", "推送 高峰", "🔥🔥 flash", "a" * 80, "W" * 40, "\x00é"]
METRICS = (
    "conversion_rate", "annoyance_p95", "net_margin", "stockout_minutes", "exposures", "clicks", "views",
    "reservations", "orders", "first_match_orders",
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


def nights(metrics: dict[str, dict[str, list[float]]]) -> pd.DataFrame:
    """The table of nights from values by policy and metric, one a night; metrics that are not named are always 2."""
    return pd.concat(
        [
            pd.DataFrame({"policy": name, **dict.fromkeys(METRICS, 2.0), **given})
            .rename_axis("replication")
            .reset_index()
            for name, given in metrics.items()
        ]
    )


def alike(names: list[str], value: float, n: int) -> pd.DataFrame:
    return nights({name: {m: [value * (1.0 + 0.1 * k) for k in range(n)] for m in METRICS} for name in names})


def compared(table: pd.DataFrame) -> dict:
    return compare(table, scenario="league", seed=7, baseline=None)


def texts(file: Path) -> list[str]:
    return ["".join(e.itertext()) for e in ET.parse(file).iter() if e.tag.endswith("}text")]


def words(file: Path) -> str:
    return " ".join(texts(file))


def test_draws_the_same_bytes_again_and_leaves_settings_alone(tmp_path, night):
    match, series, said = night
    before = dict(mpl.rcParams)
    table = alike(list(series), 2.0, 3)
    first = draw_all(tmp_path / "a", compared(table), table, series, match, said, currency="EUR")
    second = draw_all(tmp_path / "b", compared(table), table, series, match, said, currency="EUR")
    assert len({f.name for f in first}) == 4
    assert [f.read_bytes() for f in first] == [f.read_bytes() for f in second]
    assert dict(mpl.rcParams) == before


# --- the night --------------------------------------------------------------------------------------------------------


def test_night_says_units_and_escapes_names(tmp_path, night):
    match, series, said = night
    told = words(draw_night(tmp_path / "n.svg", ODD, compared(alike([ODD], 2.0, 1)), series[ODD], match, said[ODD]))
    for text in ('Odd<&"$x$ >', "[%]", "[0 to 1]", "[a minute]", "[units]", "match minute", "45'", "90'"):
        assert text in told


def test_night_says_which_one_it_is_and_how_it_compares(tmp_path, night):
    match, series, _ = night
    twelve = series["quiet"].assign(orders=[12] + [0] * (len(series["quiet"]) - 1))
    several = compared(nights({"quiet": {"orders": [30.0] * 3, "first_match_orders": [12.0, 8.0, 4.0]}}))
    told = words(draw_night(tmp_path / "n.svg", "quiet", several, twelve, match, replication=1))
    assert "night 2 of 3 (replication 1)" in told
    assert "12 orders (mean of all 3: 8.0)" in told
    assert "mean" not in words(
        draw_night(tmp_path / "o.svg", "quiet", compared(alike(["quiet"], 12.0, 1)), twelve, match)
    )


def test_what_comes_after_the_broadcast_is_told_and_not_drawn(tmp_path, night):
    match, series, _ = night
    one, quiet = compared(alike(["quiet"], 2.0, 1)), series["quiet"].assign(orders=1)
    last = quiet["clock"] == "after"
    late, later = (
        quiet.assign(orders=quiet["orders"].mask(last, 34)),
        quiet.assign(orders=quiet["orders"].mask(last, 35)),
    )
    first = draw_night(tmp_path / "n.svg", "quiet", one, late, match)
    second = draw_night(tmp_path / "o.svg", "quiet", one, later, match)
    assert "+34 orders paid after the broadcast" in words(first)
    assert paths(first) == paths(second)
    assert "after the broadcast" not in words(
        draw_night(tmp_path / "p.svg", "quiet", one, quiet.assign(orders=quiet["orders"].mask(last, 0)), match)
    )


def paths(file: Path) -> list[str]:
    return [e.get("d", "") for e in ET.parse(file).iter() if e.tag.endswith("}path")]


def test_the_store_s_messages_of_the_days_after_are_no_part_of_the_night(tmp_path, night):
    match, series, said = night
    message = said[ODD].iloc[:1].assign(time=match.closes + 86_400.0, surface="store_push")
    both = pd.concat([said[ODD], message], ignore_index=True)
    drawn = [
        texts(draw_night(tmp_path / f"{i}.svg", ODD, compared(alike([ODD], 2.0, 1)), series[ODD], match, pushes))
        for i, pushes in enumerate((said[ODD], both))
    ]
    assert drawn[0] == drawn[1]


def test_night_without_pushes_or_orders_says_so(tmp_path, night):
    match, series, said = night
    nothing = series["quiet"].assign(orders=0, exposures=0)
    told = texts(
        draw_night(tmp_path / "n.svg", "quiet", compared(alike(["quiet"], 0.0, 1)), nothing, match, said["quiet"])
    )
    assert {"nothing was pushed", "nothing was sold"} <= set(told)


def test_of_many_products_those_that_sold_most_or_ran_out_are_drawn(tmp_path, night):
    match, series, _ = night
    bare = series["quiet"].drop(columns=[c for c in series["quiet"] if c.startswith("stock_")])
    falling = np.append(np.linspace(1.0, 0.0, len(bare) - 1), 0.0)  # the last row is after the broadcast
    units = {f"sold-{k}": 1000 + (500 - k) * falling for k in range(6)}
    units |= {f"slow-{k}": 9000 + falling for k in range(50)} | {f"empty-{k}": 3.0 * falling for k in range(4)}
    many = bare.assign(**{f"stock_{name}": left for name, left in units.items()})
    told = texts(draw_night(tmp_path / "n.svg", "quiet", compared(alike(["quiet"], 2.0, 1)), many, match))
    assert {name for name in units if name in told} == {f"{kind}-{k}" for kind in ("sold", "empty") for k in range(4)}
    assert "and 52 others" in told


# --- what titles claim ------------------------------------------------------------------------------------------------

UNSURE = "Which policy {} cannot be told from 4 nights"


@pytest.mark.parametrize(
    ("a", "b", "decided"),
    [
        ([1.0, 2.0, 3.0, 4.0], [1.5, 2.6, 3.5, 4.4], True),  # far less apart than nights are: pairing decides
        ([1.0, 2.0, 3.0, 4.0], [1.1, 2.9, 2.4, 5.0], False),
        ([1.0, 2.0, 3.0, 4.0], [5.0, 2.1, 2.0, 4.5], False),
    ],
)
def test_titles_name_a_first_only_where_paired_differences_exclude_0(tmp_path, a, b, decided):
    table = nights({"a": {"orders": a, "conversion_rate": a}, "b": {"orders": b, "conversion_rate": b}})
    tradeoff = words(draw_tradeoff(tmp_path / "t.svg", compared(table), table, currency="EUR"))
    funnel = words(draw_funnel(tmp_path / "f.svg", compared(table), table))
    assert ("b converts most" in tradeoff, "b sells most (3 orders a night)" in funnel) == (decided, decided)
    assert (UNSURE.format("converts most") in tradeoff, UNSURE.format("sells most") in funnel) == (not decided,) * 2


def test_the_first_has_to_beat_every_other_policy(tmp_path):
    table = nights(
        {"a": {"orders": [9.0, 9.1, 9.2]}, "b": {"orders": [9.4, 9.0, 9.3]}, "c": {"orders": [1.0, 1.1, 1.2]}}
    )
    assert "Which of b and a sells most" in words(draw_funnel(tmp_path / "f.svg", compared(table), table))


@pytest.mark.parametrize(("n", "decided"), [(2, False), (6, True)])
def test_the_same_difference_in_few_nights_may_be_luck(tmp_path, n, decided):
    table = nights({"a": {"orders": [9.0, 4.0] * (n // 2)}, "b": {"orders": [12.0, 7.0] * (n // 2)}})
    told = words(draw_funnel(tmp_path / "f.svg", compared(table), table))
    assert ("b sells most" in told, "sells most cannot be told" in told) == (decided, not decided)


def test_a_policy_alone_is_first_of_nobody(tmp_path):
    table = alike(["a"], 2.0, 3)
    assert " most " not in words(draw_funnel(tmp_path / "f.svg", compared(table), table))


def test_one_night_decides_nothing(tmp_path):
    table = nights({"a": {"orders": [9.0]}, "b": {"orders": [1.0]}})
    for told in (
        words(draw_tradeoff(tmp_path / "t.svg", compared(table), table, currency="EUR")),
        words(draw_funnel(tmp_path / "f.svg", compared(table), table)),
    ):
        assert "One night, so there are no intervals" in told
        assert " most " not in told
        assert "±" not in told


@pytest.mark.parametrize(
    ("margins", "claim"),
    [
        ([[400.0, 410.0, 420.0], [-900.0, -880.0, -910.0]], "fair earns most (net margin 410 JPY)"),
        ([[-10.0, -12.0, -11.0], [-900.0, -880.0, -910.0]], "No policy earns money"),
        ([[400.0, 500.0, 420.0], [390.0, 520.0, 425.0]], "Which policy earns most cannot be told from 3 nights"),
    ],
)
def test_the_tradeoff_says_who_earns_most(tmp_path, margins, claim):
    table = nights({name: {"net_margin": x} for name, x in zip(("fair", "give_away"), margins, strict=True)})
    told = texts(draw_tradeoff(tmp_path / "t.svg", compared(table), table, currency="JPY"))
    assert claim in " ".join(told)
    assert "[JPY]" in " ".join(told)


def test_a_column_of_the_tradeoffs_list_has_one_number_of_decimals(tmp_path):
    margins = {"a": [1.4, 1.5, 1.5], "b": [12345.0, 12345.5, 12346.5], "c": [-7.0] * 3}
    table = nights({name: {"net_margin": x} for name, x in margins.items()})
    told = texts(draw_tradeoff(tmp_path / "t.svg", compared(table), table, currency="EUR"))
    assert {"1.5 ± 0.1", "12,345.7 ± 1.9", "-7.0"} <= set(told)


# --- any number of policies, any name ---------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [2.0, 0.0])
@pytest.mark.parametrize("n", [1, 30])
@pytest.mark.parametrize("policies", [1, 12])
def test_comparison_figures_hold_for_any_number_of_policies_and_nights_and_for_nothing_sold(
    tmp_path, value, n, policies
):
    table = alike([f"policies/with/a/long/path/{k}.py:{ODD}" for k in range(policies)], value, n)
    tradeoff = words(draw_tradeoff(tmp_path / "t.svg", compared(table), table, currency="EUR"))
    funnel = words(draw_funnel(tmp_path / "f.svg", compared(table), table))
    assert "conversion: viewers who bought [%" in tradeoff
    assert ("nothing was sold out" in tradeoff) == (value == 0.0)
    assert "pushes on screen" in funnel
    assert "orders paid" in funnel


def test_names_of_forty_letters_are_shown_whole(tmp_path):
    name = "my_policies_that_push_in_lulls_and_peaks"
    table = alike([name, "other"], 2.0, 3)
    assert len(name) == 40
    assert name in texts(draw_funnel(tmp_path / "f.svg", compared(table), table))
    assert name in texts(draw_tradeoff(tmp_path / "t.svg", compared(table), table, currency="EUR"))


def test_odd_names_are_shown_as_they_are_without_a_warning(tmp_path, night):
    match, series, said = night
    table = alike(ODDER, 2.0, 3)
    hidden = series[ODD].rename(columns=lambda c: "stock__hidden" if c.startswith("stock_") else c)
    hidden = hidden.loc[:, ~hidden.columns.duplicated()]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = [
            draw_tradeoff(tmp_path / "t.svg", compared(table), table, currency="EUR"),
            draw_funnel(tmp_path / "f.svg", compared(table), table),
            draw_tradeoff(tmp_path / "t.png", compared(table), table, currency="EUR"),
        ]
        for k, name in enumerate(ODDER):
            told = words(draw_night(tmp_path / f"{k}.svg", name, compared(table), hidden, match, said[ODD]))
            assert "_hidden" in told  # a product
    for file in drawn[:2]:
        assert {*ODDER[:5], "é"} <= set(texts(file))


def test_a_policy_looks_the_same_in_other_company():
    assert looks(["blast"])["blast"] == looks(["no_push", "blast"])["blast"]
    many = looks([f"p{k}" for k in range(12)])
    assert len(set(map(str, many.values()))) == 12


def test_long_names_keep_both_ends():
    assert shorten("policies/a/b/c/mine.py:Policy", 15) == "policie…:Policy"
