"""Which rows suites look at: those that changed since they last held, each day judged as it is judged among all."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from broadsheet.quality import CHECKED_TABLES, due, record_passed, store, validate_all
from broadsheet.quality.scope import NOTHING_NEW, Scope
from broadsheet.storage.change_log import refresh_all_versions, refresh_versions
from broadsheet.storage.connection import Warehouse
from tests.unit.quality.conftest import DAY

OTHER = date(2026, 11, 22)


@pytest.fixture
def two_days(database: Path) -> Warehouse:
    """The good warehouse with one of its pages on another day."""
    warehouse = Warehouse(database)
    with warehouse.writing() as connection:
        dated = connection.execute(
            "select distinct schema_name || '.' || table_name from duckdb_columns() where column_name = 'landing_date'"
            " and schema_name in ('raw', 'parsed', 'enriched') and table_name not in ('erasures', 'quarantine')"
        ).fetchall()
        for (table,) in dated:
            connection.execute(
                f"update {table} set landing_date = ? where page_id in"
                " (select page_id from raw.pages where source_path = 'second.txt')",
                [OTHER],
            )
        connection.execute("delete from publishing.partitions")
    (database.with_name(f"{database.name}.schema")).unlink(missing_ok=True)  # changes begin anew
    return warehouse


def _broken(warehouse: Warehouse, *days: date) -> set[str]:
    results = validate_all(warehouse.database, CHECKED_TABLES, scope=Scope(days))
    return {f"{result.table_name}.{result.check_name}" for result in results if not result.is_success}


def test_every_check_holds_on_each_day_of_good_rows(two_days: Warehouse) -> None:
    assert [_broken(two_days, DAY), _broken(two_days, OTHER), _broken(two_days, DAY, OTHER)] == [set(), set(), set()]


def test_a_day_is_looked_at_as_it_is_among_all_and_another_is_not(two_days: Warehouse) -> None:
    with two_days.writing() as connection:
        connection.execute("update parsed.sentences set text = 'nowhere' where landing_date = ?", [OTHER])
    assert {"parsed.sentences.text_is_slice", "parsed.sentences.text_sha256_of_text"} <= _broken(two_days, OTHER)
    assert _broken(two_days, DAY) == set()


def test_what_is_about_all_rows_sees_them_all(two_days: Warehouse) -> None:
    with two_days.writing() as connection:
        connection.execute("update parsed.pages set title = null where landing_date = ?", [DAY])
    assert "parsed.pages.few_without_title" in _broken(two_days, OTHER)


def test_tables_are_due_until_their_blocking_checks_held_and_when_what_they_read_changed(two_days: Warehouse) -> None:
    tables = ("parsed.comments", "parsed.sentences", "raw.quarantine")
    first = due(two_days, tables)
    assert (first.due, first.scope.days) == (tables, None)
    with two_days.writing() as connection:
        refresh_all_versions(connection)
        for table in tables:
            record_passed(connection, table, due_seen(connection, table))
    assert due(two_days, tables).held == tables
    with two_days.writing() as connection:
        connection.execute("update parsed.comments set start_cue = 'none' where landing_date = ?", [DAY])
        refresh_versions(connection, "parsed.comments", DAY, DAY)
    again = due(two_days, tables)
    assert (again.due, again.held) == (("parsed.comments", "parsed.sentences"), ("raw.quarantine",))
    assert again.scope.days == (DAY,)
    assert due(two_days, tables, is_audit=True).due == tables


def due_seen(connection: duckdb.DuckDBPyConnection, table: str) -> Mapping[tuple[str, date | None], str]:
    """Versions of what the checks of a table read."""
    from broadsheet.quality.scope import _read_by
    from broadsheet.storage.change_log import versions

    return versions(connection, sorted(_read_by(table)))


def test_what_was_looked_at_is_kept(two_days: Warehouse) -> None:
    results = validate_all(two_days.database, ["parsed.comments", "raw.quarantine"], scope=Scope((DAY, OTHER)))
    with two_days.writing() as connection:
        store(connection, "run", results, datetime(2026, 11, 22, tzinfo=UTC))
        found = connection.execute("select distinct table_name, validated from quality.check_results order by 1")
        assert found.fetchall() == [
            ("parsed.comments", "2026-11-21..2026-11-22 (2 landing dates)"),
            ("raw.quarantine", "all rows"),
        ]
    assert Scope(()).said("parsed.comments") == NOTHING_NEW
