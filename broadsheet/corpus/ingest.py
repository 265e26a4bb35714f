"""From a source folder into raw.pages, raw.sightings and raw.quarantine: every file ends in one, none stops the run."""

import contextlib
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl

from broadsheet.corpus.decode import RefusedError, decode
from broadsheet.corpus.files import Content, SourceFile, date_in_path, find_files, is_unlisted, read_content
from broadsheet.corpus.listing import has_settled
from broadsheet.corpus.tombstones import Tombstones, tombstones_of
from broadsheet.settings import Settings
from broadsheet.warehouse.changes import mark, touch
from broadsheet.warehouse.connection import Warehouse
from broadsheet.warehouse.staged import is_layer, stage_rows
from broadsheet.warehouse.windows import Window

PAGE_ID_DIGITS = 32
_BATCH_FILES = 4_000
_BATCH_CHARS = 16_000_000
_LANDING: dict[str, pl.DataType | type[pl.DataType]] = {
    "source_path": pl.String,
    "content_sha256": pl.String,
    "page_id": pl.String,
    "file_bytes": pl.Int64,
    "encoding": pl.String,
    "text": pl.String,
    "redacted_at": pl.Datetime(time_zone="UTC"),
    "reason": pl.String,
    "detail": pl.String,
    "landing_date": pl.Date,
}


class SourceError(Exception):
    """The source folder cannot be used; the message says what to do."""


@dataclass
class IngestReport:
    """What one ingest met, in files: files = landed + duplicates + known + refused.

    Attributes:
        files: files whose date lies in the window.
        landed: new contents, stored in raw.pages.
        duplicates: new paths of contents already stored.
        known: paths seen before with the same content.
        refused: files that stand in raw.quarantine.
    """

    files: int = 0
    landed: int = 0
    duplicates: int = 0
    known: int = 0
    refused: int = 0

    def sentence(self) -> str:
        """It in words."""
        return (
            f"{self.files:,} files read: {self.landed:,} new pages, {self.duplicates:,} duplicates, "
            f"{self.known:,} known before, {self.refused:,} refused"
        )


_NAMED = ", to `broadsheet run` or as BROADSHEET_SOURCE_DIR"


def check_source(source: Path) -> Path:
    """Return the source folder, if it is one that can be listed.

    Raises:
        SourceError: it is missing, no folder, or may not be listed.
    """
    if not source.exists():
        raise SourceError(f"source folder {source} does not exist; name the folder that holds the pages{_NAMED}")
    if not source.is_dir():
        raise SourceError(f"{source} is a file; name the folder that holds the pages{_NAMED}")
    if not os.access(source, os.R_OK | os.X_OK):
        raise SourceError(f"source folder {source} may not be read; give this user the right to list it")
    return source


_Row = dict[str, object]


def ingest(
    source: Path,
    warehouse: Warehouse,
    settings: Settings,
    *,
    window: Window,
    today: date | None = None,
    settle_s: float = 0,
    progress: Callable[[int, int], None] | None = None,
) -> IngestReport:
    """Land the files whose date lies in the window; files of other dates are left for their own.

    Committed a batch at a time; contents are known by their SHA-256, so that a second call, or one after a kill,
    lands nothing twice.

    Args:
        source: the folder of pages.
        warehouse: where to land them.
        settings: size limit, confidence floor, first date, and the folder that keeps refused contents.
        window: landing dates to take in.
        today: landing date of files without one in their path; today, UTC, where None.
        settle_s: files that changed less than so many seconds ago are left for a later call: someone may be writing.
        progress: called with (files done, files in all).

    Raises:
        SourceError: the folder cannot be listed.
    """
    now = datetime.now(UTC)
    everything = list(find_files(check_source(source)))
    dated = [(file, _day(file, settings, today or now.date())) for file in everything]
    chosen = [
        (file, day) for file, day in dated if day in window and (not settle_s or has_settled(file.path, now, settle_s))
    ]
    report, tombstones, unsighted = IngestReport(), tombstones_of(warehouse, settings), _unsighted(warehouse)
    source_id = source_id_of(source, settings)
    for batch in _batches(_read_row(file, day, source, settings, tombstones) for file, day in chosen):
        with warehouse.writing() as connection:
            _store(connection, batch, unsighted, now, report, source_id)
        if progress:
            progress(report.files, len(chosen))
    present = {file.source_path for file in everything}
    _resolve_vanished(warehouse, present, now)
    is_complete = bool(present) and not any(is_unlisted(file) for file in everything)
    with warehouse.writing() as connection:
        _mark_versions(connection, present, source_id, now, settings, is_complete=is_complete)
    return report


