"""What a policy sees, what it may say, and how it is found.  A policy imports only from here."""

from sim.policy.push import EVERYONE, Offer, Policy, Push
from sim.policy.pushed import Pushed, Said
from sim.policy.view import AWAY, HOME, NEUTRAL, Item, ItemKind, Running, View, Viewers
from sim.world.redlines import RedLines

__all__ = [
    "AWAY",
    "EVERYONE",
    "HOME",
    "NEUTRAL",
    "Item",
    "ItemKind",
    "Offer",
    "Policy",
    "Push",
    "Pushed",
    "RedLines",
    "Running",
    "Said",
    "View",
    "Viewers",
]
