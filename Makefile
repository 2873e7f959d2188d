# The project's commands. `make` alone lists them. The environment in .venv is made at first use and remade when
# requirements.txt changes; a half-made one (interrupted, moved, its Python gone) is rebuilt.

PYTHON ?= python3
PYTEST_ARGS ?= -n 2

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
LOCKED := $(VENV)/locked
STAMP := $(VENV)/stamp

# An environment names its own folder in its scripts: one that was moved or copied has to be made again.
SOUND := $(shell test -x $(BIN)/python && test "$$(cat $(LOCKED) 2>/dev/null)" = "$(CURDIR)" && echo yes)

.DEFAULT_GOAL := help
.PHONY: help setup check test lint bench bench-ledger bench-simulation reproduce docs clean again

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(STAMP) ## make or refresh the environment in .venv (the others do it themselves)

check: $(STAMP) ## judge every claim and write the evidence
	@$(BIN)/marketproof check

test: $(STAMP) ## run the tests (PYTEST_ARGS="-n 2" by default)
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(STAMP) ## ruff, mypy and the import arrow; runs all three, fails if any fails
	@failed=; \
	$(BIN)/ruff check . || failed="$$failed ruff"; \
	$(BIN)/mypy || failed="$$failed mypy"; \
	$(BIN)/lint-imports --no-logo || failed="$$failed lint-imports"; \
	if [ -n "$$failed" ]; then echo "lint failed:$$failed" >&2; exit 1; fi

bench: $(STAMP) ## run the benchmarks
	@$(BIN)/python -m benchmarks

bench-ledger: $(STAMP) ## measure the signed ledger (BENCH_ARGS="--only speed" for a part)
	@$(BIN)/python -m benchmarks.ledger $(BENCH_ARGS)

bench-simulation: $(STAMP) ## measure the fast engine beside SimPy, in one run
	@$(BIN)/python -m benchmarks.simulation $(BENCH_ARGS)

reproduce: $(STAMP) ## the paper's performance section again: the whole grid, and a page in reproduction/
	@$(BIN)/marketproof reproduce $(REPRODUCE_ARGS)

docs: $(STAMP) ## generate docs/generated from the specification
	@$(BIN)/marketproof spec generate

clean: ## remove the environment, caches and build artefacts (evidence/ stays)
	@rm -f $(STAMP) $(LOCKED)
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# Written last, and gone before anything is changed: only a whole environment has its stamps.
$(LOCKED): requirements.txt $(if $(SOUND),,again)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "error: Python 3.11 or newer is needed; PYTHON=$(PYTHON) is '$$($(PYTHON) --version 2>&1 | head -n 1)'." \
			"Name another one: make PYTHON=python3.12" >&2; exit 1; }
	@echo "setup: making $(VENV) with $$($(PYTHON) --version 2>&1)"
	@rm -f $(STAMP) $(LOCKED)
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { echo "error: '$(PYTHON) -m venv' failed; does this Python lack its venv package?" >&2; exit 1; }
	@echo "setup: installing the packages of requirements.txt (hashes required)"
	@$(PIP) install --require-hashes -r requirements.txt
	@printf '%s\n' "$(CURDIR)" > $@.part && mv $@.part $@

$(STAMP): $(LOCKED) pyproject.toml
	@echo "setup: installing marketproof (editable)"
	@rm -f $@
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

again:
