"""Rows of pages in derived tables: which pages have none of the present version, and rows replaced page by page.

So that one page more on a day of ten thousand is one page's work. Windows of days are in date_partitions.py.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from broadsheet.storage.change_log import apply_row_delta, digests, refresh_versions, versions, write_versions
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import CHUNK_CHARS, EVER, Window
from broadsheet.storage.schema import tables
from broadsheet.storage.staging import is_layer, stage_window

PAGES = {"page_id": pl.String, "landing_date": pl.Date}
_KEY = "page_id, landing_date"


@dataclass(frozen=True, slots=True)
class PageTables:
    """Tables that hold the rows of pages, and what it means that a page is done in them.

    The rows of a page are written together, in one transaction: so a page that has any row has them all. Every query
    gives page_id and landing_date, a page any number of times, and comes from the code.

    Attributes:
        tables: what is written, schema.table.
        wanted: pages that have rows once they are done.
        there: pages that have rows.
        stale: pages that have rows of another parser, model or method than the present one.
        surely: those of `wanted` that have rows indeed, where that takes reading texts; it is asked about few pages.
        followers: tables whose rows rest on these: those of a page go when its own are made anew.
    """

    tables: tuple[str, ...]
    wanted: str
    there: str
    stale: str
    surely: str | None = None
    followers: tuple[str, ...] = ()


def unfinished(connection: duckdb.DuckDBPyConnection, dataset: PageTables, window: Window = EVER) -> pl.DataFrame:
    """Pages of a window that are to have rows and have none, each once: page_id and landing_date."""
    missing = f"select * from ({dataset.wanted}) anti join ({dataset.there}) using ({_KEY})"
    return _surely(connection, dataset, _within(connection, missing, window))


def stale(connection: duckdb.DuckDBPyConnection, dataset: PageTables, window: Window = EVER) -> pl.DataFrame:
    """Pages of a window that have rows of another version than the present one, each once."""
    return _within(connection, dataset.stale, window)


def orphaned_pages(connection: duckdb.DuckDBPyConnection, dataset: PageTables, window: Window = EVER) -> pl.DataFrame:
    """Pages of a window that have rows and are in raw.pages no more, or on another landing date, each once."""
    return _within(
        connection,
        f"select * from ({dataset.there}) anti join (select {_KEY} from raw.pages) using ({_KEY})",
        window,
    )


def pages_to_process(
    connection: duckdb.DuckDBPyConnection, dataset: PageTables, window: Window, anew: Collection[object] = ()
) -> pl.DataFrame:
    """Pages of a window that there is something to do about: unfinished, stale, and all of some days, each once.

    Args:
        connection: an open connection.
        dataset: whose tables.
        window: landing dates.
        anew: landing dates whose pages are all to be made anew.
    """
    found = [unfinished(connection, dataset, window), stale(connection, dataset, window)]
    if anew:
        wanted = _within(connection, dataset.wanted, window)
        found.append(_surely(connection, dataset, wanted.filter(pl.col("landing_date").is_in(list(anew)))))
    return pl.concat(found).unique().sort("landing_date", "page_id")


def refresh_pages(
    warehouse: Warehouse,
    dataset: PageTables,
    window: Window,
    make: Callable[[pl.DataFrame], Sequence[pl.DataFrame]],
    *,
    anew: Collection[object] = (),
) -> dict[str, int]:
    """Bring the tables up to date for the pages of a window; rows of pages that are gone leave.

    No connection is open while rows are made. Killed anywhere, the pages that were written are done.

    Args:
        warehouse: the working file.
        dataset: what to write.
        window: landing dates to look at.
        make: from pages (page_id, landing_date) their rows, a frame for each of the tables; called for at most about
            CHUNK_CHARS bytes of pages at a time, so that memory does not grow with the window.
        anew: landing dates of which every page is made, done or not.

    Returns:
        Rows written, by table.
    """
    with warehouse.reading() as connection:
        todo, left = pages_to_process(connection, dataset, window, anew), orphaned_pages(connection, dataset, window)
        parts = list(_parts(connection, todo))
    written = dict.fromkeys(dataset.tables, 0)
    if left.height:
        with warehouse.writing() as connection:
            drop_pages(connection, (*dataset.followers, *dataset.tables), left)
    for part in parts:
        made = make(part)
        with warehouse.writing() as connection:
            drop_pages(connection, dataset.followers, part)
            for table, rows in zip(dataset.tables, made, strict=True):
                written[table] += replace_pages(connection, table, rows, part)
    return written


def read_pages(connection: duckdb.DuckDBPyConnection, query: str, pages: pl.DataFrame) -> pl.DataFrame:
    """Rows of a query that are of some pages.

    Args:
        connection: an open connection.
        query: a select that gives page_id and landing_date; from the code, never from data.
        pages: page_id and landing_date.
    """
    connection.register("chosen_pages", pages.select(*PAGES).to_arrow())
    days = {"first": pages["landing_date"].min(), "last": pages["landing_date"].max()}
    found: pl.DataFrame = connection.sql(
        f"select * from ({query}) semi join chosen_pages using ({_KEY}) where landing_date between $first and $last",
        params=days,
    ).pl()
    connection.unregister("chosen_pages")
    return found


def replace_pages(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, pages: pl.DataFrame) -> int:
    """Make rows all that a table holds of some pages. Call it inside a transaction of the warehouse.

    Only landing dates on which these pages have other rows are written, and count as changed (warehouse.changes).
    Of a layer, whose days are objects, each day is written as a whole, the rows of its other pages too.

    Args:
        connection: an open connection to the working file.
        table: schema.table, with page_id and landing_date; a name from the code.
        rows: the table's columns, in any order, of these pages alone.
        pages: page_id and landing_date.

    Returns:
        The number of rows written.

    Raises:
        ValueError: a row is of another page.
    """
    if strangers := rows.select(*PAGES).unique().join(pages, on=list(PAGES), how="anti").height:
        raise ValueError(f"rows for {table} are of {strangers} pages that are not replaced")
    if not pages.height:
        return 0
    connection.register("chosen_pages", pages.select(*PAGES).to_arrow())
    connection.register("incoming", rows.to_arrow())
    if is_layer(connection, table):
        for day in pages["landing_date"].unique().sort():
            target = stage_window(connection, table, day, day)
            for source in (f"(from {table} anti join chosen_pages using ({_KEY}))", "incoming"):
                connection.execute(f"insert into {target} by name from {source} where landing_date = ?", [day])
    else:
        _replace(connection, table, pages)
    connection.unregister("incoming")
    connection.unregister("chosen_pages")
    return rows.height


def _replace(connection: duckdb.DuckDBPyConnection, table: str, pages: pl.DataFrame) -> None:
    """Write the incoming rows in the place of those of the chosen pages, on days where they are others."""
    connection.execute(f"create or replace temp table typed {tables()[table].definition}")
    connection.execute("insert into typed by name select * from incoming")
    first, last = min(pages["landing_date"]), max(pages["landing_date"])
    theirs = f"(from {table} semi join chosen_pages using ({_KEY}))"
    removed, added = digests(connection, table, theirs, first, last), digests(connection, table, "typed")
    days = [day for day in removed.keys() | added.keys() if removed.get(day) != added.get(day)]
    if days:
        connection.execute(
            f"delete from {table} where landing_date in (select unnest(?::date[]))"
            " and page_id in (select page_id from chosen_pages)",
            [days],
        )
        connection.execute(
            f"insert into {table} by name from typed where landing_date in (select unnest(?::date[]))",
            [days],
        )
    connection.execute("drop table typed")
    standing = versions(connection, [table])
    for day in days:
        version = apply_row_delta(standing.get((table, day)), removed.get(day), added.get(day))
        if version is None:  # not told by rows: they were added to others
            refresh_versions(connection, table, day or first, day or last)
        else:
            write_versions(connection, table, {day: version} if version else {}, day or first, day or last)


def drop_pages(connection: duckdb.DuckDBPyConnection, tables: Iterable[str], pages: pl.DataFrame) -> None:
    """Take all rows of some pages out of tables. Call it inside a transaction of the warehouse."""
    for table in tables:
        none: pl.DataFrame = connection.sql(f"from {table} limit 0").pl()
        replace_pages(connection, table, none, pages)


def _within(connection: duckdb.DuckDBPyConnection, query: str, window: Window) -> pl.DataFrame:
    found: pl.DataFrame = connection.sql(
        f"select distinct {_KEY} from ({query}) where landing_date between $first and $last",
        params={"first": window.first, "last": window.last},
    ).pl()
    return found


def _surely(connection: duckdb.DuckDBPyConnection, dataset: PageTables, pages: pl.DataFrame) -> pl.DataFrame:
    if dataset.surely is None or not pages.height:
        return pages
    return read_pages(connection, dataset.surely, pages).select(*PAGES).unique()


def _parts(connection: duckdb.DuckDBPyConnection, pages: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The pages in parts of about CHUNK_CHARS bytes, in their order."""
    sized = read_pages(connection, f"select {_KEY}, file_bytes from raw.pages", pages)
    held = pages.join(sized, on=list(PAGES), how="left", maintain_order="left")
    part = ((pl.col("file_bytes").fill_null(0).cum_sum() - 1).clip(0) // CHUNK_CHARS).alias("part")
    for (_,), rows in held.with_columns(part).group_by("part", maintain_order=True):
        yield rows.select(*PAGES)
