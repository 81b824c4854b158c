# make demo    start everything and open the first notebook
# make test    all checks and tests
# make bench   measure the speed of the service and of the viewer
# make lint    the checks alone
# make docs    the documentation as a web site, in build/site
# make image   the service as a container image, with podman or docker
# make wire    write the front end's types again, from what the service says of itself
# make clean   take away what was made here
#
# What is missing is installed first: system packages (with apt, where that is possible), .venv and js/node_modules.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENTS := .venv-clients
DEMO_DIR ?= .demo
PYTEST_OPTIONS ?=
TESTS ?= tests/unit tests/contract tests/migration tests/integration tests/clients
# These watch a browser or a clock, or install the product: one after the other.
TESTS_ALONE ?= tests/notebooks tests/browser tests/acceptance

ENTRIES := $(wildcard js/src/*/index.ts)
PAGES := $(wildcard js/pages/*/index.ts)
BUNDLES := $(ENTRIES:js/src/%/index.ts=catmaid_jupyter/static/%.js) \
           $(PAGES:js/pages/%/index.ts=server/catmaid_server/http/openapi/static/%.js)
MODULES := js/node_modules/.package-lock.json
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

export PYTHON PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help demo test lint wire docs image test-js test-python bench clean system-run system-test

help:
	@sed -n 's/^# \{0,1\}//p;/^$$/q' Makefile

demo: system-run $(VENV)/.installed
	$(BIN)/catmaid-jupyter demo --data-dir $(DEMO_DIR)

test: lint docs test-js test-python

lint: system-test $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	scripts/lint-deploy.sh $(abspath $(BIN))
	cd js && npm run --silent lint && npm run --silent check
	cd js && PYTHON=$(abspath $(BIN))/python npm run --silent wire -- --check

wire: $(VENV)/.installed
	cd js && PYTHON=$(abspath $(BIN))/python npm run --silent wire

docs: system-run $(VENV)/.installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir build/site

image:
	$(or $(shell command -v podman || command -v docker),$(error podman or docker is needed to build an image)) \
		build --file deploy/Containerfile --tag catmaid-jupyter .

test-js: $(MODULES)
	cd js && npm run --silent test

test-python: system-test $(VENV)/.installed-test $(CLIENTS)/.installed
	$(if $(strip $(TESTS)),$(BIN)/pytest --numprocesses=2 --dist=loadfile $(PYTEST_OPTIONS) $(TESTS))
	$(if $(strip $(TESTS_ALONE)),$(BIN)/pytest $(PYTEST_OPTIONS) $(TESTS_ALONE))

bench: system-test $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks

clean:
	-[ ! -x $(BIN)/catmaid-jupyter ] || $(BIN)/catmaid-jupyter stop --data-dir $(DEMO_DIR)
	rm -rf $(VENV) $(CLIENTS) $(DEMO_DIR) js/node_modules js/wire/node_modules $(BUNDLES) build dist test-results
	rm -rf .mypy_cache .ruff_cache .pytest_cache .coverage .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

system-run:
	@scripts/system-packages.sh run

system-test:
	@scripts/system-packages.sh test

$(VENV)/pyvenv.cfg: | system-run
	$(PYTHON) -m venv $(VENV)

$(MODULES): js/package-lock.json | system-run
	cd js && npm ci --silent --no-audit --no-fund
	touch $@

$(BUNDLES) &: $(MODULES) js/build.mjs $(shell find js/src js/pages -type f)
	cd js && npm run --silent build
	touch $(BUNDLES)

$(VENV)/.installed: pyproject.toml constraints.txt hatch_build.py $(VENV)/pyvenv.cfg | $(BUNDLES)
	$(INSTALL) --editable .
	touch $@

$(VENV)/.installed-%: pyproject.toml constraints.txt hatch_build.py $(VENV)/pyvenv.cfg | $(BUNDLES)
	$(INSTALL) --editable '.[$*]'
	touch $(VENV)/.installed $@

# Clients of others, tried on the service: never beside our own packages.
$(CLIENTS)/.installed: tests/clients/requirements.txt tests/clients/constraints.txt | system-run
	rm -rf $(CLIENTS)
	$(PYTHON) -m venv $(CLIENTS)
	$(CLIENTS)/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint tests/clients/constraints.txt --requirement tests/clients/requirements.txt
	touch $@
