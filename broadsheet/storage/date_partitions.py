"""Windows of landing dates, and how tables are replaced by them; page by page they are in page_rows.py."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import polars as pl

from broadsheet.storage.change_log import digests, write_versions
from broadsheet.storage.schema import tables
from broadsheet.storage.staging import is_layer, stage_window

CHUNK_CHARS = 50_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """Landing dates from first to last, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


EVER = Window(date.min, date.max)
"""All landing dates: the window of tables that every run makes anew."""


def replace_window(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, window: Window) -> int:
    """Make rows all that the table holds for the window. Call it inside a transaction of the warehouse.

    Only landing dates whose rows differ are written, and those count as changed (broadsheet.storage.change_log). Of a
    layer, days are written each as a whole when the transaction ends, and likewise only those that changed.

    Args:
        connection: an open connection to the working file.
        table: schema.table, with a landing_date column; a name from the code, never from data.
        rows: the table's columns, in any order; every landing_date inside the window.
        window: what to replace.

    Returns:
        The number of rows the window now holds.

    Raises:
        ValueError: a row's landing_date lies outside the window.
    """
    outside = rows.filter(~pl.col("landing_date").is_between(window.first, window.last))
    if outside.height:
        raise ValueError(f"{outside.height} rows for {table} lie outside {window.first}..{window.last}")
    connection.register("incoming", rows.to_arrow())
    if is_layer(connection, table):
        staged = stage_window(connection, table, window.first, window.last)
        connection.execute(f"insert into {staged} by name select * from incoming")
    else:
        _replace(connection, table, window)
    connection.unregister("incoming")
    return rows.height


def _replace(connection: duckdb.DuckDBPyConnection, table: str, window: Window) -> None:
    """Write the landing dates whose incoming rows are not those that stand."""
    connection.execute(f"create or replace temp table typed {tables()[table].definition}")
    connection.execute("insert into typed by name select * from incoming")
    standing = digests(connection, table, table, window.first, window.last)
    wanted = digests(connection, table, "typed", window.first, window.last)
    if days := [day for day in standing.keys() | wanted.keys() if standing.get(day) != wanted.get(day)]:
        connection.execute(f"delete from {table} where landing_date in (select unnest(?::date[]))", [days])
        connection.execute(
            f"insert into {table} by name from typed where landing_date in (select unnest(?::date[]))",
            [days],
        )
    connection.execute("drop table typed")
    write_versions(connection, table, wanted, window.first, window.last)


def chunks(connection: duckdb.DuckDBPyConnection, window: Window, max_chars: int = CHUNK_CHARS) -> list[Window]:
    """Cut a window into windows of whole days that hold at most about max_chars of page text each.

    So that the memory of a backfill does not grow with its range. Only a single day may be larger.

    Returns:
        Windows in order that together cover the given one exactly.
    """
    days = connection.execute(
        """
        select landing_date, sum(length(text)) from raw.pages
        where landing_date between ? and ? group by landing_date order by landing_date
        """,
        [window.first, window.last],
    ).fetchall()
    cuts, size_chars = [], 0
    for day, chars in days:
        if size_chars and size_chars + chars > max_chars:
            cuts.append(day)
            size_chars = 0
        size_chars += chars
    starts = [window.first, *cuts]
    ends = [*(cut - timedelta(days=1) for cut in cuts), window.last]
    return [Window(first, last) for first, last in zip(starts, ends, strict=True)]


def read_window(connection: duckdb.DuckDBPyConnection, query: str, window: Window) -> pl.DataFrame:
    """Rows of a query whose landing_date lies in the window.

    Args:
        connection: an open connection.
        query: a select without a where clause that gives a landing_date; from the code, never from data.
        window: what to read.
    """
    statement = f"select * from ({query}) where landing_date between ? and ?"
    rows: pl.DataFrame = connection.sql(statement, params=[window.first, window.last]).pl()
    return rows


def starts(connection: duckdb.DuckDBPyConnection, max_chars: int) -> list[date]:
    """First landing dates of consecutive blocks of whole days that hold about max_chars of page text each."""
    ((first,),) = connection.execute("select min(landing_date) from raw.pages").fetchall()
    cut = chunks(connection, EVER, max_chars)
    return [first or date.min, *(window.first for window in cut[1:])]


def block(starting: Sequence[date], number: int) -> Window:
    """The landing dates of a block; the first and the last have no end."""
    first = starting[number] if number else date.min
    return Window(first, starting[number + 1] - timedelta(days=1) if number + 1 < len(starting) else date.max)


def restarts(
    connection: duckdb.DuckDBPyConnection, starting: Sequence[date], days: Collection[date], max_chars: int
) -> list[date]:
    """Where blocks start after some days changed: as before, but where one that holds such a day grew too large.

    Args:
        connection: an open connection.
        starting: where blocks started before, in order; at least one.
        days: landing dates that changed.
        max_chars: of page text in a block.
    """
    found = []
    for number, first in enumerate(starting):
        window = block(starting, number)
        found.append(first)
        if any(day in window for day in days):
            found += [part.first for part in chunks(connection, window, max_chars)[1:]]
    return found
