"""Files that are written beside the one they replace and put in its place, whole; databases above all."""

import os
from pathlib import Path

import duckdb

from broadsheet.warehouse.literals import quoted

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


def remove(partial: Path) -> None:
    """Remove what an attempt that was killed left half-made."""
    for path in (partial, _log_of(partial)):
        path.unlink(missing_ok=True)


def put(partial: Path, path: Path) -> None:
    """Make the new file durable, then rename it over the old one; a database's log would be replayed into the new."""
    sync(partial)
    _log_of(path).unlink(missing_ok=True)
    partial.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")
