"""Releases: a whole, checked copy of the working file, swapped in by rename, so that no reader ever waits."""

import hmac
import logging
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import duckdb
import polars as pl

from broadsheet.privacy.masked_release import copy_masked
from broadsheet.progress import ProgressCallback
from broadsheet.release.history import add_history, archive_release, folder_of, prune
from broadsheet.release.incremental import (
    ReleaseInputs,
    ReleaseUpdate,
    build_fingerprint,
    copy_file,
    dated_tables,
    forget_others,
    miscounted,
    plan_update,
    record_inputs,
    update_release,
    versions_of,
)
from broadsheet.release.macros import add_macros, add_views
from broadsheet.release.provenance import VERIFIED, verify
from broadsheet.release.search_tables import FOLLOWED, add_search
from broadsheet.settings import Readers
from broadsheet.storage import change_log
from broadsheet.storage.connection import Warehouse, connect
from broadsheet.storage.date_views import Days, filtered_table
from broadsheet.storage.file_modes import grant_read
from broadsheet.storage.new_database import attach_new, contents, put_database, read_back, remove
from broadsheet.storage.schema import definitions
from broadsheet.storage.sql_literals import quoted

# Paid-for results belong to the pipeline; analysts have them in the tables made of them. By signatures and vectors of
# texts, names in them could be found by trying.
_PRIVATE = (
    *("enriched.inferences", "enriched.generations", "enriched.text_signatures", "enriched.topic_vectors"),
    *(change_log.PARTITIONS, change_log.TAKEN),  # what the working file keeps house with
)


log = logging.getLogger(__name__)


class ReleaseBlockedError(Exception):
    """A blocking check did not hold on what the working file holds; the message names each, and when it was run."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What made the rows of a release."""

    run_id: str
    code_version: str
    parser_version: str
    sentiment_revision: str
    embedding_revision: str


@dataclass(frozen=True, slots=True)
class Release:
    """A row of publishing.releases; the columns are described in schema.sql."""

    release_id: str
    created_at: datetime
    run_id: str
    code_version: str
    parser_version: str
    sentiment_revision: str
    embedding_revision: str
    page_count: int
    comment_count: int
    refused_count: int
    checks_passed: int
    checks_warned: int
    has_author_names: bool
    has_keyed_ids: bool


def publish(
    warehouse: Warehouse,
    published: Path,
    versions: Versions,
    *,
    blocking: Collection[tuple[str, str]] = (),
    mask_key: bytes | None = None,
    readers: Readers = "owner",
    vectors: bool = True,
    kept: int = 30,
    progress: ProgressCallback | None = None,
) -> Release:
    """Copy the working file, record the release in the copy, check it, and put it where analysts open it.

    Killed anywhere, it leaves the last release or the new one, whole, in place; what it left half-made is removed the
    next time. A connection that is open on the last release goes on reading that. Beside the file, in `releases`, the
    last ones are kept as Parquet, this one included; after a release without names, none that has them.

    Args:
        warehouse: the working file, with its marts built.
        published: where analysts open the release.
        versions: what made the rows.
        blocking: table and name of the checks whose last result has to be a success, whichever run came to it. Within
            a run Dagster sees to that; this is for a release that another run makes of the same rows.
        mask_key: secret of the home folder, for a copy without commenters' names, whose ids are keyed with it; with
            None they go into the copy. The working file keeps them either way.
        readers: who may read it, and the past ones, beside the user of this process.
        vectors: whether vectors of passages go into the copy, so that it can be searched by meaning.
        kept: releases to keep, at least 1.
        progress: called with (stages done, stages in all, the stage finished).

    Raises:
        WarehouseBusyError: another run holds the working file.
        ReleaseBlockedError: a blocking check did not hold when it was last run; the last release stays.
        NamesError: a release without names would hold figures that depend on them; the last release stays.
        ProvenanceError: a text of the copy is not what stands on its page; the last release stays.
        OSError: the copy cannot be written, or does not read back; the last release stays.
    """
    published.parent.mkdir(parents=True, exist_ok=True)
    grant_read(published.parent, readers, like=published.parent, deep=False)
    partial = published.with_name(f".{published.name}.partial")
    history = folder_of(published)
    done = _stages(progress)
    with warehouse.locked():
        remove(partial)
        last = _adopt(warehouse.database, published)
        with warehouse.connect() as connection:
            _hold_back(connection, blocking)
            release = _describe(connection, versions, author_names=mask_key is None)
            made = _made(connection, release, versions, mask_key, vectors=vectors)
            renewal = _copy(connection, published, partial, last, made, mask_key)
        done("copy")
        changed = renewal.changed if renewal else None
        with connect(partial) as connection:
            for table in ("publishing.releases", "marts.releases"):
                _record(connection, table, release)
            verify(connection, _days(changed, VERIFIED))
            done("texts compared with their pages")
            prune(history, _newest(connection))  # what a run that died before its release was in place kept
            archive_release(connection, history, release.release_id, readers, since=last, changed=changed)
            done("history")
            if changed is None:  # what is renewed has them
                add_views(connection)
            revision = versions.embedding_revision
            days = _days(changed, FOLLOWED)
            written = add_search(connection, warehouse.database, revision, vectors=vectors, days=days)
            done("search")
            add_macros(connection)
            add_history(connection, published.name)
            looked_at = None if changed is None else {**_conditions(connection, changed), **written}
            expected = contents(connection, only=looked_at)
            connection.execute("checkpoint")
        read_back(partial, expected, looked_at)
        done("every column read back")
        partial.chmod(0o400)  # an analyst who opens it read-write by mistake is refused, and leaves no .wal
        grant_read(partial, readers, like=published.parent)
        with connect(warehouse.database) as connection:
            record_inputs(
                connection, release.release_id, replace(made, full_at=renewal.full_at) if renewal else made, partial
            )
        put_database(partial, published)
        with connect(warehouse.database) as connection:
            _record(connection, "publishing.releases", release)
            forget_others(connection, release.release_id)
            prune(history, _newest(connection, kept, nameless=mask_key is not None))
        done("swapped in")
    return release


