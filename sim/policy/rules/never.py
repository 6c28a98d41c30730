"""Which rules can never fire in a given scenario, and why; read from both files, without playing anything.

Of a match that is the same every night each moment is held against a rule; of one that is generated, each that there
could be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import ceil, inf
from typing import Any

import numpy as np

from sim.errors import did_you_mean
from sim.policy.items import Item, Items, cards_of
from sim.policy.push import Offer, Push
from sim.policy.rules.form import STORE, Pick, Range, Rule, RuleFile, Show, When, Who
from sim.policy.rules.moments import Moment, moments
from sim.policy.terms import terms_problem
from sim.world.catalogue import ItemKind, stock_up
from sim.world.match import AWAY, HOME, SIDES
from sim.world.night import World
from sim.world.redlines import LINES
from sim.world.scenario import Scenario
from sim.world.shelved import UNLIMITED
from sim.world.surfaces import Surface

Location = tuple[str | int, ...]
Fault = tuple[Location, str]
AT_STREAM = ("minutes_watched", "clicks", "chats", "shown")  # which the store knows of those who consent alone
# What a rule may say of the moment, as far as that is known beforehand.
KNOWN: Mapping[str, Callable[[When, Any, Moment], bool]] = {
    "events": lambda when, _, m: bool(when.acting(m.happened)),
    "begins": lambda _, periods, m: m.began and m.period in periods,
    "periods": lambda _, periods, m: m.period in periods,
    "play": lambda _, play, m: m.in_play in (None, play),
    "peak": lambda _, peak, m: m.peak in (None, peak),
    "into": lambda _, into, m: into.meets(m.into, m.into + m.slack),
    "minute": lambda _, minute, m: m.minute is not None and minute.meets(m.minute, m.minute + m.slack),
    "score": lambda _, score, m: m.score is None or score.holds(*m.score),
}


def never(rules: RuleFile, world: World) -> Iterator[Fault]:
    """Where in the rule file, and why the rule there never fires in this scenario."""
    known = _Known(rules, world)
    for key, rule in rules.rules.items():
        for place, why in known.against(rule):
            what = "never fires" if place[0] == "when" else "never reaches anybody"
            yield ("rules", key, *place), f"{what} in '{world.scenario.name}': {why}"


class _Known:
    """What a scenario says beforehand."""

    def __init__(self, rules: RuleFile, world: World) -> None:
        self.rules, self.scenario = rules, world.scenario
        self.moments = moments(world, rules.red_lines)
        self.lines = [each for each in (self.scenario.red_lines, rules.red_lines) if each]
        self.items = most_there_can_be(self.scenario)
        self.segments = [s for s in self.scenario.audience.segments.values() if s.share > 0]

    def against(self, rule: Rule) -> Iterator[Fault]:
        """Why a rule never fires, with the place within it."""
        faults = self._days(rule.when) if rule.when.days else self._moments(rule.when)
        yield from ((("when", *place), why) for place, why in faults)
        yield from ((("who", *place), why) for place, why in self._people(rule))
        yield from self._goods(rule)
        yield from self._stock(rule)

    # --- the moment

    def _moments(self, when: When) -> Iterator[Fault]:
        said = [name for name in KNOWN if getattr(when, name) is not None]
        if self._fitting(when, said):
            return
        for name in tuple(said):  # what is left when nothing more can be left out is what cannot be at once
            without = [other for other in said if other != name]
            if not self._fitting(when, without):
                said = without
        *others, last = said
        if others:
            names = " and ".join(f"'{name}'" for name in others)
            yield (last,), f"{names} and '{last}' never hold at the same time"
        else:
            yield (last,), self._why(when, last)

    def _fitting(self, when: When, names: Sequence[str]) -> list[Moment]:
        """The moments at which all that is said under `names` may hold."""
        said = [(KNOWN[name], getattr(when, name)) for name in names]
        return [m for m in self.moments if all(may(when, wanted, m) for may, wanted in said)]

    def _why(self, when: When, name: str) -> str:
        lacks = "its match has no" if len(self.scenario.matches) == 1 else "none of its matches has any"
        if name == "events":
            by = f" by {when.by}" if when.by else ""
            return f"{lacks} {' or '.join(when.events or ())}{by}"
        if name in ("begins", "periods"):
            return f"{lacks} {' or '.join(getattr(when, name))}"
        if name == "minute":
            last = max(m.minute or 0.0 for m in self.moments)
            return f"its clock goes from 0 to {last:g}, stoppage time as the minute it is added to"
        if name == "into":
            return f"no part of its broadcast lasts longer than {max(m.into for m in self.moments):.3g} minutes"
        return f"{lacks} such moment"

    def _days(self, when: When) -> Iterator[Fault]:
        days = self.scenario.days
        longest = ceil(max([self.scenario.days_after, *(after - before for before, after in pairwise(days))]))
        if when.days and min(when.days) > longest:
            yield ("days",), f"{longest} days after a match are followed at most"

    # --- the viewers

    def _people(self, rule: Rule) -> Iterator[Fault]:
        who = rule.who
        if not self._sides(rule):
            yield ("sides",), f"nobody is for {' or '.join(who.sides or ())}"
        consents = [s.consent for s in self.segments]
        if who.consent is True and not any(consents):
            yield ("consent",), "nobody consents"
        if who.consent is False and all(c == 1 for c in consents):
            yield ("consent",), "everybody consents"
        for name in ("orders", "history"):
            if getattr(who, name) and (not any(consents) or who.consent is False):
                yield (name,), "it is known only of viewers who consent"
        yield from self._tiers(who)
        if not rule.when.days:
            yield from self._so_far(rule)
        elif who.consent is False:
            asked = [name for name in AT_STREAM if (range_ := getattr(who, name)) and not range_.holds(0)]
            asked += [name for name in ("interest", "early") if getattr(who, name)]
            yield from (((name,), "the store does not know it of who has not consented") for name in asked)

    def _sides(self, rule: Rule) -> list[int]:
        """Whose fans it may be for, of those who have any."""
        there = [side for side, name in enumerate(SIDES) if getattr(self.scenario.audience.sides, name) > 0]
        acting = self._acting(rule.when)
        meant = {"acting": acting, "other": [HOME + AWAY - side for side in acting]}
        named = rule.who.sides or SIDES
        return [side for side in there if any(side in meant.get(n, ()) or SIDES[side] == n for n in named)]

    def _acting(self, when: When) -> list[int]:
        """Whose events it may wait for."""
        return sorted({side for m in self.moments for side in when.acting(m.happened)})

    def _tiers(self, who: Who) -> Iterator[Fault]:
        low = who.tier.at_least if who.tier else None
        if low is None:
            return
        tiers = self.scenario.loyalty.tiers
        if low > len(tiers):
            yield ("tier",), f"the highest of its tiers, {list(tiers)[-1]}, is {len(tiers)}"
        elif low > 0 and not any(s.members for s in self.segments):
            yield ("tier",), "no segment has members"

    def _so_far(self, rule: Rule) -> Iterator[Fault]:
        """What nobody can have done by the last moment of the rule's."""
        said = [name for name in KNOWN if getattr(rule.when, name) is not None]
        last = max((m.elapsed + m.slack for m in self._fitting(rule.when, said)), default=None)
        if last is None:
            return  # it never fires
        for name in ("minutes_watched", "minutes_since_shown"):
            wanted: Range | None = getattr(rule.who, name)
            if wanted and (wanted.at_least or 0.0) > last:
                yield (name,), f"by the last of its moments the broadcast has lasted {last:.1f} minutes"
        for name in ("clicks", "chats", "shown", "orders"):
            wanted = getattr(rule.who, name)
            if wanted and not wanted.holds(0) and rule.when.begins == ("pre",):
                yield (name,), "it fires as the broadcast opens, when nobody has done anything"
        most = min((each.most for each in self.lines if each.enforces("most")), default=inf)
        shown, place = rule.who.shown, getattr(self.scenario.surfaces, rule.show.surface)
        if shown and (shown.at_least or 0.0) >= most and not place.in_shop:
            yield ("shown",), f"the red lines let nobody be shown more than {most:g} pushes"

    # --- what is shown

    def _goods(self, rule: Rule) -> Iterator[Fault]:
        show, items = rule.show, self._shown(rule)
        if show.item and not items:
            return  # a run would stop: `stops` tells so
        if show.pick and not items:
            yield self._no_such(show.pick)
            return
        names = " or ".join(item.key for item in items[:3])
        if show.pick:
            yield from ((("show", *place), why) for place, why in self._terms(show, items, names))
        yield from ((("show", *place), why) for place, why in self._forbidden(rule, items))
        yield from self._reached(rule, items, names)

    def _no_such(self, pick: Pick) -> Fault:
        """Why there is nothing to pick from."""
        kind = [item for item in self.items.values() if item.kind is ItemKind[pick.kind.upper()]]
        categories = sorted({item.category for item in kind if item.category})
        if pick.category and pick.category not in categories:
            known = did_you_mean(pick.category, categories)
            return ("show", "pick", "category"), f"its shop has no {pick.kind} of category '{pick.category}'{known}"
        such = [item for item in kind if pick.category in (None, item.category)]
        if pick.limited is False and such and all(item.limited for item in such):
            return ("show", "pick"), f"its shop has only limited ones of that {pick.kind}: say 'limited: true'"
        return ("show", "pick"), f"its shop has no such {pick.kind}"

    def _shown(self, rule: Rule) -> list[Item]:
        """What it may show, as far as kind, category and colours say."""
        pick = rule.show.pick
        if pick is None:
            return [item for key, item in self.items.items() if key == rule.show.item]
        own, acting = self._sides(rule), self._acting(rule.when)
        sides = {"own": own, "acting": acting, "any": range(len(SIDES))}.get(pick.colours)
        return [
            item
            for item in self.items.values()
            if item.kind is ItemKind[pick.kind.upper()]
            and pick.category in (None, item.category)
            and pick.limited in (None, item.limited)
            and (SIDES[item.side] == pick.colours if sides is None else item.side in sides)
        ]

    def _terms(self, show: Show, items: list[Item], names: str) -> Iterator[Fault]:
        if show.joint and not any(item.brand for item in items):
            yield ("joint",), f"no brand joins in promotions of {names}"
            return
        offer = Offer(items[0].key, show.discount, show.team, show.joint, show.claim)
        problems = [
            terms_problem(Push(show.surface, offer, np.inf), item, after=show.surface == STORE) for item in items
        ]
        if all(problems):
            yield ("discount" if show.discount else "pick",), str(problems[0])

    def _forbidden(self, rule: Rule, items: list[Item]) -> Iterator[Fault]:
        """Red lines that it would cross with everybody, where they are enforced."""
        show, when = rule.show, rule.when
        host, shop, place = self.scenario.host, self.scenario.shop, getattr(self.scenario.surfaces, show.surface)
        enforced = {line for line in LINES if any(each.enforces(line) for each in self.lines)}
        sold = any(item.price for item in items)
        if "claim" in enforced and show.claim:
            yield ("claim",), "it exaggerates, which the red lines forbid"
        elif "claim" in enforced and place.spoken and sold and host.truthfulness < 1:
            share = f"{1 - host.truthfulness:.0%}"
            yield ("surface",), f"the host exaggerates by {share} (host.truthfulness), which the red lines forbid"
        if "price" in enforced and show.discount and not show.team and shop.price_lag and not place.at_store:
            words = f"the till learns of it {shop.price_lag:g} s later (shop.price_lag), which the red lines forbid"
            yield ("discount",), words
        if "peak" in enforced and when.peak and self._loud(place, show.prominence, items):
            yield ("surface",), f"{show.surface} is too loud for a peak, which the red lines forbid"
        if "consent" in enforced and place.at_store and rule.who.consent is False:
            yield ("surface",), "it aims at those who have not consented, which the red lines forbid"

    def _loud(self, place: Surface, prominence: float, items: list[Item]) -> bool:
        """Whether a push is high intrusion, whichever of the items it shows."""
        content = any(item.kind is ItemKind.CONTENT for item in items)
        gentle = self.scenario.assumptions.content_gentle if content else 1.0
        strictest = min(each.intrusive for each in self.lines if each.watches("peak"))
        return place.forced or place.intrusiveness * prominence * gentle >= strictest

    def _reached(self, rule: Rule, items: list[Item], names: str) -> Iterator[Fault]:
        """Whether any of the items is there to be shown to somebody who may buy it."""
        floor = max(limits.stock_floor or 0 for limits in (rule.limits, self.rules.limits))
        if all(item.stock < floor for item in items):
            where = ("limits", "stock_floor") if rule.limits.stock_floor else ("show",)
            yield where, f"there are never {floor} units of {names} (limits.stock_floor)"
        elif all(item.stock < 1 for item in items):
            yield ("show", "item" if rule.show.item else "pick"), f"there are never any of {names}"
        tier = rule.who.tier
        if tier and tier.below is not None:
            may = [item for item in items if item.tier < tier.below or (item.early and rule.who.early is not False)]
            if not may:
                yield ("who", "tier"), f"nobody of those tiers may buy {names}"
        if rule.when.surge and all(item.kind in (ItemKind.COUPON, ItemKind.CONTENT) for item in items):
            yield ("when", "surge"), "the chat names goods alone"
        if rule.when.team and not {item.key for item in items} & self._gathered(rule):
            yield ("when", "team"), f"no other rule gathers a team for {names}"

    def _gathered(self, but: Rule) -> set[str]:
        """What teams may form for by other rules."""
        others = [rule for rule in self.rules.rules.values() if rule.show.team and rule is not but]
        return {item.key for rule in others for item in self._shown(rule)}

    def _stock(self, rule: Rule) -> Iterator[Fault]:
        wanted = rule.when.stock
        if wanted is None:
            return
        if wanted.item not in self.items:
            known = did_you_mean(wanted.item, list(self.items))
            yield ("when", "stock", "item"), f"its shop has no item '{wanted.item}'{known}"
            return
        most, low, high = self.items[wanted.item].stock, wanted.at_least or 0.0, wanted.below
        if low > most:
            yield ("when", "stock"), f"it has {most} of it at most"
        elif high is not None and self.items[wanted.item].kind in (ItemKind.COUPON, ItemKind.CONTENT):
            yield ("when", "stock"), "it never runs out"
        elif high is not None and high <= 1 and rule.show.item == wanted.item:
            yield ("when", "stock"), "what there is none of is not shown"


def most_there_can_be(scenario: Scenario) -> Items:
    """The items with as much in stock as there can be: what is refilled has no end."""
    catalogue = stock_up(scenario.shop, scenario.loyalty, 1.0, scenario.assumptions)
    stock = np.where(np.repeat(catalogue.reorder_at >= 0, catalogue.sizes), UNLIMITED, catalogue.stock)
    cards = cards_of(catalogue, 10**scenario.shop.decimals)
    return Items(cards, stock, np.ones((2, len(catalogue.keys))))
