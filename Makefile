# `make brief` and `make test` do all the set-up; nothing else is needed first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CASE := us-colombia-dca-2009

FUZZ_SECONDS ?= 300
PIP := $(BIN)/python -m pip install --quiet
LOCKED := --require-hashes --requirement
# The package itself; all that it needs is there already, from a lock.
ITSELF := --no-deps --no-build-isolation --editable .

.PHONY: help brief test lint unit docs messages screenshots nightly bench fuzz lock sbom clean

help:
	@echo "make brief    assess a real case and write its brief to out/"
	@echo "make test     lint, types and all tests"
	@echo "make docs     write the parts of the guides that are read off the code"
	@echo "make screenshots take the pictures of the README"
	@echo "make messages collect the texts of the product for translators, and compile what they wrote"
	@echo "make nightly  the whole corpus on Spark, every page before axe, 200 kills, the long stress test of the inference engine"
	@echo "make fuzz     look for input that breaks the readers, for FUZZ_SECONDS (300)"
	@echo "make lock     write the locks of releases anew, with their hashes (needs uv)"
	@echo "make sbom     write the list of all that the program is made of to out/ (CycloneDX)"
	@echo "make bench    time tables and single cases beside their peers"

$(BIN)/.ready-run: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(PIP) $(LOCKED) requirements.lock
	$(PIP) $(ITSELF)
	@touch $@

$(BIN)/.ready-test: pyproject.toml requirements-test.lock
	$(PYTHON) -m venv $(VENV)
	$(PIP) $(LOCKED) requirements-test.lock
	$(PIP) $(ITSELF)
	sh tests/install-system-packages.sh
	@touch $(BIN)/.ready-run $@

brief: $(BIN)/.ready-run
	@mkdir -p out
	@$(BIN)/convenio brief cases/$(CASE).yaml -o out/$(CASE).html
	@echo "The brief is in out/$(CASE).html: open it in a browser."

lint: $(BIN)/.ready-test
	$(BIN)/ruff format --check engine tests benchmarks docs/*.py
	$(BIN)/ruff check engine tests benchmarks docs/*.py
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

unit: $(BIN)/.ready-test
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/convenio rules test

test: lint unit

docs: $(BIN)/.ready-test
	$(BIN)/python docs/generate.py

screenshots: $(BIN)/.ready-test
	$(BIN)/python docs/screenshots.py

messages: $(BIN)/.ready-test
	$(BIN)/python engine/messages.py

nightly: $(BIN)/.ready-test
	CONVENIO_SPARK_WHOLE=1 $(BIN)/python -m pytest tests/frames -k spark --timeout 3600
	CONVENIO_BROWSER_WHOLE=1 $(BIN)/python -m pytest tests/browser --timeout 3600
	CONVENIO_KILLS=200 $(BIN)/python -m pytest tests/kills --timeout 3600
	CONVENIO_STRESS_PAIRS=100000 CONVENIO_STRESS_MINUTES=10 $(BIN)/python -m pytest tests/semantics/test_durable_stress.py

bench: $(BIN)/.ready-test
	$(BIN)/python -m pip install --quiet --requirement benchmarks/peers/requirements.txt
	$(BIN)/python benchmarks/single_case.py
	$(BIN)/python -m benchmarks.run

fuzz: $(BIN)/.ready-test
	$(BIN)/python tests/attacks/fuzz.py --seconds $(FUZZ_SECONDS)

# For every Python from 3.11 on and every system; constraints.txt says which releases.
LOCK := uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --quiet
lock:
	$(LOCK) --extra test --extra lint --group sbom --constraint constraints.txt \
		--output-file requirements-test.lock
	$(LOCK) --extra solver --constraint requirements-test.lock --output-file requirements.lock

sbom: $(BIN)/.ready-test
	@mkdir -p out
	$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
		--output-reproducible --output-format JSON --output-file out/sbom.cdx.json
	@echo "The list of components is in out/sbom.cdx.json."

clean:
	rm -rf $(VENV) out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
