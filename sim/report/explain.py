"""One viewer's night, moment by moment, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import behaviour as b
from sim.engine.ledger import Kind
from sim.engine.play import Played
from sim.engine.redlines import lines_in
from sim.world.match import SIDES, MatchEvent
from sim.world.night import Night
from sim.world.redlines import LINES, MEANING
from sim.world.surfaces import SURFACES

NOT_TOLD = {"shot", "sub"}  # match events too many to tell
WORDS = {
    Kind.JOIN: "joins the stream",
    Kind.RETURN: "comes back to the stream",
    Kind.LEAVE: "leaves",
    Kind.CHAT: "writes a message",
    Kind.EXPOSURE: "does not notice {offer}",
    Kind.HELD: "is spared {offer}: {lines}",
    Kind.NOTICE: "notices {offer}",
    Kind.CLICK: "clicks on it",
    Kind.MUTE: "switches pushes off",
    Kind.BROWSE: "looks into the shop",
    Kind.VIEW: "opens the page of {good} at {price}",
    Kind.SAVE: "saves {good} for later",
    Kind.CART: "puts {good} at {price} into the cart: reserved",
    Kind.ORDER: "orders {good} at {price} with one click: reserved",
    Kind.REFUSAL: "is refused at checkout: {good} has just sold out",
    Kind.PAYMENT: "pays {price} for {good}",
    Kind.LAPSE: "does not pay in time: {good} goes back to the shelf",
    Kind.MISS: "wants {good}, which is shown as sold out",
    Kind.OTHER_SIZE: "takes {good} instead",
    Kind.WAIT: "will look again later for {good}",
    Kind.WALK: "goes without {good}",
    Kind.MISMATCH: "is asked {price} for {good} at the till: more than the stream showed",
    Kind.TEAM: "joins a team for {good} and pays {price}",
    Kind.TEAM_REFUND: "gets {price} back: no {good} from this team",
    Kind.CONTENT: "opens {good}",
    Kind.CONTENT_END: "has seen {good} to its end",
    Kind.COUPON: "takes the coupon {good}",
    Kind.REGRET: "sees {good} at {price}, cheaper than it was bought",
    Kind.CREDIT: "{change} of credit",
    Kind.ARRIVAL: "finds {good} at the door",
    Kind.RETURN_POSTED: "sends {good} back",
    Kind.EXCHANGE: "sends {good} back for another size",
    Kind.REFUND: "gets {price} back for {good}",
    Kind.BALANCE: "pays the rest of {good}: {price}",
    Kind.FORFEIT: "does not pay the rest of {good}, and loses the deposit",
    Kind.STORE_VISIT: "comes to the store",
    Kind.POINTS: "{value:+,.0f} points",
    Kind.TIER: "is now {tier}",
    Kind.COMEBACK: "will {not_}be at the next match",
}
LINED = (Kind.EXPOSURE, Kind.HELD)  # rows whose value are bits of red lines
EVENTS = {
    "goal": "GOAL for {team}",
    "own_goal": "OWN GOAL, counts for {team}",
    "penalty_award": "penalty for {team}",
    "penalty_miss": "{team} miss the penalty",
    "yellow": "yellow card, {team}",
    "second_yellow": "second yellow card, {team}",
    "red": "red card, {team}",
    "var": "video review, {team}",
    "shootout_goal": "{team} score in the shoot-out",
    "shootout_miss": "{team} miss in the shoot-out",
}
TRAITS = {
    "tolerance": "tolerance",
    "gain": "emotional gain",
    "fandom": "fandom",
    "price_sensitivity": "price sensitivity",
    "trust": "trust",
}
PERIODS = {
    "1H": "kick-off",
    "HT": "half-time",
    "2H": "second half",
    "ET_break": "end of 90 minutes",
    "E1": "extra time",
    "ET_HT": "half-time of extra time",
    "E2": "second half of extra time",
    "PK_break": "end of extra time",
    "P": "shoot-out",
    "post": "the match is over",
}


class Moment(NamedTuple):
    """A line of the story."""

    at: float  # s from kick-off
    text: str
    annoyance: float | None  # None: the match's line, not the viewer's


def explain(season: Iterable[Played], before: Night, viewer: int, *, bracket: bool = False) -> Iterator[str]:
    """The lines of a viewer's night, or of the nights of a season.

    `season` are its matches with their rows kept, as they are played; `before` is the first night not yet played, and
    `bracket` says whether the policy sees what is latent.
    """
    lasting = before.crowd.viewers[viewer]
    for played in season:
        if played.night.fixture == 0:
            yield from _header(played, before, viewer, bracket)
        yield ""
        if before.scenario.fixtures:
            yield from _heading(played, lasting, viewer)
        yield from _told(played, viewer)
        lasting = played.crowd.viewers[viewer].copy()


def _heading(played: Played, lasting: np.void, viewer: int) -> Iterator[str]:
    """Which match of the season, and what the viewer brings to it."""
    fixtures, number, match = played.night.scenario.fixtures, played.night.fixture, played.night.stage.match
    when = f"day {fixtures[number].day:g} of the season"
    yield f"match {number + 1} of {len(fixtures)}, {when}: {match.home.name} – {match.away.name}"
    comes = "comes" if played.closing.came[viewer] else "does not come"
    yield f"{comes}; trust {lasting['trust']:.2f}, long-run fatigue {lasting['fatigue']:.2f}"


def _told(played: Played, viewer: int) -> Iterator[str]:
    yield f"{'clock':>14}  {'score':5}  {'annoyance':>9}  {'arousal':>7}"
    match = played.night.stage.match
    for moment in _story(played, viewer):
        home, away = match.score_at(moment.at)
        place = f"{match.clock(moment.at):>14}  {f'{home}–{away}':5}"
        if moment.annoyance is None:
            yield f"{place}  {'':9}  {'':7}  -- {moment.text}"
        else:
            arousal = _arousal(played, viewer, moment.at)
            yield f"{place}  {moment.annoyance:9.2f}  {arousal:7.2f}  {moment.text}"


def _header(played: Played, before: Night, viewer: int, bracket: bool) -> Iterator[str]:
    known, v, scenario = before.crowd.known[viewer], before.crowd.viewers[viewer], before.scenario
    match, side = before.stage.match, int(known["side"])
    yield f"viewer {viewer} of {len(before.crowd):,}: {scenario.name}"
    yield f"policy {played.policy}, seed {before.seed}, replication {before.replication}"
    yield ""
    team = (match.home.name, match.away.name, "neither side")[side]
    member, history = "a member" if known["tier"] else "no member", "open" if known["consent"] else "closed"
    yield f"known to the platform: for {team} ({SIDES[side]}), {member}, shop history {history}"
    segment = list(scenario.audience.segments)[int(v["segment"])]
    size = before.catalogue.labels[int(v["own_size"])]
    traits = ", ".join(f"{words} {v[trait]:.2f}" for trait, words in TRAITS.items())
    seen = "seen by this policy, as no platform could" if bracket else "seen by no policy"
    yield f"latent, {seen}: segment {segment}, size {size},"
    yield f"  {traits}"
    yield "(1 = an average viewer's; trust from 0 to 1; annoyance below in average tolerances)"
    yield "(arousal below: 0 calm, to 1; goals, decisions and the end of a half stir for minutes)"


# --- the story --------------------------------------------------------------------------------------------------------


def _story(played: Played, viewer: int) -> list[Moment]:
    """The match as far as the viewer comes to it, and what is the viewer's own."""
    rows = played.ledger.rows()
    own = rows[rows["viewer"] == viewer]
    told = list(_own_moments(played, own))
    if played.closing.came[viewer] or not played.night.scenario.fixtures:
        told += [*_match_moments(played.night), *_never_made(played, viewer)]
    return sorted(told, key=lambda moment: moment.at)


