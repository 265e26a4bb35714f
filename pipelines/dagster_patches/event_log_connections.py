"""Dagster's event log on SQLite with its files kept open.

Changes: `SqliteEventLogStorage._connect` keeps one connection a file, that of the index and of one run. On PostgreSQL
nothing changes.

Why: Dagster opens a file, makes an engine for it and closes it again for each event, two to five times; and the last
one to close a file with a write-ahead log copies the log back. A run in which nothing happened has 1,200 events; a
backfill leaves two a table and landing date more. A run of 60 landing dates with 10 tables and 100 checks
(`bench/dagster_patches.py --days 60`): 16 CPU s with it, 42 without. Events in batches (DAGSTER_EVENT_BATCH_SIZE), each
in one transaction, took 1 s less, and are not worth their code.

Upstream: https://github.com/dagster-io/dagster/issues/19618 (events in bulk; closed as stale) and
https://github.com/dagster-io/dagster/issues/30172 (SQLite storage slow, open).

Without it: every run takes longer; nothing else changes.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, StaticPool, create_engine, event

_INDEX = "index"
"""The file that has the events of assets and checks of all runs; each run has one of its own beside it."""
_BUSY_S = 60
"""How long to wait for another process that writes to the same file, as Dagster does."""


class OpenSqliteEventLog(SqliteEventLogStorage):
    """SQLite event log that keeps its files open."""

    def __init__(self, base_dir: str) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir)
        self._db_lock = threading.RLock()  # type: ignore[assignment]  # a file that is new is made within it

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close the files."""
        with self._db_lock:
            for engine in self._engines.values():
                engine.dispose()
            self._engines.clear()
        super().dispose()

    def _engine(self, shard: str) -> Engine:
        """The open file of a shard; beside the index, that of one run at a time."""
        path = Path(self.path_for_shard(shard))
        if shard in self._engines and path.exists():  # it may have been deleted with its run
            return self._engines[shard]
        for other in [name for name in self._engines if name == shard or _INDEX not in {name, shard}]:
            self._engines.pop(other).dispose()
        engine = create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool,  # one connection, which the lock keeps from being used by two threads at once
            connect_args={"timeout": _BUSY_S, "check_same_thread": False},
        )
        event.listen(engine, "connect", _relax)
        if shard not in self._initialized_dbs:
            with super()._connect(shard):  # makes the file and its tables
                pass
        self._engines[shard] = engine
        return engine


def _relax(connection: Any, _: object) -> None:
    """Leave the write-ahead log to the system's cache: a kill loses nothing, a power cut the last events at most."""
    connection.execute("pragma synchronous = normal")


class OpenEventLog(dg.DagsterInstance):
    """An instance whose event log, where it is on SQLite, keeps its files open."""

    def __init__(self, *, event_storage: Any, **kwargs: Any) -> None:
        if type(event_storage) is SqliteEventLogStorage:  # the default; PostgreSQL has a cheaper commit
            event_storage = OpenSqliteEventLog(str(Path(event_storage.path_for_shard(_INDEX)).parent))
        super().__init__(event_storage=event_storage, **kwargs)
