"""The people of one night, drawn one by one from the scenario's segments, each from draws of their own.

Two tables of fixed-size records: `KNOWN` is what a platform could see of a viewer and all that a policy is ever given
copies of; `VIEWER` is the rest of the person.  Keeping them apart is what keeps latent states out of policies' reach.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim import draws
from sim.parameters import Parameters
from sim.world.history import drop_chances, visit_rates
from sim.world.loyalty import Loyalty
from sim.world.match import NEUTRAL
from sim.world.promotions import MOST_COUPONS
from sim.world.scenario import Audience, Segment, Spread

KNOWN = np.dtype(
    [
        ("joined_at", "f8"),  # start of the present stay [s]
        ("watched", "f8"),  # time on the stream in earlier stays [s]
        ("shown_at", "f8"),  # when the last push was on the screen [s]
        ("points", "i4"),  # of members who let it be seen; -1 of the others who do not
        ("clicks", "u2"),
        ("chats", "u2"),
        ("shown", "u2"),  # pushes that were on the screen, banners of the shop's left out
        ("orders", "i2"),  # paid tonight, of those who let it be seen; -1 of the others
        ("history", "i2"),  # orders before tonight, at either end; -1 of those who do not let it be seen
        ("side", "u1"),  # declared favourite: HOME, AWAY or NEUTRAL
        ("tier", "u1"),  # 0 none, then the tiers in rising order
        ("early", "u1"),  # came to the stream early enough to count as a supporter
        ("present", "u1"),
        ("muted", "u1"),
        ("consent", "u1"),  # lets the stream see shop history
        ("interrupted", "u1"),  # pushes that covered the picture before a purchase that the stream sees
    ],
    align=True,
)
VIEWER = np.dtype(
    [
        ("annoyance", "f8"),  # as of annoyed_at [average tolerances]
        ("annoyed_at", "f8"),
        ("trust", "f8"),
        ("own_at", "f8"),  # next moment of one's own accord [s]
        ("errand_at", "f8"),  # when the errand in hand falls due [s], inf = none
        ("store_at", "f8"),  # next visit to the store's end [s], inf = none
        ("informed", "u8"),  # bit c: has seen content about category c
        ("peak_annoyance", "f4"),
        ("leave_bound", "f4"),  # bound of the leave hazard until the next moment of one's own accord [1/s]
        ("gain", "f4"),
        ("fandom", "f4"),
        ("chattiness", "f4"),  # messages at full arousal [1/s]
        ("stay", "f4"),  # scale of stays [s]
        ("curiosity", "f4"),  # shop visits in breaks [1/s]
        ("price_sensitivity", "f4"),
        ("tolerance", "f4"),  # tonight's
        ("host_affinity", "f4"),  # [s.d.]
        ("patience", "f4"),  # tolerance of who is not tired of pushes
        ("fatigue", "f4"),  # of pushes over weeks, as the night begins [average tolerances]
        ("burden", "f4"),  # annoyance that tonight's pushes have added [average tolerances]
        ("satisfaction", "f4"),  # with the shop and the stream, -1 to 1
        ("rate", "f4"),  # store visits of a customer [per week]
        ("drop", "f4"),  # chance that a purchase at the store is a customer's last
        ("urge", "f4"),  # what emotion added to the log odds of buying what is in hand
        ("said", "f4"),  # what was said of it added to them: exaggeration, a host and a brand together
        ("moment", "i4"),  # number of the next moment of one's own accord
        ("cause", "i4"),  # what the errand came from: a push occasion, or -1 - own moment
        ("price", "i4"),  # price of what is in hand [minor units]
        ("seen", "i4"),  # what the stream showed where the till asks more
        ("spends", "i4"),  # credit that is in the price in hand [minor units]
        ("credit", "i4"),  # to be used on the next order [minor units]; below 0: spent before its order was refunded
        ("last_price", "i4"),  # paid for the last order
        ("points", "i4"),  # of members
        ("team", "i4"),  # push of the last team joined, -1: none
        ("visits", "i4"),  # number of the next visit to the store's end
        ("item", "i2"),  # item in hand
        ("last_item", "i2"),  # last item ordered, -1: none
        ("noticed", "u2"),  # pushes noticed so far
        ("arrivals", "u2"),  # times come to the stream
        ("size", "i1"),  # size slot in hand
        ("own_size", "i1"),
        ("errand", "u1"),
        ("one_click", "u1"),  # whether what is in hand is bought with one click
        ("tries", "u1"),  # sizes asked for since the page was opened
        ("segment", "u1"),
        ("slot", "i1"),  # of the offer whose team is in hand, -1: none
        ("coupon", "i1"),  # coupon that is in the price in hand, -1: none
        ("coupons", "u1", (MOST_COUPONS,)),  # the match, from 1, at which each in the wallet was taken; 0: not there
        ("coupons_had", "u1"),  # bit c: has had coupon c since this match began
        ("customer", "u1"),  # NEVER bought, CUSTOMER of the store, or LOST as one
        ("away", "u1"),  # does not come to this match of the season
    ],
    align=True,
)
NEVER, CUSTOMER, LOST = 0, 1, 2
TASTE_STEP = 1.0 / 32.0  # tastes are kept in steps of this many standard deviations: one byte a category
# People are people, and what is counted of them has 16 bits: a median and a spread can say anything.
MOST_CHAT = 1.0  # messages a second at full arousal
MOST_POINTS = 1e9
MOST_VISITS = 1.0 / 60.0  # visits to the shop a second in breaks
HISTORY = 48  # block of traits about purchases before the first match, above those of tastes
TONIGHT_KNOWN = (  # what an evening begins without
    "joined_at", "watched", "clicks", "chats", "present", "early", "shown", "shown_at", "interrupted",
)  # fmt: skip
TONIGHT = (
    "annoyance", "annoyed_at", "peak_annoyance", "leave_bound", "burden", "urge", "said", "moment", "cause", "price",
    "seen", "spends", "item", "arrivals", "size", "errand", "one_click", "tries", "coupons_had",
    "visits",  # which number the draws of a visit: the k-th after this match, whatever came of the one before
)  # fmt: skip
CHUNK = 1 << 15  # viewers drawn at a time, so that drawing needs little memory beside the records


@dataclass(frozen=True)
class Crowd:
    """The viewers of one night: who they are and, as the night goes on, how they are."""

    known: NDArray[np.void]  # (N,) KNOWN
    viewers: NDArray[np.void]  # (N,) VIEWER
    tastes: NDArray[np.int8]  # (N, categories) in TASTE_STEP standard deviations
    signals: NDArray[np.uint8]  # (N, categories) clicks and saves on the stream tonight, as the platform counts them

    def __len__(self) -> int:
        return len(self.known)

    def nobody(self) -> Crowd:
        """Tables of the same kind with nobody in them."""
        return Crowd(self.known[:0].copy(), self.viewers[:0].copy(), self.tastes[:0].copy(), self.signals[:0].copy())


def gather(
    audience: Audience,
    loyalty: Loyalty,
    parameters: Parameters,
    size_shares: dict[str, float],
    categories: int,
    arrivals: NDArray[np.float64],
    opens: float,
    seed: int,
    replication: int,
    threads: int = 1,
) -> Crowd:
    """Draws the people of one night.

    `arrivals` (3, T): cumulative share of each side's viewers who have come by second t after `opens`.
    """
    size = audience.viewers
    crowd = Crowd(
        np.zeros(size, KNOWN),
        np.zeros(size, VIEWER),
        np.empty((size, categories), np.int8),
        np.zeros((size, categories), np.uint8),
    )

    def draw(first: int) -> None:
        part = slice(first, min(size, first + CHUNK))
        _draw_people(crowd, part, audience, size_shares, arrivals, opens, seed, replication)
        _draw_tastes(crowd, part, seed, replication)
        _draw_history(crowd, part, audience, loyalty, parameters, seed, replication)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(draw, range(0, size, CHUNK)))
    return crowd


def _uniforms(seed: int, replication: int, part: slice, block: int, blocks: int) -> NDArray[np.float64]:
    out = np.empty((part.stop - part.start, 4 * blocks))
    draws.fill(seed, replication, part.start, draws.TRAITS + block, blocks, out)
    return out.T


def _draw_people(
    crowd: Crowd,
    part: slice,
    audience: Audience,
    size_shares: dict[str, float],
    arrivals: NDArray[np.float64],
    opens: float,
    seed: int,
    replication: int,
) -> None:
    u = _uniforms(seed, replication, part, 0, 4)
    known, viewers = crowd.known[part], crowd.viewers[part]
    segments = list(audience.segments.values())
    s = _choose(u[1], [x.share for x in segments])
    sides = audience.sides
    known["side"] = _choose(u[0], [sides.home, sides.away, sides.neutral])
    known["consent"] = u[12] < _trait(segments, "consent")[s]
    known["orders"] = np.where(known["consent"] == 1, 0, -1)
    known["tier"] = u[13] < _trait(segments, "members")[s]  # the first, until points are counted
    viewers["segment"] = s
    viewers["own_size"] = _choose(u[2], list(size_shares.values()))
    viewers["own_at"] = _arrival(u[3], known["side"], arrivals, opens)
    z = ndtri(u[4:12])
    viewers["gain"] = _spread(segments, "emotional_gain", s, z[0])
    viewers["fandom"] = _spread(segments, "fandom", s, z[1]) * (known["side"] != NEUTRAL)
    viewers["chattiness"] = np.minimum(_spread(segments, "chat", s, z[2]) / 60.0, MOST_CHAT)
    viewers["stay"] = _spread(segments, "stay", s, z[3]) * 60.0
    viewers["curiosity"] = np.minimum(_spread(segments, "browse", s, z[4]) / 3600.0, MOST_VISITS)
    viewers["price_sensitivity"] = _spread(segments, "price_sensitivity", s, z[5])
    viewers["tolerance"] = viewers["patience"] = _spread(segments, "tolerance", s, z[6])
    viewers["host_affinity"] = _trait(segments, "host_affinity")[s] + z[7]
    trust = _trait(segments, "trust")[s] + _trait(segments, "trust_spread")[s] * ndtri(u[14])
    margin = _trait(segments, "trust_margin")[s]
    viewers["trust"] = np.clip(trust, margin, 1.0 - margin)
    viewers["errand_at"] = viewers["store_at"] = np.inf
    viewers["team"] = viewers["slot"] = viewers["coupon"] = viewers["last_item"] = -1


def _draw_history(
    crowd: Crowd, part: slice, audience: Audience, loyalty: Loyalty, p: Parameters, seed: int, replication: int
) -> None:
    """Who is a customer of the store, how often they come, and members' points."""
    u = _uniforms(seed, replication, part, HISTORY, 1)
    known, viewers = crowd.known[part], crowd.viewers[part]
    segments = list(audience.segments.values())
    bought = u[0] < _trait(segments, "customers")[viewers["segment"]]
    viewers["customer"] = np.where(bought, CUSTOMER, NEVER)
    viewers["rate"], viewers["drop"] = visit_rates(u[1], p), drop_chances(u[2], p)
    known["history"] = np.where(known["consent"] == 1, bought, -1)
    steps = [tier.points for tier in loyalty.tiers.values()]
    points = steps[0] + loyalty.points_usual * np.exp(loyalty.points_spread * ndtri(u[3]))
    viewers["points"] = np.where(known["tier"] > 0, np.minimum(points, MOST_POINTS), 0)
    known["points"] = np.where(known["consent"] == 1, viewers["points"], -1)
    known["tier"] = tier_of(viewers["points"], known["tier"] > 0, steps)


