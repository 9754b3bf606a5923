# `make` alone lists what there is. Everything runs in .venv, made from requirements.lock.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
.PHONY: docs help mutate demo down setup up status lint types layers unit test test-lab test-lab-all lock clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

demo: up ## Set up everything and run one chaos test from Airflow (arguments: ARGS='component=jobmanager')
	$(BIN)/python -m lab.demo $(ARGS)
down: setup ## End the lab
	$(BIN)/python -m lab down
up: setup ## The lab: Kubernetes, Kafka, HDFS, Flink, Litmus' contract, Airflow
	$(BIN)/python -m lab up
status: setup ## How each part of the lab is
	$(BIN)/python -m lab status

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

TESTS ?=
test-lab: up ## The smoke tier on the lab (TESTS="duplicates or losses" chooses by name)
	$(BIN)/pytest tests/e2e -m "lab and smoke" -k "$(TESTS)" --durations=0 -s
test-lab-all: up ## Every test on the lab
	$(BIN)/pytest tests/e2e -m lab -k "$(TESTS)" --durations=0 -s

MUTANTS ?=
# The tool knows a module by its path, and of all folders of sources it takes `src` off it. It does not try again what
# survived older tests: begin anew.
mutate: setup ## Changes to the verdict that no test notices (MUTANTS='*.contract.*' chooses by name)
	rm -rf .mutate && mkdir .mutate
	ln -s ../plugins .mutate/src
	ln -s ../tests ../include ../pyproject.toml .mutate/
	cd .mutate && nice -n 19 ../$(BIN)/mutmut run --max-children 1 $(if $(MUTANTS),'$(MUTANTS)')
	cd .mutate && ../$(BIN)/mutmut results

docs: setup ## Renew the pages of the DAGs
	$(BIN)/python docs/make_pages.py

lock: setup ## Renew requirements.lock
	$(BIN)/pip-compile --quiet --extra dev --extra lab --extra slack --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --no-header --output-file requirements.lock pyproject.toml

clean: ## Remove .venv and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .mutate
