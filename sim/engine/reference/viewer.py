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
from sim.engine.ledger import Flag, Kind
from sim.engine.moments import Pace, next_moment, rate
from sim.engine.redlines import Meeting, crossed, lines_in
from sim.engine.reference.wallet import Wallet
from sim.engine.terms import COUPON_SCALE
from sim.world.audience import CUSTOMER, NEVER, TASTE_STEP
from sim.world.catalogue import ItemKind
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
        self.tastes, self.signals = crowd.tastes[number], crowd.signals[number]
        self.side = int(self.known["side"])
        for trait in ("gain", "fandom", "chattiness", "stay", "curiosity", "price_sensitivity", "tolerance",
                      "host_affinity", "own_at"):  # fmt: skip
            setattr(self, trait, float(self.record[trait]))
        self.own_size, self.segment = int(self.record["own_size"]), int(self.record["segment"])
        self.annoyance, self.annoyed_at, self.peak = 0.0, 0.0, 0.0
        self.wallet = Wallet(self)
        self.moment, self.arrivals, self.leave_bound = 0, 0, 0.0
        self.item, self.size, self.cause, self.slot, self.tries = -1, -1, -1, -1, 0
        self.said, self.urge, self.one_click = 0.0, 0.0, False
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
        return draws.draw(night.seed, night.chapter, self.number, purpose, index)

    def tell(self, t: float, kind: Kind, **what: Any) -> None:
        """Something for the ledger."""
        self.engine.tell(t, self.number, kind, **what)

    # --- what stays with the person beyond the night

    @property
    def trust(self) -> float:
        return float(self.record["trust"])

    def remember(self, name: str, value: float) -> float:
        """Keeps a state in the record, as precisely as the record does; gives what is kept."""
        self.record[name] = value
        return float(self.record[name])

    # --- feeling

    def arousal(self, t: float) -> float:
        return b.own_arousal(self.gain, float(self.now(t)["arousal"][self.side]))

    def mood(self, t: float) -> float:
        return b.own_mood(self.gain, float(self.now(t)["mood"][self.side]))

    def urge_at(self, t: float) -> float:
        """What emotion adds to the log odds of clicking and buying."""
        return b.impulse(self.arousal(t), self.mood(t), self.p)

    def confidence(self) -> float:
        """What trust and others' voices add."""
        return b.trust_pull(self.trust, self.p) + float(self.engine.window.board.voices[self.side])

    def interest(self, item: int) -> float:
        """How much an item is this viewer's thing."""
        catalogue = self.engine.catalogue
        goods, category = int(catalogue.side[item]), int(catalogue.category[item])
        allegiance = 0 if goods == NEUTRAL else 1 if goods == self.side else -1
        taste = int(self.tastes[category]) * TASTE_STEP if category >= 0 else 0.0
        return b.relevance(taste, self.fandom, allegiance, self.p)

    def price_pull(self, item: int, price: int) -> float:
        reference = int(self.engine.catalogue.reference[item])
        return b.price_pull(price, reference, self.price_sensitivity, self.p)

    def calm_down(self, t: float) -> None:
        """Brings annoyance up to date."""
        self.annoyance = b.annoyance_now(self.annoyance, t - self.annoyed_at, self.p)
        self.annoyed_at = t

    # --- offers and pushes

    def may_have(self, item: int) -> bool:
        """Whether a limited edition is for this viewer, and a coupon has not been had already."""
        catalogue = self.engine.catalogue
        coupon = int(catalogue.coupon[item])
        if coupon >= 0:
            return not self.wallet.has_had(coupon)
        return bool(self.known["tier"] >= catalogue.tier[item] or (catalogue.early[item] and self.known["early"] == 1))

    def is_for(self, slot: int) -> bool:
        """Whether an offer is for this viewer."""
        board = self.engine.window.board
        offer = board.running[slot]
        if offer["gated"] and not self.may_have(int(offer["item"])):
            return False
        return bool(offer["everyone"]) or bool(int(board.eligible[self.number]) >> slot & 1)

    def applies(self, slot: int, t: float) -> bool:
        """Whether an offer runs at `t` and is for this viewer."""
        offer = self.engine.window.board.running[slot]
        return bool(offer["opens"] <= t < offer["expires"]) and self.is_for(slot)

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
        what = {"push": int(offer["push"]), "item": int(offer["item"]), "surface": int(offer["surface"])}
        price = int(offer["price"])
        _, u_notice, u_click, u_mute = self.draw(draws.EXPOSE, occasion)
        if not self.is_shown(t, slot, offer, at_store=False):
            return
        attention = float(self.now(t)["attention"])
        if u_notice >= b.notice_probability(float(offer["salience"]), attention, surface.forced, p):
            return
        interest = self.interest(what["item"])
        if self.goes_too_far(t, slot, offer, u_mute, attention, interest) or self.errand is not None:
            return  # or busy with a page or an order
        if self.is_tempted(self.urge_at(t), u_click, offer, interest, attention):
            self.known["clicks"] += 1
            self.signal(what["item"])
            self.count(2, slot, offer)
            self.tell(t, Kind.CLICK, price=price, **what)
            self.follow(t, slot, offer, occasion)

    def is_shown(self, t: float, slot: int, offer: Any, *, at_store: bool) -> bool:
        """Whether red lines let a push be on this viewer's screen; notes what is, and what crosses them."""
        what = {"push": int(offer["push"]), "item": int(offer["item"]), "surface": int(offer["surface"])}
        surface, known, limits = self.engine.surfaces[offer["surface"]], self.known, self.engine.limits
        board, price, bought = self.engine.window.board, int(offer["price"]), bool(known["orders"] > 0)
        meeting = Meeting(
            t, int(known["shown"]), float(known["shown_at"]), int(known["interrupted"]), bought, self.muted,
            bool(known["consent"]), surface.forced, surface.in_shop, at_store, not offer["everyone"],
            float(offer["intrusiveness"]), board.peak, bool(board.empty[what["item"]]),
            self.wallet.is_honest(offer, t, at_store=at_store), bool(offer["exaggerates"]),
        )  # fmt: skip
        lines = crossed(meeting, limits)
        held = lines & limits.enforced
        if lines:
            self.engine.crossed[1 if held else 0, slot] += 1
            self.engine.crossed[[2 + line for line in lines_in(held or lines)], slot] += 1
        if held:
            self.tell(t, Kind.HELD, price=price, value=float(held), **what)
            return False
        if not surface.in_shop:
            known["shown"] += 1
            known["shown_at"] = t
            if surface.forced and not bought and known["interrupted"] < 255:
                known["interrupted"] += 1
        self.count(0, slot, offer)
        self.tell(t, Kind.EXPOSURE, price=price, value=float(lines), **what)
        return True

    def goes_too_far(self, t: float, slot: int, offer: Any, u: float, attention: float, interest: float) -> bool:
        """What noticing a push does; whether its receiver switches pushes off."""
        what = {"push": int(offer["push"]), "item": int(offer["item"]), "surface": int(offer["surface"])}
        price, paid = int(offer["price"]), int(self.record["last_price"])
        self.be_annoyed(t, float(offer["intrusiveness"]), attention, interest)
        self.count(1, slot, offer)
        self.tell(t, Kind.NOTICE, price=price, value=self.annoyance, **what)
        unasked = not self.engine.surfaces[offer["surface"]].in_shop
        if unasked and b.mutes(u, self.annoyance, self.tolerance, self.p):
            self.known["muted"] = 1
            self.tell(t, Kind.MUTE, value=self.annoyance, **what)
            return True
        if what["item"] == self.record["last_item"] and b.regrets(float(price), float(paid), self.p):
            self.record["last_item"] = -1  # once is enough
            self.remember("trust", b.trust_after_regret(self.trust, self.p))
            self.tell(t, Kind.REGRET, price=price, value=float(paid), **what)
        return False

    def be_annoyed(self, t: float, intrusiveness: float, attention: float, interest: float) -> None:
        """What noticing a push does."""
        self.calm_down(t)
        worn = b.wear(int(self.record["noticed"]), self.p)
        cost = b.annoyance_cost(intrusiveness, attention, worn, interest, self.p)
        self.annoyance += cost
        self.remember("burden", float(self.record["burden"]) + cost)
        self.peak = max(self.peak, self.annoyance)
        self.record["peak_annoyance"] = self.peak
        self.record["noticed"] += 1

    def is_tempted(self, urge: float, u: float, offer: Any, interest: float, attention: float) -> bool:
        """Whether a noticed push is clicked."""
        item, p, noticed = int(offer["item"]), self.p, int(self.record["noticed"])
        kind = self.engine.catalogue.kind[item]
        if kind == ItemKind.CONTENT:
            return b.opens_content(u, interest, attention, noticed, self.annoyance, self.tolerance, p)
        feeling = urge + self.confidence() + float(offer["said"])
        if self.engine.surfaces[offer["surface"]].spoken:
            feeling += b.host_pull(self.host_affinity, self.trust, p) + self.engine.rules.manner
        if kind == ItemKind.COUPON:
            price = b.price_pull(int(offer["price"]), COUPON_SCALE, self.price_sensitivity, p)
        else:
            price = self.price_pull(item, int(offer["price"]))
        return b.clicks(u, interest, price, feeling, attention, noticed, self.annoyance, self.tolerance, p)

    def follow(self, t: float, slot: int, offer: Any, occasion: int) -> None:
        """A click: goods open their page, content begins, a coupon is taken."""
        item = int(offer["item"])
        kind = self.engine.catalogue.kind[item]
        if kind == ItemKind.CONTENT:
            self.item, self.cause, self.size, self.wallet.price = item, occasion, -1, 0
            self.errand, self.errand_at = "reading", t + float(self.engine.catalogue.length[item])
            self.tell_hand(t, Kind.CONTENT)
        elif kind == ItemKind.COUPON:
            self.wallet.take(int(self.engine.catalogue.coupon[item]))
            self.tell(t, Kind.COUPON, push=int(offer["push"]), item=item, surface=int(offer["surface"]))
        else:
            said = float(np.float32(offer["said"]))
            self.open_page(t, item, occasion, slot if offer["team"] else -1, said)

    def signal(self, item: int) -> None:
        """The platform counts what a viewer turns to."""
        category = int(self.engine.catalogue.category[item])
        if category >= 0 and self.signals[category] < 255:
            self.signals[category] += 1

    def count(self, layer: int, slot: int, offer: Any) -> None:
        self.engine.shown[layer, self.side, self.segment, offer["surface"], offer["item"]] += 1
        self.engine.met[layer, slot] += 1

    # --- pages and orders

    def tell_hand(self, t: float, kind: Kind, flag: int = 0, value: float = 0.0, price: int | None = None) -> None:
        """A row about what is in hand."""
        push, price = occasions.push_of(self.cause), self.wallet.price if price is None else price
        self.tell(t, kind, push=push, item=self.item, size=self.size, price=price, flag=int(flag), value=value)

    def own_draw(self, met: int, own: int) -> tuple[float, float, float, float]:
        """Four uniforms of what the page in hand was opened on: a push met, or a moment of one's own."""
        return self.draw(met, self.cause) if self.cause >= 0 else self.draw(own, -1 - self.cause)

    def page_draw(self) -> tuple[float, float, float, float]:
        return self.own_draw(draws.PAGE, draws.PAGE_OWN)

    def size_draw(self) -> tuple[float, float, float, float]:
        return self.own_draw(draws.SIZE, draws.SIZE_OWN)

    def drop(self) -> None:
        self.errand, self.errand_at = None, math.inf

    def in_stock(self, size: int) -> bool:
        """Whether the board shows all that the item in hand is made of."""
        catalogue, stock = self.engine.catalogue, self.engine.window.board.stock
        return all(stock[catalogue.sku(shelf, size)] >= units for shelf, units in catalogue.parts(self.item))

    def open_page(self, t: float, item: int, cause: int, slot: int, said: float) -> None:
        self.item, self.cause, self.tries, self.one_click = item, cause, 0, False
        self.slot, self.said = slot, said
        self.size = self.own_size if self.engine.catalogue.sized[item] else 0
        self.wallet.look(t)
        self.errand, self.errand_at = "page", t + b.page_time(self.page_draw()[0], self.p)
        self.tell_hand(t, Kind.VIEW)

    def run_errand(self, t: float) -> None:
        """Does what the errand in hand was about."""
        if self.errand == "page":
            self.decide(t)
        elif self.errand == "reading":
            self.end_content(t)
        elif self.errand == "paying":
            self.pay(t)
        elif self.errand == "lapsing":
            self.tell_hand(t, Kind.LAPSE, self.one_click)
            self.drop()
        elif self.errand == "refused":
            self.hear_refusal(t)
        elif self.errand == "dearer":
            self.hear_dearer(t)
        elif self.in_stock(self.size):  # waited, and it is there
            self.wallet.look(t)
            self.ask(t)
        else:
            self.walk(t)

    def end_content(self, t: float) -> None:
        """Has seen it to its end."""
        self.take_in(t)
        self.tell_hand(t, Kind.CONTENT_END)
        self.drop()

    def take_in(self, t: float) -> None:
        """Knows more, is calmer, trusts more."""
        self.calm_down(t)
        self.annoyance = b.annoyance_after_content(self.annoyance, self.p)
        self.remember("trust", b.trust_after_content(self.trust, self.engine.rules.expertise, self.p))
        self.remember("satisfaction", b.satisfied(float(self.record["satisfaction"]), self.p.content_satisfies))
        category = int(self.engine.catalogue.category[self.item])
        self.record["informed"] |= np.uint64(1) << np.uint64(category)

    def decide(self, t: float) -> None:
        """The end of a look at a page."""
        self.calm_down(t)
        self.wallet.look(t)
        self.urge = float(np.float32(self.urge_at(t)))
        feeling = self.urge + self.confidence() + self.said + self.engine.rules.promise
        if self.slot >= 0:
            feeling += self.team_pull()
        pull = b.pull_to_buy(
            self.interest(self.item), self.price_pull(self.item, self.wallet.price), feeling,
            bool(self.engine.window.board.scarce[self.item]), self.annoyance, self.tolerance, self.p,
        )  # fmt: skip
        _, u_choice, u_pays, _ = self.page_draw()
        choice = b.decide(u_choice, pull, self.p)
        self.one_click = choice == b.BUY
        joins = self.slot < 0 or u_pays < b.payment_share(self.one_click, self.p)
        if choice in (b.BUY, b.CART) and joins:
            self.want(t)
            return
        if choice == b.SAVE:
            self.signal(self.item)
            self.tell_hand(t, Kind.SAVE)
        self.drop()

    def team_pull(self) -> float:
        """What the state of the team does to joining it."""
        board = self.engine.window.board
        waiting, full = int(board.teams.waiting[self.slot]), int(board.teams.full[self.slot])
        return b.team_pull(waiting, int(board.running[self.slot]["team"]), full, self.p)

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
        self.tell_hand(t, Kind.ASK, self.order_flag(), self.urge)

    def order_flag(self) -> int:
        """What is to be known of an order: how it was clicked, with whom, what its buyer knew."""
        catalogue = self.engine.catalogue
        flag = Flag.ONE_CLICK if self.one_click else Flag(0)
        if self.slot >= 0:
            flag |= Flag.TEAM
        if self.wallet.coupon >= 0:
            flag |= Flag.COUPON
        if catalogue.tier_off[self.known["tier"], self.item] > 0:
            flag |= Flag.MEMBER
        if int(self.record["informed"]) >> int(catalogue.category[self.item]) & 1:
            flag |= Flag.INFORMED
        return int(flag)

    def hear(self, answer: Kind, t: float, end: float) -> None:
        """The till's answer to what was asked at `t`, heard at the end of the window."""
        if answer == Kind.TEAM:
            self.drop()
        elif answer == Kind.REFUSAL:
            self.errand, self.errand_at = "refused", end
        elif answer == Kind.MISMATCH:
            self.errand, self.errand_at = "dearer", end
        else:
            _, _, u_pays, u_time = self.page_draw()
            flash = self.wallet.price < self.engine.catalogue.own_price[self.item]
            window = self.p.payment_window_flash if flash else self.p.payment_window
            if u_pays < b.payment_share(self.one_click, self.p):
                self.errand, self.errand_at = "paying", max(end, t + b.payment_time(u_time, window, self.p))
            else:
                self.errand, self.errand_at = "lapsing", t + window
        self.ring()

    def hear_refusal(self, t: float) -> None:
        """Sold out at checkout: trust goes; who is still watching may take another size, once."""
        self.remember("trust", b.trust_after_refusal(self.trust, self.p))
        if self.present and self.tries < self.p.sizes_asked:
            self.wallet.look(t)
            _, u, u_size, _ = self.size_draw()
            self.go_without(t, u, u_size)
        else:
            self.walk(t)

    def hear_dearer(self, t: float) -> None:
        """The till asks more than the stream showed: trust goes, and perhaps the buyer."""
        self.remember("trust", b.trust_after_mismatch(self.trust, self.p))
        u = self.own_draw(draws.CHECKOUT, draws.CHECKOUT_OWN)[0]
        shown, asked = float(self.wallet.seen), float(self.wallet.price)
        if b.pays_more(u, shown, asked, self.price_sensitivity, self.p):
            self.ask(t)
        else:
            self.walk(t)

    def pay(self, t: float) -> None:
        """Pays what is reserved."""
        wallet = self.wallet
        paid = b.paid_now(wallet.price, float(self.engine.catalogue.due[self.item]))
        self.tell_hand(t, Kind.PAYMENT, self.order_flag(), self.urge, paid)
        change = self.bought(self.item, wallet.price, paid, wallet.spends)
        wallet.use_coupon()
        if change:
            self.tell_hand(t, Kind.CREDIT, 0, float(change), 0)
        self.drop()

    def bought(self, item: int, price: int, paid: int, spent: int) -> int:
        """What an order leaves with its buyer; gives the change in credit."""
        self.known["orders"] += self.known["consent"]
        self.record["last_item"], self.record["last_price"] = item, price
        if self.record["customer"] == NEVER:
            self.record["customer"] = CUSTOMER
        change = b.credit_earned(paid, self.engine.rules.rebate) - spent
        self.record["credit"] += change
        return change

    def team_failed(self) -> None:
        """Money back, and the disappointment of it."""
        self.remember("trust", b.trust_after_failed_team(self.trust, self.p))

    def weights(self) -> dict[int, float]:
        """The other sizes that are there, by their weight in the nest."""
        if not self.engine.catalogue.sized[self.item]:
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
        u_gap, u, u_product, u_names = self.draw(draws.OWN, moment)
        every, leave, browse = self.bound(t)
        x, mood = u * every, self.mood(t)
        if x < leave:
            calm = b.settled_leave_hazard(self.stay, t - float(self.known["joined_at"]), p)
            calm *= b.leave_pull(float(now["leave_phase"]), float(now["suspense"]), mood, p)
            if self.errand == "reading":
                calm *= p.content_hold
            self.calm_down(t)
            if x < calm * b.leave_push(self.annoyance, self.tolerance, p):
                self.depart(t, x >= calm, u_gap)
                return
        elif x < leave + browse:
            if x - leave < b.browse_hazard(self.curiosity, float(now["browse_phase"]), mood, p):
                self.browse(t, moment, u_product)
        elif x - leave - browse < b.chat_hazard(self.chattiness, self.arousal(t)):
            self.write(t, u_names, u_product)
        self.plan_moment(t, u_gap)

    def write(self, t: float, u_names: float, u_product: float) -> None:
        """A message in the chat, now and then about something of the shop's."""
        item = self.favourite(u_product, ahead=True) if u_names < self.p.chat_names else -1
        self.known["chats"] += 1
        self.engine.chats[self.side, self.segment] += 1
        if item >= 0:
            self.engine.named[item] += 1
            self.signal(item)
        self.tell(t, Kind.CHAT, item=item)

    def arrive(self, t: float, kind: Kind, u: float) -> None:
        """Comes to the stream, and meets the offers that stand there."""
        self.known["present"], self.known["joined_at"] = 1, t
        if t <= self.engine.rules.early:
            self.known["early"] = 1
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
        if self.errand in ("page", "waiting", "reading"):
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
        item = self.favourite(u, ahead=True) if self.errand is None else -1
        if item >= 0:
            self.open_page(t, item, occasions.of_own_accord(moment), -1, 0.0)

    def favourite(self, u: float, *, ahead: bool) -> int:
        """Multinomial logit over what the shop shows this viewer, by interest and exposure; -1 if that is nothing.

        Goods that are sold `ahead` are the stream's: the store does not show them.
        """
        weights = [self.shown_weight(item, ahead) for item in range(len(self.engine.catalogue.keys))]
        total = 0.0
        for weight in weights:
            total += weight
        left, chosen = u * total, -1
        for item, weight in enumerate(weights):
            if weight > 0.0 and left >= 0.0:
                chosen = item
            left -= weight
        return chosen

    def shown_weight(self, item: int, ahead: bool) -> float:
        """How likely an item is looked at; 0 if it is not shown to this viewer."""
        catalogue = self.engine.catalogue
        exposure = float(catalogue.exposure[item])
        if exposure <= 0.0 or (catalogue.due[item] < 1.0 and not ahead) or not self.may_have(item):
            return 0.0
        return exposure * math.exp(self.p.interest * self.interest(item))
