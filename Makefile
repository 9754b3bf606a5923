# `make` alone lists what there is. Everything runs in .venv, made from requirements.lock.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
.PHONY: help setup lint types layers unit test lock clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

setup: .venv/.done ## Python packages, from the lock, into .venv

.venv/.done: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

lint: setup ## Style
	$(BIN)/ruff check .
types: setup ## Types
	$(BIN)/mypy
layers: setup ## Which room may import which
	$(BIN)/lint-imports
unit: setup ## Tests that need no lab
	$(BIN)/pytest
test: lint types layers unit ## Everything that needs no lab

lock: setup ## Renew requirements.lock
	$(BIN)/pip-compile --quiet --extra dev --extra lab --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --no-header --output-file requirements.lock pyproject.toml

clean: ## Remove .venv and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
