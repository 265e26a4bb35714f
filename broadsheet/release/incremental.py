"""The next release as the last one renewed: a copy of its bytes, in which the landing dates that changed are replaced.

What a release was made of stands in publishing.taken of the working file, under its release_id. Whatever is not known
to be as it was asks for a release made from nothing: so is an erasure, after which no old block may go on.
"""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from broadsheet.project import PROJECT_ROOT
from broadsheet.storage import change_log
from broadsheet.storage.change_log import Versions
from broadsheet.storage.date_views import Days, filtered_table
from broadsheet.storage.new_database import STORAGE_VERSION

FULL_EVERY = timedelta(days=7)
"""How old a release made from nothing may grow before the next one is made so too: copies of copies end some day."""
_MOST_CHANGED = 0.5
"""Share of partitions beyond which copying what is left would save nothing."""
_FICLONE = 0x40049409
"""ioctl of Linux that lets two files share blocks until one is written (ioctl_ficlone(2)): Btrfs, XFS, bcachefs."""


@dataclass(frozen=True, slots=True)
class ReleaseInputs:
    """What a release is made of.

    Attributes:
        versions: of all its tables.
        recipe: hash of all else that its rows depend on: schema, settings, versions of the code.
        full_at: when the last release was made from nothing, of which this one is a renewal; UTC.
    """

    versions: Versions
    recipe: str
    full_at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseUpdate:
    """What to do to the last release.

    Attributes:
        since: its release_id.
        full_at: when it, or the one it renewed, was made from nothing, UTC.
        changed: what changed since, by table; tables in which nothing did are left out.
    """

    since: str
    full_at: datetime
    changed: Days


def build_fingerprint(connection: duckdb.DuckDBPyConnection, tables: Collection[str], *settings: object) -> str:
    """A hash that differs where a release made of the same versions would differ.

    Args:
        connection: an open connection to the working file.
        tables: those of the release.
        settings: whatever else rows depend on.
    """
    described = connection.execute(_DESCRIBED, [sorted(tables)]).fetchall()
    names = ("schema.sql", "functions.sql", "search.sql")
    files = [(PROJECT_ROOT / "warehouse" / name).read_text(encoding="utf-8") for name in names]
    told = repr((described, files, STORAGE_VERSION, duckdb.__version__, settings))
    return hashlib.sha256(told.encode()).hexdigest()


def versions_of(connection: duckdb.DuckDBPyConnection, tables: Collection[str]) -> Versions:
    """Versions of the tables; of those that nobody gave one, as their rows tell it now."""
    known = dict(change_log.versions(connection, tables))
    for table in set(tables) - {name for name, _ in known}:
        found = change_log.digests(connection, table, table)
        known |= {(table, day): version for day, version in found.items()}
    return known


def plan_update(  # noqa: PLR0911 - a reason a return
    connection: duckdb.DuckDBPyConnection, published: Path, last: str | None, made: ReleaseInputs
) -> ReleaseUpdate | str:
    """What to do to the last release so that it becomes the next; or why the next is to be made from nothing.

    Args:
        connection: an open connection to the working file.
        published: the last release; nobody in this process may have it open.
        last: its release_id; None where it cannot be read.
        made: what the next release is made of, as if from nothing now.
    """
    if last is None:
        return "there is no last release that can be read"
    taken = connection.execute(_TAKEN, [_taker(last)]).fetchall()
    kept = {table: version for table, day, version in taken if table in _NOTES and day is None}
    if set(kept) != set(_NOTES):
        return f"what {last} was made of is not known"
    if kept["file"] != _mark_of(published):
        return f"{published} is not the file that was put there"
    if kept["recipe"] != made.recipe:
        return "the schema, a setting, the parser or the code is another"
    full_at = datetime.fromisoformat(kept["full"])
    if not timedelta() <= made.full_at - full_at < FULL_EVERY:
        return f"the last one made so is of {full_at:%Y-%m-%d}, and one is due every {FULL_EVERY.days} days"
    before = {(table, day): version for table, day, version in taken if table not in _NOTES}
    differing = {key for key in before.keys() | made.versions.keys() if before.get(key) != made.versions.get(key)}
    if any(table == "raw.erasures" for table, _ in differing):
        return "something was erased since"
    if len(differing) > _MOST_CHANGED * max(len(before), _FEW):
        return "most of it changed since"
    changed: dict[str, set[object]] = {}
    for table, day in differing:
        changed.setdefault(table, set()).add(day)
    return ReleaseUpdate(last, full_at, changed)  # type: ignore[arg-type]


