"""What a policy sees, what it may say, and how it is found.  A policy imports only from here."""

from sim.policy.push import EVERYONE, Offer, Policy, Push
from sim.policy.view import AWAY, HOME, NEUTRAL, Item, ItemKind, Running, View, Viewers

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
    "Running",
    "View",
    "Viewers",
]
