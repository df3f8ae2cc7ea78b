# Two commands do everything: `make demo` and `make test`. Both rest on `make setup`.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Python 3.11, wherever it is; `make setup PYTHON=/some/python3.11` names one.
PYTHON ?= python3.11
DEMO_FAMILIES ?= 20000
DEMO_KABUPATEN ?= 3204
DEMO_SEED ?= 1
DEMO_DATE ?= 2025-07-01
TEST_WORKERS ?= 2
# Packages younger than this are not taken into the locks.
LOCK_DATE ?= 2026-11-13

.PHONY: help setup system demo test lock clean

help:
	@echo "make setup   install Tepat into .venv (done by the others when needed)"
	@echo "make demo    make $(DEMO_FAMILIES) families of a kabupaten and decide who is helped"
	@echo "make test    style, types, import direction and all tests"
	@echo "make lock    renew the two locks from pyproject.toml"
	@echo "make clean   remove .venv, var and caches"

setup: system .venv/ready

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

# The demonstration is made afresh each time, so that it shows the code as it is.
demo: setup
	@rm -rf var/demo && mkdir -p var/demo
	@.venv/bin/tepat population var/demo/people --families $(DEMO_FAMILIES) --kabupaten $(DEMO_KABUPATEN) --seed $(DEMO_SEED)
	@.venv/bin/tepat run var/demo/people --out var/demo/run --as-of $(DEMO_DATE) --quota var/demo/people/quota.csv
	@.venv/bin/tepat export var/demo/run awards --out var/demo/awards.csv >/dev/null
	@echo "One family: .venv/bin/tepat explain var/demo/run $$(sed -n '2s/,.*//p' var/demo/awards.csv)"

test: setup
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/python -m pytest -n $(TEST_WORKERS)

UV_COMPILE = .venv/bin/uv pip compile pyproject.toml --quiet --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --exclude-newer $(LOCK_DATE)

lock: setup
	@$(UV_COMPILE) -o requirements.lock
	@$(UV_COMPILE) --extra spark --group dev -o requirements-dev.lock

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