def _match_moments(night: Night) -> Iterator[Moment]:
    match = night.stage.match
    for period in match.periods[1:]:
        yield Moment(period.start, PERIODS[period.name], None)
    for event in match.events:
        if event.kind not in NOT_TOLD:
            yield Moment(event.at, _event_words(event, (match.home.name, match.away.name)), None)


def _never_made(played: Played, viewer: int) -> Iterator[Moment]:
    """Pushes that would have been for the viewer and that red lines forbid."""
    for row in played.books.rare_rows(Kind.FORBIDDEN):
        order = played.books.terms[int(row["push"])].order
        if order.ids is None or viewer in order.ids:
            why = "; ".join(MEANING[LINES[line]] for line in lines_in(int(row["value"])))
            because = f": {order.because}" if order.because else ""
            place = SURFACES[order.surface].replace("_", " ")
            words = f"a push of {_good(played.night, row)} ({place}{because}) is not made: it would cross a red line"
            yield Moment(float(row["time"]), f"{words} ({why})", None)


def _event_words(event: MatchEvent, teams: tuple[str, str]) -> str:
    text = EVENTS[event.kind].format(team=teams[event.side])
    return f"{text} ({event.detail})" if event.detail else text


def _own_moments(played: Played, rows: NDArray[np.void]) -> Iterator[Moment]:
    p = played.night.scenario.assumptions
    annoyance, since, i = 0.0, 0.0, 0
    while i < len(rows):
        row, kind = rows[i], Kind(int(rows[i]["kind"]))
        at = float(row["time"])
        if kind is Kind.NOTICE:
            annoyance, since = float(row["value"]), at
        run = _alike(rows, i)
        if not _noticed_next(rows, i):
            yield Moment(at, _words(played, row, run), b.annoyance_now(annoyance, at - since, p))
        i += run


