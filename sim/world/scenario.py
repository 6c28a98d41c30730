"""A scenario: what is given for a night, as people write it in YAML.

Frozen and strict: unknown keys are errors, every field says what it is and in which unit.  `schema` exports the JSON
Schema that editors complete and check scenarios with.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from sim.errors import did_you_mean
from sim.evidence import NONE, note, number, numbers
from sim.parameters import Parameters
from sim.world.forms import Form, Key, add_to_one
from sim.world.fulfilment import Fulfilment
from sim.world.host import Host
from sim.world.loyalty import Loyalty
from sim.world.names import Name
from sim.world.redlines import RedLines
from sim.world.rules import namesakes
from sim.world.shop import Shop
from sim.world.surfaces import Surfaces
from sim.world.timeline import ScoreForm
from sim.world.yaml_faults import misplaced

# --- the match --------------------------------------------------------------------------------------------------------


class TeamForm(Form):
    """One side of a match that does not come from a timeline."""

    name: Name = Field(description="name of the team")
    expected_goals: float = Field(gt=0, le=10, description="goals expected in 90 minutes against this opponent [goals]")


class TimelineMatch(Form):
    """A real match in the project's own timeline form."""

    source: Literal["timeline"]
    file: str = Field(description="path of the timeline, from this scenario's folder")


class OpenfootballMatch(Form):
    """A match out of an openfootball World Cup JSON file."""

    source: Literal["openfootball"]
    file: str = Field(description="path of the JSON file, from this scenario's folder")
    home: Name = Field(description="the first team, as the file spells it")
    away: Name = Field(description="the second team, as the file spells it")
    date: str | None = Field(default=None, description="date (quoted, YYYY-MM-DD) where the teams met more than once")


class WyscoutMatch(Form):
    """A match out of Wyscout v2 event files."""

    source: Literal["wyscout"]
    events: str = Field(description="path of the event file, from this scenario's folder")
    matches: str = Field(description="path of the matches file, from this scenario's folder")
    match_id: int = Field(description="the match's number in both files")


class CsvMatch(Form):
    """A match out of a CSV file of events."""

    source: Literal["csv"]
    file: str = Field(description="path of the CSV file, from this scenario's folder")
    home: TeamForm = Field(description="the team named first")
    away: TeamForm = Field(description="the team named second")
    knockout: bool = Field(default=False, description="a level match goes on to extra time and penalties")
    score: ScoreForm


class GeneratedMatch(Form):
    """Another match every replication, drawn from the strengths of both sides."""

    source: Literal["generated"]
    home: TeamForm = Field(description="the team named first")
    away: TeamForm = Field(description="the team named second")
    knockout: bool = Field(default=False, description="a level match goes on to extra time and penalties")


def _between_two(match: Form) -> Form:
    if isinstance(match, CsvMatch | GeneratedMatch) and (words := namesakes(match.home.name, match.away.name)):
        raise misplaced(words, "away", "name")
    return match


MatchForm = Annotated[
    TimelineMatch | OpenfootballMatch | WyscoutMatch | CsvMatch | GeneratedMatch,
    Field(discriminator="source"),
    AfterValidator(_between_two),
]


# --- the audience -----------------------------------------------------------------------------------------------------


class Spread(Form):
    """A positive trait, log-normal over people: median x e^(spread z)."""

    median: float = Field(gt=0, le=1e6, description="the middle viewer's value [unit of the trait]")
    spread: float = number(0.5, "s.d. of the logarithm", 0.1, 2, "assumed", NONE,
        "How much viewers differ; unless given, as much as the trait's own default says", ge=0, le=3)  # fmt: skip


def _trait(
    median: float, low: float, high: float, unit: str, spread: float, least: float, most: float, meaning: str
) -> Any:
    """A trait whose median is plausible from `low` to `high`, and its spread from `least` to `most`."""
    return numbers(
        Spread(median=median, spread=spread),
        f"{meaning} [{unit}]",
        median=note(unit, low, high, "assumed", NONE, f"{meaning}, of the middle viewer"),
        spread=note("s.d. of the logarithm", least, most, "assumed", NONE, f"{meaning}: how much viewers differ"),
    )


