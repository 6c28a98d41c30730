"""The library does what its pages say."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from policies.context_aware import ContextAware
from sim.policy.find import available
from sim.policy.rules.read import read_rules
from tests.worlds import lived, whole_shop, world

SAMPLES = {sample.name: sample.file for sample in available()}


def idea(file: Path) -> str:
    return read_rules(file)[1].about if file.suffix == ".yaml" else ast.get_docstring(ast.parse(file.read_text())) or ""


@pytest.mark.parametrize("name", SAMPLES)
def test_each_says_its_idea_the_part_of_the_article_behind_it_and_when_to_use_it(name):
    told = " ".join(idea(SAMPLES[name]).split()).lower()
    assert "article" in told
    assert "use it" in told


def test_context_aware_leaves_out_nobody_who_may_be_pushed_to():
    rounds = []

    class Watched(ContextAware):
        def decide(self, view):
            said = super().decide(view)
            if said:
                v = view.viewers
                fresh = v.present & ~v.muted & (v.shown < self.most) & (v.minutes_since_shown >= self.apart)
                served = np.sum([push.audience for push in said], axis=0)
                rounds.append((fresh, served))
            return said

    people = {"viewers": 400, "segments": {"all": {"customers": 0.6, "consent": 0.8, "stay": {"median": 200}}}}
    lived(world(audience=people, shop=whole_shop(500), assumptions={"click_base": -1.0, "chat_names": 0.3}), Watched())
    assert len(rounds) > 5
    assert all((served == fresh).all() for fresh, served in rounds)  # once each