def send_again(
    known: NDArray[np.void],
    viewers: NDArray[np.void],
    tastes: NDArray[np.int8],
    arrivals: NDArray[np.float64],
    opens: float,
    seed: int,
    chapter: int,
) -> Crowd:
    """The same people before another match: what lasts stays, the evening is new; `chapter` keys when they come.

    The records are taken over and changed.
    """
    for name in TONIGHT_KNOWN:
        known[name] = 0
    known["orders"] = np.where(known["consent"] == 1, 0, -1)
    for name in TONIGHT:
        viewers[name] = 0
    viewers["errand_at"] = np.inf
    viewers["team"] = viewers["slot"] = viewers["coupon"] = -1
    crowd = Crowd(known, viewers, tastes, np.zeros(tastes.shape, np.uint8))
    for first in range(0, len(known), CHUNK):
        part = slice(first, min(len(known), first + CHUNK))
        comes = _arrival(_uniforms(seed, chapter, part, 0, 1)[3], known["side"][part], arrivals, opens)
        viewers["own_at"][part] = np.where(viewers["away"][part] == 1, np.inf, comes)
    return crowd


def tier_of(points: NDArray[np.int32], member: NDArray[np.bool_], steps: list[int]) -> NDArray[np.uint8]:
    """The tier that `points` make: 0 for who is no member, else the last whose step is reached."""
    reached = np.searchsorted(steps, points, side="right")
    return np.where(member, np.maximum(1, reached), 0).astype(np.uint8)


