"""Reservations, scarcity and teams lie where the evidence says."""

from __future__ import annotations

import pytest

from tests.validation import evenings, promotions

pytestmark = pytest.mark.long


def test_every_check_holds(monkeypatch):
    monkeypatch.setattr(evenings, "NIGHTS", 2)
    monkeypatch.setattr(evenings, "VIEWERS", 4000)
    assert [c for c in promotions.checks() if not c.holds] == []
