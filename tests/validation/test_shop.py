"""Shop and pushes of played nights lie where the evidence says."""

from __future__ import annotations

import pytest

from tests.validation import evenings, shop

pytestmark = pytest.mark.long


def test_every_check_holds(monkeypatch):
    monkeypatch.setattr(evenings, "NIGHTS", 4)
    assert [c for c in shop.checks() if not c.holds] == []
