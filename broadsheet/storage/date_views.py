"""Some landing dates of a database's tables under the names that the whole tables have."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date

import duckdb

Days = Mapping[str, Collection[date | None]]
"""By table, as schema.table, landing dates; None of a table without them, and for rows without one."""


def filtered_table(days: Collection[date | None]) -> str:
    """SQL for a condition that rows of these landing dates meet, written out so that others are not read."""
    dated = sorted(day for day in days if day is not None)
    conditions = ["landing_date is null"] if None in days else []
    if dated:
        listed = ", ".join(f"date '{day.isoformat()}'" for day in dated)
        first, last = dated[0].isoformat(), dated[-1].isoformat()
        conditions.append(f"landing_date between date '{first}' and date '{last}' and landing_date in ({listed})")
    return " or ".join(f"({condition})" for condition in conditions) or "false"


@contextmanager
def filtered_views(connection: duckdb.DuckDBPyConnection, days: Days) -> Iterator[None]:
    """Let queries see these landing dates of some tables, by the tables' own names, and all others as they are.

    Args:
        connection: an open connection to a file with no transaction begun; only to be read from inside.
        days: of tables with landing dates.
    """
    ((database,),) = connection.execute("select current_database()").fetchall()
    connection.execute("attach ':memory:' as slice")
    try:
        for schema, name in connection.execute(_TABLES, [database]).fetchall():
            where = f"where {filtered_table(days[f'{schema}.{name}'])}" if f"{schema}.{name}" in days else ""
            connection.execute(f"create schema if not exists slice.{schema}")
            connection.execute(
                f'create view slice.{schema}."{name}" as select * from "{database}".{schema}."{name}" {where}'
            )
        connection.execute("use slice")
        yield
    finally:
        connection.execute(f'use "{database}"')
        connection.execute("detach slice")


_TABLES = """
select schema_name, table_name from duckdb_tables() where database_name = $1 and not internal and schema_name <> 'main'
union all
select schema_name, view_name from duckdb_views() where database_name = $1 and not internal and schema_name <> 'main'
"""
