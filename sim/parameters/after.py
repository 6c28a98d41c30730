"""Numbers of the days after a match."""

# fmt: off
from __future__ import annotations

from pydantic import BaseModel

from sim.evidence import NONE, number

CDNOW = "Fader, Hardie & Lee 2005, CDNOW: as the BTYD and lifetimes packages give it"


class Repeat(BaseModel):
    """How often customers come to the store, and when they stop: BG/NBD."""

    visit_shape: float = number(0.243, "shape of a gamma", 0.1, 1, "published", CDNOW,
        "Customers' rates of buying: r", gt=0, le=10)
    visit_scale: float = number(4.414, "weeks", 1, 15, "published", CDNOW,
        "Customers' rates of buying: alpha", gt=0, le=100)
    drop_a: float = number(0.793, "shape of a beta", 0.3, 2, "published", CDNOW,
        "Chance that a purchase is the last: a", gt=0, le=20)
    drop_b: float = number(2.426, "shape of a beta", 1, 6, "published", CDNOW,
        "Chance that a purchase is the last: b", gt=0, le=20)


class Visits(BaseModel):
    """What makes customers come to the store more or less often than they are used to."""

    visit_trust: float = number(1.5, "logs per unit of trust", 0, 5, "assumed", NONE,
        "Rise of the log rate of store visits with trust against its average")
    visit_satisfaction: float = number(0.5, "logs per unit of -1 to 1", 0, 2, "assumed", NONE,
        "Rise of the log rate of store visits with satisfaction")
    member_bond: float = number(0.2, "logs", 0, 0.8, "assumed",
        "Paid subscription raises purchases, two thirds of it beyond its economic benefits (Iyengar, Park & Yu 2022, "
        "abstract); size for free tiers not found",
        "Rise of the log rate of store visits of members, whatever they save")
    after_joy: float = number(10.0, "times per unit of mood", 0, 60, "assumed",
        "Sign: more than half of a title's merchandise is sold within 72 h (Fanatics 2019, secondary); size not found",
        "Rise of the rate of store visits right after a match that ended in good mood, none after a bad one")
    after_fades: float = number(48.0, "h", 12, 104, "assumed",
        "At most 104 h: half of an exponential within 72 h (Fanatics 2019, secondary); size not found",
        "Time constant in which that rise fades")


class Returning(BaseModel):
    """What is sent back, and why."""

    return_fit: float = number(0.2, "odds", 0.05, 0.6, "assumed",
        "So that 20-35% of planned clothes come back and 35-70% of these for their fit (industry figures, as others "
        "quote them)", "Odds of sending back a garment in one's own size because it does not fit")
    return_size: float = number(1.2, "logit per size", 0, 3, "assumed", NONE,
        "Rise of these with every size away from one's own")
    return_mind: float = number(0.13, "odds", 0.05, 0.25, "assumed",
        "Between the 10 and 15% of ordinary online shops (press)",
        "Odds of sending back what was planned and is as it was said to be")
    return_claim: float = number(0.5, "odds", 0, 2, "assumed", NONE,
        "Odds of sending back what was all exaggeration because it is not what was said")
    return_impulse: float = number(0.7, "logit", 0, 2, "assumed",
        "So that 30-50% of clothes bought live come back (press), against 20-35% of planned ones",
        "Rise of all these odds where a push made the order")
    return_urge: float = number(0.2, "share", 0, 1, "assumed", NONE,
        "Part of what emotion added to the log odds of buying that later speaks for sending back")
    return_discount: float = number(0.5, "logit", 0, 2, "assumed", NONE,
        "Rise of all these odds with the share that was off the list price")
    informed_spares: float = number(0.4, "share", 0, 0.9, "assumed", NONE,
        "Returns for fit or claims that are spared those who knew what they chose")
    exchange_share: float = number(0.35, "share", 0, 0.8, "assumed", NONE,
        "Garments that do not fit for which another size is wanted instead of the money")


class Service(BaseModel):
    """What parcels do to their receivers' trust and satisfaction."""

    late_lost: float = number(0.05, "share per day", 0, 0.3, "assumed", NONE,
        "Trust lost with every day that a parcel is later than promised")
    late_displeases: float = number(0.15, "units of -1 to 1 per day", 0, 0.5, "assumed", NONE,
        "Satisfaction lost with every such day")
    late_most: float = number(4.0, "days", 1, 14, "assumed", "No source found; it bounds the loss",
        "Lateness that counts in full; more counts no further")
    on_time_trust: float = number(0.02, "share", 0, 0.2, "assumed", NONE,
        "Part of what trust lacks that a parcel on time adds")
    on_time_pleases: float = number(0.03, "units of -1 to 1", 0, 0.3, "assumed", NONE,
        "Satisfaction that a parcel on time adds")
    claim_lost: float = number(0.3, "share", 0, 0.9, "assumed", NONE,
        "Trust lost on opening what was all exaggeration, kept or not")
    claim_displeases: float = number(0.3, "units of -1 to 1", 0, 1, "assumed", NONE,
        "Satisfaction lost on opening it")
    balance_base: float = number(2.5, "logit", 0, 5, "assumed", NONE,
        "Log odds of paying the rest of a pre-sale at average trust")
    balance_trust: float = number(3.0, "logit per unit of trust", 0, 8, "assumed", NONE,
        "Rise of these with trust against its average")
    handover: float = number(900.0, "s", 60, 3600, "assumed", NONE,
        "How often the warehouse hears of new orders during the broadcast")
    packing_wave: int = number(15, "parcels", 1, 60, "assumed", NONE,
        "Parcels that a packer takes from the queue at once; an inspector of returns, too")


class Memory(BaseModel):
    """From match to match: what stays, what fades, and who comes again."""

    fatigue_share: float = number(0.2, "share", 0, 0.6, "assumed", NONE,
        "Part of the annoyance that a night's pushes have added which stays as fatigue")
    fatigue_half_life: float = number(21.0, "days", 10, 42, "assumed",
        "No source found; effects of too many pushes show after months (SmartNews, Facebook, Pandora)",
        "Time in which fatigue halves")
    fatigue_weight: float = number(1.0, "per average tolerance", 0, 3, "assumed", NONE,
        "How much fatigue lowers tonight's tolerance: own tolerance / (1 + this x fatigue)")
    noticed_half_life: float = number(3.0, "days", 0.5, 15, "assumed",
        "No source found; novelty of a notification is thought to come back in days to weeks",
        "Time in which half of the pushes noticed are forgotten, and with them their wear")
    trust_half_life: float = number(8.0, "weeks", 1, 26, "assumed", NONE,
        "Time in which trust comes half of the way back to the usual of its segment")
    satisfaction_half_life: float = number(6.0, "weeks", 1, 26, "assumed", NONE, "Time in which satisfaction halves")
    again_trust: float = number(1.0, "logit per unit of trust", 0, 4, "assumed", NONE,
        "Rise of the log odds of coming to the next match with trust against its average")
    again_satisfaction: float = number(0.8, "logit per unit of -1 to 1", 0, 3, "assumed", NONE,
        "Rise of these with satisfaction")
    again_fatigue: float = number(0.8, "logit per average tolerance", 0, 3, "assumed",
        "Direction: fewer notifications, more use a year later (Facebook, SmartNews); size not found",
        "Fall of these with fatigue")
