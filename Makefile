# LiveNet: make run | test | bench | lint. Needs Python 3.11 or later, and no more.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
NODE_MODULES := tests/browser/node_modules
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help run test bench lint format browser clean

help: ## show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run ## serve on http://127.0.0.1:8000 (HOST, PORT)
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/python -m app

test: $(VENV)/.dev browser $(NODE_MODULES)/.package-lock.json ## run every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

bench: $(VENV)/.dev browser ## measure, and print a table with the hardware
	$(BIN)/python -m benchmarks $(ARGS)

lint: $(VENV)/.dev ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

format: $(VENV)/.dev ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

browser: ## find Chromium and its driver, or install them
	@sh tests/browser/install.sh

clean: ## forget what was installed and measured
	rm -rf $(VENV) $(NODE_MODULES) benchmarks/results .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	@echo "Installing what LiveNet needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.run

$(NODE_MODULES)/.package-lock.json: tests/browser/package-lock.json | $(VENV)/.dev
	@PYTHON=$(BIN)/python sh tests/browser/packages.sh
