"""A rule file as people write it."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from sim.world.forms import Form, Key, Share
from sim.world.match import SIDES, EventKind, PeriodName
from sim.world.names import Name
from sim.world.promotions import MOST_TEAM
from sim.world.redlines import RedLines
from sim.world.surfaces import SurfaceName
from sim.world.yaml_faults import misplaced

Side = Literal["home", "away", "neutral", "acting", "other"]
Kind = Literal["product", "presale", "bundle", "coupon", "content"]
Day = Annotated[int, Field(ge=1, le=120)]
STORE: SurfaceName = "store_push"


def _once(names: tuple[Any, ...]) -> tuple[Any, ...]:
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"'{twice[0]}' is named twice")
    return names


class Range(Form):
    """From `at_least`, itself included, to `below`, itself not; one of them may be left out."""

    at_least: float | None = Field(default=None, ge=0, allow_inf_nan=False, description="from this on")
    below: float | None = Field(default=None, gt=0, allow_inf_nan=False, description="as long as it is below this")

    @model_validator(mode="after")
    def _some(self) -> Range:
        if self.at_least is None and self.below is None:
            raise ValueError("needs 'at_least', 'below' or both")
        if self.at_least is not None and self.below is not None and self.below <= self.at_least:
            raise misplaced(f"nothing is at least {self.at_least:g} and below {self.below:g}", "below")
        return self

    def holds(self, x: Any) -> Any:
        """Whether a number, or each of an array, lies in it."""
        enough = True if self.at_least is None else x >= self.at_least
        return enough if self.below is None else enough & (x < self.below)

    def meets(self, low: float, high: float) -> bool:
        """Whether anything from `low` to `high` lies in it."""
        return (self.at_least is None or high >= self.at_least) and (self.below is None or low < self.below)


class Count(Range):
    """From `at_least`, itself included, to `below`, itself not, of what comes in whole numbers."""

    @model_validator(mode="after")
    def _whole(self) -> Count:
        if self.below is not None and not self.holds(ceil(self.at_least or 0.0)):
            raise misplaced(f"no whole number is at least {self.at_least or 0:g} and below {self.below:g}", "below")
        return self


class Heat(Range):
    """How lively a chat is against its recent level: 1 as lately, 2 twice that."""

    side: Literal["home", "away", "neutral", "any"] = Field(
        default="any", description="whose chat; `any`: that of the liveliest side"
    )


class Score(Form):
    """Who leads, and by how much."""

    leader: Literal["home", "away", "nobody", "anybody"] | None = Field(default=None, description="who leads")
    by: Count | None = Field(default=None, description="goals between the sides [goals]")

    @model_validator(mode="after")
    def _some(self) -> Score:
        if self.leader is None and self.by is None:
            raise ValueError("needs 'leader', 'by' or both")
        if self.by and self.leader == "nobody" and not self.by.holds(0):
            raise misplaced("nobody leads by a goal or more", "by")
        if self.by and self.leader not in (None, "nobody") and self.by.below is not None and self.by.below <= 1:
            raise misplaced("who leads does so by a goal at least", "by")
        return self

    def holds(self, home: int, away: int) -> bool:
        """Whether a score is so."""
        leader = "home" if home > away else "away" if away > home else "nobody"
        led = self.leader in (None, leader) or (self.leader == "anybody" and leader != "nobody")
        return led and (self.by is None or bool(self.by.holds(abs(home - away))))


class Stock(Count):
    """How much of an item the board shows."""

    item: Key = Field(description="key of the item in the scenario")


class Team(Form):
    """An open team that is nearly full."""

    missing: int = Field(default=1, ge=1, le=MOST_TEAM, description="people it lacks, at most [people]")


class When(Form):
    """The moment: all that is said must hold.  What is left out may be as it likes."""

    events: Annotated[tuple[EventKind, ...], Field(min_length=1), AfterValidator(_once)] | None = Field(
        default=None, description="one of these has happened since the window before"
    )
    by: Literal["home", "away"] | None = Field(default=None, description="the side whose event it was")
    begins: Annotated[tuple[PeriodName, ...], Field(min_length=1), AfterValidator(_once)] | None = Field(
        default=None, description="one of these parts of the broadcast begins"
    )
    periods: Annotated[tuple[PeriodName, ...], Field(min_length=1), AfterValidator(_once)] | None = Field(
        default=None, description="one of these parts of the broadcast is on"
    )
    play: bool | None = Field(default=None, description="the ball rolls (true), or there is a break or a stoppage")
    peak: bool | None = Field(default=None, description="play is at a peak, as the red lines of the scenario say")
    into: Range | None = Field(default=None, description="time since that part of the broadcast began [min]")
    minute: Range | None = Field(default=None, description="minute of play on the screen's clock [min]")
    heat: Heat | None = Field(default=None, description="how lively the chat is [times its recent level]")
    score: Score | None = Field(default=None, description="who leads, and by how much")
    stock: Stock | None = Field(default=None, description="how much the board shows of an item [units]")
    team: Team | None = Field(default=None, description="an open team for what is shown is nearly full")
    surge: float | None = Field(
        default=None, gt=1, description="messages about some item of those to pick from, against their recent level"
    )
    every: float | None = Field(default=None, gt=0, le=1440, description="not sooner after the last time [min]")
    days: Annotated[tuple[Day, ...], Field(min_length=1), AfterValidator(_once)] | None = Field(
        default=None, description="on these days after the match, as a message of the store's [days]"
    )

    @model_validator(mode="after")
    def _fits(self) -> When:
        if self.by and not self.events:
            raise misplaced("says whose event it was: name the events too", "by")
        of_stream = [
            name
            for name in type(self).model_fields
            if name not in ("days", "stock") and getattr(self, name) is not None
        ]
        if self.days and of_stream:
            words = f"the days after a match have no '{of_stream[0]}': leave it out, or 'days'"
            raise misplaced(words, of_stream[0])
        if not self.model_fields_set:
            raise ValueError("says nothing, so the rule would hold in every window: say at least 'every'")
        return self

    def acting(self, happened: Iterable[tuple[EventKind, int]]) -> list[int]:
        """The sides of those events among what has happened that it waits for."""
        wanted = self.events or ()
        return sorted({side for kind, side in happened if kind in wanted and self.by in (None, SIDES[side])})


class Interest(Form):
    """Clicks, saves and messages of a viewer about a category of goods tonight."""

    category: Key = Field(description="category of goods, as the scenario names it")
    at_least: int = Field(default=1, ge=1, le=255, description="how many [signs]")


class Part(Form):
    """A part of the viewers by a lot that is theirs all night: the same for all rules with the same `draw`."""

    at_least: Share = Field(default=0.0, description="lots from here [share]")
    below: Share = Field(description="to here [share]")
    draw: Key = Field(default="lot", description="name of the draw: another name, other lots")

    @model_validator(mode="after")
    def _some(self) -> Part:
        if self.below <= self.at_least:
            raise misplaced(f"no lot is at least {self.at_least:g} and below {self.below:g}", "below")
        return self


class Promise(Range):
    """How promising a viewer is, 0 to 1."""

    @model_validator(mode="after")
    def _some_are(self) -> Promise:
        if self.at_least is not None and self.at_least >= 1:
            raise misplaced("a score is below 1", "at_least")
        return self


class Who(Form):
    """The viewers: all that is said must hold for each of them.  Everybody, if nothing is said.

    What the stream knows of orders it knows only of viewers who have consented: of nobody else `orders` or `history`
    holds.
    """

    sides: Annotated[tuple[Side, ...], Field(min_length=1), AfterValidator(_once)] | None = Field(
        default=None, description="for whom they are; `acting` is the side of the event, `other` its opponent"
    )
    tier: Count | None = Field(default=None, description="member tier, 0 of who is none")
    consent: bool | None = Field(default=None, description="lets the stream see what they order")
    early: bool | None = Field(default=None, description="came early enough to count as a supporter")
    interest: Interest | None = Field(default=None, description="has turned to a category of goods tonight")
    minutes_watched: Range | None = Field(default=None, description="on the stream tonight [min]")
    clicks: Count | None = Field(default=None, description="pushes clicked tonight")
    chats: Count | None = Field(default=None, description="messages written tonight")
    shown: Count | None = Field(default=None, description="pushes shown tonight")
    minutes_since_shown: Range | None = Field(default=None, description="since the last of them [min]")
    orders: Count | None = Field(default=None, description="orders tonight, of who has consented")
    history: Count | None = Field(default=None, description="orders before tonight, of who has consented")
    score: Promise | None = Field(default=None, description="how promising the viewer is, 0 to 1 (docs/rules.md)")
    share: Part | None = Field(default=None, description="a part of them by lot")

    @model_validator(mode="after")
    def _fits(self) -> Who:
        none_shown = self.shown is not None and self.shown.below is not None and self.shown.below <= 1
        if none_shown and self.minutes_since_shown and self.minutes_since_shown.below is not None:
            raise misplaced("who has been shown nothing was never shown anything lately", "minutes_since_shown")
        return self


class Pick(Form):
    """Which item: of those that fit and are in stock, the first `by` something."""

    kind: Kind = Field(default="product", description="what kind of item")
    category: Key | None = Field(default=None, description="of this category")
    colours: Literal["own", "acting", "home", "away", "neutral", "any"] = Field(
        default="any", description="whose colours: `own` is each viewer's side, `acting` the side of the event"
    )
    limited: bool | None = Field(
        default=False, description="limited editions alone (true), none (false) or both (null)"
    )
    by: Literal["stock", "price", "margin", "chat", "turns", "viewer"] = Field(
        default="turns",
        description="most in stock, dearest, largest margin, most named in chat, one after the other, or for each "
        "viewer the one most like what they have turned to",
    )

    @model_validator(mode="after")
    def _fits(self) -> Pick:
        if self.by == "viewer" and self.kind in ("coupon",):
            raise misplaced("a coupon is of no category that viewers turn to", "by")
        return self


class Show(Form):
    """What is shown, where, on which terms, and for how long."""

    surface: SurfaceName = Field(description="where it appears")
    item: Key | None = Field(default=None, description="key of an item in the scenario")
    pick: Pick | None = Field(default=None, description="or how to choose one")
    discount: float = Field(default=0.0, ge=0, le=0.9, description="share off its price while the push runs [share]")
    team: int = Field(
        default=0, ge=0, le=MOST_TEAM, description="people who must join for the discount to hold [people]"
    )
    joint: bool = Field(default=False, description="host and brand promote it together and share the discount")
    claim: Share = Field(default=0.0, description="how much of what is said is exaggerated [share]")
    prominence: float = Field(default=1.0, ge=0.25, le=4, description="size and place on its surface [times]")
    lasts: float = Field(gt=0, le=10_080, description="how long the push runs [min]")

    @model_validator(mode="after")
    def _fits(self) -> Show:
        if self.item is None and self.pick is None:
            raise ValueError("needs 'item' (its key) or 'pick' (how to choose one)")
        if self.item is not None and self.pick is not None:
            raise misplaced("needs 'item' or 'pick', not both", "pick")
        if self.team == 1:
            raise misplaced("a team has 2 people at least (0: no team is needed)", "team")
        if self.team and not self.discount:
            raise misplaced("a team needs a discount: nobody would wait for others to pay the same", "team")
        if self.joint and self.team:
            raise misplaced("a joint promotion and a team are two deals: leave one out", "joint")
        if self.joint and not self.discount:
            raise misplaced("a joint promotion shares a discount between host and brand: give one", "joint")
        if self.joint and self.surface != "host_mention":
            raise misplaced("a joint promotion is spoken by the host: show it as host_mention", "joint")
        if self.surface == STORE and self.team:
            raise misplaced("a team forms on the stream: at the store's end nobody sees who waits", "team")
        kind = self.pick.kind if self.pick else "product"
        if self.surface == STORE and kind == "presale":
            raise misplaced("a pre-sale is sold on the stream", "pick", "kind")
        terms = [name for name in ("discount", "team", "joint") if getattr(self, name)]
        if kind in ("presale", "coupon", "content") and terms:
            raise misplaced(f"a {kind} takes no '{terms[0]}'", terms[0])
        if kind == "content" and self.claim:
            raise misplaced("content informs, and cannot exaggerate", "claim")
        return self


class Limits(Form):
    """How much at most; what is left out has no limit."""

    per_viewer: int | None = Field(default=None, ge=1, le=1000, description="pushes to one viewer until the next match")
    cool_down: float | None = Field(
        default=None, gt=0, le=1440, description="time between two pushes to one viewer [min]"
    )
    per_match: int | None = Field(default=None, ge=1, le=1000, description="times that it pushes until the next match")
    budget: float | None = Field(
        default=None, gt=0, description="reductions that its pushes have given away, after which it stops [currency]"
    )
    stock_floor: int | None = Field(default=None, ge=1, description="units below which an item is left alone [units]")


class Rule(Form):
    """When, to whom, what, and how much at most."""

    about: str = Field(default="", max_length=400, description="what it is for")
    when: When = Field(description="the moment")
    who: Who = Field(default=Who(), description="the viewers; everybody unless said")
    show: Show = Field(description="what they are shown")
    limits: Limits = Field(default=Limits(), description="how much of this rule at most")

    @model_validator(mode="after")
    def _fits(self) -> Rule:
        if (self.show.surface == STORE) != (self.when.days is not None):
            if self.when.days:
                words = f"in the days after a match there is only {STORE}"
                raise misplaced(words, "show", "surface")
            raise misplaced(f"{STORE} is for the days after a match: say which, in when.days", "show", "surface")
        acting = "acting" in (self.who.sides or ()) or "other" in (self.who.sides or ())
        if acting and not self.when.events:
            raise misplaced("'acting' and 'other' are sides of an event: name events in 'when'", "who", "sides")
        pick = self.show.pick
        if pick and pick.colours == "acting" and not self.when.events:
            raise misplaced("'acting' is the side of an event: name events in 'when'", "show", "pick", "colours")
        if self.when.surge and not pick:
            raise misplaced("'surge' is about the items that 'pick' chooses from", "when", "surge")
        return self


class RuleFile(Form):
    """A policy as rules, each asked in every window, in their order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="what people call it")
    about: str = Field(default="", max_length=4000, description="the idea behind it, and when to use it")
    rules: dict[Key, Rule] = Field(min_length=1, max_length=64, description="rules by name, in their order")
    limits: Limits = Field(default=Limits(), description="how much of all rules together at most")
    red_lines: RedLines | None = Field(
        default=None, description="red lines of this policy's own, beside the scenario's: the stricter counts"
    )
