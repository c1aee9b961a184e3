# The words people and CI share. Needs only make and Python >= 3.11 with venv; `make` alone lists them.
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
TOOLS := $(CURDIR)/.tools
# The same run on one core and on many; PYTEST_ARGS adds to it, e.g. PYTEST_ARGS='tests/domain -k money'.
WORKERS ?= 3
PYTEST_ARGS ?=
# Compiled code is kept even where the environment wants none: each worker, and each service a test starts, needs it.
COMPILED := PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX="$(TOOLS)/pycache"
COUNT ?= 10000
DB ?= both

# Works with an empty HOME: whatever wants to remember something does it in .tools.
ifeq ($(strip $(HOME)),)
export HOME := $(TOOLS)/home
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1

LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --quiet
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help demo serve test bench soak check accessibility sheet options format lock browser twilio-spec vnu
.DELETE_ON_ERROR:

help: ## List these words
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: .venv/.demo ## Run QuickPay with a sample group, a card gateway, a phone and a mailbox (ARGS='--port 9000')
	@$(BIN)/quickpay demo $(ARGS)

serve: .venv/.demo ## Run the service with the QUICKPAY_… settings of the environment
	@$(BIN)/quickpay serve $(ARGS)

test: .venv/.dev browser twilio-spec vnu ## Run every test, on SQLite and PostgreSQL, in Chromium
	@mkdir -p -m 700 "$(TOOLS)/run"
	@XDG_RUNTIME_DIR="$${XDG_RUNTIME_DIR:-$(TOOLS)/run}" $(COMPILED) \
		$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

bench: .venv/.dev ## Measure against a bare aiohttp answer (CASE=open-link for one case)
	@.ci/need wrk wrk || true
	@$(BIN)/python -m bench $(CASE) $(ARGS)

check: .venv/.dev ## Hold the house rules: style, types, floors, templates, docs, locks
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/bandit -q -ll -r quickpay
	@$(COMPILED) $(BIN)/pytest tests/arch

accessibility: .venv/.dev browser ## Look at every page in each theme, language and width, and print what was found; some ten minutes (ARGS=staff)
	@XDG_RUNTIME_DIR="$${XDG_RUNTIME_DIR:-$(TOOLS)/run}" $(BIN)/python -m tests.journeys.matrix $(ARGS)

sheet: .venv/.dev browser ## Picture every page: phone and desktop, light and dark, both languages; some minutes (ARGS=patient)
	@mkdir -p -m 700 "$(TOOLS)/run"
	@XDG_RUNTIME_DIR="$${XDG_RUNTIME_DIR:-$(TOOLS)/run}" $(BIN)/python -m tests.journeys.shots sheet $(ARGS)

soak: .venv/.dev ## Make 10,000 payments in bad weather with kills, and compare the books (COUNT=500 DB=sqlite)
	@mkdir -p -m 700 "$(TOOLS)/run"
	@XDG_RUNTIME_DIR="$${XDG_RUNTIME_DIR:-$(TOOLS)/run}" $(BIN)/python -m tests.faults.soak --count $(COUNT) --db $(DB) $(ARGS)

options: .venv/.dev ## Ignore each option of a group in turn and see its test fail; some minutes (ARGS=payments.auto_post)
	@$(BIN)/python -m tests.arch.options_ignored $(ARGS)

format: .venv/.dev ## Lay out the code and mend what can be mended by itself
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format
	@$(BIN)/python -m tests.arch.threats
	@$(BIN)/python -m tests.arch.catalogue

lock: .venv/.dev ## Make the lock files again from pyproject.toml (UPGRADE=1 takes the newest versions)
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --extra postgres --extra stripe --extra demo --group dev -o requirements-dev.lock
	$(LOCK) pyproject.toml --extra postgres --extra stripe --extra demo -c requirements-dev.lock -o requirements.lock
	$(LOCK) --group installer -c requirements-dev.lock -o requirements-installer.lock

# The environment: each step leaves a stamp, so that the next call is instant.

.venv/.installer: requirements-installer.lock
	@command -v "$(PYTHON)" >/dev/null || { echo 'make: there is no $(PYTHON); install Python 3.11 or later'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: QuickPay needs Python 3.11 or later, $(PYTHON) is $$($(PYTHON) -V); try PYTHON=python3.11"; exit 1; }
	@echo 'Making .venv …'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo 'make: this Python has no venv; on Debian: apt-get install python3-venv'; exit 1; }
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-installer.lock
	@touch $@

.venv/.demo: requirements.lock pyproject.toml | .venv/.installer
	@echo 'Installing what QuickPay needs …'
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.demo
	@echo 'Installing what the tests need …'
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

# What pip cannot bring.

browser:
	@.ci/need chromium chromium

twilio-spec: .venv/.dev
	@test -e $(TOOLS)/twilio-cli-core-8.3.2.tgz || .ci/need npm npm
	@npm_config_cache="$(TOOLS)/npm" $(BIN)/python tests/adapters/sms/twilio_spec.py

# The HTML checker: its archive from the npm registry, held to its hash, and a Java for it.
vnu: .venv/.dev
	@.ci/need java default-jre-headless
	@test -e $(TOOLS)/vnu-jar-26.9.27.tgz || .ci/need npm npm
	@npm_config_cache="$(TOOLS)/npm" $(BIN)/python tests/handlers/vnu.py
