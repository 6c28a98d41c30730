from __future__ import annotations

from tests.validation import emotion


def test_every_claim_about_emotion_holds() -> None:
    assert [check for check in emotion.checks() if not check.holds] == []
