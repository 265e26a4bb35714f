"""Rows on their way into layers: gathered in temporary tables of the transaction, written as objects at its end.

So an error before the end leaves every object as it was. A kill while they are written leaves some days of some tables
new and others old, each of them whole, and what the working file tells of them uncommitted; the same run mends that.
"""

import hashlib
import io
import re
from collections.abc import Sequence
from datetime import date

import duckdb
import polars as pl

from broadsheet.storage.change_log import digests, versions, write_versions
from broadsheet.storage.layers import DATE, Layers, folder_of
from broadsheet.storage.schema import tables

_PREFIX = "staged "
_WINDOWS = '"windows to replace"'
_DAY = re.compile(rf"/{DATE}=(\d{{4}}-\d\d-\d\d)/[^/]+$")
_LAST = ("enriched.article_summaries", "enriched.comment_strands", "parsed.pages")
"""Written after the others: by what they tell of a day, and of the version that made it, it counts as done."""


def is_layer(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether a table's rows lie as Parquet, so that SQL cannot write them."""
    views = "select 1 from duckdb_views() where (database_name, schema_name, view_name) = (current_database(), ?, ?)"
    return bool(connection.execute(views, table.split(".")).fetchall())


def stage_rows(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Name of the temporary table that takes more rows of a layer; typed and constrained like the table itself."""
    name = f'"{_PREFIX}{table}"'
    connection.execute(f"create temp table if not exists {name} {tables()[table].definition}")
    connection.execute(f"create temp table if not exists {_WINDOWS} (table_name varchar, first date, last date)")
    return name


def stage_window(connection: duckdb.DuckDBPyConnection, table: str, first: date, last: date) -> str:
    """The same, for rows that are to be all that the layer holds from first to last."""
    name = stage_rows(connection, table)
    connection.execute(f"insert into {_WINDOWS} (table_name, first, last) values (?, ?, ?)", [table, first, last])
    connection.execute(f"delete from {name} where {DATE} between ? and ?", [first, last])
    return name


def write_staged(connection: duckdb.DuckDBPyConnection, layers: Layers) -> None:
    """Write what was gathered; what an object holds already is not written again."""
    named = "select table_name from duckdb_tables() where temporary and starts_with(table_name, ?)"
    found = [name.removeprefix(_PREFIX) for (name,) in connection.execute(named, [_PREFIX]).fetchall()]
    for table in sorted(found, key=lambda table: (table in _LAST, table)):
        windows = connection.execute(f"select first, last from {_WINDOWS} where table_name = ?", [table]).fetchall()
        _record(connection, table, windows)
        _write(connection, layers, table, windows)
        connection.execute(f'drop table "{_PREFIX}{table}"')
    if found:
        connection.execute(f"drop table {_WINDOWS}")


def _record(connection: duckdb.DuckDBPyConnection, table: str, windows: Sequence[tuple[date, date]]) -> None:
    """Note what changes; told by the rows and by what was noted, so that it is told again where a kill undid it."""
    source = f'"{_PREFIX}{table}"'
    for first, last in windows:
        write_versions(connection, table, digests(connection, table, source, first, last), first, last)
    if not windows:  # rows beside what is there
        known = versions(connection, [table])
        for day, digest in digests(connection, table, source).items():
            assert day is not None  # noqa: S101 - for the type checker: layers have landing dates
            both = hashlib.sha256(f"{known.get((table, day))} {digest}".encode()).hexdigest()
            write_versions(connection, table, {day: both}, day, day)


def name_of(table: str, day: date, stem: str = "part") -> str:
    """Name of an object, below the location."""
    return f"{folder_of(table)}/{DATE}={day.isoformat()}/{stem}.parquet"


def day_of(name: str) -> date:
    """The landing date of an object.

    Raises:
        ValueError: its name tells none.
    """
    if found := _DAY.search(name):
        return date.fromisoformat(found[1])
    raise ValueError(f"{name} is no object of a layer")


def packed(rows: pl.DataFrame) -> bytes:
    """Rows as Parquet; the landing date stands in the object's name."""
    buffer = io.BytesIO()
    rows.drop(DATE, strict=False).write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def _write(
    connection: duckdb.DuckDBPyConnection, layers: Layers, table: str, windows: Sequence[tuple[date, date]]
) -> None:
    """Write a table's rows: over all that its windows hold, or beside what is there where it has none."""
    source = f'"{_PREFIX}{table}"'
    objects: dict[str, bytes] = {}
    for (day,) in connection.execute(f"select distinct {DATE} from {source} order by 1").fetchall():
        # In an order that only their content gives: the same rows are the same bytes.
        data = packed(connection.sql(f"from {source} where {DATE} = $day order by all", params={"day": day}).pl())
        objects[name_of(table, day, *([] if windows else [hashlib.sha256(data).hexdigest()[:16]]))] = data
    sizes = layers.sizes(table) if windows else {}
    same_size = [name for name, data in objects.items() if sizes.get(name) == len(data)]
    standing = layers.get(same_size)
    layers.put({name: data for name, data in objects.items() if standing.get(name) != data})
    layers.remove(
        name
        for name in sizes.keys() - objects.keys()
        if (day := day_of(name)) > date.min and any(first <= day <= last for first, last in windows)
    )
