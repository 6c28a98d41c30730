"""The store's messages in the days after a match, viewer by viewer in plain Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim import behaviour as b
from sim import draws
from sim.engine.compiled.messages import SECOND_BLOCK
from sim.engine.ledger import Flag, Kind
from sim.world.catalogue import ItemKind

if TYPE_CHECKING:
    from sim.engine.reference.after import Customer


def read(customer: Customer, t: float, slot: int, luck: tuple[float, float, float, float]) -> None:
    """One message: noticed or not, and what that does."""
    viewer = customer.viewer
    offer = viewer.engine.window.board.running[slot]
    what = {"push": int(offer["push"]), "item": int(offer["item"]), "surface": int(offer["surface"])}
    _, u_notice, u_click, u_mute = luck
    price = int(offer["price"])
    if not viewer.is_shown(t, slot, offer, at_store=True):
        return
    if u_notice >= offer["salience"]:
        return
    interest = viewer.interest(what["item"])
    if viewer.goes_too_far(t, slot, offer, u_mute, 0.0, interest) or viewer.errand is not None:
        return  # or has asked for something today already
    if not viewer.is_tempted(0.0, u_click, offer, interest, 0.0):
        return
    viewer.known["clicks"] += 1
    viewer.signal(what["item"])
    viewer.count(2, slot, offer)
    viewer.tell(t, Kind.CLICK, price=price, **what)
    viewer.item = what["item"]
    kind = viewer.engine.catalogue.kind[viewer.item]
    if kind == ItemKind.CONTENT:
        viewer.take_in(t)
        viewer.tell(t, Kind.CONTENT_END, flag=int(Flag.STORE), **what)
    elif kind == ItemKind.COUPON:
        viewer.wallet.take(int(viewer.engine.catalogue.coupon[viewer.item]))
        viewer.tell(t, Kind.COUPON, flag=int(Flag.STORE), **what)
    else:
        look(customer, t, offer, interest)


def look(customer: Customer, t: float, offer: Any, interest: float) -> None:
    """A product page at the store; who lets it see what they like is advised on the size."""
    viewer, p, item, push = customer.viewer, customer.p, int(offer["item"]), int(offer["push"])
    board, catalogue = viewer.engine.window.board, viewer.engine.catalogue
    viewer.wallet.look_at_store(item, t)
    size = viewer.own_size if catalogue.sized[item] else 0
    what = {"push": push, "item": item, "size": size, "price": viewer.wallet.price, "flag": int(Flag.STORE)}
    viewer.tell(t, Kind.VIEW, **what)
    price = viewer.price_pull(item, viewer.wallet.price)
    feeling = viewer.confidence() + float(offer["said"]) + viewer.engine.rules.promise
    scarce = bool(board.scarce[item])
    pull = b.pull_to_buy(interest, price, feeling, scarce, viewer.annoyance, viewer.tolerance, p)
    u_choice, u_pays, _, _ = customer.draw(draws.STORE_PUSH, push | SECOND_BLOCK)
    choice = b.decide(u_choice, pull, p)
    if choice == b.SAVE:
        viewer.signal(item)
        viewer.tell(t, Kind.SAVE, **what)
    elif choice != b.NOTHING and u_pays < b.payment_share(choice == b.BUY, p):
        customer.want(t, item, push, bool(customer.known["consent"]))
