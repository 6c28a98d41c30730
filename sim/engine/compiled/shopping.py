"""From a product page to an order: deciding, asking the till, paying, and what to do when the shelf is empty."""

from __future__ import annotations

from sim import behaviour as b
from sim import draws
from sim.compiled import inlined
from sim.engine.compiled.feeling import calm_down, feeling_at, interest_in, price_pull
from sim.engine.compiled.notes import tell_hand
from sim.engine.compiled.offers import price_for
from sim.engine.compiled.scene import ASKED, LAPSING, NEVER, NONE, PAGE, PAYING, REFUSED, WAITING
from sim.engine.ledger import Kind


@inlined
def page_draw(i, v, scene):
    """Four uniforms of the page that is open: time on it, decision, whether paid, when."""
    if v.cause >= 0:
        return draws.draw(scene.seed, scene.replication, i, draws.PAGE, v.cause)
    return draws.draw(scene.seed, scene.replication, i, draws.PAGE_OWN, -1 - v.cause)


@inlined
def size_draw(i, v, scene):
    """Four uniforms for a missing size: choice and size before asking are 0 and 3, after a refusal 1 and 2."""
    if v.cause >= 0:
        return draws.draw(scene.seed, scene.replication, i, draws.SIZE, v.cause)
    return draws.draw(scene.seed, scene.replication, i, draws.SIZE_OWN, -1 - v.cause)


@inlined
def drop(v):
    """Nothing in hand any more."""
    v.errand = NONE
    v.errand_at = NEVER


@inlined
def open_page(i, t, product, cause, people, scene, board, notes):
    """Opens a product's page, on the occasion that is its `cause`."""
    v = people.viewers[i]
    v.product = product
    v.cause = cause
    v.size = v.own_size if scene.goods[product].sized else 0
    v.price = price_for(i, product, t, scene, board)
    v.tries = 0
    v.errand = PAGE
    v.errand_at = t + b.page_time(page_draw(i, v, scene)[0], scene.numbers[0])
    tell_hand(notes, t, i, Kind.VIEW, v, 0)


@inlined
def decide(i, t, people, scene, board, notes):
    """The end of a look at a page."""
    v, p = people.viewers[i], scene.numbers[0]
    calm_down(v, t, p)
    v.price = price_for(i, v.product, t, scene, board)
    pull = b.pull_to_buy(
        interest_in(i, v.product, people, scene),
        price_pull(v, v.product, v.price, scene),
        feeling_at(i, t, people, scene, board),
        board.scarce[v.product],
        v.annoyance,
        v.tolerance,
        p,
    )
    choice = b.decide(page_draw(i, v, scene)[1], pull, p)
    if choice in (b.BUY, b.CART):
        v.one_click = choice == b.BUY
        want(i, t, people, scene, board, notes)
        return
    if choice == b.SAVE:
        tell_hand(notes, t, i, Kind.SAVE, v, 0)
    drop(v)


@inlined
def want(i, t, people, scene, board, notes):
    """Wants the size in hand: asks for it if the board shows it."""
    v = people.viewers[i]
    if board.stock[v.product * scene.sizes + v.size] > 0:
        ask(i, t, v, notes)
    else:
        tell_hand(notes, t, i, Kind.MISS, v, v.one_click)
        u, _, _, u_size = size_draw(i, v, scene)
        go_without(i, t, u, u_size, people, scene, board, notes)


@inlined
def ask(i, t, v, notes):
    """Asks the till, which answers at the end of the window."""
    v.errand = ASKED
    v.errand_at = NEVER  # until the till answers
    v.tries += 1
    tell_hand(notes, t, i, Kind.ASK, v, v.one_click)


@inlined
def go_without(i, t, u, u_size, people, scene, board, notes):
    """The wanted size is not there: another size, later, or not at all."""
    v, p = people.viewers[i], scene.numbers[0]
    choice = b.missing_size(u, inclusive(v, scene, board), p)
    if choice == b.OTHER_SIZE:
        v.size = other_size(v, u_size, scene, board)
        tell_hand(notes, t, i, Kind.OTHER_SIZE, v, v.one_click)
        ask(i, t, v, notes)
    elif choice == b.WAIT:
        v.errand = WAITING
        v.errand_at = t + p.wait_seconds
        tell_hand(notes, t, i, Kind.WAIT, v, v.one_click)
    else:
        walk_away(i, t, v, notes)


@inlined
def walk_away(i, t, v, notes):
    """Goes without."""
    tell_hand(notes, t, i, Kind.WALK, v, v.one_click)
    drop(v)


@inlined
def weight_of(v, size, scene, board):
    """Weight of a size other than the one in hand; 0 where it is shown as sold out."""
    if size == v.size or board.stock[v.product * scene.sizes + size] <= 0:
        return 0.0
    return b.size_weight(abs(size - v.own_size), scene.numbers[0])


@inlined
def inclusive(v, scene, board):
    """Sum of the weights of the other sizes that are shown."""
    total = 0.0
    if scene.goods[v.product].sized:
        for size in range(scene.sizes):
            total += weight_of(v, size, scene, board)
    return total


@inlined
def other_size(v, u, scene, board):
    """One of them, by weight."""
    left = u * inclusive(v, scene, board)
    chosen = v.size
    for size in range(scene.sizes):
        weight = weight_of(v, size, scene, board)
        if weight > 0.0 and left >= 0.0:
            chosen = size
        left -= weight
    return chosen


@inlined
def hear_refusal(i, t, people, scene, board, notes):
    """Sold out at checkout: trust goes; who is still watching may take another size, once."""
    v = people.viewers[i]
    v.trust = b.trust_after_refusal(v.trust, scene.numbers[0])
    if people.known[i].present == 1 and v.tries < scene.numbers[0].sizes_asked:
        v.price = price_for(i, v.product, t, scene, board)
        _, u, u_size, _ = size_draw(i, v, scene)
        go_without(i, t, u, u_size, people, scene, board, notes)
    else:
        walk_away(i, t, v, notes)


@inlined
def look_again(i, t, people, scene, board, notes):
    """Waited: takes it if it is there now."""
    v = people.viewers[i]
    if board.stock[v.product * scene.sizes + v.size] > 0:
        v.price = price_for(i, v.product, t, scene, board)
        ask(i, t, v, notes)
    else:
        walk_away(i, t, v, notes)


@inlined
def run_errand(i, t, people, scene, board, notes):
    """Does what the errand in hand was about."""
    v = people.viewers[i]
    if v.errand == PAGE:
        decide(i, t, people, scene, board, notes)
    elif v.errand == PAYING:
        people.known[i].orders += people.known[i].consent
        tell_hand(notes, t, i, Kind.PAYMENT, v, v.one_click)
        drop(v)
    elif v.errand == LAPSING:
        tell_hand(notes, t, i, Kind.LAPSE, v, v.one_click)
        drop(v)
    elif v.errand == REFUSED:
        hear_refusal(i, t, people, scene, board, notes)
    else:
        look_again(i, t, people, scene, board, notes)
