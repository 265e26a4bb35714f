"""How Great Expectations reads the working file: a small SQLAlchemy dialect that closes what it opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import duckdb
import duckdb_engine
from sqlalchemy.dialects import registry

from broadsheet.quality.scope import WHOLE, WHOLE_DATABASE, Scope, create_scoped_views
from broadsheet.storage.connection import Warehouse, connect
from broadsheet.storage.sql_literals import quoted

DIALECT = "broadsheet_duckdb"


@dataclass
class _Opened:
    warehouse: Warehouse
    scope: Scope
    connections: list[duckdb_engine.ConnectionWrapper] = field(default_factory=list)


_opened: dict[str, _Opened] = {}


class ReadOnlyDialect(duckdb_engine.Dialect):  # type: ignore[misc]  # duckdb_engine ships no types
    """DuckDB, read-only and without transactions.

    Great Expectations reads a result after SQLAlchemy has ended the transaction, and DuckDB drops results then
    ("list index out of range" in nearly every expectation). The URL holds a token instead of the path, so that no
    character of a path (`?`, `#`, `$`) means anything to SQLAlchemy or Great Expectations.
    """

    supports_statement_cache = False

    def connect(self, *_: object, database: str, **__: object) -> duckdb_engine.ConnectionWrapper:
        """Open the file that the token stands for, and remember the connection."""
        opened = _opened[database]
        connection = duckdb_engine.ConnectionWrapper(_connected(opened.warehouse, opened.scope))
        opened.connections.append(connection)
        return connection

    def do_begin(self, connection: object) -> None:
        """Do nothing: every statement stands alone."""

    def do_commit(self, connection: object) -> None:
        """Do nothing: every statement stands alone."""

    def do_rollback(self, connection: object) -> None:
        """Do nothing: every statement stands alone."""


def _connected(warehouse: Warehouse, scope: Scope) -> duckdb.DuckDBPyConnection:
    if scope.is_whole:
        return warehouse.connect(read_only=True)
    connection = connect(Path(":memory:"))
    if warehouse.layers:
        warehouse.layers.register(connection)
    connection.execute(f"attach {quoted(str(warehouse.database))} as {WHOLE_DATABASE} (read_only)")
    create_scoped_views(connection, scope)
    return connection


@contextmanager
def readable(warehouse: Warehouse, scope: Scope = WHOLE) -> Iterator[str]:
    """Yield the URL under which SQLAlchemy reads the file; at the end every connection made is closed.

    Of a scope that leaves rows out, tables show the others, and WHOLE_DATABASE has all.

    Great Expectations keeps one connection open for good, and with it DuckDB's read lock.
    """
    registry.register(DIALECT, __name__, ReadOnlyDialect.__name__)
    token = uuid4().hex
    _opened[token] = _Opened(warehouse, scope)
    try:
        yield f"{DIALECT}:///{token}"
    finally:
        for connection in _opened.pop(token).connections:
            connection.close()
