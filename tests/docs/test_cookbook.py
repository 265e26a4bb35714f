"""The cookbook and the data dictionary are what the sample gives today."""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from broadsheet.release.history import KEYS
from tests.conftest import ROOT, SampleRun

# Scores may move in their second decimal where the machine multiplies in another order.
DECIMAL = re.compile(r"-?\d+\.\d+")
TOLERANCE = 0.02
QUERIES = sorted((ROOT / "warehouse" / "queries").glob("*.sql"))
VIEWS = "select view_name from duckdb_views() where not internal and schema_name = 'main'"
ANSWERLESS = {"17_days_without_pages", "23_checks_that_did_not_hold", "27_copies_and_campaigns"}
"""Of which the sample has none."""


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def release(sample_run: SampleRun) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample_run.published), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_answers_with_the_columns_of_its_header(path: Path, release: duckdb.DuckDBPyConnection) -> None:
    text = path.read_text(encoding="utf-8")
    question, columns, *_ = text.splitlines()
    assert question.startswith("-- Question: ")
    assert question.endswith(("?", ")"))
    result = release.sql(text)
    assert columns == f"-- Columns: {', '.join(result.columns)}"
    assert bool(result.fetchall()) == (path.stem not in ANSWERLESS)


def test_every_mart_has_a_query_and_a_key(release: duckdb.DuckDBPyConnection) -> None:
    marts = {
        name
        for (name,) in release.execute(
            "select view_name from duckdb_views() where not internal and schema_name = 'main'"
        ).fetchall()
    }
    words = set(re.findall(r"\w+", " ".join(path.read_text(encoding="utf-8") for path in QUERIES)))
    assert marts <= words
    assert marts == KEYS.keys()


def test_the_cookbook_is_numbered_without_a_gap() -> None:
    assert [path.name[:3] for path in QUERIES] == [f"{number:02}_" for number in range(1, len(QUERIES) + 1)]
    assert len(QUERIES) >= 20


@pytest.mark.parametrize("name", ["cookbook", "dictionary"])
def test_a_generated_page_is_up_to_date(name: str, generate: ModuleType, release: duckdb.DuckDBPyConnection) -> None:
    written = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8").splitlines()
    made = getattr(generate, name)(release).splitlines()
    assert [DECIMAL.sub("#", line) for line in made] == [DECIMAL.sub("#", line) for line in written], "run make docs"
    for now, before in zip(made, written, strict=True):
        for one, other in zip(DECIMAL.findall(now), DECIMAL.findall(before), strict=True):
            assert float(one) == pytest.approx(float(other), abs=TOLERANCE), now


def test_every_table_column_and_macro_is_described(release: duckdb.DuckDBPyConnection) -> None:
    for kind in ("tables", "columns", "views", "functions"):
        bare = f"select * from duckdb_{kind}() where not internal and comment is null"
        assert release.execute(bare).fetchall() == []


def test_the_notebook_runs_from_start_to_end(sample_run: SampleRun) -> None:
    command = [sys.executable, str(ROOT / "docs" / "notebook.py")]
    environment = {**os.environ, "BROADSHEET_HOME": str(sample_run.home)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
