"""Dagster's own tables, as far as patches read or write them: by name, since Dagster exports no schema.

`tests/orchestration/test_dagster_patches.py` compares them with those of a database that Dagster has just made.
"""

from contextlib import AbstractContextManager
from typing import Any

import dagster as dg
import sqlalchemy as sa

EVENT_LOGS = sa.table(
    "event_logs",
    sa.column("id", sa.BigInteger),
    sa.column("run_id", sa.String),
    sa.column("event", sa.Text),
    sa.column("dagster_event_type", sa.Text),
    sa.column("timestamp", sa.TIMESTAMP),
    sa.column("step_key", sa.Text),
    sa.column("asset_key", sa.Text),
    sa.column("partition", sa.Text),
)
ASSET_KEYS = sa.table("asset_keys", sa.column("id", sa.BigInteger), sa.column("last_materialization", sa.Text))
ASSET_EVENT_TAGS = sa.table("asset_event_tags", sa.column("event_id", sa.BigInteger))
CHECK_EXECUTIONS = sa.table(
    "asset_check_executions",
    sa.column("id", sa.BigInteger),
    sa.column("asset_key", sa.Text),
    sa.column("check_name", sa.Text),
    sa.column("partition", sa.Text),
    sa.column("run_id", sa.String),
    sa.column("execution_status", sa.String),
)
BULK_ACTIONS = sa.table(
    "bulk_actions", sa.column("key", sa.String), sa.column("status", sa.String), sa.column("timestamp", sa.TIMESTAMP)
)
BACKFILL_TAGS = sa.table("backfill_tags", sa.column("backfill_id", sa.String))

OF_EVENT_LOG = (EVENT_LOGS, ASSET_KEYS, ASSET_EVENT_TAGS, CHECK_EXECUTIONS)
OF_RUNS = (BULK_ACTIONS, BACKFILL_TAGS)


def event_log(instance: dg.DagsterInstance) -> AbstractContextManager[sa.Connection]:
    """A transaction on the tables OF_EVENT_LOG, which SQLite keeps in one file beside those of single runs."""
    storage: Any = instance.event_log_storage  # SQLite's and PostgreSQL's both are SQL
    connection: AbstractContextManager[sa.Connection] = storage.index_connection()
    return connection


def runs(instance: dg.DagsterInstance) -> AbstractContextManager[sa.Connection]:
    """A transaction on the tables OF_RUNS."""
    storage: Any = instance.run_storage
    connection: AbstractContextManager[sa.Connection] = storage.connect()
    return connection