def source_id_of(source: Path, settings: Settings) -> str:
    """What a source folder is known by in raw.sightings: a keyed hash of where it lies."""
    return hmac.new(settings.pseudonym_key(), f"source\0{source.resolve()}".encode(), "sha256").hexdigest()[:16]


def replay(source: Path | None, warehouse: Warehouse, settings: Settings) -> IngestReport:
    """Try every file that stands in quarantine again, after a setting or the file was mended; not the erased ones.

    The source's bytes count where they can be read, else the ones kept when the file was refused.
    """
    now = datetime.now(UTC)
    with warehouse.reading() as connection:
        standing = connection.execute(
            "select distinct source_path, content_sha256, landing_date from raw.quarantine"
            " where resolved_at is null and reason <> 'erased'"
        ).fetchall()
    in_source = {file.source_path: file for file in find_files(source)} if source and source.is_dir() else {}
    report, tombstones, unsighted = IngestReport(), tombstones_of(warehouse, settings), _unsighted(warehouse)
    for batch in _batches(
        _replay_row(in_source.get(path), path, sha256, day, source, settings, tombstones)
        for path, sha256, day in standing
    ):
        with warehouse.writing() as connection:
            _store(connection, batch, unsighted, now, report, source_id_of(source, settings) if source else None)
    return report


def _unsighted(warehouse: Warehouse) -> pl.DataFrame:
    """page_id of pages that a run landed, and was killed before it could say so: where raw.pages lies apart."""
    if warehouse.layers is None:  # pages and sightings are committed together
        return pl.DataFrame(schema={"page_id": pl.String})
    with warehouse.reading() as connection:
        pages: pl.DataFrame = connection.sql(
            "select page_id from raw.pages anti join raw.sightings using (page_id)"
        ).pl()
    return pages


def _day(file: SourceFile, settings: Settings, today: date) -> date:
    return date_in_path(file.source_path, settings.earliest_date, today) or today


def _read_row(file: SourceFile, day: date, source: Path, settings: Settings, tombstones: Tombstones) -> _Row:
    row = _Row({**dict.fromkeys(_LANDING), "source_path": file.source_path, "landing_date": day})
    try:
        content = read_content(file, source, settings.max_file_bytes)
    except RefusedError as refusal:
        return row | {"file_bytes": _size_of(file.path), "reason": refusal.reason, "detail": refusal.detail}
    return row | _decoded(content, settings, tombstones)


def _replay_row(  # noqa: PLR0917
    file: SourceFile | None,
    source_path: str,
    sha256: str | None,
    day: date,
    source: Path | None,
    settings: Settings,
    tombstones: Tombstones,
) -> _Row:
    if file and source:
        return _read_row(file, day, source, settings, tombstones)
    row = _Row({**dict.fromkeys(_LANDING), "source_path": source_path, "landing_date": day, "content_sha256": sha256})
    kept = settings.quarantined_bytes / sha256 if sha256 else None
    if kept is None or not kept.exists():
        detail = "neither the source nor the kept bytes are there any more"
        return row | {"reason": "unreadable", "detail": detail}
    data = kept.read_bytes()
    return row | _decoded(Content(data, hashlib.sha256(data).hexdigest()), settings, tombstones)


def _decoded(content: Content, settings: Settings, tombstones: Tombstones) -> _Row:
    row = _Row(content_sha256=content.sha256, file_bytes=len(content.data))
    if tombstones.has_page(content.sha256):
        return row | {"reason": "erased", "detail": "a page that was erased on request; its bytes are not kept"}
    try:
        decoded = decode(content.data, settings.encoding_confidence)
    except RefusedError as refusal:
        _keep(content, settings.quarantined_bytes)
        return row | {"reason": refusal.reason, "detail": refusal.detail}
    text = tombstones.redacted(decoded.text, content.sha256)
    return row | {
        "page_id": content.sha256[:PAGE_ID_DIGITS],
        "encoding": decoded.encoding,
        "text": text,
        "redacted_at": None if text == decoded.text else datetime.now(UTC),
    }


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    batch: list[_Row] = []
    size_chars = 0
    for row in rows:
        batch.append(row)
        size_chars += len(str(row["text"] or ""))
        if len(batch) >= _BATCH_FILES or size_chars >= _BATCH_CHARS:
            yield batch
            batch, size_chars = [], 0
    if batch:
        yield batch


