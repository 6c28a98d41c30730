"""What a membership is worth, and what lasts how long; seasons of pushing take longer than a test may."""

from __future__ import annotations

import pytest

from tests.validation import evenings
from tests.validation.people import half_lives, members

pytestmark = pytest.mark.long


def test_every_check_holds(monkeypatch):
    monkeypatch.setattr(evenings, "NIGHTS", 4)
    assert [c for c in (*half_lives(), *members()) if not c.holds] == []