class Segment(Form):
    """One kind of viewer.  All of it is assumed: no source gives the distribution of these traits.

    A segment alone needs no share: it is everybody.  `stay` is a scale: at twice the minutes, a viewer is half as
    likely to leave at any moment.  Whatever a spread makes of a median, nobody writes more than one message a second or
    visits the shop more than once a minute.
    """

    model_config = ConfigDict(json_schema_extra={"required": []})  # `Audience` knows whether a share may be left out

    # fmt: off
    share: float = number(..., "share", 0, 1, "assumed", "What the scenario supposes",
        "Share of the audience: several segments add up to 1, one alone needs none", ge=0, le=1)
    emotional_gain: Spread = _trait(1.0, 0.5, 2, "times", 0.3, 0.1, 0.6, "Own arousal over the side's curve")
    fandom: Spread = _trait(1.0, 0.5, 2, "times the average", 0.4, 0.1, 0.8, "Pull of own side's goods")
    chat: Spread = _trait(0.1, 0.01, 1, "per minute", 1.4, 0.7, 2, "Messages at full arousal")
    stay: Spread = _trait(45.0, 10, 180, "minutes", 0.8, 0.4, 1.3,
        "How long one stay on the stream tends to be (of several in a night, if who left returns)")
    browse: Spread = _trait(0.4, 0.05, 4, "per hour", 0.8, 0.4, 1.3, "Own visits to the shop in breaks")
    price_sensitivity: Spread = _trait(1.0, 0.5, 2, "times the average", 0.3, 0.1, 0.6, "Own price elasticity")
    tolerance: Spread = _trait(1.0, 0.3, 3, "times the average", 0.5, 0.2, 0.8, "Annoyance that is too much")
    host_affinity: float = number(0.0, "standard deviations", -1.5, 1.5, "assumed",
        "0 is the average viewer; no source found for segments", "Mean liking of the host", ge=-3, le=3)
    trust: float = number(0.7, "share", 0.3, 0.95, "assumed", NONE, "Mean trust in the shop at the start", ge=0, le=1)
    trust_spread: float = number(0.1, "standard deviation", 0, 0.3, "assumed", NONE,
        "How much viewers differ in trust", ge=0, le=1)
    trust_margin: float = number(0.02, "share", 0, 0.1, "assumed", NONE,
        "The least trust at the start, and what the greatest lacks of 1", ge=0, le=0.5)
    consent: float = number(0.6, "share", 0.1, 0.95, "assumed", NONE,
        "Viewers who let the stream see their shop history", ge=0, le=1)
    members: float = number(0.2, "share", 0, 0.7, "assumed", NONE, "Viewers with a member tier", ge=0, le=1)
    customers: float = number(0.15, "share", 0.02, 0.6, "assumed", NONE,
        "Viewers who have bought at the store before", ge=0, le=1)
    loyal: float = number(0.8, "share", 0.3, 0.97, "assumed", NONE,
        "Viewers who come to the next match of a season, all else as usual", gt=0, lt=1)
    # fmt: on

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        """Who gives a trait's median alone keeps the trait's own spread."""
        return {k: _with_own_spread(cls, k, v) for k, v in given.items()} if isinstance(given, dict) else given


def _with_own_spread(segment: type[Segment], name: str, given: Any) -> Any:
    field = segment.model_fields.get(name)
    if isinstance(given, dict) and field and isinstance(field.default, Spread):
        return {"spread": field.default.spread, **given}
    return given


class Sides(Form):
    """Whom the audience is for; the three shares add up to 1."""

    # fmt: off
    home: float = number(0.4, "share", 0, 0.9, "assumed", NONE, "Viewers who are for the home side", ge=0, le=1)
    away: float = number(0.4, "share", 0, 0.9, "assumed", NONE, "Viewers who are for the away side", ge=0, le=1)
    neutral: float = number(0.2, "share", 0, 0.9, "assumed", NONE, "Viewers who are for neither", ge=0, le=1)
    # fmt: on

    @model_validator(mode="after")
    def _whole(self) -> Sides:
        add_to_one("the shares of home, away and neutral", [self.home, self.away, self.neutral])
        return self


class Arrivals(Form):
    """When viewers first come.

    After kick-off ever fewer do, and more when the match is livelier than a usual one.
    """

    # fmt: off
    before_kickoff: float = number(0.6, "share", 0.3, 0.9, "assumed", NONE, "Viewers who are there at kick-off",
        ge=0, le=1)
    ramp: float = number(8.0, "minutes", 2, 30, "assumed", NONE, "Time in which early arrivals grow e-fold",
        gt=0, le=60)
    goal_pull: float = number(3.0, "times", 0, 10, "assumed", NONE, "Arrivals at full arousal against none, less 1",
        ge=0, le=50)
    usual_length: float = number(110.0, "minutes", 90, 150, "assumed",
        "No source found; so long does a league match last (Wyscout open data 2017/18)",
        "Time from kick-off in which arrivals of a calm match fall to none", gt=0, le=300)
    usual_arousal: float = number(0.15, "arousal", 0.1, 0.3, "assumed",
        "No source found; generated league matches have 0.16 (neutrals) to 0.20 (fans)",
        "Mean arousal of a usual match", ge=0, le=1)
    never: float = number(0.05, "share", 0.01, 0.3, "assumed", NONE,
        "Viewers not there at kick-off who never come to a usual match", gt=0, lt=1)
    # fmt: on


