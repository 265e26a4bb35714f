"""Old runs and what Dagster remembers of them, tidied away, so that its storage stays as large as what is kept.

`DagsterInstance.delete_run` alone would lose which partitions are materialized, and leave the run's event file, its
captured output and its check results behind. A runless materialization reported anew would keep the partition, but as
data of today: declarative automation would rebuild what is downstream, and freshness would look better than it is. So
the last materialization of each partition stays what it is, at its place and time in the event log; it only loses its
run, and the samples and plots in its metadata, which are most of its bytes.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from dagster._core.events import DagsterEvent, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.execution.backfill import BULK_ACTION_TERMINAL_STATUSES
from dagster._core.instance import RUNLESS_JOB_NAME, RUNLESS_RUN_ID
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.runs import SqlRunStorage
from dagster._core.storage.runs.schema import BackfillTagsTable, BulkActionsTable
from dagster._serdes import deserialize_value, serialize_value

log = logging.getLogger(__name__)

LARGE_METADATA_CHARS = 500
"""Counts and ids are smaller; samples and plots of assets/metadata.py have 1,000 to 40,000."""
_BATCH = 50
"""Runs deleted in one transaction: some 50,000 rows, so that nobody waits long for the event log."""
_MATERIALIZATION = dg.DagsterEventType.ASSET_MATERIALIZATION.value
_events, _checks = SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c


@dataclass(frozen=True)
class Tidied:
    """What tidying did."""

    runs: int
    materializations: int
    """Last of their partition: kept, without their run."""


def tidy(instance: dg.DagsterInstance, keep_days: int, now: datetime) -> Tidied:
    """Delete finished runs that nothing has touched for `keep_days` days, with all that belongs to them.

    A tidying that is killed is finished by the next one: a run's row goes last.

    Args:
        instance: on SQLite or PostgreSQL.
        keep_days: age in days from which a run goes.
        now: aware, UTC.
    """
    before = now - timedelta(days=keep_days)
    old = dg.RunsFilter(statuses=FINISHED_STATUSES, updated_before=before)
    run_ids = instance.get_run_ids(old)
    storage = instance.event_log_storage
    assert isinstance(storage, SqlEventLogStorage)  # noqa: S101 - SQLite and PostgreSQL both are
    kept = 0
    for batch in _batches(run_ids):
        kept += _free_last_materializations(storage, batch)
        _forget_checks(storage, batch)
        _forget_events(storage, batch)
        for run_id in batch:
            instance.compute_log_manager.delete_logs(prefix=[run_id])
            instance.run_storage.delete_run(run_id)
    _forget_superseded(storage, before)
    _forget_plans(storage, instance)
    _forget_backfills(instance, before)
    _shrink(storage)
    if run_ids:
        log.info("%d runs older than %d days tidied away", len(run_ids), keep_days)
    return Tidied(len(run_ids), kept)


def _batches(run_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (run_ids[start : start + _BATCH] for start in range(0, len(run_ids), _BATCH))


def _last_materializations() -> sa.Select[tuple[int]]:
    return (
        sa.select(sa.func.max(_events.id))
        .where(_events.dagster_event_type == _MATERIALIZATION)
        .group_by(_events.asset_key, _events.partition)
    )


def _free_last_materializations(storage: SqlEventLogStorage, run_ids: Sequence[str]) -> int:
    """Take the run, and what is large, from the last materializations of partitions; count them."""
    theirs = sa.select(_events.id, _events.event).where(
        _events.run_id.in_(run_ids), _events.id.in_(_last_materializations())
    )
    with storage.index_connection() as connection:
        rows = connection.execute(theirs).fetchall()
        for event_id, event in rows:
            freed = serialize_value(_without_run(deserialize_value(str(event), EventLogEntry)))
            connection.execute(
                SqlEventLogStorageTable.update()
                .where(_events.id == event_id)
                .values(run_id=RUNLESS_RUN_ID, step_key=None, event=freed)
            )
    return len(rows)


def _without_run(entry: EventLogEntry) -> EventLogEntry:
    """The entry as `report_runless_asset_event` would have written it at its time."""
    event = entry.get_dagster_event()
    materialization = event.step_materialization_data.materialization
    small = {
        name: value for name, value in materialization.metadata.items() if len(str(value.value)) < LARGE_METADATA_CHARS
    }
    return entry._replace(
        run_id=RUNLESS_RUN_ID,
        job_name=RUNLESS_JOB_NAME,
        step_key=None,
        user_message="",
        dagster_event=DagsterEvent(
            event_type_value=_MATERIALIZATION,
            job_name=RUNLESS_JOB_NAME,
            event_specific_data=StepMaterializationData(materialization.with_metadata(small)),
        ),
    )


def _forget_checks(storage: SqlEventLogStorage, run_ids: Sequence[str]) -> None:
    """Delete check results of these runs, but for the last of each check, which the UI and automation go by."""
    last = (
        sa.select(sa.func.max(_checks.id))
        .where(_checks.execution_status != "PLANNED")
        .group_by(_checks.asset_key, _checks.check_name, _checks.partition)
    )
    with storage.index_connection() as connection:
        connection.execute(
            AssetCheckExecutionsTable.delete().where(_checks.run_id.in_(run_ids), _checks.id.not_in(last))
        )


def _forget_events(storage: SqlEventLogStorage, run_ids: Sequence[str]) -> None:
    """Delete the events of these runs, and their places in the pools.

    As `delete_events` does, but in one transaction, and without opening the database that SQLite storage keeps for each
    run, which takes 0.1 s, to delete row by row what is in it: here the file goes, which it leaves behind empty.
    """
    with storage.index_connection() as connection:
        for run_id in run_ids:
            storage.delete_events_for_run(connection, run_id)
    for run_id in storage.get_concurrency_run_ids().intersection(run_ids):
        storage.free_concurrency_slots_for_run(run_id)
    if isinstance(storage, SqliteEventLogStorage):
        for run_id in run_ids:
            path = Path(storage.path_for_shard(run_id))
            for suffix in ("", "-wal", "-shm"):
                path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)


def _forget_superseded(storage: SqlEventLogStorage, before: datetime) -> None:
    """Delete materializations without a run that are not their partition's last any more."""
    superseded = sa.select(_events.id).where(
        _events.run_id == RUNLESS_RUN_ID,
        _events.dagster_event_type == _MATERIALIZATION,
        _events.timestamp < before.replace(tzinfo=None),
        _events.id.not_in(_last_materializations()),
    )
    with storage.index_connection() as connection:
        connection.execute(AssetEventTagsTable.delete().where(AssetEventTagsTable.c.event_id.in_(superseded)))
        connection.execute(SqlEventLogStorageTable.delete().where(_events.id.in_(superseded)))


