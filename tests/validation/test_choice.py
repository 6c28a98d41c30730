"""Choice and empty shelves lie where the evidence says, but for what is known not to.

How prices act is tested with the shop's checks; `steps` takes more nights than a test has.
"""

from __future__ import annotations

import pytest

from tests.validation import evenings
from tests.validation.choice import HANDS, cheaper_afterwards, emptied, sizes

pytestmark = pytest.mark.long


def test_every_check_holds_but_the_orders_of_other_things(monkeypatch):
    monkeypatch.setattr(evenings, "NIGHTS", 2)
    monkeypatch.setattr(evenings, "VIEWERS", 4000)
    failing = [c for c in (*sizes(), *emptied(), *cheaper_afterwards()) if not c.holds]
    assert [(c.id, c.note) for c in failing] == [("V4.4", HANDS)]