class Audience(Form):
    """Who watches."""

    viewers: int = Field(ge=1, le=50_000_000, description="people who come at any time of the night [people]")
    sides: Sides = Sides()
    segments: dict[Key, Segment] = Field(
        default={"everyone": Segment(share=1.0)},
        min_length=1,
        max_length=32,
        description="kinds of viewers by name; one of them, `everyone`, unless given",
    )
    arrivals: Arrivals = Arrivals()

    @model_validator(mode="before")
    @classmethod
    def _everybody(cls, given: Any) -> Any:
        """A segment alone has all of the audience, so that one trait of it can be said and nothing else."""
        segments = given.get("segments") if isinstance(given, dict) else None
        if not isinstance(segments, dict) or len(segments) != 1:
            return given
        alone = {key: {"share": 1.0, **said} if isinstance(said, dict) else said for key, said in segments.items()}
        return {**given, "segments": alone}

    @model_validator(mode="after")
    def _whole(self) -> Audience:
        add_to_one("the shares of the segments", [s.share for s in self.segments.values()], "segments")
        return self


# --- the whole --------------------------------------------------------------------------------------------------------


class Timing(Form):
    """How the night is cut up."""

    window: float = Field(
        default=15.0, ge=1, le=60, description="lag with which people see shared state: chat, stock, offers [s]"
    )


class Experiment(Form):
    """What a comparison does unless the command line says otherwise."""

    seed: int = Field(default=1, ge=0, lt=2**63, description="seed of all draws")
    replications: int = Field(default=30, ge=1, le=100_000, description="nights each policy plays [nights]")
    viewer_worth: float = number(3.0, "currency", 0.5, 15, "assumed", NONE,
        "Worth of a viewer who will come again and can still be reached, beyond the days that are followed",
        ge=0, le=10_000)  # fmt: skip
    baseline: str = Field(default="no_push", description="the policy others are compared with")
    policies: tuple[str, ...] = Field(
        default=(),
        description="policies to compare, by name or as path/to/file.py:Class from the working directory, with "
        "parameters as in 'peak_flash(discount=0.3)'; all sample policies but the brackets if empty",
    )


class Fixture(Form):
    """A match of a season."""

    day: float = Field(ge=0, le=400, description="days from the kick-off of the first match to this one's [days]")
    match: MatchForm = Field(description="which match is played: `source` says where it comes from")


class Scenario(Form):
    """A match or a season of them, its audience, a shop; and how it is to be played.

    In a season the audience is that of the side named first in every match, and of those who are for its opponents.
    """

    name: Name = Field(description="what reports call it")
    about: str = Field(default="", max_length=4000, description="what it is for, in a sentence or two")
    match: MatchForm | None = Field(default=None, description="which match is played: `source` says where it is from")
    fixtures: tuple[Fixture, ...] = Field(
        default=(), max_length=60, description="matches of a season in order of their days, instead of `match`"
    )
    days_after: float = Field(
        default=14, ge=0, le=120, description="how long the last match is followed: parcels, returns, visits [days]"
    )
    audience: Audience
    shop: Shop
    host: Host = Host()
    loyalty: Loyalty = Loyalty()
    fulfilment: Fulfilment = Fulfilment()
    surfaces: Surfaces = Surfaces()
    assumptions: Parameters = Field(default_factory=Parameters, description="numbers of the model to change")
    timing: Timing = Timing()
    red_lines: RedLines = RedLines()
    experiment: Experiment = Experiment()

    @model_validator(mode="after")
    def _one_or_several(self) -> Scenario:
        if (self.match is None) == (not self.fixtures):
            raise ValueError("needs 'match' (one night) or 'fixtures' (a season, of one match at least), not both")
        for i, fixture in enumerate(self.fixtures):
            if i == 0 and fixture.day != 0:
                raise misplaced("days count from the first match: its day is 0", "fixtures", 0, "day")
            if i and fixture.day < self.fixtures[i - 1].day + 1:
                words = f"a day at least must pass after the match before it, on day {self.fixtures[i - 1].day:g}"
                raise misplaced(words, "fixtures", i, "day")
        return self

    @model_validator(mode="after")
    def _tiers_are_there(self) -> Scenario:
        for key, product in self.shop.products.items():
            tier = product.access.tier if product.access else None
            if tier and tier not in self.loyalty.tiers:
                words = f"there is no tier '{tier}'{did_you_mean(tier, list(self.loyalty.tiers))}"
                raise misplaced(words, "shop", "products", key, "access", "tier")
        return self

    @property
    def matches(self) -> tuple[MatchForm, ...]:
        """The matches in order; one unless it is a season."""
        return (self.match,) if self.match else tuple(f.match for f in self.fixtures)

    @property
    def days(self) -> tuple[float, ...]:
        """The days of the matches, from the first one's kick-off."""
        return tuple(f.day for f in self.fixtures) or (0.0,)


def schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Scenario.model_json_schema()}


def match_files(match: MatchForm, folder: Path) -> dict[str, Path]:
    """The files a match is read from, by field, found from the scenario's `folder`."""
    return {f: folder / getattr(match, f) for f in ("file", "events", "matches") if hasattr(match, f)}
