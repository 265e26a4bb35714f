"""The tables as schema.sql states them: what a data frame, a catalogue or a dictionary needs to know of one."""

from dataclasses import dataclass
from functools import cache

import duckdb

from broadsheet.project import PROJECT_ROOT

SCHEMA = PROJECT_ROOT / "warehouse" / "schema.sql"
FUNCTIONS = PROJECT_ROOT / "warehouse" / "functions.sql"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its DuckDB type and what it means."""

    name: str
    type: str
    description: str
    is_nullable: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the working file, named schema.table.

    Attributes:
        name: schema.table.
        description: its grain, and what else is to be known.
        definition: its columns in parentheses, as `create table` wants them.
        columns: in order.
    """

    name: str
    description: str
    definition: str
    columns: tuple[Column, ...]


def definitions() -> str:
    """The SQL that makes every table and function of a working file, and of a release; it may be run again."""
    return SCHEMA.read_text(encoding="utf-8") + FUNCTIONS.read_text(encoding="utf-8")


@cache
def tables() -> dict[str, Table]:
    """Every table of schema.sql by its name, in the file's order."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        described = connection.execute("""
            select schema_name || '.' || table_name, comment, sql[position('(' in sql):]
            from duckdb_tables() where not internal order by table_oid
        """).fetchall()
        columns = connection.execute("""
            select schema_name || '.' || table_name, column_name, data_type, comment, is_nullable
            from duckdb_columns() where not internal order by table_oid, column_index
        """).fetchall()
    return {
        name: Table(name, comment, definition, tuple(Column(*rest) for owner, *rest in columns if owner == name))
        for name, comment, definition in described
    }
