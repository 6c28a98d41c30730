"""The same night as a good modeller would write it by hand in SimPy: one process a viewer, one random generator.

It has the same match, the same people, the same equations (`sim/behaviour.py` as plain Python) and the same policy, and
counts what happens to viewers as the engines do.  It has no keyed draws, so two policies would not see the same people
do the same things; and nobody waits for a window's end at the till.  Left out is what the policy of the benchmark has
no use for: discounts, shop banners, the host's voice.
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import simpy

from sim import behaviour as b
from sim.engine.sight import NOTHING_YET
from sim.policy import Policy, View
from sim.policy.chance import night_key
from sim.policy.items import Items, cards_of
from sim.policy.viewers import Viewers
from sim.world.audience import TASTE_STEP
from sim.world.catalogue import ItemKind
from sim.world.match import NEUTRAL
from sim.world.night import Night
from sim.world.stage import BLOCK
from sim.world.surfaces import Surface

Waiting = Generator[simpy.Event, Any, None]
RESERVED_TRIES = 2  # sizes that one visitor asks the till for


class Second(NamedTuple):
    """The match in one second, as viewers feel it."""

    arousal: list[float]
    mood: list[float]
    attention: float
    suspense: float
    leave_phase: float
    browse_phase: float


class Offer(NamedTuple):
    """A push that runs."""

    product: int
    surface: Surface
    expires: float


class PlainNight:
    """The match, the shop and the stream that all viewers share."""

    def __init__(self, night: Night, policy: Policy) -> None:
        self.night, self.policy = night, policy
        self.rng = random.Random(night.seed)
        self.p = SimpleNamespace(**night.scenario.assumptions.model_dump())
        self.opens, self.closes = night.stage.curves.opens, night.stage.curves.closes
        self.env = simpy.Environment(initial_time=self.opens)
        self.seconds = [Second(*s) for s in night.stage.curves.seconds.tolist()]
        self.most = night.stage.curves.most.tolist()  # (leave, arousal by side, browse by side) a minute
        self._fill_shelves()
        self.offers: list[Offer] = []
        self.asked, self.events, self.clicks, self.orders = -math.inf, 0, 0, 0
        self.present, self.chats, self.heat = [0, 0, 0], [0, 0, 0], [0.0, 0.0, 0.0]
        self.viewers = [Viewer(i, self) for i in range(len(night.crowd))]

    def _fill_shelves(self) -> None:
        c = self.night.catalogue
        self.sizes = c.sizes
        self.cards = cards_of(c, 10**self.night.scenario.shop.decimals)
        self.stock: list[int] = c.stock.tolist()
        self.quantity: list[int] = c.quantity.tolist()
        self.reorder_at: list[int] = c.reorder_at.tolist()
        self.scarce_at: list[int] = c.scarce_at.tolist()
        self.shown = list(self.stock)  # as published
        products = int((c.kind == ItemKind.PRODUCT).sum())  # it has no other goods
        self.side: list[int] = c.side[:products].tolist()
        self.category: list[int] = c.category.tolist()
        self.price: list[int] = c.price.tolist()
        self.reference: list[int] = c.reference.tolist()
        self.sized: list[bool] = c.sized.tolist()
        self.on_order = [False] * products

    def play(self) -> int:
        """Plays the night; gives the number of things viewers did or met."""
        self.env.process(self.stream())
        self.env.run(until=self.closes)
        return self.events

    def now(self) -> Second:
        """The present second."""
        return self.seconds[min(int(self.env.now - self.opens), len(self.seconds) - 1)]

    # --- the stream

    def stream(self) -> Waiting:
        """Window by window: publishes the board and asks the policy."""
        width = self.night.scenario.timing.window
        while True:
            self.publish(width)
            for push in self.policy.decide(self.view(width)):
                surface = getattr(self.night.scenario.surfaces, push.surface)
                offer = Offer(self.night.catalogue.keys.index(push.offer.item), surface, push.expires)
                self.offers.append(offer)
                self.send(offer, width)
            self.asked = self.env.now
            yield self.env.timeout(width)

    def publish(self, width: float) -> None:
        """What viewers see of shared state until the next window."""
        self.shown = list(self.stock)
        usual = self.night.scenario.assumptions.heat_usual
        self.heat = [60.0 / width * c / max(n, 1) / usual for c, n in zip(self.chats, self.present, strict=True)]
        self.chats = [0, 0, 0]
        self.offers = [o for o in self.offers if o.expires > self.env.now]
        for product in range(len(self.side)):
            if not self.on_order[product] and self.left(self.stock, product) <= self.reorder_at[product]:
                self.env.process(self.delivery(product))

    def send(self, offer: Offer, width: float) -> None:
        """A push reaches everyone who is there at some time within the window."""
        for viewer in self.viewers:
            if viewer.here and not viewer.muted:
                arrival = self.env.timeout(self.rng.random() * width)
                arrival.callbacks.append(lambda _, v=viewer: v.meet(offer))

    def delivery(self, product: int) -> Waiting:
        """More of a product, after its lead time."""
        self.on_order[product] = True
        yield self.env.timeout(float(self.night.catalogue.lead[product]))
        self.on_order[product] = False
        for sku in range(product * self.sizes, (product + 1) * self.sizes):
            self.stock[sku] += self.quantity[sku]

    def left(self, stock: list[int], product: int) -> int:
        """Units of a product over all sizes."""
        return sum(stock[product * self.sizes : (product + 1) * self.sizes])

    def view(self, width: float) -> View:
        """What the policy may know."""
        match, t = self.night.stage.match, self.env.now
        period = match.period_at(t)
        past = tuple(e for e in match.events if e.at <= t)
        return View(
            time=t, clock=match.clock(t), window=width, period=period.name,
            into=(t - period.start) / 60.0, in_play=bool(self.night.stage.emotion.in_play[int(t - self.opens)]),
            minute=match.minute(t), peak=False,
            score=match.score_at(t), events=past, news=tuple(e for e in past if e.at > self.asked),
            chat_rate=(0.0, 0.0, 0.0), heat=(1.0, 1.0, 1.0),
            present=(self.present[0], self.present[1], self.present[2]), clicks=self.clicks, orders=self.orders,
            items=self.items(), running=(), room=16, pushes=NOTHING_YET, viewers=self.columns(t),
            _chance=(night_key(self.night.seed, self.night.replication), int((t - self.opens) / width)),
        )  # fmt: skip

    def items(self) -> Items:
        """The shop as the board shows it."""
        return Items(self.cards, np.array(self.shown), np.zeros((2, len(self.cards))))

    def columns(self, t: float) -> Viewers:
        """What the platform knows of its viewers."""
        crowd = self.night.crowd
        return Viewers(crowd.known, crowd.signals, t, self.night.catalogue.categories)


class Viewer:
    """One person: a process for being there, and one for each look at a product."""

    def __init__(self, number: int, world: PlainNight) -> None:
        crowd = world.night.crowd
        self.world, self.env, self.rng, self.p = world, world.env, world.rng, world.p
        record = crowd.viewers[number]
        self.side = int(crowd.known["side"][number])
        self.tastes = [taste * TASTE_STEP for taste in crowd.tastes[number].tolist()]
        self.gain, self.fandom = float(record["gain"]), float(record["fandom"])
        self.chattiness, self.stay = float(record["chattiness"]), float(record["stay"])
        self.curiosity, self.price_sensitivity = float(record["curiosity"]), float(record["price_sensitivity"])
        self.tolerance, self.trust = float(record["tolerance"]), float(record["trust"])
        self.own_size = int(record["own_size"])
        self.annoyance, self.annoyed_at, self.noticed = 0.0, 0.0, 0
        self.here = self.muted = self.busy = False
        self.joined_at = 0.0
        self.env.process(self.life(float(record["own_at"])))

    # --- being there

    def life(self, first: float) -> Waiting:
        """Comes, stays, goes, and may come again."""
        yield self.env.timeout(first - self.world.opens)
        while True:
            self.arrive()
            yield from self.watch()
            self.world.events += 1
            self.here = False
            self.world.present[self.side] -= 1
            yield from self.be_away()

    def arrive(self) -> None:
        """Comes to the stream and meets the offers that stand there."""
        self.world.events += 1
        self.here, self.joined_at = True, self.env.now
        self.world.present[self.side] += 1
        for offer in self.world.offers:
            if offer.surface.standing and not self.muted:
                self.meet(offer)

    def watch(self) -> Waiting:
        """Candidate moments at a bounded rate (thinning), until one of them is for leaving."""
        chat = b.chat_hazard(self.chattiness, self.gain)
        cap = b.leave_push(self.p.leave_annoyance_cap, 1.0, self.p)
        while True:
            age = self.env.now - self.joined_at
            leave = b.settled_leave_hazard(self.stay, age, self.p) * cap
            wait, bound = self.gap(0.0, leave, self.curiosity, chat)
            yield self.env.timeout(wait)
            if self.moment(self.rng.random() * sum(bound), bound):
                return

    def gap(self, steady: float, leave: float, browse: float, chat: float) -> tuple[float, tuple[float, float, float]]:
        """Time to the next candidate, and the bounds on leaving, browsing and the rest there."""
        left, t, side = self.rng.expovariate(1.0), self.env.now - self.world.opens, self.side
        start, block, blocks = t, int(t) // BLOCK, len(self.world.most)
        while block < blocks:
            most = self.world.most[block]
            bound = leave * most[0], browse * most[2][side], steady + chat * most[1][side]
            rate = bound[0] + bound[1] + bound[2]
            until = (block + 1) * BLOCK - t
            if left < rate * until:
                return t + left / rate - start, bound
            left, t, block = left - rate * until, t + until, block + 1
        return math.inf, (0.0, 0.0, 0.0)

    def moment(self, x: float, bound: tuple[float, float, float]) -> bool:
        """Turns a candidate into a leave (True), a visit to the shop, a message, or nothing."""
        now, leave, browse = self.world.now(), bound[0], bound[1]
        mood = b.own_mood(self.gain, now.mood[self.side])
        if x < leave:
            self.calm_down()
            hazard = b.settled_leave_hazard(self.stay, self.env.now - self.joined_at, self.p)
            hazard *= b.leave_pull(now.leave_phase, now.suspense, mood, self.p)
            return bool(x < hazard * b.leave_push(self.annoyance, self.tolerance, self.p))
        if x < leave + browse:
            if x - leave < b.browse_hazard(self.curiosity, now.browse_phase, mood, self.p) and not self.busy:
                self.world.events += 1
                self.open_page(self.favourite())
        elif x - leave - browse < b.chat_hazard(self.chattiness, b.own_arousal(self.gain, now.arousal[self.side])):
            self.world.events += 1
            self.world.chats[self.side] += 1
        return False

    def be_away(self) -> Waiting:
        """Candidates for a return, until one is taken."""
        base = b.return_hazard(0.0, 0.0, 1.0, self.p)
        while True:
            wait, bound = self.gap(base, 0.0, 0.0, base * self.p.return_arousal * self.gain)
            yield self.env.timeout(wait)
            self.calm_down()
            arousal = b.own_arousal(self.gain, self.world.now().arousal[self.side])
            if self.rng.random() * bound[2] < b.return_hazard(arousal, self.annoyance, self.tolerance, self.p):
                return

    # --- pushes

    def meet(self, offer: Offer) -> None:
        """A push on the screen: noticed or not, and what that does."""
        if not self.here or self.muted:
            return
        p, surface, now = self.p, offer.surface, self.world.now()
        self.world.events += 1
        if self.rng.random() >= b.notice_probability(surface.salience, now.attention, surface.forced, p):
            return
        interest = self.interest(offer.product)
        self.calm_down()
        self.annoyance += b.annoyance_cost(surface.intrusiveness, now.attention, b.wear(self.noticed, p), interest, p)
        self.noticed += 1
        self.world.events += 1
        if b.mutes(self.rng.random(), self.annoyance, self.tolerance, p):
            self.muted = True
            self.world.events += 1
        elif not self.busy:
            price, feeling = self.price_pull(offer.product), self.feeling()
            if b.clicks(
                self.rng.random(),
                interest,
                price,
                feeling,
                now.attention,
                self.noticed,
                self.annoyance,
                self.tolerance,
                p,
            ):
                self.world.events += 1
                self.world.clicks += 1
                self.open_page(offer.product)

    def calm_down(self) -> None:
        """Brings annoyance up to date."""
        self.annoyance = b.annoyance_now(self.annoyance, self.env.now - self.annoyed_at, self.p)
        self.annoyed_at = self.env.now

    # --- what one feels

    def interest(self, product: int) -> float:
        """How much a product is this viewer's thing."""
        goods = self.world.side[product]
        allegiance = 0 if goods == NEUTRAL else 1 if goods == self.side else -1
        return float(b.relevance(self.tastes[self.world.category[product]], self.fandom, allegiance, self.p))

    def price_pull(self, product: int) -> float:
        """Log odds from the price."""
        list_price, usual = self.world.price[product], self.world.reference[product]
        return float(b.price_pull(list_price, usual, self.price_sensitivity, self.p))

    def feeling(self) -> float:
        """Emotion, trust and others' voices together, as log odds."""
        now = self.world.now()
        arousal, mood = b.own_arousal(self.gain, now.arousal[self.side]), b.own_mood(self.gain, now.mood[self.side])
        voices = b.social_proof(self.world.heat[self.side], self.p)
        return float(b.impulse(arousal, mood, self.p) + b.trust_pull(self.trust, self.p) + voices)

    def favourite(self) -> int:
        """Multinomial logit over the catalogue by interest."""
        products = range(len(self.world.side))
        weights = [math.exp(self.p.interest * self.interest(k)) for k in products]
        return self.rng.choices(products, weights)[0]

    # --- shopping

    def open_page(self, product: int) -> None:
        """Starts a look at a product."""
        self.world.events += 1
        self.busy = True
        self.env.process(self.shop(product))

    def shop(self, product: int) -> Waiting:
        """From the page to whatever comes of it."""
        yield self.env.timeout(b.page_time(1.0 - self.rng.random(), self.p))
        if self.here:
            yield from self.decide(product)
        self.busy = False

    def decide(self, product: int) -> Waiting:
        """The end of a look at a page."""
        self.calm_down()
        left = self.world.left(self.world.shown, product)
        pull = b.pull_to_buy(
            self.interest(product), self.price_pull(product), self.feeling(),
            0 < left <= self.world.scarce_at[product], self.annoyance, self.tolerance, self.p,
        )  # fmt: skip
        choice = b.decide(self.rng.random(), pull, self.p)
        if choice == b.SAVE:
            self.world.events += 1
        elif choice != b.NOTHING:
            size = self.own_size if self.world.sized[product] else 0
            yield from self.want(product, size, choice == b.BUY)

    def want(self, product: int, size: int, one_click: bool) -> Waiting:
        """Asks for the size, or makes up one's mind without it."""
        if self.world.shown[product * self.world.sizes + size] > 0:
            yield from self.ask(product, size, one_click, 1)
        else:
            self.world.events += 1
            yield from self.go_without(product, size, one_click, 1)

    def ask(self, product: int, size: int, one_click: bool, tries: int) -> Waiting:
        """Asks the till, which has the last word."""
        self.world.events += 1
        sku = product * self.world.sizes + size
        if self.world.stock[sku] > 0:
            yield from self.pay(sku, one_click)
            return
        self.trust = b.trust_after_refusal(self.trust, self.p)
        if self.here and tries < RESERVED_TRIES:
            yield from self.go_without(product, size, one_click, tries + 1)
        else:
            self.world.events += 1  # walks away

    def pay(self, sku: int, one_click: bool) -> Waiting:
        """A unit is reserved: paid in time, or back on the shelf."""
        self.world.stock[sku] -= 1
        window = self.p.payment_window
        if self.rng.random() < b.payment_share(one_click, self.p):
            yield self.env.timeout(b.payment_time(self.rng.random(), window, self.p))
            self.world.orders += 1
        else:
            yield self.env.timeout(window)
            self.world.stock[sku] += 1
        self.world.events += 1

    def go_without(self, product: int, size: int, one_click: bool, tries: int) -> Waiting:
        """The wanted size is not there: another size, later, or not at all."""
        weights = self.other_sizes(product, size)
        choice = b.missing_size(self.rng.random(), sum(weights.values()), self.p)
        self.world.events += 1
        if choice == b.OTHER_SIZE:
            other = self.rng.choices(list(weights), list(weights.values()))[0]
            yield from self.ask(product, other, one_click, tries)
        elif choice == b.WAIT:
            yield self.env.timeout(self.p.wait_seconds)
            yield from self.look_again(product, size, one_click, tries)

    def look_again(self, product: int, size: int, one_click: bool, tries: int) -> Waiting:
        """After a while: is it there now?"""
        if self.here and self.world.shown[product * self.world.sizes + size] > 0:
            yield from self.ask(product, size, one_click, tries)
        elif self.here:
            self.world.events += 1  # walks away

    def other_sizes(self, product: int, size: int) -> dict[int, float]:
        """Sizes that are there, by their weight."""
        if not self.world.sized[product]:
            return {}
        first = product * self.world.sizes
        others = [s for s in range(self.world.sizes) if s != size and self.world.shown[first + s] > 0]
        return {s: b.size_weight(abs(s - self.own_size), self.p) for s in others}
