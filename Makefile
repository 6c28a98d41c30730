# `make demo` and `make test` need Python 3.11+ and make, nothing else; they install into .venv first.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
FINAL := scenarios/special/world-cup-final-2022.yaml

.PHONY: demo test long lint validation bench schema install clean

demo: install
	$(PY) run_sim.py compare $(FINAL) -j 2

test: install
	$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder

# What played nights have to look like: whole evenings of thousands of viewers.
long: install
	$(PY) -m pytest -n auto -m long

lint: install
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo --no-cache

validation: install
	$(PY) -m tests.validation > docs/validation.md

bench: install
	$(PY) -m benchmarks.night

schema: install
	$(PY) run_sim.py schema --write scenarios/schema
	$(PY) run_sim.py schema --page > docs/scenario.md
	$(PY) run_sim.py schema policy --page > docs/rules.md
	$(PY) run_sim.py list metrics --page > docs/measures.md

install: $(VENV)/installed

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Matchday needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
