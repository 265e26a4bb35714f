"""Windows of landing dates: the only way that derived tables are written."""

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl


@dataclass(frozen=True, slots=True)
class Window:
    """Landing dates from first to last, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def replace_window(
    connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, window: Window
) -> int:
    """Make rows all that the table holds for the window. Call it inside a transaction.

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
    connection.execute(f"delete from {table} where landing_date between ? and ?", [window.first, window.last])  # noqa: S608
    connection.register("incoming", rows.to_arrow())
    connection.execute(f"insert into {table} by name select * from incoming")  # noqa: S608
    connection.unregister("incoming")
    return rows.height
