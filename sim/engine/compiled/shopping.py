"""From a product page to an order: deciding, asking the till, paying, and what to do when the shelf is empty."""

from __future__ import annotations

from sim import behaviour as b
from sim import draws
from sim.compiled import inlined
from sim.engine.compiled.feeling import calm_down, confidence, interest_in, price_pull, urge_at
from sim.engine.compiled.notes import tell_hand, tell_money
from sim.engine.compiled.offers import price_in_hand, use_coupon
from sim.engine.compiled.scene import ASKED, DEARER, LAPSING, NEVER, NONE, PAGE, PAYING, REFUSED, WAITING
from sim.engine.ledger import Flag, Kind
from sim.world.audience import CUSTOMER
from sim.world.audience import NEVER as NEVER_BOUGHT

ONE_CLICK, TEAM, COUPON, MEMBER, INFORMED = (
    int(f) for f in (Flag.ONE_CLICK, Flag.TEAM, Flag.COUPON, Flag.MEMBER, Flag.INFORMED)
)


@inlined
def own_draw(i, v, met, own, scene):
    """Four uniforms of what the page in hand was opened on: purposes for a push met, and for one's own accord."""
    if v.cause >= 0:
        return draws.draw(scene.seed, scene.chapter, i, met, v.cause)
    return draws.draw(scene.seed, scene.chapter, i, own, -1 - v.cause)


@inlined
def page_draw(i, v, scene):
    """Time on the page, decision, whether paid, when."""
    return own_draw(i, v, draws.PAGE, draws.PAGE_OWN, scene)


@inlined
def size_draw(i, v, scene):
    """For a missing size: choice and size before asking are 0 and 3, after a refusal 1 and 2."""
    return own_draw(i, v, draws.SIZE, draws.SIZE_OWN, scene)


@inlined
def drop(v):
    """Nothing in hand any more."""
    v.errand = NONE
    v.errand_at = NEVER


@inlined
def open_page(i, t, item, cause, slot, said, people, scene, board, notes):
    """Opens an item's page on the occasion that is its `cause`; `slot` of a team's offer, `said` about it."""
    v = people.viewers[i]
    v.item = item
    v.cause = cause
    v.slot = slot
    v.said = said
    v.size = v.own_size if scene.goods[item].sized else 0
    price_in_hand(i, t, people, scene, board)
    v.tries = 0
    v.errand = PAGE
    v.errand_at = t + b.page_time(page_draw(i, v, scene)[0], scene.numbers[0])
    tell_hand(notes, t, i, Kind.VIEW, v, 0)


@inlined
def decide(i, t, people, scene, board, notes):
    """The end of a look at a page."""
    v, p = people.viewers[i], scene.numbers[0]
    calm_down(v, t, p)
    price_in_hand(i, t, people, scene, board)
    v.urge = urge_at(i, t, people, scene)
    feeling = v.urge + confidence(i, people, scene, board) + v.said + scene.rules.promise
    if v.slot >= 0:
        teams = board.teams
        feeling += b.team_pull(teams.waiting[v.slot], board.running[v.slot].team, teams.full[v.slot], p)
    pull = b.pull_to_buy(
        interest_in(i, v.item, people, scene),
        price_pull(v, v.item, v.price, scene),
        feeling,
        board.scarce[v.item],
        v.annoyance,
        v.tolerance,
        p,
    )
    _, u_choice, u_pays, _ = page_draw(i, v, scene)
    choice = b.decide(u_choice, pull, p)
    v.one_click = choice == b.BUY
    if choice in (b.BUY, b.CART) and (v.slot < 0 or u_pays < b.payment_share(v.one_click == 1, p)):
        want(i, t, people, scene, board, notes)
        return
    if choice == b.SAVE:
        save(i, t, v, people, scene, notes)
    drop(v)


@inlined
def save(i, t, v, people, scene, notes):
    """For later; the platform takes notice."""
    signal(i, scene.goods[v.item].category, people)
    tell_hand(notes, t, i, Kind.SAVE, v, 0)


@inlined
def signal(i, category, people):
    """The platform counts what a viewer turns to."""
    if category >= 0 and people.signals[i, category] < 255:
        people.signals[i, category] += 1


@inlined
def order_flag(i, v, people, scene):
    """What is to be known of an order: how it was clicked, with whom, what its buyer knew."""
    flag = ONE_CLICK if v.one_click == 1 else 0
    if v.slot >= 0:
        flag |= TEAM
    if v.coupon >= 0:
        flag |= COUPON
    if scene.tier_off[people.known[i].tier, v.item] > 0:
        flag |= MEMBER
    if (v.informed >> scene.goods[v.item].category) & 1 == 1:
        flag |= INFORMED
    return flag