def _alike(rows: NDArray[np.void], i: int) -> int:
    """How many rows are one line: messages within a minute of the first."""
    if rows[i]["kind"] != Kind.CHAT:
        return 1
    others = (rows["kind"][i:] != Kind.CHAT) | (rows["time"][i:] > rows[i]["time"] + 60.0)
    return int(np.argmax(others)) if others.any() else len(others)


def _noticed_next(rows: NDArray[np.void], i: int) -> bool:
    """An exposure whose notice follows needs no line of its own."""
    if i + 1 == len(rows) or rows[i]["kind"] != Kind.EXPOSURE:
        return False
    following = rows[i + 1]
    return bool(following["kind"] == Kind.NOTICE and following["push"] == rows[i]["push"])


def _words(played: Played, row: np.void, run: int) -> str:
    night, kind = played.night, Kind(int(row["kind"]))
    if kind is Kind.CHAT and run > 1:
        return f"writes {run} messages"
    if kind is Kind.LEAVE and row["flag"] == 1:
        return "leaves, pushed away: would not have gone now if not annoyed"
    good, price, value = _good(night, row), _price(night, row), float(row["value"])
    place = SURFACES[int(row["surface"])].replace("_", " ") if row["surface"] >= 0 else ""
    at = f" at {price}" if row["price"] and night.catalogue.price[row["item"]] else ""
    because = played.books.terms[int(row["push"])].order.because if place else ""
    lines = "; ".join(MEANING[LINES[line]] for line in lines_in(int(value))) if kind in LINED else ""
    tiers = ["no member", *(tier.name for tier in night.scenario.loyalty.tiers.values())]
    return WORDS[kind].format(
        good=good,
        price=price,
        offer=f"{good}{at} ({place}{': ' if because else ''}{because})",
        lines=f"it would cross a red line ({lines})",
        value=value,
        change=_money(night, value, "+"),
        tier=tiers[int(value)] if kind is Kind.TIER else "",
        not_="" if row["flag"] else "not ",
    )


def _good(night: Night, row: np.void) -> str:
    item, size, catalogue = int(row["item"]), int(row["size"]), night.catalogue
    if item < 0:
        return ""
    name = catalogue.names[item]
    return f"{name}, size {catalogue.labels[size]}" if size >= 0 and catalogue.sized[item] else name


def _price(night: Night, row: np.void) -> str:
    return _money(night, float(row["price"]))


def _money(night: Night, amount: float, sign: str = "") -> str:
    """An amount of minor units, with its sign if `sign` is "+"."""
    shop = night.scenario.shop
    return f"{amount / 10**shop.decimals:{sign},.{shop.decimals}f} {shop.currency}"


def _arousal(played: Played, viewer: int, at: float) -> float:
    curves, crowd = played.night.stage.curves, played.crowd
    second = curves.seconds[min(int(at - curves.opens), len(curves.seconds) - 1)]
    side = int(crowd.known["side"][viewer])
    return float(b.own_arousal(float(crowd.viewers["gain"][viewer]), float(second["arousal"][side])))
