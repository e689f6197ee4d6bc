# LiveNet: make run | cluster | test | test-slow | test-nightly | bench | bench-mnist | lint | audit. Needs Python 3.11 or later, and no more.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
BENCH_VENV ?= .venv-bench
NODE_MODULES := tests/browser/node_modules
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 4
SEEDS ?= 1 2 3 4 5 6 7 8 9 10
INSTALL := python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
# Each test process and each of their servers would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help run cluster test test-slow test-nightly bench bench-mnist lint lessons-check lessons-pictures audit page-types tables format browser clean

help: ## show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run ## serve on http://127.0.0.1:8000 (HOST, PORT)
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/python -m app

cluster: $(VENV)/.cluster ## serve by a Ray cluster on this machine: two nodes and a front
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/python -m app.cluster local

PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

test: $(VENV)/.dev browser $(NODE_MODULES)/.package-lock.json ## run the tests that every change needs
	$(PYTEST) $(ARGS)

test-slow: $(VENV)/.dev browser $(NODE_MODULES)/.package-lock.json ## run the long scenarios, too, before a change lands
	LIVENET_TESTS=slow $(PYTEST) $(ARGS)

test-nightly: $(VENV)/.dev browser $(NODE_MODULES)/.package-lock.json ## run every test at full size, in ten orders
	@for seed in $(SEEDS); do \
		LIVENET_TESTS=nightly $(PYTEST) --random-order --random-order-seed=$$seed $(ARGS) || exit; \
	done

bench: $(VENV)/.dev browser ## measure, and print tables with the hardware; ARGS=numbers: of speed alone; ARGS="before COMMIT": against it
	$(BIN)/python -m benchmarks $(ARGS)

bench-mnist: $(BENCH_VENV)/.bench ## train on MNIST: accuracy, and speed beside Keras and PyTorch
	$(BENCH_VENV)/bin/python -m benchmarks.mnist $(ARGS)

tables: $(VENV)/.dev ## write the tables of docs/ that are made of the registries
	$(BIN)/python -m tests.doc_tables

lessons-check: $(VENV)/.run ## read every lesson, and run it on the engine
	$(BIN)/python -m app.lessons.check

lessons-pictures: $(VENV)/.run ## draw the pictures in the list of lessons by the engine
	$(BIN)/python -m app.lessons.pictures

lint: $(VENV)/.dev ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	@if PATH="$$PWD/$(BIN):$$PATH" command -v node >/dev/null; then $(MAKE) --no-print-directory page-types; \
	else echo "No node here: the types of the page are not checked."; fi

audit: $(VENV)/.dev ## look the packages up in the public lists of known weaknesses
	@$(BIN)/python .ci/audit.py

page-types: $(NODE_MODULES)/.package-lock.json
	PATH="$$PWD/$(BIN):$$PATH" $(NODE_MODULES)/.bin/tsc -p static/tsconfig.json

format: $(VENV)/.dev ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

browser: ## find Chromium and its driver, or install them
	@sh tests/browser/install.sh

clean: ## forget what was installed and measured
	rm -rf $(VENV) $(BENCH_VENV) .venv-audit $(NODE_MODULES) benchmarks/results .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python $(BENCH_VENV)/bin/python:
	$(PYTHON) -m venv $(@:/bin/python=)

$(VENV)/.run: requirements.txt requirements-slides.txt | $(VENV)/bin/python
	@echo "Installing what LiveNet needs ..."
	@$(BIN)/$(INSTALL) -r requirements.txt
	@$(BIN)/$(INSTALL) --no-deps -r requirements-slides.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt requirements-slides.txt | $(VENV)/bin/python
	@echo "Installing what the tests need ..."
	@$(BIN)/$(INSTALL) -r requirements-dev.txt
	@$(BIN)/$(INSTALL) --no-deps -r requirements-slides.txt
	@touch $@ $(VENV)/.run

$(VENV)/.cluster: requirements-cluster.txt | $(VENV)/.run
	@echo "Installing Ray ..."
	@$(BIN)/$(INSTALL) -r requirements-cluster.txt
	@touch $@

$(BENCH_VENV)/.bench: requirements-bench.txt requirements-dev.txt requirements.txt | $(BENCH_VENV)/bin/python
	@echo "Installing what LiveNet is measured against ..."
	@$(BENCH_VENV)/bin/$(INSTALL) -r requirements-bench.txt
	@touch $@

$(NODE_MODULES)/.package-lock.json: tests/browser/package-lock.json | $(VENV)/.dev
	@PYTHON=$(BIN)/python sh tests/browser/packages.sh
