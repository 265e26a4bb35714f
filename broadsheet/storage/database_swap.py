"""A database written beside the one it replaces, read back, and put in its place, whole."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from broadsheet import atomic_files
from broadsheet.storage.sql_literals import quoted

# Files written by DuckDB 2.0 in its own format cannot be read by 1.x clients; analysts have those.
STORAGE_VERSION = "v1.4.0"


def attach_new(connection: duckdb.DuckDBPyConnection, partial: Path) -> str:
    """Begin a new file, attached as `target`, in the format of the working file.

    Returns:
        Name of the database that the connection is open on, to copy from.
    """
    ((working,),) = connection.execute("select current_database()").fetchall()
    connection.execute(f"attach {quoted(str(partial))} as target (storage_version '{STORAGE_VERSION}')")
    return str(working)


class ReadBackError(OSError):
    """A new database does not hold what was written to it; the message says which table."""


Contents = dict[str, tuple[int, int | None]]
"""By table, how many rows it has, and a digest over all columns of the rows that were looked at."""


def contents(
    connection: duckdb.DuckDBPyConnection, *, apart: bool = False, only: Mapping[str, str] | None = None
) -> Contents:
    """Row count of every table of the open database, and a digest over all columns, in which order does not count.

    Every value is read, or those of some rows.

    Args:
        connection: an open connection.
        apart: whether layers that lie apart are read too.
        only: by table, SQL for a condition; other rows are counted and not read.

    Raises:
        duckdb.Error: something cannot be read.
    """
    names = connection.execute(_TABLES, {"apart": apart}).fetchall()
    found = {}
    for schema, table in names:
        where = "true" if only is None else only.get(f"{schema}.{table}", "false")
        query = f"""
            select (select count(*) from "{schema}"."{table}"), bit_xor(hash(read_back))
            from "{schema}"."{table}" as read_back where {where}
        """
        (found[f"{schema}.{table}"],) = connection.execute(query).fetchall()
    return found


def read_back(partial: Path, expected: Contents, only: Mapping[str, str] | None = None) -> None:
    """Open a database that was written and closed, and read every column of every table from the file.

    A checkpoint may report success and lose rows or write what cannot be decoded: DuckDB 1.4 did on a full disk.

    Args:
        partial: the file.
        expected: what `contents` gave before it was closed.
        only: as given to that.

    Raises:
        ReadBackError: something is missing, different or unreadable.
    """
    try:
        with duckdb.connect(str(partial), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            found = contents(connection, only=only)
    except duckdb.Error as error:
        raise ReadBackError(f"{partial} cannot be read back, and is not put in place: {error}") from error
    if wrong := sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)):
        rows = [had[0] if had else 0 for had in (expected.get(wrong[0]), found.get(wrong[0]))]
        raise ReadBackError(
            f"{partial} is not put in place: {wrong[0]} was written with {rows[0]} rows and reads back with {rows[1]}, "
            "or with others; look at the disk, and run again"
        )


_TABLES = """
select schema_name, table_name from duckdb_tables()
where database_name = current_database() and not internal and not temporary
union all
select schema_name, view_name from duckdb_views()
where $apart and database_name = current_database() and not internal and schema_name in ('raw', 'parsed', 'enriched')
order by all
"""


def remove(partial: Path) -> None:
    """Remove what an attempt that was killed left half-made."""
    for path in (partial, _log_of(partial)):
        path.unlink(missing_ok=True)


def put_database(partial: Path, path: Path) -> None:
    """Put a database in the place of another, whose log, which would be replayed into the new one, goes first."""
    atomic_files.sync(partial)
    _log_of(path).unlink(missing_ok=True)
    atomic_files.put(partial, path)


def _log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")
