"""The build itself: that it runs on anything, says when something is wrong, and leaves a file fit to publish."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from broadsheet.project_files import PROJECT_ROOT
from broadsheet.storage.connection import Warehouse, connect
from tests.dbt.handmade import QUIET, insert_page

Dbt = Callable[..., subprocess.CompletedProcess[str]]
MARTS = [
    "articles",
    "comment_strands",
    "commenters",
    "comments",
    "coverage",
    "daily_tone",
    "near_duplicates",
    "releases",
    "tone_gap",
    "topic_days",
    "topic_members",
    "topics",
]


def test_every_model_and_test_passes_without_a_warning(build: subprocess.CompletedProcess[str]) -> None:
    assert build.returncode == 0, build.stdout
    assert " WARN=0 ERROR=0 SKIP=0 " in build.stdout
    assert "eprecat" not in build.stdout + build.stderr


@pytest.mark.slow
def test_an_empty_warehouse_builds_empty_marts(dbt: Dbt, tmp_path: Path) -> None:
    database = tmp_path / "broadsheet.duckdb"
    with Warehouse(database).writing():
        pass
    result = dbt(database, "build")
    assert result.returncode == 0, result.stdout
    with connect(database, read_only=True) as connection:
        assert {mart: connection.sql(f"from marts.{mart}").fetchall() for mart in MARTS} == {mart: [] for mart in MARTS}


@pytest.mark.slow
def test_a_page_parsed_twice_fails_the_build(dbt: Dbt, tmp_path: Path) -> None:
    database = tmp_path / "broadsheet.duckdb"
    with Warehouse(database).writing() as connection:
        insert_page(connection, QUIET)
        connection.execute("insert into parsed.pages by name from parsed.pages")
    result = dbt(database, "build", "--select", "articles comments", "--exclude", "test_type:unit")
    assert result.returncode == 1
    assert "articles_page_id_is_unique" in result.stdout


@pytest.mark.slow
def test_parsing_the_project_needs_no_database_and_leaves_none(dbt: Dbt, tmp_path: Path) -> None:
    before = sorted(path.name for path in (PROJECT_ROOT / "dbt").iterdir())
    result = dbt(tmp_path / "broadsheet.duckdb", "parse")
    assert result.returncode == 0, result.stdout
    assert list(tmp_path.iterdir()) == []
    assert sorted(path.name for path in (PROJECT_ROOT / "dbt").iterdir()) == before


def test_marts_are_tables_and_nothing_else_stays_in_the_file(warehouse: duckdb.DuckDBPyConnection) -> None:
    tables = "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
    assert [name for (name,) in warehouse.sql(tables).fetchall()] == MARTS
    assert warehouse.sql("select view_name from duckdb_views() where not internal").fetchall() == []
    schemas = "select schema_name from duckdb_schemas() where not internal order by all"
    assert [name for (name,) in warehouse.sql(schemas).fetchall() if name != "main"] == [
        "enriched",
        "marts",
        "parsed",
        "publishing",
        "quality",
        "raw",
    ]


def test_every_table_and_column_of_the_marts_is_described_in_the_file(warehouse: duckdb.DuckDBPyConnection) -> None:
    columns = "select table_name, column_name, comment from duckdb_columns() where schema_name = 'marts'"
    tables = "select table_name, table_name, comment from duckdb_tables() where schema_name = 'marts'"
    rows = warehouse.sql(f"{columns} union all {tables}").fetchall()
    assert len(rows) > 100
    assert [row[:2] for row in rows if not row[2]] == []


def test_the_file_keeps_the_format_that_older_clients_read(warehouse: duckdb.DuckDBPyConnection) -> None:
    tags = "select tags['storage_version'] from duckdb_databases() where not internal"
    assert warehouse.sql(tags).fetchall() == [("v1.4.0+",)]


def test_a_copy_attached_under_another_name_answers_the_same(
    warehouse: duckdb.DuckDBPyConnection, filled: Path, tmp_path: Path
) -> None:
    expected = warehouse.sql("from marts.tone_gap order by all").fetchall()
    copy = tmp_path / "copy.duckdb"
    with duckdb.connect() as other:
        other.execute(f"attach '{filled}' as working (read_only)")
        other.execute(f"attach '{copy}' as elsewhere (storage_version 'v1.4.0')")
        other.execute("copy from database working to elsewhere")
        assert other.sql("from elsewhere.marts.tone_gap order by all").fetchall() == expected
