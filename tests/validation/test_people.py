"""What pushing more does at first and in the end, and what a membership is worth, as far as a short run can tell."""

from __future__ import annotations

from tests.validation import evenings, people


def test_every_check_holds_but_how_much_longer_the_loss_is(monkeypatch):
    monkeypatch.setattr(evenings, "NIGHTS", 4)
    failing = [c for c in people.checks() if not c.holds]
    assert [c.note for c in failing] == [people.TIRED]
