# Everything runs through a pinned uv in .uv/, so that only Python >= 3.11 and make are needed.
UV_VERSION := 0.13.9
PYTHON ?= python3
UV := .uv/bin/uv
STAMP := .uv/$(UV_VERSION)
RUN := $(UV) run --locked
ARGS ?=
# Without compiled modules every start of Python compiles two thousand files again: 3 s in place of 1 s.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help up test check bench docs sdk web web-build

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: $(STAMP) ## Start everything: make up ARGS="--port 9000 --no-tour"
	@$(RUN) python web/build.py --or-go-on
	@$(RUN) socialclaw up $(ARGS)

test: $(STAMP) ## Run all tests: make test ARGS="tests/cli -k tour"
	@$(RUN) python web/build.py
	@$(RUN) python -m tests.browser.chromium
	@$(RUN) python -m tests.networks.clients.node
	@$(RUN) python -m tests.cli.official.client
	@$(RUN) pytest $(ARGS)

check: $(STAMP) ## Style, types, import rules, generated docs and the lock file
	@$(RUN) ruff check
	@$(RUN) ruff format --check
	@$(RUN) mypy
	@$(RUN) lint-imports
	@$(RUN) python -m docs.generate --check
	@$(RUN) python -m sdk.generate --check
	@$(UV) lock --check

web: $(STAMP) ## The dashboard on http://127.0.0.1:5173/dashboard/ with hot reload, beside a running `make up`
	@$(RUN) python web/build.py dev

web-build: $(STAMP) ## Build the dashboard, where it has changed
	@$(RUN) python web/build.py

bench: $(STAMP) ## Measure, and print the table of figures
	@$(RUN) python -m bench $(ARGS)

docs: $(STAMP) ## Write the generated pages anew, and what the SDK has from them
	@$(RUN) python -m docs.generate
	@$(RUN) python -m sdk.generate

sdk: $(STAMP) ## Write the generated parts of the SDK anew
	@$(RUN) python -m sdk.generate

$(STAMP):
	@echo "Installing uv $(UV_VERSION) into .uv/"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "SocialClaw needs Python 3.11 or newer; say where it is: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv --clear .uv || { echo "Where Python says that ensurepip is missing (Debian, Ubuntu): apt install python3-venv, then make again"; exit 1; }
	@.uv/bin/python -m pip --quiet --disable-pip-version-check install uv==$(UV_VERSION)
	@touch $@
