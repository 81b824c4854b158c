# make demo    start everything and open the first notebook
# make test    all checks and tests
# make bench   measure the speed of the service and of the viewer
# make lint    the checks alone
# make docs    the manual as a web site, which the service shows at /docs/
# make image   the service as a container image, with podman or docker
# make gallery  five published pages, in build/gallery
# make tutorials  the notebooks with their results as pages, in build/tutorials, where make docs finds them
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
# Files are dealt to two processes in this order: the small ones last, so that both end together.
TESTS ?= tests/clients tests/integration tests/contract tests/migration tests/unit
# These start browsers and services, or install the product, and need some of the machine for it: after the others.
TESTS_APART ?= tests/acceptance tests/notebooks tests/manual tests/browser
PYTEST ?= $(BIN)/pytest
IN_TWO := --numprocesses=2 --dist=loadfile --no-loadscope-reorder
# Few and long tests: a process that has none left takes some of the other's, so that both end together.
APART_IN_TWO := --numprocesses=2 --dist=worksteal

ENTRIES := $(wildcard js/src/*/index.ts)
PAGES := $(wildcard js/pages/*/index.ts)
BUNDLES := $(ENTRIES:js/src/%/index.ts=catmaid_jupyter/static/%.js) \
           $(PAGES:js/pages/%/index.ts=server/catmaid_server/http/openapi/static/%.js)
MANUAL := server/catmaid_server/http/manual
MODULES := js/node_modules/.package-lock.json
# What does not depend on each other, two at a time; the output of each in one piece.
TOGETHER := $(MAKE) --no-print-directory --jobs=2 --output-sync=target
# Most modules that packages bring are never imported; Python compiles a module at its first import.
PIP_INSTALL := -m pip install --quiet --no-compile --disable-pip-version-check
INSTALL := $(BIN)/python $(PIP_INSTALL) --constraint constraints.txt

export PYTHON PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help demo test checks environments lint wire docs gallery tutorials image test-js test-python test-together test-apart bench clean system-run system-test
.PHONY: lint-style lint-types lint-borders lint-deploy lint-js lint-wire

help:
	@sed -n 's/^# \{0,1\}//p;/^$$/q' Makefile

demo: system-run $(VENV)/.installed
	$(BIN)/catmaid-jupyter demo --data-dir $(DEMO_DIR)

test: checks test-python

checks: environments
	+@$(TOGETHER) lint docs test-js

# Everything that tests and checks need; complete before any of them begins.
environments: system-test
	+@$(TOGETHER) $(VENV)/.installed-test $(CLIENTS)/.installed

lint: system-test lint-types lint-style lint-borders lint-deploy lint-js lint-wire

lint-types: $(VENV)/.installed-test
	$(BIN)/mypy

lint-style: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lint-borders: $(VENV)/.installed-test
	$(BIN)/lint-imports

lint-deploy: $(VENV)/.installed-test
	scripts/lint-deploy.sh $(abspath $(BIN))

lint-js: $(MODULES)
	cd js && npm run --silent lint && npm run --silent check

lint-wire: $(MODULES) $(VENV)/.installed-test
	cd js && PYTHON=$(abspath $(BIN))/python npm run --silent wire -- --check

wire: $(VENV)/.installed
	cd js && PYTHON=$(abspath $(BIN))/python npm run --silent wire

docs: system-run $(VENV)/.installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir $(MANUAL)

gallery: system-test $(VENV)/.installed-test
	PYTHONPATH=. $(BIN)/python scripts/gallery.py build/gallery

tutorials: system-test $(VENV)/.installed-test
	PYTHONPATH=. $(BIN)/python scripts/tutorials.py build/tutorials

image:
	$(or $(shell command -v podman || command -v docker),$(error podman or docker is needed to build an image)) \
		build --file deploy/Containerfile --tag catmaid-jupyter .

test-js: $(MODULES)
	cd js && npm run --silent test

# One after the other; those apart also run where others failed, if make keeps going.
test-python: test-together test-apart

# What fails beside others is tried once more with the machine to itself; both are printed.
AGAIN_ALONE = { [ $$? = 1 ] && $(PYTEST) --last-failed --last-failed-no-failures=none $(1); }

test-together: environments
	$(if $(strip $(TESTS)),$(PYTEST) $(IN_TWO) $(PYTEST_OPTIONS) $(TESTS) || $(call AGAIN_ALONE,$(TESTS)))

test-apart: environments
	$(if $(strip $(TESTS_APART)),$(PYTEST) $(APART_IN_TWO) $(PYTEST_OPTIONS) $(TESTS_APART) || \
		$(call AGAIN_ALONE,$(TESTS_APART)))

bench: system-test $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks

clean:
	-[ ! -x $(BIN)/catmaid-jupyter ] || $(BIN)/catmaid-jupyter stop --data-dir $(DEMO_DIR)
	rm -rf $(VENV) $(CLIENTS) $(DEMO_DIR) $(MANUAL) js/node_modules js/wire/node_modules $(BUNDLES) build dist test-results
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
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

$(BUNDLES) &: $(MODULES) js/build.mjs js/worker-text.mjs $(shell find js/src js/pages -type f)
	cd js && npm run --silent build
	touch $(BUNDLES)

$(VENV)/.installed: pyproject.toml constraints.txt hatch_build.py $(VENV)/pyvenv.cfg | $(BUNDLES)
	$(INSTALL) --editable .
	touch $@

# The documentation is one of the checks, so one installation serves both.
$(VENV)/.installed-test: pyproject.toml constraints.txt hatch_build.py $(VENV)/pyvenv.cfg | $(BUNDLES)
	$(INSTALL) --editable '.[docs,test]'
	touch $(VENV)/.installed $(VENV)/.installed-docs $@

$(VENV)/.installed-%: pyproject.toml constraints.txt hatch_build.py $(VENV)/pyvenv.cfg | $(BUNDLES)
	$(INSTALL) --editable '.[$*]'
	touch $(VENV)/.installed $@

# Clients of others, tried on the service: never beside our own packages.
$(CLIENTS)/.installed: tests/clients/requirements.txt tests/clients/constraints.txt | system-run
	rm -rf $(CLIENTS)
	$(PYTHON) -m venv $(CLIENTS)
	$(CLIENTS)/bin/python $(PIP_INSTALL) --constraint tests/clients/constraints.txt \
		--requirement tests/clients/requirements.txt
	touch $@
