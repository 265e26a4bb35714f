"""Dagster's event log without the texts in it: sample rows of tables, messages, captured output. For erasures.

Changes: rows of its tables (dagster_tables.py), and files of its storage. Of what is materialized it keeps that it
is, and its numbers. No private module is imported.

Why: metadata of materializations shows sample rows, messages of errors quote pages, and Dagster has no call to change
or delete a single event.

Upstream: https://github.com/dagster-io/dagster/issues/10663 (delete one materialization; open); no issue was found on
personal data in metadata.

Without it: a person whose comments were erased stands on in the samples that the UI shows.
"""

import logging
import re
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import sqlalchemy as sa

from broadsheet.privacy.stores import Erasure, Store
from pipelines.dagster_patches.dagster_tables import ASSET_KEYS, EVENT_LOGS, event_log
from pipelines.dagster_patches.run_retention import purge_runs

log = logging.getLogger(__name__)

# Of a run, and of ticks of the schedules and sensors of a repository.
_LOGS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|__repository__.*")
_NUMBERS = dg.IntMetadataValue | dg.FloatMetadataValue | dg.BoolMetadataValue | dg.TimestampMetadataValue
_events, _assets = EVENT_LOGS.c, ASSET_KEYS.c
_MATERIALIZATION = dg.DagsterEventType.ASSET_MATERIALIZATION.value


def dagster_store(instance: dg.DagsterInstance) -> Store:
    """Dagster's storage, as one of the stores that an erasure walks."""

    def forget(erasure: Erasure) -> list[Path]:
        redact_event_log(instance, erasure.settings.dagster_home, datetime.now(UTC))  # later than what the run wrote
        return []

    return Store(
        "what Dagster remembers",
        ("dagster",),
        "Finished runs are deleted with their events and captured output; of what is materialized stay that it is, and "
        "its numbers. Listings of the source folder hold paths, and are replaced when it is listed next; the output of "
        "the last run is overwritten by the erasure's own.",
        "Its SQLite files are written anew, so that no free page holds old rows; in PostgreSQL that is for its owner.",
        forget,
        compact=lambda erasure: vacuum(erasure.settings.dagster_home),
    )


class StorageBusyError(Exception):
    """Another process is using one of Dagster's files, so that deleted rows are still in it."""


def redact_event_log(instance: dg.DagsterInstance, dagster_home: Path, now: datetime) -> int:
    """Delete every finished run, with its events and logs; of what is materialized, keep that it is, and its numbers.

    Runs that wait or go on stay. So do results of checks, which name rows and quote nothing.

    Args:
        instance: on SQLite or PostgreSQL.
        dagster_home: its folder.
        now: aware, UTC.

    Returns:
        Runs deleted.
    """
    deleted = purge_runs(instance, 0, now).runs
    with event_log(instance) as connection:
        _strip(connection, EVENT_LOGS, _events.id, _events.event)
        _strip(connection, ASSET_KEYS, _assets.id, _assets.last_materialization)
    kept = {run.run_id for run in instance.get_runs()}
    for folder in (dagster_home / "storage").glob("*"):
        if not (_LOGS.fullmatch(folder.name) and folder.is_dir()):
            log.warning("%s is none of Dagster's logs and is left alone; look whether it holds what is to go", folder)
        elif folder.name not in kept:
            shutil.rmtree(folder)
    return deleted


def vacuum(dagster_home: Path, *, wait_s: float = 30) -> None:
    """Write Dagster's SQLite files anew, free pages and logs included; nothing to do where PostgreSQL has all of them.

    Args:
        dagster_home: Dagster's folder.
        wait_s: how long to wait for whoever uses a file, in seconds.

    Raises:
        StorageBusyError: a file is in use by another process.
    """
    for path in sorted(dagster_home.rglob("*.db")):
        with closing(sqlite3.connect(path, timeout=wait_s, isolation_level=None)) as connection:
            connection.execute("pragma secure_delete = on")
            try:
                connection.execute("vacuum")
                ((is_busy, *_),) = connection.execute("pragma wal_checkpoint(truncate)").fetchall()
            except sqlite3.OperationalError as error:
                raise StorageBusyError(f"{path}: {error}") from error
        if is_busy:
            raise StorageBusyError(f"{path} is being read")


def _strip(
    connection: sa.Connection, table: sa.TableClause, key: sa.ColumnElement[int], event: sa.ColumnElement[str]
) -> None:
    """Leave materializations in a column of serialized events nothing but numbers."""
    rows = connection.execute(sa.select(key, event).where(event.contains(_MATERIALIZATION))).fetchall()
    for row_id, serialized in rows:
        kept = dg.deserialize_value(str(serialized), (dg.EventLogEntry, dg.EventLogRecord))
        stripped: dg.EventLogEntry | dg.EventLogRecord
        if isinstance(kept, dg.EventLogRecord):  # of the last one an asset has a record, with its place in the log
            stripped = kept._replace(event_log_entry=_stripped(kept.event_log_entry))
        else:
            stripped = _stripped(kept)
        connection.execute(table.update().where(key == row_id).values({event.name: dg.serialize_value(stripped)}))


def _stripped(entry: dg.EventLogEntry) -> dg.EventLogEntry:
    event = entry.dagster_event
    if event is None or event.event_type_value != _MATERIALIZATION:
        return entry
    data = event.step_materialization_data
    materialization = data.materialization.with_metadata(_numbers(data.materialization.metadata))
    return entry._replace(
        user_message="",
        dagster_event=event._replace(message=None, event_specific_data=data._replace(materialization=materialization)),
    )


def _numbers(metadata: Mapping[str, dg.MetadataValue]) -> dict[str, dg.MetadataValue]:
    return {name: value for name, value in metadata.items() if isinstance(value, _NUMBERS)}
