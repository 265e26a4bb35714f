"""The working file written anew, so that no block of it holds what was deleted."""

import os
from pathlib import Path

from broadsheet.warehouse.connection import Warehouse, connect


def rewrite(warehouse: Warehouse) -> None:
    """Copy everything into a new file and put it in the old one's place; DuckDB leaves deleted rows in free blocks.

    Killed anywhere, it leaves the old file or the new one, whole; a copy that was half made is removed the next time.

    Raises:
        WarehouseBusyError: another process held the working file too long.
        OSError: the copy cannot be written; the old file stays.
    """
    database = warehouse.database
    partial = database.with_name(f".{database.name}.partial")
    with warehouse.locked():
        _remove(partial)
        with connect(database) as connection:
            path = str(partial).replace("'", "''")
            connection.execute(f"attach '{path}' as target (storage_version 'v1.4.0')")
            ((working,),) = connection.execute("select current_database()").fetchall()
            connection.execute(f'copy from database "{working}" to target')
            connection.execute("detach target")
        _sync(partial)
        database.with_name(f"{database.name}.wal").unlink(missing_ok=True)  # written into the file when it was closed
        partial.replace(database)
        _sync(database.parent)


def _remove(partial: Path) -> None:
    for path in (partial, partial.with_name(f"{partial.name}.wal")):
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