def _made(
    connection: duckdb.DuckDBPyConnection, release: Release, of: Versions, mask_key: bytes | None, *, vectors: bool
) -> ReleaseInputs:
    """What the release is made of, as if from nothing."""
    tables = _public(connection)
    key = None if mask_key is None else hmac.new(mask_key, b"release", "sha256").hexdigest()
    code = (of.code_version, of.parser_version, of.embedding_revision)
    return ReleaseInputs(
        versions_of(connection, tables), build_fingerprint(connection, tables, key, vectors, code), release.created_at
    )


def _days(changed: Days | None, tables: Collection[str]) -> set[date] | None:
    """Landing dates on which any of the tables changed; None where all did."""
    if changed is None:
        return None
    return {day for table in tables for day in changed.get(table, ()) if day is not None}


def _conditions(connection: duckdb.DuckDBPyConnection, changed: Days) -> dict[str, str]:
    """SQL for a condition that the rows meet that were written, by table."""
    dated = dated_tables(connection, changed)
    always = {"publishing.releases": "true", "marts.releases": "true"}
    return {**always, **{table: filtered_table(days) if table in dated else "true" for table, days in changed.items()}}


def _hold_back(connection: duckdb.DuckDBPyConnection, blocking: Collection[tuple[str, str]]) -> None:
    """Raise where one of the checks did not hold the last time, and so may still not."""
    broken = [
        f"{table} {name} ({at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, run {run_id[:8]})"
        for table, name, at, run_id in connection.execute(_BROKEN).fetchall()
        if (table, name) in blocking
    ]
    if broken:
        raise ReleaseBlockedError(
            f"not released, checks did not hold when they were last run: {', '.join(broken)}; mend what they name, and "
            "run its landing dates again, which checks them again"
        )


_STAGES = 6


def _stages(progress: ProgressCallback | None) -> Callable[[str], None]:
    """A function that counts the stages of publishing that it is told of."""
    stages = count(1)
    return lambda finished: progress(next(stages), _STAGES, finished) if progress else None


def _describe(connection: duckdb.DuckDBPyConnection, versions: Versions, *, author_names: bool) -> Release:
    found = connection.execute(_COUNTS, {"run_id": versions.run_id, "author_names": author_names})
    (counts,) = found.fetchall()
    ((last,),) = connection.execute("select max(created_at) from publishing.releases").fetchall()
    now = datetime.now(UTC)
    if last and now <= last:  # the clock was set back: the newest release is still the one made last
        now = last.astimezone(UTC) + timedelta(microseconds=1)
    return Release(f"{now:%Y%m%dT%H%M%S%fZ}", now, *(getattr(versions, name) for name in Versions.__slots__), *counts)


