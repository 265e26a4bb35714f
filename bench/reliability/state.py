"""What a home folder holds, in a form that two of them can be compared by; and what should not be left in it."""

import fcntl
import hashlib
import os
from pathlib import Path

import duckdb

# What two runs of the same input may differ in: when it was, how long it took, and which run it was.
VOLATILE = {
    "landed_at",
    "first_seen_at",
    "last_seen_at",
    "resolved_at",
    "inferred_at",
    "cost_ms",
    "checked_at",
    "run_id",
}
_LAYERS = ("raw", "parsed", "enriched", "marts")
_OF_THE_RUN = {"marts.releases"}


def contents(database: Path) -> dict[str, tuple[int, str]]:
    """Row count and digest of the rows of every table that holds data.

    Columns that say when or in which run are left out; floats are rounded to 9 digits, since the last bit of a mean
    depends on the order of the rows.
    """
    found = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        for schema, table in names:
            if schema not in _LAYERS or f"{schema}.{table}" in _OF_THE_RUN:
                continue
            rows = connection.sql(f'from "{schema}"."{table}"').pl().drop(VOLATILE, strict=False).rows()
            rounded = sorted(repr(tuple(round(v, 9) if isinstance(v, float) else v for v in row)) for row in rows)
            found[f"{schema}.{table}"] = (len(rows), hashlib.sha256("\n".join(rounded).encode()).hexdigest())
    return found


def differences(expected: dict[str, tuple[int, str]], found: dict[str, tuple[int, str]]) -> list[str]:
    """Tables whose rows differ, each with both row counts."""
    return [
        f"{table}: {expected.get(table, (None,))[0]} rows expected, {found.get(table, (None,))[0]} found"
        for table in sorted(expected.keys() | found.keys())
        if expected.get(table) != found.get(table)
    ]


def releases(database: Path) -> list[str]:
    """Ids of the releases that a file knows of, in order."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute("select release_id from publishing.releases order by 1").fetchall()
    return [release_id for (release_id,) in found]


def leftovers(home: Path) -> list[str]:
    """What a dead run left that would hinder the next: locks, places in the pool, unfinished runs, half-made files."""
    import dagster as dg

    from assets.asset_defaults import WRITER

    left = [f"{path.name} is locked" for path in home.rglob("*.lock") if not is_free(path)]
    # Neither hinders: the one is written over, the other deleted once it is old.
    half_made = (path for path in home.rglob("*.partial") if not {"quarantine", "spool"} & set(path.parts))
    left += [str(path) for path in half_made]
    left += [str(path) for path in home.rglob("*.duckdb.wal")]
    os.environ["DAGSTER_HOME"] = str(home / "dagster")
    finished = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
    with dg.DagsterInstance.get() as instance:
        left += [f"run {run.run_id} is {run.status.value}" for run in instance.get_runs() if run.status not in finished]
        pool = instance.event_log_storage.get_concurrency_info(WRITER)
        left += [f"run {slot.run_id} holds a place in the pool" for slot in pool.claimed_slots]
        left += [f"run {step.run_id} waits for a place in the pool" for step in pool.pending_steps]
    return left


def is_free(lock: Path) -> bool:
    """Whether nobody holds a lock file; true where there is none."""
    if not lock.exists():
        return True
    with lock.open("r") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
