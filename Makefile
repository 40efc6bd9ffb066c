# The one entry to the project. `make help` lists the targets; CI runs only these.

PYTHON ?= python3
BIN := .venv/bin
UV_COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet

# Shares that take about the same time; the first two wait a lot, and those
# that make very many calls are left to `make test-long`.
FRONT := tests/api tests/browser tests/frontend
OUTSIDE := tests/alerts tests/deploy tests/documents tests/redaction tests/wire
# In memory, where there is room: the ledgers of tests need outlive nothing.
ROOM = $$(df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 { print $$4 }')
SCRATCH = $$([ "$(ROOM)" -gt 4096 ] 2>/dev/null && echo /dev/shm || echo "$${TMPDIR:-/tmp}")
SHARES := .coverage.front .coverage.outside .coverage.back
COVER = rm -f $@; TMPDIR=$(SCRATCH) $(BIN)/python -W "ignore:Unable to activate" -m slipcover \
	--json --fail-under 0 --out $@ -m pytest -m "not long"
LONG := grep -rl --include 'test_*.py' pytest.mark.long tests

FIDELITY = .venv-fidelity/bin/python -m pytest -c tests/fidelity/pytest.ini tests/fidelity

REFERENCES := problems settings telemetry

.DEFAULT_GOAL := help
.PHONY: help setup run sandbox test test-long chaos crash isolation gameday load bench bench-compare bench-ci fuzz check sbom audit format openapi reference image lock clean force

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.dev ## create .venv with everything that work on the project needs

run: .venv/.service ## start the service on 127.0.0.1:8000 with the sandbox behind it
	@EXCHANGE_SANDBOX=true EXCHANGE_AUTH_MODE=$${EXCHANGE_AUTH_MODE:-none} $(BIN)/python -m app serve

sandbox: .venv/.service ## start only the sandbox, on 127.0.0.1:8001
	@$(BIN)/python -m app sandbox --port 8001

test: .venv/.dev ## run the tests, in three shares at the same time, with branch coverage
	@$(MAKE) --jobs 3 --output-sync --no-print-directory $(SHARES)
	@$(BIN)/python -m slipcover --merge $(SHARES) --out .coverage.all

.coverage.front: force
	@$(COVER) $(FRONT)

.coverage.outside: force
	@$(COVER) $(OUTSIDE)

.coverage.back: force
	@$(COVER) tests $(patsubst %,--ignore=%,$(FRONT) $(OUTSIDE))

test-long: .venv/.dev ## run the tests that make very many calls; CI does, too
	@TMPDIR=$(SCRATCH) $(BIN)/python -m pytest -m long $$($(LONG))

chaos: .venv/.dev ## put the service among faults and tell what held; SEED=1, CALLS=10000
	@$(BIN)/python -m tests.chaos --seed $(or $(SEED),1) --calls $(or $(CALLS),10000)

crash: .venv/.dev ## kill the service while it sends and tell what was kept; KILLS=200 SEED=1 DATABASE=both
	@$(BIN)/python -m tests.crash --kills $(or $(KILLS),200) --seed $(or $(SEED),1) \
		--database $(or $(DATABASE),both)

isolation: .venv/.dev ## have five principals of two tenants ask at random and tell whether one saw another's; CALLS=20000 SEED=1
	@$(BIN)/python -m tests.security.isolation --calls $(or $(CALLS),20000) --seed $(or $(SEED),1)

gameday: .venv/.dev ## walk through eight incidents: alert, runbook, recovery; ONLY=graph-slow
	@$(BIN)/python -m tests.gameday $(if $(ONLY),--only $(ONLY))

load: .venv/.dev ## measure the memory that a large attachment takes; MEGABYTES=100
	@$(BIN)/python -m tests.load --megabytes $(or $(MEGABYTES),100)

bench: .venv/.dev .bench/.ready ## measure what a request costs, here and with what else one would write; ONLY=list,cached ROUNDS=5
	@$(BIN)/python -m tests.bench run --rounds $(or $(ROUNDS),5) --only "$(ONLY)" --json dist/bench.json

bench-compare: .venv/.dev ## measure it in two versions side by side; BASE=main~5 ONLY=list,cached ROUNDS=5
	@$(BIN)/python -m tests.bench compare $(BASE) --rounds $(or $(ROUNDS),5) --only "$(ONLY)" --json dist/bench-compare.json

bench-ci: .venv/.dev ## measure for a minute, and fail if something is far slower than it may be
	@$(BIN)/python -m tests.bench ci

fuzz: .venv/.dev .fuzz/.ready ## try what nobody thought of, as three callers; PHASES=examples,coverage,fuzzing,stateful SEED=1 SECONDS=300 WHO=stranger
	@$(BIN)/python -m tests.fuzz --phases $(or $(PHASES),examples,coverage,fuzzing,stateful) \
		--seed $(or $(SEED),1) --seconds $(or $(SECONDS),300) $(if $(WHO),--who $(WHO))

fidelity: .venv/.service .venv-fidelity/.sdk .node/fidelity/.ready ## drive the sandbox with clients of Graph that others wrote
	@$(FIDELITY)

fidelity-ci: .venv/.service .venv-fidelity/.ready .node/fidelity/.ready ## the same without the largest, Microsoft's SDK for Python
	@$(FIDELITY) --ignore tests/fidelity/test_msgraph.py

check: .venv/.dev .deploy/.ready ## lint, types, imports, dependencies, generated documents, deployment
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry app
	$(BIN)/deptry tests --exclude 'tests/(fidelity|bench/peers)' --ignore DEP002,DEP004
	$(BIN)/python -m app openapi --check openapi/exchange-api.yaml
	@set -e; for page in $(REFERENCES); do $(BIN)/python -m app reference $$page --check docs/$$page.md; done
	@$(BIN)/python -m tests.attacks --check docs/attacks.md
	$(BIN)/openapi-spec-validator --subschema-errors all openapi/exchange-api.yaml
	deploy/lint-openapi
	deploy/lint

sbom: .venv/bin/python .audit/.ready ## write dist/exchange-api.cdx.json and hold its licences to deploy/licences.toml
	deploy/audit sbom

audit: sbom ## sbom, and look for known vulnerabilities of all that is locked; OSV=https://…
	OSV=$(OSV) deploy/audit known

format: .venv/.dev ## format the code and mend what can be mended
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

openapi: .venv/.dev ## write openapi/exchange-api.yaml anew from the code, with its examples
	$(BIN)/python -m tests.examples
	$(BIN)/python -m app openapi > openapi/exchange-api.yaml

reference: .venv/.dev ## write the pages of docs/ that come from code and tests anew
	@set -e; for page in $(REFERENCES); do $(BIN)/python -m app reference $$page >docs/$$page.md; done
	@$(BIN)/python -m tests.attacks >docs/attacks.md

image: ## build the container image with buildah; BASE=debian where no registry is reached
	@deploy/image

lock: .venv/.dev ## resolve the dependencies anew into deploy/requirements/
	$(UV_COMPILE) --upgrade pyproject.toml -o deploy/requirements/service.txt
	$(UV_COMPILE) --upgrade pyproject.toml --group dev -c deploy/requirements/service.txt -o deploy/requirements/dev.txt
	$(UV_COMPILE) --upgrade --group audit -o deploy/requirements/audit.txt
	$(UV_COMPILE) --upgrade --group deploy -o deploy/requirements/deploy.txt
	$(UV_COMPILE) --upgrade --group fuzz -o deploy/requirements/fuzz.txt
	$(UV_COMPILE) --upgrade --group fidelity -o deploy/requirements/fidelity.txt
	$(UV_COMPILE) --upgrade --group fidelity-sdk -c deploy/requirements/fidelity.txt -o deploy/requirements/fidelity-sdk.txt
	$(UV_COMPILE) --upgrade --group bench -c deploy/requirements/service.txt -c deploy/requirements/fidelity-sdk.txt -o deploy/requirements/bench.txt

clean: ## remove the environment and every cache
	rm -rf .venv .venv-fidelity .audit .bench .deploy .fuzz .node .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.service: deploy/requirements/service.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.dev: deploy/requirements/dev.txt .venv/.service
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.deploy/.ready: deploy/requirements/deploy.txt
	$(PYTHON) -m venv .deploy
	.deploy/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.audit/.ready: deploy/requirements/audit.txt deploy/requirements/service.txt
	$(PYTHON) -m venv .audit
	.audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(PYTHON) -m venv --clear --without-pip .audit/service
	.audit/bin/python -m pip --python .audit/service/bin/python install --quiet --disable-pip-version-check \
		--require-hashes -r deploy/requirements/service.txt
	@touch $@

.bench/.ready: deploy/requirements/bench.txt
	$(PYTHON) -m venv .bench
	.bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.fuzz/.ready: deploy/requirements/fuzz.txt
	$(PYTHON) -m venv .fuzz
	.fuzz/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv-fidelity/.ready: deploy/requirements/fidelity.txt
	$(PYTHON) -m venv .venv-fidelity
	.venv-fidelity/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv-fidelity/.sdk: deploy/requirements/fidelity-sdk.txt .venv-fidelity/.ready
	.venv-fidelity/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.node/fidelity/.ready: tests/fidelity/javascript/package.json tests/fidelity/javascript/package-lock.json
	@mkdir -p $(@D)
	@cp $^ $(@D)
	npm ci --prefix $(@D) --no-audit --no-fund --loglevel=error
	@touch $@
