from __future__ import annotations

import pytest

from tests.validation import generator

pytestmark = pytest.mark.long


def test_every_claim_about_generated_matches_holds(monkeypatch) -> None:
    monkeypatch.setattr(generator, "MATCHES", 8_000)
    assert [check for check in generator.checks() if not check.holds] == []
