"""The store's messages in the days after a match: read at home, far from the game, and answered at once."""

from __future__ import annotations

from sim import behaviour as b
from sim import draws
from sim.compiled import inlined
from sim.engine.compiled.exposure import CONTENT, count_push, goes_too_far, hold_lines, tempted
from sim.engine.compiled.feeling import confidence, interest_in, price_pull
from sim.engine.compiled.notes import CLICKED, tell
from sim.engine.compiled.offers import put_store_price, take_coupon
from sim.engine.compiled.scene import NONE
from sim.engine.compiled.shopping import signal
from sim.engine.compiled.visits import want_at_store
from sim.engine.compiled.watching import take_in
from sim.engine.ledger import Flag, Kind

SECOND_BLOCK = 1 << 20  # above the numbers of pushes
STORE = int(Flag.STORE)


@inlined
def read(i, t, slot, luck, people, scene, board, notes):
    """One message: noticed or not, and what that does."""
    offer, v = board.running[slot], people.viewers[i]
    _, u_notice, u_click, u_mute = luck
    if not hold_lines(i, t, slot, True, people, scene, board, notes):
        return
    if u_notice >= offer.salience:
        return
    interest = interest_in(i, offer.item, people, scene)
    if goes_too_far(i, t, slot, u_mute, 0.0, interest, people, scene, board, notes) or v.errand != NONE:
        return  # or has asked for something today already
    if not tempted(i, 0.0, u_click, offer, interest, 0.0, people, scene, board):
        return
    people.known[i].clicks += 1
    signal(i, scene.goods[offer.item].category, people)
    count_push(notes, CLICKED, people, i, slot, offer)
    tell(notes, t, i, Kind.CLICK, offer.push, offer.item, -1, offer.surface, offer.price, 0, 0.0)
    answer(i, t, slot, interest, people, scene, board, notes)


@inlined
def answer(i, t, slot, interest, people, scene, board, notes):
    """Content is read, a coupon taken; goods are bought, saved or left."""
    offer, v = board.running[slot], people.viewers[i]
    goods = scene.goods[offer.item]
    v.item = offer.item
    if goods.kind == CONTENT:
        take_in(i, t, people, scene)
        tell(notes, t, i, Kind.CONTENT_END, offer.push, offer.item, -1, offer.surface, 0, STORE, 0.0)
    elif goods.coupon >= 0:
        take_coupon(v, goods.coupon, scene)
        tell(notes, t, i, Kind.COUPON, offer.push, offer.item, -1, offer.surface, 0, STORE, 0.0)
    else:
        look(i, t, slot, interest, people, scene, board, notes)


@inlined
def look(i, t, slot, interest, people, scene, board, notes):
    """A product page at the store; who lets it see what they like is advised on the size."""
    offer, v, p = board.running[slot], people.viewers[i], scene.numbers[0]
    put_store_price(i, offer.item, t, people, scene, board)
    size = v.own_size if scene.goods[offer.item].sized == 1 else 0
    tell(notes, t, i, Kind.VIEW, offer.push, offer.item, size, -1, v.price, STORE, 0.0)
    price = price_pull(v, offer.item, v.price, scene)
    feeling = confidence(i, people, scene, board) + offer.said + scene.rules.promise
    pull = b.pull_to_buy(interest, price, feeling, board.scarce[offer.item], v.annoyance, v.tolerance, p)
    u_choice, u_pays, _, _ = draws.draw(scene.seed, scene.chapter, i, draws.STORE_PUSH, offer.push | SECOND_BLOCK)
    choice = b.decide(u_choice, pull, p)
    if choice == b.SAVE:
        signal(i, scene.goods[offer.item].category, people)
        tell(notes, t, i, Kind.SAVE, offer.push, offer.item, size, -1, v.price, STORE, 0.0)
    elif choice != b.NOTHING and u_pays < b.payment_share(choice == b.BUY, p):
        want_at_store(i, t, offer.item, offer.push, people.known[i].consent == 1, people, scene, board, notes)
