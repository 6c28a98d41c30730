"""One person's night as a SimPy process."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import behaviour as b
from sim import draws
from sim.engine import occasions
from sim.engine.board import Window
from sim.engine.ledger import Kind
from sim.engine.moments import Pace, next_moment, rate
from sim.world.audience import TASTE_STEP
from sim.world.match import NEUTRAL
from sim.world.stage import BLOCK

if TYPE_CHECKING:
    from sim.engine.reference.engine import ReferenceEngine


class Viewer:
    """One person's night."""

    def __init__(self, number: int, engine: ReferenceEngine) -> None:
        crowd, p = engine.crowd, engine.p
        self.number, self.engine, self.env, self.p = number, engine, engine.env, p
        self.known: Any = crowd.known[number]
        self.record: Any = crowd.viewers[number]
        self.tastes = crowd.tastes[number]
        self.side = int(self.known["side"])
        for trait in ("gain", "fandom", "chattiness", "stay", "curiosity", "price_sensitivity", "tolerance",
                      "host_affinity", "trust", "own_at"):  # fmt: skip
            setattr(self, trait, float(self.record[trait]))
        self.own_size, self.segment = int(self.record["own_size"]), int(self.record["segment"])
        self.annoyance, self.annoyed_at, self.peak, self.noticed = 0.0, 0.0, 0.0, 0
        self.moment, self.arrivals, self.leave_bound = 0, 0, 0.0
        self.errand: str | None = None
        self.errand_at = math.inf
        self.pushes: list[tuple[float, int, int]] = []  # when, place in the window's list, slot
        self.stay_number = 0
        self.bell = self.env.event()
        self.env.process(self.life())

    gain: float
    fandom: float
    chattiness: float
    stay: float
    curiosity: float
    price_sensitivity: float
    tolerance: float
    host_affinity: float
    trust: float
    own_at: float

    # --- the process

    def life(self) -> Generator[Any, Any, None]:
        """Waits for whatever comes first: a push, the errand in hand, a moment of one's own; or for news."""
        while True:
            at = min([self.own_at, self.errand_at, *(p[0] for p in self.pushes[:1])])
            if at < math.inf:
                yield self.env.timeout(max(0.0, at - self.env.now)) | self.bell
            else:
                yield self.bell
            if self.bell.triggered:
                self.bell = self.env.event()
            else:
                self.act(at)

    def ring(self) -> None:
        """Something has changed: think again about what comes first."""
        if not self.bell.triggered:
            self.bell.succeed()

    def act(self, t: float) -> None:
        """Does what is due at `t`; a push goes before an errand, and an errand before a moment of one's own."""
        if self.pushes and self.pushes[0][0] == t:
            _, _, slot = self.pushes.pop(0)
            if self.present and self.arrivals == self.stay_number and not self.muted and self.applies(slot, t):
                self.meet(t, slot, occasions.on_stream(self.push_in(slot), self.stay_number))
        elif self.errand_at == t:
            self.run_errand(t)
        elif self.present:
            self.present_moment(t)
        else:
            self.absent_moment(t)

    # --- what is around

    @property
    def present(self) -> bool:
        return bool(self.known["present"])

    @property
    def muted(self) -> bool:
        return bool(self.known["muted"])

    def now(self, t: float) -> Any:
        """The second of the match that holds `t`."""
        seconds = self.engine.curves.seconds
        return seconds[min(int(t - self.engine.curves.opens), len(seconds) - 1)]

    def draw(self, purpose: int, index: int) -> tuple[float, float, float, float]:
        """Four uniforms of this viewer's."""
        night = self.engine.night
        return draws.draw(night.seed, night.replication, self.number, purpose, index)

    def tell(self, t: float, kind: Kind, **what: Any) -> None:
        """Something for the ledger."""
        self.engine.tell(t, self.number, kind, **what)

    # --- feeling

    def arousal(self, t: float) -> float:
        return b.own_arousal(self.gain, float(self.now(t)["arousal"][self.side]))

    def mood(self, t: float) -> float:
        return b.own_mood(self.gain, float(self.now(t)["mood"][self.side]))

    def feeling(self, t: float) -> float:
        """Emotion, trust and others' voices together, as log odds."""
        voices = float(self.engine.window.board.voices[self.side])
        return b.impulse(self.arousal(t), self.mood(t), self.p) + b.trust_pull(self.trust, self.p) + voices

    def interest(self, product: int) -> float:
        """How much a product is this viewer's thing."""
        goods = int(self.engine.catalogue.side[product])
        allegiance = 0 if goods == NEUTRAL else 1 if goods == self.side else -1
        taste = int(self.tastes[self.engine.catalogue.category[product]]) * TASTE_STEP
        return b.relevance(taste, self.fandom, allegiance, self.p)

    def price_pull(self, product: int, price: int) -> float:
        reference = int(self.engine.catalogue.reference[product])
        return b.price_pull(price, reference, self.price_sensitivity, self.p)

    def calm_down(self, t: float) -> None:
        """Brings annoyance up to date."""
        self.annoyance = b.annoyance_now(self.annoyance, t - self.annoyed_at, self.p)
        self.annoyed_at = t

    # --- offers and pushes

    def applies(self, slot: int, t: float) -> bool:
        """Whether an offer runs at `t` and is for this viewer."""
        board = self.engine.window.board
        offer = board.running[slot]
        if not offer["opens"] <= t < offer["expires"]:
            return False
        return bool(offer["everyone"]) or bool(int(board.eligible[self.number]) >> slot & 1)

    def price_for(self, product: int, t: float) -> int:
        """The lowest price this viewer can have."""
        board = self.engine.window.board
        offers = [int(s) for s in board.live if board.running[s]["product"] == product and self.applies(int(s), t)]
        return min([int(self.engine.catalogue.price[product]), *(int(board.running[s]["price"]) for s in offers)])

    def push_in(self, slot: int) -> int:
        """Number of the push whose offer runs in a slot."""
        return int(self.engine.window.board.running[slot]["push"])

    def await_pushes(self, window: Window) -> None:
        """When each of the window's new pushes will be on this viewer's screen."""
        self.pushes, self.stay_number = [], self.arrivals
        if not len(window.fresh) or not self.present or self.muted:
            return
        for place, slot in enumerate(int(s) for s in window.fresh):
            surface = self.engine.surfaces[window.board.running[slot]["surface"]]
            if not surface.in_shop and self.applies(slot, window.start):
                u = self.draw(draws.EXPOSE, occasions.on_stream(self.push_in(slot), self.arrivals))[0]
                self.pushes.append((window.start + u * (window.end - window.start), place, slot))
        self.pushes.sort()
        self.ring()

    def meet(self, t: float, slot: int, occasion: int) -> None:
        """A push on the screen: noticed or not, and what that does."""
        offer, p = self.engine.window.board.running[slot], self.p
        surface = self.engine.surfaces[offer["surface"]]
        what = {"push": int(offer["push"]), "product": int(offer["product"]), "surface": int(offer["surface"])}
        price = int(offer["price"])
        _, u_notice, u_click, u_mute = self.draw(draws.EXPOSE, occasion)
        self.count(0, slot, offer)
        self.tell(t, Kind.EXPOSURE, price=price, **what)
        attention = float(self.now(t)["attention"])
        if u_notice >= b.notice_probability(surface.salience, attention, surface.forced, p):
            return
        interest = self.interest(what["product"])
        self.calm_down(t)
        worn = b.wear(self.noticed, p)
        self.annoyance += b.annoyance_cost(surface.intrusiveness, attention, worn, interest, p)
        self.peak = max(self.peak, self.annoyance)
        self.record["peak_annoyance"] = self.peak
        self.noticed += 1
        self.count(1, slot, offer)
        self.tell(t, Kind.NOTICE, price=price, value=self.annoyance, **what)
        if not surface.in_shop and b.mutes(u_mute, self.annoyance, self.tolerance, p):
            self.known["muted"] = 1
            self.tell(t, Kind.MUTE, value=self.annoyance, **what)
            return
        if self.errand is not None:
            return
        feeling = self.feeling(t)
        if surface.spoken:
            feeling += b.host_pull(self.host_affinity, self.trust, p)
        pull = self.price_pull(what["product"], price)
        if b.clicks(u_click, interest, pull, feeling, attention, self.noticed, self.annoyance, self.tolerance, p):
            self.known["clicks"] += 1
            self.count(2, slot, offer)
            self.tell(t, Kind.CLICK, price=price, **what)
            self.open_page(t, what["product"], occasion)

    def count(self, layer: int, slot: int, offer: Any) -> None:
        self.engine.shown[layer, self.side, self.segment, offer["surface"], offer["product"]] += 1
        self.engine.met[layer, slot] += 1

    # --- pages and orders

    def tell_hand(self, t: float, kind: Kind, flag: bool = False) -> None:
        """A row about what is in hand."""
        push = occasions.push_of(self.cause)
        self.tell(t, kind, push=push, product=self.product, size=self.size, price=self.price, flag=int(flag))

    def page_draw(self) -> tuple[float, float, float, float]:
        return self.draw(draws.PAGE, self.cause) if self.cause >= 0 else self.draw(draws.PAGE_OWN, -1 - self.cause)

    def size_draw(self) -> tuple[float, float, float, float]:
        return self.draw(draws.SIZE, self.cause) if self.cause >= 0 else self.draw(draws.SIZE_OWN, -1 - self.cause)

    def drop(self) -> None:
        self.errand, self.errand_at = None, math.inf

    def in_stock(self, size: int) -> bool:
        """Whether the board shows a size of the product in hand."""
        return bool(self.engine.window.board.stock[self.engine.catalogue.sku(self.product, size)] > 0)

    def open_page(self, t: float, product: int, cause: int) -> None:
        self.product, self.cause, self.tries, self.one_click = product, cause, 0, False
        self.size = self.own_size if self.engine.catalogue.sized[product] else 0
        self.price = self.price_for(product, t)
        self.errand, self.errand_at = "page", t + b.page_time(self.page_draw()[0], self.p)
        self.tell_hand(t, Kind.VIEW)

    def run_errand(self, t: float) -> None:
        """Does what the errand in hand was about."""
        if self.errand == "page":
            self.decide(t)
        elif self.errand == "paying":
            self.known["orders"] += self.known["consent"]
            self.tell_hand(t, Kind.PAYMENT, self.one_click)
            self.drop()
        elif self.errand == "lapsing":
            self.tell_hand(t, Kind.LAPSE, self.one_click)
            self.drop()
        elif self.errand == "refused":
            self.trust = b.trust_after_refusal(self.trust, self.p)
            if self.present and self.tries < self.p.sizes_asked:
                self.price = self.price_for(self.product, t)
                _, u, u_size, _ = self.size_draw()
                self.go_without(t, u, u_size)
            else:
                self.walk(t)
        elif self.in_stock(self.size):  # waited, and it is there
            self.price = self.price_for(self.product, t)
            self.ask(t)
        else:
            self.walk(t)

    def decide(self, t: float) -> None:
        """The end of a look at a page."""
        self.calm_down(t)
        self.price = self.price_for(self.product, t)
        scarce = bool(self.engine.window.board.scarce[self.product])
        pull = b.pull_to_buy(
            self.interest(self.product), self.price_pull(self.product, self.price), self.feeling(t), scarce,
            self.annoyance, self.tolerance, self.p,
        )  # fmt: skip
        choice = b.decide(self.page_draw()[1], pull, self.p)
        if choice in (b.BUY, b.CART):
            self.one_click = choice == b.BUY
            self.want(t)
            return
        if choice == b.SAVE:
            self.tell_hand(t, Kind.SAVE)
        self.drop()

    def want(self, t: float) -> None:
        if self.in_stock(self.size):
            self.ask(t)
        else:
            self.tell_hand(t, Kind.MISS, self.one_click)
            u, _, _, u_size = self.size_draw()
            self.go_without(t, u, u_size)

    def ask(self, t: float) -> None:
        self.errand, self.errand_at = "asked", math.inf
        self.tries += 1
        self.tell_hand(t, Kind.ASK, self.one_click)

    def hear(self, granted: bool, t: float, end: float) -> None:
        """The till's answer to what was asked at `t`, heard at the end of the window."""
        if not granted:
            self.errand, self.errand_at = "refused", end
        else:
            _, _, u_pays, u_time = self.page_draw()
            flash = self.price < self.engine.catalogue.price[self.product]
            window = self.p.payment_window_flash if flash else self.p.payment_window
            if u_pays < b.payment_share(self.one_click, self.p):
                self.errand, self.errand_at = "paying", max(end, t + b.payment_time(u_time, window, self.p))
            else:
                self.errand, self.errand_at = "lapsing", t + window
        self.ring()

    def weights(self) -> dict[int, float]:
        """The other sizes that are there, by their weight in the nest."""
        if not self.engine.catalogue.sized[self.product]:
            return {}
        others = [s for s in range(self.engine.catalogue.sizes) if s != self.size and self.in_stock(s)]
        return {s: b.size_weight(abs(s - self.own_size), self.p) for s in others}

    def go_without(self, t: float, u: float, u_size: float) -> None:
        """The wanted size is not there: another size, later, or not at all."""
        weights = self.weights()
        total = 0.0
        for weight in weights.values():
            total += weight
        choice = b.missing_size(u, total, self.p)
        if choice == b.OTHER_SIZE:
            left = u_size * total
            for size, weight in weights.items():
                if left >= 0.0:
                    self.size = size
                left -= weight
            self.tell_hand(t, Kind.OTHER_SIZE, self.one_click)
            self.ask(t)
        elif choice == b.WAIT:
            self.errand, self.errand_at = "waiting", t + self.p.wait_seconds
            self.tell_hand(t, Kind.WAIT, self.one_click)
        else:
            self.walk(t)

    def walk(self, t: float) -> None:
        self.tell_hand(t, Kind.WALK, self.one_click)
        self.drop()

    # --- of one's own accord

    def pace(self) -> Pace:
        """This viewer's part of the bound on what they might do."""
        if self.present:
            return Pace(0.0, self.leave_bound, self.curiosity, b.chat_hazard(self.chattiness, self.gain))
        base = b.return_hazard(0.0, 0.0, 1.0, self.p)
        return Pace(base, 0.0, 0.0, base * self.p.return_arousal * self.gain)

    def plan_moment(self, t: float, u: float) -> None:
        """The next candidate moment after `t`."""
        self.moment += 1
        if self.present:
            age = t - float(self.known["joined_at"])
            cap = b.leave_push(self.p.leave_annoyance_cap, 1.0, self.p)
            self.leave_bound = float(np.float32(b.settled_leave_hazard(self.stay, age, self.p) * cap))
        self.own_at = float(next_moment(t, u, self.pace(), self.side, self.engine.curves))

    def bound(self, t: float) -> tuple[float, float, float]:
        """Rate of candidates at `t`, and how much of it stands for leaving and for browsing."""
        curves, pace = self.engine.curves, self.pace()
        block = int(t - curves.opens) // BLOCK
        most = curves.most[block]
        every = float(rate(pace, self.side, block, curves))
        return every, pace.leave * float(most["leave"]), pace.browse * float(most["browse"][self.side])

    def absent_moment(self, t: float) -> None:
        """The first arrival, or a candidate for a return."""
        u_gap, u, _, _ = self.draw(draws.OWN, self.moment)
        if self.arrivals == 0:
            self.arrive(t, Kind.JOIN, u_gap)
            return
        self.calm_down(t)
        if u * self.bound(t)[0] < b.return_hazard(self.arousal(t), self.annoyance, self.tolerance, self.p):
            self.arrive(t, Kind.RETURN, u_gap)
        else:
            self.plan_moment(t, u_gap)

    def present_moment(self, t: float) -> None:
        """A candidate moment on the stream, turned into a leave, a visit to the shop, a message, or nothing."""
        now, p, moment = self.now(t), self.p, self.moment
        u_gap, u, u_product, _ = self.draw(draws.OWN, moment)
        every, leave, browse = self.bound(t)
        x, mood = u * every, self.mood(t)
        if x < leave:
            calm = b.settled_leave_hazard(self.stay, t - float(self.known["joined_at"]), p)
            calm *= b.leave_pull(float(now["leave_phase"]), float(now["suspense"]), mood, p)
            self.calm_down(t)
            if x < calm * b.leave_push(self.annoyance, self.tolerance, p):
                self.depart(t, x >= calm, u_gap)
                return
        elif x < leave + browse:
            if x - leave < b.browse_hazard(self.curiosity, float(now["browse_phase"]), mood, p):
                self.browse(t, moment, u_product)
        elif x - leave - browse < b.chat_hazard(self.chattiness, self.arousal(t)):
            self.known["chats"] += 1
            self.engine.chats[self.side, self.segment] += 1
            self.tell(t, Kind.CHAT)
        self.plan_moment(t, u_gap)

    def arrive(self, t: float, kind: Kind, u: float) -> None:
        """Comes to the stream, and meets the offers that stand there."""
        self.known["present"], self.known["joined_at"] = 1, t
        self.arrivals += 1
        self.record["arrivals"] = self.arrivals
        self.tell(t, kind)
        self.plan_moment(t, u)
        board = self.engine.window.board
        for slot in (int(s) for s in board.live):
            surface = self.engine.surfaces[board.running[slot]["surface"]]
            if surface.standing and not surface.in_shop and not self.muted and self.applies(slot, t):
                self.meet(t, slot, occasions.on_stream(self.push_in(slot), self.arrivals))

    def depart(self, t: float, pushed: bool, u: float) -> None:
        self.known["present"] = 0
        self.known["watched"] += t - float(self.known["joined_at"])
        if self.errand in ("page", "waiting"):
            self.drop()
        self.tell(t, Kind.LEAVE, flag=int(pushed))
        self.plan_moment(t, u)

    def browse(self, t: float, moment: int, u: float) -> None:
        """A visit to the shop: its banners, or else a product after one's own heart."""
        if self.errand is not None:
            return
        self.tell(t, Kind.BROWSE)
        board = self.engine.window.board
        for slot in (int(s) for s in board.live):
            if self.engine.surfaces[board.running[slot]["surface"]].in_shop and self.applies(slot, t):
                self.meet(t, slot, occasions.in_shop(self.push_in(slot), t - self.engine.curves.opens))
        if self.errand is None:
            self.open_page(t, self.favourite(u), occasions.of_own_accord(moment))

    def favourite(self, u: float) -> int:
        """Multinomial logit over the catalogue by interest."""
        products = len(self.engine.catalogue.keys)
        weights = [math.exp(self.p.interest * self.interest(product)) for product in range(products)]
        total = 0.0
        for weight in weights:
            total += weight
        left = u * total
        for product in range(products - 1):
            left -= weights[product]
            if left < 0.0:
                return product
        return products - 1
