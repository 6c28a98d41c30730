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

MODEL, SCORED = "sim.learning.model", "sim.learning.scored"


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
    for sample in available():
        assert find(sample.name).doubts == find(sample.name).unhashed == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import os\nimport psutil", "imports psutil ({file}:2): what that package does is no part of the policy"),
        ("from psutil import Process", "imports psutil ({file}:1)"),
        ("import sqlite3", "imports sqlite3 ({file}:1)"),
        ("def f():\n    return open('x').read()", "uses open ({file}:2): what it finds there is no part of"),
        ("read = open", "uses open ({file}:1)"),
        ("def f(path): return path.read_text()", "uses read_text ({file}:1)"),
        ("def f(self):\n    return list(self.folder.iterdir())", "uses iterdir ({file}:2)"),
        ("import pandas as pd\nread = pd.read_csv", "uses read_csv ({file}:2)"),
        ("import numpy as np\nread = np.load", "uses load ({file}:2)"),
        ("from numpy import load as l", "imports numpy.load ({file}:1)"),
        ("import os\nX = os.getenv('X')", "uses getenv ({file}:2)"),
        (f"from {MODEL} import load_model as m\nX = lambda: m('x')", "uses load_model without a hash ({file}:2)"),
        (f"from {MODEL} import load_model\nX = lambda: load_model('x', None)", "uses load_model without a hash"),
        (f"from {SCORED} import Scored\nclass X(Scored): pass", "has a class X without sha256 ({file}:2): another"),
        (f"import {SCORED} as s\nclass X(s.Scored):\n    sha256 = None", "has a class X without sha256 ({file}:2)"),
    ],
)  # fmt: skip
def test_what_a_hash_does_not_cover_is_told_with_its_place(tmp_path, text, said):
    file = mine(tmp_path, text)
    told = find(f"{file}:Mine").unhashed
    assert told[0].startswith(said.format(file=file))


@pytest.mark.parametrize(
    "text",
    [
        "import math, numpy, pandas, sklearn, yaml, scipy.special\nfrom sim.policy import Push",
        "from helper import load\nX = load()",
        "class Own:\n    def load(self): return 1\n    def f(self): return self.load()",
        "import json\nX = json.loads('1')",
        "from sim.learning.model import load_model\nX = lambda: load_model('x', sha256='0')",
        "from sim.learning.scored import Scored\nclass X(Scored):\n    sha256: str = 'a'",
    ],
)
def test_what_a_hash_covers_is_not_told_of(tmp_path, text):
    (tmp_path / "helper.py").write_text("def load():\n    return 1\n")
    assert find(f"{mine(tmp_path, text)}:Mine").unhashed == ()


def test_helpers_are_looked_through_too(tmp_path):
    (tmp_path / "helper.py").write_text("def own():\n    return open(__file__)\n")
    (said,) = find(f"{mine(tmp_path, 'import helper')}:Mine").unhashed
    assert said.startswith(f"uses open ({tmp_path / 'helper.py'}:2): ")


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