def _copy(  # noqa: PLR0917
    connection: duckdb.DuckDBPyConnection,
    published: Path,
    partial: Path,
    last: str | None,
    made: ReleaseInputs,
    mask_key: bytes | None,
) -> ReleaseUpdate | None:
    """Write what a release holds of the working file into a new one; tell how, where the last release was renewed."""
    planned = plan_update(connection, published, last, made) if mask_key is None else "it is one without names"
    if isinstance(planned, ReleaseUpdate):
        if _renewed(connection, published, partial, planned.changed):
            return planned
        planned = "a day has other numbers of rows than were noted"
    if last is not None:
        log.info("the release is made from nothing: %s", planned)
    _copy_all(connection, partial, mask_key)
    return None


def _renewed(connection: duckdb.DuckDBPyConnection, published: Path, partial: Path, changed: Days) -> bool:
    """Whether a copy of the last release could be brought to what the working file holds."""
    copy_file(published, partial)
    connection.execute(f"attach {quoted(str(partial))} as target")
    always = [table for table in ("publishing.releases", "marts.releases") if table in _public(connection)]
    connection.execute("begin")
    update_release(connection, {**changed, **{table: {None} for table in always}})
    connection.execute("commit")
    wrong = miscounted(connection, _public(connection))
    connection.execute("detach target")
    if wrong:
        log.warning("%s changed, and nobody noted it", ", ".join(wrong))
        remove(partial)
    return not wrong


def _public(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables that go into a release, as schema.table; layers that lie apart among them."""
    rows = connection.execute(f"{_VIEWS} union all {_TABLES} order by all").fetchall()
    return [f"{schema}.{table}" for schema, table in rows if f"{schema}.{table}" not in _PRIVATE]


def _copy_all(connection: duckdb.DuckDBPyConnection, target: Path, mask_key: bytes | None) -> None:
    """Copy schema, comments and rows into a new file. A copy of the file's bytes would drop DuckDB's own lock.

    What are layers becomes tables: a release is whole wherever it is taken.
    """
    public = _public(connection)
    working = attach_new(connection, target)
    connection.execute(f'copy from database "{working}" to target (schema)')
    layers = connection.execute(_VIEWS).fetchall()
    if layers:
        for schema, table in layers:
            connection.execute(f'drop view target."{schema}"."{table}"')
        connection.execute(f'use target; {definitions()}; use "{working}"')
    for table in _PRIVATE:
        connection.execute(f"drop table target.{table}")
    if mask_key is not None:
        copy_masked(connection, "target", public, mask_key)
    for table in public if mask_key is None else ():
        connection.execute(f"insert into target.{table} by name from {table}")
    connection.execute("detach target")


def _newest(connection: duckdb.DuckDBPyConnection, count: int | None = None, *, nameless: bool = False) -> set[str]:
    """Ids of the newest releases, of all where no count is given; where asked for, of those without names alone.

    Those from before ids were keyed do not count as such: names can be guessed from them.
    """
    query = """
        select release_id from publishing.releases where has_keyed_ids or not ? order by release_id desc limit ?
    """
    return {release_id for (release_id,) in connection.execute(query, [nameless, count]).fetchall()}


def _record(connection: duckdb.DuckDBPyConnection, table: str, release: Release) -> None:
    connection.register("release", pl.DataFrame([asdict(release)]).to_arrow())
    connection.execute(f"insert into {table} by name select * from release")
    connection.unregister("release")


def _adopt(database: Path, published: Path) -> str | None:
    """Take in a release that was put in place by a run that died before it could record it.

    Returns:
        release_id of the release that is in place; None where it cannot be read.
    """
    if not published.exists():
        return None
    try:
        with connect(published, read_only=True) as connection:
            rows = connection.sql("select * from publishing.releases").pl()
    except duckdb.Error:  # damaged, or held read-write by someone: it is about to be replaced anyhow
        return None
    with connect(database) as connection:
        connection.register("released", rows.to_arrow())
        connection.execute("""
            insert into publishing.releases by name
            select * from released where release_id not in (select release_id from publishing.releases)
        """)
        connection.unregister("released")
    return max(rows["release_id"], default=None)


_TABLES = """
select schema_name, table_name from duckdb_tables()
where database_name = current_database() and not internal and not temporary
"""
_VIEWS = "select schema_name, view_name from duckdb_views() where database_name = current_database() and not internal"
_BROKEN = """
select table_name, check_name, checked_at, run_id from quality.check_results
qualify row_number() over (partition by table_name, check_name order by checked_at desc) = 1 and not is_success
order by table_name, check_name
"""
_COUNTS = """
select
    (select count(*) from marts.articles),
    (select count(*) from marts.comments),
    (select count(*) from raw.quarantine where resolved_at is null),
    (select count(*) from quality.check_results where run_id = $run_id and is_success),
    (select count(*) from quality.check_results where run_id = $run_id and not is_success),
    $author_names,
    not $author_names
"""
