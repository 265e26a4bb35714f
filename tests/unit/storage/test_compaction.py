"""A file written anew holds every row, and no byte of those that were deleted."""

from pathlib import Path

import duckdb
import pytest

from broadsheet.storage import compaction as rewriting
from broadsheet.storage.compaction import rewrite
from broadsheet.storage.connection import Warehouse, connect

_CATALOGUE = """
select schema_name || '.' || table_name, column_name, data_type, is_nullable, column_default, comment
from duckdb_columns() where not internal order by all
"""
PHRASE = b"turnips in a wheelbarrow"


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """A file, not compressed, whose larger half was deleted."""
    made = Warehouse(tmp_path / "it's broadsheet.duckdb")
    with made.reading():
        pass
    monkeypatch.setattr(Warehouse, "connect", lambda warehouse, **_: _uncompressed(warehouse.database))
    with _uncompressed(made.database) as connection:
        connection.execute(f"""
            insert into raw.quarantine (source_path, file_bytes, reason, detail, landing_date, first_seen_at)
            select 'a' || i, i, 'empty', '{PHRASE.decode()}' || i, '2026-11-09', now()
            from range(5000) as _(i)
        """)
        connection.execute("checkpoint")
        connection.execute("delete from raw.quarantine where file_bytes > 10")
        connection.execute("update raw.quarantine set detail = 'kept'")
    return made


def _uncompressed(database: Path) -> duckdb.DuckDBPyConnection:
    connection = connect(database)
    connection.execute("set force_compression = 'uncompressed'")
    return connection


def _rows(warehouse: Warehouse, query: str) -> list[tuple[object, ...]]:
    with connect(warehouse.database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_deleted_rows_are_in_no_byte_and_the_others_stay(warehouse: Warehouse) -> None:
    rows, catalogue = _rows(warehouse, "from raw.quarantine order by all"), _rows(warehouse, _CATALOGUE)
    assert PHRASE in warehouse.database.read_bytes()
    rewrite(warehouse)
    assert PHRASE not in warehouse.database.read_bytes()
    assert len(rows) == 11
    assert _rows(warehouse, "from raw.quarantine order by all") == rows
    assert _rows(warehouse, _CATALOGUE) == catalogue
    with warehouse.reading() as connection:
        ((tags,),) = connection.execute("select tags from duckdb_databases() where not internal").fetchall()
    assert tags["storage_version"].startswith("v1.4")


def test_cut_short_it_leaves_the_old_file_and_the_next_call_writes_the_new_one(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = warehouse.database.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(rewriting, "put_database", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rewrite(warehouse)
    assert warehouse.database.read_bytes() == before
    rewrite(warehouse)
    assert PHRASE not in warehouse.database.read_bytes()
    assert {path.name for path in warehouse.database.parent.iterdir()} == {
        f"{warehouse.database.name}{suffix}" for suffix in ("", ".lock", ".schema")
    }
