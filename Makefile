# `make chat` takes an interview in the terminal; `make test` runs every check; `make bench` says how
# fast it all is (`BENCH=quick make bench` in under five minutes).
# All make their own virtual environment in .venv.

PYTHON ?= python3.11
VENV   ?= .venv
BIN    := $(VENV)/bin
# What `make chat` installs too, parted by commas: torch (a GPU, other models), postgres, fleet.
EXTRAS ?=
CHAT   := $(VENV)/.chat$(if $(EXTRAS),-$(EXTRAS))
# Installed first and pinned where it is needed, so that nothing that follows chooses another build.
TORCH  ?= torch==2.13.0

.PHONY: chat test lint types imports unit bench doctor packs clean

chat: $(CHAT)
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

doctor: $(CHAT)
	$(BIN)/python -m bot doctor

packs: $(CHAT)
	$(BIN)/python -m bot packs validate dataset/packs

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.pip:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

$(VENV)/.torch: $(VENV)/.pip
	$(BIN)/python -m pip install --quiet '$(TORCH)'
	@touch $@

$(CHAT): $(VENV)/.pip $(if $(findstring torch,$(EXTRAS)),$(VENV)/.torch) pyproject.toml
	@echo 'Installing Aurora (once; this takes a minute or two) ...'
	$(BIN)/python -m pip install --quiet --editable '.$(if $(EXTRAS),[$(EXTRAS)])'
	@touch $@

$(VENV)/.dev: $(VENV)/.torch pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.chat
