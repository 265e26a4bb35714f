"""The working DuckDB file: one holder at a time, whoever it is."""

import fcntl
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import duckdb

from broadsheet.file_locks import file_lock, is_acquired
from broadsheet.settings import Settings
from broadsheet.storage import change_log
from broadsheet.storage.database_swap import STORAGE_VERSION
from broadsheet.storage.filesystems import check_local
from broadsheet.storage.layer_views import apply_schema
from broadsheet.storage.layers import Layers
from broadsheet.storage.object_writer import write_staged
from broadsheet.storage.recovery import recover
from broadsheet.storage.schema import definitions
from broadsheet.storage.spool import Spool

log = logging.getLogger(__name__)


class WarehouseBusyError(TimeoutError):
    """Another process held the working file for longer than the wait."""


@dataclass(frozen=True)
class Warehouse:
    """The working file and its side lock.

    DuckDB lets a reader block the writer and the writer block readers, so every use of the file, reads too, holds the
    lock for as short as it can: read, close, compute, open, write.

    Attributes:
        database: the DuckDB file; made on first use, with its tables, and what must outlive it taken from a release
            beside it (broadsheet.storage.recovery).
        wait_s: how long to wait for another holder, in seconds.
        layers: where raw, parsed and enriched tables lie as Parquet; None where they are in the file too.
    """

    database: Path
    wait_s: float = 600.0
    layers: Layers | None = None

    @classmethod
    def of(cls, settings: Settings, wait_s: float = 600.0) -> Self:
        """The working file of a home folder."""
        return cls(settings.database, wait_s, Layers.of(settings))

    def connect(self, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
        """Open the file, under a lock that the caller holds."""
        connection = connect(self.database, read_only=read_only)
        if self.layers:
            self.layers.register(connection)
        return connection

    def spools(self, table: str = "") -> list[Spool]:
        """Where results of models wait to be taken in: beside the file, and with the layers, which workers reach.

        Args:
            table: enriched.inferences or enriched.generations; all that there is where empty.
        """
        places = [str(self.database.parent), *([self.layers.location] if self.layers else [])]
        return [Spool(f"{place}/spool/{table}".rstrip("/")) for place in places]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the side lock without a connection, for a process of another tool (dbt) that opens the file itself.

        Whoever has the file open without the side lock is waited for too: a dbt that outlives the run that started it,
        and was killed, works on for seconds.

        Raises:
            WarehouseBusyError: another holder did not let go within wait_s.
            NetworkHomeError: the file lies where locks cannot be relied on.
        """
        self.database.parent.mkdir(parents=True, exist_ok=True)
        check_local(self.database.parent)
        lock, deadline = (
            file_lock(self.database.with_name(f"{self.database.name}.lock")),
            time.monotonic() + self.wait_s,
        )
        self._wait_until(lambda: is_acquired(lock), deadline)
        try:
            self._wait_until(lambda: not _is_open_elsewhere(self.database), deadline)
            yield
        finally:
            lock.release()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection, under the lock."""
        with self.locked():
            self._ensure_schema()
            with self.connect(read_only=True) as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection inside one transaction, under the lock: committed at the end, rolled back on any error.

        What is in layers is written just before the commit; object_writer.py says what a kill leaves.
        """
        with self.locked():
            self._ensure_schema()
            with self.connect() as connection:
                connection.execute("begin")
                try:
                    yield connection
                    if self.layers:
                        write_staged(connection, self.layers)
                except BaseException:
                    connection.execute("rollback")
                    raise
                connection.execute("commit")

    def _wait_until(self, is_free: Callable[[], bool], deadline: float) -> None:
        told = False
        while not is_free():
            if time.monotonic() > deadline:
                raise WarehouseBusyError(f"{self.database} is in use by another run; waited {self.wait_s:.0f} s")
            if not told:
                log.info("waiting for another run to finish with %s", self.database)
                told = True
            time.sleep(0.1)

    def _ensure_schema(self) -> None:
        stamp = self.database.with_name(f"{self.database.name}.schema")
        wanted = definitions()
        if self.layers:
            wanted += f"\n-- Layers: {self.layers.location}, of {self.layers.home_id}\n"
        is_new = not self.database.exists() or self.database.stat().st_size == 0
        if not is_new and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return
        stamp.unlink(missing_ok=True)  # killed below, the file is looked at again
        with self.connect() as connection:
            connection.execute("begin")
            is_new = not connection.execute("select 1 from duckdb_tables() where schema_name = 'raw'").fetchall()
            apply_schema(connection, self.layers)
            change_log.begin(connection)
            if is_new:
                recover(connection, self.database.parent)
            connection.execute("commit")
        stamp.write_text(wanted, encoding="utf-8")


def connect(database: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file in the storage format that 1.4 and later read.

    Python variables never stand in for tables, times are UTC wherever the machine is, and no bar of progress is drawn
    into what a command prints.
    """
    config: dict[str, str | bool | int | float | list[str]] = {"python_enable_replacements": False}
    if not read_only:
        config["storage_compatibility_version"] = STORAGE_VERSION
    connection = duckdb.connect(str(database), read_only=read_only, config=config)
    connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
    return connection


def _is_open_elsewhere(database: Path) -> bool:
    """Whether another process has the file open: DuckDB holds a record lock on it for as long, unknown to filelock.

    Call it while this process has no connection to the file: closing any descriptor drops its own record locks.
    """
    if not database.exists():
        return False
    with database.open("rb+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # a lock is refused with either
            return True
    return False
