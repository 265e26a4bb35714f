"""The tables of layers as views of the working file, so that every query reads them by the same names.

A table begins as one of the file; its rows move out once, when the settings first name a place.
"""

import io
import logging
import re
from datetime import date

import duckdb
import polars as pl

from broadsheet.storage.layers import DATE, Layers, LayersError, folder_of, layer_tables
from broadsheet.storage.object_writer import name_of, packed, stage_window, write_staged
from broadsheet.storage.schema import Table, definitions, tables
from broadsheet.storage.sql_literals import quoted

log = logging.getLogger(__name__)

_LOCATION = re.compile(r"read_parquet\('(.*?)/raw/pages/")


def apply_schema(connection: duckdb.DuckDBPyConnection, layers: Layers | None) -> None:
    """Bring a working file to what schema.sql states. Call it inside a transaction.

    Args:
        connection: an open connection to the working file.
        layers: where the tables of layers are to lie; None for the file itself.

    Raises:
        LayersError: the place is another home's, or this home's layers lie elsewhere.
    """
    standing = _location(connection)
    if standing and layers is None:
        raise LayersError(f"the layers of this home lie in {standing}: set BROADSHEET_STORAGE to that again")
    if layers:
        try:
            layers.claim(is_new=standing in {None, layers.location})
        except LayersError as error:
            raise LayersError(f"{error}; they lie in {standing}" if standing else str(error)) from error
        for name in layer_tables() if standing else ():
            connection.execute(f"drop view if exists {name}")
    connection.execute(definitions())
    if layers:
        for name in layer_tables():
            _move_out(connection, layers, tables()[name])


def _location(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Where the views read; None where the tables are tables."""
    views = "select sql from duckdb_views() where (schema_name, view_name) = ('raw', 'pages')"
    for (sql,) in connection.execute(views).fetchall():
        if found := _LOCATION.search(sql):
            return found[1].replace("''", "'")
    return None


def _move_out(connection: duckdb.DuckDBPyConnection, layers: Layers, table: Table) -> None:
    """Put a view in the place of a table that schema.sql made, its rows as Parquet."""
    _bring_up_to_date(connection, layers, table)
    _move_rows(connection, layers, table)
    columns = ", ".join(f'"{column.name}"::{column.type} as "{column.name}"' for column in table.columns)
    pattern = (
        f"{folder_of(table.name)}/**/*.parquet"  # on object stores one listing; a * for the days would be one each
    )
    connection.execute(f"drop table {table.name}")
    connection.execute(f"create view {table.name} as select {columns} from {layers.rows(pattern)}")
    connection.execute(f"comment on view {table.name} is {quoted(table.description)}")
    for column in table.columns:
        connection.execute(f'comment on column {table.name}."{column.name}" is {quoted(column.description)}')


def _move_rows(connection: duckdb.DuckDBPyConnection, layers: Layers, table: Table) -> None:
    days = [day for (day,) in connection.execute(f"select distinct {DATE} from {table.name} order by 1").fetchall()]
    if days:
        log.warning("moving %d days of %s to %s", len(days), table.name, layers.location)
    for day in days:
        source = stage_window(connection, table.name, day, day)
        connection.execute(f"insert into {source} by name from {table.name} where {DATE} = ?", [day])
        write_staged(connection, layers)


def _bring_up_to_date(connection: duckdb.DuckDBPyConnection, layers: Layers, table: Table) -> None:
    """Give every object the columns that schema.sql states, and the table an object without rows that tells them.

    That object sorts first, so that DuckDB learns the columns from it and opens no other.
    """
    name = name_of(table.name, date.min)
    empty = packed(connection.sql(f"from {table.name} limit 0").pl())
    standing = layers.get([name]).get(name)
    if standing is not None and _columns(standing) == _columns(empty):
        return
    for other in sorted(layers.sizes(table.name).keys() - {name}):
        connection.execute(f"create temp table whole {table.definition}")
        connection.execute(f"insert into whole by name from {layers.rows(other)}")
        layers.put({other: packed(connection.sql("from whole order by all").pl())})
        connection.execute("drop table whole")
    layers.put({name: empty})


def _columns(parquet: bytes) -> pl.Schema:
    return pl.Schema(pl.read_parquet_schema(io.BytesIO(parquet)))
