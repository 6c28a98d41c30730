"""Which rules can never fire in a given scenario, and why; read from both files, without playing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sim.errors import did_you_mean
from sim.policy.rules.form import Pick, Range, Rule, RuleFile, Show, When, Who
from sim.world.catalogue import ItemKind, stock_up
from sim.world.match import PLAYING, SIDES, Match, PeriodName
from sim.world.night import World
from sim.world.scenario import Scenario

Location = tuple[str | int, ...]
Fault = tuple[Location, str]
SHOOT_OUT = ("shootout_goal", "shootout_miss")
LEVEL: tuple[PeriodName, ...] = ("ET_break", "E1", "ET_HT", "E2", "PK_break", "P")  # only of a knock-out match
STOPPED: tuple[PeriodName, ...] = ("pre", "HT", "ET_break", "ET_HT", "PK_break", "post")


def never(rules: RuleFile, world: World) -> Iterator[Fault]:
    """Where in the rule file, and why the rule there never fires in this scenario."""
    known = _Known(world)
    for key, rule in rules.rules.items():
        for place, why in known.against(rule):
            yield ("rules", key, *place), f"never fires in '{world.scenario.name}': {why}"


class _Known:
    """What a scenario says beforehand."""

    def __init__(self, world: World) -> None:
        self.scenario: Scenario = world.scenario
        self.matches: Sequence[Match | None] = world.fixed
        shop = self.scenario.shop
        self.catalogue = stock_up(shop, self.scenario.loyalty, 1.0, self.scenario.assumptions)
        self.segments = [s for s in self.scenario.audience.segments.values() if s.share > 0]

    def against(self, rule: Rule) -> Iterator[Fault]:
        """Why a rule never fires, with the place within it."""
        yield from (
            (("when", *place), why)
            for place, why in (*self._moments(rule.when), *self._clock(rule.when), *self._days(rule.when))
        )
        yield from ((("who", *place), why) for place, why in self._people(rule.who))
        yield from ((("show", *place), why) for place, why in self._goods(rule))
        yield from self._stock(rule)

    # --- the moment

    def _moments(self, when: When) -> Iterator[Fault]:
        if when.events and not any(self._happens(kind, when.by) for kind in when.events):
            by = f" by {when.by}" if when.by else ""
            yield ("events",), f"its match has no {' or '.join(when.events)}{by}"
        for name in ("begins", "periods"):
            given = getattr(when, name)
            if given and not any(self._is_played(period) for period in given):
                yield (name,), f"its match has no {' or '.join(given)}"

    def _happens(self, kind: str, by: str | None) -> bool:
        def in_match(match: Match | None, knockout: bool) -> bool:
            if match is None:
                return knockout or kind not in SHOOT_OUT
            return any(e.kind == kind and by in (None, SIDES[e.side]) for e in match.events)

        return any(in_match(m, getattr(f, "knockout", False)) for m, f in self._each())

    def _is_played(self, period: PeriodName) -> bool:
        def in_match(match: Match | None, knockout: bool) -> bool:
            if match is None:
                return knockout or period not in LEVEL
            return any(p.name == period for p in match.periods)

        return any(in_match(m, getattr(f, "knockout", False)) for m, f in self._each())

    def _each(self) -> Iterator[tuple[Match | None, object]]:
        return zip(self.matches, self.scenario.matches, strict=True)

    def _clock(self, when: When) -> Iterator[Fault]:
        last = 120.0 if any(self._is_played(p) for p in ("E1", "E2")) else 90.0
        if when.minute and (low := when.minute.at_least) is not None and low > last:
            yield ("minute",), f"its clock ends at {last:g}"
        if when.minute and when.minute.below is not None and when.minute.below <= 0:
            yield ("minute",), "its clock begins at 0"
        if when.periods and set(when.periods) <= set(STOPPED):
            if when.play:
                yield ("play",), f"nobody plays in {' or '.join(when.periods)}"
            if when.minute:
                yield ("minute",), f"the clock rests in {' or '.join(when.periods)}"
        if when.periods and when.begins and not set(when.periods) & set(when.begins):
            yield ("begins",), f"none of them is {' or '.join(when.periods)}"
        if when.periods and when.minute and not any(_overlaps(when.minute, p) for p in when.periods if p in PLAYING):
            yield ("minute",), f"the clock never shows it in {' or '.join(when.periods)}"

    def _days(self, when: When) -> Iterator[Fault]:
        days = self.scenario.days
        gaps = [int(after - before) for before, after in pairwise(days)]
        longest = max([int(self.scenario.days_after + 1) if self.scenario.days_after else 0, *gaps])
        if when.days and min(when.days) > longest:
            yield ("days",), f"{longest} days after a match are followed at most"

    # --- the viewers

    def _people(self, who: Who) -> Iterator[Fault]:
        audience, sides = self.scenario.audience, self.scenario.audience.sides
        named = [side for side in who.sides or () if side in SIDES]
        if who.sides and len(named) == len(who.sides) and not any(getattr(sides, side) for side in named):
            yield ("sides",), f"nobody is for {' or '.join(named)}"
        consents = [s.consent for s in audience.segments.values() if s.share > 0]
        if who.consent is True and not any(consents):
            yield ("consent",), "nobody consents"
        if who.consent is False and all(c == 1 for c in consents):
            yield ("consent",), "everybody consents"
        for name in ("orders", "history"):
            wanted: Range | None = getattr(who, name)
            if wanted and (not any(consents) or who.consent is False):
                yield (name,), "it is known only of viewers who consent"
            elif wanted and wanted.below is not None and wanted.below <= 0:
                yield (name,), "nobody has fewer than 0"
        yield from self._tiers(who)
        if who.interest and who.interest.category not in self.catalogue.categories:
            known = did_you_mean(who.interest.category, self.catalogue.categories)
            yield ("interest", "category"), f"its shop has no category '{who.interest.category}'{known}"

    def _tiers(self, who: Who) -> Iterator[Fault]:
        low = who.tier.at_least if who.tier else None
        if low is None:
            return
        tiers = self.scenario.loyalty.tiers
        if low > len(tiers):
            yield ("tier",), f"the highest of its tiers, {list(tiers)[-1]}, is {len(tiers)}"
        elif low > 0 and not any(s.members for s in self.segments):
            yield ("tier",), "no segment has members"

    # --- what is shown

    def _goods(self, rule: Rule) -> Iterator[Fault]:
        show = rule.show
        if show.item is not None and show.item not in self.catalogue.keys:
            yield ("item",), f"its shop has no item '{show.item}'{did_you_mean(show.item, self.catalogue.keys)}"
            return
        if show.item is not None:
            yield from self._terms(show, [self.catalogue.keys.index(show.item)], ("item",))
            return
        assert show.pick is not None
        items = [i for i in range(len(self.catalogue.keys)) if self._fits(i, show.pick)]
        if not items:
            yield ("pick",), f"its shop has no such {show.pick.kind}"
        else:
            yield from self._terms(show, items, ("pick",))

    def _fits(self, item: int, pick: Pick) -> bool:
        c = self.catalogue
        category = c.categories[c.category[item]] if c.category[item] >= 0 else None
        limited = bool(c.tier[item] > 0 or c.early[item])
        side = SIDES[int(c.side[item])]
        return (
            c.kind[item] == ItemKind[pick.kind.upper()]
            and pick.category in (None, category)
            and pick.limited in (None, limited)
            and (pick.colours in ("own", "acting", "any") or pick.colours == side)
        )

    def _terms(self, show: Show, items: list[int], place: Location) -> Iterator[Fault]:
        c = self.catalogue
        names = " or ".join(c.keys[i] for i in items[:3])
        if show.joint and not any(c.funds[i] >= 0 for i in items):
            yield ("joint",), f"no brand joins in promotions of {names}"
        left = [i for i in items if c.price[i]]
        least = [1.0 - (1.0 - show.discount) * c.own_price[i] / c.price[i] - c.most_off[i] / c.price[i] for i in left]
        if show.discount and left and min(least) > 1e-9:
            most = self.scenario.shop.stacking.most_off
            yield ("discount",), f"all reductions together may take {most:.0%} off (shop.stacking)"

    def _stock(self, rule: Rule) -> Iterator[Fault]:
        wanted = rule.when.stock
        if wanted is None:
            return
        if wanted.item not in self.catalogue.keys:
            known = did_you_mean(wanted.item, self.catalogue.keys)
            yield ("when", "stock", "item"), f"its shop has no item '{wanted.item}'{known}"
            return
        most = self._most(wanted.item)
        if wanted.at_least is not None and most is not None and wanted.at_least > most:
            yield ("when", "stock"), f"it has {most} of it at most"

    def _most(self, key: str) -> int | None:
        """Units of a product at the start, None where more comes in or that is not known."""
        product = self.scenario.shop.products.get(key)
        if product is None or product.replenishment is not None:
            return None
        return int(product.stock or sum((product.sizes or {}).values()))


def _overlaps(minute: Range, period: PeriodName) -> bool:
    first, last = PLAYING[period]
    low = -1.0 if minute.at_least is None else minute.at_least
    high = float("inf") if minute.below is None else minute.below
    return low <= last and high > first
