PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help install run test lint types contracts check pictures clean

help: ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed ## Make .venv with everything (about two minutes)

$(VENV)/.installed: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[whisper,train,sherpa,test,dev]'
	@touch $@

run: install ## Start the demonstration and say which pages to open
	$(BIN)/hotline demo --port $(PORT)

test: install ## All tests; what this machine lacks is skipped with a reason
	$(BIN)/pytest

lint: install ## Style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install ## Strict types of the four packages
	$(BIN)/mypy

contracts: install ## Which package may import which
	$(BIN)/lint-imports

check: lint types contracts test ## All that CI runs

pictures: install ## Take docs/screenshots and docs/pictures anew (needs Chromium; pictures also a speech model)
	$(BIN)/python -m tests.end_to_end.screenshots
	$(BIN)/python -m tests.end_to_end.pictures

clean: ## Remove .venv and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache *.egg-info
