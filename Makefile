# Everything a person or CI does here. `make` alone tells what there is.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules

CONFIG ?= dev
FOLLOW_UP_DELAY ?= PT20S

STACK := .venv-stack/.ready
DEV := .venv/.ready
SAM := .venv-sam/.ready
CHECKOV := .venv-checkov/.ready

.PHONY: help
help: ## What there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# -- run it -----------------------------------------------------------------------------------------------------------

.PHONY: run
run: $(STACK) ## The whole stack on this machine, until Ctrl-C
	@exec .venv-stack/bin/python -m infra.local run --follow-up-delay $(FOLLOW_UP_DELAY)

.PHONY: story
story: $(STACK) ## Plays a conversation from the first post to the answer to the follow-up
	@exec .venv-stack/bin/python -m infra.local.story

# -- change it --------------------------------------------------------------------------------------------------------

.PHONY: setup
setup: $(STACK) $(DEV) ## Installs what the other targets need (they do so themselves)

.PHONY: test
test: $(STACK) $(DEV) build ## All tests, on a stack of their own, with coverage
	.venv/bin/python -m pytest --cov --cov-report=term-missing:skip-covered $(ARGS)

.PHONY: lint
lint: $(DEV) $(SAM) $(CHECKOV) ## Style, import contracts, the template
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	PYTHONPATH=functions .venv/bin/lint-imports
	.venv/bin/cfn-lint template.yaml
	SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam validate --lint --template template.yaml --region eu-central-1
	.venv-checkov/bin/checkov --config-file .checkov.yaml --file template.yaml

.PHONY: types
types: $(DEV) ## Static types
	.venv/bin/pyright

.PHONY: bench
bench: $(STACK) $(DEV) build ## What it costs; writes docs/performance.md
	.venv/bin/python -m tests.performance.bench

.PHONY: load
load: $(STACK) $(DEV) build ## Ten thousand promises due at once; writes docs/performance.md, takes many minutes
	.venv/bin/python -m tests.performance.bench --load

.PHONY: format
format: $(DEV) ## Puts the code into shape
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

.PHONY: requirements
requirements: $(DEV) ## Pins anew what the *.in files ask for
	cd requirements && for each in uv dev stack functions sam checkov; do ./compile $$each; done

# -- ship it ----------------------------------------------------------------------------------------------------------

.PHONY: build
build: $(STACK) ## The artifact of all functions; nothing to do if nothing changed
	@.venv-stack/bin/python -m infra.build

.PHONY: deploy
deploy: $(STACK) $(SAM) ## To AWS, with the profile of samconfig.toml that CONFIG names (dev, prod)
	SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam build --config-env $(CONFIG)
	SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam deploy --config-env $(CONFIG)

.PHONY: connect
connect: $(STACK) ## Connects an account to a deployed stack: ARGS="facebook NAME --stack STACK --page-id ID"
	@exec .venv-stack/bin/python -m infra.connect $(ARGS)

.PHONY: clean
clean: ## Removes what was built and installed; .local, the state of `make run`, stays
	rm -rf build .aws-sam .venv .venv-stack .venv-sam .venv-checkov .pytest_cache .ruff_cache .hypothesis .coverage*

# -- environments -----------------------------------------------------------------------------------------------------
# Each from its own hash-pinned list. aws-sam-cli and checkov pin what others need otherwise, so each lives alone.

$(STACK): requirements/stack.txt
$(DEV): requirements/dev.txt
$(SAM): requirements/sam.txt
$(CHECKOV): requirements/checkov.txt

$(STACK) $(DEV) $(SAM) $(CHECKOV): infra/environment requirements/uv.txt
	@infra/environment $(@D) $(filter-out requirements/uv.txt,$(filter requirements/%,$^))
