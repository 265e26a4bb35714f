"""The registry of tables: schema.sql read once, for all who need a column's type, meaning, range or content."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import duckdb
import polars as pl

from broadsheet.project_files import PROJECT_ROOT

SCHEMA = PROJECT_ROOT / "warehouse" / "schema.sql"
FUNCTIONS = PROJECT_ROOT / "warehouse" / "functions.sql"
Content = Literal["name", "text", "path", "digest"]
"""What of people a column can hold: a commenter's name; text, in which names may stand; a path or address; or a digest,
by which a text can be recognised or guessed."""
_TABLE = re.compile(r"create table if not exists (\S+) \(\n(.*?)\n\);", re.DOTALL)
_HOLDS = re.compile(rf"^ +(\w+) .* -- holds: ({'|'.join(get_args(Content))})$", re.MULTILINE)
_RANGE = re.compile(r"\bin [\[(](-?[0-9.]+), (-?[0-9.]+)[\])]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its DuckDB type and what it means.

    Attributes:
        name: unique within the table.
        type: as DuckDB writes it.
        description: with its unit, its range, and what a null says.
        is_nullable: whether nulls are allowed.
        content: what of people it can hold; None where that is nothing.
    """

    name: str
    type: str
    description: str
    is_nullable: bool
    content: Content | None = None

    @property
    def range(self) -> tuple[float, float] | None:
        """The least and the greatest value, as the description states them ("in [0, 1]"); None where it does not."""
        stated = _RANGE.search(self.description)
        return (_number(stated[1]), _number(stated[2])) if stated else None


def _number(text: str) -> float:
    """As it is written: 1 and not 1.0, since descriptions of checks show it."""
    return float(text) if "." in text else int(text)


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
    script = SCHEMA.read_text(encoding="utf-8")
    with duckdb.connect(":memory:") as connection:
        connection.execute(script)
        described = connection.execute("""
            select schema_name || '.' || table_name, comment, sql[position('(' in sql):]
            from duckdb_tables() where not internal order by table_oid
        """).fetchall()
        columns = connection.execute("""
            select schema_name || '.' || table_name, column_name, data_type, comment, is_nullable
            from duckdb_columns() where not internal order by table_oid, column_index
        """).fetchall()
    contents = {
        (table, column): content for table, body in _TABLE.findall(script) for column, content in _HOLDS.findall(body)
    }
    found: dict[str, list[Column]] = {name: [] for name, _, _ in described}
    for table, name, kind, comment, is_nullable in columns:
        found[table].append(Column(name, kind, comment, is_nullable, contents.get((table, name))))
    return {name: Table(name, comment, definition, tuple(found[name])) for name, comment, definition in described}


@cache
def frame_schema(table: str, *without: str) -> pl.Schema:
    """Names and types of a table's columns as a data frame has them, in order, but for some.

    Raises:
        KeyError: there is no such table.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"create table empty_one {tables()[table].definition}")
        empty: pl.DataFrame = connection.sql("from empty_one").pl()
    return pl.Schema(empty.drop(without).schema)


def columns_holding(*contents: Content) -> dict[str, tuple[str, ...]]:
    """The columns that can hold any of these, by table, in the file's order; tables without one are left out."""
    found = {
        table.name: tuple(column.name for column in table.columns if column.content in contents)
        for table in tables().values()
    }
    return {table: names for table, names in found.items() if names}
