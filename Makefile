# All commands of people and CI. `make` lists them.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules
# Compiled modules are kept, also where the environment says otherwise: tests start in half the processor time.
unexport PYTHONDONTWRITEBYTECODE

CONFIG ?= dev
FOLLOW_UP_DELAY ?= PT20S
PYTEST := .venv/bin/python -m pytest
IN_PARALLEL := --numprocesses=auto --dist=worksteal
PICTURES := inbox inbox-de inbox-dark inbox-phone reports

STACK := .venv-stack/.ready
DEV := .venv/.ready
SAM := .venv-sam/.ready
CHECKOV := .venv-checkov/.ready
PAGE_TOOLS := infra/page/node_modules/.bin
PAGE := $(PAGE_TOOLS)/biome
SCRIPTS := functions/console/page infra/page tests/page tests/fuzz/page.mjs

.PHONY: help
help: ## List all commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# -- run it -----------------------------------------------------------------------------------------------------------

.PHONY: run
run: $(STACK) ## Run the whole stack on this machine, until Ctrl-C
	@exec .venv-stack/bin/python -m infra.local run --follow-up-delay $(FOLLOW_UP_DELAY)

.PHONY: story
story: $(STACK) ## Play a conversation from the first post to the answer to the follow-up, and offers of advice to strangers
	@exec .venv-stack/bin/python -m infra.local.story

# -- change it --------------------------------------------------------------------------------------------------------

.PHONY: setup
setup: $(STACK) $(DEV) $(PAGE) ## Install all tools (each command also installs what it needs)

.PHONY: test
test: $(STACK) $(DEV) $(PAGE) build ## Run all tests in parallel, or those of ARGS in one process
	$(if $(ARGS),$(PYTEST) --no-cov $(ARGS),.venv/bin/python -m infra.test_run)

.PHONY: quick
quick: $(DEV) $(PAGE) build ## Run the unit tests and the page's, in two minutes
	$(PYTEST) --no-cov -q $(IN_PARALLEL) tests/unit $(ARGS)

.PHONY: coverage
coverage: $(STACK) $(DEV) $(PAGE) build ## Coverage of unit, functional and security tests
	$(PYTEST) -q $(IN_PARALLEL) --cov --cov-report=term-missing:skip-covered tests/unit tests/functional tests/security $(ARGS)

.PHONY: test-moto
test-moto: $(STACK) $(DEV) ## Run the functional tests on another emulator of AWS; `make test` includes a part
	$(PYTEST) --no-cov --aws moto $(or $(ARGS),$(IN_PARALLEL) tests/functional)

.PHONY: test-pythons
test-pythons: $(STACK) $(DEV) $(PAGE) build ## Run unit and functional tests under Lambda's Python and the oldest; `make test` includes a part
	@.venv/bin/python -m infra.other_pythons

.PHONY: fuzz
fuzz: $(DEV) $(PAGE) ## Random mails, webhooks and texts for three minutes; each finding is kept as a test
	PYTHONPATH=functions .venv/bin/python -m tests.fuzz.run $(ARGS)

.PHONY: golden
golden: $(STACK) $(DEV) ## Record how this version stores data, after an intended change (docs/delivery.md)
	-GOLDEN=write .venv/bin/python -m pytest --no-cov -q tests/functional/test_stored_formats.py

.PHONY: lint
lint: $(DEV) $(SAM) $(CHECKOV) $(PAGE) ## Check style, import contracts and the template
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(PAGE_TOOLS)/biome check --error-on-warnings $(SCRIPTS)
	PYTHONPATH=functions .venv/bin/lint-imports
	.venv/bin/cfn-lint template.yaml infra/ci.yaml
	SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam validate --lint --template template.yaml --region eu-central-1
	.venv-checkov/bin/checkov --config-file .checkov.yaml --file template.yaml --file infra/ci.yaml

.PHONY: types
types: $(DEV) $(PAGE) ## Check static types
	.venv/bin/pyright
	mkdir -p build
	node infra/page/types.mjs docs/openapi.yaml build/openapi.d.ts
	$(PAGE_TOOLS)/tsc --project infra/page

