"""What the policy is shown of a night: what a platform could know, put together anew each time it is asked."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.engine.board import SLOTS, Board
from sim.engine.books import Books, Tally
from sim.engine.heat import Heat
from sim.engine.terms import Terms
from sim.policy.chance import night_key
from sim.policy.items import Items, cards_of
from sim.policy.latent import Latent, latent_of
from sim.policy.push import MOST_PUSHES
from sim.policy.pushed import Pushes, Said
from sim.policy.terms import AFTER
from sim.policy.view import Running, View
from sim.policy.viewers import Viewers, at_store
from sim.world.audience import Crowd
from sim.world.night import Night
from sim.world.peak import Peaks
from sim.world.redlines import RedLines
from sim.world.surfaces import SURFACES

NOTHING_YET = Pushes((), np.zeros((4, 0)), np.zeros(0))


class Sight:
    """The platform's eyes and ears; `latent` opens what no platform sees."""

    def __init__(self, night: Night, crowd: Crowd, books: Books, lines: tuple[RedLines, ...], *, latent: bool) -> None:
        self.night, self.crowd, self.books, self.latent = night, crowd, books, latent
        self.match, self.catalogue = night.stage.match, night.catalogue
        self.minor = 10**night.scenario.shop.decimals
        self.cards = cards_of(night.catalogue, self.minor)
        self.chance = night_key(night.seed, night.chapter)
        # Messages in the last window: of each side, and then those that name each item.
        self.messages = np.zeros(3 + len(self.cards))
        self.per_minute = 0.0  # what makes a rate of them
        self.heat = Heat(len(self.messages), night.scenario.assumptions)
        self.peaks = Peaks(self.match, lines)
        self.asked = -np.inf  # when the policy was last asked
        self.pushes: list[int] = []  # numbers of those that were made
        self.said: list[Said] = []
        self.off: list[float] = []  # what each takes off its item [currency]

    def hear(self, tally: Tally, seconds: float) -> None:
        """Takes the chat of a window."""
        present, viewers = self.books.counts.present, np.empty(len(self.messages))
        viewers[:3], viewers[3:] = present, present.sum()
        self.messages[:3], self.messages[3:] = tally.chats.sum(axis=1), tally.named
        self.per_minute = 60.0 / seconds
        self.heat.take(self.messages, viewers, seconds)

    def hush(self) -> None:
        """The broadcast is over: nobody chats any more."""
        self.messages[:] = 0.0
        self.heat.now[:] = 1.0

    @property
    def chat_rate(self) -> NDArray[np.float64]:
        """(3,) messages a minute of each side in the last window."""
        return self.messages[:3] * self.per_minute

    def note(self, terms: Terms, audience: int) -> None:
        """Takes a push that is made."""
        order, offer = terms.order, terms.order.offer
        surface = SURFACES[order.surface]
        self.pushes.append(terms.push)
        self.said.append(Said(terms.now, offer.item, surface, offer.discount, terms.expires, order.because, audience))
        self.off.append((int(self.catalogue.own_price[terms.item]) - terms.price) / self.minor)

    def at_peak(self, t: float) -> bool:
        """Whether play is at a peak at `t`."""
        return self.peaks.at(t, self._in_play(t), float(self.heat.now[:3].max()))

    def _in_play(self, t: float) -> bool:
        in_play = self.night.stage.emotion.in_play
        return bool(in_play[min(int(t - self.match.opens), len(in_play) - 1)])

    def view(self, number: int, start: float, end: float, board: Board, day: int = 0) -> View:
        """The `number`-th time that the policy is asked: at `start`, for the time until `end`."""
        after, match, crowd = day > 0, self.match, self.crowd
        home, away, neutral = (0, 0, 0) if after else (int(x) for x in self.books.counts.present)
        past, told = match.events_until(start), len(match.events_until(self.asked))
        if not after:
            self.asked = start
        known, signals = at_store(crowd.known, crowd.signals, match.closes) if after else (crowd.known, crowd.signals)
        return View(
            time=start,
            clock=match.clock(start),
            window=end - start,
            period=AFTER if after else match.period_at(start).name,
            into=(start - (match.closes if after else match.period_at(start).start)) / 60.0,
            in_play=not after and self._in_play(start),
            minute=None if after else match.minute(start),
            peak=board.peak,
            score=match.score_at(start),
            events=past,
            news=past[told:],
            chat_rate=_three(self.chat_rate),
            heat=_three(self.heat.now[:3]),
            present=(home, away, neutral),
            clicks=self.books.clicks,
            orders=self.books.orders,
            items=self._items(board),
            running=tuple(self._running(int(slot), board) for slot in board.live if _runs(board, int(slot), start)),
            room=min(MOST_PUSHES, SLOTS - len(board.live)),
            pushes=self._pushes(),
            viewers=Viewers(known, signals, min(start, match.closes), self.catalogue.categories),
            day=day,
            _chance=(self.chance, number),
            _latent=self._latent if self.latent else None,
        )

    def _items(self, board: Board) -> Items:
        talk = np.array([self.messages[3:] * self.per_minute, self.heat.now[3:]])
        return Items(self.cards, board.stock.copy(), talk)

    def _running(self, slot: int, board: Board) -> Running:
        offer, teams = board.running[slot], board.teams
        return Running(
            item=self.catalogue.keys[offer["item"]],
            surface=SURFACES[offer["surface"]],
            expires=float(offer["expires"]),
            team=int(offer["team"]),
            waiting=int(teams.waiting[slot]),
            full=int(teams.full[slot]),
        )

    def _pushes(self) -> Pushes:
        if not self.pushes:
            return NOTHING_YET
        paid = self.books.counts.by_push[self.pushes].T / np.array([[1.0], [self.minor]])
        counts = np.concatenate([self.books.met[::2, self.pushes], paid])
        return Pushes(tuple(self.said), counts, np.array(self.off))

    @cached_property
    def _latent(self) -> Latent:
        return latent_of(self.crowd, self.night.stage, self.night.catalogue, self.night.scenario)


def _runs(board: Board, slot: int, now: float) -> bool:
    return bool(board.running["expires"][slot] > now)


def _three(of_sides: NDArray[np.float64]) -> tuple[float, float, float]:
    home, away, neutral = of_sides.tolist()
    return home, away, neutral