@inlined
def shown(item, size, scene, board):
    """Whether the board shows all that an item in a size is made of."""
    for k in range(scene.first_part[item], scene.first_part[item + 1]):
        slot = size if scene.shelf_sized[scene.part[k]] else 0
        if board.stock[scene.part[k] * scene.sizes + slot] < scene.units[k]:
            return False
    return True


@inlined
def want(i, t, people, scene, board, notes):
    """Wants the size in hand: asks for it if the board shows it."""
    v = people.viewers[i]
    if shown(v.item, v.size, scene, board):
        ask(i, t, people, scene, notes)
    else:
        tell_hand(notes, t, i, Kind.MISS, v, v.one_click)
        u, _, _, u_size = size_draw(i, v, scene)
        go_without(i, t, u, u_size, people, scene, board, notes)


@inlined
def ask(i, t, people, scene, notes):
    """Asks the till, which answers at the end of the window."""
    v = people.viewers[i]
    v.errand = ASKED
    v.errand_at = NEVER  # until the till answers
    v.tries += 1
    tell_money(notes, t, i, Kind.ASK, v, v.price, order_flag(i, v, people, scene), v.urge)


@inlined
def go_without(i, t, u, u_size, people, scene, board, notes):
    """The wanted size is not there: another size, later, or not at all."""
    v, p = people.viewers[i], scene.numbers[0]
    choice = b.missing_size(u, inclusive(v, scene, board), p)
    if choice == b.OTHER_SIZE:
        v.size = other_size(v, u_size, scene, board)
        tell_hand(notes, t, i, Kind.OTHER_SIZE, v, v.one_click)
        ask(i, t, people, scene, notes)
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
    if size == v.size or not shown(v.item, size, scene, board):
        return 0.0
    return b.size_weight(abs(size - v.own_size), scene.numbers[0])


@inlined
def inclusive(v, scene, board):
    """Sum of the weights of the other sizes that are shown."""
    total = 0.0
    if scene.goods[v.item].sized:
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
        price_in_hand(i, t, people, scene, board)
        _, u, u_size, _ = size_draw(i, v, scene)
        go_without(i, t, u, u_size, people, scene, board, notes)
    else:
        walk_away(i, t, v, notes)


@inlined
def look_again(i, t, people, scene, board, notes):
    """Waited: takes it if it is there now."""
    v = people.viewers[i]
    if shown(v.item, v.size, scene, board):
        price_in_hand(i, t, people, scene, board)
        ask(i, t, people, scene, notes)
    else:
        walk_away(i, t, v, notes)


@inlined
def hear_dearer(i, t, people, scene, notes):
    """The till asks more than the stream showed: trust goes, and perhaps the buyer."""
    v, p = people.viewers[i], scene.numbers[0]
    v.trust = b.trust_after_mismatch(v.trust, p)
    u = own_draw(i, v, draws.CHECKOUT, draws.CHECKOUT_OWN, scene)[0]
    if b.pays_more(u, float(v.seen), float(v.price), v.price_sensitivity, p):
        ask(i, t, people, scene, notes)
    else:
        walk_away(i, t, v, notes)


@inlined
def pay(i, t, people, scene, notes):
    """Pays what is reserved."""
    v = people.viewers[i]
    paid = b.paid_now(v.price, scene.goods[v.item].due)
    tell_money(notes, t, i, Kind.PAYMENT, v, paid, order_flag(i, v, people, scene), v.urge)
    change = bought(i, v.item, v.price, paid, v.spends, people, scene)
    use_coupon(v)
    if change != 0:
        tell_money(notes, t, i, Kind.CREDIT, v, 0, 0, float(change))
    drop(v)


@inlined
def bought(i, item, price, paid, spent, people, scene):
    """What an order leaves with its buyer; gives the change in credit."""
    v, known = people.viewers[i], people.known[i]
    known.orders += known.consent
    v.last_item, v.last_price = item, price
    if v.customer == NEVER_BOUGHT:
        v.customer = CUSTOMER
    change = b.credit_earned(paid, scene.rules.rebate) - spent
    v.credit += change
    return change


@inlined
def run_errand(i, t, people, scene, board, notes):
    """Does what the errand in hand was about."""
    v = people.viewers[i]
    if v.errand == PAGE:
        decide(i, t, people, scene, board, notes)
    elif v.errand == PAYING:
        pay(i, t, people, scene, notes)
    elif v.errand == LAPSING:
        tell_hand(notes, t, i, Kind.LAPSE, v, v.one_click)
        drop(v)
    elif v.errand == REFUSED:
        hear_refusal(i, t, people, scene, board, notes)
    elif v.errand == DEARER:
        hear_dearer(i, t, people, scene, notes)
    else:
        look_again(i, t, people, scene, board, notes)
