"""Numbers of buying."""

# fmt: off
from __future__ import annotations

from pydantic import BaseModel

from sim.evidence import NONE, number


class Impulse(BaseModel):
    """Emotion, trust and others' voices in clicking and buying."""

    impulse_arousal: float = number(2.4, "logit", 0, 6, "assumed",
        "Positive emotion and impulse buying r = .32 (Santini et al. 2019, abstract); form S-O-R; size not found",
        "Linear effect of arousal on clicking and buying")
    impulse_arousal_square: float = number(2, "logit", 0, 6, "assumed",
        "Inverted U of emotion on sales (Du & Huang 2025, abstract); size not found", "Quadratic loss with arousal")
    impulse_mood: float = number(0.8, "logit", 0, 3, "assumed",
        "No source found; chosen with arousal's for a lift of 2 to 5 at a peak of joy",
        "Effect of mood on clicking and buying")
    trust_effect: float = number(1.5, "logit", 0, 5, "assumed", NONE, "Effect of trust (0 to 1) against its average")
    trust_average: float = number(0.7, "share", 0.1, 0.95, "assumed", NONE, "Average trust of a viewer in the shop")
    host_effect: float = number(0.5, "logit", 0, 3, "assumed", NONE, "Effect of host affinity x trust on host mentions")
    heat_effect: float = number(0.3, "logit", 0, 2, "assumed",
        "Chat count to sales is an inverted U (Zhao et al. 2024, abstract); size not found",
        "Linear effect of chat heat")
    heat_effect_square: float = number(0.08, "logit", 0, 1, "assumed",
        "Chat count to sales is an inverted U (Zhao et al. 2024, abstract); size not found",
        "Quadratic loss with chat heat")
    heat_usual: float = number(0.06, "per viewer and minute", 0.001, 5, "assumed",
        "No source found; what counts as much chat is relative", "Usual chat rate")
    scarcity_effect: float = number(0.15, "logit", 0, 1, "assumed",
        "Scarcity meta-analyses conflict (Barton 2022; Ladeira 2023)", "Effect of a low-stock badge")
    scarcity_share: float = number(0.1, "share", 0, 0.5, "assumed", NONE,
        "Stock left, as share of the first stock, that shows the badge")


class Purchase(BaseModel):
    """From a product page to a paid order."""

    page_seconds: float = number(25, "s", 5, 120, "assumed", NONE, "Mean time on a product page beyond the shortest")
    page_minimum: float = number(4, "s", 0, 30, "assumed", NONE, "Shortest time on a product page")
    save_base: float = number(-3.32, "logit", -6, -1, "data", "Taobao UserBehavior, 2017: favourites / views 3.22%",
        "Log odds of saving a product on its page, everything neutral")
    cart_base: float = number(-2.68, "logit", -6, -1, "data", "Taobao UserBehavior, 2017: carts / views 6.16%",
        "Log odds of putting it into the cart, everything neutral")
    buy_base: float = number(-5.4, "logit", -9, -1, "data",
        "Taobao UserBehavior, 2017: buys / views 2.25%, with carts paid at 30%",
        "Log odds of buying it with one click, everything neutral")
    save_effect: float = number(0.5, "share", 0, 1, "assumed", NONE,
        "Share of the pull to buy that also makes people save")
    price_elasticity: float = number(-2, "log odds per log price", -4, 0, "published",
        "Bijmolt et al. 2005: mean -2.62; sportswear not found: -1 to -3",
        "Effect of price against the reference price")
    price_loss_aversion: float = number(2, "times", 1, 3, "published",
        "Brown, Imai, Vieider & Camerer 2024 (abstract): 1.955, 95% interval 1.820-2.102",
        "Weight of a price above the reference against one below")
    promise_effect: float = number(0.015, "logit per day", 0, 0.1, "published",
        "Fisher, Gallino & Xu 2019 (summary): +1.5% sales for each business day that delivery is faster, from seven; "
        "a faster promise alone sells more and disappoints more: Cui et al. 2024 (abstract)",
        "Loss of buying with every day of the promised time to the door")
    promise_usual: float = number(4.0, "days", 1, 8, "assumed", NONE,
        "Promised time to the door that people are used to")
    buy_annoyance: float = number(0.15, "logit per tolerance", 0, 3, "assumed",
        "Size not found; small for the same reason as click_annoyance", "Loss of buying with annoyance")
    cart_paid: float = number(0.3, "share", 0, 1, "secondary", "Cart abandonment 70% (Baymard, as others quote it)",
        "Carts that are paid")
    order_paid: float = number(0.92, "share", 0, 1, "assumed", "No source found for unpaid orders",
        "One-click orders that are paid")
    payment_delay: float = number(0.25, "share", 0.02, 1, "assumed", NONE,
        "Mean time to payment, as share of the payment window")
    payment_window: float = number(1800, "s", 300, 7200, "secondary",
        "Defaults of shop software ('mall' on GitHub and its variants): 30 to 120 min",
        "Time to pay before the stock goes back")
    payment_window_flash: float = number(900, "s", 60, 7200, "secondary",
        "Defaults of shop software ('mall' on GitHub and its variants): 15 to 60 min", "Time to pay under a discount")


class Shelf(BaseModel):
    """When the wanted size is not there."""

    size_misfit: float = number(2, "logit per size", 0, 8, "assumed", NONE,
        "Loss of utility per size away from one's own")
    size_similarity: float = number(0.5, "mu", 0.1, 1, "assumed",
        "No source found; 0.3 to 0.7 is usual for nested logit",
        "Independence of the sizes of one product (1 = independent)")
    size_value: float = number(1.8, "logit", -5, 5, "secondary",
        "Gruen, Corsten & Bharadwaj 2002: with a size missing about .45 / .40 / .15 substitute, go, wait",
        "Another size of the same product, against walking away")
    wait_value: float = number(-1, "logit", -8, 5, "secondary",
        "Gruen, Corsten & Bharadwaj 2002: with a size missing about .45 / .40 / .15 substitute, go, wait",
        "Waiting for new stock, against walking away")
    wait_seconds: float = number(1200, "s", 60, 7200, "assumed", NONE, "How long somebody waits before looking again")
    sizes_asked: float = number(2, "sizes", 1, 2, "assumed", NONE,
        "Sizes somebody asks the till for, one after the other, before going without")
    after_window: float = number(60, "s", 5, 300, "assumed",
        "No source found; there is no stream any more whose lag it could be",
        "How often the till answers after the broadcast")
    trust_lost: float = number(0.2, "share", 0, 0.9, "assumed",
        "Direction: Anderson, Fitzsimons & Simester 2006; percentages not found",
        "Trust lost to one 'sold out at checkout'")
