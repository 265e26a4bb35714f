"""Past releases: a folder of Parquet files each, in which what did not change is the file of the release before.

    releases/20261121T050000000000Z/marts.articles/2026-11-21.parquet

Tables with a landing date are kept in parts of consecutive days, named after the first. A part, or table, that is as it
was is a hard link and takes no room.
"""

import contextlib
import glob
import json
import logging
import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb

from broadsheet.atomic_files import sync
from broadsheet.release.macros import define
from broadsheet.settings import Readers
from broadsheet.storage.date_partitions import block, restarts, starts
from broadsheet.storage.date_views import Days
from broadsheet.storage.file_modes import grant_read
from broadsheet.storage.sql_literals import quoted

KEYS: Mapping[str, tuple[str, ...]] = {
    "articles": ("page_id",),
    "comments": ("comment_id",),
    "commenters": ("commenter_id",),
    "daily_tone": ("landing_date",),
    "tone_gap": ("page_id",),
    "comment_strands": ("page_id", "strand_no"),
    "coverage": ("landing_date",),
    "near_duplicates": ("kind", "page_id", "comment_id"),
    "topics": ("topic_id",),
    "topic_members": ("kind", "page_id", "comment_id"),
    "topic_days": ("topic_id", "landing_date"),
    "releases": ("release_id",),
}
"""What names a row of each mart: rows of two releases with the same key are one row that stayed or changed."""
VARIABLE = "broadsheet_releases"
# Where a release's past lies is found when it is asked for, so that a moved or copied home reads its own. A table
# function takes no subquery, so duckdb_databases() cannot tell; but spill files go to FILE.tmp beside the open file.
_ROOT = f"""coalesce(getvariable('{VARIABLE}'), case
    when parse_filename(current_setting('temp_directory')) = {{}}
    then regexp_replace(regexp_replace(current_setting('temp_directory'), '[^/\\\\]*$', ''), '([*?\\[])', '[\\1]', 'g')
        || 'releases'
    else error('open the release itself, or say where its past lies: set variable {VARIABLE} = (select '
        || 'parse_dirpath(path) || ''/releases'' from duckdb_databases() where database_name = ''NAME IT HAS HERE'')')
end)"""
_MANIFEST = "manifest.json"
_WHOLE = "all"
_UNDATED = "undated"
"""Part of rows without a landing date: erased commenters have none, and have to be in the history like any other."""
_PART_CHARS = 5_000_000
"""Page text of a part: larger, a page more writes more; smaller, there are more files to link and to open."""
_Parts = dict[str, str]
_DAY = re.compile(r"\d{4}-\d\d-\d\d$")
_RELEASE_ID = re.compile(r"\d{8}T\d{12}Z")
_MADE = re.compile(rf"\.?{_RELEASE_ID.pattern}(-\d+)?(\.partial)?")
"""Names of folders that releases and reports are made in, half-made ones too."""
log = logging.getLogger(__name__)


def folder_of(published: Path) -> Path:
    """Where the past releases of a published file lie."""
    return published.with_name("releases")


