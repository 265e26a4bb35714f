"""The Dagster instance: in the home folder, whoever starts it; one server there; cheap for many landing dates."""

import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import click
import dagster as dg
from dagster._cli.utils import TMP_DAGSTER_HOME_PREFIX
from dagster._core.instance.ref import InstanceRef
from dagster._core.instance.runs.run_domain import RunDomain
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.root import LocalArtifactStorage
from dagster._core.storage.sqlite import create_db_conn_string
from dagster._core.workspace.context import BaseWorkspaceRequestContext
from dagster._daemon.types import DaemonHeartbeat
from sqlalchemy import Connection, Engine, StaticPool, create_engine, event

from broadsheet.settings import Settings
from pipelines.cli.prepare_home import ready_home
from pipelines.cli.run_lock import NO_TURN, SERVED, clear_dead_runs, served

log = logging.getLogger("dagster.daemon")
_EVENTS_IN_A_BATCH = 500
_BUSY_S = 60
"""How long to wait for another process that writes to the same file, as Dagster does."""


class _Runs(RunDomain):
    """Makes runs without a range of partitions of their own, so that plans go by those of each asset and check.

    Dagster 1.13.27 takes the run's range even for what has no partitions (get_resolved_partitions_subset_for_events),
    and reads it nowhere else. Each check so planned is a row of the event log that nothing ever closes: for 365 days of
    231 checks, 3 minutes of CPU and 200 MB before the first step began.
    """

    def construct_run_with_snapshots(self, *args: Any, **kwargs: Any) -> dg.DagsterRun:  # noqa: ANN401 - passed on
        return super().construct_run_with_snapshots(*args, **kwargs)._replace(partitions_subset=None)


class _Batches(SqliteEventLogStorage):
    """SQLite event log that keeps its files open, and writes the events of a batch in one transaction a file.

    Dagster opens a file, makes an engine for it and closes it again for each event, two to five times; and the last one
    to close a file with a write-ahead log copies the log back. So an event cost 12 ms of CPU, and a run in which
    nothing happened has 1,200 of them; a backfill leaves two a table and landing date more.
    """

    def __init__(self, base_dir: str) -> None:
        self._held: dict[str, Connection] = {}
        self._engines: dict[str, Engine] = {}
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
            with self._engine(shard).begin() as connection:
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
        for other in [name for name in self._engines if name == shard or INDEX_SHARD_NAME not in {name, shard}]:
            self._engines.pop(other).dispose()
        engine = create_engine(
            create_db_conn_string(self._base_dir, shard),
            poolclass=StaticPool,  # one connection, which the lock keeps from being used by two threads at once
            connect_args={"timeout": _BUSY_S, "check_same_thread": False},
        )
        event.listen(engine, "connect", _relax)
        if shard not in self._initialized_dbs:
            with super()._connect(shard):  # makes the file and its tables
                pass
        self._engines[shard] = engine
        return engine


def _relax(connection: Any, _: object) -> None:  # noqa: ANN401 - sqlite3's own
    """Leave the write-ahead log to the system's cache: a kill loses nothing, a power cut the last events at most."""
    connection.execute("pragma synchronous = normal")


class Instance(dg.DagsterInstance):
    """Named by dagster.yaml, so that the daemon, the web server and every run have it."""

    def __init__(
        self,
        *,
        local_artifact_storage: LocalArtifactStorage,
        event_storage: Any,  # noqa: ANN401 - passed on
        settings: Mapping[str, Any] | None = None,
        **kwargs: Any,  # noqa: ANN401 - passed on
    ) -> None:
        if type(event_storage) is SqliteEventLogStorage:  # the default; PostgreSQL has a cheaper commit
            event_storage = _Batches(event_storage._base_dir)  # noqa: SLF001 - it has no other name
        home = Path(local_artifact_storage.base_dir)
        if (home / "dagster.yaml").exists():  # it counts, also where Dagster was started with the project's
            settings = InstanceRef.from_dir(str(home)).settings
        super().__init__(
            local_artifact_storage=local_artifact_storage, event_storage=event_storage, settings=settings, **kwargs
        )
        self._beating = threading.Lock()
        self._serves = ExitStack()
        self._is_serving = False

    @classmethod
    def config_schema(cls) -> Mapping[str, Any]:
        """No settings beyond those of any instance."""
        return {}

    @staticmethod
    def config_defaults(base_dir: str) -> Mapping[str, Any]:
        """The storages of any instance; those of the home folder where Dagster would throw its own away at the end.

        That is what it does without DAGSTER_HOME, as for `dagster dev -w workspace.yaml`. The environment is then set
        as the `broadsheet` command sets it, for all that is started from here.
        """
        if not Path(base_dir).name.startswith(TMP_DAGSTER_HOME_PREFIX):
            return InstanceRef.config_defaults(base_dir)
        ref = InstanceRef.from_dir(str(ready_home().dagster_home))
        return {
            "local_artifact_storage": ref.local_artifact_storage_data,
            "storage": ref.storage_data,
            "compute_logs": ref.compute_logs_data,
            "scheduler": ref.scheduler_data,
            "run_coordinator": ref.run_coordinator_data,
            "run_launcher": ref.run_launcher_data,
            "secrets": ref.secrets_loader_data,
            "defs_state_storage": ref.defs_state_storage_data,
            "run_storage": ref.run_storage_data,
            "event_log_storage": ref.event_storage_data,
            "schedule_storage": ref.schedule_storage_data,
        }

    def add_daemon_heartbeat(self, daemon_heartbeat: DaemonHeartbeat) -> None:
        """Note that a part of the daemon is alive. With the first beat it becomes the one server of the home folder.

        Where there is one already, this process ends, and `dagster dev` with it: Dagster itself lets two daemons go on,
        and each would start every run.
        """
        with self._beating:
            if not self._is_serving:
                self._begin_to_serve(Path(self.root_directory))
                self._is_serving = True
        super().add_daemon_heartbeat(daemon_heartbeat)

    def _begin_to_serve(self, dagster_home: Path) -> None:
        try:
            self._serves.enter_context(served(dagster_home))
        except click.ClickException as error:
            log.error("%s", error.message)  # noqa: TRY400 - one line, since the process ends with it
            os._exit(1)  # nothing is begun; an exception would leave Dagster's other threads waiting for each other
        clear_dead_runs(self, dagster_home, SERVED)
        _begin_with_the_sample(Settings.load())

    def submit_run(self, run_id: str, workspace: BaseWorkspaceRequestContext) -> dg.DagsterRun:
        """Put a run into the queue; one that changes no data is started at once, so that a price need not wait."""
        run = self.get_run_by_id(run_id)
        if run and NO_TURN.items() <= run.tags.items():
            return self.launch_run(run_id, workspace)
        return super().submit_run(run_id, workspace)

    @cached_property
    def run_domain(self) -> RunDomain:
        """Where runs are made."""
        return _Runs(self)

    def _get_event_batch_size(self) -> int:
        return _EVENTS_IN_A_BATCH


def _begin_with_the_sample(settings: Settings) -> None:
    """Where the project's own home folder was never used and no source is named: take the sample, and write it down."""
    sample = settings.source_or_sample
    if settings.source_dir is None and sample is not None:
        ready_home(sample)
        log.warning(
            "no source folder was named: it is %s from now on; %s names another", sample, settings.home / ".env"
        )