def record_inputs(connection: duckdb.DuckDBPyConnection, release_id: str, made: ReleaseInputs, partial: Path) -> None:
    """Remember what a release is made of, before it is put in place. Call it inside a transaction.

    Args:
        connection: an open connection to the working file.
        release_id: of the release.
        made: what it is made of.
        partial: its file, as it is to be put in place.
    """
    notes = {"recipe": made.recipe, "full": made.full_at.isoformat(), "file": _mark_of(partial)}
    told = dict(made.versions) | {(name, None): text for name, text in notes.items()}
    change_log.take(connection, _taker(release_id), told, [])


def forget_others(connection: duckdb.DuckDBPyConnection, release_id: str) -> None:
    """Forget what all releases but this one were made of."""
    connection.execute(
        "delete from publishing.taken where starts_with(taker, ?) and taker <> ?", [_taker(""), _taker(release_id)]
    )


def copy_file(source: Path, target: Path) -> None:
    """Copy a file's bytes, or share its blocks where the file system can; the copy is its user's alone.

    Nobody in this process may have the source open as a database: closing it here would drop DuckDB's own lock.

    Raises:
        OSError: it cannot be copied.
    """
    target.unlink(missing_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as old, os.fdopen(descriptor, "wb") as new:
        with contextlib.suppress(OSError):
            fcntl.ioctl(new, _FICLONE, old.fileno())
            return
        left = os.fstat(old.fileno()).st_size
        while left and (copied := os.copy_file_range(old.fileno(), new.fileno(), left)):
            left -= copied


def update_release(connection: duckdb.DuckDBPyConnection, changed: Days) -> None:
    """Bring the tables of an attached release, `target`, to what the working file holds.

    Args:
        connection: an open connection to the working file.
        changed: what changed, by table.
    """
    dated = dated_tables(connection, changed)
    for table, days in changed.items():
        if table in dated:
            connection.execute(f"delete from target.{table} where {filtered_table(days)}")
            connection.execute(f"insert into target.{table} by name from {table} where {filtered_table(days)}")
        else:
            replace_rows(connection, f"target.{table}", table)


def replace_rows(connection: duckdb.DuckDBPyConnection, table: str, source: str) -> None:
    """Make a table hold the rows of another; only those that differ are written, where no two rows are the same."""
    columns = connection.execute(f"describe {table}").fetchall()
    names = ", ".join(f'told."{name}"' for name, *_ in columns)
    row = f"hash({names})"
    connection.execute(f"delete from {table} as told where {row} not in (select {row} from {source} as told)")
    connection.execute(
        f"insert into {table} by name select * from {source} as told"
        f" where {row} not in (select {row} from {table} as told)"
    )
    summed = f"select count(*), sum({row}) from {{}} as told"
    if connection.sql(summed.format(table)).fetchall() != connection.sql(summed.format(source)).fetchall():
        connection.execute(f"delete from {table}")
        connection.execute(f"insert into {table} by name from {source}")


def dated_tables(connection: duckdb.DuckDBPyConnection, tables: Collection[str]) -> set[str]:
    """Those of the tables that have landing dates."""
    rows = connection.execute(_DATED, [list(tables)]).fetchall()
    return {table for (table,) in rows}


def miscounted(connection: duckdb.DuckDBPyConnection, tables: Collection[str]) -> list[str]:
    """Tables that have another number of rows on some landing date in `target` than in the working file."""
    dated = dated_tables(connection, tables)
    wrong = []
    for table in tables:
        day = "landing_date" if table in dated else "null::date"
        counts = f"select {day}, count(*) from {{}} group by all"
        found = [dict(connection.execute(counts.format(name)).fetchall()) for name in (table, f"target.{table}")]
        wrong += [table] if found[0] != found[1] else []
    return wrong


def _mark_of(file: Path) -> str:
    """What changes when a file is written."""
    told = file.stat()
    return f"{told.st_size} bytes of {told.st_mtime_ns}"


def _taker(release_id: str) -> str:
    return f"release {release_id}"


_NOTES = ("recipe", "full", "file")
_FEW = 50
"""Partitions; with fewer, how many of them changed says nothing of what a renewal costs."""
_DESCRIBED = """
select schema_name || '.' || table_name, column_name, data_type, comment
from duckdb_columns() where database_name = current_database() and list_contains(?, schema_name || '.' || table_name)
order by all
"""
_TAKEN = "select table_name, landing_date, version from publishing.taken where taker = ?"
_DATED = """
select schema_name || '.' || table_name from duckdb_columns()
where database_name = current_database() and column_name = 'landing_date' and data_type = 'DATE'
and list_contains(?, schema_name || '.' || table_name)
"""