def archive_release(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    release_id: str,
    readers: Readers = "owner",
    *,
    since: str | None = None,
    changed: Days | None = None,
) -> None:
    """Write a release into a folder of its own; whole, or not at all.

    Args:
        connection: an open connection to the release.
        folder: of all past releases.
        release_id: the name it gets.
        readers: who may read it beside the user of this process; who may read what it shares with others, too.
        since: the release that this one renews; if it was the last one kept, parts without changes are not read.
        changed: what changed since; tables in which nothing did are left out.

    Raises:
        OSError, duckdb.IOException: it cannot be written.
    """
    before = max(archived_releases(folder), default=None)
    known = _manifest(folder / before) if before else {}
    keeping = _Keeping(connection, folder / before if before else None, known, folder / f".{release_id}.partial")
    is_renewal = since is not None and since == before and bool(known)
    always = {table: {None} for table in ("publishing.releases", "marts.releases")}
    manifest = keeping.write({**changed, **always} if is_renewal and changed is not None else None)
    (keeping.partial / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for place in (folder, keeping.partial):
        grant_read(place, readers, like=folder.parent, deep=place == keeping.partial)
    keeping.partial.rename(folder / release_id)


@dataclass(frozen=True)
class _Keeping:
    """A release on its way into the history.

    Attributes:
        connection: to the release.
        last: folder of the release kept last, if there is one.
        known: what that holds.
        partial: the folder to fill.
    """

    connection: duckdb.DuckDBPyConnection
    last: Path | None
    known: Mapping[str, _Parts]
    partial: Path

    def write(self, changed: Days | None) -> dict[str, _Parts]:
        """Fill the folder; tell what is in it. Where it is known what changed, the rest is not looked at."""
        before = sorted(
            {date.fromisoformat(part) for parts in self.known.values() for part in parts if _DAY.match(part)}
        )
        days = {day for found in (changed or {}).values() for day in found if day}
        if changed is None or not before:
            changed, starting = None, starts(self.connection, _PART_CHARS)
        else:
            starting = restarts(self.connection, before, days, _PART_CHARS)
        moved = {day for pair in pairwise(starting) if pair[1] not in before for day in pair}
        manifest = {}
        for table, is_dated in _tables(self.connection):
            (self.partial / table).mkdir(parents=True)
            of_table = starting if is_dated else ()
            manifest[table] = self._table(table, of_table, self._looked_at(table, changed, of_table, moved))
        return manifest

    def _looked_at(
        self, table: str, changed: Days | None, starting: Sequence[date], moved: Collection[date]
    ) -> Collection[str] | None:
        """Names of the parts that may be others than before; None where that is not known."""
        if changed is None or table not in self.known:
            return None
        days = changed.get(table, ())
        if not starting:
            return None if days else ()
        return _touched(starting, {*days, *moved})

    def _table(self, table: str, starting: Sequence[date], looked_at: Collection[str] | None) -> _Parts:
        """Link or write the parts of a table; those that are looked at, all where None, by what they hold."""
        known = self.known.get(table, {})
        standing = {} if looked_at is None else {part: told for part, told in known.items() if part not in looked_at}
        found = (
            {}
            if looked_at is not None and not looked_at
            else _fingerprints(self.connection, table, starting, looked_at)
        )
        parts = {**standing, **found} or {_WHOLE: _fingerprint_of_none(self.connection, table)}
        for part, fingerprint in parts.items():
            target = self.partial / table / f"{part}.parquet"
            is_known = self.last is not None and known.get(part) == fingerprint
            if not (is_known and self.last and _linked(self.last / table / target.name, target)):
                _write(self.connection, table, part, starting, target)
        return dict(sorted(parts.items()))


def _touched(starting: Sequence[date], days: Collection[date | None]) -> frozenset[str]:
    """Names of the parts that hold any of the days."""
    windows = {first.isoformat(): block(starting, number) for number, first in enumerate(starting)}
    names = {name for name, window in windows.items() if any(day in window for day in days if day)}
    return frozenset(names | {_WHOLE} | ({_UNDATED} if None in days else set()))


def archived_releases(folder: Path) -> list[str]:
    """Ids of the releases that are there, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if _RELEASE_ID.fullmatch(path.name) and path.is_dir())


def prune(folder: Path, wanted: Collection[str]) -> None:
    """Remove every release, or report, but the wanted ones, and what a run that died left half-made.

    Whatever has no name of ours was put there by somebody: it stays, and a warning names it.
    """
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if not (_MADE.fullmatch(path.name) and path.is_dir() and not path.is_symlink()):
            log.warning("%s was not made by Broadsheet and is left alone; move it elsewhere", path)
        elif path.name not in wanted:
            shutil.rmtree(path)


def add_history(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Put the macros that read past releases into a release: as_of, and diff for all marts and for each.

    Args:
        connection: an open connection to the release.
        name: of the release's file, as it lies beside the folder of past releases.
    """
    root = _ROOT.format(quoted(f"{name}.tmp"))
    table = "case when contains(of_table, '.') then of_table else 'marts.' || of_table end"
    define(
        connection,
        "as_of(release, of_table)",
        "A table as it was in a past release: from as_of('20261121T050000000000Z', 'articles').",
        f"from read_parquet({root} || '/' || release || '/' || {table} || '/*.parquet', union_by_name = true)",
    )
    marts = {table for table, _ in _tables(connection)}
    differences = {name: _difference(name, key) for name, key in KEYS.items() if f"marts.{name}" in marts}
    for mart, query in differences.items():
        define(connection, f"diff_{mart}(a, b)", f"Rows of {mart} that came, went or changed between a and b.", query)
    define(
        connection,
        "diff(a, b)",
        "Rows of every mart that came, went or changed between two releases, with the columns that changed.",
        " union all ".join(f"from diff_{name}(a, b)" for name in differences if name != "releases"),
    )


def _difference(name: str, key: Collection[str]) -> str:
    """SQL for what became of the rows of a mart between releases a and b."""
    row_key = f"concat_ws('/', {', '.join(key)})"
    rows = f"select {row_key} as row_key, to_json(told) as told from as_of({{release}}, 'marts.{name}') as told"
    return f"""
        select
            '{name}' as mart,
            coalesce(old.row_key, new.row_key) as row_key,
            case when old.row_key is null then 'came' when new.row_key is null then 'went' else 'changed' end as change,
            case when old.row_key is not null and new.row_key is not null then list_filter(
                json_keys(new.told),
                lambda field: json_extract(old.told, '$."' || field || '"')
                is distinct from json_extract(new.told, '$."' || field || '"')
            ) end as changed_columns,
            old.told as before,
            new.told as after
        from ({rows.format(release="a")}) as old
        full join ({rows.format(release="b")}) as new on old.row_key = new.row_key
        where old.told is distinct from new.told
    """


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, bool]]:
    """Tables of the release but for those of search, as schema.table, and whether their rows have landing dates."""
    return connection.execute("""
        select schema_name || '.' || table_name, bool_or(column_name = 'landing_date' and data_type = 'DATE')
        from duckdb_columns() where not internal and schema_name not in ('main', 'search') group by all order by all
    """).fetchall()


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    return ", ".join(f"{name} {kind}" for name, kind, *_ in connection.execute(f"describe {table}").fetchall())