def _draw_tastes(crowd: Crowd, part: slice, seed: int, replication: int) -> None:
    categories = crowd.tastes.shape[1]
    z = ndtri(_uniforms(seed, replication, part, 4, -(-categories // 4))[:categories])
    crowd.tastes[part] = np.clip(np.rint(z.T / TASTE_STEP), -127, 127)


def _choose(u: NDArray[np.float64], shares: list[float]) -> NDArray[np.int64]:
    """Index by cumulative share; the last one takes what rounding leaves."""
    return np.searchsorted(np.cumsum(shares)[:-1], u, side="right")


def _trait(segments: list[Segment], name: str) -> NDArray[np.float64]:
    return np.array([getattr(s, name) for s in segments])


def _spread(segments: list[Segment], name: str, s: NDArray[np.int64], z: NDArray[np.float64]) -> NDArray[np.float64]:
    spreads: list[Spread] = [getattr(x, name) for x in segments]
    medians, widths = np.array([x.median for x in spreads]), np.array([x.spread for x in spreads])
    return np.asarray(medians[s] * np.exp(widths[s] * z))


def _arrival(
    u: NDArray[np.float64], side: NDArray[np.uint8], arrivals: NDArray[np.float64], opens: float
) -> NDArray[np.float64]:
    """Time of first coming: inverse of the cumulative arrival curve of the viewer's side; inf = never comes."""
    times = np.arange(arrivals.shape[1], dtype=float) + opens
    at = np.empty(len(u))
    for index, curve in enumerate(arrivals):
        here = side == index
        at[here] = np.interp(u[here], curve, times, right=np.inf)
    return at
