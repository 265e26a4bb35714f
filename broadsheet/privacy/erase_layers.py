"""Pages erased from layers that lie apart, object by object."""

from collections.abc import Mapping
from datetime import date, datetime

import duckdb
import polars as pl

from broadsheet.storage.change_log import refresh_versions
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import Window, read_window, replace_window
from broadsheet.storage.layers import Layers, layer_tables
from broadsheet.storage.staging import day_of, packed

PAGES, COMMENTS, SHARES = "raw.pages", "parsed.comments", "enriched.comment_shares"


def erase_from_layers(
    warehouse: Warehouse, touched: pl.DataFrame, reparsed: Mapping[str, pl.DataFrame], now: datetime
) -> None:
    """Take pages out of every layer, and put in their place what is left of them. Nothing to do where none lie apart.

    Killed anywhere, it has to be done again: raw.pages goes first, and the comments, by which a commenter is found,
    last. Shares of the pages' days go whole, as their comments are counted in them.

    Args:
        warehouse: the working file, its own rows already as they are to be.
        touched: page_id and landing_date; and text, where the pages stay in raw.pages with another one.
        reparsed: the rows of parsed tables that take the place of those that go.
        now: aware, UTC.

    Raises:
        WarehouseBusyError: another process held the working file too long.
    """
    if warehouse.layers is None:
        return
    warehouse.layers.sweep()
    days = sorted(set(touched["landing_date"]))
    with warehouse.writing() as connection:
        _erase_from_raw(connection, warehouse.layers, touched, now)
    for table in sorted(layer_tables(), key=COMMENTS.__eq__):
        if table != PAGES:
            with warehouse.writing() as connection:
                for day in days:
                    _erase_from_day(connection, table, day, touched, reparsed.get(table))


def _erase_from_raw(
    connection: duckdb.DuckDBPyConnection, layers: Layers, touched: pl.DataFrame, now: datetime
) -> None:
    days = set(touched["landing_date"])
    query, parameters = (_REDACTED, {"now": now}) if "text" in touched.columns else (_REST, None)
    connection.register("touched", touched.to_arrow())
    for name in (name for name in layers.sizes(PAGES) if day_of(name) in days):
        ((held,),) = connection.execute(_HELD.format(layers.rows(name))).fetchall()
        left = connection.sql(query.format(layers.rows(name)), params=parameters).pl()
        if held and left.height:
            layers.put({name: packed(left)})
        elif held:
            layers.remove([name])
    connection.unregister("touched")
    for day in days:
        refresh_versions(connection, PAGES, day, day)


def _erase_from_day(
    connection: duckdb.DuckDBPyConnection, table: str, day: date, touched: pl.DataFrame, reparsed: pl.DataFrame | None
) -> None:
    window = Window(day, day)
    standing = read_window(connection, f"select * from {table}", window)
    left = standing.clear() if table == SHARES else standing.join(touched, on="page_id", how="anti")
    if reparsed is not None:
        left = pl.concat(
            [left, reparsed.filter(landing_date=day).select(left.columns).cast(left.schema)], how="vertical"
        )
    replace_window(connection, table, left, window)


_HELD = "select count(*) from {} semi join touched using (page_id)"
_REST = "from {} anti join touched using (page_id) order by page_id"
_REDACTED = """
select
    pages.* replace (
        coalesce(touched.text, pages.text) as text,
        if(touched.text <> pages.text, $now, pages.redacted_at) as redacted_at
    )
from {} as pages left join touched on pages.page_id = touched.page_id order by pages.page_id
"""