def _forget_plans(storage: SqlEventLogStorage, instance: dg.DagsterInstance) -> None:
    """Delete plans of checks that have been carried out.

    For a check that is not partitioned, in a run of a range, Dagster 1.13 plans one a partition, and then notes one
    result beside them: the plans stay for ever, and the check's history shows each of them as skipped.
    """
    result = AssetCheckExecutionsTable.alias()
    done = sa.exists().where(
        result.c.asset_key == _checks.asset_key,
        result.c.check_name == _checks.check_name,
        result.c.run_id == _checks.run_id,
        result.c.execution_status != "PLANNED",
    )
    going_on = [run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))]
    with storage.index_connection() as connection:
        connection.execute(
            AssetCheckExecutionsTable.delete().where(
                _checks.execution_status == "PLANNED", _checks.run_id.not_in(going_on), done
            )
        )


_UNFINISHED = [status for status in dg.DagsterRunStatus if status not in FINISHED_STATUSES]


def _forget_backfills(instance: dg.DagsterInstance, before: datetime) -> None:
    """Delete backfills that ended; Dagster has no call for it."""
    assert isinstance(instance.run_storage, SqlRunStorage)  # noqa: S101 - as above
    actions = BulkActionsTable.c
    old = sa.select(actions.key).where(
        actions.status.in_([status.value for status in BULK_ACTION_TERMINAL_STATUSES]),
        actions.timestamp < before.replace(tzinfo=None),
    )
    with instance.run_storage.connect() as connection:
        connection.execute(BackfillTagsTable.delete().where(BackfillTagsTable.c.backfill_id.in_(old)))
        connection.execute(BulkActionsTable.delete().where(actions.key.in_(old)))


def _shrink(storage: SqlEventLogStorage) -> None:
    """Give back the disk space of SQLite's event index where more than half of it is free; else it is used again."""
    if not isinstance(storage, SqliteEventLogStorage):
        return
    with closing(sqlite3.connect(storage.path_for_shard("index"), timeout=30, isolation_level=None)) as connection:
        ((free,),) = connection.execute("pragma freelist_count")
        ((pages,),) = connection.execute("pragma page_count")
        if free > pages / 2:
            with suppress(sqlite3.OperationalError):  # in use: the next tidying tries again
                connection.execute("vacuum")
