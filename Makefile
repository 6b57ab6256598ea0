# `make brief` and `make test` do all the set-up; nothing else is needed first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CASE := us-colombia-dca-2009

.PHONY: help brief test lint unit docs nightly bench clean

help:
	@echo "make brief    assess a real case and write its brief to out/"
	@echo "make test     lint, types and all tests"
	@echo "make docs     write the parts of the guides that are read off the code"
	@echo "make nightly  the whole corpus on Spark, 200 kills, the long stress test of the inference engine"
	@echo "make bench    time tables and single cases beside their peers"

$(BIN)/.ready-run: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[solver]'
	@touch $@

# One call of pip for all: a second would look everything up again.
$(BIN)/.ready-test: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,lint]'
	sh tests/install-system-packages.sh
	@touch $(BIN)/.ready-run $@

brief: $(BIN)/.ready-run
	@mkdir -p out
	@$(BIN)/convenio brief cases/$(CASE).yaml -o out/$(CASE).html
	@echo "The brief is in out/$(CASE).html: open it in a browser."

lint: $(BIN)/.ready-test
	$(BIN)/ruff format --check engine tests benchmarks docs/generate.py
	$(BIN)/ruff check engine tests benchmarks docs/generate.py
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

unit: $(BIN)/.ready-test
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/convenio rules test

test: lint unit

docs: $(BIN)/.ready-test
	$(BIN)/python docs/generate.py

nightly: $(BIN)/.ready-test
	CONVENIO_SPARK_WHOLE=1 $(BIN)/python -m pytest tests/frames -k spark --timeout 3600
	CONVENIO_KILLS=200 $(BIN)/python -m pytest tests/kills --timeout 3600
	CONVENIO_STRESS_PAIRS=100000 CONVENIO_STRESS_MINUTES=10 $(BIN)/python -m pytest tests/semantics/test_durable_stress.py

bench: $(BIN)/.ready-test
	$(BIN)/python -m pip install --quiet --requirement benchmarks/peers/requirements.txt
	$(BIN)/python benchmarks/single_case.py
	$(BIN)/python -m benchmarks.run

clean:
	rm -rf $(VENV) out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