.PHONY: bench
bench: $(STACK) $(DEV) build ## Measure times and costs; writes docs/performance.md
	.venv/bin/python -m tests.performance.bench

.PHONY: bench-page
bench-page: $(STACK) $(DEV) build ## Measure what agents wait for, in a browser, and what their live connections cost; writes docs/performance.md
	.venv/bin/python -m tests.performance.bench --bench-page

.PHONY: bench-million
bench-million: $(STACK) $(DEV) build ## Count units with a million conversations in the table; writes docs/performance.md, takes 5 GB
	.venv/bin/python -m tests.performance.million

.PHONY: load
load: $(STACK) $(DEV) build ## Measure ten thousand follow-ups due at once; writes docs/performance.md, takes many minutes
	.venv/bin/python -m tests.performance.bench --load

.PHONY: pictures
pictures: $(STACK) $(DEV) build ## Update the screenshots of the documents
	.venv/bin/python -m pytest tests/browser/test_gallery.py -q
	cp $(addprefix build/screenshots/,$(addsuffix .png,$(PICTURES))) docs/images/

.PHONY: format
format: $(DEV) $(PAGE) ## Format the code
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	$(PAGE_TOOLS)/biome check --fix $(SCRIPTS)

.PHONY: requirements
requirements: $(DEV) ## Update the pinned packages from the *.in files
	cd requirements && for each in uv dev stack functions compiled push sam checkov; do ./compile $$each; done

# -- ship it ----------------------------------------------------------------------------------------------------------

.PHONY: build
build: $(STACK) ## Build the artifact of all functions, if something changed
	@.venv-stack/bin/python -m infra.build

.PHONY: deploy
deploy: export CONFIG := $(CONFIG)
deploy: $(STACK) $(SAM) ## Deploy to AWS, with the profile CONFIG of samconfig.toml (dev, prod)
	@.venv-stack/bin/python -m infra.deploy --check $(CONFIG)
	SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam build --config-env $(CONFIG)
	.venv-stack/bin/python -m infra.deploy $(CONFIG) $(ARGS)

.PHONY: mail-rules
mail-rules: $(STACK) ## Show the active rule set of Amazon SES; ARGS=activate or ARGS=deactivate for that of CONFIG's stack
	@exec .venv-stack/bin/python -m infra.mail_rules $(CONFIG) $(or $(ARGS),show)

.PHONY: restore
restore: $(STACK) ## Restore earlier data: ARGS="nachfrage restored begin --at …", then look, copy (docs/operations.md)
	@exec .venv-stack/bin/python -m infra.restore $(ARGS)

.PHONY: connect
connect: $(DEV) ## Connect an account to a deployed stack: CHANNEL=telegram NAME=support STACK_NAME=nachfrage; asks for the rest
	@exec .venv/bin/python -m infra.connect $(CHANNEL) $(if $(CHANNEL),$(NAME)) $(if $(STACK_NAME),--stack $(STACK_NAME)) $(ARGS)

.PHONY: doctor
doctor: $(DEV) ## Check the stack STACK_NAME=nachfrage, or without it that of `make run`
	@.venv/bin/python -m infra.doctor $(if $(STACK_NAME),--stack $(STACK_NAME)) $(ARGS)

.PHONY: clean
clean: ## Remove what was built and installed, but not .local, the data of `make run`
	rm -rf build .aws-sam .venv .venv-stack .venv-sam .venv-checkov .venv-3.* infra/page/node_modules .pytest_cache .ruff_cache .hypothesis .coverage*

# -- environments -----------------------------------------------------------------------------------------------------
# Each from its own hash-pinned list. aws-sam-cli and checkov pin what others need otherwise, so each lives alone.

$(STACK): requirements/stack.txt
$(DEV): requirements/dev.txt
$(SAM): requirements/sam.txt
$(CHECKOV): requirements/checkov.txt

$(STACK) $(DEV) $(SAM) $(CHECKOV): infra/environment requirements/uv.txt
	@infra/environment $(@D) $(filter-out requirements/uv.txt,$(filter requirements/%,$^))

$(PAGE): infra/page/package-lock.json $(STACK)
	@.venv-stack/bin/python -m infra.page.bundle
	@touch $@