def _size_of(path: Path) -> int | None:
    with contextlib.suppress(OSError):
        if path.is_file():
            return path.stat().st_size
    return None


def _keep(content: Content, folder: Path) -> None:
    """Keep the bytes of a refused file, so that it can be tried again when its source is gone."""
    kept = folder / content.sha256
    if kept.is_file() and kept.read_bytes() == content.data:  # damaged meanwhile, they are kept anew
        return
    folder.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial")
    partial.write_bytes(content.data)
    partial.replace(kept)


def _store(  # noqa: PLR0917
    connection: duckdb.DuckDBPyConnection,
    batch: list[_Row],
    unsighted: pl.DataFrame,
    now: datetime,
    report: IngestReport,
    source_id: str | None,
) -> None:
    frame = pl.DataFrame(batch, schema=_LANDING)
    connection.register("batch", frame.to_arrow())
    connection.register("unsighted", unsighted.to_arrow())
    is_apart = is_layer(connection, "raw.pages")
    target, landed_before = (stage_rows(connection, "raw.pages"), _SIGHTED) if is_apart else ("raw.pages", "raw.pages")
    landed = _changed(connection, _LAND.format(target, landed_before), now)
    back = [day for (day,) in connection.execute(_COME_BACK).fetchall()]
    connection.execute(_ADOPT, {"source_id": source_id})
    duplicates = _changed(connection, _SIGHT, now, source_id=source_id) - landed
    connection.execute(_SEE_AGAIN, {"now": now, "source_id": source_id})
    touch(connection, "raw.sightings", [None, *back])
    if _changed(connection, _RESOLVE, now) + _changed(connection, _REFUSE, now):
        mark(connection, "raw.quarantine")
    if landed and not is_apart:  # layers tell themselves when they are written
        touch(connection, "raw.pages", (day for (day,) in connection.execute(_LANDED, {"now": now}).fetchall()))
    connection.unregister("batch")
    connection.unregister("unsighted")
    refused = frame.height - int(frame["reason"].is_null().sum())
    report.files += frame.height
    report.landed += landed
    report.duplicates += duplicates
    report.refused += refused
    report.known += frame.height - landed - duplicates - refused


def _changed(connection: duckdb.DuckDBPyConnection, statement: str, now: datetime, **more: str | None) -> int:
    ((rows,),) = connection.execute(statement, {"now": now, **more}).fetchall()
    return int(rows)


def _resolve_vanished(warehouse: Warehouse, present: set[str], now: datetime) -> None:
    """Close the cases of refused files that are no longer in the source; their kept bytes stay."""
    with warehouse.reading() as connection:
        standing = connection.execute("select distinct source_path from raw.quarantine where resolved_at is null")
        gone = [path for (path,) in standing.fetchall() if path not in present]
    if not gone:
        return
    with warehouse.writing() as connection:
        connection.execute(
            "update raw.quarantine set resolved_at = greatest(first_seen_at, ?)"
            " where resolved_at is null and list_contains(?, source_path)",
            [now, gone],
        )
        mark(connection, "raw.quarantine")


def _mark_versions(
    connection: duckdb.DuckDBPyConnection,
    present: set[str],
    source_id: str,
    now: datetime,
    settings: Settings,
    *,
    is_complete: bool,
) -> None:
    """Say which paths of the source are gone, and which pages are older versions.

    A source that could not be listed as a whole, or is empty (is it mounted?), tells of nothing that is gone.
    """
    paths = pl.DataFrame({"source_path": sorted(present)}, schema={"source_path": pl.String})
    connection.register("present", paths.to_arrow())
    moved = connection.execute(_BACK, {"source_id": source_id}).fetchall()
    if is_complete:
        moved += connection.execute(_VANISHED, {"source_id": source_id, "now": now}).fetchall()
    of_page = "select distinct landing_date from raw.pages where list_contains(?, page_id)"
    days = connection.execute(of_page, [[page_id for (page_id,) in moved]]).fetchall() if moved else []
    connection.execute(f"delete from raw.superseded_pages where page_id not in ({_SUPERSEDED})")  # noqa: S608 - below
    connection.execute(_SUPERSEDE, {"now": now})
    connection.execute(
        "update raw.superseded_pages set is_left_out = $left_out where is_left_out <> $left_out",
        {"left_out": not settings.publish_superseded},
    )
    connection.unregister("present")
    touch(connection, "raw.sightings", [None, *(day for (day,) in days)])
    mark(connection, "raw.superseded_pages")


