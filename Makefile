# On a machine with git, make and Python 3.11, 3.12 or 3.13:
#
#   make demo    sets everything up, loads real data, recommends and explains, says where to look next
#   make test    sets everything up and passes every test
#
# Everything is kept in two folders of this checkout: .venv (the environment) and .kg (the local Neo4j).
# PYTHON=/path/to/python3.12 names the Python to use.

export KG_HOME := $(CURDIR)/.kg
export PYTHON

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# As many processes as there are processors, up to four, each with a Neo4j of its own; a file of tests stays in one of them, because
# its tests share what they load. In one process:  make test PARALLEL=
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder

.PHONY: demo test test-unit test-integration test-containers test-spark lint types generate notebooks requirements sbom audit bench soak soak-sample fuzz clean setup

demo: setup
	@$(BIN)/kg demo

test: setup
	$(PYTEST) $(PARALLEL)

test-unit: setup
	$(PYTEST) $(PARALLEL) tests/unit

test-integration: setup
	$(PYTEST) $(PARALLEL) tests/integration

# Needs a Docker engine.
test-containers: setup
	KG_TEST_CONTAINERS=1 $(PYTEST) -m containers

# Fetches Spark into .venv (half a gigabyte), without which these tests are skipped.
test-spark: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements/spark.txt
	$(PYTEST) tests/spark

# Not part of the tests: speed and memory beside other libraries and plain Cypher, and what share of the best the candidates hold.
bench: setup
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.recall
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.load --size 1/8
	$(BIN)/python -m benchmarks.load_memory --size 1/8
	$(BIN)/python -m benchmarks.bulk --size 1/8
	$(BIN)/python -m benchmarks.live
	$(BIN)/python -m benchmarks.pull
	$(BIN)/python -m benchmarks.reports
	$(BIN)/python -m benchmarks.everybody

# Breaks things on purpose for up to two hours, and goes on where it was stopped; parts of it: make soak SOAK="kill net --minutes 20"
SOAK :=
soak: setup
	$(BIN)/python -m tests.soak $(SOAK)

# A few trials of each of its parts, always the same: for machines with nothing else to do, some minutes.
soak-sample: setup
	KG_TEST_FAULTS=1 $(PYTEST) tests/integration/test_faults.py

# Gives broken files to whatever reads files, for an hour of processor time; some of it: make fuzz FUZZ="workbook backup --minutes 5"
FUZZ :=
fuzz: setup
	$(BIN)/python -m tests.fuzz $(FUZZ)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

# The files made from the code: a test fails when one of them is out of date.
generate: setup
	$(BIN)/python -m kg.schema.generate
	$(BIN)/python -m kg.cli.document
	$(BIN)/python -m kg.loaders.mapping.editor_schema

# Runs the notebooks on a Neo4j of its own with the starter and writes what they show; some of them: make notebooks ONLY="02 03"
# (with ONLY=--pictures, pictures as well where nothing else has changed)
ONLY :=
notebooks: setup
	$(BIN)/python -m tools.notebooks $(ONLY)

# What everything is made of (CycloneDX), from the locks alone; the wheel carries the same.
sbom: setup
	$(BIN)/python -m tools.sbom > sbom.cdx.json
	@echo "Wrote sbom.cdx.json"

# Whether a weakness is known of a locked Python package; asks the public list of them, so it needs the network.
audit: setup
	@tools/audit.sh

# Newer versions within the bounds of pyproject.toml: make requirements UPGRADE=--upgrade
requirements: setup
	@tools/requirements.sh $(UPGRADE)

# Stops the local server of this checkout, then removes .kg and .venv and nothing else.
clean:
	@tools/clean.sh

setup:
	@tools/setup.sh
