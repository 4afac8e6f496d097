# `make chat` takes an interview in the terminal; `make test` runs every check; `make bench` says how
# fast it all is (`BENCH=quick make bench` in under five minutes).
# All make their own virtual environment in .venv.

PYTHON ?= python3.11
VENV   ?= .venv
BIN    := $(VENV)/bin
# Installed first and pinned, so that nothing that follows chooses another build of it.
TORCH  ?= torch==2.13.0

.PHONY: chat test lint types imports unit bench doctor packs clean

chat: $(VENV)/.chat
	@$(BIN)/python -m bot chat --migrate $(ARGS)

test: lint types imports unit

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

unit: $(VENV)/.dev
	$(BIN)/pytest $(ARGS)

bench: $(VENV)/.dev
	@$(BIN)/python -m tests.benchmarks $(ARGS)

doctor: $(VENV)/.chat
	$(BIN)/python -m bot doctor

packs: $(VENV)/.chat
	$(BIN)/python -m bot packs validate dataset/packs

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.torch:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet '$(TORCH)'
	@touch $@

$(VENV)/.chat: $(VENV)/.torch pyproject.toml
	@echo 'Installing Aurora (once; this takes a few minutes) ...'
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.torch pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.chat
