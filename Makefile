# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
# Many small matrix products: threads of the linear algebra would only get into each other's way.
# One process a core; tests that share what is costly to set up stay together (see tests/conftest.py).
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest --quiet --numprocesses auto
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test test-fast test-slow lint benchmarks studies clean

demo: .venv/demo-ready
	@$(BIN)/rvn demo

# Style and types keep one core busy for most of a minute where nothing is cached: the tests begin beside them.
test: .venv/test-ready
	@$(MAKE) --no-print-directory --jobs 2 lint test-fast

test-fast: .venv/test-ready
	@scripts/install_for_tests.sh postgresql
	@$(PYTEST)

test-slow: .venv/test-ready
	@scripts/install_for_tests.sh postgresql chromium
	@$(PYTEST) -m "slow or not slow"

lint: .venv/test-ready
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary

studies: .venv/test-ready
	@for plan in broward/study georgia/study georgia/first-year georgia/later-years dane/study; do \
		$(BIN)/rvn study run validation/$$plan.yaml --to validation/results/$$plan || test $$? = 1 || exit 2; done

# In an environment of its own: lifelines, which is compared with, wants an older pandas.
benchmarks: .venv-benchmarks/ready
	@for script in benchmarks/bench_*.py; do OPENBLAS_NUM_THREADS=1 .venv-benchmarks/bin/python $$script || exit 1; done

.venv-benchmarks/ready: pyproject.toml
	@echo "Installing rvn and what it is compared with (once, a minute or two)"
	@$(PYTHON) -m venv .venv-benchmarks
	@.venv-benchmarks/bin/python -m pip --disable-pip-version-check --quiet install --editable '.[all,benchmarks]'
	@touch $@

.venv/bin/python:
	@echo "Making .venv (once)"
	@$(PYTHON) -m venv .venv

.venv/demo-ready: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing rvn (once, a minute or two)"
	@$(PIP) install --constraint constraints.txt --editable '.[cli]'
	@touch $@

.venv/test-ready: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing rvn and what its tests need (once, a minute or two)"
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch .venv/demo-ready $@

clean:
	rm -rf .venv .venv-benchmarks build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
