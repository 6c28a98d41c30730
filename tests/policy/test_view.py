"""What a policy sees of the shelf is the board's."""

from __future__ import annotations

from tests.worlds import SIZES, Scripted, lived, shop, world

NIGHT = world(shop=shop(stock=3, board_lag=0.0), audience={"viewers": 300})


class Looks(Scripted):
    """Notes the products of every window, and pushes as the script says."""

    def __post_init__(self):
        super().__post_init__()
        self.seen = []

    def decide(self, view):
        self.seen.append(dict(view.products))
        return super().decide(view)


def test_sizes_are_units_by_label_and_add_up_to_the_stock():
    policy = Looks([(0.0, [("pop_up", key, 0.5, 900.0, None) for key in ("red-shirt", "blue-shirt", "ball")])])
    played = lived(NIGHT, policy)
    first, last = policy.seen[0], policy.seen[-1]
    assert first["red-shirt"].sizes == dict.fromkeys(SIZES, 3)
    assert list(first["blue-shirt"].sizes) == list(SIZES[:3])
    assert first["ball"].sizes == {}
    assert first["ball"].stock == 3
    for products in policy.seen:
        assert all(p.stock == sum(p.sizes.values()) for p in products.values() if p.sizes)
    sold = played.stock.sold.reshape(3, -1)[0]
    assert sold.any()
    assert all(units <= 3 - gone for units, gone in zip(last["red-shirt"].sizes.values(), sold, strict=True))
    assert first["red-shirt"].sizes == dict.fromkeys(SIZES, 3)  # what is kept stays as it was


def test_products_tell_what_a_unit_costs_the_shop():
    policy = Looks([])
    lived(NIGHT, policy)
    shirt = policy.seen[0]["red-shirt"]
    assert (shirt.price, shirt.cost, len({shirt, shirt})) == (80.0, 32.0, 1)
