"""The working file written anew, so that no block of it holds what was deleted."""

from broadsheet.storage.connection import Warehouse
from broadsheet.storage.database_swap import attach_new, contents, put_database, read_back, remove


def rewrite(warehouse: Warehouse) -> None:
    """Copy everything into a new file and put it in the old one's place; DuckDB leaves deleted rows in free blocks.

    Killed anywhere, it leaves the old file or the new one, whole; a copy that was half made is removed the next time.

    Raises:
        WarehouseBusyError: another process held the working file too long.
        OSError: the copy cannot be written, or does not read back; the old file stays.
    """
    database = warehouse.database
    partial = database.with_name(f".{database.name}.partial")
    with warehouse.locked():
        remove(partial)
        with warehouse.connect() as connection:
            working = attach_new(connection, partial)
            connection.execute(f'copy from database "{working}" to target')
            connection.execute("detach target")
            expected = contents(connection)
        read_back(partial, expected)
        put_database(partial, database)
