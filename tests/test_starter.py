"""`init`: a folder to begin with, in which everything works at once."""

from __future__ import annotations

from pathlib import Path


def test_what_init_writes_is_right_and_plays(tmp_path, matchday, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, said = matchday("init", "derby")
    assert code == 0
    assert [line for line in out.splitlines() if "schema" not in line] == [
        "derby/derby.yaml", "derby/rules.yaml", "derby/mine.py",
    ]  # fmt: skip
    commands = [line.split() for line in said.splitlines() if line.startswith("  ")]
    assert [command[0] for command in commands] == ["validate", "compare", "explain"]
    for command in commands:
        few = {"compare": ["--viewers", "300", "-n", "2"], "explain": ["--viewers", "300"]}.get(command[0], [])
        code, out, said = matchday(*command, *few)
        assert code == 0, said
        assert "warning" not in out
        if command[0] == "compare":
            told = out[out.index("what the rules of rules did, a night:") :].splitlines()
            assert [line.split()[0] for line in told[2:5]] == ["lesson", "scarf-after-a-goal", "shirts-for-the-curious"]
            assert told[1].split() == ["rule", "pushes", "shown", "held", "back", "clicks", "orders", "given", "away"]
    assert "schema/policy.schema.json" in Path("derby/rules.yaml").read_text()


def test_init_writes_over_nothing(tmp_path, matchday, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text("mine")
    code, _, said = matchday("init")
    assert code == 2
    assert "mine.py is there already: name a new folder" in said
    assert [file.name for file in tmp_path.iterdir()] == ["mine.py"]
