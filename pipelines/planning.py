"""The Dagster instance, mended where a run over many landing dates costs too much of the event log."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import Any

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.instance.runs.run_domain import RunDomain
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from sqlalchemy import Connection

_EVENTS_IN_A_BATCH = 500


class _Runs(RunDomain):
    """Makes runs without a range of partitions of their own, so that plans go by those of each asset and check.

    Dagster 1.13.27 takes the run's range even for what has no partitions (get_resolved_partitions_subset_for_events),
    and reads it nowhere else. Each check so planned is a row of the event log that nothing ever closes: for 365 days of
    231 checks, 3 minutes of CPU and 200 MB before the first step began.
    """

    def construct_run_with_snapshots(self, *args: Any, **kwargs: Any) -> dg.DagsterRun:  # noqa: ANN401 - passed on
        return super().construct_run_with_snapshots(*args, **kwargs)._replace(partitions_subset=None)


class _Batches(SqliteEventLogStorage):
    """SQLite event log that writes the events of a batch in one transaction a file, not in one or two an event.

    A backfill leaves two events a table and landing date; each cost 15 ms of CPU and two commits to disk.
    """

    def __init__(self, base_dir: str) -> None:
        self._held: dict[str, Connection] = {}
        super().__init__(base_dir)
        self._db_lock = threading.RLock()  # type: ignore[assignment]  # a batch takes it again for each of its events

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        """Store the events of one run in their order."""
        with self._db_lock, ExitStack() as open_until_stored:
            for shard in (events[0].run_id, INDEX_SHARD_NAME):
                self._held[shard] = open_until_stored.enter_context(super()._connect(shard))
            open_until_stored.callback(self._held.clear)
            super().store_event_batch(events)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            if shard in self._held:
                yield self._held[shard]
                return
            with super()._connect(shard) as connection:
                yield connection


class Instance(dg.DagsterInstance):
    """Named by dagster.yaml, so that the daemon and the web server, which make runs too, have it."""

    def __init__(self, *, event_storage: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        if type(event_storage) is SqliteEventLogStorage:  # the default; PostgreSQL has a cheaper commit
            event_storage = _Batches(event_storage._base_dir)  # noqa: SLF001 - it has no other name
        super().__init__(event_storage=event_storage, **kwargs)

    @classmethod
    def config_schema(cls) -> Mapping[str, Any]:
        """No settings beyond those of any instance."""
        return {}

    @staticmethod
    def config_defaults(base_dir: str) -> Mapping[str, Any]:
        """The storages of any instance."""
        return InstanceRef.config_defaults(base_dir)

    @cached_property
    def run_domain(self) -> RunDomain:
        """Where runs are made."""
        return _Runs(self)

    def _get_event_batch_size(self) -> int:
        return _EVENTS_IN_A_BATCH