def _fingerprint_of_none(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    return f"0 0 0 {_columns(connection, table)}"


def _fingerprints(
    connection: duckdb.DuckDBPyConnection, table: str, starting: Sequence[date], looked_at: Collection[str] | None
) -> _Parts:
    """What tells each part of a table from any other, by the part's name. The order of rows does not matter."""
    columns = _columns(connection, table)
    found = {}
    if not starting:
        queries = {_WHOLE: "true"}
    else:
        names = [*(first.isoformat() for first in starting), _UNDATED]
        queries = {name: _rows_of(name, starting) for name in names if looked_at is None or name in looked_at}
    for part, condition in queries.items():
        ((count, *rest),) = connection.execute(f"""
            select count(*), bit_xor(md5_number_lower(told)), sum(md5_number_upper(told))
            from (select told::varchar as told from {table} as told where {condition})
        """).fetchall()
        if count:
            found[part] = " ".join(map(str, (count, *rest, columns)))
    return found


def _rows_of(part: str, starting: Sequence[date]) -> str:
    """SQL for a condition that the rows of a part meet."""
    if part in {_WHOLE, _UNDATED}:
        return "true" if part == _WHOLE else "landing_date is null"
    window = block(starting, [first.isoformat() for first in starting].index(part))
    return f"landing_date between date '{window.first.isoformat()}' and date '{window.last.isoformat()}'"


def _write(
    connection: duckdb.DuckDBPyConnection, table: str, part: str, starting: Sequence[date], target: Path
) -> None:
    rows = f"from {table} where {_rows_of(part, starting)}"
    connection.execute(f"copy ({rows}) to {quoted(str(target))} (format parquet, compression zstd)")
    target.chmod(0o400)
    sync(target)


def _linked(source: Path, target: Path) -> bool:
    """Whether the file could be given a second name; not every file system can."""
    with contextlib.suppress(OSError):
        target.hardlink_to(source)
        return True
    return False


def _manifest(folder: Path) -> dict[str, _Parts]:
    """What a kept release holds; nothing where that cannot be read, so that all is written anew."""
    try:
        return dict(json.loads((folder / _MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def fault_of(folder: Path, release_id: str, seen: set[tuple[int, int, str]]) -> str | None:
    """What is wrong with a past release, every value of it read; None where it is whole.

    Args:
        folder: of all past releases.
        release_id: which.
        seen: parts that were found whole, by device, inode and fingerprint; releases share files. Added to.
    """
    manifest = _manifest(folder / release_id)
    if not manifest:
        return f"{_MANIFEST} is missing or damaged"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for table, parts in manifest.items():
            for part, fingerprint in parts.items():
                path = folder / release_id / table / f"{part}.parquet"
                if not path.is_file():
                    return f"{table}/{path.name} is missing"
                key = (path.stat().st_dev, path.stat().st_ino, fingerprint)
                if key not in seen and (fault := _fault_of_part(connection, path, fingerprint)):
                    return f"{table}/{path.name}: {fault}"
                seen.add(key)
    return None


def _fault_of_part(connection: duckdb.DuckDBPyConnection, path: Path, fingerprint: str) -> str | None:
    count, *_ = fingerprint.split(" ", 3)
    try:
        (found,) = connection.execute(f"""
            select count(*), coalesce(bit_xor(md5_number_lower(told)), 0), coalesce(sum(md5_number_upper(told)), 0)
            from (select told::varchar as told from read_parquet({quoted(glob.escape(str(path)))}) as told)
        """).fetchall()
    except duckdb.Error as error:
        return str(error).split("\n", 1)[0]
    if int(count) != found[0]:
        return f"{found[0]} rows, and {count} were written"
    return None if fingerprint.startswith(" ".join(map(str, found))) else "its rows are not those that were written"
