"""Marts follow the landing dates that changed, and hold what a build from nothing would."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from broadsheet.storage.change_log import bump_versions, refresh_all_versions, refresh_versions
from broadsheet.storage.connection import Warehouse, connect
from broadsheet.storage.date_partitions import EVER, replace_window
from tests.dbt.handmade import PAGES, insert_files, insert_linked, insert_page, insert_shares

Dbt = Callable[..., subprocess.CompletedProcess[str]]
_DATED = """
select schema_name || '.' || table_name from duckdb_columns()
where column_name = 'landing_date' and schema_name in ('raw', 'parsed', 'enriched') and table_name <> 'erasures'
and table_name <> 'quarantine'
"""


def _marts(database: Path) -> dict[str, list[tuple[object, ...]]]:
    with connect(database, read_only=True) as connection:
        names = connection.sql("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        found = {name: connection.sql(f"from marts.{name} order by all").fetchall() for (name,) in names}
        query = "select table_name, landing_date, version from publishing.partitions where table_name like 'marts.%'"
        found["versions"] = connection.sql(f"{query} order by all").fetchall()
    return found


def _move_and_change(warehouse: Warehouse) -> date:
    """Let a day lose its pages to the next, a comment change, a path vanish and a page be left out on other days."""
    with warehouse.writing() as connection:
        days = [day for (day,) in connection.sql("select distinct landing_date from raw.pages order by 1").fetchall()]
        tables = [name for (name,) in connection.sql(_DATED).fetchall()]
        for table in tables:
            rows = connection.sql(f"from {table}").pl()
            moved = pl.when(pl.col("landing_date") == days[-1]).then(days[-1] + timedelta(1))
            rows = rows.with_columns(landing_date=moved.otherwise(pl.col("landing_date")))
            if table == "parsed.comments":
                longer = pl.when(pl.col("landing_date") == days[0]).then(pl.col("text") + "!")
                rows = rows.with_columns(text=longer.otherwise(pl.col("text")))
            replace_window(connection, table, rows, EVER)
        ((page_id, day),) = connection.execute(
            "select page_id, landing_date from raw.pages where landing_date = ? order by 1 limit 1", [days[-2]]
        ).fetchall()
        now = datetime(2026, 12, 1, tzinfo=UTC)
        connection.execute("update raw.sightings set vanished_at = ? where page_id = ?", [now, page_id])
        bump_versions(connection, "raw.sightings", [None, day])
        connection.execute("delete from raw.superseded_pages")
        connection.execute(
            "insert into raw.superseded_pages (page_id, superseded_at, is_left_out)"
            " select page_id, ?, true from raw.pages where landing_date = ?",
            [now, days[1]],
        )
        refresh_versions(connection, "raw.superseded_pages")
    last: date = days[-1]
    return last


@pytest.mark.slow
def test_incremental_marts_are_those_of_a_build_from_nothing(dbt: Dbt, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "broadsheet.duckdb")
    with warehouse.writing() as connection:
        for page in PAGES:
            insert_page(connection, page)
        insert_files(connection)
        insert_shares(connection)
        insert_linked(connection)
        refresh_all_versions(connection)
    assert dbt(warehouse.database, "run").returncode == 0
    first = _marts(warehouse.database)
    gone = _move_and_change(warehouse)
    again = dbt(warehouse.database, "run")
    assert again.returncode == 0, again.stdout
    second = _marts(warehouse.database)
    copy = tmp_path / "copy" / warehouse.database.name  # dbt names the database after its file
    copy.parent.mkdir()
    shutil.copyfile(warehouse.database, copy)
    anew = dbt(copy, "run", "--full-refresh")
    assert anew.returncode == 0, anew.stdout
    expected = _marts(copy)
    assert second.keys() == expected.keys()
    for table, rows in second.items():
        assert rows == expected[table], table
    assert first["articles"] != second["articles"]
    assert first["comments"] != second["comments"]
    days = {day for name, day, _ in second["versions"] if name == "marts.articles"}
    assert gone not in days