# Where raw.pages lies apart, one look at it a run is enough; sightings tell the rest.
_SIGHTED = "(select page_id from raw.sightings where page_id is not null union all from unsighted)"
_LAND = """
insert into {} by name
select
    page_id, content_sha256, source_path, landing_date, $now as landed_at, file_bytes, encoding, text, redacted_at
from batch
where page_id is not null and page_id not in (select page_id from {})
qualify row_number() over (partition by page_id order by source_path) = 1
"""
_LANDED = """
select distinct pages.landing_date from raw.pages as pages semi join batch using (page_id) where pages.landed_at = $now
"""

# Pages that were gone, which a mart tells of.
_COME_BACK = """
select distinct pages.landing_date from raw.pages as pages
semi join batch using (page_id) semi join (from raw.sightings where vanished_at is not null) as gone using (page_id)
"""

# A clock that was set back moves no time of a row before its first one: hence greatest().
# Refused files are sighted after the readable ones, so that the first statement's count is of pages alone.
_SIGHT = """
insert into raw.sightings by name
select source_path, content_sha256, page_id, $now as first_seen_at, $now as last_seen_at, $source_id as source_id
from batch
where page_id is not null and not exists (
    select 1 from raw.sightings as seen
    where
        seen.source_path = batch.source_path and seen.content_sha256 = batch.content_sha256
        and seen.source_id is not distinct from $source_id
)
"""

# Paths from before folders were told apart belong to the folder in which they are met first.
_ADOPT = """
update raw.sightings as seen set source_id = $source_id
from (select distinct source_path from batch) as met
where seen.source_id is null and seen.source_path = met.source_path
"""

_SEE_AGAIN = """
merge into raw.sightings as seen
using batch
on seen.source_path = batch.source_path and seen.content_sha256 is not distinct from batch.content_sha256
    and seen.source_id is not distinct from $source_id
when matched then update set
    last_seen_at = greatest(seen.last_seen_at, $now), page_id = coalesce(batch.page_id, seen.page_id),
    vanished_at = null
when not matched then insert (source_path, content_sha256, page_id, first_seen_at, last_seen_at, source_id)
    values (batch.source_path, batch.content_sha256, batch.page_id, $now, $now, $source_id)
"""

_BACK = """
update raw.sightings set vanished_at = null
where vanished_at is not null and source_id = $source_id and source_path in (select source_path from present)
returning page_id
"""
_VANISHED = """
update raw.sightings set vanished_at = greatest(last_seen_at, $now)
where vanished_at is null and source_id = $source_id and source_path not in (select source_path from present)
returning page_id
"""
# A version that is refused supersedes nothing: the last that could be read stands.
_SUPERSEDED = """
select page_id from (
    select
        page_id,
        row_number() over (
            partition by source_id, source_path order by last_seen_at desc, first_seen_at desc, page_id
        ) as nth
    from raw.sightings where page_id is not null
) group by page_id having min(nth) > 1
"""
_SUPERSEDE = f"""
insert into raw.superseded_pages by name
select page_id, $now as superseded_at, true as is_left_out from ({_SUPERSEDED}) as older
anti join raw.superseded_pages using (page_id)
"""  # noqa: S608 - the query above

_RESOLVE = """
update raw.quarantine as refused set resolved_at = greatest(refused.first_seen_at, $now)
from batch
where
    refused.resolved_at is null
    and refused.source_path = batch.source_path
    and (
        batch.reason is distinct from refused.reason
        or batch.content_sha256 is distinct from refused.content_sha256
    )
"""

_REFUSE = """
insert into raw.quarantine
select source_path, content_sha256, file_bytes, reason, detail, landing_date, $now, null
from batch
where reason is not null and not exists (
    select 1 from raw.quarantine as refused
    where refused.source_path = batch.source_path and refused.resolved_at is null
)
"""
