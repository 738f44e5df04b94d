# The two commands of this project: `make demo` and `make test`. Python 3.11 or later is all that must be there.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8080
FHIR_PORT ?= 8090
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --no-emit-index-url

.DEFAULT_GOAL := help
.PHONY: help venv venv-dev demo test test-service test-properties test-medicine test-faults properties endurance lint said mutation mutation-silence lock audit sbom check clean

help: ## What there is to make
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

venv: $(VENV)/.service ## .venv with the pinned dependencies of the service

venv-dev: $(VENV)/.dev ## .venv with what the tests need, too

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: install python3.11 and python3.11-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed, and $(PYTHON) is older" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.service: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.service
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@

demo: venv ## Synthetic patients, the service and the viewer; PORT= and FHIR_PORT= choose the ports
	$(BIN)/python -m service demo --host $(HOST) --port $(PORT) --fhir-port $(FHIR_PORT)

test: lint ## The whole test suite with coverage, and what lint checks
	$(BIN)/python -m coverage erase
	$(MAKE) --no-print-directory --jobs=2 test-service test-properties test-medicine
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report
	$(BIN)/python -m coverage report --include='cards/*' --fail-under=95 --format=total

# The three parts of `test`, two at a time. The properties decide tens of thousands of charts: to measure their coverage
# would cost as much again. All but the first say what they have to say in one piece, at their end.
test-service: venv-dev
	$(BIN)/python -m coverage run -m pytest tests/service tests/faults

test-properties: venv-dev
	@$(BIN)/python -m pytest tests/properties >.$@.out 2>&1; code=$$?; cat .$@.out; rm .$@.out; exit $$code

test-medicine: venv-dev
	@$(BIN)/python -m coverage run -m pytest --ignore=tests/properties --ignore=tests/service --ignore=tests/faults \
	  >.$@.out 2>&1; code=$$?; cat .$@.out; rm .$@.out; exit $$code

test-faults: venv-dev ## Every need under every fault of a FHIR server, over real HTTP: silent, leaked, late, crashed must be 0; minutes
	$(BIN)/python -m tests.faults.run

properties: venv-dev ## The properties with twenty times as many examples, others each time: half an hour
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest tests/properties

endurance: venv-dev ## A worker's memory over 10,000 calls: some minutes
	ENDURANCE_CALLS=10000 $(BIN)/python -m pytest tests/service/test_workers.py -k memory

lint: venv-dev ## Style, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

said: venv-dev ## Write anew what every story and situation says, word for word; then read the difference
	$(BIN)/python -m tests.stories.said
	$(BIN)/python -m tests.situations

mutation: venv-dev ## Change the medicine in every small way and see whether the tests notice; takes about an hour
	$(BIN)/python -m tests.mutation.run

mutation-silence: venv-dev ## The same for ledger, gather, decision and the answer's last step, where nothing may survive
	$(BIN)/python -m tests.mutation.run --scope silence

lock: venv-dev ## Write requirements*.txt anew from requirements*.in: every package pinned, with its hashes
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements.in requirements-tracing.in --constraint requirements.txt --output-file requirements-tracing.txt
	$(LOCK) requirements-dev.in requirements-tracing.in --constraint requirements-tracing.txt --output-file requirements-dev.txt

audit: venv-dev ## Whether a pinned package has a known vulnerability; asks the advisory database over the network
	$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements-tracing.txt

sbom: venv-dev ## sbom.json: what the service is made of (CycloneDX)
	$(BIN)/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --output-reproducible --output-file sbom.json

check: ## What runs before a change lands
	bash .ci/run

clean: ## Remove .venv and everything that tests leave behind
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.* htmlcov build dist *.egg-info tests/hapi/target mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
