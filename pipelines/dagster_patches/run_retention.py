"""Old runs deleted, with what Dagster remembers of them, so that its storage stays as large as what is kept.

Changes: rows of its tables (dagster_tables.py). The last materialization of each partition stays what it is, at its
place and time in the event log; it only loses its run, and the samples and plots in its metadata, which are most of its
bytes. No private module is imported.

Why: Dagster's `retention` settings cover ticks of schedules and sensors, and no runs. `DagsterInstance.delete_run`
alone would lose which partitions are materialized, and leave the run's event file, its captured output and its check
results behind. A runless materialization reported anew would keep the partition, but as data of today: declarative
automation would rebuild what is downstream, and freshness would look better than it is. What it buys:
bench/event_log.py.

Upstream, all open: https://github.com/dagster-io/dagster/issues/33785 and
https://github.com/dagster-io/dagster/issues/4100 (event logs and runs),
https://github.com/dagster-io/dagster/pull/33863 (would keep the events of assets, and so most of the bytes),
https://github.com/dagster-io/dagster/issues/4498 (captured output).

Without it: the storage grows by some 2 MB a run, and an erasure cannot delete runs.
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

from pipelines.dagster_patches.dagster_tables import (
    ASSET_EVENT_TAGS,
    BACKFILL_TAGS,
    BULK_ACTIONS,
    CHECK_EXECUTIONS,
    EVENT_LOGS,
    event_log,
    runs,
)

log = logging.getLogger(__name__)

LARGE_METADATA_CHARS = 500
"""Counts and ids are smaller; samples and plots of assets/metadata.py have 1,000 to 40,000."""
_BATCH = 50
"""Runs whose last materializations are looked for at once, which reads the whole index of events."""
_MATERIALIZATION = dg.DagsterEventType.ASSET_MATERIALIZATION.value
_RUNLESS = ""
"""What Dagster writes for the run and the job of an event that belongs to none."""
_FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_ENDED_BACKFILLS = ("COMPLETED", "COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED", "CANCELED")
_events, _checks = EVENT_LOGS.c, CHECK_EXECUTIONS.c


@dataclass(frozen=True)
class Purged:
    """What was deleted, and what was kept of it."""

    runs: int
    materializations: int
    """Last of their partition: kept, without their run."""


def purge_runs(instance: dg.DagsterInstance, keep_days: int, now: datetime) -> Purged:
    """Delete finished runs that nothing has touched for `keep_days` days, with all that belongs to them.

    One that is killed is finished by the next one: a run's row goes last.

    Args:
        instance: on SQLite or PostgreSQL.
        keep_days: age in days from which a run goes.
        now: aware, UTC.
    """
    before = now - timedelta(days=keep_days)
    old = dg.RunsFilter(statuses=_FINISHED, updated_before=before)
    run_ids = instance.get_run_ids(old)
    kept = 0
    for batch in _batches(run_ids):
        kept += _detach_last_materializations(instance, batch)
        _delete_checks(instance, batch)
        for run_id in batch:
            instance.event_log_storage.delete_events(run_id)
            _delete_event_file(instance, run_id)
            instance.compute_log_manager.delete_logs(prefix=[run_id])
            instance.run_storage.delete_run(run_id)
    _delete_superseded(instance, before)
    _delete_backfills(instance, before)
    _shrink(instance)
    if run_ids:
        log.info("%d runs older than %d days deleted", len(run_ids), keep_days)
    return Purged(len(run_ids), kept)


def _batches(run_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (run_ids[start : start + _BATCH] for start in range(0, len(run_ids), _BATCH))


def _last_materializations() -> sa.Select[tuple[int]]:
    return (
        sa.select(sa.func.max(_events.id))
        .where(_events.dagster_event_type == _MATERIALIZATION)
        .group_by(_events.asset_key, _events.partition)
    )


def _detach_last_materializations(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> int:
    """Take the run, and what is large, from the last materializations of partitions; count them."""
    theirs = sa.select(_events.id, _events.event).where(
        _events.run_id.in_(run_ids), _events.id.in_(_last_materializations())
    )
    with event_log(instance) as connection:
        rows = connection.execute(theirs).fetchall()
        for event_id, event in rows:
            freed = dg.serialize_value(_without_run(dg.deserialize_value(str(event), dg.EventLogEntry)))
            connection.execute(
                EVENT_LOGS.update().where(_events.id == event_id).values(run_id=_RUNLESS, step_key=None, event=freed)
            )
    return len(rows)


def _without_run(entry: dg.EventLogEntry) -> dg.EventLogEntry:
    """The entry as `report_runless_asset_event` would have written it at its time."""
    event = entry.get_dagster_event()
    data = event.step_materialization_data
    materialization = data.materialization
    small = {
        name: value for name, value in materialization.metadata.items() if len(str(value.value)) < LARGE_METADATA_CHARS
    }
    return entry._replace(
        run_id=_RUNLESS,
        job_name=_RUNLESS,
        step_key=None,
        user_message="",
        dagster_event=dg.DagsterEvent(
            event_type_value=_MATERIALIZATION,
            job_name=_RUNLESS,
            event_specific_data=data._replace(materialization=materialization.with_metadata(small), asset_lineage=[]),
        ),
    )


def _delete_checks(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> None:
    """Delete check results of these runs, but for the last of each check, which the UI and automation go by."""
    last = (
        sa.select(sa.func.max(_checks.id))
        .where(_checks.execution_status != "PLANNED")
        .group_by(_checks.asset_key, _checks.check_name, _checks.partition)
    )
    with event_log(instance) as connection:
        connection.execute(CHECK_EXECUTIONS.delete().where(_checks.run_id.in_(run_ids), _checks.id.not_in(last)))


def _delete_event_file(instance: dg.DagsterInstance, run_id: str) -> None:
    """Delete the database that SQLite storage keeps for each run, which `delete_events` leaves behind empty."""
    storage = instance.event_log_storage
    if hasattr(storage, "path_for_shard"):
        path = Path(storage.path_for_shard(run_id))
        for suffix in ("", "-wal", "-shm"):
            path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)


def _delete_superseded(instance: dg.DagsterInstance, before: datetime) -> None:
    """Delete materializations without a run that are not their partition's last any more."""
    superseded = sa.select(_events.id).where(
        _events.run_id == _RUNLESS,
        _events.dagster_event_type == _MATERIALIZATION,
        _events.timestamp < before.replace(tzinfo=None),
        _events.id.not_in(_last_materializations()),
    )
    with event_log(instance) as connection:
        connection.execute(ASSET_EVENT_TAGS.delete().where(ASSET_EVENT_TAGS.c.event_id.in_(superseded)))
        connection.execute(EVENT_LOGS.delete().where(_events.id.in_(superseded)))


def _delete_backfills(instance: dg.DagsterInstance, before: datetime) -> None:
    """Delete backfills that ended; Dagster has no call for it."""
    old = sa.select(BULK_ACTIONS.c.key).where(
        BULK_ACTIONS.c.status.in_(_ENDED_BACKFILLS), BULK_ACTIONS.c.timestamp < before.replace(tzinfo=None)
    )
    with runs(instance) as connection:
        connection.execute(BACKFILL_TAGS.delete().where(BACKFILL_TAGS.c.backfill_id.in_(old)))
        connection.execute(BULK_ACTIONS.delete().where(BULK_ACTIONS.c.key.in_(old)))


def _shrink(instance: dg.DagsterInstance) -> None:
    """Give back the disk space of SQLite's event index where more than half of it is free; else it is used again."""
    storage = instance.event_log_storage
    if not hasattr(storage, "path_for_shard"):
        return
    with closing(sqlite3.connect(storage.path_for_shard("index"), timeout=30, isolation_level=None)) as connection:
        ((free,),) = connection.execute("pragma freelist_count")
        ((pages,),) = connection.execute("pragma page_count")
        if free > pages / 2:
            with suppress(sqlite3.OperationalError):  # in use: the next time tries again
                connection.execute("vacuum")
