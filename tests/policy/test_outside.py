"""Policies that take chance or time from the machine are told of; others are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.experiment.cautions import cautions
from sim.experiment.runs import Plan
from sim.policy.find import available, find, find_all
from tests.command_line import SCENARIO
from tests.worlds import world

MINE = "\n\nclass Mine:\n    def decide(self, view):\n        return []\n"


def mine(folder: Path, text: str) -> Path:
    file = folder / "mine.py"
    file.write_text(text + MINE)
    return file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import os\nimport random as r", "imports random ({file}:2): the same seed can give other results; draw from"),
        ("from random import choice", "imports random ({file}:1)"),
        ("from secrets import token_hex", "imports secrets ({file}:1)"),
        ("import uuid", "imports uuid ({file}:1)"),
        ("import os\nx = os.urandom(3)", "uses os.urandom ({file}:2)"),
        ("from os import urandom", "imports os.urandom ({file}:1)"),
        ("import numpy as np\ndef f():\n    return np.random.default_rng().random()", "uses numpy.random ({file}:3)"),
        ("import numpy.random\nx = numpy.random.rand()", "uses numpy.random ({file}:2)"),
        ("from numpy.random import default_rng", "imports numpy.random ({file}:1)"),
        ("from numpy import random as r\nx = r.rand()", "uses numpy.random ({file}:2)"),
        ("def f():\n    import time", "imports time ({file}:2): the same seed can give other results; read view.time"),
        ("from datetime import datetime\nx = datetime.now()", "imports datetime ({file}:1)"),
        (
            "import os\nx = os.environ.get('X')",
            "uses os.environ ({file}:2): the same seed can give other results; keep what",
        ),
        ("import gc", "imports gc ({file}:1): it can reach what no platform sees"),
        ("from sim.engine.play import Play", "imports sim.engine ({file}:1): it can reach what no platform sees"),
        ("x = hash('home') % 2", "uses hash ({file}:1): the same seed can give other results; take zlib.crc32"),
    ],
)
def test_chance_and_clocks_of_the_machine_are_told_with_their_place(tmp_path, text, said):
    file = mine(tmp_path, text)
    (doubt,) = find(str(file)).doubts
    assert doubt.startswith(said.format(file=file))


@pytest.mark.parametrize(
    "text",
    [
        "import os\nimport math\nx = os.sep",
        "x = (" + "1 + " * 600 + "1).real",
        "import numpy as np\nfrom numpy.random import Generator\ndef f(x: np.random.Generator, y: Generator): pass",
        "class Own:\n    time = 3\nrandom = Own()\nx = random.time",
        "from uuid import later",
    ],
)
def test_nobody_else_is_accused(tmp_path, text):
    (tmp_path / "uuid.py").write_text("later = 1\n")
    assert find(str(mine(tmp_path, text))).doubts == ()


def test_samples_are_free_of_it():
    assert [find(sample.name).doubts for sample in available()] == [()] * len(available())


def test_it_is_a_caution_of_the_run_and_counts_for_helpers_too(tmp_path):
    (tmp_path / "helper.py").write_text("import time\n")
    said = cautions(Plan(world(), find_all([str(mine(tmp_path, "import helper"))]), 1, 1, 80))
    assert said == [
        f"policy 'mine' imports time ({tmp_path / 'helper.py'}:1): the same seed can give other results; "
        "read view.time instead"
    ]


def test_validate_warns_of_it_where_the_scenario_names_the_policy(here, matchday):
    mine(here, "import random")
    (here / "night.yaml").write_text(SCENARIO.replace("lull_only", "mine.py:Mine"))
    code, said, _ = matchday("validate", "night.yaml")
    assert code == 0
    assert "policy 'mine.py:Mine' imports random (mine.py:1): the same seed can give other results" in said
