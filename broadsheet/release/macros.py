"""What a release offers beside its tables: views in the default schema, and macros that say what is behind a row."""

import re
from pathlib import Path

import duckdb

from broadsheet.project_files import PROJECT_ROOT
from broadsheet.storage.sql_literals import quoted

MACROS = PROJECT_ROOT / "warehouse" / "macros"
_HEAD = re.compile(r"-- Macro: (?P<signature>(?P<name>\w+)\(.*\))\n-- Gives: (?P<gives>.*(?:\n--   .*)*)\n")


def add_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Let `from articles` do for `from marts.articles`, described like it, for every mart."""
    marts = connection.execute("select table_name, comment from duckdb_tables() where schema_name = 'marts'").fetchall()
    columns = connection.execute(
        "select table_name, column_name, comment from duckdb_columns() where schema_name = 'marts'"
    ).fetchall()
    for name, comment in marts:
        connection.execute(f'create or replace view main."{name}" as select * from marts."{name}"')
        connection.execute(f'comment on view main."{name}" is {quoted(comment)}')
    for name, column, comment in columns:
        connection.execute(f'comment on column main."{name}"."{column}" is {quoted(comment)}')


def add_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the macros of warehouse/macros into a release: the header of each file has its name and what it gives."""
    for file in sorted(MACROS.glob("*.sql")):
        define(connection, *read_macro(file))


def define(connection: duckdb.DuckDBPyConnection, signature: str, gives: str, query: str) -> None:
    """Make a table macro, and say what it gives.

    Args:
        connection: an open connection to the release.
        signature: its name and parameters, as `name(one, two)`.
        gives: for a person.
        query: what it stands for.
    """
    connection.execute(f"create or replace macro {signature} as table {query}")
    connection.execute(f"comment on macro table {signature.partition('(')[0]} is {quoted(f'{signature}: {gives}')}")


def read_macro(file: Path) -> tuple[str, str, str]:
    """Signature, what it gives, and the query.

    Raises:
        ValueError: the file does not begin with its header.
    """
    content = file.read_text(encoding="utf-8")
    head = _HEAD.match(content)
    if not head or head["name"] != file.stem:
        raise ValueError(f"{file} does not begin with `-- Macro: {file.stem}(…)` and `-- Gives: …`")
    return head["signature"], head["gives"].replace("\n--  ", ""), content[head.end() :].rstrip().rstrip(";")
