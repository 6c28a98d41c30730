from __future__ import annotations

import pytest

from tests.validation import beliefs

pytestmark = pytest.mark.long


def test_every_claim_about_beliefs_holds() -> None:
    assert [check for check in beliefs.checks() if not check.holds] == []
